import type { ExecutionHint } from '../activities'
import type { Config } from '../config/load'
import type { MarketId, Venue } from '../core/ids'
import type { Calendar } from '../core/market/calendar'
import type { BookDirectory } from '../core/market/reference'
import { regimeAt } from '../core/market/fees-forecastex'
import { formatQuantity } from '../core/units'
import type { Catalog, ContractPair } from '../ports/catalog'
import type { MarketFeed } from '../ports/feed'
import type { FrameLog } from '../ports/frame-log'
import type { Log } from '../ports/log'
import { createForecastexFeed, type FeedOptions } from '../venues/forecastex/feed'
import type { ForecastexFeedState } from '../venues/forecastex/quotes/state'
import type { Gateway } from '../venues/forecastex/gateway/owner'
import type { Arrival } from '../venues/forecastex/gateway/session'
import { baseOf, isCorrection } from '../venues/forecastex/wire/executions'
import { createKalshiFeed, type KalshiFeedState } from '../venues/kalshi/feed'
import { readMissedFills } from '../venues/kalshi/missed'
import { StreamInspection } from '../venues/kalshi/sentinel/stream'
import { OrderWatch } from '../venues/kalshi/watch'
import type { StreamFill, StreamGroup, StreamOrder, StreamTicker } from '../venues/kalshi/wire/stream'
import { createTokens, SMALLEST_RATES, type Tokens } from '../venues/tokens'
import { announcedSchedule, calendarsOf, releasesOf, type Release } from './calendars'
import { systemClock } from './clock'
import { overseenOf, type Overseen } from './oversight'
import { clientIdOf, openForecastex, openKalshi, regimesOf, type ForecastexSession, type KalshiSession } from './venues'

/** Contracts since the market opened, and held by somebody now. */
interface Traded {
  readonly volume: string
  readonly openInterest: string
}

/** The venue sessions of a shard: what a standby has up as well as the holder of the lease (E19). */
export interface ShardSessions {
  readonly kalshi: KalshiSession
  readonly forecastex: ForecastexSession
  readonly gateway: Gateway
  readonly feeds: readonly MarketFeed[]
  readonly catalogs: Readonly<Record<Venue, Catalog>>
  /** E28: when the venues do not trade, and what is published when. */
  readonly calendars: readonly Calendar[]
  readonly releases: readonly Release[]
  /** What the oversight of Kalshi works with. */
  readonly overseen: Overseen
  /** E14: tells every execution of an order of ours as a venue tells it, also one that was told before. Hints only: a stream may lose some. */
  hearExecutions(listener: (hint: ExecutionHint) => void): void
  /** What Kalshi's private channels say of our orders. */
  readonly watch: OrderWatch
  /** For status: Kalshi's connections and subscriptions, and what was traded by market where the ticker is configured. */
  stream(): KalshiFeedState & { readonly traded: Readonly<Record<string, Traded>> }
  /** For status: ForecastEx's quotes, and what has none and why. */
  quotes(): ForecastexFeedState
  /** E18: the request budgets of both accounts. */
  readonly tokens: Tokens
  /** What Kalshi's channel tells of order groups (E27). */
  hearGroups(listener: (group: StreamGroup) => void): void
  /** Keeps the order connection open and the clock offset fresh. */
  keepWarm(signal: AbortSignal): Promise<void>
  /** The gateway session goes on under the trading client id: permitted to the holder of the lease only. */
  takeClientId(): void
  /** It goes on under the standby's, for somebody else holds the lease. */
  leaveClientId(): void
  close(): Promise<void>
}

/**
 * @param holder whether the lease is held already; if not, the gateway session begins under the standby's client id
 * @param knownContracts the pairs of ForecastEx that were read before: a restart does not ask for them again
 * @param refusalOfFacts why nothing opens for want of a proven fact; null: nothing is missing
 */
export function openShardSessions(
  config: Config,
  directory: BookDirectory,
  frameLog: FrameLog,
  holder: boolean,
  log: Log,
  knownContracts: () => Promise<readonly ContractPair[]>,
  refusalOfFacts: () => Promise<string | null>,
): ShardSessions {
  const clock = systemClock()
  const { share } = config.own
  const kalshi = openKalshi(config, frameLog, log, share)
  const forecastex = openForecastex(config, holder ? 'trading' : 'standby', frameLog, log, knownContracts)
  const { gateway, catalog } = forecastex
  const announced = announcedSchedule(config.dataDir, kalshi.rest, log)
  const listeners: ((hint: ExecutionHint) => void)[] = []
  const tell = (hint: ExecutionHint | null): void => {
    if (hint) for (const listener of listeners) listener(hint)
  }
  const hintOf = createGatewayHints()
  gateway.listen((arrival) => tell(hintOf(arrival)))
  const groupListeners: ((group: StreamGroup) => void)[] = []
  const watch = new OrderWatch()
  const messages = new StreamInspection()
  const heard = {
    onFill: (fill: StreamFill): void => {
      messages.heardFill()
      watch.onFill(fill)
      const { clientOrderId, executionId } = fill
      tell(clientOrderId === null ? null : { clientOrderId, executionId })
    },
    onOrder: (order: StreamOrder): void => watch.onOrder(order),
    onGroup: (group: StreamGroup): void => groupListeners.forEach((listener) => listener(group)),
    onPrivateGap: readMissedFills(kalshi.rest, tell),
  }
  const { wsUrl } = config.endpoints.kalshi
  const { markets_per_connection: marketsPerConnection, connections_max: connections, ticker } = config.venues.kalshi
  const connectionsMax = partOf(connections, share)
  const traded = new Map<MarketId, Traded>()
  const onTicker = ({ market, volume, openInterest }: StreamTicker): void =>
    void traded.set(market, { volume: formatQuantity(volume), openInterest: formatQuantity(openInterest) })
  const shown = { ...heard, ...(ticker ? { onTicker } : {}), marketsPerConnection, connectionsMax }
  const feed = createKalshiFeed({ wsUrl, signer: kalshi.signer, directory, frameLog: messages.tap(frameLog), clock, log, ...shown })
  const quotes = createForecastexFeed({ ...quoteLimits(config), gateway, catalog, directory, frameLog, clock, log })
  return {
    kalshi,
    forecastex,
    gateway,
    feeds: [feed, quotes],
    catalogs: { kalshi: kalshi.catalog, forecastex: catalog },
    calendars: calendarsOf(config, announced.current),
    overseen: overseenOf(config, kalshi, feed, messages, announced, refusalOfFacts),
    releases: releasesOf(config),
    hearExecutions: (listener) => void listeners.push(listener),
    watch,
    stream: () => ({ ...feed.state(), traded: Object.fromEntries(traded) }),
    quotes: () => quotes.state(),
    tokens: tokensOf(config),
    hearGroups: (listener) => void groupListeners.push(listener),
    keepWarm: (signal) => kalshi.rest.keepWarm(signal),
    takeClientId: () => gateway.assume(clientIdOf(config, 'trading')),
    leaveClientId: () => gateway.assume(clientIdOf(config, 'standby')),
    close: () => kalshi.rest.close(),
  }
}

function quoteLimits(config: Config): Pick<FeedOptions, 'lines' | 'depthRows' | 'pairPrice'> {
  const { market_data_lines: lines, depth } = config.venues.forecastex
  const regimes = regimesOf(config)
  return {
    lines: partOf(lines, config.own.share),
    depthRows: depth === 'off' ? 0 : depth,
    pairPrice: () => regimeAt(systemClock().nowMs(), regimes).pairPrice,
  }
}

/** What an arrival of the gateway says of an execution; null when it is about something else. */
export function gatewayHint({ callback }: Arrival): ExecutionHint | null {
  if (callback?.kind !== 'execution') return null
  const { execId, orderRef } = callback.execution
  return { clientOrderId: orderRef, executionId: isCorrection(execId) ? execId : baseOf(execId) }
}

/** Executions whose fee is not told yet: it comes within seconds, and a read of the whole day tells each again with its fee. */
const FEES_AWAITED_MAX = 10_000

/** Hints of one gateway, whose commission reports name only the execution. */
export function createGatewayHints(): typeof gatewayHint {
  const awaited = new Map<string, string>()
  return (arrival) => {
    const { callback } = arrival
    if (callback?.kind === 'execution') {
      const [oldest] = awaited.size >= FEES_AWAITED_MAX ? awaited.keys() : []
      if (oldest !== undefined) awaited.delete(oldest)
      awaited.set(callback.execution.execId, callback.execution.orderRef)
    }
    if (callback?.kind !== 'commission') return gatewayHint(arrival)
    const clientOrderId = awaited.get(callback.execId)
    awaited.delete(callback.execId)
    return clientOrderId === undefined ? null : { clientOrderId, executionId: baseOf(callback.execId), tellsFee: true }
  }
}

/** Kalshi tells its rate (`readRates`); the gateway's is configured, because nothing tells it. */
function tokensOf({ venues, own }: Config): Tokens {
  const tokens = createTokens(systemClock())
  const perSecond = partOf(venues.forecastex.messages_per_second, own.share)
  const { kalshi, forecastex } = SMALLEST_RATES
  tokens.tellRate('forecastex', { ...forecastex, perSecond, capacity: perSecond })
  tokens.tellRate('kalshi', { ...kalshi, perSecond: kalshi.perSecond * own.share, capacity: partOf(kalshi.capacity, own.share) })
  return tokens
}

/** A shard's part of what an account has: of everything at least one. */
const partOf = (all: number, share: number): number => Math.max(1, Math.floor(all * share))
