/** What the code expects of a part of an answer. */
export type Expected =
  | { readonly kind: 'leaf'; readonly what: string; readonly fits: (value: unknown) => boolean }
  /** A word of a vocabulary that may grow. */
  | { readonly kind: 'word'; readonly words: readonly string[] }
  /** May be absent, null or "". */
  | { readonly kind: 'optional'; readonly of: Expected }
  | { readonly kind: 'list'; readonly of: Expected }
  | { readonly kind: 'tuple'; readonly of: readonly Expected[] }
  | { readonly kind: 'object'; readonly fields: ObjectFields }
/** `money`: orders, fees, positions or results are computed from it. `used`: shown to people. `known`: seen before and not read. */
export interface ObjectFields {
  readonly money?: Readonly<Record<string, Expected>>
  readonly used?: Readonly<Record<string, Expected>>
  readonly known?: readonly string[]
}

/** Where an answer is not what the code expects. */
export interface Drift {
  /** "markets[].close_time" */
  readonly field: string
  readonly cause: 'missing' | 'retyped' | 'new-field' | 'new-word'
  /** What is there instead. */
  readonly found: string
  readonly expected: string
  readonly money: boolean
}

const leaf = (what: string, fits: (value: unknown) => boolean): Expected => ({ kind: 'leaf', what, fits })
const decimal =
  (decimals: number) =>
  (value: unknown): boolean => {
    const match = typeof value === 'string' ? /^-?\d+(?:\.(\d+))?$/.exec(value) : null
    return match !== null && (match[1] ?? '').replace(/0+$/, '').length <= decimals
  }

export const text = leaf('a string', (value) => typeof value === 'string')
/** Prices have four decimals, money six, counts two (kalshi.md §2.1). */
export const price = leaf('a dollar string of at most 4 decimals', decimal(4))
export const dollars = leaf('a dollar string of at most 6 decimals', decimal(6))
export const count = leaf('a count string of at most 2 decimals', decimal(2))
export const integer = leaf('an integer', Number.isInteger)
export const number = leaf('a number', (value) => typeof value === 'number')
export const boolean = leaf('true or false', (value) => typeof value === 'boolean')
export const instant = leaf('an RFC 3339 time', (value) => typeof value === 'string' && /^\d{4}-\d\d-\d\dT.*(Z|[+-]\d\d:\d\d)$/.test(value))
export const word = (...words: readonly string[]): Expected => ({ kind: 'word', words })
export const optional = (of: Expected): Expected => ({ kind: 'optional', of })
export const list = (of: Expected): Expected => ({ kind: 'list', of })
export const tuple = (...of: readonly Expected[]): Expected => ({ kind: 'tuple', of })
export const object = (fields: ObjectFields): Expected => ({ kind: 'object', fields })

/** Every way in which `body` differs from what is expected; each field and cause once, however many rows show it. */
export function driftOf(expected: Expected, body: unknown): readonly Drift[] {
  const found = new Map<string, Drift>()
  walk(expected, body, '', true, (drift) => {
    const key = `${drift.field} ${drift.cause} ${drift.cause === 'new-word' ? drift.found : ''}`
    if (!found.has(key)) found.set(key, drift)
  })
  return [...found.values()]
}

/** Every field that the table names as read, as a path: "markets[].close_time". */
export function fieldsOf(expected: Expected, path = ''): readonly string[] {
  switch (expected.kind) {
    case 'leaf':
    case 'word':
      return [path]
    case 'optional':
      return fieldsOf(expected.of, path)
    case 'list':
      return [path, ...fieldsOf(expected.of, `${path}[]`)]
    case 'tuple':
      return [path, ...expected.of.flatMap((each, at) => fieldsOf(each, `${path}[${at}]`))]
    case 'object': {
      const { money = {}, used = {} } = expected.fields
      return [
        path,
        ...Object.entries({ ...money, ...used }).flatMap(([name, each]) => fieldsOf(each, path === '' ? name : `${path}.${name}`)),
      ]
    }
  }
}

function walk(expected: Expected, value: unknown, field: string, money: boolean, tell: (drift: Drift) => void): void {
  const retyped = (what: string): void => tell({ field, cause: 'retyped', found: show(value), expected: what, money })
  switch (expected.kind) {
    case 'leaf':
      return expected.fits(value) ? undefined : retyped(expected.what)
    case 'word':
      if (typeof value !== 'string') return retyped('a word')
      if (!expected.words.includes(value))
        tell({ field, cause: 'new-word', found: show(value), expected: expected.words.join(', '), money })
      return undefined
    case 'optional':
      return value === undefined || value === null || value === '' ? undefined : walk(expected.of, value, field, money, tell)
    case 'list':
      if (!Array.isArray(value)) return retyped('a list')
      return value.forEach((each: unknown) => walk(expected.of, each, `${field}[]`, money, tell))
    case 'tuple':
      if (!Array.isArray(value) || value.length !== expected.of.length) return retyped(`a list of ${expected.of.length}`)
      return expected.of.forEach((each, at) => walk(each, value[at], `${field}[${at}]`, money, tell))
    case 'object':
      return isRecord(value) ? walkObject(expected.fields, value, field, money, tell) : retyped('an object')
  }
}

function walkObject(
  { money = {}, used = {}, known = [] }: ObjectFields,
  value: Readonly<Record<string, unknown>>,
  path: string,
  isMoney: boolean,
  tell: (drift: Drift) => void,
): void {
  const at = (name: string): string => (path === '' ? name : `${path}.${name}`)
  const look = (fields: Readonly<Record<string, Expected>>, matters: boolean): void => {
    for (const [name, expected] of Object.entries(fields)) {
      if (value[name] === undefined && expected.kind !== 'optional')
        tell({ field: at(name), cause: 'missing', found: 'nothing', expected: what(expected), money: matters })
      else walk(expected, value[name], at(name), matters, tell)
    }
  }
  look(money, isMoney)
  look(used, false)
  for (const name of Object.keys(value))
    if (!(name in money) && !(name in used) && !known.includes(name))
      tell({ field: at(name), cause: 'new-field', found: show(value[name]), expected: 'no such field', money: false })
}

const what = (expected: Expected): string => (expected.kind === 'leaf' ? expected.what : `a ${expected.kind}`)
const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Enough to recognise it, and never a whole answer. */
const SHOWN_CHARACTERS = 40
const show = (value: unknown): string => {
  const shown = JSON.stringify(value) ?? 'nothing'
  return shown.length > SHOWN_CHARACTERS ? `${shown.slice(0, SHOWN_CHARACTERS)}…` : shown
}
