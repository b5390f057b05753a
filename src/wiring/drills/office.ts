import type { Client } from '@temporalio/client'
import { createDrillActivities, watchDrills, type DrillDependencies, type DrillWatch, type Witness } from '../../activities'
import type { Config } from '../../config/load'
import { marketId, mintTradeId, VENUES, type MarketId, type Venue } from '../../core/ids'
import type { Claim } from '../../core/risk/claims'
import { drillAge, type CanaryPlace } from '../../core/risk/drill'
import { isOnPaper } from '../../core/trade/paper'
import type { Log } from '../../ports/log'
import { askControls } from '../../operator/controls'
import { order } from '../../operator/halts'
import { createHaltFile, type HaltFile } from '../../stores/files/halt-file'
import { closeDrill, liftOwnHalt, openDrill, readDrillTimes } from '../../stores/postgres/drills/drills'
import { readHalts } from '../../stores/postgres/halts'
import { heldClaims, openTrades } from '../../stores/postgres/owners'
import { activePairs } from '../../stores/postgres/pairs/registry'
import type { Database } from '../../stores/postgres/pool'
import type { DrillActivities } from '../../workflows/messages'
import { systemClock } from '../clock'

const RANDOM_32 = 2 ** 32
const MS_PER_DAY = 86_400_000
/** More places are not needed: one whose offers are far enough away is enough. */
const PLACES_MAX = 20
/** A page of one process on this machine. */
const PAGE_LIMIT_MS = 2_000

export interface DrillOffice {
  readonly activities: DrillActivities
  readonly watch: DrillWatch
}

/** A kill drill's half in the back office: the command's own code, with the ledger, the local file and the risk controller behind it. */
export function openDrills(config: Config, database: Database, client: Client, log: Log): DrillOffice {
  const clock = systemClock()
  const { mode, venues, endpoints, shards } = config
  const haltFile = createHaltFile(config.dataDir)
  const controls = { account: endpoints.kalshi.account, temporal: () => Promise.resolve(client) }
  const command = { database, haltFile, controls, nowMs: () => clock.nowMs() }
  const overdueAfterMs = venues.drill.overdue_after_days * MS_PER_DAY
  const dependencies: DrillDependencies = {
    ...{ mode, clock, log, shards: shards.map(({ name }) => name) },
    haltOfAll: async () => (await readHalts(database)).active.find(({ scope }) => scope === 'all') ?? fileHalt(haltFile),
    openTrades: async () => (await openTrades(database)).length,
    places: () => placesOf(config, database),
    mintId: () => mintTradeId(clock.nowMs(), Math.random() * RANDOM_32),
    open: (run, drill, signal) => openDrill(database, run, drill, signal),
    halt: (by, reason) => order(command, 'halt', 'all', by, reason),
    witnesses: witnessesOf(shards, database, haltFile, async (epoch) => void (await askControls(controls, 'tellHalts', [epoch]))),
    kill: (killing, all) => askControls(controls, 'kill', [{ ...killing, shard: all[0] ?? config.shard, shards: all }]),
    async lift(epoch, by, reason, signal) {
      const kept = await liftOwnHalt(database, epoch, by, `${reason} passed`, clock.nowMs(), signal)
      if (kept === null && fileHalt(haltFile)?.reason === reason) haltFile.clear(['all'])
      return kept
    },
    close: (report, signal) => closeDrill(database, report, signal),
  }
  const times = async () => {
    const { lastPassedMs, openedMs } = await readDrillTimes(database)
    return openedMs === null ? null : drillAge(lastPassedMs, openedMs, clock.nowMs(), overdueAfterMs)
  }
  return { activities: createDrillActivities(dependencies), watch: watchDrills({ mode, overdueAfterMs, times, clock, log }) }
}

const fileHalt = (haltFile: HaltFile) => haltFile.read().entries.find(({ scope }) => scope === 'all') ?? null

/** Who has to know of every halt (E26): where it stands, where it is looked at before each opening byte, and who tells running trades. */
function witnessesOf(
  shards: Config['shards'],
  database: Database,
  haltFile: HaltFile,
  told: (epoch: number) => Promise<void>,
): readonly Witness[] {
  return [
    {
      who: 'the ledger',
      knows: async (epoch) => (await readHalts(database)).active.some((halt) => halt.scope === 'all' && halt.epoch >= epoch),
    },
    { who: 'the local halt file', knows: () => Promise.resolve(fileHalt(haltFile) !== null) },
    ...shards.map(({ name, healthPort }) => ({
      who: `the streaming process of shard ${name}`,
      knows: async (epoch: number) => (await haltEpochOf(healthPort)) >= epoch,
    })),
    { who: 'the risk controller', knows: (epoch) => told(epoch).then(() => true) },
  ]
}

/** As the process's mirror has it. @throws when it does not answer. */
async function haltEpochOf(port: number): Promise<number> {
  const response = await fetch(`http://127.0.0.1:${port}/status`, { signal: AbortSignal.timeout(PAGE_LIMIT_MS) })
  const { haltEpoch } = (await response.json()) as { readonly haltEpoch?: number }
  return haltEpoch ?? -1
}

/** Where canaries may rest: as configured; where no real venue sees a canary (modes sim, paper and observe) also at the active pairs' markets, those first that nobody claims. */
async function placesOf({ mode, venues }: Config, database: Database): Promise<readonly CanaryPlace[]> {
  const claims = await heldClaims(database)
  const named = VENUES.flatMap((venue) => {
    const market = venues.drill.canaries[venue]
    return market === undefined ? [] : [placeAt(venue, marketId(market), claims)]
  })
  if (mode !== 'sim' && !isOnPaper(mode)) return named
  const pairs = await activePairs(database)
  const listed = VENUES.filter((venue) => venues.drill.canaries[venue] === undefined).flatMap((venue) =>
    pairs
      .map((pair) => placeAt(venue, venue === 'kalshi' ? pair.kalshiMarket : pair.forecastexMarket, claims))
      .toSorted((a, b) => Number(a.outcome !== null) - Number(b.outcome !== null))
      .slice(0, PLACES_MAX),
  )
  return [...named, ...listed]
}

const placeAt = (venue: Venue, market: MarketId, claims: readonly Claim[]): CanaryPlace => ({
  venue,
  market,
  outcome: claims.find((claim) => claim.venue === venue && claim.market === market)?.outcome ?? null,
})
