import { invalidQuery, refuse, Refusal } from '../refusal'
import type { RegisteredKey } from './auth'

/** What a handler sees of a request. */
export interface Call {
  readonly method: string
  /** From the root, without the query. */
  readonly path: string
  readonly query: URLSearchParams
  /** Parts of the path that the route's pattern captured. */
  readonly params: readonly string[]
  /** The signer; null on a public call without signature. */
  readonly accountId: string | null
  readonly key: RegisteredKey | null
  readonly body: string
}

/** @throws Refusal 401 on a call without signature. */
export const accountOf = (call: Call): string => {
  if (call.accountId === null) throw refuse('signature_is_missing_from_headers')
  return call.accountId
}

export interface Answer {
  readonly status: number
  readonly body: unknown
  readonly headers?: Readonly<Record<string, string>>
}

const SUBACCOUNT_MAX = 63

export const ok = (body: unknown): Answer => ({ status: 200, body })

/** An integer of the query. `endpoint` and `field` as the venue's validator names them. @throws Refusal 400. */
export function integer(call: Call, name: string, endpoint: string, field: string, limits: { min: number; max: number }): number | null {
  const text = call.query.get(name)
  if (text === null || text === '') return null
  if (!/^-?\d+$/.test(text)) throw new Refusal(400, { msg: `Parameter validation failed for ${endpoint}: ${name} must be an integer` })
  const value = Number.parseInt(text, 10)
  if (value > limits.max) throw invalidQuery(endpoint, field, 'lte')
  if (value < limits.min) throw invalidQuery(endpoint, field, 'gte')
  return value
}

export const seconds = (call: Call, name: string, endpoint: string, field: string): number | null =>
  integer(call, name, endpoint, field, { min: 0, max: Number.MAX_SAFE_INTEGER })

export const csv = (call: Call, name: string): ReadonlySet<string> | null => {
  const values = call.query
    .getAll(name)
    .flatMap((text) => text.split(','))
    .filter((text) => text !== '')
  return values.length === 0 ? null : new Set(values)
}

/** A value of the query that must be one of a list. */
export function oneOf<T extends string>(call: Call, name: string, endpoint: string, field: string, values: readonly T[]): T | null {
  const text = call.query.get(name)
  if (text === null || text === '') return null
  const value = values.find((each) => each === text)
  if (value === undefined) throw invalidQuery(endpoint, field, 'oneof')
  return value
}

/** One page and the cursor of the next; "" ends. A cursor that is not ours silently gives page one (recorded). */
export function page<T>(
  call: Call,
  endpoint: string,
  rows: readonly T[],
  keyOf: (row: T) => string,
  limits: { readonly preset: number; readonly max: number },
): { rows: readonly T[]; cursor: string } {
  const limit = integer(call, 'limit', endpoint, 'Limit', { min: 0, max: limits.max }) || limits.preset
  const after = decodeCursor(call.query.get('cursor') ?? '')
  const start = after === null ? 0 : rows.findIndex((row) => keyOf(row) === after) + 1
  const part = rows.slice(start, start + limit)
  const last = part.at(-1)
  return { rows: part, cursor: last !== undefined && start + limit < rows.length ? encodeCursor(keyOf(last)) : '' }
}

const encodeCursor = (key: string): string => Buffer.from(JSON.stringify({ after: key })).toString('base64url')

function decodeCursor(text: string): string | null {
  try {
    const decoded: unknown = JSON.parse(Buffer.from(text, 'base64url').toString())
    return typeof decoded === 'object' && decoded !== null && 'after' in decoded && typeof decoded.after === 'string' ? decoded.after : null
  } catch {
    return null
  }
}

/** `subaccount` of the query: 0 to 63. */
export const subaccountQuery = (call: Call, endpoint: string): number | null =>
  integer(call, 'subaccount', endpoint, 'Subaccount', { min: 0, max: SUBACCOUNT_MAX })

/** `exchange_index` of the query; null when it is absent or -1 (route by the market). */
export function shardQuery(call: Call, endpoint: string): number | null {
  const shard = integer(call, 'exchange_index', endpoint, 'ExchangeIndex', { min: -1, max: Number.MAX_SAFE_INTEGER })
  return shard === -1 ? null : shard
}

/** A text of the query; null when it is absent or empty. */
export const word = (call: Call, name: string): string | null => call.query.get(name) || null
