import type { Venue } from '../ids'
import type { Millis } from '../units'

/** How old a venue's confirmation of its books may be for an opening (execution.md §7). */
export const LIVENESS_LIMIT_MS: Readonly<Record<Venue, number>> = {
  /** We ping every 500 ms: four pings without any answer or message. */
  kalshi: 2_000,
  /** Confirmed by the gateway's heartbeat, twice as slow. */
  forecastex: 4_000,
}
/** A quote that nobody has touched for a minute may be forgotten rather than meant: generous, because thin markets rest for long. */
export const QUOTE_AGE_LIMIT_MS = 60_000

/**
 * A feed as the record has it. `connected`: every connection is up and was heard in time; `unconfirmed`: up, and nothing vouches for its books;
 * `disconnected`: a connection is missing; `ended`: the process that watched it did.
 */
export type FeedState = 'connected' | 'unconfirmed' | 'disconnected' | 'ended'
/** The state of a feed is told anew this often, so that a process that was killed is not taken for one whose feeds were up … */
export const FEED_STATE_EVERY_MS = 15_000
/** … and is believed for no longer than this after it was told: two of them, and what a busy process may be late. */
export const FEED_STATE_BELIEVED_MS = 32_000

export type Freshness =
  | { readonly kind: 'fresh'; readonly ageMs: number; readonly limitMs: number }
  | { readonly kind: 'stale'; readonly ageMs: number; readonly limitMs: number }
  /** Never confirmed, or never told. */
  | { readonly kind: 'unknown'; readonly limitMs: number }

/** A time further ahead of now than the limit is as wrong as one further behind: the clock was set back, and ages mean nothing. */
function freshness(atMs: Millis | null, nowMs: Millis, limitMs: number): Freshness {
  if (atMs === null) return { kind: 'unknown', limitMs }
  const ageMs = nowMs - atMs
  return { kind: Math.abs(ageMs) <= limitMs ? 'fresh' : 'stale', ageMs, limitMs }
}

/** Liveness: does the venue still vouch for its books? Refuses openings only. */
export const venueFreshness = (
  venue: Venue,
  confirmedAtMs: Millis | null,
  nowMs: Millis,
  limitMs: number = LIVENESS_LIMIT_MS[venue],
): Freshness => freshness(confirmedAtMs, nowMs, limitMs)

/** Change: when was this side last touched? Never mixed with liveness: a quiet side of a live feed is true. */
export const quoteFreshness = (changedAtMs: Millis | null, nowMs: Millis, limitMs: number = QUOTE_AGE_LIMIT_MS): Freshness =>
  freshness(changedAtMs, nowMs, limitMs)
