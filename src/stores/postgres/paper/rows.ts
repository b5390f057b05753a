import { parseOrderId, type ClientOrderId, type MarketId, type Outcome, type Venue } from '../../../core/ids'
import type { Fill, OrderIntent } from '../../../core/trade/order'
import type { RejectReason } from '../../../core/trade/outcome'
import { PAPER_ACCOUNT } from '../../../core/trade/paper'
import type { Millis, Money, Price, Quantity } from '../../../core/units'
import type { PaperEnd, PaperState } from '../../../ports/account'
import type { Transaction } from '../pool'

/** A paper order as it is kept. */
export interface OrderRow {
  readonly client_order_id: ClientOrderId
  readonly venue: Venue
  readonly market: MarketId
  readonly outcome: Outcome
  readonly action: OrderIntent['action']
  readonly limit_price: Price
  readonly quantity: Quantity
  readonly purse: string | null
  readonly rests_until_ms: Millis | null
  readonly state: 'accepted' | 'resting' | 'ended'
  readonly reason: RejectReason | null
  readonly detail: string
}
interface FillRow extends Pick<OrderRow, 'client_order_id' | 'venue' | 'market' | 'outcome' | 'action'> {
  readonly n: number
  readonly price: Price
  readonly quantity: Quantity
  readonly fee_micros: Money
  readonly at_ms: Millis
}

/** Locked until the end of the transaction. */
export async function lockOrder(transaction: Transaction, id: ClientOrderId): Promise<OrderRow | null> {
  const read = await transaction.query<OrderRow>('select * from paper_order where client_order_id = $1 for update', [id])
  return read.rows[0] ?? null
}

/** Fills of one order, or of a venue since a moment, in the order in which they happened. */
export async function readFills(
  transaction: Transaction,
  of: { readonly order: ClientOrderId } | { readonly venue: Venue; readonly sinceMs: Millis },
): Promise<readonly Fill[]> {
  const [where, values] =
    'order' in of ? ['f.client_order_id = $1', [of.order]] : ['o.venue = $1 and f.at_ms >= $2', [of.venue, of.sinceMs]]
  const read = await transaction.query<FillRow>(
    `select f.client_order_id, f.n, f.price, f.quantity, f.fee_micros, f.at_ms, o.venue, o.market, o.outcome, o.action
     from paper_fill f join paper_order o using (client_order_id) where ${where} order by f.at_ms, f.client_order_id, f.n`,
    values,
  )
  return read.rows.map(({ client_order_id: id, n, venue, market, outcome, action, price, quantity, fee_micros: fee, at_ms: atMs }) => ({
    ...{ venue, account: PAPER_ACCOUNT, venueOrderId: id, executionId: `${parseOrderId(id).clientOrderId}.${n}`, corrects: null },
    ...{ market, outcome, action, price, quantity, fee, atMs },
  }))
}

/** How an ended order has ended. */
export async function endOf(transaction: Transaction, { client_order_id: order, reason, detail }: OrderRow): Promise<PaperEnd> {
  return reason === null ? { kind: 'done', fills: await readFills(transaction, { order }) } : { kind: 'rejected', reason, detail }
}

/** E13: what is kept under an id is what was meant, or another order. */
export async function stateOf(transaction: Transaction, row: OrderRow, order: OrderIntent): Promise<PaperState> {
  const isIt =
    row.venue === order.venue &&
    row.market === order.market &&
    row.outcome === order.outcome &&
    row.action === order.action &&
    row.limit_price === order.limit &&
    row.quantity === order.quantity
  if (!isIt) return { kind: 'differs' }
  if (row.state === 'ended') return endOf(transaction, row)
  return { kind: row.state === 'resting' ? 'resting' : 'under-way' }
}
