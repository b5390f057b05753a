import { position, type PositionAccount } from '../../../core/ledger/accounts'
import type { ContractMove, LedgerFacts } from '../../../core/ledger/invariants'
import type { Transfer } from '../../../core/ledger/postings'
import { isScalar } from '../../../core/ledger/settlement'
import type { ClientOrderId, MarketId, Outcome, TradeId, Venue } from '../../../core/ids'
import { money, ONE_CONTRACT, quantity, type Money, type Quantity } from '../../../core/units'
import type { Database } from '../pool'

interface Held {
  venue: Venue
  market: MarketId
  outcome: Outcome
  quantity: number
}

/**
 * Everything the pure checker of core/ledger/invariants judges, as the tables have it: the whole ledger, in posting order. Read in one snapshot, so
 * that a running ledger may be proven; it takes memory for every transfer there is.
 */
export async function readFacts(database: Database): Promise<LedgerFacts> {
  const client = await database.connect()
  try {
    await client.query('begin isolation level repeatable read read only')
    const transfers = await client.query<Transfer>(
      `select t.id, t.kind, t.trade_id as "tradeId", t.at_ms as "atMs", json_agg(json_build_object('account', p.account, 'amount', p.amount_micros) order by p.seq) as legs
       from transfer t join posting p on p.transfer_id = t.id left join audit_chain c on c.kind = 'transfer' and c.ref = t.id
       group by t.id, c.seq order by c.seq, t.recorded_at, t.id`,
    )
    const fills = await client.query<Held & { key: string; trade_id: TradeId; client_order_id: ClientOrderId; action: 'buy' | 'sell' }>(
      'select key, trade_id, client_order_id, venue, market, outcome, action, quantity from fill order by key',
    )
    const settled = await client.query<Held & { trade_id: TradeId; paid_micros: number }>(
      'select trade_id, venue, market, outcome, quantity, paid_micros from settlement',
    )
    const orders = await client.query<{ id: ClientOrderId; quantity: number }>('select client_order_id as id, quantity from order_intent')
    const lots = await client.query<Held>('select venue, market, outcome, quantity from position')
    await client.query('commit')
    const moves: ContractMove[] = [
      ...fills.rows.map((row) => ({
        ...placeOf(row),
        tradeId: row.trade_id,
        cause: row.action,
        order: row.client_order_id,
        executionKey: row.key,
      })),
      ...settled.rows.map((row) => ({ ...placeOf(row), tradeId: row.trade_id, ...settlementOf(row.quantity, row.paid_micros) })),
      ...transfers.rows.flatMap(nettings),
    ]
    return {
      transfers: transfers.rows,
      moves,
      orders: new Map(orders.rows.map((row) => [row.id, quantity(row.quantity)])),
      held: new Map(lots.rows.map((row) => [placeOf(row).account, quantity(row.quantity)])),
    }
  } finally {
    client.release()
  }
}

const placeOf = (row: Held): { readonly account: PositionAccount; readonly quantity: Quantity } => ({
  account: position(row.venue, row.market, row.outcome),
  quantity: quantity(row.quantity),
})

/** A payout at neither nothing nor a dollar for each contract was a scalar decision. */
function settlementOf(contracts: number, paid: number): { readonly cause: 'settle'; readonly payout: Money; readonly scalar: boolean } {
  const each = contracts === 0 ? 0 : (paid * ONE_CONTRACT) / contracts
  return { cause: 'settle', payout: money(paid), scalar: isScalar(money(Math.round(each))) }
}

/** A netted pair is one dollar: its cash says how many contracts of each outcome went. */
function nettings({ kind, tradeId, legs }: Transfer): readonly ContractMove[] {
  if (kind !== 'netPair' || tradeId === null) return []
  const cash = legs.find(({ account }) => account.startsWith('cash:'))?.amount ?? 0
  const pairs = quantity((cash * ONE_CONTRACT) / 1_000_000)
  return legs.flatMap(({ account }) =>
    account.startsWith('position:') ? [{ account: account as PositionAccount, tradeId, quantity: pairs, cause: 'net' as const }] : [],
  )
}
