import { parseFixed, type Price, type Quantity } from '../../../core/units'
import { refuse, undecodable } from '../refusal'

/** Request bodies, decoded as strictly as the venue's server does: a number where a string belongs is refused (recorded). */

export type JsonType = 'string' | 'bool' | 'int64'
export type Fields = Readonly<Record<string, JsonType>>
export type Body = Readonly<Record<string, unknown>>

const COUNT = /^\d{1,9}(\.\d{1,2}0*)?$/
const PRICE = /^\d(\.\d{1,4})?$/

/** @throws Refusal 400 in the decoder's words. */
export function decodeBody(text: string, struct: string, fields: Fields): Body {
  const body = parse(text, struct)
  checkTypes(body, struct, fields)
  return body
}

/** A body that holds a list of objects under one name. @throws Refusal 400 for the whole of it when one cannot be decoded. */
export function decodeList(text: string, struct: string, name: string, fields: Fields, least = 1): readonly Body[] {
  const list = parse(text, struct)[name]
  if (!Array.isArray(list) || list.length < least) throw missing(struct, capitalised(name))
  return list.map((item: unknown) => {
    if (!isObject(item)) throw mismatch(jsonName(item), `struct field ${struct}.${name}`, 'object')
    checkTypes(item, `${struct}.${name}`, fields)
    return item
  })
}

function parse(text: string, struct: string): Body {
  let body: unknown
  try {
    body = JSON.parse(text)
  } catch {
    throw undecodable(text === '' ? 'EOF' : 'invalid character in JSON body')
  }
  if (!isObject(body)) throw undecodable(`json: cannot unmarshal ${jsonName(body)} into Go value of type ${struct}`)
  return body
}

const isObject = (value: unknown): value is Body => typeof value === 'object' && value !== null && !Array.isArray(value)

function checkTypes(body: Body, struct: string, fields: Fields): void {
  for (const [field, value] of Object.entries(body)) {
    const wanted = fields[field]
    if (wanted !== undefined && value !== null && !fits(value, wanted))
      throw mismatch(jsonName(value), `struct field ${struct}.${field}`, wanted)
  }
}

const mismatch = (found: string, place: string, wanted: string): Error =>
  undecodable(`json: cannot unmarshal ${found} into Go ${place} of type ${wanted}`)

function fits(value: unknown, wanted: JsonType): boolean {
  if (wanted === 'string') return typeof value === 'string'
  return wanted === 'bool' ? typeof value === 'boolean' : Number.isSafeInteger(value)
}

function jsonName(value: unknown): string {
  if (Array.isArray(value)) return 'array'
  if (typeof value === 'boolean') return 'bool'
  return value === null ? 'null' : typeof value
}

const capitalised = (field: string): string =>
  field
    .split('_')
    .map((part) => `${part.slice(0, 1).toUpperCase()}${part.slice(1)}`)
    .join('')

const invalid = (struct: string, name: string, tag: string): Error =>
  undecodable(`Key: '${struct}.${name}' Error:Field validation for '${name}' failed on the '${tag}' tag`)
const missing = (struct: string, name: string): Error => invalid(struct, name, 'required')

/** @throws Refusal 400 naming the first field that is absent or empty. */
export function requireFields(body: Body, struct: string, names: readonly string[]): void {
  for (const field of names) {
    if (body[field] === undefined || body[field] === null || body[field] === '') throw missing(struct, capitalised(field))
  }
}

export const text = (body: Body, field: string): string => {
  const value = body[field]
  return typeof value === 'string' ? value : ''
}
export const flag = (body: Body, field: string): boolean => body[field] === true
export const whole = (body: Body, field: string): number | null => {
  const value = body[field]
  return typeof value === 'number' ? value : null
}

/** @throws Refusal 400 when the field is none of the values. */
export function choice<T extends string>(body: Body, struct: string, field: string, values: readonly T[]): T {
  const value = values.find((each) => each === body[field])
  if (value === undefined) throw invalid(struct, capitalised(field), 'oneof')
  return value
}

export function readPrice(value: string): Price {
  if (!PRICE.test(value)) throw refuse('invalid_price')
  return parseFixed(value, 4) as Price
}

/** A count that may be zero. */
export function readAmount(value: string): Quantity {
  if (!COUNT.test(value)) throw refuse('invalid_order_size')
  return parseFixed(value, 2) as Quantity
}

export function readCount(value: string): Quantity {
  const count = readAmount(value)
  if (count === 0) throw refuse('invalid_order_size')
  return count
}
