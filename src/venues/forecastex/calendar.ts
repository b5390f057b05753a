import type { Calendar, Closure } from '../../core/market/calendar'
import { millis, type Millis } from '../../core/units'
import { closuresOf, EVERY_DAY, minutesOf, WEEKDAY, type WeeklyClosure } from '../week'

/** A gateway is up again within two minutes of its restart; after that its heartbeat speaks for itself (execution.md §7). */
const RESTART_MINUTES = 5

const EXCHANGE_WINDOW = 'the Wednesday window of ForecastEx'
const EXECUTIONS_MIDNIGHT = 'midnight of the executions window'

/** Times of New York, from ibkr-forecastex.md §3 (IBKR: "System Status", "Auto Restart Considerations"; the exchange's schedule) and §6. */
const WEEK: readonly WeeklyClosure[] = [
  { what: 'the daily reset of IBKR', weekdays: EVERY_DAY.filter((day) => day !== WEEKDAY.saturday), from: '00:15', until: '01:45' },
  { what: 'the weekend reset of IBKR', weekdays: [WEEKDAY.friday], from: '23:00', until: '27:00' },
  // the token dies; until somebody logs in, the dead session refuses by itself
  { what: 'the Sunday login at IBKR', weekdays: [WEEKDAY.sunday], from: '01:00', until: '01:00' },
  // 02:00 of Chicago, whose clocks change with New York's
  { what: EXCHANGE_WINDOW, weekdays: [WEEKDAY.wednesday], from: '03:00', until: '03:15' },
  // executions of the day before are forgotten, and no verdict is given within five minutes of it (orders/absence)
  { what: EXECUTIONS_MIDNIGHT, weekdays: EVERY_DAY, from: '00:00', until: '00:05' },
]

/** When the gateway restarts by itself each day: a setting of the gateway. @throws RangeError for a time of day that is none. */
function restartAt(time: string): WeeklyClosure {
  const end = minutesOf(time) + RESTART_MINUTES
  const until = [Math.floor(end / 60), end % 60].map((part) => String(part).padStart(2, '0')).join(':')
  return { what: 'the restart of the IB Gateway', weekdays: EVERY_DAY, from: time, until }
}

/** Somebody logs in by hand after the Sunday reset; later than this a missing session is no planned one any more. */
const LOGIN_HOURS: WeeklyClosure = { what: 'the Sunday login at IBKR', weekdays: [WEEKDAY.sunday], from: '01:00', until: '03:00' }
/** The gateway reaches IBKR and answers all the while: what is missing then is no outage. */
const WITHOUT_OUTAGE: ReadonlySet<string> = new Set([EXECUTIONS_MIDNIGHT, EXCHANGE_WINDOW])

export interface ForecastexCalendar extends Calendar {
  /** The outage of the gateway or of IBKR that is planned for this moment, and when it is over; null: none is, and a missing session is trouble. */
  planned(nowMs: Millis): Closure | null
  /** The closed time that the market is in: it can be waited out (E24), and is no fault. null: it trades as far as the calendar knows. */
  closedAt(nowMs: Millis): Closure | null
}

/** `open`: a venue without closures, as the simulated one is. */
export function createForecastexCalendar(kind: 'open' | { readonly gatewayRestart: string }): ForecastexCalendar {
  const week = kind === 'open' ? [] : [...WEEK, restartAt(kind.gatewayRestart)]
  const outages = kind === 'open' ? [] : [...week.filter(({ what }) => !WITHOUT_OUTAGE.has(what)), LOGIN_HOURS]
  const untradable = week.filter(({ what }) => what !== EXECUTIONS_MIDNIGHT)
  return {
    venue: 'forecastex',
    closures: (fromMs, untilMs) => closuresOf(week, fromMs, untilMs),
    planned: (nowMs) => inForce(outages, nowMs),
    closedAt: (nowMs) => inForce(untradable, nowMs),
  }
}

/** Of those that a moment lies in, the one that ends last. */
function inForce(plan: readonly WeeklyClosure[], nowMs: Millis): Closure | null {
  const now = closuresOf(plan, nowMs, millis(nowMs + 1)).filter(({ fromMs, untilMs }) => nowMs >= fromMs && nowMs < untilMs)
  return now.toSorted((a, b) => b.untilMs - a.untilMs)[0] ?? null
}
