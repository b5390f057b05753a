import { millis, type Millis } from '../core/units'

/** From any time of an afternoon into the next day, also when that has 23 or 25 hours. */
const HALF_DAY_MS = 43_200_000
/** The exchange's wall clock, like "2026-11-22 13:00": times of it compare as text. */
const CENTRAL = new Intl.DateTimeFormat('sv-SE', {
  timeZone: 'America/Chicago',
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
})
const NOON = '12:00'
const PAID_AT = '13:00'

export const centralTime = (ms: Millis): string => CENTRAL.format(ms)

/**
 * When ForecastEx has paid at the latest for what was gone at a moment, by the exchange's clock: Rule 603(b)(3) pays at 1:00 pm Central on the day of
 * the resolution if that was before noon, else on the next day (ibkr-forecastex §3).
 */
export function paidBy(goneMs: Millis): string {
  const isMorning = centralTime(goneMs).slice(-NOON.length) < NOON
  return `${centralTime(isMorning ? goneMs : millis(goneMs + HALF_DAY_MS)).slice(0, -NOON.length)}${PAID_AT}`
}
export const isOverdue = (goneMs: Millis, nowMs: Millis): boolean => centralTime(nowMs) > paidBy(goneMs)
