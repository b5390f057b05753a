import type { ClientOrderId } from '../core/ids'
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
)
export interface Journal {
  /** Resolves when the mark is on disk. */
  append(mark: JournalMark): Promise<void>
  /** All marks of an order, oldest first. */
  marks(clientOrderId: ClientOrderId): readonly JournalMark[]
}
