import { FOR_GOOD, type Calendar, type Closure } from '../../core/market/calendar'
import { millis, type Millis } from '../../core/units'
import { closuresOf, WEEKDAY, type WeeklyClosure } from '../week'
import { WEEKDAYS, type ExchangeSchedule, type OpenHours, type StandardWeek } from './wire/exchange'

/** kalshi.md §12.2 ("Maintenance and Pauses"): nothing is placed or amended then, and connections are lost. Otherwise it trades around the clock. */
const WEEK: readonly WeeklyClosure[] = [
  { what: 'the Thursday pause of Kalshi', weekdays: [WEEKDAY.thursday], from: '03:00', until: '05:00' },
]
const MIDNIGHT = '00:00'
const END_OF_DAY = '24:00'

/**
 * @param kind `open`: a venue without closures of its own, as the simulated one is.
 * @param announced what the venue itself announces, weekly hours and windows for one day; null: not known. It adds closures and never removes one.
 */
export const createKalshiCalendar = (kind: 'open' | 'venue', announced: () => ExchangeSchedule | null = () => null): Calendar => ({
  venue: 'kalshi',
  closures(fromMs, untilMs) {
    const schedule = announced()
    return [
      ...(kind === 'open' ? [] : closuresOf(WEEK, fromMs, untilMs)),
      ...(schedule ? announcedClosures(schedule, fromMs, untilMs) : []),
    ]
  },
})

function announcedClosures({ weeks, maintenance }: ExchangeSchedule, fromMs: Millis, untilMs: Millis): readonly Closure[] {
  const windows = maintenance.map((window) => ({ what: 'a maintenance window of Kalshi', ...window }))
  const outside = weeks.flatMap((week) => outsideHours(week, fromMs, untilMs))
  return [...windows, ...untold(weeks), ...outside].filter((each) => each.fromMs < untilMs && each.untilMs > fromMs)
}

/** The times of a week outside its sessions, as long as that week is the one in force. */
function outsideHours(week: StandardWeek, fromMs: Millis, untilMs: Millis): readonly Closure[] {
  const plan = WEEKDAYS.flatMap((day) =>
    gapsOf(week.days[day]).map((gap): WeeklyClosure => ({ what: 'the hours of Kalshi', weekdays: [WEEKDAY[day]], ...gap })),
  )
  return closuresOf(plan, fromMs, untilMs)
    .map(({ what, ...gap }) => ({
      what,
      fromMs: millis(Math.max(gap.fromMs, week.fromMs)),
      untilMs: millis(Math.min(gap.untilMs, week.untilMs)),
    }))
    .filter((gap) => gap.fromMs < gap.untilMs)
}

/** A session that ends at midnight, or is said to end before it begins, lasts until the end of its day. */
function gapsOf(sessions: readonly OpenHours[]): readonly { readonly from: string; readonly until: string }[] {
  const gaps: { from: string; until: string }[] = []
  let openUntil = MIDNIGHT
  for (const { from, until } of sessions.toSorted((a, b) => (a.from < b.from ? -1 : 1))) {
    if (from > openUntil) gaps.push({ from: openUntil, until: from })
    const end = until <= from ? END_OF_DAY : until
    if (end > openUntil) openUntil = end
  }
  return openUntil < END_OF_DAY ? [...gaps, { from: openUntil, until: END_OF_DAY }] : gaps
}

/** Times for which the venue tells no hours, where it tells any. */
function untold(weeks: readonly StandardWeek[]): readonly Closure[] {
  if (weeks.length === 0) return []
  const closures: Closure[] = []
  let toldUntil = millis(0)
  for (const { fromMs, untilMs } of weeks.toSorted((a, b) => a.fromMs - b.fromMs)) {
    if (fromMs > toldUntil) closures.push({ what: 'no hours told by Kalshi', fromMs: toldUntil, untilMs: fromMs })
    if (untilMs > toldUntil) toldUntil = untilMs
  }
  return [...closures, { what: 'no hours told by Kalshi', fromMs: toldUntil, untilMs: FOR_GOOD }]
}
