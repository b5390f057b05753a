import type { MarketId, Venue } from '../ids'
import type { Purse } from '../purse'
import type { Fill } from '../trade/order'
import { millis, type Millis, type Money } from '../units'

export const BREAK_KINDS = ['cash', 'position', 'unknown-fill', 'strange-execution', 'missing-execution', 'fee', 'resting-order'] as const
export type BreakKind = (typeof BREAK_KINDS)[number]

/**
 * What a venue says and the ledger does not, or the other way round. `subject` is the purse, market, fill, execution or order that it is about: the
 * same venue, kind and subject are the same difference, however often it is seen.
 */
export interface Difference {
  readonly venue: Venue
  readonly kind: BreakKind
  readonly subject: string
  /** Where nothing may open because of it; null: at the whole venue. */
  readonly market: MarketId | null
  /** Whose cash it moves, if it moves any. */
  readonly purse: Purse | null
  /** What the venue has more than the ledger because of it, in 1e-2 YES contracts; negative: less. */
  readonly contracts: number
  /** What the venue's cash has more than the ledger's because of it; negative: less. */
  readonly amount: Money
  /** One sentence. */
  readonly detail: string
}
/** A break on record that counts: open, or accepted by a person with its difference still there. */
export interface StandingBreak extends Pick<Difference, 'kind' | 'subject' | 'market' | 'purse' | 'contracts' | 'amount'> {
  readonly id: number
  readonly state: 'open' | 'accepted'
}

/**
 * A difference must be seen twice, this long apart at the least, before it is a break. `settle` looks at what the venues paid every ten seconds and
 * twice at a loser; the lists of Kalshi lag its answers by seconds; an order of ours is final within its acceptance window of 35 s (E12), and until
 * then its trade runs.
 */
export const GRACE_MS = millis(30_000)

export const identityOf = ({ venue, kind, subject }: Pick<Difference, 'venue' | 'kind' | 'subject'>): string =>
  `${venue}|${kind}|${subject}`

/** What is not judged in a look: nothing is concluded of it, neither a break nor its end. */
export interface Motion {
  /** Cash moved, or may have, while it was read. */
  readonly cash: boolean
  /** Markets where a trade runs, or has just ended. */
  readonly markets: ReadonlySet<MarketId>
}

/** What a look at one venue shows to whoever acts on it. */
export interface Seen {
  readonly differences: readonly Difference[]
  readonly motion: Motion
  /** Fills that the ledger lacks or has otherwise: to be booked when they are ours. */
  readonly unbooked: readonly Fill[]
  readonly atMs: Millis
}
/** What of a look went on record. */
export interface Noted {
  readonly opened: readonly Difference[]
  /** Identities of breaks that ended by themselves. */
  readonly closed: readonly string[]
}

/** Whether a look says anything of it, also when it does not show it. */
export const isJudged = ({ kind, market }: Pick<Difference, 'kind' | 'market'>, motion: Motion): boolean =>
  kind === 'cash' || kind === 'resting-order' ? !motion.cash : market === null || !motion.markets.has(market)

interface Suspicion {
  readonly difference: Difference
  readonly sinceMs: Millis
}

/**
 * Differences on their way to be breaks. One is a break when it is seen unchanged after the grace. One that a look does not show, though it was
 * judged, never was.
 */
export class Suspicions {
  readonly #graceMs: number
  readonly #seen = new Map<string, Suspicion>()

  constructor(graceMs: number = GRACE_MS) {
    this.#graceMs = graceMs
  }

  /** How many wait for their second look. */
  get size(): number {
    return this.#seen.size
  }

  /** One look at one venue, as of `atMs`. @returns what has stood for the grace. */
  look(venue: Venue, differences: readonly Difference[], motion: Motion, atMs: Millis): readonly Difference[] {
    const shown = new Set(differences.map(identityOf))
    for (const [key, { difference }] of this.#seen)
      if (difference.venue === venue && !shown.has(key) && isJudged(difference, motion)) this.#seen.delete(key)
    return differences.filter((difference) => this.#stands(difference, motion, atMs))
  }

  #stands(difference: Difference, motion: Motion, atMs: Millis): boolean {
    if (!isJudged(difference, motion)) return false
    const key = identityOf(difference)
    const before = this.#seen.get(key)
    if (before?.difference.contracts === difference.contracts && before.difference.amount === difference.amount)
      return atMs - before.sinceMs >= this.#graceMs
    this.#seen.set(key, { difference, sinceMs: atMs })
    return false
  }
}
