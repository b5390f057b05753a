import type { MarketId, Venue } from '../../../core/ids'
import { payoutOf } from '../../../core/ledger/settlement'
import { parsePurse, type PurseBalance } from '../../../core/purse'
import { millis, money, quantity, type Millis, type Money, type Quantity } from '../../../core/units'
import type { PaperBooks, PaperPayout, Statement } from '../../../ports/account'
import { transact, type Database, type Transaction } from '../pool'
import { move } from './moves'
import { paperOrders } from './orders'
import { readFills } from './rows'

/** Kalshi pays whole cents (kalshi.md §10). */
const CENT_MICROS = 10_000

/** The account that the paper venues keep, in the ledger's database. */
export const createPaperBooks = (database: Database): PaperBooks => ({
  ...paperOrders(database),
  open: (venue, purses, atMs, signal) => transact(database, signal, (transaction) => openIn(transaction, venue, purses, atMs)),
  statement: (venue, sinceMs, nowMs, signal) =>
    transact(database, signal, (transaction) => statementIn(transaction, venue, sinceMs, nowMs)),
  pay: (venue, market, yesPays, atMs, signal) =>
    transact(database, signal, (transaction) => payIn(transaction, venue, market, yesPays, atMs)),
  payouts: (venue, sinceMs, signal) => transact(database, signal, (transaction) => payoutsIn(transaction, venue, sinceMs)),
})

async function openIn(transaction: Transaction, venue: Venue, purses: readonly PurseBalance[], atMs: Millis): Promise<void> {
  const isOpen = async (): Promise<boolean> =>
    (await transaction.query('select 1 from paper_purse where venue = $1 limit 1', [venue])).rowCount !== 0
  if (await isOpen()) return // each statement asks
  await transaction.query('lock table paper_purse in share row exclusive mode') // two processes may be the first ever
  if (await isOpen()) return
  for (const { purse, cash } of purses) {
    await transaction.query('insert into paper_purse (purse, venue, cash_micros, opened_ms) values ($1, $2, 0, $3)', [purse, venue, atMs])
    await move(transaction, { id: `opening:${purse}`, purse, kind: 'opening', amount: cash, atMs })
  }
}

async function statementIn(transaction: Transaction, venue: Venue, sinceMs: Millis, nowMs: Millis): Promise<Statement> {
  await transaction.query('set transaction isolation level repeatable read')
  const purses = await transaction.query<{ purse: string; cash: Money }>(
    'select purse, cash_micros as cash from paper_purse where venue = $1 order by purse',
    [venue],
  )
  const positions = await transaction.query<{ market: MarketId; net: Quantity }>(
    'select market, net from paper_position where venue = $1 and net <> 0 order by market',
    [venue],
  )
  const resting = await transaction.query<{ id: string }>(
    `select client_order_id as id from paper_order where venue = $1 and state = 'resting' and rests_until_ms >= $2 order by id`,
    [venue, nowMs],
  )
  return {
    asOfMs: nowMs,
    cash: money(purses.rows.reduce((sum, { cash }) => sum + cash, 0)),
    purses: purses.rows.map(({ purse, cash }) => ({ purse: parsePurse(purse), cash })),
    fills: await readFills(transaction, { venue, sinceMs }),
    openOrders: resting.rows.map(({ id }) => id),
    positions: positions.rows.map(({ market, net }) => ({ market, outcome: net > 0 ? 'yes' : 'no', quantity: quantity(Math.abs(net)) })),
    payouts: await payoutsIn(transaction, venue, sinceMs),
  }
}

async function payIn(transaction: Transaction, venue: Venue, market: MarketId, yesPays: Money, atMs: Millis): Promise<PaperPayout | null> {
  const held = await transaction.query<{ purse: string }>('select purse from paper_position where venue = $1 and market = $2', [
    venue,
    market,
  ])
  const purse = held.rows[0]?.purse
  if (purse === undefined) return null
  await transaction.query('select 1 from paper_purse where purse = $1 for update', [purse])
  const [before] = await payoutsIn(transaction, venue, millis(0), market)
  if (before) return before
  const read = await transaction.query<{ net: Quantity; fees: Money }>(
    `select net, (select coalesce(sum(f.fee_micros), 0)::bigint from paper_fill f join paper_order o using (client_order_id)
       where o.venue = $1 and o.market = $2) as fees from paper_position where venue = $1 and market = $2`,
    [venue, market],
  )
  const { net = quantity(0), fees = money(0) } = read.rows[0] ?? {}
  if (net === 0) return null
  const due = payoutOf(net > 0 ? 'yes' : 'no', quantity(Math.abs(net)), yesPays)
  const paid = money(venue === 'kalshi' ? due - (due % CENT_MICROS) : due)
  await transaction.query(
    `insert into paper_payout (venue, market, purse, net, yes_pays_micros, paid_micros, fees_micros, at_ms) values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [venue, market, purse, net, yesPays, paid, fees, atMs],
  )
  await move(transaction, { id: `payout:${venue}:${market}`, purse, kind: 'payout', amount: paid, atMs })
  await transaction.query('update paper_position set net = 0 where venue = $1 and market = $2', [venue, market])
  return { market, net, paid, fees, atMs }
}

/** @param market of this one alone; null: of all. */
async function payoutsIn(
  transaction: Transaction,
  venue: Venue,
  sinceMs: Millis,
  market: MarketId | null = null,
): Promise<readonly PaperPayout[]> {
  const read = await transaction.query<PaperPayout>(
    `select market, net, paid_micros as paid, fees_micros as fees, at_ms as "atMs" from paper_payout
     where venue = $1 and at_ms >= $2 and ($3::text is null or market = $3) order by at_ms desc, market`,
    [venue, sinceMs, market],
  )
  return read.rows
}
