import { ZodError } from 'zod'
import { existsSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { readFailure } from '../../../../../src/venues/kalshi/wire/errors'
import { readShared, recordings, SHARED } from '../../fakes'
import { MEANINGS } from './meanings'
import { kindOf, READERS } from './readers'
import { chance } from './twin'

const FOLDER = 'kalshi_wire_captures'
/** Mutated answers; the long run has two hundred times as many: CROSSBOOK_SEEDS=200. */
const ROUNDS = 1_000 * Number.parseInt(process.env['CROSSBOOK_SEEDS'] ?? '1', 10)
/** A page of hundreds of markets says no more than one of three. */
const BYTES_MAX = 12_500
const FIRST_SEED = 1

type Json = null | boolean | number | string | Json[] | { [name: string]: Json }
/** What a broken, later or hostile venue might put where a value was. */
const STRANGE: readonly Json[] = [
  null,
  '',
  'NaN',
  '1e3',
  '1e999',
  '-0.5600',
  '1.0001',
  '0.00001',
  '0x10',
  ' 0.5600',
  '+0.5600',
  '.5',
  '5.',
  '٠.٥٦',
  '99999999999999999999.00',
  '9007199254740993',
  0.56,
  -1,
  1e308,
  2 ** 53 + 2,
  1.5,
  true,
  [],
  {},
  ['0.5600'],
  '2026-02-30T00:00:00Z',
  '2026-13-01T00:00:00Z',
  '2026-06-11T25:00:00Z',
  '2026-06-11 06:29:30Z',
  'yes',
  'no',
  'bid',
  'a_word_of_tomorrow',
]

/** One change somewhere in the tree: a value replaced, a field dropped, renamed or given the value of another, a digit changed. */
function mutate(root: Json, random: () => number): Json {
  const copy = structuredClone(root)
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T
  let node: Json = copy
  for (;;) {
    if (typeof node !== 'object' || node === null) return copy
    const holder = node as Record<string, Json>
    const names = Object.keys(holder)
    if (names.length === 0) return copy
    const name = pick(names)
    const value = holder[name] as Json
    const isBranch = typeof value === 'object' && value !== null && Object.keys(value).length > 0
    if (isBranch && random() < 0.95) {
      node = value
      continue
    }
    change(holder, name, pick, random)
    return copy
  }
}
function change(holder: Record<string, Json>, name: string, pick: <T>(from: readonly T[]) => T, random: () => number): void {
  const value = holder[name] as Json
  const kind = random()
  if (kind < 0.5) holder[name] = pick(STRANGE)
  else if (kind < 0.6) delete holder[name]
  else if (kind < 0.7) holder[name] = holder[pick(Object.keys(holder))] as Json
  else if (kind < 0.8) holder[`${name}_v2`] = value
  else if (typeof value === 'string') holder[name] = value.replace(/\d/, () => String(Math.floor(random() * 10)))
  else if (typeof value === 'number') holder[name] = value * pick([10, -1, 0.1, 1e15])
}

const attempt = (read: (body: unknown) => unknown, body: unknown): { readonly told: unknown } | { readonly error: unknown } => {
  try {
    return { told: read(body) }
  } catch (error) {
    return { error }
  }
}

recordings('mutated answers', () => {
  const folder = path.join(SHARED, FOLDER)
  const names = (existsSync(folder) ? readdirSync(folder) : []).filter((file) => file.endsWith('.json') && !file.endsWith('.meta.json'))
  const texts = names.map((file) => readShared(`${FOLDER}/${file}`).toString('utf8'))
  const statusOf = (file: string): number => {
    const meta = path.join(folder, file.replace('.json', '.meta.json'))
    return existsSync(meta) ? (JSON.parse(readShared(path.relative(SHARED, meta)).toString('utf8')) as { status: number }).status : 200
  }
  const good = names.flatMap((file, at) => {
    const kind = kindOf(file)
    const text = texts[at] ?? ''
    return statusOf(file) < 300 && kind !== null && text.length < BYTES_MAX ? [{ kind, body: JSON.parse(text) as Json }] : []
  })

  it(`are refused with a ZodError or read as the second reading reads them (${ROUNDS} of them)`, () => {
    let read = 0
    for (let seed = FIRST_SEED; seed < FIRST_SEED + ROUNDS; seed++) {
      const random = chance(seed)
      const { kind, body } = good[Math.floor(random() * good.length)] ?? { kind: 'status', body: {} }
      const mutated = mutate(body, random)
      const ours = attempt(READERS[kind], mutated)
      const theirs = attempt(MEANINGS[kind], mutated)
      const context = `seed ${seed}, ${kind}`
      if ('error' in ours) {
        if (!(ours.error instanceof ZodError)) throw new Error(`${context}: ${String(ours.error)}`)
        continue
      }
      if ('error' in theirs) throw new Error(`${context}: read although the second reading refuses: ${String(theirs.error)}`)
      read++
      if (JSON.stringify(sorted(ours.told)) !== JSON.stringify(sorted(theirs.told)))
        throw new Error(`${context}: ${JSON.stringify(ours.told)} is not ${JSON.stringify(theirs.told)}`)
    }
    // both branches are worth their name
    expect(read).toBeGreaterThan(ROUNDS / 20)
    expect(read).toBeLessThan(ROUNDS)
  })

  it('errors of any shape have a kind, and never are taken for an acceptance', () => {
    const random = chance(FIRST_SEED)
    for (const [at, text] of texts.entries())
      for (let n = 0; n < 20; n++) {
        const body = JSON.stringify(mutate(JSON.parse(text) as Json, random)).slice(0, random() < 0.2 ? 40 : undefined)
        const failure = readFailure([400, 401, 403, 404, 409, 429, 500, 503][at % 8] ?? 500, body, '/portfolio/events/orders')
        expect(failure.detail.length).toBeLessThanOrEqual(300)
        expect(failure.code).not.toBe('')
      }
  })
})

/** The same value with its names in order. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, each]) => [name, sorted(each)]),
  )
}
