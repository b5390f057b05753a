import { z } from 'zod'
import type { MarketId } from '../../../../core/ids'
import type { Quantity } from '../../../../core/units'
import { readFailure, type KalshiFailure } from '../errors'
import { contracts, ticker } from '../fields'
import { readCancelAnswer, readCreateAnswer, type CancelAnswer, type CreateAnswer } from '../orders'

/** Batches answer 2xx and tell of each item by itself, in the order of the request; and the queue of resting orders. */

export type BatchItem<T> = { readonly kind: 'accepted'; readonly value: T } | { readonly kind: 'failed'; readonly failure: KalshiFailure }

const itemError = z.object({ code: z.string().nullish(), message: z.string().nullish(), details: z.string().nullish() })
const items = z.object({ orders: z.array(z.looseObject({ error: itemError.nullish() })) })
/** The call whose failure an item's error would be, were it sent alone. */
const ALONE = {
  create: { path: '/portfolio/events/orders', status: 400 },
  cancel: { path: '/portfolio/events/orders/one', status: 404 },
} as const

function readItems<T>(body: unknown, asked: number, call: keyof typeof ALONE, read: (item: unknown) => T): readonly BatchItem<T>[] {
  const { orders } = items.parse(body)
  if (orders.length !== asked) throw new Error(`Kalshi answered ${orders.length} items of a batch of ${asked}`)
  const { path, status } = ALONE[call]
  return orders.map((item): BatchItem<T> => {
    if (!item.error) return { kind: 'accepted', value: read(item) }
    const known = item.error.code === 'not_found' ? status : 400
    return { kind: 'failed', failure: readFailure(known, JSON.stringify({ error: item.error }), path) }
  })
}

/** @param asked items sent. @throws z.ZodError, Error when the answer has another number of items */
export const readBatchCreate = (body: unknown, asked: number): readonly BatchItem<CreateAnswer>[] =>
  readItems(body, asked, 'create', readCreateAnswer)
/** @throws as {@link readBatchCreate} */
export const readBatchCancel = (body: unknown, asked: number): readonly BatchItem<CancelAnswer>[] =>
  readItems(body, asked, 'cancel', readCancelAnswer)

const queuePosition = z.object({ queue_position_fp: contracts }).transform((raw) => raw.queue_position_fp)
/** Contracts ahead at the order's price. @throws z.ZodError */
export const readQueuePosition = (body: unknown): Quantity => queuePosition.parse(body)

const queuePositions = z.object({
  queue_positions: z.array(z.object({ order_id: z.string().min(1), market_ticker: ticker, queue_position_fp: contracts })).nullish(),
})
/** Of all resting orders that were asked for. @throws z.ZodError */
export const readQueuePositions = (
  body: unknown,
): readonly { readonly venueOrderId: string; readonly market: MarketId; readonly ahead: Quantity }[] =>
  (queuePositions.parse(body).queue_positions ?? []).map((raw) => ({
    venueOrderId: raw.order_id,
    market: raw.market_ticker,
    ahead: raw.queue_position_fp,
  }))
