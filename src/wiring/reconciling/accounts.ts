import { adoptFills, type LateFillsAtVenue } from '../../activities'
import { FAILURES } from '../../core/failures'
import type { MarketId, Venue } from '../../core/ids'
import { NO_SESSIONS } from '../../core/risk/state'
import type { Fill } from '../../core/trade/order'
import { millis, type Millis } from '../../core/units'
import type { Look, VenueAccount } from '../../ports/account'
import type { Log } from '../../ports/log'
import { lookAt } from '../../stores/postgres/breaks/look'
import { createLedger } from '../../stores/postgres/ledger'
import { endedOrder, openedMs } from '../../stores/postgres/owners'
import type { Database } from '../../stores/postgres/pool'
import type { Gateway } from '../../venues/forecastex/gateway/owner'
import type { KalshiRest } from '../../venues/kalshi/rest/call'
import { listOrders } from '../../venues/kalshi/rest/orders'
import { systemClock } from '../clock'

const clock = systemClock()

/** Our client ids by the venue's own, of the orders in a market. */
export type OrderIds = (venue: Venue, market: MarketId, signal: AbortSignal) => Promise<ReadonlyMap<string, string>>
export interface Adopting {
  readonly database: Database
  readonly orderIds: OrderIds
  readonly log: Log
}

/** Kalshi lists orders with their client ids; a gateway tells an execution with its reference. */
export const venueOrderIds =
  (rest: KalshiRest, { requests }: Gateway): OrderIds =>
  async (venue, market, signal) => {
    if (venue === 'kalshi') {
      const listed = await listOrders(rest, { ticker: market }, signal)
      return new Map(listed.map(({ venueOrderId, clientOrderId }) => [venueOrderId, clientOrderId]))
    }
    const { executions } = await requests.executions(signal)
    return new Map(executions.map(({ permId, orderRef }) => [String(permId || orderRef), orderRef]))
  }

/** Books what is ours of fills that the ledger lacks, at either venue (E14). @returns of which orders; the rest is told, and becomes a break in time. */
export async function adoptAt(venue: Venue, fills: readonly Fill[], at: Adopting, signal: AbortSignal): Promise<readonly string[]> {
  const { booked, violations } = await adoptFills(adoptionAt(venue, at), fills, signal)
  for (const clientOrderId of booked) at.log.error({ venue, clientOrderId }, FAILURES.lateFill)
  for (const violation of violations) at.log.debug({ venue, violation }, 'a fill is not booked')
  return booked
}

/** Fees as charged: no model is asked. */
function adoptionAt(venue: Venue, { database, orderIds }: Adopting): Pick<LateFillsAtVenue, 'orderIds' | 'endedOrder' | 'book'> {
  const ledger = createLedger(database, () => NO_SESSIONS, clock)
  return {
    orderIds: (market, signal) => orderIds(venue, market, signal),
    endedOrder: (id) => endedOrder(database, id),
    book: async (tradeId, order, fills, signal) => void (await ledger.book(tradeId, order, fills, null, signal)),
  }
}

/** A look at an account, over fills of so far back and no further than it is on record; null: it is not. @throws what the venue throws */
export async function lookBack(database: Database, account: VenueAccount, forMs: number, signal: AbortSignal): Promise<Look | null> {
  const opened = await openedMs(database, account.venue)
  if (opened === null) return null
  const nowMs = (): Millis => clock.nowMs()
  return lookAt(database, account, millis(Math.max(opened, nowMs() - forMs)), nowMs, signal)
}
