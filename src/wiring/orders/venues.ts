import type { ExecutionHint } from '../../activities'
import type { Config } from '../../config/load'
import type { MarketId, Venue } from '../../core/ids'
import type { SessionProof } from '../../core/risk/state'
import type { Access } from '../../core/trade/cure'
import type { VenueAccount } from '../../ports/account'
import type { Journal } from '../../ports/journal'
import type { Log } from '../../ports/log'
import type { OrderEntry } from '../../ports/order-entry'
import type { ForecastexEntryState } from '../../venues/forecastex/order-entry'
import { forecastexCanaries, kalshiCanaries, type Placing } from '../drills/canaries'
import { openKalshiOrders, type KalshiOrdersHooks } from '../kalshi-orders'
import { venueOrderIds, type OrderIds } from '../reconciling/accounts'
import { openOrdersAtForecastex, openOrdersAtKalshi, type OpenOrders } from '../resting'
import type { ShardSessions } from '../sessions'
import type { ShardStores } from '../shard/stores'
import { openForecastexOrders, type ForecastexOrdersHooks } from './forecastex'

/** The orders of a shard at both venues, and what else of the venues goes with them. */
export interface VenueOrders {
  readonly entries: Readonly<Record<Venue, OrderEntry>>
  readonly accounts: Readonly<Record<Venue, VenueAccount>>
  readonly orderIds: OrderIds
  /** Where canaries rest. */
  readonly placing: Readonly<Record<Venue, Placing>>
  readonly openOrders: Readonly<Record<Venue, OpenOrders>>
  /** E9. */
  readonly proof: () => SessionProof
  /** E24. */
  readonly access: (venue: Venue, market: string) => Access
  /** E14: executions as the venues tell them, those first that earlier processes were told. */
  hearExecutions(listener: (hint: ExecutionHint) => void): void
  /** For status and metrics. */
  forecastex(): ForecastexEntryState
  /** Until aborted: what limits openings at Kalshi beside our own limits. */
  watchGroups(markets: readonly MarketId[], signal: AbortSignal): void
  close(): Promise<void>
}

/** Orders at the venues themselves. */
export async function openVenueOrders(
  config: Config,
  stores: ShardStores,
  sessions: ShardSessions,
  journal: Journal,
  hooks: KalshiOrdersHooks & ForecastexOrdersHooks,
  log: Log,
): Promise<VenueOrders> {
  const { kalshi, forecastex } = sessions
  const { account } = config.endpoints.forecastex
  const here = openKalshiOrders(config, sessions, hooks, log)
  const there = await openForecastexOrders(config, forecastex, journal, stores.frameLog, hooks, log)
  return {
    entries: { kalshi: here.entry, forecastex: there.entry },
    accounts: { kalshi: kalshi.account, forecastex: forecastex.account },
    orderIds: venueOrderIds(kalshi.rest, forecastex.gateway),
    placing: {
      kalshi: kalshiCanaries(kalshi.rest, hooks),
      forecastex: forecastexCanaries({ entry: there.entry, gateway: forecastex.gateway }, account),
    },
    openOrders: { kalshi: openOrdersAtKalshi(kalshi.rest), forecastex: openOrdersAtForecastex(forecastex.gateway, account) },
    proof: there.proof,
    access: there.access,
    hearExecutions(listener) {
      sessions.hearExecutions(listener)
      for (const hint of there.toldEarlier) listener(hint)
    },
    forecastex: () => there.entry.state(),
    watchGroups: here.watchGroups,
    close: there.close,
  }
}
