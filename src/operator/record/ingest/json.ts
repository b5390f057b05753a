import { parseFixed } from '../../../core/units'

/** An object of a line, whose fields are looked at one by one. */
export type Fields = Readonly<Record<string, unknown>>

/** @throws Error 'is not JSON'. */
export function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line) as unknown
  } catch {
    throw new Error('is not JSON')
  }
}

export const isFields = (value: unknown): value is Fields => value !== null && typeof value === 'object' && !Array.isArray(value)

/** @throws Error naming `what`. */
export function fieldsOf(value: unknown, what: string): Fields {
  if (!isFields(value)) throw new Error(`has ${what} that is no object: ${shown(value)}`)
  return value
}

/** @throws Error naming `what`. */
export function listOf(value: unknown, what: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new Error(`has ${what} that is no list: ${shown(value)}`)
  return value
}

/** @throws Error naming `what`, for an empty text too. */
export function textOf(value: unknown, what: string): string {
  if (typeof value !== 'string' || value === '') throw new Error(`has ${what} that is no text: ${shown(value)}`)
  return value
}

/** A JSON number by the digits it was written with, in units of so many decimals. @throws Error naming `what`, for a finer one too. */
export function fixedOf(value: unknown, decimals: number, what: string): number {
  try {
    if (typeof value === 'number') return parseFixed(String(value), decimals)
  } catch (error) {
    throw new Error(`has ${what} that cannot be: ${(error as Error).message}`)
  }
  throw new Error(`has ${what} that is no number: ${shown(value)}`)
}

const shown = (value: unknown): string => (value === undefined ? 'nothing' : JSON.stringify(value).slice(0, 60))
