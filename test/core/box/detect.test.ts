import fc from 'fast-check'
import { detectBox, type BoxFinding, type BoxFound, type BoxInput } from '../../../src/core/box/detect'
import { Book } from '../../../src/core/market/book'
import type { Level } from '../../../src/core/market/event'
import { millis, money, ONE_DOLLAR, quantity, type Price, type Quantity } from '../../../src/core/units'
import { boxInput, CERTIFICATE, kalshiBook, level, NOW, PAIR, quoted } from './fixture'

const found = (finding: BoxFinding): BoxFound => {
  if (finding.kind !== 'found') throw new Error(`expected a find, got ${JSON.stringify(finding)}`)
  return finding
}
const refusals = (finding: BoxFinding): readonly string[] =>
  finding.kind === 'refused' ? finding.verdicts.filter(({ passed }) => !passed).map(({ check }) => check) : [finding.kind]
const books = (change: Partial<BoxInput['books']>): Partial<BoxInput> => ({ books: { ...boxInput().books, ...change } })
const limits = (change: Partial<BoxInput['limits']>): Partial<BoxInput> => ({ limits: { ...boxInput().limits, ...change } })

/** The fixture's pair in mode live, its texts judged and as they were. */
const RULES = { kalshi: 'a1', forecastex: 'b2' }
const inLive = (change: Partial<typeof CERTIFICATE>): Partial<BoxInput> => ({
  mode: 'live',
  pair: { ...PAIR, certificate: { ...CERTIFICATE, rules: RULES, ...change } },
  told: { ...boxInput().told, rules: RULES },
})

describe('a box that is there', () => {
  it('is found in direction A, sized by the displayed top', () => {
    const box = found(detectBox(boxInput()))
    expect(box).toMatchObject({
      direction: 'A',
      quantity: 8_000,
      kalshi: { outcome: 'yes', limit: 4200 },
      forecastex: { outcome: 'no', limit: 4900 },
    })
    // 80 × (1 − 0.42 − 0.017052 − 0.0001 − 0.49 − 0.01), rounded down to the balance grid
    expect(box.netEdge).toBe(5_027_800)
    expect(box.worstCaseProfit).toBe(5_027_800)
    expect(box.worst.maximumLoss).toBe(box.kalshi.costBound)
    expect(box.verdicts.every(({ passed }) => passed)).toBe(true)
  })

  it('is found in direction B with the mirrored book', () => {
    const mirrored = books({
      kalshi: kalshiBook([level('0.58', '100')], [level('0.59', '200')]),
      forecastexYes: quoted('ask', '0.49', '80'),
      forecastexNo: quoted('ask', '0.62', '80'),
    })
    expect(found(detectBox(boxInput(mirrored)))).toMatchObject({
      direction: 'B',
      quantity: 8_000,
      netEdge: 5_027_800,
      kalshi: { outcome: 'no', limit: 4200 },
      forecastex: { outcome: 'yes' },
    })
  })

  it('buys the other ForecastEx outcome when the pair has opposite polarity', () => {
    const opposite = { pair: { ...PAIR, certificate: { ...CERTIFICATE, polarity: 'opposite' as const } } }
    const input = boxInput({
      ...opposite,
      ...books({ forecastexYes: quoted('ask', '0.49', '80'), forecastexNo: quoted('ask', '0.62', '80') }),
    })
    expect(found(detectBox(input))).toMatchObject({
      direction: 'A',
      kalshi: { outcome: 'yes' },
      forecastex: { outcome: 'yes', limit: 4900 },
    })
  })

  it('takes deeper Kalshi levels only while they earn the minimum', () => {
    const deep = books({ forecastexNo: quoted('ask', '0.49', '200') })
    expect(found(detectBox(boxInput(deep))).quantity).toBe(20_000)
    expect(found(detectBox(boxInput({ ...deep, ...limits({ minNetEdge: money('0.06') }) }))).quantity).toBe(10_000)
  })

  it('shrinks to the cash that its limits would reserve', () => {
    const input = boxInput({
      ...books({ forecastexNo: quoted('ask', '0.49', '200') }),
      cash: { kalshi: money('60'), forecastex: money('1000') },
    })
    const box = found(detectBox(input))
    expect(box.kalshi.costBound).toBeLessThanOrEqual(60_000_000)
    expect(box.quantity).toBe(13_400)
  })
})

describe('no box', () => {
  it.each([
    ['a Kalshi book without a snapshot', books({ kalshi: new Book() })],
    ['a closed Kalshi market', books({ kalshi: kalshiBook([], []) })],
    ['a ForecastEx quote whose size is not told', books({ forecastexNo: quoted('ask', '0.49', null) })],
    ['no ForecastEx ask', books({ forecastexNo: quoted('bid', '0.49', '80') })],
    ['a margin below the minimum', limits({ minNetEdge: money('0.07') })],
    ['fees that eat it', books({ forecastexNo: quoted('ask', '0.56', '80') })],
  ])('with %s', (_, change) => expect(detectBox(boxInput(change))).toEqual({ kind: 'none' }))
})

describe('a box that is refused', () => {
  const flat = { kind: 'cannot-be-priced' as const, reason: 'fee type "flat"' }
  it.each([
    ['both directions positive', books({ forecastexYes: quoted('ask', '0.30', '80') })],
    ['certificate approved', { pair: { ...PAIR, certificate: { ...CERTIFICATE, class: 'S1' as const } } }],
    ['certificate approved', { ...inLive({ approvedFor: 'sim' }) }],
    ['fee terms known', { fees: { ...boxInput().fees, kalshi: flat } }],
    ['kalshi books confirmed', { confirmedAtMs: { kalshi: millis(NOW - 2_001), forecastex: NOW } }],
    ['kalshi books confirmed', { confirmedAtMs: { kalshi: null, forecastex: NOW } }],
    ['forecastex books confirmed', { confirmedAtMs: { kalshi: NOW, forecastex: millis(NOW - 4_001) } }],
    ['forecastex quote touched', books({ forecastexNo: quoted('ask', '0.49', '80', millis(NOW - 60_001)) })],
    ['displayed size', books({ forecastexNo: quoted('ask', '0.49', '0.5') })],
    ['E10 exit depth', books({ kalshi: kalshiBook([], [level('0.42', '100')]) })],
    ['E10 expected value', books({ kalshi: kalshiBook([level('0.20', '200')], [level('0.42', '100')]) })],
    [
      'E10 expected value',
      { ...books({ kalshi: kalshiBook([level('0.20', '200')], [level('0.42', '100')]) }), ...limits({ minExpectedValue: money('-1000') }) },
    ],
    ['expected value', limits({ minExpectedValue: money('1000') })],
    ['size worth trading', { cash: { kalshi: money('0.10'), forecastex: null } }],
  ])('names the reason: %s', (check, change) => expect(refusals(detectBox(boxInput(change)))).toEqual([check.replace(/^E10 /, '')]))

  it('E10 is capped by the visible exit of the first leg, unless that rule is off', () => {
    const thin = books({ kalshi: kalshiBook([level('0.41', '10')], [level('0.42', '100')]) })
    expect(found(detectBox(boxInput(thin))).quantity).toBe(1_000)
    expect(
      found(
        detectBox(
          boxInput({
            ...books({ kalshi: kalshiBook([level('0.41', '75')], [level('0.42', '100')]) }),
            ...limits({ capAtExitDepth: false }),
          }),
        ),
      ).quantity,
    ).toBe(8_000)
  })

  it('fee terms older than a day price nothing', () => {
    const { kalshi, forecastex } = boxInput().fees
    if (kalshi.kind !== 'priced') throw new Error('the fixture has fees')
    expect(refusals(detectBox(boxInput({ fees: { kalshi: { ...kalshi, knownAtMs: millis(NOW - 86_400_001) }, forecastex } })))).toEqual([
      'fee terms known',
    ])
  })
})

const cents = (from: number, to: number): fc.Arbitrary<Price> => fc.integer({ min: from, max: to }).map((value) => (value * 100) as Price)
const size = fc.integer({ min: 1, max: 30_000 }).map((value) => value as Quantity)
const side = (from: number, to: number, direction: 1 | -1): fc.Arbitrary<Level[]> =>
  fc
    .uniqueArray(fc.record({ price: cents(from, to), quantity: size }), { maxLength: 5, selector: ({ price: at }) => at })
    .map((levels) => levels.sort((a, b) => direction * (a.price - b.price)))
const anyBox = fc.integer({ min: 3, max: 96 }).chain((middle) =>
  fc.record({
    bids: side(1, middle, -1),
    asks: side(middle + 1, 99, 1),
    yes: cents(1, 99),
    no: cents(1, 99),
    sizes: fc.tuple(size, size),
    capAtExitDepth: fc.boolean(),
  }),
)

describe('whatever the books say', () => {
  it('a find never has a worst case below zero, nor more contracts than are displayed', () => {
    let finds = 0
    fc.assert(
      fc.property(anyBox, ({ bids, asks, yes, no, sizes, capAtExitDepth }) => {
        const input = boxInput({
          books: {
            kalshi: kalshiBook(bids, asks),
            forecastexYes: quoted('ask', String(yes / ONE_DOLLAR), String(sizes[0] / 100)),
            forecastexNo: quoted('ask', String(no / ONE_DOLLAR), String(sizes[1] / 100)),
          },
          limits: { ...boxInput().limits, minNetEdge: money(0), capAtExitDepth },
        })
        const finding = detectBox(input)
        if (finding.kind !== 'found') return
        finds++
        expect(finding.worstCaseProfit).toBeGreaterThanOrEqual(0)
        expect(finding.netEdge).toBeGreaterThanOrEqual(finding.worstCaseProfit)
        expect(finding.expectedValue).toBeGreaterThan(0)
        expect(finding.quantity % quantity('1')).toBe(0)
        expect(finding.quantity).toBeLessThanOrEqual(finding.forecastex.outcome === 'yes' ? sizes[0] : sizes[1])
      }),
      { numRuns: 1000 },
    )
    expect(finds).toBeGreaterThan(20)
  })
})
