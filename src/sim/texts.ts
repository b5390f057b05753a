import { z } from 'zod'
import { parseFixed } from '../core/units'

/** The texts of a scenario: times, money, prices, counts. */

export const RELATIVE = /^[+-]\d+(\.\d+)?(ms|s|m|h|d)$/
const RFC3339 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/

export const isTime = (text: string): boolean => RELATIVE.test(text) || (RFC3339.test(text) && !Number.isNaN(Date.parse(text)))
export const decimals = (places: number) => (text: string) => {
  try {
    parseFixed(text, places)
    return true
  } catch {
    return false
  }
}

export const time = z.string().refine(isTime, 'must be an RFC 3339 time, or relative to the start like "+3600s" or "-2d"')
export const dollars = z.string().refine(decimals(6), 'must be a decimal string of dollars like "0.5600"')
export const priceText = z
  .string()
  .refine(
    (text) => decimals(4)(text) && parseFixed(text, 4) >= 0 && parseFixed(text, 4) <= 10_000,
    'must be a price string from "0" to "1"',
  )
export const countText = z
  .string()
  .refine(
    (text) => decimals(2)(text) && parseFixed(text, 2) >= 0,
    'must be a count string like "10.00", not negative and not finer than 0.01',
  )

const HOURS = /^(always|closed|(\d{8}:(CLOSED|\d{4}-\d{8}:\d{4}))(;\d{8}:(CLOSED|\d{4}-\d{8}:\d{4}))*)$/
export const tradingHours = z
  .string()
  .refine((text) => HOURS.test(text), 'must be "always", "closed", or "YYYYMMDD:HHMM-YYYYMMDD:HHMM" parts joined by ";"')

/** Which time the venues live in. A movable one goes on as the machine's does, and an event moves it ahead: who trades here lives by it too (`--clock`). */
export const clock = z.discriminatedUnion('mode', [
  z.strictObject({ mode: z.literal('real') }),
  z.strictObject({ mode: z.literal('movable'), start: time.optional() }),
  z.strictObject({ mode: z.literal('manual'), start: time }),
])
