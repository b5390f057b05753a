import type { TradeId } from '../../../core/ids'
import type { Quantity } from '../../../core/units'
import type { Transaction } from '../pool'
import { worthOf } from '../worth'

/** Of a trade with open lots: enough that it is judged by what they may lose, not by its pairs. */
const SOMETHING = 1 as Quantity
const NOTHING = 0 as Quantity

interface Ended {
  tradeId: TradeId
  locked: Quantity
}

/**
 * What a payout makes of ended trades: without open lots, exactly what their cash says. A pair of which one leg was paid between nothing and a dollar (a
 * void, a tie) is guaranteed no longer: the other venue may decide otherwise, and until it has, the other leg counts as what it cost, all of it at stake.
 */
export async function revalue(transaction: Transaction, tradeIds: readonly TradeId[]): Promise<void> {
  const ended = await transaction.query<Ended>(
    `select trade_id as "tradeId", coalesce((result ->> 'locked')::bigint, 0) as locked from trade t
     where trade_id = any($1) and ended_ms is not null and (exists (select 1 from settlement s where s.trade_id = t.trade_id and s.scalar)
       or not exists (select 1 from lot where lot.trade_id = t.trade_id and quantity > 0)) order by trade_id`,
    [[...new Set(tradeIds)]],
  )
  for (const { tradeId, locked } of ended.rows) {
    const worth = await worthOf(transaction, { tradeId, locked, held: SOMETHING, dust: NOTHING })
    await transaction.query(
      `update trade set pnl_micros = $2::bigint, pnl_kind = $3,
         result = result || jsonb_build_object('realisedPnl', $2::bigint, 'maxRemainingLoss', $4::bigint) where trade_id = $1`,
      [tradeId, worth.realisedPnl, worth.kind, worth.maxRemainingLoss],
    )
  }
}
