import type { Closure } from '../core/market/calendar'
import { easternOffsetHours } from '../core/risk/trading-day'
import { millis, type Millis } from '../core/units'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS
/** 1970-01-01 was a Thursday. */
const FIRST_WEEKDAY = 4

export const WEEKDAY = { sunday: 0, monday: 1, tuesday: 2, wednesday: 3, thursday: 4, friday: 5, saturday: 6 } as const
export const EVERY_DAY: readonly number[] = Object.values(WEEKDAY)

/** A closure that comes back each week, by the wall clock of New York. */
export interface WeeklyClosure {
  readonly what: string
  readonly weekdays: readonly number[]
  /** Hours and minutes, "03:00". */
  readonly from: string
  /** Hours after the same midnight: "27:00" is three in the morning of the next day. Equal to `from` for a mere edge. */
  readonly until: string
}

/** Minutes after midnight of a time like "03:00". @throws RangeError when it is none. */
export function minutesOf(time: string): number {
  const match = /^(\d{2}):([0-5]\d)$/.exec(time)
  if (!match) throw new RangeError(`"${time}" is not a time of day like '03:00'`)
  return Number.parseInt(match[1] ?? '', 10) * 60 + Number.parseInt(match[2] ?? '', 10)
}

/**
 * The closures of a week's plan that are not over at `fromMs` and begin before `untilMs`. A time that the clocks show twice, or not at all, on the day
 * they change is taken so that the closure is longer.
 * @throws RangeError for a time of day that is none.
 */
export function closuresOf(plan: readonly WeeklyClosure[], fromMs: Millis, untilMs: Millis): readonly Closure[] {
  const found: Closure[] = []
  // a closure that is going on may have begun on the day before, by a clock that is behind ours
  const firstDay = Math.floor((fromMs - easternOffsetHours(fromMs) * HOUR_MS) / DAY_MS) - 1
  for (let day = firstDay; day * DAY_MS <= untilMs; day += 1) {
    const weekday = (day + FIRST_WEEKDAY) % 7
    for (const { what, weekdays, from, until } of plan) {
      if (!weekdays.includes(weekday)) continue
      const begins = instantOf(day, from, 'earlier')
      const ends = from === until ? begins : instantOf(day, until, 'later')
      if (begins < untilMs && Math.max(ends, begins + 1) > fromMs) found.push({ what, fromMs: begins, untilMs: ends })
    }
  }
  return found
}

/** When New York's clocks show a time of a day (counted from 1970). */
function instantOf(day: number, time: string, choice: 'earlier' | 'later'): Millis {
  const shown = day * DAY_MS + minutesOf(time) * MINUTE_MS
  const summer = millis(shown + 4 * HOUR_MS)
  const winter = millis(shown + 5 * HOUR_MS)
  const isSummer = easternOffsetHours(summer) === 4
  const isWinter = easternOffsetHours(winter) === 5
  if (isSummer === isWinter) return choice === 'earlier' ? summer : winter
  return isSummer ? summer : winter
}
