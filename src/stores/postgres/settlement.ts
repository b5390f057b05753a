import { settle as settleTransfer, unsettle } from '../../core/ledger/postings'
import { payoutOf } from '../../core/ledger/settlement'
import type { MarketId, Outcome, TradeId, Venue } from '../../core/ids'
import type { Purse } from '../../core/purse'
import { money, NO_MONEY, type Millis, type Money, type Quantity } from '../../core/units'
import { transact, type Database, type Transaction } from './pool'
import { post } from './post'
import { dropIdleClaims } from './worth'

export interface Settled {
  readonly lots: number
  readonly paid: Money
}

interface Lot {
  trade_id: TradeId
  /** What it was bought from, and is paid into. */
  purse: Purse
  outcome: Outcome
  quantity: Quantity
  cost_micros: Money
  /** Contracts of this lot that were paid before: fills booked after a settlement are paid by the next one (E14). */
  paid_before: Quantity
}

/**
 * Posts the settlement of one market: every open lot pays `yesPays` per YES contract and one dollar less it per NO contract, each lot once, into the purse it was bought from.
 * Claims that no lot needs any more are dropped, and trades whose last lot this was become realised. @returns what was posted now.
 * @throws RangeError when a contract would pay less than nothing or more than a dollar.
 */
export function settleMarket(
  database: Database,
  venue: Venue,
  market: MarketId,
  yesPays: Money,
  atMs: Millis,
  signal: AbortSignal,
): Promise<Settled> {
  return transact(database, signal, async (transaction) => {
    await transaction.query('select 1 from risk_lock for update')
    const lots = await transaction.query<Lot>(
      `select l.trade_id, purse_of(l.trade_id, l.venue, l.market) as purse, l.outcome, l.quantity, l.cost_micros, coalesce(s.quantity, 0) as paid_before
       from lot l left join settlement s using (venue, market, trade_id, outcome)
       where l.venue = $1 and l.market = $2 and l.quantity > 0 order by l.trade_id, l.outcome`,
      [venue, market],
    )
    let paid = 0
    for (const lot of lots.rows) paid += await settleLot(transaction, venue, market, lot, yesPays, atMs)
    await dropIdleClaims(transaction, venue, market)
    await realise(
      transaction,
      lots.rows.map(({ trade_id }) => trade_id),
    )
    return { lots: lots.rows.length, paid: money(paid) }
  })
}

async function settleLot(
  transaction: Transaction,
  venue: Venue,
  market: MarketId,
  lot: Lot,
  yesPays: Money,
  atMs: Millis,
): Promise<number> {
  const { trade_id: tradeId, purse, outcome, paid_before: before } = lot
  const paid = payoutOf(outcome, lot.quantity, yesPays)
  const id = `settle:${venue}:${market}:${tradeId}:${outcome}`
  await post(
    transaction,
    settleTransfer({
      id: before === 0 ? id : `${id}:${before}`,
      tradeId,
      atMs,
      purse,
      market,
      side: outcome,
      payout: paid,
      costBasis: lot.cost_micros,
    }),
  )
  await transaction.query(
    `insert into settlement as s (venue, market, trade_id, outcome, quantity, paid_micros, at_ms) values ($1,$2,$3,$4,$5,$6,$7)
     on conflict (venue, market, trade_id, outcome) do update set quantity = s.quantity + excluded.quantity, paid_micros = s.paid_micros + excluded.paid_micros, at_ms = excluded.at_ms`,
    [venue, market, tradeId, outcome, lot.quantity, paid, atMs],
  )
  await transaction.query(
    'update lot set quantity = 0, cost_micros = 0 where trade_id = $1 and venue = $2 and market = $3 and outcome = $4',
    [tradeId, venue, market, outcome],
  )
  return paid
}

/** Payouts are rounded down to the µ$ in each part of a lot: so little is no other result. */
const ROUNDING_MICROS = 10

interface Paid {
  trade_id: TradeId
  purse: Purse
  outcome: Outcome
  quantity: Quantity
  paid_micros: Money
}

/**
 * A result that the venue has changed after we posted it: each payout that differs is reversed as it was booked and posted anew (execution.md §8).
 * @returns what was posted now: as many lots as changed, and the difference.
 * @throws Error when the reversal would overdraw the purse: the money has been spent, and a person has to see to it.
 */
export function amendSettlement(
  database: Database,
  venue: Venue,
  market: MarketId,
  yesPays: Money,
  atMs: Millis,
  signal: AbortSignal,
): Promise<Settled> {
  return transact(database, signal, async (transaction) => {
    await transaction.query('select 1 from risk_lock for update')
    const { rows } = await transaction.query<Paid>(
      `select trade_id, purse_of(trade_id, venue, market) as purse, outcome, quantity, paid_micros
       from settlement where venue = $1 and market = $2 order by trade_id, outcome`,
      [venue, market],
    )
    const wrong = rows.filter(
      ({ outcome, quantity, paid_micros }) => Math.abs(payoutOf(outcome, quantity, yesPays) - paid_micros) > ROUNDING_MICROS,
    )
    let difference = 0
    for (const paid of wrong) difference += await amend(transaction, venue, market, paid, yesPays, atMs)
    await realise(
      transaction,
      wrong.map(({ trade_id }) => trade_id),
    )
    return { lots: wrong.length, paid: money(difference) }
  })
}

async function amend(
  transaction: Transaction,
  venue: Venue,
  market: MarketId,
  { trade_id: tradeId, purse, outcome, quantity, paid_micros: before }: Paid,
  yesPays: Money,
  atMs: Millis,
): Promise<number> {
  const base = `settle:${venue}:${market}:${tradeId}:${outcome}`
  const payout = payoutOf(outcome, quantity, yesPays)
  const posted = await transaction.query<{ account: string; amount: Money }>(
    `select account, sum(amount_micros)::bigint as amount from posting p join transfer t on t.id = p.transfer_id
     where t.trade_id = $1 and (t.id = $2 or starts_with(t.id, $2 || ':')) group by account having sum(amount_micros) <> 0`,
    [tradeId, base],
  )
  const earlier = await transaction.query(`select 1 from transfer where trade_id = $1 and starts_with(id, $2 || ':reversed:')`, [
    tradeId,
    base,
  ])
  const n = earlier.rows.length + 1
  const basis = posted.rows.find(({ account }) => account.startsWith('position:'))?.amount ?? NO_MONEY
  await post(transaction, unsettle({ id: `${base}:reversed:${n}`, tradeId, atMs, reverses: posted.rows }))
  const anew = { id: `${base}:amended:${n}`, tradeId, atMs, purse, market, side: outcome }
  await post(transaction, settleTransfer({ ...anew, payout, costBasis: money(0 - basis) }))
  await transaction.query(
    'update settlement set paid_micros = $5, at_ms = $6 where venue = $1 and market = $2 and trade_id = $3 and outcome = $4',
    [venue, market, tradeId, outcome, payout, atMs],
  )
  return payout - before
}

/** Markets of a venue that were settled since then. */
export async function settledSince(database: Database, venue: Venue, sinceMs: Millis): Promise<readonly MarketId[]> {
  const { rows } = await database.query<{ market: MarketId }>(
    'select distinct market from settlement where venue = $1 and at_ms >= $2 order by market',
    [venue, sinceMs],
  )
  return rows.map(({ market }) => market)
}

/** A trade without open lots has earned exactly what its cash postings say. */
async function realise(transaction: Transaction, tradeIds: readonly TradeId[]): Promise<void> {
  await transaction.query(
    `update trade set pnl_kind = 'realised', pnl_micros = (select coalesce(sum(amount_micros), 0) from posting p join transfer t on t.id = p.transfer_id
        where t.trade_id = trade.trade_id and (account like 'cash:%' or account like 'reserved:%'))
     where trade_id = any($1) and ended_ms is not null and not exists (select 1 from lot where lot.trade_id = trade.trade_id and quantity > 0)`,
    [tradeIds],
  )
}
