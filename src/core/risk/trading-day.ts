import { millis, type Millis } from '../units'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
/** E29: the trading day starts at 06:00 US Eastern. */
const START_HOUR = 6

/** Day number of the n-th Sunday of a month (UTC calendar): where US daylight saving time begins and ends. */
function nthSunday(year: number, month: number, n: number): number {
  const first = Date.UTC(year, month, 1)
  const weekday = (Math.floor(first / DAY_MS) + 4) % 7
  return first + ((7 - weekday) % 7) * DAY_MS + (n - 1) * 7 * DAY_MS
}

/** Hours that US Eastern lies behind UTC: 4 from the second Sunday of March to the first of November (02:00 local), else 5. */
export function easternOffsetHours(atMs: Millis): 4 | 5 {
  const year = yearOf(atMs)
  const begins = nthSunday(year, 2, 2) + 7 * HOUR_MS
  const ends = nthSunday(year, 10, 1) + 6 * HOUR_MS
  return atMs >= begins && atMs < ends ? 4 : 5
}

function yearOf(atMs: Millis): number {
  const guess = 1970 + Math.floor(atMs / (365.2425 * DAY_MS))
  if (atMs < Date.UTC(guess, 0, 1)) return guess - 1
  return atMs >= Date.UTC(guess + 1, 0, 1) ? guess + 1 : guess
}

/** The start of the trading day that `atMs` belongs to. */
export function tradingDayStart(atMs: Millis): Millis {
  const offset = easternOffsetHours(atMs) * HOUR_MS
  const local = atMs - offset - START_HOUR * HOUR_MS
  return millis(Math.floor(local / DAY_MS) * DAY_MS + START_HOUR * HOUR_MS + offset)
}
