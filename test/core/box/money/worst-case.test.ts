import { worstCase, worstCaseProfit, type WorstCaseInput } from '../../../../src/core/box/worst-case'
import type { WorstCase } from '../../../../src/core/box/finding'
import { buyingCostBound, sellingProceedsBound } from '../../../../src/core/market/fees'
import { forecastexCost } from '../../../../src/core/market/fees-forecastex'
import { CLEARED_GRID, kalshiTradeFee } from '../../../../src/core/market/fees-kalshi'
import { taken } from '../../../../src/core/market/ladder'
import { DOLLAR, payoffOf } from '../../../../src/core/box/payoff'
import { money, notional, price, quantity, type Price, type Quantity } from '../../../../src/core/units'
import { Chances, seedOf } from '../../../chances'
import { boxInput, level } from '../fixture'
import { anyFees, ladder, wholeLevels } from './books'

const seed = seedOf()
const BOOKS = 4_000
const NONE = quantity(0)

/** A plan that the gate lets pass: at both limits, and with the least payoff, nothing is lost. */
function anyPlan(chances: Chances, most: number): WorstCaseInput | null {
  const fees = anyFees(chances)
  const of = quantity(chances.upTo(most) * 100)
  const kalshi = chances.upTo(95) * 100
  const forecastex = 10_000 - kalshi - chances.below(1_500)
  const payoff = money(chances.below(4) === 0 ? 900_000 + chances.below(100_000) : DOLLAR)
  if (forecastex < 100) return null
  const first = chances.of(['kalshi', 'forecastex'] as const)
  const limits = { kalshi: kalshi as Price, forecastex: (forecastex - (forecastex % 100)) as Price }
  const leg = (venue: 'kalshi' | 'forecastex') => ({
    limit: limits[venue],
    costBound: buyingCostBound(fees[venue], [{ price: limits[venue], quantity: of }]),
  })
  const plan = { quantity: of, first, kalshi: leg('kalshi'), forecastex: leg('forecastex'), fees, payoff }
  if (plan.kalshi.costBound + plan.forecastex.costBound > payoffOf(payoff, of)) return null
  return { ...plan, ...depth(chances, plan, most) }
}
function depth(chances: Chances, { first, kalshi, forecastex }: Pick<WorstCaseInput, 'first' | 'kalshi' | 'forecastex'>, most: number) {
  const [held, missing] = first === 'kalshi' ? [kalshi.limit, forecastex.limit] : [forecastex.limit, kalshi.limit]
  const around = (at: number): number => at / 100 - 3 + chances.below(8)
  const exit = first === 'kalshi' ? ladder(chances, around(held) - 2, -1, 4, most) : ladder(chances, 100 - around(held) + 2, 1, 4, most)
  const ceiling = Math.min(9_900, missing + chances.below(6) * 100) as Price
  return { exit, completion: ladder(chances, around(missing), 1, 5, most), ceiling }
}

/** Every split of the whole contracts between both ways out, each at its best prices; what remains brings nothing. Written the long way. */
function bestCure(input: WorstCaseInput, rest: Quantity): number {
  const { first, fees, payoff, ceiling } = input
  const second = first === 'kalshi' ? 'forecastex' : 'kalshi'
  const beyond = wholeLevels(input.completion).filter((each) => each.price > input[second].limit && each.price <= ceiling)
  const exits = wholeLevels(input.exit)
  const whole = Math.floor(rest / 100) // dust is cured by nobody
  let best = 0
  for (let completed = 0; completed <= whole; completed++)
    for (let gone = 0; gone + completed <= whole; gone++) {
      const on = quantity(completed * 100)
      const out = quantity(gone * 100)
      const asks = taken(beyond, on)
      const back = taken(exits, out)
      const completing = completed === 0 ? 0 : payoffOf(payoff, sizeOf(asks)) - buyingCostBound(fees[second], asks)
      best = Math.max(best, completing + leaving(input, back))
    }
  return best
}
const sizeOf = (levels: readonly { quantity: Quantity }[]): Quantity => quantity(levels.reduce((sum, each) => sum + each.quantity, 0))
function leaving({ first, fees }: WorstCaseInput, back: ReturnType<typeof taken>): number {
  if (back.length === 0) return 0
  if (first === 'kalshi') return sellingProceedsBound(fees.kalshi, back)
  return payoffOf(DOLLAR, sizeOf(back)) - buyingCostBound(fees.forecastex, back)
}

interface Dearest {
  readonly modelled: number
  readonly limit: number
  readonly maximum: number
}
/** The dearest of all vectors whose Kalshi fill ends in one of these fractions of a contract. */
function bruteForce(input: WorstCaseInput, fractions: readonly number[]): Dearest {
  const dearest = { modelled: 0, limit: 0, maximum: 0 }
  const cures = new Map<Quantity, number>()
  for (const [q1, q2] of vectors(input, fractions)) {
    const { first, fees, payoff, ceiling } = input
    const second = first === 'kalshi' ? 'forecastex' : 'kalshi'
    const cost = (venue: typeof first, of: Quantity): number => buyingCostBound(fees[venue], [{ price: input[venue].limit, quantity: of }])
    const paid = cost(first, q1) + (q2 === 0 ? 0 : cost(second, q2)) - payoffOf(payoff, q2)
    const rest = quantity(q1 - q2)
    const whole = quantity(rest - (rest % 100))
    const cure = cures.get(rest) ?? bestCure(input, rest)
    cures.set(rest, cure)
    const completed = whole === 0 ? 0 : payoffOf(payoff, whole) - buyingCostBound(fees[second], [{ price: ceiling, quantity: whole }])
    dearest.modelled = Math.max(dearest.modelled, paid - cure)
    dearest.limit = Math.max(dearest.limit, paid - completed)
    dearest.maximum = Math.max(dearest.maximum, paid, paid - completed)
  }
  return dearest
}
/** E15: Kalshi fills hundredths; what ForecastEx answers with, or is asked for, is whole. */
function* vectors({ first, quantity: all }: WorstCaseInput, fractions: readonly number[]): Generator<readonly [Quantity, Quantity]> {
  const ofKalshi = Array.from({ length: all / 100 + 1 }, (_, n) => fractions.map((fraction) => n * 100 + fraction)).flat()
  for (const kalshi of ofKalshi.filter((of) => of <= all))
    for (let forecastex = 0; forecastex <= all; forecastex += 100) {
      const [q1, q2] = first === 'kalshi' ? [kalshi, forecastex] : [forecastex, kalshi]
      if (q1 > 0 && q2 <= q1) yield [quantity(q1), quantity(q2)]
    }
}

/** What one book shows; null: it holds. Each of up to four orders rounds to the balance grid, and each fee to a µ$. */
function fault(input: WorstCaseInput, found: WorstCase, brute: Dearest): string | null {
  const rounding = 4 * input.fees.kalshi.balanceGrid + 10
  const apart = (a: number, b: number): boolean => Math.abs(a - b) > rounding
  if (apart(found.modelledLoss, brute.modelled)) return `modelled ${found.modelledLoss}, by brute force ${brute.modelled}`
  if (apart(found.limitLoss, brute.limit)) return `at its limit ${found.limitLoss}, by brute force ${brute.limit}`
  if (apart(found.maximumLoss, brute.maximum)) return `at most ${found.maximumLoss}, by brute force ${brute.maximum}`
  if (found.unwindLoss > found.modelledLoss) return 'the whole first leg loses more than the dearest vector'
  return found.maximumLoss < found.modelledLoss ? 'the model loses more than can be lost' : null
}

function search(books: number, most: number, fractions: readonly number[]): Map<string, number> {
  const chances = new Chances(seed)
  const seen = new Map<string, number>()
  for (let n = 0; n < books;) {
    const input = anyPlan(chances, most)
    if (!input) continue
    n++
    const found = worstCase(input)
    const wrong = fault(input, found, bruteForce(input, fractions))
    if (wrong !== null) throw new Error(`seed ${seed}, book ${n}: ${wrong}: ${JSON.stringify(input)}`)
    const kind = `${input.first} ${found.first === input.quantity && found.second === 0 ? 'whole' : 'dust'}`
    seen.set(kind, (seen.get(kind) ?? 0) + 1)
  }
  return seen
}

describe(`the worst case (seed ${seed})`, () => {
  it(`is the dearest of all fills of both legs, in both orders: ${BOOKS} random books against brute force`, () => {
    const seen = search(BOOKS, 6, [0, 1, 37, 99])
    expect([...seen.keys()].sort()).toEqual(['forecastex dust', 'forecastex whole', 'kalshi dust', 'kalshi whole'])
  })
  it('E15 also over every hundredth of a contract that Kalshi may fill', () => {
    search(
      150,
      2,
      Array.from({ length: 100 }, (_, fraction) => fraction),
    )
  })
})

const { kalshi: KALSHI_FEES, forecastex: FORECASTEX_FEES } = boxInput().fees
function plan(change: Partial<WorstCaseInput> = {}): WorstCaseInput {
  if (KALSHI_FEES.kind !== 'priced') throw new Error('the fixture has fees')
  const of = quantity('100')
  return {
    quantity: of,
    first: 'kalshi',
    kalshi: { limit: price('0.42'), costBound: buyingCostBound(KALSHI_FEES, [{ price: price('0.42'), quantity: of }]) },
    forecastex: { limit: price('0.54'), costBound: buyingCostBound(FORECASTEX_FEES, [{ price: price('0.54'), quantity: of }]) },
    fees: { kalshi: KALSHI_FEES, forecastex: FORECASTEX_FEES },
    payoff: DOLLAR,
    ceiling: price('0.57'),
    exit: [level('0.40', '100')],
    completion: [level('0.54', '500')],
    ...change,
  }
}

describe('a box of a hundred, Kalshi first at 0.42 and ForecastEx at 0.54', () => {
  it('E10 loses 5.4052 by selling back at 0.40 and 43.7152 when nothing cures; with the most dust 5.7842, and 2.1309 completed at the ceiling', () =>
    expect(worstCase(plan())).toEqual({
      first: 9_999,
      second: NONE,
      unwindLoss: 5_405_200,
      modelledLoss: 5_784_000,
      limitLoss: 2_130_900,
      maximumLoss: 43_715_200,
    }))
  it('loses all of what the bids do not reach, and nothing by a crossed book', () => {
    expect(worstCase(plan({ exit: [] })).modelledLoss).toBe(43_715_200)
    expect(worstCase(plan({ exit: [level('0.90', '100')] })).unwindLoss).toBe(0)
  })
  it('does not count on the quotes that the second leg has just missed, nor on those above the ceiling', () => {
    const sold = worstCase(plan()).modelledLoss
    expect(worstCase(plan({ completion: [level('0.53', '500'), level('0.54', '500')] })).modelledLoss).toBe(sold)
    expect(worstCase(plan({ completion: [level('0.58', '500')] })).modelledLoss).toBe(sold)
  })
  it('takes the cheaper way contract by contract: sixty completed at 0.55, forty sold', () => {
    const both = worstCase(plan({ completion: [level('0.55', '60')] }))
    // 60 × (0.55 + 0.01) for 60 dollars, and 40 sold at 0.40 less the fee and the slack
    expect(both.unwindLoss).toBe(43_715_200 - 60 * 440_000 - (16_000_000 - 672_000 - 4_000))
  })
  it('E15 counts the dust that nobody cures', () => {
    const completing = worstCase(plan({ exit: [], completion: [level('0.55', '100')] }))
    expect(completing).toMatchObject({ first: 99, second: 0, unwindLoss: 0 })
    expect(completing.modelledLoss).toBeGreaterThan(430_000)
  })
  it('pays less than a dollar in the worst state of its certificate', () => {
    const hazard = worstCase(plan({ payoff: money(970_000) }))
    expect(hazard.limitLoss - worstCase(plan()).limitLoss).toBe(2_970_000) // of the 99 that can be completed
  })
  it('nets at ForecastEx when that leg is first', () => {
    const netted = worstCase(plan({ first: 'forecastex', exit: [level('0.48', '100')], completion: [], ceiling: price('0.45') }))
    // 54 + 1 paid; a pair of YES and NO is a dollar, the other half costs 0.48 + 0.01
    expect(netted.unwindLoss).toBe(4_000_000)
    expect(netted).toMatchObject({ first: 10_000, second: 1, maximumLoss: 55_000_000 })
  })
})

/** Kalshi's fee in whole cents of the whole leg; A: a cent of fee and a cent of buffer at the other venue, C: the buffer alone, N: neither. */
describe('the boxes of the first systems (seed-behaviour §6)', () => {
  it.each([
    ['0.46', '0.50', '1', '0.04', '0.02', { A: '0.00', C: '0.01', N: '0.02' }],
    ['0.46', '0.50', '10', '0.40', '0.18', { A: '0.02', C: '0.12', N: '0.22' }],
    ['0.30', '0.66', '25', '1.00', '0.37', { A: '0.13', C: '0.38', N: '0.63' }],
    ['0.90', '0.06', '20', '0.80', '0.13', { A: '0.27', C: '0.47', N: '0.67' }],
    ['0.48', '0.51', '10', '0.10', '0.18', { A: '-0.28', C: '-0.18', N: '-0.08' }],
  ])('Kalshi at %s and the other at %s, %s contracts: $%s gross, $%s of fee', (kalshi, other, contracts, gross, fee, net) => {
    const of = quantity(contracts)
    const tradeFee = kalshiTradeFee(7_000_000, price(kalshi), of, CLEARED_GRID)
    const paid = notional(price(kalshi), of)
    const payoff = payoffOf(DOLLAR, of)
    const profit = (perContract: string): number =>
      worstCaseProfit(payoff, money(paid + tradeFee), forecastexCost([{ price: price(other), quantity: of }], money(perContract)))
    expect([tradeFee, worstCaseProfit(payoff, paid, notional(price(other), of))]).toEqual([money(fee), money(gross)])
    expect({ A: profit('0.02'), C: profit('0.01'), N: profit('0') }).toEqual({ A: money(net.A), C: money(net.C), N: money(net.N) })
  })
})
