import { z } from 'zod'
import { marketId, type BookSide } from '../../../core/ids'
import { millis, money, parseFixed, price, quantity, type Millis, type Money, type Price } from '../../../core/units'

/** A JSON string that becomes a branded integer; what cannot be read becomes an issue of the schema, never an exception or a rounding. */
const text = <T>(read: (value: string) => T) =>
  z.string().transform((value, context): T => {
    try {
      return read(value)
    } catch (error) {
      context.addIssue({ code: 'custom', message: error instanceof Error ? error.message : String(error) })
      return z.NEVER
    }
  })

const RFC3339 = /^(\d{4})-(0[1-9]|1[0-2])-(\d\d)T([01]\d|2[0-3]):([0-5]\d):([0-5]\d)(?:\.(\d+))?(?:Z|([+-])([01]\d|2[0-3]):([0-5]\d))$/

/** An RFC 3339 time by its digits: microseconds are cut to milliseconds. @throws RangeError */
export function instant(value: string): Millis {
  const match = RFC3339.exec(value)
  if (!match) throw new RangeError(`not an RFC 3339 time: "${value}"`)
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map((digits) => Number.parseInt(digits, 10)) as Six
  const days = daysSince1970(year, month, day)
  const nextMonth = month === 12 ? daysSince1970(year + 1, 1, 1) : daysSince1970(year, month + 1, 1)
  if (day === 0 || days >= nextMonth) throw new RangeError(`no such day: "${value}"`)
  const [, , , , , , , fraction = '', sign, offsetHours = '0', offsetMinutes = '0'] = match
  const offset = (Number.parseInt(offsetHours, 10) * 60 + Number.parseInt(offsetMinutes, 10)) * (sign === '-' ? -1 : 1)
  const minutes = (days * 24 + hour) * 60 + minute - offset
  return millis((minutes * 60 + second) * 1000 + Number.parseInt(fraction.padEnd(3, '0').slice(0, 3), 10))
}
type Six = [number, number, number, number, number, number]

/** Proleptic Gregorian calendar; years begin in March, so that the leap day is the last of its year. */
function daysSince1970(year: number, month: number, day: number): number {
  const y = month > 2 ? year : year - 1
  const dayOfYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1
  return y * 365 + Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400) + dayOfYear - 719_468
}

/** "0.5600": dollars per contract, at most four decimals. */
export const dollarPrice = text((value) => price(value))
/** "10.00": contracts, signed where a position or a change is meant. */
export const count = text((value) => quantity(value))
/** As {@link count}, where fewer than none would be nonsense: what is ordered, filled, quoted, traded. */
export const contracts = count.refine((value) => value >= 0, { message: 'fewer than no contracts' })
/** "0.017500": dollars, at most six decimals. */
export const dollars = text((value) => money(value))
/** RFC 3339, to the millisecond. */
export const time = text(instant)
export const ticker = z.string().min(1).transform(marketId)
/** "" on the last page; some answers say null. */
export const cursor = z
  .string()
  .nullish()
  .transform((value) => value ?? '')
export const bookSide = z.enum(['bid', 'ask'])

/** One cent and one centicent (1/100 cent) in micro-dollars: the two integer units of money on this wire (kalshi.md §2.1). */
export const MICROS_PER_CENT = 10_000
export const MICROS_PER_CENTICENT = 100
const MS_PER_SECOND = 1_000

const whole = <T>(read: (value: number) => T) =>
  z
    .number()
    .int()
    .transform((value, context): T => {
      try {
        return read(value)
      } catch (error) {
        context.addIssue({ code: 'custom', message: error instanceof Error ? error.message : String(error) })
        return z.NEVER
      }
    })
/** A JSON integer of cents. */
export const cents = whole((value): Money => money(value * MICROS_PER_CENT))
/** A JSON integer of seconds since 1970. */
export const wholeSeconds = whole((value): Millis => millis(value * MS_PER_SECOND))
/** A JSON integer of milliseconds since 1970. */
export const wholeMillis = whole((value): Millis => millis(value))
export const shard = z.number().int()

/** Prices that some answers leave empty: '' and null are the same "none". */
export const optionalPrice = z
  .union([z.literal(''), dollarPrice])
  .nullish()
  .transform((value): Price | null => (value === '' || value === undefined ? null : value))

/** A multiplier in 1e-4: a JSON number with few decimals. A finer one would be rounded, so it is refused. */
export const multiplier = z.number().transform((value, context) => {
  try {
    return parseFixed(String(value), 4)
  } catch {
    context.addIssue({ code: 'custom', message: `fee multiplier ${value} is finer than 1e-4` })
    return z.NEVER
  }
})
/** A strike is a JSON number of any size and fineness: kept as the decimal text that JSON carried, for comparing, never for reckoning. */
export const strike = z.number().transform((value) => String(value))

/** The side of the YES book, from either of the two words the venue has for it (bid ≡ yes); where they contradict each other neither is believed. */
export function sideOf(raw: SideWords, context: { addIssue(issue: { code: 'custom'; message: string }): void }): BookSide {
  const byOutcome = raw.outcome_side === 'yes' ? 'bid' : raw.outcome_side === 'no' ? 'ask' : null
  const side = raw.book_side ?? byOutcome
  if (side === null) context.addIssue({ code: 'custom', message: 'neither book_side nor outcome_side tells the direction' })
  else if (byOutcome !== null && byOutcome !== side)
    context.addIssue({ code: 'custom', message: `book_side ${side} contradicts outcome_side ${raw.outcome_side}` })
  return side ?? 'bid'
}
export interface SideWords {
  readonly book_side?: BookSide | null | undefined
  readonly outcome_side?: string | null | undefined
}
