import { reserved } from '../../core/ledger/accounts'
import { suspendedFee, type FeeDifference, type FeeModel } from '../../core/ledger/fee-model'
import { correction, costShare, fillBuy, fillSell, netPair, release } from '../../core/ledger/postings'
import type { Outcome, TradeId } from '../../core/ids'
import type { Purse } from '../../core/purse'
import type { Fill, OrderIntent } from '../../core/trade/order'
import { formatQuantity, money, NO_MONEY, notional, ONE_DOLLAR, quantity, type Money, type Quantity } from '../../core/units'
import { bookToldFee } from './evidence/told-fees'
import { post } from './post'
import { insertIntent } from './reserve'
import { amendEnd } from './worth'
import type { Transaction } from './pool'

/** Key of a fill: venue|account|order|execution base id (execution.md §8). */
export const fillKey = (fill: Fill): string => `${fill.venue}|${fill.account}|${fill.venueOrderId}|${fill.executionId}`

/** A fill with what it costs in fees: as charged, as the model says (null: no model), and how far one may be from the other. */
interface Told {
  readonly key: string
  readonly fill: Fill
  /** Until the venue tells one, the model's. */
  readonly fee: Money
  readonly isEstimate: boolean
  readonly modelled: Money | null
  readonly grid: Money | null
}

/** Whose fills are booked, against which purse, and whether its trade has ended. */
interface Booking {
  readonly order: OrderIntent
  readonly purse: Purse
  readonly ended: boolean
}

interface Lot {
  quantity: number
  cost_micros: number
}
interface Booked extends Lot {
  client_order_id: string
  price: number
  fee_micros: Money
  fee_estimated: boolean
  modelled: Money | null
  grid: Money | null
  revisions: number
}

/**
 * Books the fills of one order, each once (I13), and moves the trade's lots with them. What arrives after the trade has ended changes its result
 * and its claims (E14). @returns what of these fills stands in suspense because the model does not explain it (invariant 8).
 * A fee that is not told is booked as the model says, and corrected when it is told.
 * @throws when a fee is neither told nor modelled, a fill is not the order's or more than it, or a correction comes too late to be undone.
 */
export async function bookIn(
  transaction: Transaction,
  tradeId: TradeId,
  order: OrderIntent,
  fills: readonly Fill[],
  model: FeeModel | null,
): Promise<readonly FeeDifference[]> {
  if (order.tradeId !== tradeId) throw new Error(`${order.clientOrderId} is not an order of ${tradeId}`)
  await transaction.query('select 1 from risk_lock for update')
  const trade = await transaction.query<Omit<Booking, 'order'>>(
    'select purse_of($1, $2, $3) as purse, exists (select 1 from trade where trade_id = $1 and ended_ms is not null) as ended',
    [tradeId, order.venue, order.market],
  )
  const { purse = order.venue, ended = false } = trade.rows[0] ?? {}
  await insertIntent(transaction, order)
  let news = false
  const told = fills.map((fill, place) => toldOf(order, fill, model?.fees[place] ?? null, model?.grid ?? null))
  for (const each of [...told].sort((a, b) => (a.key < b.key ? -1 : 1)))
    news = (await bookFill(transaction, { order, purse, ended }, each)) || news
  await finishOrder(transaction, order)
  if (ended && news) await amendEnd(transaction, order)
  return differences(transaction, told)
}

function toldOf(order: OrderIntent, fill: Fill, modelled: Money | null, grid: Money | null): Told {
  const key = fillKey(fill)
  const fee = fill.fee ?? modelled
  if (fee === null) throw new Error(`the fee of ${key} is not told yet`)
  if (fill.venue !== order.venue || fill.market !== order.market || fill.outcome !== order.outcome || fill.action !== order.action)
    throw new Error(`fill ${key} is not of order ${order.clientOrderId}`)
  return { key, fill, fee, isEstimate: fill.fee === null, modelled, grid }
}

async function differences(transaction: Transaction, told: readonly Told[]): Promise<readonly FeeDifference[]> {
  const read = await transaction.query<FeeDifference>(
    'select key, fee_micros as charged, modelled_fee_micros as modelled from fill where key = any($1) and suspended_micros <> 0 order by key',
    [told.map(({ key }) => key)],
  )
  return read.rows
}

/** The fills of an order, in sum, are never more than was ordered (execution.md §8). */
async function finishOrder(transaction: Transaction, { clientOrderId }: OrderIntent): Promise<void> {
  const finished = await transaction.query<{ filled: Quantity; quantity: Quantity }>(
    `update order_intent set filled = (select coalesce(sum(quantity), 0) from fill where client_order_id = $1), state = 'final'
     where client_order_id = $1 returning filled, quantity`,
    [clientOrderId],
  )
  const [order] = finished.rows
  if (order && order.filled > order.quantity)
    throw new Error(`${clientOrderId} would be filled ${formatQuantity(order.filled)} of ${formatQuantity(order.quantity)}`)
}

/** @returns whether it was news. */
async function bookFill(transaction: Transaction, booking: Booking, told: Told): Promise<boolean> {
  const { order } = booking
  const { key, fill, fee, modelled, grid } = told
  const inserted = await transaction.query(
    `insert into fill (key, client_order_id, trade_id, venue, account, venue_order_id, execution_id, market, outcome, action, price, quantity, fee_micros, at_ms, modelled_fee_micros, fee_grid_micros, fee_estimated)
     values ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16,$17) on conflict (key) do nothing`,
    [
      key,
      order.clientOrderId,
      order.tradeId,
      fill.venue,
      fill.account,
      fill.venueOrderId,
      fill.executionId,
      fill.market,
      fill.outcome,
      fill.action,
      fill.price,
      fill.quantity,
      fee,
      fill.atMs,
      modelled,
      grid,
      told.isEstimate,
    ],
  )
  if (!inserted.rowCount) return correctFill(transaction, booking, told)
  await postFill(transaction, booking, told, `fill:${key}`)
  return true
}

async function postFill(transaction: Transaction, { order, purse, ended }: Booking, told: Told, id: string): Promise<void> {
  const { tradeId, market } = order
  const { fill, fee } = told
  const value = notional(fill.price, fill.quantity)
  const suspended = suspendedFee(fee, told.modelled, told.grid ?? NO_MONEY)
  const base = { id, tradeId, atMs: fill.atMs, purse, market, side: fill.outcome, fee, suspended, notional: value }
  if (fill.action === 'buy') {
    const paidFrom = await payerOf(transaction, base, ended)
    await post(transaction, fillBuy({ ...base, paidFrom }))
    await addToLot(transaction, order, fill.outcome, fill.quantity, value)
    await netIfBoth(transaction, order, purse, fill, id)
  } else {
    const costBasis = await takeFromLot(transaction, order, fill.outcome, fill.quantity)
    await post(transaction, fillSell({ ...base, costBasis }))
  }
}

/**
 * What a purchase is paid from: the trade's own reserve as long as it lasts and the trade runs, else cash. What is left of the reserve then
 * goes back first, so that no trade ever spends what another one reserved.
 */
async function payerOf(
  transaction: Transaction,
  { id, tradeId, atMs, purse, notional: value, fee }: Omit<Parameters<typeof fillBuy>[0], 'side' | 'market'>,
  ended: boolean,
): Promise<'reserved' | 'cash'> {
  const read = await transaction.query<{ own: number }>(
    'select coalesce(sum(amount_micros), 0) as own from postings_of($1) where account = $2',
    [tradeId, reserved(purse)],
  )
  const own = money(read.rows[0]?.own ?? 0)
  if (!ended && own >= value + fee) return 'reserved'
  if (own > 0) await post(transaction, release({ id: `release:${id}`, tradeId, atMs, purse, amount: own }))
  return 'cash'
}

/**
 * An execution that is told again: the same figures are no news; a correction reverses what was booked and posts what is right (execution.md §8).
 * @throws when it is no correction, or when what it corrects has been sold, netted or settled meanwhile: that needs a person.
 */
async function correctFill(transaction: Transaction, booking: Booking, told: Told): Promise<boolean> {
  const { order, purse } = booking
  const { key, fill, fee } = told
  const read = await transaction.query<Booked>(
    `select client_order_id, price, quantity, fee_micros, fee_estimated, modelled_fee_micros as modelled, fee_grid_micros as grid, price * quantity as cost_micros,
       (select count(*) from transfer t where t.trade_id = fill.trade_id and starts_with(t.id, $2)) as revisions from fill where key = $1`,
    [key, `reverse:${key}:`],
  )
  const [booked] = read.rows
  if (booked?.client_order_id !== order.clientOrderId) throw new Error(`${key} is booked for order ${booked?.client_order_id}`)
  if (booked.price === fill.price && booked.quantity === fill.quantity) {
    if (booked.fee_estimated && !told.isEstimate)
      await bookToldFee(transaction, { ...booked, key, tradeId: order.tradeId, purse, atMs: fill.atMs, estimated: booked.fee_micros }, fee)
    if (booked.fee_estimated || told.isEstimate || booked.fee_micros === fee) return false
  }
  if (fill.corrects === null) throw new Error(`${key} is booked with other figures, and this is no correction`)
  await reverse(transaction, order, fill, booked)
  await transaction.query(
    'update fill set price = $2, quantity = $3, fee_micros = $4, at_ms = $5, modelled_fee_micros = $6, fee_grid_micros = $7, fee_estimated = $8 where key = $1',
    [key, fill.price, fill.quantity, fee, fill.atMs, told.modelled, told.grid, told.isEstimate],
  )
  await postFill(transaction, booking, told, `fill:${key}:${booked.revisions + 1}`)
  return true
}

async function reverse(transaction: Transaction, order: OrderIntent, fill: Fill, booked: Booked): Promise<void> {
  const key = fillKey(fill)
  if (fill.action === 'sell') throw new Error(`${key} corrects a sale: only a person can say what the contracts cost`)
  const bought = await transaction.query<{ total: number }>(
    'select coalesce(sum(quantity), 0) as total from fill where trade_id = $1 and venue = $2 and market = $3 and outcome = $4',
    [order.tradeId, order.venue, order.market, fill.outcome],
  )
  const lot = await readLot(transaction, order, fill.outcome)
  if (lot.quantity !== bought.rows[0]?.total)
    throw new Error(`${key} corrects contracts that are sold, netted or settled already: only a person can undo that`)
  const { revisions } = booked
  const postings = await transaction.query<{ account: string; amount: Money }>(
    `select p.account, sum(p.amount_micros)::bigint as amount from posting p join transfer t on t.id = p.transfer_id
     where t.trade_id = $1 and (t.id = 'fill:' || $2 or starts_with(t.id, 'fill:' || $2 || ':') or starts_with(t.id, 'reverse:' || $2 || ':'))
     group by p.account having sum(p.amount_micros) <> 0 order by p.account`,
    [order.tradeId, key],
  )
  await post(
    transaction,
    correction({ id: `reverse:${key}:${revisions + 1}`, tradeId: order.tradeId, atMs: fill.atMs, reverses: postings.rows }),
  )
  await shrinkLot(transaction, order, fill.outcome, booked.quantity, booked.cost_micros)
}

async function readLot(transaction: Transaction, order: OrderIntent, outcome: Outcome): Promise<Lot> {
  const found = await transaction.query<Lot>(
    'select quantity, cost_micros from lot where trade_id = $1 and venue = $2 and market = $3 and outcome = $4 for update',
    [order.tradeId, order.venue, order.market, outcome],
  )
  return found.rows[0] ?? { quantity: 0, cost_micros: 0 }
}

async function addToLot(transaction: Transaction, order: OrderIntent, outcome: Outcome, more: Quantity, cost: Money): Promise<void> {
  await transaction.query(
    `insert into lot as l (trade_id, venue, market, outcome, quantity, cost_micros) values ($1,$2,$3,$4,$5,$6)
     on conflict (trade_id, venue, market, outcome) do update set quantity = l.quantity + excluded.quantity, cost_micros = l.cost_micros + excluded.cost_micros`,
    [order.tradeId, order.venue, order.market, outcome, more, cost],
  )
}

async function shrinkLot(transaction: Transaction, order: OrderIntent, outcome: Outcome, less: number, cost: number): Promise<void> {
  await transaction.query(
    'update lot set quantity = quantity - $5, cost_micros = cost_micros - $6 where trade_id = $1 and venue = $2 and market = $3 and outcome = $4',
    [order.tradeId, order.venue, order.market, outcome, less, cost],
  )
}

/** Takes contracts out of the trade's own lot at average cost, rounded so that the last contract takes the rest. */
async function takeFromLot(transaction: Transaction, order: OrderIntent, outcome: Outcome, less: Quantity): Promise<Money> {
  const lot = await readLot(transaction, order, outcome)
  if (less > lot.quantity) throw new Error(`${order.clientOrderId} sells ${less} of ${lot.quantity} held: positions are never sold short`)
  const cost = costShare(money(lot.cost_micros), quantity(lot.quantity), less)
  await shrinkLot(transaction, order, outcome, less, cost)
  return cost
}

/** Both outcomes of one market are one dollar at once, at either venue: the ledger nets what the venue nets (execution.md §8). */
async function netIfBoth(transaction: Transaction, order: OrderIntent, purse: Purse, { atMs }: Fill, fillId: string): Promise<void> {
  const yes = await readLot(transaction, order, 'yes')
  const no = await readLot(transaction, order, 'no')
  const pairs = quantity(Math.min(yes.quantity, no.quantity))
  if (pairs === 0) return
  const { tradeId, market } = order
  const yesCost = await takeFromLot(transaction, order, 'yes', pairs)
  const noCost = await takeFromLot(transaction, order, 'no', pairs)
  const proceeds = notional(ONE_DOLLAR, pairs)
  await post(transaction, netPair({ id: `net:${fillId}`, tradeId, atMs, purse, market, proceeds, yesCost, noCost }))
}
