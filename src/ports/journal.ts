import type { ClientOrderId } from '../core/ids'
import type { Fill, OrderIntent } from '../core/trade/order'
import type { Millis } from '../core/units'

/** What this host knows of its own orders, durable before the fact (E3). */
export type JournalMark = { readonly clientOrderId: ClientOrderId; readonly atMs: Millis } & (
  | {
      readonly mark: 'sending'
      readonly venue: string
      readonly market: string
      readonly quantity: number
      readonly limit: number
      readonly purpose: string
    }
  /** The gate refused in the turn of the write: no byte left. */
  | { readonly mark: 'refused'; readonly reason: string }
  /** The venue's own number for it, where it is needed to find it again. */
  | { readonly mark: 'numbered'; readonly venueOrderId: string }
  /** Nothing about the order can change any more; its fills wait to be booked. */
  | { readonly mark: 'final'; readonly order: OrderIntent; readonly fills: readonly Fill[] }
  | { readonly mark: 'booked' }
)
export interface Journal {
  /** Resolves when the mark is on disk. */
  append(mark: JournalMark): Promise<void>
  /** All marks of an order, oldest first. */
  marks(clientOrderId: ClientOrderId): readonly JournalMark[]
  /** Orders that are final and not yet booked, oldest first. */
  unbooked(): readonly Extract<JournalMark, { readonly mark: 'final' }>[]
}
