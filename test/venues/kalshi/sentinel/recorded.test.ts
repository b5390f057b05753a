import { existsSync } from 'node:fs'
import path from 'node:path'
import { checkOf } from '../../../../src/venues/kalshi/sentinel/inspect'
import { EXPECTED } from '../../../../src/venues/kalshi/sentinel/expected'
import { driftOf, fieldsOf, type Expected } from '../../../../src/venues/kalshi/sentinel/shape'
import { readOrderbook } from '../../../../src/venues/kalshi/wire/answers/books'
import { readExchangeSchedule, readExchangeStatus, readUserDataTimestamp } from '../../../../src/venues/kalshi/wire/exchange'
import { readAccountLimits, readEndpointCosts } from '../../../../src/venues/kalshi/wire/limits'
import { readMarket, readMarketPage } from '../../../../src/venues/kalshi/wire/markets'
import { readOrderPage } from '../../../../src/venues/kalshi/wire/orders'
import { readBalance, readFillPage, readPositionPage, readSettlementPage } from '../../../../src/venues/kalshi/wire/portfolio'
import { readShared, recordings, SHARED } from '../fakes'

const expectedOf = (endpoint: string): Expected => {
  const found = EXPECTED.find((each) => each.path === endpoint)
  if (!found) throw new Error(`nothing is expected of ${endpoint}`)
  return found.expected
}
const captured = (name: string): unknown => JSON.parse(readShared(`kalshi_wire_captures/${name}.json`).toString('utf8'))
const production = (name: string): unknown =>
  (JSON.parse(readShared(`kalshi_rest/prod_2026-01/${name}.json`).toString('utf8')) as { response: unknown }).response

/** Endpoint, its recording, and the reader of that answer. */
const RECORDED: readonly (readonly [endpoint: string, name: string, read: (body: unknown) => unknown])[] = [
  ['/exchange/status', 'exchange__status', readExchangeStatus],
  ['/account/limits', 'account__limits', readAccountLimits],
  ['/account/endpoint_costs', 'account__endpoint_costs', readEndpointCosts],
  ['/portfolio/balance', 'auth__balance_ok', readBalance],
  ['/portfolio/positions', 'portfolio__positions', readPositionPage],
  ['/portfolio/orders', 'portfolio__orders_list', readOrderPage],
  ['/portfolio/fills', 'fills__after_taker', readFillPage],
  ['/portfolio/settlements', 'settlements__page', readSettlementPage],
  ['/markets', 'markets__status_settled', readMarketPage],
  ['/markets', 'markets__page1', readMarketPage],
  ['/markets/{market}', 'markets__single', readMarket],
  ['/markets/{market}/orderbook', 'orderbook__base', readOrderbook],
]
/** Read for display and research: no order, fee, position or result is computed from them. */
const SHOWN_ONLY =
  /_bid_|_ask_|last_price|volume|open_interest|strike|sub_title|market_type|expir|occurrence|settlement_(ts|timer|bounds|floor)|waiver|provisional|mve_|intra_exchange|exchange_index_statuses|estimated|mutually|collateral/

/** A copy that notes every field that is asked for. */
function watched(value: unknown, field: string, asked: Set<string>): unknown {
  if (typeof value !== 'object' || value === null) return value
  return new Proxy(value, {
    get(target, name) {
      const found = Reflect.get(target, name) as unknown
      if (typeof name === 'symbol' || typeof found === 'function' || name === 'length') return found
      const at = Array.isArray(target) ? `${field}[]` : field === '' ? name : `${field}.${name}`
      if (!Array.isArray(target)) asked.add(at)
      return watched(found, at, asked)
    },
  })
}

recordings('what the code expects of recorded answers', () => {
  it.each(RECORDED)('%s: %s is no finding that stops anything', (endpoint, name) => {
    const drifts = driftOf(expectedOf(endpoint), captured(name))
    expect(drifts.filter(({ money, cause }) => money && (cause === 'missing' || cause === 'retyped'))).toEqual([])
    expect(drifts).toEqual([])
  })

  it('the schedule and the freshness of production are as expected', () => {
    expect(driftOf(expectedOf('/exchange/schedule'), production('exchange_schedule_response'))).toEqual([])
    expect(readExchangeSchedule(production('exchange_schedule_response')).weeks).toHaveLength(1)
    expect(driftOf(expectedOf('/exchange/user_data_timestamp'), production('user_data_timestamp_response'))).toEqual([])
    expect(readUserDataTimestamp(production('user_data_timestamp_response'))).toBeGreaterThan(0)
  })

  it.each(RECORDED)('%s: the table names every field of %s that its reader asks for', (endpoint, name, read) => {
    const asked = new Set<string>()
    read(watched(captured(name), '', asked))
    const named = fieldsOf(expectedOf(endpoint)).map((field) => field.replace(/\[\d+\]/g, '[]'))
    expect([...asked].filter((field) => !named.includes(field) && !SHOWN_ONLY.test(field))).toEqual([])
  })
})

recordings('a changed answer', () => {
  const fills = (change: (row: Record<string, unknown>) => void): ReturnType<typeof checkOf> => {
    const body = captured('fills__after_taker') as { fills: Record<string, unknown>[] }
    for (const row of body.fills) change(row)
    return checkOf('GET /portfolio/fills', driftOf(expectedOf('/portfolio/fills'), body))
  }

  it.each([
    [
      'missing',
      (row: Record<string, unknown>) => void delete row['fee_cost'],
      'fills[].fee_cost is missing, expected a dollar string of at most 6 decimals',
    ],
    [
      'a number',
      (row: Record<string, unknown>) => void (row['fee_cost'] = 0.0175),
      'fills[].fee_cost is 0.0175, expected a dollar string of at most 6 decimals',
    ],
    [
      'finer than it may be',
      (row: Record<string, unknown>) => void (row['count_fp'] = '1.005'),
      'fills[].count_fp is "1.005", expected a count string of at most 2 decimals',
    ],
    ['null', (row: Record<string, unknown>) => void (row['order_id'] = null), 'fills[].order_id is null, expected a string'],
  ])('refuses a field that money depends on and that is %s, and names it', (_what, change, detail) => {
    expect(fills(change)).toMatchObject({ check: 'GET /portfolio/fills', verdict: 'failed', detail })
  })

  it.each([
    ['field', (row: Record<string, unknown>) => void (row['settles_in'] = 'dollars'), 'fills[].settles_in is new'],
    [
      'word',
      (row: Record<string, unknown>) => void (row['book_side'] = 'both'),
      'fills[].book_side says "both", a new word beside bid, ask',
    ],
  ])('tells a new %s as a notice, once', (_what, change, detail) => {
    expect(fills(change)).toMatchObject({ verdict: 'notice', detail })
  })

  it('refuses every single money field of every recorded answer when it is gone, by its name', () => {
    for (const [endpoint, name] of RECORDED) {
      const expected = expectedOf(endpoint)
      for (const field of requiredOf(expected, '')) {
        const body = captured(name)
        if (!remove(body, field.split('.'))) continue
        expect(driftOf(expected, body)).toContainEqual(expect.objectContaining({ field, cause: 'missing', money: true }))
      }
    }
  })
})

function requiredOf(expected: Expected, field: string): readonly string[] {
  if (expected.kind === 'list') return requiredOf(expected.of, `${field}[]`)
  if (expected.kind !== 'object') return []
  return Object.entries(expected.fields.money ?? {}).flatMap(([name, of]) => {
    const at = field === '' ? name : `${field}.${name}`
    return of.kind === 'optional' ? [] : [at, ...requiredOf(of, at)]
  })
}
/** @returns whether there was anything to remove. */
function remove(body: unknown, [first = '', ...rest]: readonly string[]): boolean {
  const name = first.replace('[]', '')
  const holder = body as Record<string, unknown>
  const held = holder[name]
  if (rest.length === 0) return delete holder[name] && held !== undefined
  const rows = Array.isArray(held) ? (held as unknown[]) : [held]
  return rows.map((row) => remove(row, rest)).some(Boolean)
}

it('recordings are there, or their tests are skipped', () => {
  expect(existsSync(path.join(SHARED, 'kalshi_wire_captures')) || recordings === describe.skip).toBe(true)
})
