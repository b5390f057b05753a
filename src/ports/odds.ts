import type { OddsGame } from '../core/edge/odds'
import type { Millis } from '../core/units'
import type { OddsRow } from './record'

/** A source of odds: it is asked sport by sport, each answer costs credits of a month. */
export interface OddsSource {
  /**
   * Asks once, and never again by itself. Neither an answer nor silence is an exception: what failed is told as a failure and brings no game, so that
   * nothing of it can be taken for fresh.
   * @param sport as the source names it: "americanfootball_nfl"
   */
  fetch(sport: string, signal: AbortSignal): Promise<OddsFetch>
  /** What is left of the month, asked without spending any of it. */
  quota(signal: AbortSignal): Promise<QuotaAnswer>
}

export type OddsFetch = FetchedOdds | FailedFetch
export interface FetchedOdds {
  readonly kind: 'fetched'
  readonly sport: string
  /** When it was asked: what is told is at least as new, by this machine's clock. */
  readonly fetchedMs: Millis
  readonly games: readonly OddsGame[]
  /** The same lines as the record takes them, without {@link OddsRow}'s margin taken off. */
  readonly rows: readonly OddsRow[]
  /** What of the answer was not understood and is in no game, a sentence each. */
  readonly problems: readonly string[]
  /** Markets that came and are not kept, by name: how many. */
  readonly otherMarkets: Readonly<Record<string, number>>
  readonly quota: OddsQuota
}
export interface FailedFetch {
  readonly kind: 'failed'
  readonly sport: string
  readonly failure: OddsFailure
  readonly quota: OddsQuota
}
export type QuotaAnswer =
  | { readonly kind: 'told'; readonly quota: OddsQuota & { readonly remaining: number } }
  | { readonly kind: 'failed'; readonly failure: OddsFailure }

export interface OddsFailure {
  readonly kind: OddsFailureKind
  /** For an operator; never with the key. */
  readonly detail: string
}
/**
 * key refused: 401, 403. credits gone: the month's are spent, whatever the status. too many: 429. request refused: another 4xx, so the configuration asks
 * for what there is not. source down: 5xx, silence, or an answer that broke off. unreadable: an answer that is none of the API's. clock skew: it says another
 * time than this machine, or none, so that no line has an age. stopped: by the caller.
 */
export type OddsFailureKind =
  'key refused' | 'credits gone' | 'too many' | 'request refused' | 'source down' | 'unreadable' | 'clock skew' | 'stopped'

/** As the source counts. null: not told. */
export interface OddsQuota {
  readonly remaining: number | null
  readonly used: number | null
  /** What this call cost. */
  readonly last: number | null
}
