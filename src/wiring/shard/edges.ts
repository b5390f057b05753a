import path from 'node:path'
import { ConfigurationError } from '../../config/environment'
import type { Config } from '../../config/load'
import { readOddsFile } from '../../config/odds'
import { readProfilesFile } from '../../config/profiles'
import { rulesFor, type EdgeRules } from '../../core/edge/profile'
import type { MarketId } from '../../core/ids'
import { tradingDayStart } from '../../core/risk/trading-day'
import type { Limits } from '../../core/risk/limits'
import type { Mode } from '../../core/trade/plan'
import type { Millis } from '../../core/units'
import { unlessAborted, withLimit } from '../../ports/limit'
import type { Log } from '../../ports/log'
import { watchArming } from '../../stores/postgres/arming/watch'
import { boundBy } from '../../stores/postgres/breaker'
import { readStanding } from '../../stores/postgres/calibration/standings'
import { readEdgeMoney } from '../../stores/postgres/edges/money'
import { readLimits } from '../../stores/postgres/limits'
import type { Database } from '../../stores/postgres/pool'
import { Catalogue } from '../../streaming/edges/catalogue'
import type { EdgeOptions } from '../../streaming/edges/desk-options'
import { LiveEdges, type EdgeState } from '../../streaming/edges/live'
import type { ToldEdgeMarket } from '../../streaming/edges/edge-desk'
import { EdgeMarkets } from '../../streaming/edges/markets'
import { Sales, type SalesOptions } from '../../streaming/edges/sales'
import { ArmingGate, MoneyMirror } from '../../streaming/edges/standing'
import { Tellings } from '../../streaming/edges/tellings'
import { Throttle } from '../../streaming/edges/throttle'
import { systemClock } from '../clock'
import { EdgeCache } from './edge-cache'
import type { Parts } from './parts'

const MONEY_EVERY_MS = 1_000
const MONEY_LIMIT_MS = 2_000
const clock = systemClock()

/** What decides on edges besides books and odds: known before there is a shard, kept by {@link EdgeTasks.run}. */
export interface EdgeStanding {
  readonly series: readonly string[]
  readonly rules: EdgeRules
  readonly money: MoneyMirror
  readonly gate: ArmingGate
  readonly throttle: Throttle
  readonly sales: Sales
  /** For the shard. */
  readonly options: EdgeOptions
}

/** The desk of edges of a streaming process. */
export interface EdgeTasks {
  /** Until aborted: whatever it needs may be away, and comes back. */
  run(signal: AbortSignal): Promise<void>
  /** What is watched, as it was told last. */
  told(): readonly ToldEdgeMarket[]
  state(): EdgeState
}

/**
 * null: this process trades no edges. One shard does, the first: a market is nobody's pair, and two would find the same edge.
 * @param shardOf Kalshi's shard of a market, by its listing
 * @throws ConfigurationError for files that cannot be used, or are missing.
 */
export function edgeStanding(
  config: Config,
  shardOf: (market: MarketId) => number,
  selling: Pick<SalesOptions, 'sellers' | 'lease' | 'halts' | 'log'>,
): EdgeStanding | null {
  const { mode, configDir, venues } = config
  if (venues.edges?.enabled !== true || config.shard !== config.firstShard) return null
  const file = readOddsFile(configDir)
  if (file === null)
    throw new ConfigurationError(
      `edges are enabled in venues.yaml, and ${path.join(configDir, 'odds.yaml')} is missing: it names the series that are watched`,
    )
  // what nobody ingests has neither odds nor listings in the ledger (docs/odds.md)
  const series = file.sports.flatMap((sport) => sport.series).filter((name) => venues.kalshi.series.includes(name))
  const settings = readProfilesFile(configDir)
  const rules = rulesFor(settings, mode)
  const money = new MoneyMirror(shardOf)
  const gate = new ArmingGate(mode, rules.name)
  const throttle = new Throttle()
  const sales = new Sales({
    ...{ ...selling, clock },
    armed: () => gate.sellingGate(clock.nowMs()),
    heldOf: (market, nowMs) => money.heldOf(market, nowMs),
  })
  const options: EdgeOptions = {
    ...{ rules, settings, sales },
    armed: () => gate.gate(clock.nowMs()) ?? throttle.gate(clock.nowMs()),
    money: (market, nowMs) => ({ ...money.of(market, nowMs), share: throttle.share }),
    maxContracts: () => money.maxContracts(clock.nowMs()),
    onDecided(plan) {
      money.decided(plan)
      gate.decided(plan)
    },
    onOver(plan, result) {
      money.over(plan, result, clock.nowMs())
      gate.over(plan, result)
    },
  }
  return { series, rules, money, gate, throttle, sales, options }
}

/** @throws Error for a shard that has no desk of edges */
export function openEdges(
  standing: EdgeStanding,
  { config, stores, sessions, shard, desk, role, log }: Pick<Parts, 'config' | 'stores' | 'sessions' | 'shard' | 'desk' | 'role' | 'log'>,
): EdgeTasks {
  const { series, rules, money, gate, throttle } = standing
  const { edges, terms, engine, launcher } = shard
  const feed = sessions.feeds.find(({ venue }) => venue === 'kalshi')
  if (edges === null || feed === undefined) throw new Error('this shard has no desk of edges')
  const { frameLog, database } = stores
  const tellings = new Tellings()
  const isNeeded = (market: MarketId): boolean => desk.pairs.some(({ kalshi }) => kalshi === market) || launcher.traded().includes(market)
  const markets = new EdgeMarkets(series, { edges, terms, engine, feed, tellings, isNeeded, frameLog })
  const live = new LiveEdges({
    ...{ profile: rules.name, desk: edges, markets, tellings, frameLog, clock },
    gate: (nowMs) => gate.gate(nowMs),
    throttle: () => throttle.text,
    equity: (nowMs) => money.equity(nowMs),
  })
  const catalogue = new Catalogue({ series, catalog: sessions.kalshi.catalog, markets, terms, clock, log })
  const { redisUrl } = config.endpoints
  if (series.length === 0)
    log.warn({}, 'edges are enabled, and no series of odds.yaml is among kalshi.series of venues.yaml: nothing is watched')
  if (redisUrl === null) log.warn({}, 'edges are enabled, and this stack has no cache: no odds come')
  const cache =
    redisUrl === null
      ? null
      : new EdgeCache({ url: redisUrl, hear: (game) => live.hear(game), markets, mayWrite: () => role.valid(), clock, log })
  return {
    async run(signal) {
      await Promise.all([
        live.run(signal),
        catalogue.run(signal),
        keepMoney(config, database, standing, log, signal),
        watchArming(database, clock, log, (arming) => gate.tell(arming, clock.nowMs()), signal),
        cache?.run(signal),
      ])
    },
    told: () => [...markets.watched.values()],
    state: () => live.state(),
  }
}

/** While the ledger cannot be asked, what was read ages, and then nothing is sized. */
async function keepMoney(
  { mode }: Pick<Config, 'mode'>,
  database: Database,
  { rules, money: mirror, throttle }: Pick<EdgeStanding, 'rules' | 'money' | 'throttle'>,
  log: Log,
  signal: AbortSignal,
): Promise<void> {
  let isDown = false
  while (!signal.aborted) {
    const beganMs = clock.nowMs()
    try {
      const reading = Promise.all([
        readEdgeMoney(database, tradingDayStart(beganMs)),
        boundLimits(database, mode, beganMs),
        readStanding(database, mode, rules.name),
      ])
      const [money, { maxContractsPerTrade: maxContracts }, standing] = await withLimit([signal], MONEY_LIMIT_MS, (limit) =>
        unlessAborted(reading, limit),
      )
      mirror.tell({ ...money, maxContracts }, beganMs)
      throttle.tell(standing, beganMs)
      isDown = false
    } catch (error) {
      if (!isDown && !signal.aborted)
        log.warn({ error: (error as Error).message }, 'our money at Kalshi could not be read; no edge is sized until it is')
      isDown = true
    }
    await clock.sleep(MONEY_EVERY_MS, signal).catch(() => undefined) // the loop ends by the signal
  }
}

const boundLimits = async (database: Database, mode: Mode, nowMs: Millis): Promise<Limits> =>
  boundBy(database, await readLimits(database), 'edge', mode, nowMs)
