import fs from 'node:fs'
import path from 'node:path'
import { createOddsRounds, type OddsRounds } from '../../activities/odds/ingest'
import type { Config } from '../../config/load'
import { creditMonth, oddsKeyFile, readOddsFile, readOddsKey } from '../../config/odds'
import { readProfilesFile } from '../../config/profiles'
import type { OddsFile } from '../../config/schema/odds'
import { creditsOf, type BudgetPolicy } from '../../core/edge/budget'
import { consensusPolicyAt } from '../../core/edge/profile'
import type { Log } from '../../ports/log'
import type { OddsRow } from '../../ports/record'
import { connect } from '../../stores/redis/client'
import { writeOdds } from '../../stores/redis/odds'
import { createOddsClient } from '../../venues/odds/client'
import { pollOdds } from '../../venues/odds/poll'
import { systemClock } from '../clock'
import { readWatched } from './watched'

export interface OddsIngest extends OddsRounds {
  close(): Promise<void>
}
export interface OddsIngestOptions {
  /** Kalshi's series that list an open market. */
  readonly openSeries: (signal: AbortSignal) => Promise<ReadonlySet<string>>
  /** For the record; must not wait. */
  readonly onRow: (row: OddsRow) => void
  readonly log: Log
}
type Settings = Pick<Config, 'configDir' | 'mode'> & { readonly endpoints: Pick<Config['endpoints'], 'redisUrl' | 'odds'> }

const clock = systemClock()

/**
 * The ingest of odds, put together from `config/odds.yaml` and `config/profiles.yaml`. In mode `sim` the source is the simulated one of the scenario,
 * whatever the file names. Without a source, its key or a cache nothing is asked, and each round says why.
 * @throws ConfigurationError for a file or a key that cannot be used.
 */
export function openOddsIngest({ configDir, mode, endpoints: { redisUrl, odds } }: Settings, options: OddsIngestOptions): OddsIngest {
  const file = readOddsFile(configDir)
  if (file === null) return idle(`there is no source of odds: ${path.join(configDir, 'odds.yaml')} is missing`)
  if (redisUrl === null) return idle('there is no cache to keep odds in: Redis is off')
  if (mode === 'sim') {
    if (odds === undefined) return idle('there is no source of odds: the scenario has no section odds')
    return opened(configDir, { ...file, base_url: odds.url }, odds.apiKey, redisUrl, options)
  }
  const keyFile = oddsKeyFile(configDir, file)
  if (!fs.existsSync(keyFile))
    return idle(`${keyFile} cannot be read: write the key of the odds source into it, then start the worker again`)
  return opened(configDir, file, readOddsKey(keyFile), redisUrl, options)
}

function opened(configDir: string, file: OddsFile, key: string, redisUrl: string, options: OddsIngestOptions): OddsIngest {
  const { openSeries, onRow, log } = options
  const settings = readProfilesFile(configDir)
  const source = createOddsClient(sourceOf(file, key))
  const redis = connectedTo(redisUrl, log)
  const creditsPerCall = costOf(file)
  const rounds = createOddsRounds({
    source,
    sports: file.sports.map((sport) => ({ sport: sport.source, creditsPerCall })),
    budget: policyOf(file.budget),
    monthlyCredits: file.budget.monthly_credits,
    month: (nowMs) => creditMonth(nowMs, file.budget.resets_on_day),
    watched: async (signal) => readWatched(redis, file.sports, await openSeries(signal), clock.nowMs(), signal),
    poll: (sports, signal) => pollOdds(source, sports, { clock, pauseMs: file.pause_ms }, signal),
    policyOf: ({ sport, commenceMs }, nowMs) => consensusPolicyAt(settings, { sport, startMs: commenceMs }, nowMs),
    write: (events, signal) => writeOdds(redis, events, signal),
    onRow,
    clock,
    log,
  })
  return {
    ...rounds,
    async close() {
      redis.disconnect()
      await source.close()
    },
  }
}

/** The rest of the product runs without odds: that they are missing is the answer of every round, and nobody's alarm. */
function idle(failure: string): OddsIngest {
  const round = { sports: [], left: [], remaining: null, nextMs: null, paused: null, keyRefused: null, failure }
  return {
    activities: { ingestOddsRound: () => Promise.resolve(round) },
    creditsBack: () => Promise.resolve(null),
    creditsLeft: () => null,
    close: () => Promise.resolve(),
  }
}

const sourceOf = (file: OddsFile, key: string): Parameters<typeof createOddsClient>[0] => ({
  baseUrl: file.base_url,
  key,
  format: file.odds_format,
  regions: file.regions,
  bookmakers: file.bookmakers,
  markets: file.markets,
  timeoutMs: file.timeout_ms,
  skewMaxMs: file.clock_skew_max_ms,
  clock,
})

const costOf = ({ markets, regions, bookmakers }: OddsFile): number =>
  creditsOf({ markets: markets.length, regions: regions.length, bookmakers: bookmakers.length })

const policyOf = (budget: OddsFile['budget']): BudgetPolicy => ({
  keepCredits: budget.keep_credits,
  nearMs: budget.near_hours,
  horizonMs: budget.horizon_hours,
  aheadMs: budget.ahead_hours,
  nearIntervalMs: budget.near_interval_s,
  farIntervalMs: budget.far_interval_s,
  lookIntervalMs: budget.look_interval_s,
})

/** Connects again by itself; a round that meets it away fails, and the next one writes. */
function connectedTo(redisUrl: string, log: Log): ReturnType<typeof connect> {
  const redis = connect(redisUrl)
  redis.on('error', (error: Error) => log.warn({ error: error.message }, 'the cache of odds is away'))
  return redis
}
