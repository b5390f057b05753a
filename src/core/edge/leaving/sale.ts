import { otherOutcome, orderId, type MarketId, type Outcome, type TradeId } from '../../ids'
import type { OrderIntent } from '../../trade/order'
import type { Unpaired } from '../../trade/plan'
import { millis, type Millis, type Money, type Quantity } from '../../units'
import { GUARDS } from '../checks/conditions'
import { PRECONDITIONS, untilStart } from '../checks/preconditions'
import { lookOf } from '../detect'
import { exitOf, HOLDS, type Exit, type Hold } from './exit'
import type { EdgeInput } from '../finding'
import { firstFailure, type EdgeCheck } from '../refusals'

/** What an ended edge holds of a market. */
export interface HeldPosition {
  readonly tradeId: TradeId
  readonly market: MarketId
  readonly outcome: Outcome
  readonly quantity: Quantity
  readonly startedMs: Millis
}
/** As {@link exitOf}, and whether what it rests on may be traded upon. */
export type Sale = Worth | { readonly kind: 'hold'; readonly reason: Hold | EdgeCheck; readonly netBid: Money | null }
/** What may be sold, from which price on, and until when: nothing is sold in play. */
export type Worth = Extract<Exit, { readonly kind: 'exit' }> & { readonly startsMs: Millis }

/**
 * Whether a position is sold now (ruling 13). To sell YES is to buy NO of the same book: what forbids an opening because the game, the books or Kalshi's
 * prices are not what they seem forbids a sale too. A profile's conditions do not: they choose among openings, and the contracts are ours.
 */
export function saleOf({ outcome, quantity }: Pick<HeldPosition, 'outcome' | 'quantity'>, input: EdgeInput): Sale {
  const { book, consensus, fees, bands } = input
  const exit = exitOf({ outcome, quantity, book, consensus, fees, bands })
  if (exit.kind === 'hold') return exit
  const { netBid } = exit
  const look = lookOf(input)
  const unsound = firstFailure(PRECONDITIONS, look)
  if (unsound !== null) return { kind: 'hold', reason: unsound, netBid }
  const { side } = look
  if (side === null || side.outcome !== otherOutcome(outcome)) return { kind: 'hold', reason: HOLDS.worthMore, netBid }
  const guarded = firstFailure(GUARDS, { look, side })
  return guarded === null
    ? { ...exit, startsMs: millis(input.nowMs + (untilStart(input) ?? 0)) }
    : { kind: 'hold', reason: guarded, netBid }
}

/** A sale that is not answered by then is worth asking for anew: books and odds are others. */
const SALE_LIFE_MS = 2_500

/** The order of a sale: never for less than nets more than the contracts are worth, and no more of them than there are. @param n highest number so far (E2) */
export const saleOrder = (
  { tradeId, market, outcome, n }: Pick<Unpaired, 'tradeId' | 'market' | 'outcome' | 'n'>,
  { quantity, limit, startsMs }: Worth,
  nowMs: Millis,
): OrderIntent => ({
  ...{ clientOrderId: orderId(tradeId, 'c', n + 1), tradeId, venue: 'kalshi', market, outcome, action: 'sell' },
  ...{ quantity, limit, timeInForce: 'ioc', purpose: 'reducing', notAfterMs: millis(Math.min(nowMs + SALE_LIFE_MS, startsMs)) },
})
