import fc from 'fast-check'
import { giveUp, type GiveUpInput } from '../../../src/core/stats/give-up'
import { holdOrUnwind } from '../../../src/core/stats/hold'
import { legValues } from '../../../src/core/stats/leg-values'
import { money, quantity } from '../../../src/core/units'

const INPUT: GiveUpInput = { edge: money('0.04'), unwindLoss: money('0.03'), fillAtPlan: 0.3, scale: money('0.02'), tick: money('0.01') }

describe('market-math §4 how much to give up', () => {
  it('is the maximum: no other concession is worth more, and no other tick', () => {
    const input = fc.record({
      edge: fc.integer({ min: 0, max: 200_000 }).map(money),
      unwindLoss: fc.integer({ min: 0, max: 200_000 }).map(money),
      fillAtPlan: fc.double({ min: 0, max: 0.99, noNaN: true }),
      scale: fc.integer({ min: 100, max: 100_000 }).map(money),
      tick: fc.constant(money('0.001')),
    })
    fc.assert(
      fc.property(input, (each) => {
        const { edge, unwindLoss, fillAtPlan, scale, tick } = each
        const valueAt = (x: number): number => {
          const filled = 1 - (1 - fillAtPlan) * Math.exp(-x / scale)
          return filled * (edge - x) - (1 - filled) * unwindLoss
        }
        const found = giveUp(each)
        const best = valueAt(found.concession)
        for (let x = 0; x <= edge + unwindLoss; x += tick) {
          expect(valueAt(x)).toBeLessThanOrEqual(best + 1e-4)
          expect(valueAt(x)).toBeLessThanOrEqual(found.expectedValue)
        }
      }),
      { numRuns: 200 },
    )
  })
  it('is nothing where a fill is certain enough, and the whole where a fill needs it', () => {
    expect(giveUp({ ...INPUT, edge: money(0), unwindLoss: money(0) })).toMatchObject({ concession: 0, ticks: 0 })
    expect(giveUp({ ...INPUT, fillAtPlan: 0.98 }).ticks).toBe(0)
  })
  it('does not overflow where the concession hardly helps', () => {
    const { concession } = giveUp({ ...INPUT, scale: money(10) })
    expect(concession).toBeGreaterThan(0)
    expect(concession).toBeLessThan(200)
  })
  it.each<Partial<GiveUpInput>>([
    { edge: money(-1) },
    { unwindLoss: money(-1) },
    { scale: money(0) },
    { tick: money(0) },
    { fillAtPlan: 1 },
  ])('refuses %j', (change) => expect(() => giveUp({ ...INPUT, ...change })).toThrow(RangeError))
})

describe('market-math §4 holding or unwinding', () => {
  const input = { fair: 0.42, wealth: money('1000'), contracts: quantity('50'), netBid: money('0.41') }
  it('is worth less than the fair price, by more the larger the position', () => {
    const small = holdOrUnwind(input).certaintyEquivalent
    const large = holdOrUnwind({ ...input, contracts: quantity('500') }).certaintyEquivalent
    expect(small / 1e6).toBeCloseTo(0.414065, 6)
    expect(large / 1e6).toBeCloseTo(0.37131, 6)
  })
  it('unwinds at a bid that is as good, and holds below it', () => {
    const sure = { ...input, fair: 1 }
    expect(holdOrUnwind({ ...sure, netBid: money('0.99') }).action).toBe('hold')
    expect(holdOrUnwind({ ...sure, netBid: money('1.01') }).action).toBe('unwind')
  })
  it.each([{ fair: 1.1 }, { wealth: money(0) }, { contracts: quantity(0) }])('refuses %j', (change) =>
    expect(() => holdOrUnwind({ ...input, ...change })).toThrow(RangeError),
  )
})

describe('market-math §4 the orders of the legs', () => {
  const odds = {
    edge: 0.012948,
    fill: { kalshi: 0.95, forecastex: 0.7 },
    unwindLoss: { kalshi: 0.053852, forecastex: 0.04 },
    survival: { kalshi: 0.97, forecastex: 0.85 },
  }
  it('names none where all lose', () => expect(legValues({ ...odds, edge: 0 }).best).toBeNull())
  it('without decay one after the other beats both at once by the other’s failures', () => {
    const { kalshiFirst, forecastexFirst, parallel } = legValues({ ...odds, survival: { kalshi: 1, forecastex: 1 } })
    expect(forecastexFirst - parallel).toBeCloseTo(0.95 * 0.3 * 0.053852, 12)
    expect(kalshiFirst - parallel).toBeCloseTo(0.7 * 0.05 * 0.04, 12)
  })
})
