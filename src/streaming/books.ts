import { assertNever } from '../core/assert'
import type { Venue } from '../core/ids'
import { Book } from '../core/market/book'
import type { FeedEvent } from '../core/market/event'
import type { BookIndex, Millis } from '../core/units'

/** All books of this process by their dense number, and when each venue last vouched for its own (execution.md §7). */
export class Books {
  readonly #books: Book[] = []
  readonly #venues: (Venue | undefined)[] = []
  readonly #confirmedAtMs: Record<Venue, Millis | null> = { kalshi: null, forecastex: null }
  /** Changes that could not follow what was known; each emptied its book. */
  inconsistent = 0

  at(index: BookIndex): Book {
    return (this.#books[index] ??= new Book())
  }

  confirmedAtMs(venue: Venue): Millis | null {
    return this.#confirmedAtMs[venue]
  }

  /** Applies an event. @returns the books it touched; `'all'` when a venue's whole picture changed, `null` when no book did. */
  apply(event: FeedEvent): BookIndex | 'all' | null {
    switch (event.kind) {
      case 'book': {
        const { book } = event.change
        this.#venues[book] = event.venue
        this.#confirmedAtMs[event.venue] = event.recvMs
        if (this.at(book).apply(event.change, event.n, event.recvMs) === 'inconsistent') this.inconsistent++
        return book
      }
      case 'alive':
        this.#confirmedAtMs[event.venue] = event.recvMs
        return null
      case 'forget':
        for (const book of event.books) this.at(book).forget()
        return 'all'
      case 'connected':
      case 'disconnected':
        this.#forgetVenue(event.venue)
        return 'all'
      case 'print':
      case 'market':
      case 'unreadable':
        return null
      default:
        return assertNever(event, 'feed event')
    }
  }

  /** A disconnect is data: no book, no opportunity. A venue has one connection at a time, so all its books go. */
  #forgetVenue(venue: Venue): void {
    this.#confirmedAtMs[venue] = null
    for (const [index, book] of this.#books.entries()) if (this.#venues[index] === venue) book?.forget()
  }
}
