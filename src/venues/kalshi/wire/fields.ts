import { z } from 'zod'
import { marketId } from '../../../core/ids'
import { millis, money, price, quantity, type Millis } from '../../../core/units'

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

const RFC3339 = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:Z|([+-])(\d\d):(\d\d))$/

/** An RFC 3339 time by its digits: microseconds are cut to milliseconds. @throws RangeError */
export function instant(value: string): Millis {
  const match = RFC3339.exec(value)
  if (!match) throw new RangeError(`not an RFC 3339 time: "${value}"`)
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map((digits) => Number.parseInt(digits, 10)) as Six
  const [, , , , , , , fraction = '', sign, offsetHours = '0', offsetMinutes = '0'] = match
  const offset = (Number.parseInt(offsetHours, 10) * 60 + Number.parseInt(offsetMinutes, 10)) * (sign === '-' ? -1 : 1)
  const minutes = (daysSince1970(year, month, day) * 24 + hour) * 60 + minute - offset
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
