import { millis, type Millis } from '../units'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
/** E29: the trading day starts at 06:00 US Eastern. */
const START_HOUR = 6
const WINTER_OFFSET_HOURS = 5

/** Midnight of the n-th Sunday of a month (UTC calendar): the day on which US daylight saving time begins or ends. */
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

/** The start of the trading day that `atMs` belongs to. Days on which the clocks change (at 02:00, before the start) are 23 or 25 hours long. */
export function tradingDayStart(atMs: Millis): Millis {
  const sinceStartHour = atMs - (easternOffsetHours(atMs) + START_HOUR) * HOUR_MS
  const midnight = Math.floor(sinceStartHour / DAY_MS) * DAY_MS
  // the offset of the start itself: the clocks may have changed since
  const inWinter = millis(midnight + (START_HOUR + WINTER_OFFSET_HOURS) * HOUR_MS)
  return millis(midnight + (START_HOUR + easternOffsetHours(inWinter)) * HOUR_MS)
}

/** Trading days that a week's loss is summed over: a rolling week, so that no Monday forgives what Sunday lost. */
const WEEK_DAYS = 7

/** The start of the trading day six days before the one that `atMs` belongs to. */
export const tradingWeekStart = (atMs: Millis): Millis =>
  // noon keeps clear of days of 23 and 25 hours
  tradingDayStart(millis(tradingDayStart(atMs) + DAY_MS / 2 - (WEEK_DAYS - 1) * DAY_MS))
