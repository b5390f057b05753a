import { VENUES, type Venue } from '../core/ids'
import { FEED_STATE_EVERY_MS, venueFreshness, type FeedState } from '../core/market/liveness'
import type { Millis } from '../core/units'
import type { Books } from './books'

/** In {@link FeedTeller}: no connection came or went. */
const NO_CONNECTION = 0

/** Where states go: the record. */
export type FeedTeller = (venue: Venue, conn: number, state: FeedState, atMs: Millis) => void
type Links = Pick<Books, 'isConnected' | 'confirmedAtMs'>

/**
 * Tells how each venue's feed stands: in the turn in which a connection comes or goes, and by a look each second, which finds what no event tells (a venue
 * that has fallen silent, or is heard again). No frame of a market passes here.
 */
export class FeedStates {
  readonly #books: () => Links
  readonly #tell: FeedTeller
  readonly #told = new Map<Venue, { readonly state: FeedState; readonly atMs: Millis }>()

  constructor(books: () => Links, tell: FeedTeller) {
    this.#books = books
    this.#tell = tell
  }

  /** A connection came or went. */
  changed(venue: Venue, conn: number, nowMs: Millis): void {
    this.#note(venue, conn, this.#stateOf(venue, nowMs), nowMs)
  }

  /** Tells what is new, and what was told a while ago. */
  look(nowMs: Millis): void {
    for (const venue of VENUES) {
      const [told, state] = [this.#told.get(venue), this.#stateOf(venue, nowMs)]
      // a clock that was set back makes it due too
      if (told?.state !== state || Math.abs(nowMs - told.atMs) >= FEED_STATE_EVERY_MS) this.#note(venue, NO_CONNECTION, state, nowMs)
    }
  }

  /** The process ends: from now on nobody knows. */
  end(nowMs: Millis): void {
    for (const venue of this.#told.keys()) this.#note(venue, NO_CONNECTION, 'ended', nowMs)
  }

  #stateOf(venue: Venue, nowMs: Millis): FeedState {
    const books = this.#books()
    if (!books.isConnected(venue)) return 'disconnected'
    return venueFreshness(venue, books.confirmedAtMs(venue), nowMs).kind === 'fresh' ? 'connected' : 'unconfirmed'
  }

  #note(venue: Venue, conn: number, state: FeedState, atMs: Millis): void {
    this.#told.set(venue, { state, atMs })
    this.#tell(venue, conn, state, atMs)
  }
}
