import { assertNever } from '../../core/assert'
import type { MarketId } from '../../core/ids'

/** The most books that one answer tells (kalshi §3). */
const MARKETS_PER_READ = 100
/** Where money is or may soon be. */
const URGENT_EVERY_MS = 10_000
/** Everything else; more books than the budget reads in this time are simply looked at in turn, the oldest first. */
const EVERY_MS = 60_000
/** A degraded market waits for its new snapshot, then for its looks. */
const DEGRADED_EVERY_MS = 2_000
/** A book that was wrong is trusted again after two looks in which it was right. */
const CLEAN_LOOKS = 2
/** One book may be wrong by a lost message; two, and a quarter of all, mean that feed or REST are. */
const VENUE_SHARE = 0.25
const VENUE_LEAST = 2

/** A market that is degraded, and why. */
export interface Standing {
  readonly market: MarketId
  readonly reason: string
  readonly sinceMs: number
}
export type Verdict =
  | { readonly kind: 'unchanged' }
  /** Differs for the first time: to be read again at once. */
  | { readonly kind: 'suspect'; readonly reason: string }
  /** Differs again. */
  | { readonly kind: 'mismatch'; readonly reason: string }
  /** Trusted again. */
  | { readonly kind: 'lifted' }

type State =
  | { readonly kind: 'sound' }
  | { readonly kind: 'suspect' }
  | { readonly kind: 'degraded'; readonly reason: string; readonly sinceMs: number; readonly clean: number; readonly differs: boolean }

const SOUND: State = { kind: 'sound' }

/** Whose turn it is, and what the looks at each market have come to. */
export class Rotation {
  readonly #states = new Map<MarketId, State>()
  readonly #triedMs = new Map<MarketId, number>()

  /** What to look at now, at most a hundred: suspects at once, then degraded markets, urgent ones and the rest, each in its time. */
  due(watched: readonly MarketId[], urgent: ReadonlySet<MarketId>, nowMs: number): readonly MarketId[] {
    const rank = (market: MarketId): number => {
      if (this.#isSuspect(market)) return 0
      return this.#states.get(market)?.kind === 'degraded' ? 1 : urgent.has(market) ? 2 : 3
    }
    const every = [0, DEGRADED_EVERY_MS, URGENT_EVERY_MS, EVERY_MS]
    return watched
      .map((market) => ({ market, rank: rank(market), triedMs: this.#triedMs.get(market) ?? -Infinity }))
      .filter((each) => nowMs - each.triedMs >= (every[each.rank] ?? EVERY_MS))
      .sort((a, b) => a.rank - b.rank || a.triedMs - b.triedMs)
      .slice(0, MARKETS_PER_READ)
      .map(({ market }) => market)
  }

  /** Markets that are watched no longer: what was held against them ends. @returns those that were suspect or degraded. */
  dropAllBut(watched: ReadonlySet<MarketId>): readonly MarketId[] {
    for (const market of this.#triedMs.keys()) if (!watched.has(market)) this.#triedMs.delete(market)
    const dropped = [...this.#states.keys()].filter((market) => !watched.has(market))
    for (const market of dropped) this.#states.delete(market)
    return dropped
  }

  tried(market: MarketId, atMs: number): void {
    this.#triedMs.set(market, atMs)
  }

  /** @param difference null: the book agreed. */
  judge(market: MarketId, difference: string | null, nowMs: number): Verdict {
    const state = this.#states.get(market) ?? SOUND
    switch (state.kind) {
      case 'sound':
        if (difference === null) return { kind: 'unchanged' }
        this.#states.set(market, { kind: 'suspect' })
        return { kind: 'suspect', reason: `differs from REST, read again: ${difference}` }
      case 'suspect':
        if (difference !== null) return this.#degrade(market, difference, nowMs)
        this.#states.delete(market)
        return { kind: 'lifted' }
      case 'degraded': {
        if (difference !== null && state.differs) return this.#degrade(market, difference, state.sinceMs)
        const clean = difference === null ? state.clean + 1 : 0
        if (clean < CLEAN_LOOKS) this.#states.set(market, { ...state, clean, differs: difference !== null })
        else this.#states.delete(market)
        return clean < CLEAN_LOOKS ? { kind: 'unchanged' } : { kind: 'lifted' }
      }
      default:
        return assertNever(state, 'state of an audited market')
    }
  }

  degraded(): readonly Standing[] {
    return [...this.#states].flatMap(([market, state]) =>
      state.kind === 'degraded' ? [{ market, reason: state.reason, sinceMs: state.sinceMs }] : [],
    )
  }

  /** Why the venue as a whole is not trusted; null: it is. */
  venueReason(watched: number): string | null {
    const wrong = this.degraded().length
    if (wrong < VENUE_LEAST || wrong < watched * VENUE_SHARE) return null
    return `${wrong} of ${watched} books differ from REST`
  }

  /** Suspects, and degraded markets whose last look differed: both are read again at once. */
  #isSuspect(market: MarketId): boolean {
    const state = this.#states.get(market)
    return state?.kind === 'suspect' || (state?.kind === 'degraded' && state.differs)
  }

  #degrade(market: MarketId, difference: string, sinceMs: number): Verdict {
    const reason = `book differed from REST twice: ${difference}`
    this.#states.set(market, { kind: 'degraded', reason, sinceMs, clean: 0, differs: false })
    return { kind: 'mismatch', reason }
  }
}
