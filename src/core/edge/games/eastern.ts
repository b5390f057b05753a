import { easternOffsetHours } from '../../risk/trading-day'
import { millis, type Millis } from '../../units'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const [SUMMER, WINTER] = [4, 5]

/** The day a US Eastern wall clock shows, "2026-07-09": what Kalshi's tickers are dated by, so evening games fall on the next UTC date. */
export const easternDate = (atMs: Millis): string =>
  new Date(atMs - easternOffsetHours(atMs) * HOUR_MS).toISOString().slice(0, 'YYYY-MM-DD'.length)

/** The time of day that clock shows, "18:40". */
export const easternTime = (atMs: Millis): string => new Date(atMs - easternOffsetHours(atMs) * HOUR_MS).toISOString().slice(11, 16)

/** The instant of a US Eastern date and "HH:MM". Of an hour that the clocks repeat it is the first. */
export function easternMs(date: string, time: string): Millis {
  const wall = Date.parse(`${date}T${time}:00Z`)
  const inSummer = millis(wall + SUMMER * HOUR_MS)
  return easternOffsetHours(inSummer) === SUMMER ? inSummer : millis(wall + WINTER * HOUR_MS)
}

/** Whether the calendar has the day. */
export function isDate(date: string): boolean {
  const atMs = Date.parse(`${date}T00:00:00Z`)
  return Number.isFinite(atMs) && new Date(atMs).toISOString().startsWith(date)
}

/** Whole days from one "YYYY-MM-DD" to another. */
export const daysBetween = (from: string, to: string): number =>
  (Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / (24 * HOUR_MS)

export const minutesBetween = (fromMs: Millis, toMs: Millis): number => Math.round((toMs - fromMs) / MINUTE_MS)
