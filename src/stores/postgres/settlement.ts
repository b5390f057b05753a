import { settle as settleTransfer } from '../../core/ledger/postings'
import type { MarketId, Outcome, TradeId, Venue } from '../../core/ids'
import { money, ONE_CONTRACT, type Millis, type Money } from '../../core/units'
import { transact, type Database, type Transaction } from './pool'
import { post } from './post'

export interface Settled {
  readonly lots: number
  readonly paid: Money
}

interface Lot {
  trade_id: TradeId
  outcome: Outcome
  quantity: number
  cost_micros: number
}

/**
 * Posts the settlement of one market: every open lot pays `yesPays` per YES contract and one dollar less it per NO contract, each lot once.
 * Claims that no lot needs any more are dropped, and trades whose last lot this was become realised. @returns what was posted now.
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
      'select trade_id, outcome, quantity, cost_micros from lot where venue = $1 and market = $2 and quantity > 0 order by trade_id, outcome for update',
      [venue, market],
    )
    let paid = 0
    for (const lot of lots.rows) paid += await settleLot(transaction, venue, market, lot, yesPays, atMs)
    if (lots.rowCount) {
      await transaction.query(`delete from claim where venue = $1 and market = $2 and state = 'settling'`, [venue, market])
      await realise(
        transaction,
        lots.rows.map(({ trade_id }) => trade_id),
      )
    }
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
  const each = lot.outcome === 'yes' ? yesPays : 1_000_000 - yesPays
  const paid = money(Number((BigInt(each) * BigInt(lot.quantity)) / BigInt(ONE_CONTRACT)))
  const { trade_id: tradeId, outcome } = lot
  await post(
    transaction,
    settleTransfer({
      id: `settle:${venue}:${market}:${tradeId}:${outcome}`,
      tradeId,
      atMs,
      venue,
      market,
      side: outcome,
      payout: paid,
      costBasis: money(lot.cost_micros),
    }),
  )
  await transaction.query(
    'insert into settlement (venue, market, trade_id, outcome, quantity, paid_micros, at_ms) values ($1,$2,$3,$4,$5,$6,$7)',
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
