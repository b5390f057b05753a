import { pattern, type Pattern } from './bytes'
import type { Cursor } from './cursor'

interface Field {
  readonly name: Pattern
  readonly bit: number
}
/** Fields by the length of their names. */
export type Fields = readonly (readonly Field[])[]
/** The one of them whose name the cursor has just read; 0: unknown. */
export function named(fields: Fields, cursor: Cursor): number {
  const candidates = fields[cursor.length]
  if (candidates !== undefined) for (const { name, bit } of candidates) if (cursor.is(name)) return bit
  return 0
}
/** By name, the number of each. */
export function byLength(bits: Readonly<Record<string, number>>): Fields {
  const all = Object.entries(bits).map(([name, bit]): Field => ({ name: pattern(name), bit }))
  const longest = Math.max(...all.map(({ name }) => name.length))
  return Array.from({ length: longest + 1 }, (_, length) => all.filter(({ name }) => name.length === length))
}
