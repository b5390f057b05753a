import type { ExecutionHint } from '../activities'
import type { Config } from '../config/load'
import type { Venue } from '../core/ids'
import type { Calendar } from '../core/market/calendar'
import type { BookDirectory } from '../core/market/reference'
import type { Catalog } from '../ports/catalog'
import type { MarketFeed } from '../ports/feed'
import type { FrameLog } from '../ports/frame-log'
import type { Log } from '../ports/log'
import { createForecastexFeed } from '../venues/forecastex/feed'
import type { Gateway } from '../venues/forecastex/gateway'
import type { Arrival } from '../venues/forecastex/session'
import { baseOf, isCorrection } from '../venues/forecastex/wire/executions'
import { createKalshiFeed } from '../venues/kalshi/feed'
import type { StreamFill } from '../venues/kalshi/wire/stream'
import { createTokens, type Tokens } from '../venues/tokens'
import { calendarsOf, releasesOf, type Release } from './calendars'
import { systemClock } from './clock'
import { openForecastex, openKalshi, type ForecastexSession, type KalshiSession } from './venues'

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
  /** E14: tells every execution of an order of ours as a venue tells it, also one that was told before. Hints only: a stream may lose some. */
  hearExecutions(listener: (hint: ExecutionHint) => void): void
  /** E18: the request budgets of both accounts. */
  readonly tokens: Tokens
  /** Keeps the order connection open and the clock offset fresh. */
  keepWarm(signal: AbortSignal): Promise<void>
  /** The gateway session goes on under the trading client id: permitted to the holder of the lease only. */
  takeClientId(): void
  close(): Promise<void>
}

/** @param holder whether the lease is held already; if not, the gateway session begins under the standby's client id. */
export function openShardSessions(config: Config, directory: BookDirectory, frameLog: FrameLog, holder: boolean, log: Log): ShardSessions {
  const clock = systemClock()
  const kalshi = openKalshi(config, frameLog, log)
  const forecastex = openForecastex(config, holder ? 'trading' : 'standby', frameLog, log)
  const { gateway, catalog } = forecastex
  const listeners: ((hint: ExecutionHint) => void)[] = []
  const tell = (hint: ExecutionHint | null): void => {
    if (hint) for (const listener of listeners) listener(hint)
  }
  gateway.listen((arrival) => tell(gatewayHint(arrival)))
  const onFill = ({ clientOrderId, executionId }: StreamFill): void => tell(clientOrderId === null ? null : { clientOrderId, executionId })
  return {
    kalshi,
    forecastex,
    gateway,
    feeds: [
      createKalshiFeed({ wsUrl: config.endpoints.kalshi.wsUrl, signer: kalshi.signer, directory, frameLog, clock, log, onFill }),
      createForecastexFeed({ gateway, catalog, directory, frameLog, clock, log }),
    ],
    catalogs: { kalshi: kalshi.catalog, forecastex: catalog },
    calendars: calendarsOf(config),
    releases: releasesOf(config),
    hearExecutions: (listener) => void listeners.push(listener),
    tokens: createTokens(clock),
    keepWarm: (signal) => kalshi.rest.keepWarm(signal),
    takeClientId: () => gateway.assume(config.venues.forecastex.client_id),
    close: () => kalshi.rest.close(),
  }
}

/** What an arrival of the gateway says of an execution; null when it is about something else. */
export function gatewayHint({ callback }: Arrival): ExecutionHint | null {
  if (callback?.kind !== 'execution') return null
  const { execId, orderRef } = callback.execution
  return { clientOrderId: orderRef, executionId: isCorrection(execId) ? execId : baseOf(execId) }
}
