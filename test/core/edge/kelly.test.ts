import {
  fullKelly,
  kellyLadder,
  kellySize,
  multiplierOf,
  seedContracts,
  SIZE_CAPS,
  SIZE_SHARES,
  sizeOf,
  type SizeQuestion,
} from '../../../src/core/edge/kelly'
import { costOf } from '../../../src/core/edge/value'
import { buyingCostBound, kalshiFees, type KalshiFees } from '../../../src/core/market/fees'
import { CLEARED_GRID, DIRECT_GRID } from '../../../src/core/market/fees-kalshi'
import type { Level } from '../../../src/core/market/event'
import { millis, money, price, quantity, type Money } from '../../../src/core/units'
import { Chances, seedOf } from '../../chances'

function feesOf(balanceGrid: Money = DIRECT_GRID): KalshiFees {
  const fees = kalshiFees(
    { feeType: 'quadratic', multiplier: 10_000, fetchedAtMs: millis(0) },
    { balanceGrid, slackPerContract: money(100) },
  )
  if (fees.kind !== 'priced') throw new Error(fees.reason)
  return fees
}
const FEES = feesOf()
const level = (at: string, of: string): Level => ({ price: price(at), quantity: quantity(of) })
const FRACTIONS = { CONSERVATIVE: 0.15, STANDARD: 0.25, AGGRESSIVE: 0.35, VERY_AGGRESSIVE: 0.5, ANY_EDGE: 0.5, SCALP: 0.75 }

describe('the first systems’ sizing (seed-behaviour §6)', () => {
  it.each([
    [45, 7, 80, [424, 707, 989, 1414, 1414, 2121]],
    [45, 7, 60, [212, 353, 494, 707, 707, 1060]],
    [60, 5, 75, [312, 520, 729, 1041, 1041, 1562]],
    [30, 3, 45, [53, 89, 125, 178, 178, 267]],
  ])('%dc, edge %dc, score %d', (cents, edge, score, expected) => {
    const sized = Object.values(FRACTIONS).map((fraction) => seedContracts(cents, edge, score, fraction, money('10000')))
    expect(sized.map(({ wanted }) => wanted)).toEqual(expected)
    expect(sized.map(({ contracts }) => contracts)).toEqual(expected.map((wanted) => Math.min(500, wanted)))
  })

  it('bets nothing on an edge below zero', () => {
    expect(seedContracts(45, -1, 90, 0.25, money('10000'))).toEqual({ wanted: 0, contracts: 0 })
  })

  it('trusts a score by the same steps for all', () => {
    expect([0, 49, 50, 69, 70, 100].map(multiplierOf)).toEqual([0.25, 0.25, 0.5, 0.5, 1, 1])
  })
})

describe('Kelly (market-math §6)', () => {
  it('takes two levels of three: the third would be bought at a loss by somebody who holds the first', () => {
    const asks = [level('0.52', '300'), level('0.54', '400'), level('0.57', '5000')]
    const taken = kellyLadder(0.6, asks, money('10000'), FEES)
    expect(taken).toEqual({ contracts: 700, spend: expect.closeTo(384.1968, 9), perLevel: [300, 400] })
  })

  it('never bets on what costs a dollar or more', () => {
    const dear = { rates: { taker: 1_000_000_000, maker: 0 } }
    expect(fullKelly(0.9, 1.2)).toBe(-Infinity)
    expect(
      kellySize({ probability: 0.9, ask: price('0.5'), bankroll: money('100'), fraction: 1, capFraction: 1, fees: dear }),
    ).toMatchObject({
      contracts: 0,
    })
    expect(kellyLadder(0.9, [level('0.5', '10')], money('100'), dear).contracts).toBe(0)
  })
})

const question = (change: Partial<SizeQuestion> = {}): SizeQuestion => ({
  lower: 0.6,
  asks: [level('0.50', '10000'), level('0.51', '10000'), level('0.60', '10000')],
  maxPrice: price('0.52'),
  fees: FEES,
  fraction: 0.25,
  score: 80,
  bankroll: money('10000'),
  shares: SIZE_SHARES,
  eventSpent: money('0'),
  daySpent: money('0'),
  maxContracts: quantity('100000'),
  cash: null,
  ...change,
})

describe('the size of an order', () => {
  // at 0.52 one contract costs at most 0.537572: 2 % of 10,000 buys 372
  it.each([
    ['per trade', {}, 372],
    ['kelly', { score: 10, fraction: 0.1 }, 82],
    ['displayed depth', { asks: [level('0.50', '30'), level('0.52', '31.5'), level('0.53', '999')] }, 15],
    ['contracts', { maxContracts: quantity('100.99') }, 100],
    ['cash', { cash: money('10.75') }, 19],
    ['per event', { eventSpent: money('490') }, 18],
    ['per day', { daySpent: money('1499') }, 1],
    ['per day', { daySpent: money('1600') }, 0],
    ['displayed depth', { asks: [level('0.53', '999')] }, 0],
  ] as const)('%s binds: %j', (boundBy, change, contracts) => {
    expect(sizeOf(question(change))).toMatchObject({ boundBy, contracts: contracts * 100 })
  })

  it('tells every cap, and what all contracts cost at most at the maximum price', () => {
    const { caps, cost, contracts } = sizeOf(question())
    expect(Object.keys(caps).toSorted()).toEqual([...SIZE_CAPS].toSorted())
    expect(caps).toMatchObject({ 'per trade': 37_200, 'displayed depth': 500_000, contracts: 10_000_000, cash: null })
    expect(cost).toBe(buyingCostBound(FEES, [{ price: price('0.52'), quantity: contracts }]))
    expect(cost).toBeLessThanOrEqual(money('200'))
  })

  it('is a share of all that where calibration has throttled the profile, and one contract at least', () => {
    const { contracts, boundBy, cost, caps } = sizeOf(question())
    expect([caps.calibration, sizeOf(question({ share: 1 }))]).toEqual([null, { contracts, boundBy, cost, caps }])
    const quarter = sizeOf(question({ share: 0.25 }))
    expect(quarter).toMatchObject({ boundBy: 'calibration', contracts: Math.floor(contracts / 400) * 100 })
    expect(quarter.caps).toEqual({ ...caps, calibration: quarter.contracts })
    expect(quarter.cost).toBeLessThan(cost)
    expect(sizeOf(question({ share: 0.0001 })).contracts).toBe(100)
    expect(sizeOf(question({ share: 0.25, cash: money('0') })).contracts).toBe(0)
    expect(() => sizeOf(question({ share: 1.1 }))).toThrow('a share is within 0 … 1: calibration is 1.1')
  })

  it('counts the rounding of an account in whole cents', () => {
    const { contracts, cost } = sizeOf(question({ fees: feesOf(CLEARED_GRID), cash: money('0.54') }))
    expect([contracts, cost]).toEqual([100, 540_000])
    expect(sizeOf(question({ fees: feesOf(CLEARED_GRID), cash: money('0.539') })).contracts).toBe(0)
  })

  it.each([
    ['a probability of two', { lower: 2 }, 'not a probability: 2'],
    ['a bankroll below zero', { bankroll: money('-1') }, 'a bankroll is not below zero'],
    ['more than all', { shares: { ...SIZE_SHARES, perDay: 1.5 } }, 'perDay is 1.5'],
    ['a share that is none', { fraction: NaN }, 'fraction is NaN'],
  ])('refuses %s', (_what, change, message) => {
    expect(() => sizeOf(question(change))).toThrow(message)
  })
})

const SEED = seedOf()

describe(`laws of sizing, CROSSBOOK_SEED=${SEED}`, () => {
  const chances = new Chances(SEED)
  const probabilities = Array.from({ length: 300 }, () => chances.below(1_001) / 1_000)
  const bet = (probability: number, cents: number): ReturnType<typeof kellySize> =>
    kellySize({ probability, ask: price(cents * 100), bankroll: money('10000'), fraction: 0.25, capFraction: 1, fees: FEES })

  it('nothing is bet where the probability does not exceed the cost', () => {
    const bets = probabilities.map((p) => ({ p, ...bet(p, chances.upTo(99)) }))
    expect(bets.filter(({ p, cost, contracts }) => p <= cost && contracts !== 0)).toEqual([])
    expect(bets.some(({ contracts }) => contracts > 0)).toBe(true)
  })

  it('a dearer ask never buys more', () => {
    for (const p of probabilities) {
      const sizes = Array.from({ length: 99 }, (_, n) => bet(p, n + 1).contracts)
      expect(sizes.slice(1).filter((size, n) => size > (sizes[n] ?? NaN))).toEqual([])
    }
  })

  it('a ladder of one level without end is the closed form', () => {
    for (const p of probabilities.filter((each) => each < 1)) {
      const at = price(100 * chances.upTo(99))
      const endless = kellyLadder(p, [{ price: at, quantity: quantity(10 ** 13) }], money('1000'), FEES)
      const cost = costOf(at, FEES)
      const expected = (Math.max(0, fullKelly(p, cost)) * 1_000) / cost
      expect(Math.abs(endless.contracts - expected)).toBeLessThanOrEqual(1e-9 * (1 + expected))
    }
  })

  it('a size is whole, within every cap, bound by the smallest, and never costs more than is there', () => {
    for (const lower of probabilities) {
      const cash = money(chances.below(500_000_000))
      const asked = question({
        lower,
        cash,
        fees: chances.of([FEES, feesOf(CLEARED_GRID)]),
        maxPrice: price(100 * chances.upTo(99)),
        score: chances.below(101),
        asks: [40, 41, 55].map((cents) => ({ price: price(100 * cents), quantity: quantity(chances.upTo(500_000)) })),
        daySpent: money(chances.below(1_600_000_000)),
      })
      const { contracts, caps, boundBy, cost } = sizeOf(asked)
      expect(contracts % 100).toBe(0)
      expect(contracts).toBe(Math.min(...Object.values(caps).map((cap) => cap ?? Infinity)))
      expect(caps[boundBy]).toBe(contracts)
      expect(cost).toBeLessThanOrEqual(cash)
      expect(cost).toBeLessThanOrEqual(200_000_000)
    }
  })
})
