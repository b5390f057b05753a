import { tradingDayStart } from '../risk/trading-day'
import { millis, type Millis } from '../units'

/** From a moment up to, and without, another one. */
export interface Span {
  readonly fromMs: Millis
  readonly toMs: Millis
}
/** Of everything there is. */
export const BEGINNING = millis(0)

const DATE = /^(\d{4})-(\d\d)-(\d\d)$/
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3})?)?Z$/
/** Of a trading day's date in UTC: inside it, summer and winter. */
const NOON_EASTERN_HOUR = 17
const HOUR_MS = 3_600_000
/** From one start past the next one, and short of the one after it: days have 23 to 25 hours. */
const INTO_NEXT_DAY_MS = 36 * HOUR_MS

const nextDay = (startMs: Millis): Millis => tradingDayStart(millis(startMs + INTO_NEXT_DAY_MS))

/**
 * What `--from` and `--to` mean. A date is a trading day (E29: from 06:00 US Eastern): from its start, to its end. An instant is itself, in UTC.
 * @param alone what `--from` without `--to`, and neither of them, stand for: one trading day, today's, or all until now
 * @throws RangeError with what to write instead.
 */
export function parseSpan(
  { from, to }: { readonly from?: string | undefined; readonly to?: string | undefined },
  nowMs: Millis,
  alone: 'day' | 'all',
): Span {
  const fromMs = from !== undefined ? momentOf('--from', from) : alone === 'day' ? tradingDayStart(nowMs) : BEGINNING
  const ends = alone === 'day' ? nextDay(tradingDayStart(fromMs)) : nowMs
  const asked = to === undefined ? ends : DATE.test(to) ? nextDay(momentOf('--to', to)) : momentOf('--to', to)
  const toMs = millis(Math.min(asked, nowMs)) // nothing has happened after now
  const until = to === undefined || asked > nowMs ? 'now' : '--to'
  if (fromMs >= toMs) throw new RangeError(`--from is not before ${until}: nothing lies between them`)
  return { fromMs, toMs }
}

function momentOf(option: string, value: string): Millis {
  const [, year, month, day] = DATE.exec(value) ?? []
  const atMs =
    day === undefined
      ? INSTANT.test(value)
        ? Date.parse(value)
        : Number.NaN
      : Date.UTC(Number(year), Number(month) - 1, Number(day), NOON_EASTERN_HOUR)
  if (!Number.isFinite(atMs) || new Date(atMs).toISOString().slice(0, 10) !== value.slice(0, 10))
    throw new RangeError(`${option} takes a trading day (2026-11-22) or a moment in UTC (2026-11-22T14:30:00Z), not "${value}"`)
  return day === undefined ? millis(atMs) : tradingDayStart(millis(atMs))
}

export const isIn = ({ fromMs, toMs }: Span, atMs: number): boolean => atMs >= fromMs && atMs < toMs

/** The date of the trading day that a moment belongs to: "2026-11-22". */
export const dayOf = (atMs: Millis): string => new Date(tradingDayStart(atMs)).toISOString().slice(0, 10)

/** The trading days of a span, the first and the last one as far as they lie in it. */
export function daysOf({ fromMs, toMs }: Span): readonly (Span & { readonly day: string })[] {
  const days: (Span & { readonly day: string })[] = []
  for (let start = fromMs; start < toMs;) {
    const end = millis(Math.min(toMs, nextDay(tradingDayStart(start))))
    days.push({ day: dayOf(start), fromMs: start, toMs: end })
    start = end
  }
  return days
}
