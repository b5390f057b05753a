import type { MarketId, Outcome, TradeId, Venue } from '../ids'
import { costShare } from '../ledger/postings'
import { formatQuantity, money, NO_MONEY, NO_QUANTITY, quantity, type Millis, type Money, type Quantity } from '../units'
import { groupBy } from './quantiles'

/** What happened to the contracts of one trade in one market and outcome, as booked. */
export type LotEvent = {
  readonly tradeId: TradeId
  readonly venue: Venue
  readonly market: MarketId
  readonly outcome: Outcome
  readonly atMs: Millis
  readonly quantity: Quantity
  /** Whose fill it is; null: a netting or a payout. */
  readonly order: string | null
} & (
  | { readonly kind: 'bought'; readonly cost: Money; readonly fees: Money }
  /**
   * `basis`: what the contracts had cost, as posted. Of the dollar that a netted pair brings, the contracts bought last have their cost back, so that
   * the whole gain is that of those that were held.
   */
  | { readonly kind: 'sold' | 'netted' | 'settled'; readonly proceeds: Money; readonly basis: Money; readonly fees: Money }
)
export type Disposal = Exclude<LotEvent, { readonly kind: 'bought' }>

/** Contracts that left a lot at once, or that it still holds. */
export interface LotRow {
  readonly tradeId: TradeId
  readonly venue: Venue
  readonly market: MarketId
  readonly outcome: Outcome
  readonly how: Disposal['kind'] | 'open'
  readonly quantity: Quantity
  /** The first purchase of the lot. */
  readonly openedMs: Millis
  readonly closedMs: Millis | null
  readonly basis: Money
  /** Of the purchases, shared out over the lot's contracts as its cost is (average cost, the last contract takes the rest). */
  readonly feesIn: Money
  /** null where nothing has left. */
  readonly proceeds: Money | null
  readonly feesOut: Money
}

const lotOf = ({ tradeId, venue, market, outcome }: LotEvent): string => `${tradeId}|${venue}|${market}|${outcome}`

/** @param events as they were booked, oldest first @throws RangeError when more leaves a lot than it holds. */
export const lotsOf = (events: readonly LotEvent[]): readonly LotRow[] => [...groupBy(events, lotOf).values()].flatMap(rowsOf)

function rowsOf(events: readonly LotEvent[]): readonly LotRow[] {
  const rows: LotRow[] = []
  let [held, cost, fees] = [NO_QUANTITY, NO_MONEY, NO_MONEY]
  const openedMs = Math.min(...events.filter(({ kind }) => kind === 'bought').map(({ atMs }) => atMs)) as Millis
  for (const event of events) {
    const { tradeId, venue, market, outcome } = event
    if (event.kind === 'bought') {
      ;[held, cost, fees] = [quantity(held + event.quantity), money(cost + event.cost), money(fees + event.fees)]
      continue
    }
    if (event.quantity > held)
      throw new RangeError(`${formatQuantity(event.quantity)} leave lot ${lotOf(event)}, which holds ${formatQuantity(held)}`)
    const feesIn = costShare(fees, held, event.quantity)
    const { kind: how, proceeds, basis } = event
    rows.push({
      tradeId,
      venue,
      market,
      outcome,
      how,
      quantity: event.quantity,
      openedMs,
      closedMs: event.atMs,
      basis,
      feesIn,
      proceeds,
      feesOut: event.fees,
    })
    ;[held, cost, fees] = [quantity(held - event.quantity), money(cost - basis), money(fees - feesIn)]
  }
  const [first] = events
  if (held > 0 && first) {
    const { tradeId, venue, market, outcome } = first
    rows.push({
      tradeId,
      venue,
      market,
      outcome,
      how: 'open',
      quantity: held,
      openedMs,
      closedMs: null,
      basis: cost,
      feesIn: fees,
      proceeds: null,
      feesOut: NO_MONEY,
    })
  }
  return rows
}

/** What a closed row has made; null: it is open. */
export const gainOf = ({ proceeds, basis, feesIn, feesOut }: LotRow): Money | null =>
  proceeds === null ? null : money(proceeds - basis - feesIn - feesOut)
