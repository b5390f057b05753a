import type { BookSide } from '../../../core/ids'
import type { BookIndex, Price, Quantity } from '../../../core/units'
import { LIVE_MARKET_DATA } from './messages'
import type { Withheld } from './refusals'
import type { Reach } from './session'

export interface Top {
  readonly price: Price | null
  readonly quantity: Quantity | null
}
export type Tops = Readonly<Record<BookSide, Top>>
export const NO_QUOTE: Top = { price: null, quantity: null }

/** A contract's quotes as a session has them. */
export interface Subscription {
  readonly reqId: number
  readonly book: BookIndex
  /** null until the venue has told it: nothing is published before. */
  type: number | null
  /** What the quotes of this contract wait for. */
  withheld: Exclude<Withheld, { kind: 'unanswered' | 'not-live' }> | null
  /** Lost or old since a notice: nothing it says counts, it must be asked for again. */
  stale: boolean
  /** Asked for while another session had the quotes of the others: its own show that it has ended. */
  trial: boolean
  bid: Top
  ask: Top
}
/** First images come within a second; a quote that moves meanwhile reaches both subscriptions, one after the other. */
const FIRST_BEAT = 2
/** Five seconds: whoever differs as long as that is not late, and whoever says nothing has nothing to say. */
const LAST_BEAT = 5
/** One without an answer may be the venue's mood; a second one, of another contract, is a stream that no longer serves. */
const UNANSWERED_MAX = 2

/**
 * A second, short subscription of a contract that is subscribed. Quotes may stop without a word while the gateway answers every heartbeat: nothing
 * in the protocol tells a quiet market from a stopped stream. A new subscription begins with the market as it is, and so shows the difference.
 * It proves that one stream has run until now; the others are only as likely to run as they share its way, which is why another one is
 * looked at each time. What stops between two looks is bounded by the age limit of quotes that nobody touches.
 */
class Probe {
  readonly reqId: number
  readonly book: BookIndex
  #beats = 0
  #type: number | null = null
  readonly #tops: { bid: Top; ask: Top } = { bid: NO_QUOTE, ask: NO_QUOTE }

  constructor(reqId: number, book: BookIndex) {
    this.reqId = reqId
    this.book = book
  }

  typed(type: number): void {
    this.#type = type
  }
  told(side: BookSide, price: Price | null): void {
    if (this.#tops[side].price !== price) this.#tops[side] = { price, quantity: null }
  }
  sized(side: BookSide, quantity: Quantity | null): void {
    this.#tops[side] = { ...this.#tops[side], quantity }
  }

  /** Called with each heartbeat. @param standing what the subscription itself has told, as live. */
  judge(standing: Tops): 'waiting' | 'agreed' | 'differed' | 'unanswered' {
    this.#beats += 1
    if (this.#beats < FIRST_BEAT) return 'waiting'
    if (this.#type === LIVE_MARKET_DATA && same(standing.bid, this.#tops.bid) && same(standing.ask, this.#tops.ask)) return 'agreed'
    if (this.#beats < LAST_BEAT) return 'waiting'
    return this.#type === null ? 'unanswered' : 'differed'
  }
}

/** What probes have come to in a connection: a probe that runs is none of it, and ends with the next look. */
export interface StandingProbing {
  readonly unansweredInARow: number
  readonly isSuspect: boolean
  readonly isIgnored: boolean
}

/** A connection as it stands, its subscriptions left aside. */
export interface StandingGateway {
  readonly connected: number | null
  readonly reach: Reach
  readonly probing: StandingProbing
}
/** One probe at a time, and what they have come to. */
export class Probing {
  /** For status: how often a new subscription of a contract told the same, otherwise, or nothing. */
  readonly counts = { agreed: 0, differed: 0, unanswered: 0 }
  #probe: Probe | null = null
  #unansweredInARow = 0
  /** Two went unanswered, all books were asked for anew, and no probe was answered since. */
  #isSuspect = false
  #isIgnored = false
  /** Those that have ended, to be cancelled. */
  readonly #spent: number[] = []

  begin(reqId: number, book: BookIndex): void {
    this.end()
    this.#probe = new Probe(reqId, book)
  }
  /** The probe that a callback is about. */
  of(reqId: number): Probe | null {
    return this.#probe?.reqId === reqId ? this.#probe : null
  }
  /** This gateway serves new subscriptions, but no second one of a contract: probes tell nothing in this connection. */
  get isIgnored(): boolean {
    return this.#isIgnored
  }
  get book(): BookIndex | null {
    return this.#probe?.book ?? null
  }
  end(): void {
    if (this.#probe) this.#spent.push(this.#probe.reqId)
    this.#probe = null
  }
  disconnected(): void {
    this.#probe = null
    this.#spent.length = 0
    this.#unansweredInARow = 0
    this.#isSuspect = this.#isIgnored = false
  }
  standing(): StandingProbing {
    return { unansweredInARow: this.#unansweredInARow, isSuspect: this.#isSuspect, isIgnored: this.#isIgnored }
  }
  adopt({ unansweredInARow, isSuspect, isIgnored }: StandingProbing): void {
    this.disconnected()
    this.#unansweredInARow = unansweredInARow
    this.#isSuspect = isSuspect
    this.#isIgnored = isIgnored
  }
  /** Probes that have ended since the last call: they still take a line each. */
  takeSpent(): readonly number[] {
    return this.#spent.splice(0)
  }

  /** @param standing null: there is nothing to compare with. @returns true: the subscription has stopped without a word, and so may all others have. */
  judge(standing: Tops | null): boolean {
    const verdict = standing ? this.#probe?.judge(standing) : undefined
    if (verdict === 'waiting') return false
    this.end()
    if (verdict === undefined) return false
    this.counts[verdict] += 1
    if (verdict !== 'unanswered') {
      this.#unansweredInARow = 0
      this.#isSuspect = false
      return verdict === 'differed'
    }
    this.#unansweredInARow += 1
    if (this.#unansweredInARow < UNANSWERED_MAX) return false
    this.#unansweredInARow = 0
    // only live books are looked at: their streams were begun anew, and were served
    this.#isIgnored = this.#isSuspect
    this.#isSuspect = true
    return !this.#isIgnored
  }
}

/** A size that one of the two was not told yet says nothing. */
const same = (a: Top, b: Top): boolean =>
  a.price === b.price && (a.price === null || a.quantity === null || b.quantity === null || a.quantity === b.quantity)
