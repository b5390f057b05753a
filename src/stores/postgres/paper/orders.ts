import { invariant } from '../../../core/assert'
import type { ClientOrderId, Venue } from '../../../core/ids'
import type { Fill, OrderIntent } from '../../../core/trade/order'
import type { Rejected } from '../../../core/trade/outcome'
import { movedBy } from '../../../core/trade/paper'
import { formatMoney, money, NO_QUANTITY, quantity, type Millis, type Money, type Quantity } from '../../../core/units'
import type { PaperBooks, PaperEnd, PaperOrder, PaperState, PaperTaking } from '../../../ports/account'
import { transact, unlessUnreachable, type Database, type Transaction } from '../pool'
import { move, type Move } from './moves'
import { endOf, lockOrder, stateOf, type OrderRow } from './rows'

/** The orders of the paper account. */
export const paperOrders = (
  database: Database,
): Pick<PaperBooks, 'take' | 'end' | 'rest' | 'find' | 'ordersIn' | 'resting' | 'cancelResting'> => ({
  take: (order, signal) => transact(database, signal, (transaction) => takeIn(transaction, order)),
  end: (order, by, atMs, signal) => transact(database, signal, (transaction) => endIn(transaction, order, by, atMs)),
  rest: (order, atMs, signal) => transact(database, signal, (transaction) => restIn(transaction, order, atMs)),
  find: (order, nowMs, signal) => transact(database, signal, (transaction) => findIn(transaction, order, nowMs)),
  ordersIn: (venue, market) => unlessUnreachable(idsIn(database, venue, market)),
  resting: (venue, nowMs) => unlessUnreachable(restingOf(database, venue, nowMs)),
  cancelResting: (venue, atMs, signal) =>
    transact(database, signal, async (transaction) => {
      // what is on its way to rest as well: it would rest after the kill has read that nothing does
      await transaction.query(
        `update paper_order set state = 'ended', ended_ms = $2 where venue = $1 and state <> 'ended' and rests_until_ms is not null`,
        [venue, atMs],
      )
    }),
})

async function takeIn(transaction: Transaction, { order, purse, sentMs, restsUntilMs }: PaperOrder): Promise<PaperTaking> {
  const known = await transaction.query<{ purse: string }>(
    `select purse from paper_purse where purse = coalesce($1, (select purse from paper_position where venue = $2 and market = $3), $2)`,
    [purse, order.venue, order.market],
  )
  const paidFrom = known.rows[0]?.purse
  if (paidFrom === undefined) return 'no-purse'
  return (await insert(transaction, order, { purse: paidFrom, sentMs, restsUntilMs, state: 'accepted', reason: null, endedMs: null }))
    ? 'taken'
    : 'known'
}

interface Kept {
  readonly purse: string | null
  readonly sentMs: Millis | null
  readonly restsUntilMs: Millis | null
  readonly state: 'accepted' | 'ended'
  readonly reason: 'never-accepted' | null
  readonly endedMs: Millis | null
}
/** @returns whether there was none of this id. */
async function insert(transaction: Transaction, order: OrderIntent, kept: Kept): Promise<boolean> {
  const { clientOrderId, venue, market, outcome, action, limit, quantity: size, notAfterMs } = order
  const { purse, sentMs, restsUntilMs, state, reason, endedMs } = kept
  const inserted = await transaction.query(
    `insert into paper_order (client_order_id, venue, market, outcome, action, limit_price, quantity, not_after_ms, purse, sent_ms, rests_until_ms, state, reason, ended_ms)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) on conflict (client_order_id) do nothing`,
    [clientOrderId, venue, market, outcome, action, limit, size, notAfterMs, purse, sentMs, restsUntilMs, state, reason, endedMs],
  )
  return inserted.rowCount === 1
}

async function endIn(
  transaction: Transaction,
  order: OrderIntent,
  by: { readonly fills: readonly Fill[]; readonly needs: Money } | Rejected,
  atMs: Millis,
): Promise<PaperEnd> {
  const row = await lockOrder(transaction, order.clientOrderId)
  invariant(row !== null, `${order.clientOrderId} was taken before it ends`)
  if (row.state === 'ended') return endOf(transaction, row)
  const end = 'kind' in by ? by : ((await refusalOf(transaction, row, by)) ?? by)
  if ('kind' in end) {
    await transaction.query(`update paper_order set state = 'ended', reason = $2, detail = $3, ended_ms = $4 where client_order_id = $1`, [
      ...[order.clientOrderId, end.reason, end.detail, atMs],
    ])
    return end
  }
  const { fills } = end
  await bookFills(transaction, row, fills)
  const filled = quantity(fills.reduce((sum, fill) => sum + fill.quantity, 0))
  await transaction.query(`update paper_order set state = 'ended', filled = $2, ended_ms = $3 where client_order_id = $1`, [
    ...[order.clientOrderId, filled, atMs],
  ])
  return { kind: 'done', fills }
}

/** Under the lock of the purse, by which payouts wait too. */
async function refusalOf(
  transaction: Transaction,
  { purse, venue, market, action }: OrderRow,
  { fills, needs }: { readonly fills: readonly Fill[]; readonly needs: Money },
): Promise<Rejected | null> {
  if (fills.length === 0) return null
  const locked = await transaction.query<{ cash: Money }>('select cash_micros as cash from paper_purse where purse = $1 for update', [
    purse,
  ])
  const cash = locked.rows[0]?.cash ?? money(0)
  const paid = await transaction.query('select 1 from paper_payout where venue = $1 and market = $2', [venue, market])
  if (paid.rowCount !== 0) return { kind: 'rejected', reason: 'closed', detail: `${market} has paid` }
  if (cash < needs)
    return { kind: 'rejected', reason: 'funds', detail: `the order needs $${formatMoney(needs)}, ${purse} has $${formatMoney(cash)}` }
  if (action === 'buy') return null
  const held = await netOf(transaction, venue, market)
  const sold = fills.reduce((sum, { quantity: size, outcome }) => sum + (outcome === 'yes' ? size : -size), 0)
  const covers = sold > 0 ? held >= sold : held <= sold
  return covers ? null : { kind: 'rejected', reason: 'size', detail: 'a paper account sells what it holds, and holds less' }
}

async function netOf(transaction: Transaction, venue: Venue, market: string): Promise<Quantity> {
  const read = await transaction.query<{ net: Quantity }>('select net from paper_position where venue = $1 and market = $2', [
    venue,
    market,
  ])
  return read.rows[0]?.net ?? NO_QUANTITY
}

async function bookFills(transaction: Transaction, row: OrderRow, fills: readonly Fill[]): Promise<void> {
  const { client_order_id: id, venue, market, purse } = row
  if (fills.length === 0) return
  invariant(purse !== null, `${id} has a purse`)
  let net = await netOf(transaction, venue, market)
  const moves: Move[] = []
  for (const [at, fill] of fills.entries()) {
    const n = at + 1
    const moved = movedBy(net, fill)
    net = moved.net
    moves.push({ id: `fill:${id}.${n}`, purse, kind: 'fill', amount: moved.paid, atMs: fill.atMs })
    if (moved.netted > 0) moves.push({ id: `netting:${id}.${n}`, purse, kind: 'netting', amount: moved.netted, atMs: fill.atMs })
    await transaction.query(
      'insert into paper_fill (client_order_id, n, price, quantity, fee_micros, at_ms) values ($1, $2, $3, $4, $5, $6)',
      [...[id, n, fill.price, fill.quantity, fill.fee, fill.atMs]],
    )
  }
  for (const each of moves) await move(transaction, each)
  await transaction.query(
    `insert into paper_position (venue, market, purse, net) values ($1, $2, $3, $4) on conflict (venue, market) do update set net = excluded.net`,
    [venue, market, purse, net],
  )
}

async function restIn(transaction: Transaction, order: OrderIntent, atMs: Millis): Promise<PaperState> {
  await transaction.query(
    `update paper_order set state = 'resting' where client_order_id = $1 and state = 'accepted' and rests_until_ms > $2`,
    [order.clientOrderId, atMs],
  )
  const row = await lockOrder(transaction, order.clientOrderId)
  return row === null ? { kind: 'unheard' } : stateOf(transaction, row, order)
}

/** Whoever asks after the not-after makes true what nobody else may have done: the order's process is gone, or was stopped. */
async function findIn(transaction: Transaction, order: OrderIntent, nowMs: Millis): Promise<PaperState> {
  const { clientOrderId: id, notAfterMs } = order
  if (nowMs > notAfterMs) {
    const never = {
      ...{ purse: null, sentMs: null, restsUntilMs: null },
      state: 'ended',
      reason: 'never-accepted',
      endedMs: nowMs,
    } as const
    await insert(transaction, order, never)
    await transaction.query(
      `update paper_order set state = 'ended', ended_ms = $2
       where client_order_id = $1 and (state = 'accepted' or (state = 'resting' and rests_until_ms < $2))`,
      [id, nowMs],
    )
  }
  const row = await lockOrder(transaction, id)
  return row === null ? { kind: 'unheard' } : stateOf(transaction, row, order)
}

async function restingOf(database: Database, venue: Venue, nowMs: Millis): Promise<readonly ClientOrderId[]> {
  const read = await database.query<{ id: ClientOrderId }>(
    `select client_order_id as id from paper_order where venue = $1 and state = 'resting' and rests_until_ms >= $2 order by client_order_id`,
    [venue, nowMs],
  )
  return read.rows.map(({ id }) => id)
}

async function idsIn(database: Database, venue: Venue, market: string): Promise<readonly ClientOrderId[]> {
  const read = await database.query<{ id: ClientOrderId }>(
    'select client_order_id as id from paper_order where venue = $1 and market = $2',
    [venue, market],
  )
  return read.rows.map(({ id }) => id)
}
