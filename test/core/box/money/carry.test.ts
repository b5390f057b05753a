import { annualReturn, lockedDays } from '../../../../src/core/box/annual'
import { capitalHurdles, economicProfit } from '../../../../src/core/box/carry'
import { byAnnualReturn, type Ranked } from '../../../../src/core/box/rank'
import { ceilDiv, ceilMulDiv, floorDiv, floorMulDiv, millis, money } from '../../../../src/core/units'
import { Chances, seedOf } from '../../../chances'

const seed = seedOf()
const DAY = 86_400_000
const NOW = millis(Date.UTC(2026, 10, 22, 15))
/** 3.25 % and 3.14 % at the venues, 4 % elsewhere (market-math §3.3). */
const CARRY = { kalshi: 32_500, forecastex: 31_400, opportunity: 40_000 }
const NO_CARRY = { kalshi: 0, forecastex: 0, opportunity: 0 }

describe('the days until a box is cash', () => {
  const at = (days: number) => millis(NOW + days * DAY)
  it('are those of the later payout, begun ones counted whole', () => {
    expect(lockedDays({ kalshi: at(3), forecastex: at(19) }, NOW)).toBe(19)
    expect(lockedDays({ kalshi: millis(NOW + 1), forecastex: millis(at(18) + 1) }, NOW)).toBe(19)
  })
  it('are at least one, and unknown when a venue does not tell', () => {
    expect(lockedDays({ kalshi: NOW, forecastex: millis(NOW - DAY) }, NOW)).toBe(1)
    expect(lockedDays({ kalshi: null, forecastex: at(3) }, NOW)).toBeNull()
    expect(lockedDays({ kalshi: at(3), forecastex: null }, NOW)).toBeNull()
  })
})

describe('what capital earns (market-math §3.3: 100 at 0.42 and 0.54, 98.7052 for 19 days)', () => {
  const profit = money('1.2948')
  const capital = money('98.7052')
  const tiedUp = { premium: { kalshi: money('42'), forecastex: money('54') }, capital }
  it('is 25.20 % a year, rounded down', () => {
    expect(annualReturn(profit, capital, 19)).toBe(2_520)
    expect(annualReturn(money(-1), capital, 19)).toBe(-1)
  })
  it('is exact for sums beyond 2^53', () => {
    expect(annualReturn(money('90000000'), money('98000000'), 1)).toBe(Number((90_000_000n * 3_650_000n) / 98_000_000n))
  })
  it('is 1.2486 with the interest of both venues and the cost of the cash', () => {
    expect(economicProfit(profit, tiedUp, CARRY, 19)).toBe(1_248_594)
    expect(economicProfit(profit, tiedUp, NO_CARRY, 19)).toBe(profit)
  })
})

describe('the hurdle of each venue', () => {
  it('is what the cash would earn elsewhere less what it earns there, for the days, rounded up', () => {
    expect(capitalHurdles(CARRY, 365)).toEqual({ kalshi: 7_500, forecastex: 8_600 })
    expect(capitalHurdles(CARRY, 19)).toEqual({ kalshi: 391, forecastex: 448 })
  })
  it('is never below zero: interest is no reason to buy what loses', () =>
    expect(capitalHurdles({ ...CARRY, opportunity: 32_000 }, 365)).toEqual({ kalshi: 0, forecastex: 600 }))
  it('cannot be told without the days, and need not where nothing is asked of the cash', () => {
    expect(capitalHurdles(CARRY, null)).toBeNull()
    expect(capitalHurdles({ ...CARRY, opportunity: 0 }, null)).toEqual({ kalshi: 0, forecastex: 0 })
  })
})

describe('the order of finds', () => {
  const find = (annual: number | null, edge: number, capital: number): Ranked => ({
    annualReturn: annual,
    netEdge: money(edge),
    capital: money(capital),
  })
  const [best, second, third, unknown] = [find(300, 5, 9), find(200, 7, 9), find(200, 7, 10), find(null, 99, 1)]
  it('is by annual return, then profit, then less capital; what is not known comes last', () => {
    expect([unknown, third, find(200, 6, 1), second, best].toSorted(byAnnualReturn)).toEqual([
      best,
      second,
      third,
      find(200, 6, 1),
      unknown,
    ])
  })
  it('leaves equal ones as they came', () => {
    const [a, b] = [
      { ...unknown, name: 'a' },
      { ...unknown, name: 'b' },
    ]
    expect([a, b].toSorted(byAnnualReturn)).toEqual([a, b])
    expect([b, a].toSorted(byAnnualReturn)).toEqual([b, a])
  })
})

describe(`products and quotients (seed ${seed})`, () => {
  it('are exact whatever the product', () => {
    const chances = new Chances(seed)
    const any = (): number => (chances.below(2) === 0 ? -1 : 1) * chances.below(2 ** chances.below(32)) * chances.upTo(1_000)
    for (let n = 0; n < 20_000; n++) {
      const [a, b, divisor] = [any(), any(), chances.upTo(2 ** 31) * chances.upTo(1_000)]
      const product = BigInt(a) * BigInt(b)
      const floor = floorDiv(product, BigInt(divisor))
      if (!Number.isSafeInteger(Number(floor))) continue
      if (BigInt(floorMulDiv(a, b, divisor)) !== floor || BigInt(ceilMulDiv(a, b, divisor)) !== ceilDiv(product, BigInt(divisor)))
        throw new Error(`seed ${seed}: ${a} × ${b} ÷ ${divisor}`)
    }
  })
})
