import fc from 'fast-check'
import type { Level } from '../../../src/core/market/event'
import { buyingCostBound, forecastexFees, kalshiFees } from '../../../src/core/market/fees'
import { regimeAt } from '../../../src/core/market/fees-forecastex'
import {
  CLEARED_GRID,
  DIRECT_GRID,
  kalshiCostUpperBound,
  kalshiOrderFees,
  kalshiProceedsLowerBound,
  kalshiRates,
  kalshiTradeFee,
  NEWEST_ROUNDING,
  perContractCeilFee,
  roundingAt,
  slackPerContract,
  type KalshiBound,
  type RoleFill,
} from '../../../src/core/market/fees-kalshi'
import { complement, millis, money, notional, price, quantity, type Price, type Quantity } from '../../../src/core/units'

const RATE = 7_000_000
const anyPrice = fc.integer({ min: 1, max: 9999 }).map((units) => units as Price)
const centPrice = fc.integer({ min: 1, max: 99 }).map((cents) => (cents * 100) as Price)
const anyQuantity = fc.integer({ min: 1, max: 100_000 }).map((units) => units as Quantity)
const anyRate = fc.constantFrom(0, RATE / 2, RATE, 2 * RATE)

describe('the Kalshi trade fee', () => {
  it('is the same for a price and its complement', () => {
    fc.assert(
      fc.property(
        anyRate,
        anyPrice,
        anyQuantity,
        (rate, at, of) => kalshiTradeFee(rate, at, of) === kalshiTradeFee(rate, complement(at), of),
      ),
    )
  })
  it('grows with the quantity, and never by splitting less', () => {
    fc.assert(
      fc.property(anyRate, anyPrice, anyQuantity, anyQuantity, (rate, at, a, b) => {
        const whole = kalshiTradeFee(rate, at, quantity(a + b))
        expect(whole).toBeGreaterThanOrEqual(kalshiTradeFee(rate, at, a))
        expect(whole).toBeLessThanOrEqual(kalshiTradeFee(rate, at, a) + kalshiTradeFee(rate, at, b))
      }),
    )
  })
  it.each([
    ['1', '0.50', '0.017500', '0.02'],
    ['1', '0.01', '0.000693', '0.01'],
    ['10', '0.48', '0.174720', '0.18'],
    ['100', '0.48', '1.747200', '1.75'],
    ['33', '0.07', '0.150381', '0.16'],
    ['25', '0.85', '0.223125', '0.23'],
  ])('of %s contracts at %s is $%s, and $%s where it is charged in whole cents (seed-behaviour §6)', (contracts, at, exact, cents) => {
    expect(kalshiTradeFee(RATE, price(at), quantity(contracts))).toBe(money(exact))
    expect(kalshiTradeFee(RATE, price(at), quantity(contracts), CLEARED_GRID)).toBe(money(cents))
  })
  it('is exact where floats are not: 0.07 · 4 · 0.5 · 0.5 is 7 cents', () => {
    expect(kalshiTradeFee(RATE, price('0.5'), quantity('4'))).toBe(70_000)
  })
  it('refuses what has no published formula', () => {
    expect([kalshiRates('flat', 10_000), kalshiRates('cubic', 10_000), kalshiRates('quadratic', -1)]).toEqual([null, null, null])
    const rounding = { balanceGrid: DIRECT_GRID, slackPerContract: money(100) }
    const refused = kalshiFees({ feeType: 'flat', multiplier: 10_000, fetchedAtMs: millis(0) }, rounding)
    expect(refused).toEqual({ kind: 'cannot-be-priced', reason: 'fee type "flat" with multiplier 10000 has no published formula' })
  })
  it('charges makers by the fee type', () => {
    const makers = ['quadratic', 'quadratic_with_maker_fees', 'quadratic_with_combo_maker_fees'].map(
      (type) => kalshiRates(type, 10_000)?.maker,
    )
    expect(makers).toEqual([0, RATE / 4, RATE / 2])
  })
})

interface Account {
  readonly bound: KalshiBound
  readonly prices: fc.Arbitrary<Price>
  readonly lot: number
}
const account = (balanceGrid: typeof DIRECT_GRID, fractionalFills: boolean, subCentTicks: boolean): ((rate: number) => Account) => {
  const slack = slackPerContract({ balanceGrid, fractionalFills, subCentTicks })
  return (rate) => ({
    bound: { rates: { taker: rate, maker: 0 }, balanceGrid, slackPerContract: slack },
    prices: subCentTicks ? anyPrice : centPrice,
    lot: fractionalFills ? 1 : 100,
  })
}
const ACCOUNTS = [
  account(DIRECT_GRID, false, true),
  account(DIRECT_GRID, true, false),
  account(DIRECT_GRID, true, true),
  account(CLEARED_GRID, false, false),
  account(CLEARED_GRID, false, true),
  account(CLEARED_GRID, true, false),
]
/** An order's levels, each cut into fills of the account's lot at random: mostly the smallest ones, the worst case. */
const anyFragmentation = fc.tuple(fc.constantFrom(...ACCOUNTS), anyRate).chain(([of, rate]) => {
  const { bound, prices, lot } = of(rate)
  const sizes = fc.array(fc.oneof({ weight: 3, arbitrary: fc.constant(1) }, { weight: 1, arbitrary: fc.integer({ min: 1, max: 300 }) }), {
    minLength: 1,
    maxLength: 60,
  })
  return fc
    .array(fc.record({ price: prices, sizes: sizes.map((all) => all.map((size) => (size * lot) as Quantity)) }), {
      minLength: 1,
      maxLength: 3,
    })
    .map((levels) => ({ bound, levels }))
})

function sent(
  action: 'buy' | 'sell',
  bound: KalshiBound,
  levels: readonly { readonly price: Price; readonly sizes: readonly Quantity[] }[],
): { readonly cash: number; readonly ladder: readonly Level[] } {
  const fills: RoleFill[] = levels.flatMap(({ price: at, sizes }) =>
    sizes.map((size) => ({ price: at, quantity: size, role: 'taker' as const })),
  )
  const fees = kalshiOrderFees({ action, rates: bound.rates, balanceGrid: bound.balanceGrid, rounding: NEWEST_ROUNDING }, fills)
  for (const { netFee, balanceChange } of fees) {
    expect(netFee).toBeGreaterThanOrEqual(0)
    expect(Math.abs(balanceChange % bound.balanceGrid)).toBe(0)
  }
  const ladder = levels.map(({ price: at, sizes }) => ({ price: at, quantity: quantity(sizes.reduce((sum, size) => sum + size, 0)) }))
  return { cash: fees.reduce((sum, { balanceChange }) => sum + balanceChange, 0), ladder }
}

describe('the bounds of an order', () => {
  it('hold for any fragmentation of a purchase', () => {
    const check = ({ bound, levels }: { bound: KalshiBound; levels: { price: Price; sizes: Quantity[] }[] }): void => {
      const { cash, ladder } = sent('buy', bound, levels)
      expect(-cash).toBeLessThanOrEqual(kalshiCostUpperBound(ladder, bound))
    }
    fc.assert(fc.property(anyFragmentation, check), { numRuns: 500 })
  })
  it('hold for any fragmentation of a sale', () => {
    const check = ({ bound, levels }: { bound: KalshiBound; levels: { price: Price; sizes: Quantity[] }[] }): void => {
      const { cash, ladder } = sent('sell', bound, levels)
      expect(cash).toBeGreaterThanOrEqual(kalshiProceedsLowerBound(ladder, bound))
    }
    fc.assert(fc.property(anyFragmentation, check), { numRuns: 500 })
  })
  it('at the limit hold for every better fill (limit-price lemma)', () => {
    const bound: KalshiBound = { rates: { taker: 2 * RATE, maker: 0 }, balanceGrid: DIRECT_GRID, slackPerContract: money(100) }
    const check = (a: Price, b: Price, of: Quantity): void => {
      const [better, limit] = a < b ? [a, b] : [b, a]
      expect(kalshiCostUpperBound([{ price: better, quantity: of }], bound)).toBeLessThanOrEqual(
        kalshiCostUpperBound([{ price: limit, quantity: of }], bound),
      )
    }
    fc.assert(fc.property(anyPrice, anyPrice, anyQuantity, check))
  })
  it('never exceed the cent ceiling per contract for whole contracts on cent ticks', () => {
    const check = (at: Price, sizes: readonly number[]): void => {
      const fills: RoleFill[] = sizes.map((size) => ({ price: at, quantity: quantity(size * 100), role: 'taker' }))
      const fees = kalshiOrderFees(
        { action: 'buy', rates: { taker: RATE, maker: 0 }, balanceGrid: CLEARED_GRID, rounding: NEWEST_ROUNDING },
        fills,
      )
      const all = quantity(sizes.reduce((sum, size) => sum + size, 0) * 100)
      expect(fees.reduce((sum, { netFee }) => sum + netFee, 0)).toBeLessThanOrEqual(perContractCeilFee(RATE, at, all))
    }
    fc.assert(fc.property(centPrice, fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 30 }), check))
  })
  it.each([
    [DIRECT_GRID, false, true, 1],
    [DIRECT_GRID, true, false, 100],
    [DIRECT_GRID, true, true, 10_000],
    [CLEARED_GRID, false, false, 1],
    [CLEARED_GRID, false, true, 10_000],
    [CLEARED_GRID, true, false, 1_000_000],
  ])('grid %s, fractional fills %s, sub-cent ticks %s: %s µ$ of slack', (balanceGrid, fractionalFills, subCentTicks, slack) => {
    expect(slackPerContract({ balanceGrid, fractionalFills, subCentTicks })).toBe(slack)
  })
})

describe('dated rules', () => {
  it("Kalshi's spring text rebates whole cents only when the accumulator exceeds one", () => {
    const rounding = roundingAt(millis(Date.UTC(2026, 4, 1)))
    const fills: RoleFill[] = Array.from({ length: 10 }, () => ({ price: price('0.5'), quantity: quantity('1'), role: 'taker' }))
    const fees = kalshiOrderFees({ action: 'buy', rates: { taker: RATE, maker: 0 }, balanceGrid: CLEARED_GRID, rounding }, fills)
    expect(fees.map(({ rebate }) => rebate / 10_000)).toEqual([0, 0, 0, 0, 1, 0, 0, 0, 1, 0])
    expect(fees.reduce((sum, { netFee }) => sum + netFee, 0)).toBe(180_000)
  })
  it('knows no rule before the first', () => {
    expect(() => roundingAt(millis(0))).toThrow('no Kalshi rounding rule')
  })
  it('the ForecastEx cent is explicit from 2026-03-31, inside the price before', () => {
    expect(regimeAt(millis(Date.UTC(2026, 2, 30, 23, 59)))).toMatchObject({ feePerContract: 0, pairPrice: 1_010_000 })
    expect(regimeAt(millis(Date.UTC(2026, 2, 31)))).toMatchObject({ feePerContract: 10_000, pairPrice: 1_000_000 })
    expect(() => regimeAt(millis(5), [])).toThrow('add one with effectiveFrom')
    const fees = forecastexFees(millis(Date.UTC(2026, 10, 21)))
    expect(buyingCostBound(fees, [{ price: price('0.54'), quantity: quantity('100') }])).toBe(notional(price('0.55'), quantity('100')))
  })
})

describe('the bounds of an order', () => {
  const FEE_SCALE = 10n ** 12n
  const up = (value: bigint, unit: bigint): bigint => (value + unit - 1n) / unit
  /** As market-math §2.5 has them, in fractions of any size. */
  function exactly(
    levels: readonly Level[],
    { rates, slackPerContract, balanceGrid }: KalshiBound,
  ): readonly [cost: number, proceeds: number] {
    const sum = (of: (level: Level) => bigint): bigint => levels.reduce((all, level) => all + of(level), 0n)
    const value = sum(({ price: at, quantity: of }) => BigInt(at) * BigInt(of))
    const fee = sum(({ price: at, quantity: of }) => BigInt(rates.taker) * BigInt(of) * BigInt(at) * BigInt(10_000 - at))
    const charges = up(fee, FEE_SCALE) + up(BigInt(slackPerContract) * sum(({ quantity: of }) => BigInt(of)), 100n)
    const grid = BigInt(balanceGrid)
    const left = value - charges
    const down = left >= 0n ? left / grid : -up(-left, grid)
    return [Number(up(value + charges, grid) * grid), Number(down * grid)]
  }
  const anyLevels = (most: number) =>
    fc.array(fc.record({ price: anyPrice, quantity: fc.integer({ min: 1, max: most }).map((units) => units as Quantity) }), {
      maxLength: 6,
    })

  it.each([100_000, 2_147_483_647])('are exact in plain numbers and beyond them, up to %i hundredths a level', (most) => {
    fc.assert(
      fc.property(
        anyLevels(most),
        fc.constantFrom(0, 1, RATE, 7 * RATE + 1, 90 * RATE + 1),
        fc.constantFrom(0, 1, 100, 10_000),
        fc.constantFrom(DIRECT_GRID, CLEARED_GRID),
        (levels, taker, slack, balanceGrid) => {
          const bound = { rates: { taker, maker: 0 }, slackPerContract: money(slack), balanceGrid }
          expect([kalshiCostUpperBound(levels, bound), kalshiProceedsLowerBound(levels, bound)]).toEqual(exactly(levels, bound))
        },
      ),
      { numRuns: 1_000 },
    )
  })
})
