import { millis, parseFixed, type Millis } from '../../../../core/units'

/** Readers of a parsed frame: each takes a value and gives it typed, or throws a RangeError that says what is wrong. */
export type Fields = Readonly<Record<string, unknown>>

/** Fee multipliers are JSON numbers with few decimals: 1, 0.5. Kept as integers of 1e-4. */
const MULTIPLIER_DECIMALS = 4
const MS_PER_SECOND = 1_000

export function record(value: unknown): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new RangeError('an object is missing')
  return value as Fields
}
export function list(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw new RangeError(`a list is missing: ${String(value)}`)
  return value
}
export function text(value: unknown): string {
  if (typeof value !== 'string' || value === '') throw new RangeError(`a text is missing: ${String(value)}`)
  return value
}
export function integer(value: unknown): number {
  if (!Number.isSafeInteger(value)) throw new RangeError(`not an integer: ${String(value)}`)
  return value as number
}
export function flag(value: unknown): boolean {
  if (typeof value !== 'boolean') throw new RangeError(`neither true nor false: ${String(value)}`)
  return value
}
export function outcome(value: unknown): 'yes' | 'no' {
  if (value !== 'yes' && value !== 'no') throw new RangeError(`neither yes nor no: ${String(value)}`)
  return value
}
/** Milliseconds since 1970. */
export const venueTime = (value: unknown): Millis => millis(integer(value))
/** Seconds since 1970 on the wire. */
export const venueSeconds = (value: unknown): Millis => millis(integer(value) * MS_PER_SECOND)
/** A JSON number in units of 1e-4. */
export function multiplier(value: unknown): number {
  if (typeof value !== 'number') throw new RangeError(`not a number: ${String(value)}`)
  return parseFixed(String(value), MULTIPLIER_DECIMALS)
}

/** null for an absent field and for null. */
export const optional = <T>(value: unknown, read: (value: unknown) => T): T | null =>
  value === undefined || value === null ? null : read(value)
/** null for an absent field, for null and for the empty text. */
export const optionalText = <T>(value: unknown, read: (value: string) => T): T | null =>
  value === undefined || value === null || value === '' ? null : read(text(value))
