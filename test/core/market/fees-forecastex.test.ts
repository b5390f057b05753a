import fc from 'fast-check'
import { marketId, tradeId, type Outcome } from '../../../src/core/ids'
import { balancesOf } from '../../../src/core/ledger/balances'
import { netPnl } from '../../../src/core/ledger/pnl'
import { deposit, fillBuy, netPair, settle, type Transfer } from '../../../src/core/ledger/postings'
import { payoutOf } from '../../../src/core/ledger/settlement'
import { buyingCostBound, forecastexFees } from '../../../src/core/market/fees'
import { forecastexCost, forecastexFee, regimeAt, type ForecastexRegime } from '../../../src/core/market/fees-forecastex'
import {
  millis,
  money,
  notional,
  ONE_DOLLAR,
  price,
  quantity,
  type Millis,
  type Money,
  type Price,
  type Quantity,
} from '../../../src/core/units'

const NOW = millis(Date.UTC(2026, 10, 21))
const BEFORE = millis(Date.UTC(2026, 2, 30))
const MARKET = marketId('751')

/** A ForecastEx account: every purchase at the regime of its time, nettings and payouts as the exchange makes them. */
class Account {
  readonly transfers: Transfer[] = [
    deposit({ id: 'opening', tradeId: null, atMs: NOW, purses: [{ purse: 'forecastex', cash: money('1000000') }] }),
  ]
  readonly #costs: Record<Outcome, number> = { yes: 0, no: 0 }

  constructor(readonly atMs: Millis = NOW) {}

  #entry() {
    return { id: String(this.transfers.length), tradeId: tradeId('t1'), atMs: this.atMs, purse: 'forecastex', market: MARKET } as const
  }
  buy(side: Outcome, contracts: Quantity, at: Price): this {
    const value = notional(at, contracts)
    const fee = forecastexFee(contracts, regimeAt(this.atMs))
    this.#costs[side] += value
    this.transfers.push(fillBuy({ ...this.#entry(), side, notional: value, fee, paidFrom: 'cash' }))
    return this
  }
  net(pairs: Quantity): this {
    const { yes, no } = this.#costs
    const proceeds = notional(ONE_DOLLAR, pairs)
    this.transfers.push(netPair({ ...this.#entry(), proceeds, yesCost: money(yes), noCost: money(no) }))
    return this
  }
  settle(side: Outcome, contracts: Quantity, yesPays: string): this {
    const payout = payoutOf(side, contracts, money(yesPays))
    this.transfers.push(settle({ ...this.#entry(), side, payout, costBasis: money(this.#costs[side]) }))
    return this
  }
  get earned(): number {
    return netPnl(balancesOf(this.transfers))
  }
  get cash(): number {
    return (balancesOf(this.transfers).get('cash:forecastex') ?? 0) - money('1000000')
  }
}
const HUNDRED = quantity('100')

describe('the worked examples of ibkr-forecastex §5', () => {
  it('A: hold to settlement, 100 YES at 0.58', () => {
    expect(new Account().buy('yes', HUNDRED, price('0.58')).cash).toBe(money('-59'))
    expect(new Account().buy('yes', HUNDRED, price('0.58')).settle('yes', HUNDRED, '1').earned).toBe(money('41'))
    expect(new Account().buy('yes', HUNDRED, price('0.58')).settle('yes', HUNDRED, '0').earned).toBe(money('-59'))
  })
  it('B: arbitrage, ForecastEx YES at 0.56 and Kalshi NO at 0.40: the leg costs 57.00, and with 41.68 there 1.32 are locked', () => {
    const { cash } = new Account().buy('yes', HUNDRED, price('0.56'))
    expect([cash, money('100') + cash - money('41.68')]).toEqual([money('-57'), money('1.32')])
  })
  it('C: leave by the opposite purchase, 100 YES at 0.56 and 100 NO at 0.41: both pay their cent, the pair is a dollar at once', () => {
    const left = new Account().buy('yes', HUNDRED, price('0.56')).buy('no', HUNDRED, price('0.41')).net(HUNDRED)
    expect([left.earned, left.cash]).toEqual([money('1'), money('1')])
  })
  it('D: a failed hedge unwound at once, YES at 0.58 and NO at 0.44', () => {
    expect(new Account().buy('yes', HUNDRED, price('0.58')).buy('no', HUNDRED, price('0.44')).net(HUNDRED).cash).toBe(money('-4'))
  })
  it('E: no coupon is counted before it is paid', () => {
    expect(new Account().buy('yes', HUNDRED, price('0.60')).cash).toBe(money('-61'))
  })
  it('F: before 2026-03-31 the cent is inside the price: YES 0.58 and NO 0.43 make a pair of 1.01, and nothing is charged', () => {
    expect(regimeAt(BEFORE).pairPrice).toBe(money('0.58') + money('0.43'))
    expect(new Account(BEFORE).buy('yes', HUNDRED, price('0.58')).buy('no', HUNDRED, price('0.43')).net(HUNDRED).cash).toBe(money('-1'))
  })
})

const cents = fc.integer({ min: 1, max: 99 }).map((cent) => (cent * 100) as Price)
const wholes = fc.integer({ min: 1, max: 10_000 }).map((count) => (count * 100) as Quantity)
const side = fc.constantFrom<Outcome>('yes', 'no')

describe('for any purchases', () => {
  it('cash is Σ price × quantity + Σ a cent a contract, whatever the fragmentation and the price', () => {
    fc.assert(
      fc.property(side, fc.array(fc.record({ at: cents, of: wholes }), { minLength: 1, maxLength: 10 }), (outcome, fills) => {
        const account = new Account()
        for (const { at, of } of fills) account.buy(outcome, of, at)
        const contracts = fills.reduce((sum, { of }) => sum + of, 0) / 100
        const value = fills.reduce((sum, { at, of }) => sum + at * of, 0)
        expect(account.cash).toBe(-(value + contracts * 10_000))
        expect(account.cash).toBe(
          -forecastexCost(
            fills.map(({ at, of }) => ({ price: at, quantity: of })),
            money('0.01'),
          ),
        )
      }),
    )
  })

  it('a pair costs both purchases and their fees, and pays a dollar: netted now or settled either way', () => {
    fc.assert(
      fc.property(cents, cents, wholes, fc.constantFrom('0', '0.37', '1'), (yes, no, pairs, yesPays) => {
        const bought = (): Account => new Account().buy('yes', pairs, yes).buy('no', pairs, no)
        const expected = ((10_000 - yes - no) * 100 - 2 * 10_000) * (pairs / 100)
        expect(bought().net(pairs).earned).toBe(expected)
        expect(bought().settle('yes', pairs, yesPays).settle('no', pairs, yesPays).earned).toBe(expected)
      }),
    )
  })

  it('the bound of an order is its cost at the limit, and no better fill costs more', () => {
    fc.assert(
      fc.property(cents, cents, wholes, (at, limit, of) => {
        fc.pre(at <= limit)
        const bound = buyingCostBound(forecastexFees(NOW), [{ price: limit, quantity: of }])
        expect(-new Account().buy('yes', of, at).cash).toBeLessThanOrEqual(bound)
      }),
    )
  })
})

describe('dated regimes (trap 1)', () => {
  const regime = (effectiveFromMs: number, fee: string): ForecastexRegime => ({
    effectiveFromMs: millis(effectiveFromMs),
    feePerContract: money(fee),
    pairPrice: money('1'),
  })
  const REGIMES = [regime(0, '0'), regime(1_000, '0.01'), regime(2_000, '0.015')]

  it.each([
    [999, 0],
    [1_000, 10_000],
    [1_999, 10_000],
    [2_000, 15_000],
    [9_999, 15_000],
  ])('at %d ms a contract costs %d', (ms, fee) => expect(forecastexFees(millis(ms), REGIMES).feePerContract).toBe(fee))

  it('of any time one is in force: the last that has begun', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 5_000 }), (ms) => {
        const found = regimeAt(millis(ms), REGIMES)
        expect(found.effectiveFromMs).toBeLessThanOrEqual(ms)
        expect(REGIMES.filter(({ effectiveFromMs }) => effectiveFromMs <= ms && effectiveFromMs > found.effectiveFromMs)).toEqual([])
      }),
    )
  })

  it('a fee that ends in a fraction of a micro-dollar is charged upwards', () => {
    const odd: Money = forecastexFee(quantity('0.01'), { feePerContract: money(150) })
    expect(odd).toBe(2)
  })
})
