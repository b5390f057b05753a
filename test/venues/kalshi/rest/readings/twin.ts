import { z } from 'zod'
import { mulberry32 } from '../../../../../src/core/random'

/**
 * A second reading of Kalshi's answers, from kalshi.md §2 to §5 and the OpenAPI document, that shares no code with the product: fields are named in tables,
 * decimals go through BigInt, times through Date. What both read must be the same; what this one refuses, ours must not have read.
 */

const PLAIN = /^(-?)(\d+)(?:\.(\d+))?$/
/** A decimal text as an integer of 10^-decimals. @throws Error when it is none, is finer or is not exact as a number */
export function units(text: string, decimals: number): number {
  const match = PLAIN.exec(text)
  if (!match) throw new Error(`no decimal: ${text}`)
  const fraction = match[3] ?? ''
  const scaled = BigInt(`${match[2]}${fraction}`) * 10n ** BigInt(decimals)
  const divisor = 10n ** BigInt(fraction.length)
  if (scaled % divisor !== 0n) throw new Error(`finer than ${decimals} decimals: ${text}`)
  const value = Number((scaled / divisor) * (match[1] === '-' ? -1n : 1n))
  if (!Number.isSafeInteger(value)) throw new Error(`not exact: ${text}`)
  return value === 0 ? 0 : value
}
const priceOf = (text: string): number => {
  const value = units(text, 4)
  if (value < 0 || value > 10_000) throw new Error(`no price: ${text}`)
  return value
}
function timeOf(text: string): number {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(text)) throw new Error(`no time: ${text}`)
  const ms = Date.parse(text)
  const sameDay = !text.endsWith('Z') || new Date(ms).toISOString().startsWith(text.slice(0, 19))
  if (Number.isNaN(ms) || !sameDay || Number.parseInt(text.slice(11, 13), 10) > 23) throw new Error(`no time: ${text}`)
  return ms
}
const exact = (value: number): number => {
  if (!Number.isSafeInteger(value)) throw new Error(`not exact: ${value}`)
  return value === 0 ? 0 : value
}
const some = (text: string): string => {
  if (text === '') throw new Error('empty')
  return text
}

type Raw = Readonly<Record<string, unknown>>
/** How a wire value is read; with a second member, what an absent or null one is. */
type Field = readonly [wire: string, kind: Kind, absent?: unknown]
type Kind = keyof typeof KINDS
const KINDS = {
  id: { type: z.string(), read: some },
  text: { type: z.string(), read: (value: string) => value },
  flag: { type: z.boolean(), read: (value: boolean) => value },
  price: { type: z.string(), read: priceOf },
  emptyPrice: { type: z.string(), read: (value: string) => (value === '' ? null : priceOf(value)) },
  count: { type: z.string(), read: (value: string) => units(value, 2) },
  contracts: {
    type: z.string(),
    read: (value: string) => {
      const read = units(value, 2)
      if (read < 0) throw new Error('fewer than none')
      return read
    },
  },
  money: { type: z.string(), read: (value: string) => units(value, 6) },
  time: { type: z.string(), read: timeOf },
  seconds: { type: z.number().int(), read: (value: number) => exact(value * 1_000) },
  millis: { type: z.number().int(), read: exact },
  whole: { type: z.number().int(), read: exact },
  cents: { type: z.number().int(), read: (value: number) => exact(value * 10_000) },
  number: { type: z.number(), read: String },
  positive: { type: z.number().positive(), read: (value: number) => value },
  /** A JSON number in 1e-4. */
  multiplier: { type: z.number(), read: (value: number) => units(String(value), 4) },
  texts: { type: z.array(z.string()), read: (value: string[]) => value },
  record: { type: z.record(z.string(), z.unknown()), read: (value: Raw) => value },
} as const
export type Table = Readonly<Record<string, Field>>

const record = (value: unknown): Raw => z.record(z.string(), z.unknown()).parse(value)
/** One object by its table. */
export function readTable(raw: unknown, table: Table): Record<string, unknown> {
  const values = record(raw)
  return Object.fromEntries(
    Object.entries(table).map(([name, field]) => {
      const [wire, kind, absent] = field
      const value = values[wire]
      if (field.length === 3 && (value === undefined || value === null)) return [name, absent]
      const { type, read } = KINDS[kind] as { type: z.ZodType<unknown>; read: (value: unknown) => unknown }
      return [name, read(type.parse(value))]
    }),
  )
}
export const listOf = <T>(body: unknown, key: string, read: (item: unknown) => T): T[] =>
  z.array(z.unknown()).parse(record(body)[key]).map(read)
export const optionalList = <T>(body: unknown, key: string, read: (item: unknown) => T): T[] =>
  (record(body)[key] ?? null) === null ? [] : listOf(body, key, read)
export const inside = (body: unknown, key: string): unknown => record(body)[key]
export const cursorOf = (body: unknown): string => z.string().nullish().parse(record(body)['cursor']) ?? ''

/** bid ≡ yes, ask ≡ no; both told must agree. */
export function sideOf(raw: unknown, book = 'book_side', outcome = 'outcome_side'): string {
  const values = record(raw)
  const told = z.enum(['bid', 'ask']).nullish().parse(values[book])
  const word = z.string().nullish().parse(values[outcome])
  const derived = word === 'yes' ? 'bid' : word === 'no' ? 'ask' : null
  const side = told ?? derived
  if (side === null || (derived !== null && derived !== side)) throw new Error('no side')
  return side
}

/** A side of a book: ascending, nothing empty. */
export function levels(raw: unknown): { price: number; quantity: number }[] {
  const rows =
    z
      .array(z.tuple([z.string(), z.string()]))
      .nullish()
      .parse(raw) ?? []
  const read = rows.map(([price, count]) => ({ price: priceOf(price), quantity: units(count, 2) }))
  read.forEach((level, at) => {
    const before = read[at - 1]
    if (level.quantity <= 0 || (before && before.price >= level.price)) throw new Error('no side of a book')
  })
  return read
}

/** 0 ≤ x < 1 by a seed. */
export function chance(seed: number): () => number {
  const next = mulberry32(seed)
  return () => next() / 2 ** 32
}
