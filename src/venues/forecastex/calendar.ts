import type { Calendar } from '../../core/market/calendar'
import { closuresOf, EVERY_DAY, minutesOf, WEEKDAY, type WeeklyClosure } from '../week'

/** A gateway is up again within two minutes of its restart; after that its heartbeat speaks for itself (execution.md §7). */
const RESTART_MINUTES = 5

/** Times of New York, from ibkr-forecastex.md §3 (IBKR: "System Status", "Auto Restart Considerations"; the exchange's schedule) and §6. */
const WEEK: readonly WeeklyClosure[] = [
  { what: 'the daily reset of IBKR', weekdays: EVERY_DAY.filter((day) => day !== WEEKDAY.saturday), from: '00:15', until: '01:45' },
  { what: 'the weekend reset of IBKR', weekdays: [WEEKDAY.friday], from: '23:00', until: '27:00' },
  // the token dies; until somebody logs in, the dead session refuses by itself
  { what: 'the Sunday login at IBKR', weekdays: [WEEKDAY.sunday], from: '01:00', until: '01:00' },
  // 02:00 of Chicago, whose clocks change with New York's
  { what: 'the Wednesday window of ForecastEx', weekdays: [WEEKDAY.wednesday], from: '03:00', until: '03:15' },
  // executions of the day before are forgotten, and no verdict is given within five minutes of it (forecastex/recovery)
  { what: 'midnight of the executions window', weekdays: EVERY_DAY, from: '00:00', until: '00:05' },
]

/** When the gateway restarts by itself each day: a setting of the gateway. @throws RangeError for a time of day that is none. */
function restartAt(time: string): WeeklyClosure {
  const end = minutesOf(time) + RESTART_MINUTES
  const until = [Math.floor(end / 60), end % 60].map((part) => String(part).padStart(2, '0')).join(':')
  return { what: 'the restart of the IB Gateway', weekdays: EVERY_DAY, from: time, until }
}

/** `open`: a venue without closures, as the simulated one is. */
export function createForecastexCalendar(kind: 'open' | { readonly gatewayRestart: string }): Calendar {
  const week = kind === 'open' ? [] : [...WEEK, restartAt(kind.gatewayRestart)]
  return { venue: 'forecastex', closures: (fromMs, untilMs) => closuresOf(week, fromMs, untilMs) }
}
