import fc from 'fast-check'
import { arbSize, type SizedBox, type SizingInput } from '../../../src/core/box/size'
import type { Level } from '../../../src/core/market/event'
import { forecastexCost } from '../../../src/core/market/fees-forecastex'
import { CLEARED_GRID, DIRECT_GRID, kalshiCostUpperBound } from '../../../src/core/market/fees-kalshi'
import { taken } from '../../../src/core/market/ladder'
import { money, notional, ONE_DOLLAR, price, quantity, type Money, type Price, type Quantity } from '../../../src/core/units'

const RATE = 7_000_000
/** Cent asks from around `cheapest`, best first. */
const asks = (cheapest: number): fc.Arbitrary<Level[]> =>
  fc
    .uniqueArray(fc.record({ cents: fc.integer({ min: cheapest, max: cheapest + 8 }), size: fc.integer({ min: 1, max: 60 }) }), {
      minLength: 1,
      maxLength: 5,
      selector: ({ cents }) => cents,
    })
    .map((levels) =>
      levels
        .sort((a, b) => a.cents - b.cents)
        .map(({ cents, size }) => ({ price: (cents * 100) as Price, quantity: (size * 100) as Quantity })),
    )
const anyInput: fc.Arbitrary<SizingInput> = fc
  .tuple(
    fc.integer({ min: 5, max: 88 }),
    fc.integer({ min: -4, max: 3 }),
    fc.constantFrom(0, RATE, 2 * RATE),
    fc.constantFrom(DIRECT_GRID, CLEARED_GRID),
  )
  .chain(([cents, gap, taker, balanceGrid]) =>
    fc.record({
      kalshiAsks: asks(cents),
      forecastexAsks: asks(Math.max(1, 94 - cents + gap)),
      kalshiFees: fc.constant({ rates: { taker, maker: 0 }, balanceGrid, slackPerContract: money(balanceGrid === DIRECT_GRID ? 100 : 1) }),
      forecastexFeePerContract: fc.constantFrom(money(0), money(10_000)),
    }),
  )
const profitOf = (input: SizingInput, of: Quantity): number =>
  notional(ONE_DOLLAR, of) -
  kalshiCostUpperBound(taken(input.kalshiAsks, of), input.kalshiFees) -
  forecastexCost(taken(input.forecastexAsks, of), input.forecastexFeePerContract)
const contracts = (input: SizingInput): number => {
  const sized = arbSize(input)
  return sized.kind === 'sized' ? sized.quantity / 100 : 0
}
/** Without the worst-case gate, which may refuse a good size: all of what the walk found. */
const profit = (input: SizingInput): number => {
  const sized = arbSize(input)
  return sized.kind === 'sized' ? sized.snapshotProfitLowerBound : 0
}

describe('the size of a box', () => {
  it('keeps every figure of its own promise', () => {
    const check = (input: SizingInput): void => {
      const sized = arbSize(input)
      if (sized.kind !== 'sized') return
      expect(sized.worstCaseProfit).toBeGreaterThanOrEqual(0)
      expect(sized.worstCaseProfit).toBeLessThanOrEqual(sized.snapshotProfitLowerBound)
      expect(sized.expectedKalshiDebit).toBeLessThanOrEqual(sized.kalshiCostUpperBound)
      expect(sized.snapshotProfitLowerBound).toBe(profitOf(input, sized.quantity))
    }
    fc.assert(fc.property(anyInput, check), { numRuns: 400 })
  })

  it('respects every cap', () => {
    const caps = fc.record({
      maxContracts: fc.integer({ min: 0, max: 50 }),
      kalshiCash: fc.integer({ min: 0, max: 30_000_000 }),
      forecastexCash: fc.integer({ min: 0, max: 30_000_000 }),
      maxCapital: fc.integer({ min: 0, max: 40_000_000 }),
    })
    const check = (
      input: SizingInput,
      cap: { maxContracts: number; kalshiCash: number; forecastexCash: number; maxCapital: number },
    ): void => {
      const money3 = { kalshiCash: money(cap.kalshiCash), forecastexCash: money(cap.forecastexCash), maxCapital: money(cap.maxCapital) }
      const sized = arbSize({ ...input, ...money3, maxContracts: quantity(cap.maxContracts * 100) })
      if (sized.kind === 'sized') expect(fits(sized, cap)).toBe(true)
    }
    fc.assert(fc.property(anyInput, caps, check), { numRuns: 400 })
  })

  it('is never raised by a dearer fee, hurdle or slack', () => {
    const check = (input: SizingInput, more: number): void => {
      const gated = { ...input, minProfit: money(-1_000_000_000) }
      const slack = { ...gated, kalshiFees: { ...input.kalshiFees, slackPerContract: money(input.kalshiFees.slackPerContract + more) } }
      const fee = { ...gated, forecastexFeePerContract: money(input.forecastexFeePerContract + more) }
      const hurdle = { ...gated, kalshiHurdle: more }
      for (const dearer of [slack, fee, hurdle]) if (contracts(gated) > 0) expect(contracts(dearer)).toBeLessThanOrEqual(contracts(gated))
    }
    fc.assert(fc.property(anyInput, fc.integer({ min: 1, max: 20_000 }), check), { numRuns: 300 })
  })

  it('earns no less with a better level, beyond rounding and the worst-case gate', () => {
    const check = (input: SizingInput, size: number): void => {
      const best = input.kalshiAsks[0]
      if (!best || best.price <= 100) return
      const better = { ...input, kalshiAsks: [{ price: (best.price - 100) as Price, quantity: quantity(size * 100) }, ...input.kalshiAsks] }
      const after = arbSize(better)
      if (after.kind === 'sized')
        expect(after.snapshotProfitLowerBound).toBeGreaterThanOrEqual(profit(input) - input.kalshiFees.balanceGrid)
    }
    fc.assert(fc.property(anyInput, fc.integer({ min: 1, max: 40 }), check), { numRuns: 300 })
  })

  it('is nothing without a crossed price, and says why', () => {
    const level = (cents: number): Level => ({ price: (cents * 100) as Price, quantity: quantity('50') })
    const fees = { rates: { taker: RATE, maker: 0 }, balanceGrid: DIRECT_GRID, slackPerContract: money(100) }
    const input = { kalshiAsks: [level(50)], forecastexAsks: [level(48)], kalshiFees: fees, forecastexFeePerContract: money(10_000) }
    expect(arbSize(input)).toEqual({ kind: 'nothing', because: 'no margin' })
    const crossed = { ...input, kalshiAsks: [level(42)] }
    expect(arbSize({ ...crossed, maxContracts: quantity('0.5') })).toEqual({ kind: 'nothing', because: 'below the minimum lot' })
    expect(arbSize({ ...crossed, minProfit: money('1000') })).toEqual({ kind: 'nothing', because: 'below the minimum profit' })
    const free = { ...fees, rates: { taker: 0, maker: 0 }, slackPerContract: money(0) }
    const even = { ...input, kalshiFees: free, forecastexFeePerContract: money(0), forecastexAsks: [level(50)] }
    expect(arbSize(even)).toEqual({ kind: 'nothing', because: 'no margin' })
    expect(arbSize({ ...crossed, minMargin: money('0.09') })).toEqual({ kind: 'nothing', because: 'no margin' })
  })
})

it('is refused when the displayed levels earn but all contracts at the limits would not, after rounding', () => {
  const level = (at: string, of: string): Level => ({ price: price(at), quantity: quantity(of) })
  const fees = { rates: { taker: 0, maker: 0 }, balanceGrid: CLEARED_GRID, slackPerContract: money(1) }
  const input = {
    kalshiAsks: [level('0.40', '1'), level('0.505', '1')],
    forecastexAsks: [level('0.494', '2')],
    kalshiFees: fees,
    forecastexFeePerContract: money(0),
  }
  expect(arbSize(input)).toEqual({ kind: 'nothing', because: 'worst case below zero' })
})

function fits(sized: SizedBox, cap: { maxContracts: number; kalshiCash: number; forecastexCash: number; maxCapital: number }): boolean {
  const both: Money = money(sized.kalshiCostUpperBound + sized.forecastexCost)
  return (
    sized.quantity <= cap.maxContracts * 100 &&
    sized.kalshiCostUpperBound <= cap.kalshiCash &&
    sized.forecastexCost <= cap.forecastexCash &&
    both <= cap.maxCapital
  )
}
