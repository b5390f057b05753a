import { millis, type Millis } from '../../../core/units'

const SHOWN = /^(\d{4})(\d{2})(\d{2})(?:\s+|-)(\d{2}):(\d{2}):(\d{2})(?:\s+(\S.*))?$/
const DAY_MS = 86_400_000

/** Java's short names, which gateways use for a zone with its summer time; elsewhere they mean the winter time all year round. */
const SHORT_NAMES: Readonly<Record<string, string>> = { EST: 'America/New_York', CST: 'America/Chicago' }

const formatters = new Map<string, Intl.DateTimeFormat | null>()

/** Days since 1970-01-01 of a civil date: the era algorithm, exact for every Gregorian date. */
function daysSinceEpoch(year: number, month: number, day: number): number {
  const shifted = month <= 2 ? year - 1 : year
  const era = Math.floor(shifted / 400)
  const yearOfEra = shifted - era * 400
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1
  return era * 146_097 + yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear - 719_468
}

/** Older gateways add the long name: "EST (Eastern Standard Time)". */
function formatterOf(told: string): Intl.DateTimeFormat | null {
  const [zone = ''] = told.split(' (')
  const known = formatters.get(zone)
  if (known !== undefined) return known
  let made: Intl.DateTimeFormat | null = null
  try {
    const numeric = 'numeric'
    made = new Intl.DateTimeFormat('en-US', {
      timeZone: SHORT_NAMES[zone] ?? zone,
      hourCycle: 'h23',
      year: numeric,
      month: numeric,
      day: numeric,
      hour: numeric,
      minute: numeric,
      second: numeric,
    })
  } catch {
    made = null
  }
  formatters.set(zone, made)
  return made
}

const MINUTE_MS = 60_000
/** Some hours of two zones; more is not asked for together. */
const MINUTES_KEPT = 1_000
/** By how much a zone's clock is ahead in a minute, by both: clocks are set at whole minutes, and the formatter is slow. */
const ahead = new Map<string, number>()

/** What a zone's wall clock shows at `ms`, read as if it were UTC; null for a zone nobody knows. */
function wallMs(ms: number, zone: string): number | null {
  const startMs = Math.floor(ms / MINUTE_MS) * MINUTE_MS
  const key = `${startMs} ${zone}`
  const known = ahead.get(key)
  if (known !== undefined) return ms + known
  const shown = shownAt(startMs, zone)
  if (shown === null) return null
  if (ahead.size >= MINUTES_KEPT) ahead.clear()
  ahead.set(key, shown - startMs)
  return ms + shown - startMs
}

function shownAt(ms: number, zone: string): number | null {
  const formatter = formatterOf(zone)
  if (!formatter) return null
  const part: Record<string, number> = {}
  for (const { type, value } of formatter.formatToParts(ms)) part[type] = Number.parseInt(value, 10)
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part
  return daysSinceEpoch(year, month, day) * DAY_MS + ((hour * 60 + minute) * 60 + second) * 1000
}

/**
 * `20261121 13:30:00 US/Central` as an instant. null when the text is no such time, names no zone (older gateways leave it out and mean
 * their own) or one unknown here: the caller then uses the time of receipt.
 */
export function venueTime(text: string): Millis | null {
  const match = SHOWN.exec(text.trim())
  const zone = match?.[7]
  if (!match || !zone) return null
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1, 7).map((digits) => Number.parseInt(digits, 10))
  const shown = daysSinceEpoch(year, month, day) * DAY_MS + ((hour * 60 + minute) * 60 + second) * 1000
  const first = wallMs(shown, zone)
  if (first === null) return null
  const near = shown - (first - shown)
  return millis(shown - ((wallMs(near, zone) ?? near) - near))
}

/**
 * The instants at which a zone's clocks show a time (`shownMs`: read as if it were UTC). They are one; where the clocks are set back over it, the first
 * and the last; where they leave it out, the two it would be by the time before and after. null: a zone nobody knows.
 */
export function instantsOf(shownMs: number, zone: string): { readonly first: Millis; readonly last: Millis } | null {
  const [before, after] = [shownMs - DAY_MS, shownMs + DAY_MS].map((ms) => {
    const wall = wallMs(ms, zone)
    return wall === null ? null : shownMs - (wall - ms)
  })
  if (before === null || before === undefined || after === null || after === undefined) return null
  const shown = [before, after].filter((ms) => wallMs(ms, zone) === shownMs)
  const all = shown.length === 0 ? [before, after] : shown
  return { first: millis(Math.min(...all)), last: millis(Math.max(...all)) }
}

/** Days since 1970 of `YYYYMMDD`; null when it is no date of the calendar. */
export function dayOf(text: string): number | null {
  const match = /^(\d{4})(\d{2})(\d{2})$/.exec(text)
  if (!match) return null
  const [year = 0, month = 0, day = 0] = match.slice(1).map((digits) => Number.parseInt(digits, 10))
  const days = daysSinceEpoch(year, month, day)
  const isDate = month >= 1 && month <= 12 && day >= 1 && days < daysSinceEpoch(month === 12 ? year + 1 : year, (month % 12) + 1, 1)
  return isDate ? days : null
}

/** The calendar day of a zone, as days since 1970. @throws RangeError for a zone nobody knows: it comes from configuration. */
export function dayIn(zone: string, ms: number): number {
  const wall = wallMs(ms, zone)
  if (wall === null) throw new RangeError(`not a time zone: "${zone}"`)
  return Math.floor(wall / DAY_MS)
}
