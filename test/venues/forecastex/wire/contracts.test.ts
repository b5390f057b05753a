import { mulberry32 } from '../../../../src/core/random'
import { price } from '../../../../src/core/units'
import { bandsOf, closeOf, decimalText, marketRuleOf, pairsOf } from '../../../../src/venues/forecastex/wire/contracts'
import type { ContractRow } from '../../../../src/venues/forecastex/wire/messages'

const row = (conId: number, change: Partial<ContractRow> = {}): ContractRow => ({
  conId,
  symbol: 'FF',
  secType: 'OPT',
  tradingClass: 'FF',
  date: '20261209',
  lastTrade: '20261209 13:00:00 US/Central',
  realExpiration: '20261209',
  strike: '3.125',
  right: 'C',
  localSymbol: "FF Dec09'26 3.13 YES",
  longName: 'US Fed Funds Target Rate',
  category: '',
  underConId: 0,
  minTick: 100,
  marketRule: null,
  timeZone: 'US/Central',
  tradingHours: '',
  liquidHours: '',
  ...change,
})
const yes = (conId: number, change: Partial<ContractRow> = {}): ContractRow => row(conId, change)
const no = (conId: number, change: Partial<ContractRow> = {}): ContractRow => row(conId, { right: 'P', ...change })
const idsOf = (rows: readonly ContractRow[]): readonly (readonly number[])[] =>
  pairsOf(rows).pairs.map((pair) => [pair.yes.conId, pair.no.conId])

describe('YES and NO of a question', () => {
  it('are the two rights of the same product, class, date and strike, in whatever order they come', () => {
    const rows = [
      ...[no(12), yes(11), yes(21, { strike: '3.375' }), no(22, { strike: '3.375' })],
      ...[no(32, { date: '20270127' }), yes(31, { date: '20270127' }), yes(41, { tradingClass: 'FFX' }), no(42, { tradingClass: 'FFX' })],
    ]
    expect(idsOf(rows).toSorted(([a = 0], [b = 0]) => a - b)).toEqual([
      [11, 12],
      [21, 22],
      [31, 32],
      [41, 42],
    ])
    expect(pairsOf(rows).problems).toEqual([])
  })

  it('are not told apart by the local symbol, which rounds the strike', () => {
    const same = { localSymbol: "FF Dec09'26 3.13 YES" }
    expect(idsOf([yes(11, same), no(12, same), yes(21, { ...same, strike: '3.13' }), no(22, { ...same, strike: '3.13' })])).toEqual([
      [11, 12],
      [21, 22],
    ])
  })

  it('that are told twice are told once', () => {
    expect(idsOf([yes(11), no(12), yes(11), no(12)])).toEqual([[11, 12]])
  })

  it('without the other one are told and left out, and so is a question that is listed twice', () => {
    const { pairs, problems } = pairsOf([
      yes(11),
      no(22, { strike: '4' }),
      yes(31, { strike: '5' }),
      yes(33, { strike: '5' }),
      no(32, { strike: '5' }),
    ])
    expect(pairs).toEqual([])
    expect(problems).toEqual([
      'FF FF 20261209 3.125: YES is contract 11, and no NO is listed: it is not traded',
      'FF FF 20261209 4: NO is contract 22, and no YES is listed: it is not traded',
      'FF FF 20261209 5 is listed more than once (YES 31 and 33, NO 32): it is not traded until one of each is left',
    ])
  })

  it('that do not tell their right, strike or date are told and left out; the index itself is no contract of a question', () => {
    const odd = [row(1, { right: null }), row(2, { strike: '' }), row(3, { date: '' }), row(4, { secType: 'IND', right: null, strike: '' })]
    expect(pairsOf(odd).problems).toEqual([
      "contract 1 (FF Dec09'26 3.13 YES) has no readable right: it is not traded",
      "contract 2 (FF Dec09'26 3.13 YES) has no readable strike: it is not traded",
      "contract 3 (FF Dec09'26 3.13 YES) has no readable date: it is not traded",
    ])
  })
})

describe('a strike', () => {
  it.each([
    [3.125, '3.125'],
    [40_500, '40500'],
    [-1.5, '-1.5'],
    [0, '0'],
    [0.1, '0.1'],
    [123_456_789.012_345, '123456789.012345'],
  ])('%d is the decimal %s', (value, text) => expect(decimalText(value)).toBe(text))

  it.each([null, Number.NaN, Infinity, 1e21, 1e-7, 0.1 + 0.2, 1.797_693_134_862_315_7e308])('%p has none that is exact', (value) => {
    expect(decimalText(value)).toBe('')
  })

  it('of up to 15 digits is what the venue wrote, for any of them (seed 7)', () => {
    const random = mulberry32(7)
    for (let i = 0; i < 5_000; i += 1) {
      const decimals = random() % 7
      const digits = String(random() % 1_000_000_000).padStart(decimals + 1, '0')
      const whole = digits.slice(0, digits.length - decimals)
      const part = digits.slice(digits.length - decimals).replace(/0+$/, '')
      const text = part === '' ? whole : `${whole}.${part}`
      expect(decimalText(Number.parseFloat(text))).toBe(text)
    }
  })
})

describe('prices of a contract', () => {
  const LOW = price('0.01')
  const HIGH = price('0.99')

  it('follow the rule of the exchange, from the lowest price to the highest', () => {
    expect(bandsOf([{ lowEdge: 0, increment: 100 }], LOW, HIGH)).toEqual([{ start: 100, end: 9_900, step: 100 }])
    const finer = [
      { lowEdge: 1_000, increment: 100 },
      { lowEdge: 0, increment: 50 },
    ]
    expect(bandsOf(finer, LOW, HIGH)).toEqual([
      { start: 100, end: 950, step: 50 },
      { start: 1_000, end: 9_900, step: 100 },
    ])
  })

  it.each([
    ['none', []],
    ['an increment of nothing', [{ lowEdge: 0, increment: 0 }]],
    ['an increment off our grid', [{ lowEdge: 0, increment: null }]],
    ['an edge above the lowest price', [{ lowEdge: 500, increment: 100 }]],
  ])('are not told by a rule with %s', (_what, increments) => expect(bandsOf(increments, LOW, HIGH)).toBeNull())

  it('have the rule that stands where their exchange does', () => {
    expect(marketRuleOf('SMART,FORECASTX', '26,239')).toBe(239)
    expect(marketRuleOf('FORECASTX', '239')).toBe(239)
    expect([marketRuleOf('FORECASTX', ''), marketRuleOf('', 'x')]).toEqual([null, null])
  })
})

describe('when trading in a contract ends', () => {
  it.each([
    ['20261209 13:00:00 US/Central', 'US/Eastern', Date.UTC(2026, 11, 9, 19)],
    ['20261209 13:00:00', 'US/Eastern', Date.UTC(2026, 11, 9, 18)],
    ['20261209', 'US/Eastern', Date.UTC(2026, 11, 9, 6)],
    ['20261209 13:00:00', 'Nowhere', Date.UTC(2026, 11, 9, 6)],
  ])('"%s" beside hours of %s: by its own zone, by theirs, or at the beginning of its day in Chicago', (lastTrade, timeZone, closeMs) =>
    expect(closeOf(row(11, { lastTrade, timeZone }))).toBe(closeMs),
  )
  it('is not guessed', () => expect(closeOf(row(11, { lastTrade: 'soon', date: '2026XX09' }))).toBeNull())
})
