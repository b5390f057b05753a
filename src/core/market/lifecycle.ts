import type { MarketId, Venue } from '../ids'
import type { Millis } from '../units'
import type { MarketStatus } from './event'

/** What a catalogue says of a market's life. */
export interface Life {
  readonly venue: Venue
  readonly market: MarketId
  readonly status: MarketStatus
  /** Where the venue names an opening time. */
  readonly openMs?: Millis
  /** The latest time: a market may close early. */
  readonly closeMs: Millis
}

/** What is known of a market's life. */
export interface KnownLife {
  status: MarketStatus
  /** When a market that has not opened yet will; null: it has, or nobody knows. */
  opensMs: Millis | null
  closesMs: Millis | null
  /** When the venue itself last told the status, and the closing time: a catalogue that was asked earlier knows less. */
  statusToldMs: number
  closeToldMs: number
}

/**
 * The state of each market at a time. A venue tells pauses and decisions, but neither opening nor closing time when it comes (kalshi.md §10):
 * those are timers here, which need no clock of their own, because every question carries its time.
 */
export class MarketStates {
  readonly #known: Readonly<Record<Venue, Map<string, KnownLife>>> = { kalshi: new Map(), forecastex: new Map() }

  /** The venue's own word. */
  tell(venue: Venue, market: MarketId, status: MarketStatus, atMs: Millis): void {
    Object.assign(this.#of(venue, market), { status, opensMs: null, statusToldMs: atMs })
  }

  /** The venue moved the closing time. */
  closesAt(venue: Venue, market: MarketId, closesMs: Millis, atMs: Millis): void {
    Object.assign(this.#of(venue, market), { closesMs, closeToldMs: atMs })
  }

  /** @param askedMs when the catalogue was asked: what the venue told after that stands. */
  list({ venue, market, status, openMs, closeMs }: Life, askedMs: Millis): void {
    const known = this.#of(venue, market)
    if (askedMs >= known.closeToldMs) known.closesMs = closeMs
    if (askedMs < known.statusToldMs) return
    known.status = status
    // before its opening time a market is not open yet; after it, a pause is the operator's
    known.opensMs = status === 'paused' && openMs !== undefined && openMs > askedMs ? openMs : null
  }

  /** All that is known of a market now; null: nothing. */
  known(venue: Venue, market: MarketId): KnownLife | null {
    const known = this.#known[venue].get(market)
    return known ? { ...known } : null
  }

  /** What another one knew. */
  adopt(venue: Venue, market: MarketId, known: KnownLife): void {
    this.#known[venue].set(market, { ...known })
  }

  /** null: nothing was told of it. */
  at(venue: Venue, market: string, nowMs: Millis): MarketStatus | null {
    const known = this.#known[venue].get(market)
    if (!known) return null
    const { status, opensMs, closesMs } = known
    if (status !== 'open' && status !== 'paused') return status
    if (closesMs !== null && nowMs >= closesMs) return 'closed'
    return opensMs !== null && nowMs >= opensMs ? 'open' : status
  }

  #of(venue: Venue, market: MarketId): KnownLife {
    const known = this.#known[venue].get(market) ?? {
      status: 'open',
      opensMs: null,
      closesMs: null,
      statusToldMs: -Infinity,
      closeToldMs: -Infinity,
    }
    this.#known[venue].set(market, known)
    return known
  }
}
