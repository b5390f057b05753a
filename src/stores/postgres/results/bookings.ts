import type { TradeId } from '../../../core/ids'
import type { Database } from '../pool'

/** A fill as it was booked: 1e-4 USD, 1e-2 contracts, 1e-6 USD. */
export interface FillRow {
  readonly clientOrderId: string
  readonly venue: string
  readonly executionId: string
  readonly price: number
  readonly quantity: number
  readonly feeMicros: number
  /** Its venue has not told the fee: it is the model's. */
  readonly isEstimate: boolean
  /** By the venue's clock. */
  readonly atMs: number
}
export interface TransferRow {
  readonly id: string
  readonly kind: string
  /** The moment it is booked under: a venue's clock for fills. */
  readonly atMs: number
  /** When the ledger took it. */
  readonly recordedMs: number
  readonly postings: readonly { readonly account: string; readonly amountMicros: number }[]
}

/** Everything that was booked in a trade's name, in the order in which the ledger took it. @throws the database's errors */
export async function readBookings(
  database: Database,
  tradeId: TradeId,
): Promise<{ readonly fills: readonly FillRow[]; readonly transfers: readonly TransferRow[] }> {
  const fills = await database.query<FillRow>(
    `select client_order_id as "clientOrderId", venue, execution_id as "executionId", price, quantity, fee_micros as "feeMicros", fee_estimated as "isEstimate",
       at_ms as "atMs" from fill where trade_id = $1 order by at_ms, key`,
    [tradeId],
  )
  const transfers = await database.query<TransferRow>(
    `select t.id, t.kind, t.at_ms as "atMs", (extract(epoch from t.recorded_at) * 1000)::bigint as "recordedMs",
       json_agg(json_build_object('account', p.account, 'amountMicros', p.amount_micros) order by p.seq) as postings
     from transfer t join posting p on p.transfer_id = t.id where t.trade_id = $1 group by t.id order by t.recorded_at, t.id`,
    [tradeId],
  )
  return { fills: fills.rows, transfers: transfers.rows }
}
