import { BookDirectory } from '../../core/market/reference'
import { Book } from '../../core/market/book'
import type { FeedEvent, Frame } from '../../core/market/event'
import type { Millis } from '../../core/units'
import { KalshiSession } from '../../venues/kalshi/wire/session'

const CENT = 100
const SIDES = 2

interface Moment {
  readonly atMs: Millis
  /** Whole cents, rounded down; null: one of the sides has no quote, or the book is not known. */
  readonly cents: number | null
}

/** What the middle of one market's book was in the last seconds, by the session and the book of the streaming process. */
export class MidHistory {
  readonly #keptMs: number
  readonly #book = new Book()
  readonly #session: KalshiSession
  /** Oldest first; the first one may be older than is kept: it was in force then. */
  readonly #moments: Moment[] = []

  constructor(keptMs: number) {
    this.#keptMs = keptMs
    const emit = (event: FeedEvent): void => this.#hear(event)
    this.#session = new KalshiSession({ directory: new BookDirectory(), sequence: 'ignore', emit, notice: () => undefined })
  }

  receive(frame: Frame): void {
    this.#session.receive(frame)
  }

  /** @param ms not older than is kept */
  at(ms: number): number | null {
    return this.#moments.findLast(({ atMs }) => atMs <= ms)?.cents ?? null
  }

  #hear(event: FeedEvent): void {
    if (event.kind === 'book') this.#book.apply(event.change, event.n, event.recvMs)
    else if (event.kind === 'forget') this.#book.forget()
    else return
    const cents = this.#mid()
    const last = this.#moments.at(-1)
    if (last && last.cents === cents) return
    this.#moments.push({ atMs: event.recvMs, cents })
    while ((this.#moments[1]?.atMs ?? Infinity) < event.recvMs - this.#keptMs) this.#moments.shift()
  }

  #mid(): number | null {
    const [bid, ask] = [this.#book.bestPrice('bid'), this.#book.bestPrice('ask')]
    return bid === null || ask === null ? null : Math.floor((bid + ask) / (SIDES * CENT))
  }
}
