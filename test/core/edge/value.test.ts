import { costOf, edgeOf, maxPriceFor, netEdge, worthOf, type EdgeQuote } from '../../../src/core/edge/value'
import { kalshiFees, type KalshiFees } from '../../../src/core/market/fees'
import { CLEARED_GRID, DIRECT_GRID, kalshiOrderFees, NEWEST_ROUNDING } from '../../../src/core/market/fees-kalshi'
import { isPriceOf, type PriceBand } from '../../../src/core/market/grid'
import { complement, millis, money, ONE_CONTRACT, price, quantity, type Money, type Price } from '../../../src/core/units'
import { Chances, seedOf } from '../../chances'

function feesOf(multiplier = 10_000, balanceGrid: Money = DIRECT_GRID, slack = 100): KalshiFees {
  const fees = kalshiFees({ feeType: 'quadratic', multiplier, fetchedAtMs: millis(0) }, { balanceGrid, slackPerContract: money(slack) })
  if (fees.kind !== 'priced') throw new Error(fees.reason)
  return fees
}
const FEES = feesOf()
const CLEARED = feesOf(10_000, CLEARED_GRID, 1)
const quote = (change: Partial<EdgeQuote> = {}): EdgeQuote => ({
  probability: 0.584,
  lower: 0.584,
  upper: 0.584,
  yesAsk: price('0.55'),
  noAsk: price('0.46'),
  fees: FEES,
  quantity: quantity('100'),
  ...change,
})
const band = (start: string, end: string, step: string): PriceBand => ({ start: price(start), end: price(end), step: price(step) })
const CENTS = [band('0', '1', '0.01')]
const TAPERED = [band('0', '0.10', '0.001'), band('0.10', '0.90', '0.01'), band('0.90', '1', '0.001')]

describe('what an edge is worth', () => {
  it('is shown on the probability with the exact fee (market-math §6)', () => {
    const { yes, no, best } = edgeOf(quote())
    expect(yes).toMatchObject({ cost: expect.closeTo(0.567325, 12), edge: expect.closeTo(0.016675, 12), gross: expect.closeTo(0.034, 12) })
    expect(no).toMatchObject({ cost: expect.closeTo(0.477388, 12), edge: expect.closeTo(-0.061388, 12) })
    expect(yes?.returned).toBeCloseTo(0.016675 / 0.567325, 12)
    expect(best).toBe(yes)
  })

  it('is decided on the bound against us, in whole µ$, rounded down', () => {
    // 100 at 0.55 cost 56.7325 and 0.01 for their rounding
    expect(edgeOf(quote({ lower: 0.579, upper: 0.589 })).yes?.net).toBe(579_000 - 567_425)
    expect(edgeOf(quote({ probability: 0.4, lower: 0.39, upper: 0.41 })).no?.net).toBe(590_000 - 477_488)
    expect(edgeOf(quote({ probability: 0.4, lower: 0.39, upper: 0.41 })).best?.outcome).toBe('no')
  })

  it.each([
    ['a direct account', FEES],
    ['an account in whole cents', CLEARED],
  ])('B2: at 50c with a raw edge of 2c, one contract of %s earns nothing', (_account, fees) => {
    const [probability, lower, upper] = [0.52, 0.515, 0.525]
    const { yes } = edgeOf(quote({ probability, lower, upper, yesAsk: price('0.50'), noAsk: null, fees, quantity: ONE_CONTRACT }))
    expect(yes?.gross).toBeCloseTo(0.02, 12)
    expect(yes?.net).toBeLessThanOrEqual(0)
  })

  it('B2: in whole cents the fee takes all of it even when the probability is certain to be right', () => {
    const { yes } = edgeOf(
      quote({ probability: 0.52, lower: 0.52, upper: 0.52, yesAsk: price('0.50'), fees: CLEARED, quantity: ONE_CONTRACT }),
    )
    expect(yes?.net).toBeLessThanOrEqual(0)
  })

  it('B8: a side that nobody asks for has no edge: it is not one less the other', () => {
    expect(edgeOf(quote({ yesAsk: null }))).toMatchObject({ yes: null, best: { outcome: 'no' } })
    expect(edgeOf(quote({ noAsk: null }))).toMatchObject({ no: null, best: { outcome: 'yes' } })
    expect(edgeOf(quote({ yesAsk: null, noAsk: null }))).toEqual({ yes: null, no: null, best: null })
  })

  it.each([
    ['bounds beside the probability', { lower: 0.6 }, 'no probability with its bounds: 0.6 ≤ 0.584 ≤ 0.584'],
    ['no number', { probability: NaN }, 'no probability with its bounds'],
    ['an ask of nothing', { yesAsk: price('0') }, 'nobody can ask 0.0000 for yes'],
    ['an ask of a dollar', { noAsk: price('1') }, 'nobody can ask 1.0000 for no'],
    ['less than a contract', { quantity: quantity('0.5') }, 'one contract at least'],
  ])('refuses %s', (_what, change, message) => {
    expect(() => edgeOf(quote(change))).toThrow(message)
  })
})

describe('the maximum price', () => {
  it('B15: is the dearest at which the lower bound still earns the minimum', () => {
    const grid = { outcome: 'yes', bands: CENTS, quantity: ONE_CONTRACT } as const
    // 0.579 less 0.56 and its fee of 0.017248 is 0.0018; 0.55 leaves 0.0117
    expect(maxPriceFor(0.579, money('0.01'), FEES, grid)).toBe(price('0.55'))
    expect(maxPriceFor(0.579, money('0.0115'), FEES, grid)).toBe(price('0.55')) // exactly the minimum is enough
    expect(maxPriceFor(0.579, money('0.011501'), FEES, grid)).toBe(price('0.54'))
    expect(maxPriceFor(0.579, money('0.0015'), FEES, grid)).toBe(price('0.56'))
    expect(maxPriceFor(0.579, money('0.0015'), FEES, { ...grid, bands: [band('0', '1', '0.001')] })).toBe(price('0.56'))
    expect(maxPriceFor(0.579, money('0.6'), FEES, grid)).toBeNull()
    expect(maxPriceFor(0, money('0'), FEES, grid)).toBeNull()
    expect(maxPriceFor(1, money('0'), feesOf(0), grid)).toBe(price('0.99'))
  })

  it('of NO is on the grid in YES terms', () => {
    const halves = [band('0.005', '0.995', '0.01')]
    const limit = maxPriceFor(0.579, money('0.01'), FEES, {
      outcome: 'no',
      bands: [band('0.002', '0.992', '0.01')],
      quantity: ONE_CONTRACT,
    })
    expect(limit).toBe(price('0.548'))
    expect(maxPriceFor(0.579, money('0.01'), FEES, { outcome: 'no', bands: halves, quantity: ONE_CONTRACT })).toBe(price('0.545'))
  })

  it('is none where a fee is as large as the price', () => {
    expect(maxPriceFor(0.9, money('0'), feesOf(150_000), { outcome: 'yes', bands: CENTS, quantity: ONE_CONTRACT })).toBeNull()
  })

  it('refuses what is no probability and no quantity', () => {
    const grid = { outcome: 'yes', bands: CENTS, quantity: ONE_CONTRACT } as const
    expect(() => maxPriceFor(1.1, money('0'), FEES, grid)).toThrow('not a probability: 1.1')
    expect(() => maxPriceFor(0.5, money('0'), FEES, { ...grid, quantity: quantity('0') })).toThrow(RangeError)
  })
})

const SEED = seedOf()

describe(`laws of the price, CROSSBOOK_SEED=${SEED}`, () => {
  const chances = new Chances(SEED)
  const accountOf = (multiplier: number): KalshiFees => (chances.below(2) === 0 ? feesOf(multiplier) : feesOf(multiplier, CLEARED_GRID, 1))
  const cases = Array.from({ length: 300 }, () => ({
    lower: chances.below(10_001) / 10_000,
    minEdge: money(chances.below(80_000)),
    fees: accountOf(chances.of([0, 5_000, 10_000, 20_000])),
    outcome: chances.of(['yes', 'no'] as const),
    bands: chances.of([CENTS, TAPERED]),
    size: quantity(100 * chances.upTo(300)),
  }))
  const prices = Array.from({ length: 9_999 }, (_, n) => price(n + 1))

  it('B15: it is on the grid, earns the minimum for any size, and one step more does not', () => {
    const broken = cases.filter(({ lower, minEdge, fees, outcome, bands, size }) => {
      const limit = maxPriceFor(lower, minEdge, fees, { outcome, bands, quantity: ONE_CONTRACT })
      const earns = (at: Price, of = ONE_CONTRACT): boolean => netEdge(worthOf(lower), at, of, fees) >= minEdge
      const dearest = prices.findLast((at) => isPriceOf(at, { venue: 'kalshi', outcome }, bands) && earns(at)) ?? null
      return limit !== dearest || (limit !== null && !earns(limit, size))
    })
    expect(broken).toEqual([])
  })

  it('no execution at the ask or better costs more than what decided, however it is split', () => {
    const broken = cases.filter(({ fees, size }) => {
      const at = price(100 * chances.upTo(99))
      const net = netEdge(worthOf(1), at, size, fees)
      const first = quantity(100 * chances.below(size / 100))
      const fills = [
        { price: at, quantity: first, role: 'taker' as const },
        { price: price(100 * chances.upTo(at / 100)), quantity: quantity(size - first), role: 'taker' as const },
      ].filter(({ quantity: of }) => of > 0)
      const charged = kalshiOrderFees({ action: 'buy', rates: fees.rates, balanceGrid: fees.balanceGrid, rounding: NEWEST_ROUNDING }, fills)
      const paid = -charged.reduce((sum, { balanceChange }) => sum + balanceChange, 0)
      return worthOf(1) - (paid * ONE_CONTRACT) / size < net
    })
    expect(broken).toEqual([])
  })

  it('what is shown is at least what decides, and YES and NO of one price cost alike', () => {
    for (const { lower, fees, size } of cases) {
      const at = price(100 * chances.upTo(99))
      const bounds = { probability: lower, lower, upper: lower, yesAsk: at, noAsk: complement(at) }
      const { yes, no } = edgeOf(quote({ ...bounds, fees, quantity: size }))
      expect(yes?.edge).toBeGreaterThanOrEqual((yes?.net ?? NaN) / 1e6 - 1e-9)
      expect(no?.edge).toBeGreaterThanOrEqual((no?.net ?? NaN) / 1e6 - 1e-9)
      expect(costOf(at, fees) - at / 10_000).toBeCloseTo(costOf(complement(at), fees) - complement(at) / 10_000, 12)
    }
  })
})
