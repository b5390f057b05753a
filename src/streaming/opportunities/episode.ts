import type { BoxFound, BoxPair, BoxRefused } from '../../core/box/finding'
import type { Gate } from '../../core/risk/gates'
import type { BoxCheck } from '../../core/box/refusals'
import type { EdgeCheck } from '../../core/edge/refusals'
import type { SubjectId, TradeId } from '../../core/ids'
import type { Millis, Money, Quantity } from '../../core/units'

/** Why a look was no trade: a check of the decision, or a gate after it. */
export type Reason = BoxCheck | EdgeCheck | Gate
/** What margins are of: a pair, or a market. */
export interface Subject {
  readonly id: SubjectId
}
/** One judgement of a subject that showed a margin. It is kept as it is: nothing is copied or written on the way of a frame. */
export interface Seen<D = string> {
  readonly kind: 'found' | 'refused'
  /** null: both directions showed a margin at once. */
  readonly direction: D | null
  readonly quantity: Quantity
  /** null: it did not get as far as a size. */
  readonly netEdge: Money | null
}
export type Look = BoxFound | BoxRefused
/** A look that got as far as a size. */
export type Sized<L = Look> = L & { readonly netEdge: Money }
const isSized = <L extends Seen>(look: L): look is Sized<L> => look.netEdge !== null

export type EpisodeOutcome =
  /** `tradeId`: of its first trade. */
  | { readonly kind: 'taken'; readonly tradeId: TradeId }
  /** By what its first look that was no trade was refused. */
  | { readonly kind: 'refused'; readonly reason: Reason }
  /** The other direction has the margin now. */
  | { readonly kind: 'superseded' }
  /** Nothing refused it and nothing took it: only where nothing is launched. */
  | { readonly kind: 'vanished' }

/** One margin of a subject in one direction, from first sight to end. Times are those of events. */
export interface Episode<S extends Subject = BoxPair, L extends Seen = Look> {
  readonly pair: S
  /** null: both directions showed a margin at once. */
  readonly direction: L['direction']
  readonly firstSeenMs: Millis
  /** Of the last look that showed it. */
  readonly lastSeenMs: Millis
  /** When it was known to be over. */
  readonly endedMs: Millis
  readonly looks: number
  /** Looks that every check of the decision passed. */
  readonly finds: number
  /** The look with the largest net edge, the first of equals, and the last one; null: none got as far as a size. */
  readonly best: Sized<L> | null
  readonly last: Sized<L> | null
  /** How many looks each reason refused. */
  readonly refusals: ReadonlyMap<Reason, number>
  readonly trades: number
  readonly outcome: EpisodeOutcome
}

/** An episode that goes on. */
export class OpenEpisode<S extends Subject = BoxPair, L extends Seen = Look> {
  looks = 0
  finds = 0
  trades = 0
  lastSeenMs: Millis
  /** Since when every look was a find, and by how many it was confirmed; null: the last look was none. */
  foundSinceMs: Millis | null = null
  confirmations = 0
  readonly #refusals = new Map<Reason, number>()
  #first: TradeId | null = null
  #best: Sized<L> | null = null
  #last: Sized<L> | null = null

  constructor(
    readonly pair: S,
    readonly direction: L['direction'],
    readonly firstSeenMs: Millis,
  ) {
    this.lastSeenMs = firstSeenMs
  }

  add(look: L, nowMs: Millis): void {
    this.looks++
    this.lastSeenMs = nowMs
    if (isSized(look)) {
      if (this.#best === null || look.netEdge > this.#best.netEdge) this.#best = look
      this.#last = look
    }
    if (look.kind === 'refused') {
      this.foundSinceMs = null
      return
    }
    this.finds++
    if (this.foundSinceMs === null) {
      this.foundSinceMs = nowMs
      this.confirmations = 0
    } else this.confirmations++
  }

  refuse(reason: Reason): void {
    this.#refusals.set(reason, (this.#refusals.get(reason) ?? 0) + 1)
  }

  take(tradeId: TradeId): void {
    this.trades++
    this.#first ??= tradeId
  }

  end(endedMs: Millis, isSuperseded: boolean): Episode<S, L> {
    const { pair, direction, firstSeenMs, lastSeenMs, looks, finds, trades } = this
    return {
      pair,
      direction,
      firstSeenMs,
      lastSeenMs,
      endedMs,
      looks,
      finds,
      best: this.#best,
      last: this.#last,
      refusals: this.#refusals,
      trades,
      outcome: this.#outcome(isSuperseded),
    }
  }

  #outcome(isSuperseded: boolean): EpisodeOutcome {
    if (this.#first !== null) return { kind: 'taken', tradeId: this.#first }
    if (isSuperseded) return { kind: 'superseded' }
    const [reason] = this.#refusals.keys() // the first one that was set
    return reason === undefined ? { kind: 'vanished' } : { kind: 'refused', reason }
  }
}
