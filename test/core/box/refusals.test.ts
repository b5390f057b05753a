import { detectBox, type BoxFinding, type BoxInput, type BoxRefused } from '../../../src/core/box/detect'
import type { Certificate } from '../../../src/core/box/certificate'
import { BOX_CHECKS, CHECK_CODES } from '../../../src/core/box/refusals'
import { Book } from '../../../src/core/market/book'
import type { OpeningBar } from '../../../src/core/market/bars'
import { bookIndex, millis, money, price, quantity } from '../../../src/core/units'
import { boxInput, CENTS, CERTIFICATE, kalshiBook, level, NOW, PAIR, POLICY, quoted } from './fixture'

type Change = Partial<BoxInput>
const DAY_MS = 86_400_000
const RULES = { kalshi: 'a1b2c3d4e5f60718', forecastex: '99aabbccddeeff00' }
const { told, limits, books, fees } = boxInput()

const certificate = (change: Partial<Certificate>): Change => ({ pair: { ...PAIR, certificate: { ...CERTIFICATE, ...change } } })
const within = (change: Partial<BoxInput['limits']>): Change => ({ limits: { ...limits, ...change } })
const policy = (change: Partial<BoxInput['policy']>): Change => ({ policy: { ...POLICY, ...change } })
const payingIn = (days: number): Change => ({
  told: { ...told, payoutMs: { kalshi: millis(NOW + days * DAY_MS), forecastex: millis(NOW + DAY_MS) } },
})
const bar = (venue: OpeningBar['venue']): OpeningBar => ({ venue, market: null, by: 'audit', reason: 'differs from the venue' })
const half = { least: money('0.5'), most: money('0.5') }

function refused(finding: BoxFinding): BoxRefused {
  if (finding.kind !== 'refused') throw new Error(`expected a refusal, got ${finding.kind}`)
  return finding
}
/** The checks that failed, with both figures. */
const failures = (change: Change): readonly string[] =>
  refused(detectBox(boxInput(change)))
    .verdicts.filter(({ passed }) => !passed)
    .map(({ check, actual, limit }) => `${check}: ${actual} | ${limit}`)

/** A ForecastEx book that is bid above its ask. */
function crossedQuotes(): Book {
  const book = quoted('ask', '0.49', '80')
  book.apply({ book: bookIndex(1), op: 'top', side: 'bid', price: price('0.49'), quantity: quantity('5') }, 2, NOW)
  return book
}
/** The fixture's book of Kalshi, told its grid, and then a price that is not on it. */
function changedGrid(): Book {
  const book = kalshiBook([level('0.41', '200')], [level('0.42', '100')])
  book.fit(CENTS)
  book.apply({ book: bookIndex(0), op: 'add', side: 'bid', price: price('0.405'), delta: quantity('5') }, 2, NOW)
  return book
}

describe('each refusal has one name and both figures: what was seen', () => {
  it.each<[string, string, Change]>([
    [
      'a paused market',
      'market open: paused at kalshi, open at forecastex | open at both',
      { statuses: { kalshi: 'paused', forecastex: 'open' } },
    ],
    [
      'a settled question',
      'market open: open at kalshi, settled at forecastex | open at both',
      { statuses: { kalshi: 'open', forecastex: 'settled' } },
    ],
    [
      'a market that the auditor barred',
      'market not barred: kalshi: differs from the venue (audit) | none',
      { bars: { kalshi: bar('kalshi'), forecastex: null } },
    ],
    [
      'a venue that stands still',
      'market not barred: forecastex: differs from the venue (audit) | none',
      { bars: { kalshi: null, forecastex: bar('forecastex') } },
    ],
    [
      'a ForecastEx book that crosses in itself',
      'books not crossed: forecastex no: bid 0.4900, ask 0.4900 | each bid below its ask',
      { books: { ...books, forecastexNo: crossedQuotes() } },
    ],
    [
      'a quote that is not touched',
      'forecastex quote touched: 60001 ms ago | ≤ 60000 ms',
      { books: { ...books, forecastexNo: quoted('ask', '0.49', '80', millis(NOW - 60_001)) } },
    ],
  ])('%s', (_what, failure, change) => expect(failures(change)).toEqual([failure]))

  it('a Kalshi book that crosses is blamed before what comes of it', () => {
    const crossed = kalshiBook([level('0.43', '200')], [level('0.42', '100')])
    expect(refused(detectBox(boxInput({ books: { ...books, kalshi: crossed } })))).toMatchObject({ reason: 'books not crossed' })
    const both = { ...books, kalshi: kalshiBook([level('0.60', '9')], [level('0.42', '100')]), forecastexYes: quoted('ask', '0.50', '80') }
    expect(refused(detectBox(boxInput({ books: both })))).toMatchObject({
      direction: null,
      reason: 'books not crossed',
      failed: ['books not crossed', 'both directions positive'],
    })
  })
})

describe('each refusal has one name and both figures: what is known', () => {
  it.each<[string, string, Change]>([
    ['an expired certificate', 'certificate not expired: 0 ms left | > 0 ms left', certificate({ expiresMs: NOW })],
    [
      'another rule text',
      'rule texts as approved: kalshi 000000000000, forecastex 99aabbccddee | kalshi a1b2c3d4e5f6, forecastex 99aabbccddee',
      { ...certificate({ rules: RULES }), told: { ...told, rules: { ...RULES, kalshi: '0000000000000000' } } },
    ],
    [
      'a rule text that is not told',
      'rule texts as approved: kalshi a1b2c3d4e5f6, forecastex not told | kalshi a1b2c3d4e5f6, forecastex 99aabbccddee',
      { ...certificate({ rules: RULES }), told: { ...told, rules: { ...RULES, forecastex: null } } },
    ],
    [
      'a certificate without judged texts outside sim',
      'rule texts as approved: no text was judged | judged texts in mode live',
      { mode: 'live' },
    ],
    [
      'a flat fee',
      'fee terms known: cannot be priced: fee type flat | a published formula',
      { fees: { ...fees, kalshi: { kind: 'cannot-be-priced', reason: 'fee type flat' } } },
    ],
    [
      'a grid that was changed and not read again',
      'price grid known: changed or not told: kalshi | told by both, and every price on it',
      { told: { ...told, bands: { ...told.bands, kalshi: null } } },
    ],
    [
      'a price that the grid does not have',
      'price grid known: a price off the grid at kalshi | told by both, and every price on it',
      { books: { ...books, kalshi: changedGrid() } },
    ],
    [
      'a limit that the grid does not have',
      'price grid known: limits 0.4200 at kalshi, 0.4900 at forecastex | on the grids in force',
      { told: { ...told, bands: { ...told.bands, forecastex: [{ start: price('0.05'), end: price('0.95'), step: price('0.05') }] } } },
    ],
  ])('%s', (_what, failure, change) => expect(failures(change)).toEqual([failure]))

  it('what expires later, and texts as they were judged, let pass', () => {
    const judged = { ...certificate({ rules: RULES, expiresMs: millis(NOW + 1) }), told: { ...told, rules: RULES } }
    expect(detectBox(boxInput({ ...judged, mode: 'live' })).kind).toBe('found')
  })

  it("a limit for Kalshi's NO is looked for where its wire has it, in YES prices", () => {
    const skewed = [{ start: price('0.08'), end: price('0.98'), step: price('0.05') }] // 0.58, and not 0.42
    const mirrored = { kalshi: kalshiBook([level('0.58', '100')], [level('0.59', '200')]), forecastexYes: quoted('ask', '0.49', '80') }
    const input = boxInput({
      books: { ...books, ...mirrored, forecastexNo: quoted('ask', '0.62', '80') },
      told: { ...told, bands: { ...told.bands, kalshi: skewed } },
    })
    expect(detectBox(input)).toMatchObject({ kind: 'found', kalshi: { outcome: 'no', limit: 4200 } })
  })
})

describe('each refusal has one name and both figures: what it is worth', () => {
  it.each<[string, string, Change]>([
    [
      'a state in which less is paid than both legs cost: it and its loss are named',
      'locked in every state: $0.437152 lost per contract in state "void" | pays $0.937152 in every state',
      certificate({
        states: [{ name: 'void', kalshiYes: half, forecastexYes: { least: money(1_000_000), most: money(1_000_000) }, together: false }],
      }),
    ],
    ['a modelled loss beyond its budget', 'modelled loss: $0.4328 | ≤ $0.01', within({ lossBudget: money('0.01') })],
    ['a premium that may stay unpaired', 'loss if nothing cures: $0.4372 | ≤ $0.40', within({ maxUnpairedPremium: money('0.40') })],
    [
      'too little capital for one contract',
      'size worth trading: below the minimum lot | 1 to 80.00',
      within({ maxCapital: money('0.50') }),
    ],
    ['a profit below the least of a trade', 'profit of the trade: $5.0278 | ≥ $5.03', policy({ minProfit: money('5.03') })],
    [
      'too little a year',
      'annual return: 71.99 % a year | ≥ 72 % a year, hurdles charged',
      { ...policy({ minAnnualReturn: 7_200 }), ...payingIn(34) },
    ],
    [
      'days that are not told, where a year has a hurdle',
      'annual return: days until cash not told | ≥ 0.01 % a year, hurdles charged',
      policy({ minAnnualReturn: 1 }),
    ],
    [
      'days that are not told, where cash earns elsewhere',
      'annual return: days until cash not told | ≥ 0 % a year, hurdles not known',
      policy({ carry: { kalshi: 0, forecastex: 0, opportunity: 40_000 } }),
    ],
  ])('%s', (_what, failure, change) => expect(failures(change)).toEqual([failure]))

  it('E10 the size shrinks to the budgets of a trade before it is refused', () => {
    const shrunk = detectBox(boxInput(within({ maxUnpairedPremium: money('20') })))
    expect(shrunk).toMatchObject({ kind: 'found', quantity: 4_500 })
    if (shrunk.kind === 'found') expect(shrunk.worst.maximumLoss).toBeLessThanOrEqual(20_000_000)
  })

  it('all that fails at a stage is told, the first of it is the reason, and nothing of later stages', () => {
    const finding = refused(
      detectBox(
        boxInput({
          ...certificate({ class: 'S1', expiresMs: NOW }),
          confirmedAtMs: { kalshi: null, forecastex: NOW },
          ...within({ lossBudget: money(0) }),
        }),
      ),
    )
    expect([finding.reason, finding.failed]).toEqual([
      'certificate approved',
      ['certificate approved', 'certificate not expired', 'kalshi books confirmed'],
    ])
    expect(finding).toMatchObject({ direction: 'A', margin: 62_848, quantity: 0, netEdge: null, worst: null, annualReturn: null })
  })
})

describe('the numbers of the checks', () => {
  it('are all different, and stay what they are', () => {
    const codes = Object.values(BOX_CHECKS).map((check) => CHECK_CODES[check])
    expect(new Set(codes).size).toBe(codes.length)
    expect([BOX_CHECKS.bothDirections, BOX_CHECKS.annualReturn, BOX_CHECKS.locked].map((check) => CHECK_CODES[check])).toEqual([1, 21, 24])
  })
})
