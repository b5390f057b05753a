import fc from 'fast-check'
import type { InjectOptions } from 'fastify'
import { seedOf } from '../../chances'
import { lockedBox } from '../ledger/support/trades'
import { ledger } from '../operator/support/office'
import { Contract, type Operation } from './document'
import { World } from './world'

const RUNS = Number(process.env['CROSSBOOK_FUZZ'] ?? 2_000)
/** A run takes some milliseconds, and one that reaches Temporal without a worker takes seconds. */
const LIMIT_MS = 60_000 + RUNS * 100
const seed = seedOf()
/** They wait for a worker that this file has not, or tell every trade of the server: their bodies are such as are refused. */
const REFUSED_HERE = new Set(['POST /v1/halts', 'POST /v1/halts/lift', 'POST /v1/kill', 'POST /v1/limits/proposals'])

/** Of an error's inside: a stack, a place on this machine, a statement, a driver. */
const INSIDE =
  /\bat [\w.<>]+ \(|node_modules|\/(tmp|home|root|usr|work|src|dist)\/|\bselect .+ from |insert into|ECONN|\.[jt]s:\d+|pg_catalog|syntax error|SQLSTATE/i

const NASTY = [
  "' or 1=1 --",
  '../../etc/passwd',
  '%00',
  '\u0000',
  '💥',
  '__proto__',
  '{{7*7}}',
  '<script>',
  '1e309',
  '-0',
  '9'.repeat(30),
  ' ',
  '﻿',
]
const text = fc.oneof(fc.constantFrom(...NASTY), fc.string({ unit: 'binary', maxLength: 40 }), fc.string({ maxLength: 300 }))
const anything = fc.oneof(text, fc.jsonValue({ maxDepth: 3 }), fc.constantFrom(null, true, 0, -1, 1e21, [], {}))

/** Values of a schema, and what is beside it. */
function valueOf(schema: Readonly<Record<string, unknown>>): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: 4, arbitrary: validOf(schema) }, { weight: 1, arbitrary: anything })
}
function validOf(schema: Readonly<Record<string, unknown>>): fc.Arbitrary<unknown> {
  const { type, properties, required, anyOf, oneOf, pattern } = schema as {
    readonly type?: string
    readonly properties?: Readonly<Record<string, Readonly<Record<string, unknown>>>>
    readonly required?: readonly string[]
    readonly anyOf?: readonly Readonly<Record<string, unknown>>[]
    readonly oneOf?: readonly Readonly<Record<string, unknown>>[]
    readonly pattern?: string
  }
  if (Array.isArray(schema['enum'])) return fc.constantFrom(...(schema['enum'] as unknown[]))
  if ('const' in schema) return fc.constant(schema['const'])
  const choices = anyOf ?? oneOf
  if (choices) return fc.oneof(...choices.map(valueOf))
  if (properties)
    return fc.record(Object.fromEntries(Object.entries(properties).map(([name, each]) => [name, valueOf(each)])), {
      requiredKeys: [...(required ?? [])],
    })
  if (type === 'integer' || type === 'number') return fc.oneof(fc.integer(), fc.maxSafeInteger())
  if (type === 'string') return pattern === undefined ? text : fc.oneof(matching(pattern), text)
  return anything
}
function matching(pattern: string): fc.Arbitrary<string> {
  try {
    return fc.stringMatching(new RegExp(pattern))
  } catch {
    return text // a pattern that the generator does not know
  }
}

const KNOWN: Readonly<Record<string, readonly string[]>> = { id: ['t1', '1', 'cb-t1-a1', 'u3'], kind: ['pnl', 'session'] }
const token = fc.oneof({ weight: 6, arbitrary: fc.constantFrom('vera', 'otto', 'anna') }, { weight: 1, arbitrary: text })
const printable = (value: unknown): string => String(value).replace(/[^\x21-\x7e]/g, '?')

function requestOf([name, { parameters = [], requestBody }]: readonly [string, Operation]): fc.Arbitrary<InjectOptions> {
  const [method = '', path = ''] = name.split(' ')
  const of = (where: string) => parameters.filter((each) => each.in === where)
  const params = fc.record(
    Object.fromEntries(
      of('path').map((each) => [each.name, fc.oneof(fc.constantFrom(...(KNOWN[each.name] ?? ['x'])), valueOf(each.schema))]),
    ),
  )
  const query = fc.record(Object.fromEntries(of('query').map((each) => [each.name, valueOf(each.schema)])), { requiredKeys: [] })
  const schema = requestBody?.content['application/json'].schema
  const body = schema === undefined ? fc.constant(undefined) : REFUSED_HERE.has(name) ? anything : valueOf(schema)
  const raw = fc.option(text, { nil: undefined, freq: 12 })
  return fc
    .record({ params, query, body, raw, who: token, key: fc.oneof(fc.uuid(), text) })
    .map(({ params: at, query: asked, body: sent, raw: broken, who, key }) => {
      const filled = path.replace(/\{(\w+)\}/g, (_all, each: string) =>
        encodeURIComponent(wellFormed((at as Record<string, unknown>)[each])),
      )
      const search = new URLSearchParams(
        Object.entries(asked).map(([each, value]): [string, string] => [each, wellFormed(value)]),
      ).toString()
      return {
        method: method as 'GET',
        url: `${filled}${search === '' ? '' : `?${search}`}`,
        headers: {
          authorization: `Bearer ${printable(who)}`,
          ...(method === 'GET' ? {} : { 'content-type': 'application/json', 'idempotency-key': printable(key) }),
        },
        ...(method === 'GET' ? {} : { payload: broken ?? JSON.stringify(sent) ?? '' }),
      }
    })
}
/** What no encoding of an address could carry becomes a replacement character. */
const wellFormed = (value: unknown): string => Buffer.from(typeof value === 'string' ? value : (JSON.stringify(value) ?? '')).toString()

describe(`requests of nobody's making (seed ${seed})`, () => {
  let world: World
  let contract: Contract
  beforeEach(async () => {
    await lockedBox(ledger())
    world = await World.open({ claims: () => () => Promise.resolve({ unknown: 'not in this test' }) })
    contract = await Contract.of(world)
  })
  afterEach(() => world.close())

  it(
    `get an answer that the document knows, and that tells nothing of the inside: ${RUNS} of them`,
    async () => {
      const operations = contract.operations
      const request = fc.nat({ max: operations.length - 1 }).chain((at) => {
        const operation = operations[at] as readonly [string, Operation]
        return requestOf(operation).map((options) => ({ name: operation[0], options }))
      })
      await fc.assert(
        fc.asyncProperty(request, async ({ name, options }) => {
          const answer = await world.server.inject(options)
          const told = answer.statusCode < 400 ? [] : [INSIDE.exec(answer.body)?.[0]].filter((found) => found !== undefined)
          const bugs = world.log.lines.filter(({ level }) => level === 'error')
          expect({ told, bugs, isBug: answer.statusCode === 500 }).toEqual({ told: [], bugs: [], isBug: false })
          // an address whose parts are others is another route's, or none's
          if (answer.statusCode !== 404) expect(contract.differences(name, answer)).toEqual([])
        }),
        { seed, numRuns: RUNS, endOnFailure: true },
      )
    },
    LIMIT_MS,
  )
})
