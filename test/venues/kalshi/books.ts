import type { FeedEvent, Frame } from '../../../src/core/market/event'
import { BookDirectory } from '../../../src/core/market/reference'
import { millis } from '../../../src/core/units'
import type { SessionNotice } from '../../../src/venues/kalshi/wire/line'
import { KalshiSession, type SessionOptions } from '../../../src/venues/kalshi/wire/session'

/** price → quantity, both as integers. */
export type Side = Map<number, number>
export interface Book {
  readonly bid: Side
  readonly ask: Side
}

/** What the events say, kept as plainly as possible: a book that was forgotten is absent. */
export class Books {
  readonly #books = new Map<number, Book>()

  apply(event: FeedEvent): void {
    if (event.kind === 'disconnected' || event.kind === 'connected') this.#books.clear()
    if (event.kind === 'forget') for (const book of event.books) this.#books.delete(book)
    if (event.kind !== 'book') return
    const { change } = event
    if (change.op === 'replace') {
      const side = (levels: typeof change.bids): Side => new Map(levels.map((level) => [level.price, level.quantity]))
      this.#books.set(change.book, { bid: side(change.bids), ask: side(change.asks) })
    } else if (change.op === 'add') {
      const side = this.#books.get(change.book)?.[change.side]
      if (!side) throw new Error('a change of a book that is not there')
      const quantity = (side.get(change.price) ?? 0) + change.delta
      if (quantity < 0) throw new Error('a negative level')
      if (quantity === 0) side.delete(change.price)
      else side.set(change.price, quantity)
    }
  }

  of(index: number): Book | undefined {
    return this.#books.get(index)
  }
}

export interface Reading {
  readonly directory: BookDirectory
  readonly books: Books
  readonly events: FeedEvent[]
  readonly notices: SessionNotice[]
  /** Feeds a frame: text or an object as bytes, a list as what the socket library says. */
  feed(payload: string | object, dir?: Frame['dir'], conn?: number): readonly FeedEvent[]
  /** Of each notice, the connection that it is about. */
  readonly conns: number[]
}
/** A session with everything it says kept. */
export function reading(sequence: SessionOptions['sequence'] = 'check'): Reading {
  const directory = new BookDirectory()
  const books = new Books()
  const events: FeedEvent[] = []
  const notices: SessionNotice[] = []
  const emit = (event: FeedEvent): void => {
    events.push(event)
    books.apply(event)
  }
  const conns: number[] = []
  const notice: SessionOptions['notice'] = (each, conn) => {
    notices.push(each)
    conns.push(conn)
  }
  const session = new KalshiSession({ directory, sequence, emit, notice })
  let n = 0
  const feed: Reading['feed'] = (payload, dir = 'in', conn = 1) => {
    const before = events.length
    const bytes = Array.isArray(payload)
      ? (payload as unknown[])
      : Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload))
    session.receive({ n: n++, recvMs: millis(n), monoNs: BigInt(n), venue: 'kalshi', conn, dir, payload: bytes })
    return events.slice(before)
  }
  return { directory, books, events, notices, conns, feed }
}
export const kinds = (events: readonly FeedEvent[]): readonly string[] => events.map((event) => event.kind)
