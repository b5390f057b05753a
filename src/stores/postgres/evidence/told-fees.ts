import { suspendedFee } from '../../../core/ledger/fee-model'
import { correctFee } from '../../../core/ledger/postings'
import type { TradeId } from '../../../core/ids'
import type { Purse } from '../../../core/purse'
import { money, NO_MONEY, type Millis, type Money } from '../../../core/units'
import type { Transaction } from '../pool'
import { post } from '../post'

/** A fill whose fee was booked as its model says, because the venue had not told it. */
export interface EstimatedFee {
  readonly key: string
  readonly tradeId: TradeId
  readonly purse: Purse
  readonly atMs: Millis
  readonly estimated: Money
  readonly modelled: Money | null
  readonly grid: Money | null
  /** How often the fill was corrected before. */
  readonly revisions: number
}

/**
 * The venue has told a fee after all. What it differs from the estimate moves from free cash, also when its contracts are long sold, netted or settled;
 * an ended trade has earned so much less.
 */
export async function bookToldFee(transaction: Transaction, fill: EstimatedFee, told: Money): Promise<void> {
  const { key, tradeId, purse, atMs, estimated, modelled, grid, revisions } = fill
  const fee = money(told - estimated)
  if (fee !== 0) {
    const suspended = suspendedFee(told, modelled, grid ?? NO_MONEY)
    await post(transaction, correctFee({ id: `fill:${key}:fee:${revisions}`, tradeId, atMs, purse, fee, suspended }))
    await transaction.query(
      `update trade set pnl_micros = pnl_micros - $2::bigint,
         result = result || jsonb_build_object('realisedPnl', (result ->> 'realisedPnl')::bigint - $2::bigint) where trade_id = $1 and ended_ms is not null`,
      [tradeId, fee],
    )
  }
  await transaction.query('update fill set fee_micros = $2, fee_estimated = false where key = $1', [key, told])
}
