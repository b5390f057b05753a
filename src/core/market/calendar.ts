import type { Venue } from '../ids'
import { millis, type Millis } from '../units'

/** A time in which a venue or a market does not trade, or cannot say what became of an order. `untilMs` equals `fromMs` for a mere edge. */
export interface Closure {
  /** Whose, and which: what the operator reads. */
  readonly what: string
  readonly fromMs: Millis
  /** Exclusive. */
  readonly untilMs: Millis
}

/** When a venue does not trade. How far from an edge a trade may open is not the venue's to say. */
export interface Calendar {
  readonly venue: Venue
  /** The closures that are not over at `fromMs` and begin before `untilMs`, in no order. */
  closures(fromMs: Millis, untilMs: Millis): readonly Closure[]
}

/** The end of what ends for good. */
export const FOR_GOOD: Millis = millis(Number.MAX_SAFE_INTEGER)

/** E28: never less than this before an edge. */
const LEAST_MARGIN_MS = 600_000
/**
 * How long 999 of 1,000 trades take at most. A trade without trouble takes a second. One with an unknown order at each venue takes 35 s at Kalshi
 * (signature window) and a new session with two looks at IBKR, then a re-quote and its cures: three minutes leave room for all of it. It is a
 * constant because a measured figure would count the trades that waited for a venue to open, and so close the venues for longer each time.
 */
const TRADE_TIME_P999_MS = 180_000

/** E28: how long before the earliest edge nothing opens. @param closeMarginMs what the limits in force ask for. */
export const openingMargin = (closeMarginMs: number): number => Math.max(LEAST_MARGIN_MS, closeMarginMs, 3 * TRADE_TIME_P999_MS)

const isOver = ({ fromMs, untilMs }: Closure, atMs: number): boolean => atMs >= untilMs && atMs > fromMs

/** The closure that begins first, or has begun; null when none is left. */
export function nextClosure(nowMs: Millis, closures: readonly Closure[]): Closure | null {
  const left = closures.filter((closure) => !isOver(closure, nowMs))
  return left.reduce<Closure | null>((first, closure) => (first === null || closure.fromMs < first.fromMs ? closure : first), null)
}

/**
 * E28: when an opening is permitted again; null: now. An opening is refused in a closure and within `marginMs` before one, so closures less than
 * the margin apart are one.
 */
export function noOpeningUntil(nowMs: Millis, closures: readonly Closure[], marginMs: number): Millis | null {
  let until: Millis | null = null
  for (let next = nextClosure(nowMs, closures); next && next.fromMs - marginMs <= (until ?? nowMs); next = nextClosure(until, closures))
    until = next.untilMs > next.fromMs ? next.untilMs : millis(next.fromMs + 1)
  return until
}

const minutes = (ms: number): string => `${Math.floor(ms / 60_000)} min ${Math.floor((ms % 60_000) / 1000)} s`

/** E28 as a check of a plan: the time to the earliest edge against the margin. `closures` null: when the markets close is not known. */
export function calendarVerdict(
  nowMs: Millis,
  closures: readonly Closure[] | null,
  marginMs: number,
): { readonly check: 'calendar'; readonly passed: boolean; readonly actual: string; readonly limit: string } {
  const limit = `> ${minutes(marginMs)} to the next edge`
  if (closures === null) return { check: 'calendar', passed: false, actual: 'not known when the markets close', limit }
  const next = nextClosure(nowMs, closures)
  const passed = noOpeningUntil(nowMs, closures, marginMs) === null
  if (next === null) return { check: 'calendar', passed, actual: 'no edge in sight', limit }
  return {
    check: 'calendar',
    passed,
    actual: next.fromMs > nowMs ? `${minutes(next.fromMs - nowMs)} to ${next.what}` : `in ${next.what}`,
    limit,
  }
}
