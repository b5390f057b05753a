import fc from 'fast-check'
import type { Level } from '../../src/core/market/event'
import { FORECASTEX_REGIMES, forecastexCost } from '../../src/core/market/fees-forecastex'
import {
  CLEARED_GRID,
  DIRECT_GRID,
  kalshiOrderFees,
  kalshiRates,
  kalshiTradeFee,
  NEWEST_ROUNDING,
  type KalshiFillFee,
  type KalshiRates,
  type RoleFill,
} from '../../src/core/market/fees-kalshi'
import { formatMoney, money, notional, price, quantity, type Money, type Price, type Quantity } from '../../src/core/units'
import { Exchange, type ExchangeReports } from '../../src/sim/ibkr/exchange/exchange'
import type { Execution } from '../../src/sim/ibkr/exchange/orders'
import { chargeFee, multiplierOf, tradeFee, type BalancePrecision, type ChargedFee } from '../../src/sim/kalshi/fees'
import { FakeClock, FakeFaults, section, YES } from './ibkr/rig'

/**
 * The simulator charges by code of its own, so that one misreading of the fee rule cannot agree with itself. Here the two readings meet:
 * whatever is ordered, each fill costs the same by both (market-math §2.2, §2.4). A failure prints its seed and the smallest order.
 */

const GRIDS: Readonly<Record<BalancePrecision, Money>> = { direct: DIRECT_GRID, non_direct: CLEARED_GRID }
const ORDERS = { numRuns: 3_000 }

const cents = fc.integer({ min: 1, max: 99 }).map((cent) => (cent * 100) as Price)
const anywhere = fc.integer({ min: 1, max: 9_999 }).map((units) => units as Price)
const wholes = fc.integer({ min: 1, max: 500 }).map((count) => (count * 100) as Quantity)
const fractions = fc.integer({ min: 1, max: 50_000 }).map((units) => units as Quantity)
const fill = fc.record({
  price: fc.oneof(cents, anywhere),
  quantity: fc.oneof(wholes, fractions, fc.constant(quantity('0.01'))),
  role: fc.constantFrom('taker', 'maker'),
})

interface Order {
  readonly action: 'buy' | 'sell'
  readonly precision: BalancePrecision
  readonly feeType: 'quadratic' | 'quadratic_with_maker_fees' | 'quadratic_with_combo_maker_fees'
  /** As the venue writes it. */
  readonly multiplier: number
  readonly fills: readonly RoleFill[]
}
const order: fc.Arbitrary<Order> = fc.record({
  action: fc.constantFrom('buy', 'sell'),
  precision: fc.constantFrom('direct', 'non_direct'),
  feeType: fc.constantFrom('quadratic', 'quadratic_with_maker_fees', 'quadratic_with_combo_maker_fees'),
  multiplier: fc.constantFrom(0, 0.5, 1, 2),
  fills: fc.array(fill, { minLength: 1, maxLength: 12 }),
})

function ratesOf({ feeType, multiplier }: Order): KalshiRates {
  const rates = kalshiRates(feeType, multiplier * 10_000)
  if (!rates) throw new Error(`${feeType} has no rates`)
  return rates
}
const computed = (of: Order): readonly KalshiFillFee[] =>
  kalshiOrderFees({ action: of.action, rates: ratesOf(of), balanceGrid: GRIDS[of.precision], rounding: NEWEST_ROUNDING }, of.fills)

/** The change of cash before fees. */
const gross = (action: Order['action'], { price: at, quantity: of }: Level): Money => money((action === 'buy' ? -1 : 1) * notional(at, of))

function charged({ action, precision, feeType, multiplier, fills }: Order): readonly ChargedFee[] {
  const terms = { type: feeType, multiplier: multiplierOf(multiplier) }
  let accumulator = money(0)
  return fills.map((each) => {
    const fee = tradeFee(terms, each.role === 'taker', each.price, each.quantity)
    const result = chargeFee(gross(action, each), fee, accumulator, precision)
    accumulator = result.accumulator
    return result
  })
}
const sum = (amounts: readonly Money[]): number => amounts.reduce((total, amount) => total + amount, 0)

describe("the simulator's Kalshi fees and the product's", () => {
  it('agree on fee and cash of every fill, and so in total', () => {
    fc.assert(
      fc.property(order, (of) => {
        const [ours, theirs] = [computed(of), charged(of)]
        expect(theirs.map(({ fee, cashChange }) => [fee, cashChange])).toEqual(
          ours.map(({ netFee, balanceChange }) => [netFee, balanceChange]),
        )
        expect(sum(theirs.map(({ fee }) => fee))).toBe(sum(ours.map(({ netFee }) => netFee)))
      }),
      ORDERS,
    )
  })

  it('agree on the fee before rounding', () => {
    fc.assert(
      fc.property(order, fill, (of, { price: at, quantity: size, role }) => {
        const terms = { type: of.feeType, multiplier: multiplierOf(of.multiplier) }
        expect(tradeFee(terms, role === 'taker', at, size)).toBe(kalshiTradeFee(ratesOf(of)[role], at, size))
      }),
      ORDERS,
    )
  })

  it('keep the rule: cash on the grid, no negative fee, and cash is value and fee', () => {
    fc.assert(
      fc.property(order, (of) => {
        const results = charged(of)
        const values = of.fills.map((each) => gross(of.action, each))
        expect(results.map(({ fee, cashChange }) => cashChange + fee)).toEqual(values)
        expect(results.filter(({ fee, cashChange }) => fee < 0 || cashChange % GRIDS[of.precision] !== 0)).toEqual([])
      }),
      ORDERS,
    )
  })
})

const SILENT: ExchangeReports = {
  openOrder: () => undefined,
  orderStatus: () => undefined,
  execution: () => undefined,
  commission: () => undefined,
  orderError: () => undefined,
  whatIf: () => undefined,
  position: () => undefined,
  quotes: () => undefined,
}
const NO_OFFERS = { con_id: 800002, local_symbol: "FF Dec09'30 3.625 NO" }

/** What stands against a buyer of YES: bids for NO. */
interface Market {
  readonly bids: readonly (readonly [cent: number, size: number])[]
  readonly limit: number
  readonly size: number
  readonly feePerContract: Money
}
const market: fc.Arbitrary<Market> = fc.record({
  bids: fc.array(fc.tuple(fc.integer({ min: 1, max: 99 }), fc.integer({ min: 1, max: 200 })), { minLength: 1, maxLength: 6 }),
  limit: fc.integer({ min: 1, max: 99 }),
  size: fc.integer({ min: 1, max: 500 }),
  feePerContract: fc.constantFrom('0', '0.0025', '0.01', '0.02').map((text) => money(text)),
})
const dollarsOf = (cent: number): string => `0.${String(cent).padStart(2, '0')}`

/** Buys YES at once and gives what was executed and paid. */
function bought({ bids, limit, size, feePerContract }: Market): { readonly executions: readonly Execution[]; readonly paid: number } {
  const no = { ...NO_OFFERS, bids: bids.map(([cent, count]) => [dollarsOf(cent), count]) }
  const yes = { con_id: YES, local_symbol: "FF Dec09'30 3.625 YES", bids: [] }
  const settings = { fee_per_contract: formatMoney(feePerContract) }
  const options = { section: section({ contract: { yes, no }, settings }), clock: new FakeClock(), faults: new FakeFaults() }
  const exchange = new Exchange({ ...options, reports: SILENT, saved: null, commit: (work) => work() })
  const before = exchange.account.cash
  const ticket = { clientId: 7, orderId: exchange.orders.nextOrderId(7), action: 'BUY', orderType: 'LMT', tif: 'IOC', orderRef: 'cb-t1-b1' }
  const terms = { quantity: String(size), limit: dollarsOf(limit), account: '', buysByCash: false, transmit: true, whatIf: false }
  exchange.orders.place({ ...ticket, ...terms }, exchange.listings.contract(YES))
  return { executions: exchange.executions(), paid: before - exchange.account.cash }
}
const levelOf = ({ price: micros, size }: Execution): Level => ({ price: price(micros / 100), quantity: quantity(String(size)) })

describe("the simulator's ForecastEx fees and the product's", () => {
  it('agree on the commission of every execution and on the cash of the order', () => {
    let executed = 0
    fc.assert(
      fc.property(market, (of) => {
        const { executions, paid } = bought(of)
        const levels = executions.map(levelOf)
        executed += levels.length
        const fees = levels.map((level) => forecastexCost([level], of.feePerContract) - notional(level.price, level.quantity))
        expect(executions.map(({ commission }) => commission)).toEqual(fees)
        expect(paid).toBe(forecastexCost(levels, of.feePerContract))
      }),
      { numRuns: 500 },
    )
    expect(executed).toBeGreaterThan(100) // not vacuous: about one execution a run
  })

  it('start from the same fee and pair price', () => {
    const { fee_per_contract, pair_price } = section().settings
    expect(FORECASTEX_REGIMES.at(-1)).toMatchObject({ feePerContract: money(fee_per_contract), pairPrice: money(pair_price) })
  })
})
