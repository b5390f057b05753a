import fc from 'fast-check'
import { FILL_PRIOR_MAX, firstVenues, legOrderOf, orderValue } from '../../../src/core/box/leg-order'
import { subjectId, type Venue } from '../../../src/core/ids'
import { legValues } from '../../../src/core/stats/leg-values'
import { money } from '../../../src/core/units'
import { POLICY } from './fixture'

const SURE = { kalshi: 10_000, forecastex: 10_000 }

describe('E10 what an order of the legs is worth', () => {
  it('counts both fills, and the ForecastEx one seven times in ten at most, second or first', () => {
    // 0.95 · (0.7 · 1.00 − 0.3 · 2.00) and 0.7 · (0.95 · 1.00 − 0.05 · 2.00)
    expect(orderValue('kalshi', money('1'), money('2'), { kalshi: 9_500, forecastex: 9_900 })).toBe(95_000)
    expect(orderValue('forecastex', money('1'), money('2'), { kalshi: 9_500, forecastex: 9_900 })).toBe(595_000)
    expect(FILL_PRIOR_MAX).toBe(7_000)
  })
  it('takes a prior below the cap as it is', () =>
    expect(orderValue('kalshi', money('1'), money('1'), { kalshi: 10_000, forecastex: 2_000 })).toBe(-600_000))
  it('is rounded down, a loss too', () => {
    expect(orderValue('kalshi', money(0), money(1), SURE)).toBe(-1)
    expect(orderValue('kalshi', money(1), money(0), SURE)).toBe(0)
  })
  it('refuses figures that numbers do not hold exactly', () =>
    expect(() => orderValue('kalshi', money(2e12), money(0), SURE)).toThrow(RangeError))

  it('is never above the value of market-math §4 without decay, and less than 2 µ$ below it', () => {
    const micros = fc.integer({ min: 0, max: 50_000_000 })
    const chance = fc.integer({ min: 0, max: 10_000 })
    const of = (kalshi: number, forecastex: number): Readonly<Record<Venue, number>> => ({ kalshi, forecastex })
    fc.assert(
      fc.property(micros, micros, micros, chance, fc.integer({ min: 0, max: FILL_PRIOR_MAX }), (e, lossK, lossF, qK, qF) => {
        const exact = legValues({
          edge: e,
          fill: of(qK / 10_000, qF / 10_000),
          unwindLoss: of(lossK, lossF),
          survival: of(1, 1),
        })
        const found = of(
          orderValue('kalshi', money(e), money(lossK), of(qK, qF)),
          orderValue('forecastex', money(e), money(lossF), of(qK, qF)),
        )
        for (const [value, bound] of [
          [found.kalshi, exact.kalshiFirst],
          [found.forecastex, exact.forecastexFirst],
        ] as const) {
          expect(value).toBeLessThanOrEqual(bound + 1e-6)
          expect(value).toBeGreaterThan(bound - 2)
        }
      }),
    )
  })
})

describe('ruling 10 which leg is first', () => {
  it('kalshi-first asks for one order only', () => {
    expect(firstVenues('kalshi-first')).toEqual(['kalshi'])
    expect(firstVenues('by-expected-value')).toEqual(['kalshi', 'forecastex'])
  })

  const policy = { ...POLICY, legOrderOf: { 'u3-4.1': 'by-expected-value', 'u3-4.1.b': 'kalshi-first' } } as const
  it.each([
    ['u3-4.1', 'by-expected-value'],
    ['u3-4.1.a', 'by-expected-value'],
    ['u3-4.1.b', 'kalshi-first'],
    ['u3-4.2.a', 'kalshi-first'],
    ['u3', 'kalshi-first'],
  ])('of the pair %s: its own entry, else its base’s, else the house’s: %s', (pair, order) =>
    expect(legOrderOf(policy, subjectId(pair))).toBe(order),
  )
})
