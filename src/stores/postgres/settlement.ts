import { settle as settleTransfer } from '../../core/ledger/postings'
import { payoutOf } from '../../core/ledger/settlement'
import type { MarketId, Outcome, TradeId, Venue } from '../../core/ids'
import { money, type Millis, type Money, type Quantity } from '../../core/units'
import { transact, type Database, type Transaction } from './pool'
import { post } from './post'
import { dropIdleClaims } from './worth'

export interface Settled {
  readonly lots: number
  readonly paid: Money
}

interface Lot {
  trade_id: TradeId
  outcome: Outcome
  quantity: Quantity
  cost_micros: Money
  /** Contracts of this lot that were paid before: fills booked after a settlement are paid by the next one (E14). */
  paid_before: Quantity
}

/**
 * Posts the settlement of one market: every open lot pays `yesPays` per YES contract and one dollar less it per NO contract, each lot once.
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
      `select l.trade_id, l.outcome, l.quantity, l.cost_micros, coalesce(s.quantity, 0) as paid_before
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
  const { trade_id: tradeId, outcome, paid_before: before } = lot
  const paid = payoutOf(outcome, lot.quantity, yesPays)
  const id = `settle:${venue}:${market}:${tradeId}:${outcome}`
  await post(
    transaction,
    settleTransfer({
      id: before === 0 ? id : `${id}:${before}`,
      tradeId,
      atMs,
      venue,
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

/** A trade without open lots has earned exactly what its cash postings say. */
async function realise(transaction: Transaction, tradeIds: readonly TradeId[]): Promise<void> {
  await transaction.query(
    `update trade set pnl_kind = 'realised', pnl_micros = (select coalesce(sum(amount_micros), 0) from posting p join transfer t on t.id = p.transfer_id
        where t.trade_id = trade.trade_id and (account like 'cash:%' or account like 'reserved:%'))
     where trade_id = any($1) and ended_ms is not null and not exists (select 1 from lot where lot.trade_id = trade.trade_id and quantity > 0)`,
    [tradeIds],
  )
}
