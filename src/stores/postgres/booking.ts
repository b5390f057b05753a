import { costShare, fillBuy, fillSell, netPair } from '../../core/ledger/postings'
import type { Outcome } from '../../core/ids'
import type { Fill, OrderIntent } from '../../core/trade/order'
import { money, notional, ONE_CONTRACT, quantity, type Money, type Quantity } from '../../core/units'
import { post } from './post'
import { insertIntent } from './reserve'
import type { Transaction } from './pool'

/** Key of a fill: venue|account|order|execution base id (execution.md §8). */
export const fillKey = (fill: Fill): string => `${fill.venue}|${fill.account}|${fill.venueOrderId}|${fill.executionId}`

interface Lot {
  quantity: number
  cost_micros: number
}

/** Books the fills of one order, each once (I13), and moves the trade's lots with them. @throws when a fee is not told yet or a fill is not the order's. */
export async function bookIn(transaction: Transaction, order: OrderIntent, fills: readonly Fill[]): Promise<void> {
  await insertIntent(transaction, order)
  for (const fill of [...fills].sort((a, b) => (fillKey(a) < fillKey(b) ? -1 : 1))) await bookFill(transaction, order, fill)
  await transaction.query(
    `update order_intent set filled = (select coalesce(sum(quantity), 0) from fill where client_order_id = $1), state = 'final' where client_order_id = $1`,
    [order.clientOrderId],
  )
}

async function bookFill(transaction: Transaction, order: OrderIntent, fill: Fill): Promise<void> {
  if (fill.fee === null) throw new Error(`the fee of ${fillKey(fill)} is not told yet`)
  if (fill.market !== order.market || fill.outcome !== order.outcome || fill.action !== order.action)
    throw new Error(`fill ${fillKey(fill)} is not of order ${order.clientOrderId}`)
  const key = fillKey(fill)
  const inserted = await transaction.query(
    `insert into fill (key, client_order_id, trade_id, venue, account, venue_order_id, execution_id, market, outcome, action, price, quantity, fee_micros, at_ms)
     values ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14) on conflict (key) do nothing`,
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
      fill.fee,
      fill.atMs,
    ],
  )
  if (!inserted.rowCount) return
  const base = {
    id: `fill:${key}`,
    tradeId: order.tradeId,
    atMs: fill.atMs,
    venue: fill.venue,
    market: fill.market,
    side: fill.outcome,
    fee: fill.fee,
  }
  const value = notional(fill.price, fill.quantity)
  if (fill.action === 'buy') {
    await post(transaction, fillBuy({ ...base, notional: value }))
    await addToLot(transaction, order, fill.outcome, fill.quantity, value)
    await netIfBoth(transaction, order, fill)
  } else {
    const cost = await takeFromLot(transaction, order, fill.outcome, fill.quantity)
    await post(transaction, fillSell({ ...base, notional: value, costBasis: cost }))
  }
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

/** Takes contracts out of the trade's own lot at average cost, rounded so that the last contract takes the rest. */
async function takeFromLot(transaction: Transaction, order: OrderIntent, outcome: Outcome, less: Quantity): Promise<Money> {
  const lot = await readLot(transaction, order, outcome)
  if (less > lot.quantity) throw new Error(`${order.clientOrderId} sells ${less} of ${lot.quantity} held: positions are never sold short`)
  const cost = costShare(money(lot.cost_micros), quantity(lot.quantity), less)
  await transaction.query(
    'update lot set quantity = quantity - $5, cost_micros = cost_micros - $6 where trade_id = $1 and venue = $2 and market = $3 and outcome = $4',
    [order.tradeId, order.venue, order.market, outcome, less, cost],
  )
  return cost
}

/** Both outcomes of one market are one dollar at once, at either venue: the ledger nets what the venue nets (execution.md §8). */
async function netIfBoth(transaction: Transaction, order: OrderIntent, fill: Fill): Promise<void> {
  const yes = await readLot(transaction, order, 'yes')
  const no = await readLot(transaction, order, 'no')
  const pairs = quantity(Math.min(yes.quantity, no.quantity))
  if (pairs === 0) return
  const yesCost = await takeFromLot(transaction, order, 'yes', pairs)
  const noCost = await takeFromLot(transaction, order, 'no', pairs)
  const paid = money((pairs / ONE_CONTRACT) * 1_000_000)
  await post(
    transaction,
    netPair({
      id: `net:${fillKey(fill)}`,
      tradeId: order.tradeId,
      atMs: fill.atMs,
      venue: order.venue,
      market: order.market,
      proceeds: paid,
      yesCost,
      noCost,
    }),
  )
}
