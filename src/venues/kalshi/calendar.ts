import type { Calendar } from '../../core/market/calendar'
import { closuresOf, WEEKDAY, type WeeklyClosure } from '../week'

/** kalshi.md §12.2 ("Maintenance and Pauses"): nothing is placed or amended then, and connections are lost. Otherwise it trades around the clock. */
const WEEK: readonly WeeklyClosure[] = [
  { what: 'the Thursday pause of Kalshi', weekdays: [WEEKDAY.thursday], from: '03:00', until: '05:00' },
]

/** `open`: a venue without closures, as the simulated one is. Maintenance that Kalshi announces for one day is not in here: halt the venue for it. */
export const createKalshiCalendar = (kind: 'open' | 'venue'): Calendar => ({
  venue: 'kalshi',
  closures: (fromMs, untilMs) => (kind === 'open' ? [] : closuresOf(WEEK, fromMs, untilMs)),
})
