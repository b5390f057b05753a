import { modelFees } from '../../core/ledger/fee-model'
import type { VenueFees } from '../../core/market/fees'
import type { Level } from '../../core/market/event'
import { inChunks } from '../../core/trade/fill-model'
import type { Fill, OrderIntent } from '../../core/trade/order'
import { chanceOf, PAPER_ACCOUNT, type PaperModel } from '../../core/trade/paper'
import { price, type Millis } from '../../core/units'
import type { PaperMarket } from './market'

/** What was taken, as the fills it came in; their fees are not told yet. The venue's id of a paper order is our own. */
export const fillsOf = (order: OrderIntent, taken: readonly Level[], atMs: Millis): readonly Fill[] =>
  inChunks(taken).map(({ price: at, quantity }, n) => ({
    ...{ venue: order.venue, account: PAPER_ACCOUNT, venueOrderId: order.clientOrderId, executionId: `${order.clientOrderId}.${n + 1}` },
    ...{ corrects: null, market: order.market, outcome: order.outcome, action: order.action, price: at, quantity, fee: null, atMs },
  }))

/**
 * An order arrives at the live book: its fills, each with the fee that the venue would charge. Prices that have moved away are the dearer for it; never
 * beyond the limit, and never more than is displayed and was not taken before.
 */
export function arrive(
  order: OrderIntent,
  market: Pick<PaperMarket, 'meet'>,
  { model, seed, fees, atMs }: { readonly model: PaperModel; readonly seed: string; readonly fees: VenueFees; readonly atMs: Millis },
): readonly Fill[] {
  const chance = chanceOf(order, model, seed)
  if (chance === null || (order.timeInForce === 'fok' && chance.quantity < order.quantity)) return []
  const away = order.action === 'buy' ? chance.slippage : -chance.slippage
  const limit = order.limit - away
  if (limit <= 0 || limit >= DEAREST) return []
  const { levels } = market.meet({ ...order, quantity: chance.quantity, limit: price(limit) })
  const fills = fillsOf(
    order,
    levels.map((level) => ({ ...level, price: price(level.price + away) })),
    atMs,
  )
  const charged = modelFees(fees, fills).fees
  return fills.map((fill, n) => ({ ...fill, fee: charged[n] ?? null }))
}
/** Of a price: nothing is bought or sold for a dollar. */
const DEAREST = price('1')
