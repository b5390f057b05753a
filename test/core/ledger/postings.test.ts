import { marketId, tradeId, type Venue } from '../../../src/core/ids'
import { classOf, position } from '../../../src/core/ledger/accounts'
import { balancesOf } from '../../../src/core/ledger/balances'
import { assertBoxEntry, lockedProfit, netPnl, netPnlOfTrade } from '../../../src/core/ledger/pnl'
import * as ledger from '../../../src/core/ledger/postings'
import { parsePurse } from '../../../src/core/purse'
import { isScalar, payoutOf, settleLots, type Lot } from '../../../src/core/ledger/settlement'
import { millis, money, quantity } from '../../../src/core/units'
import { boxPlan } from '../../saga/plan'

const MARKET = marketId('KXU3-25MAR-T4.1')
const TRADE = tradeId('t1')
let ids = 0
const entry = (): { id: string; tradeId: typeof TRADE; atMs: ReturnType<typeof millis> } => ({
  id: `e${ids++}`,
  tradeId: TRADE,
  atMs: millis(1),
})
const at = (venue: Venue, amount: string): Parameters<typeof ledger.couponPay>[0] & { readonly venue: Venue } => ({
  ...entry(),
  venue,
  purse: venue,
  amount: money(amount),
})
const traded = { purse: 'kalshi', market: MARKET, side: 'yes' } as const

describe('postings', () => {
  it('sum to zero or throw', () => {
    const legs = [{ account: 'cash:kalshi' as const, amount: money(5) }]
    expect(() => ledger.transfer('deposit', entry(), legs)).toThrow('does not sum to zero: 5 µ$ are left')
  })
  it('refuse negative amounts by name', () => {
    expect(() => ledger.reserve(at('kalshi', '-1'))).toThrow('amount must not be negative')
    expect(() => ledger.deposit({ ...entry(), purses: [{ purse: 'kalshi', cash: money('-1') }] })).toThrow('kalshi must not be negative')
    expect(() => ledger.fillBuy({ ...entry(), ...traded, notional: money('42'), fee: money('-0.01') })).toThrow('fee must not be negative')
  })
  it('drop legs of nothing', () => {
    const { legs } = ledger.settle({ ...entry(), ...traded, payout: money(0), costBasis: money('54') })
    expect(legs.map(({ account }) => account)).toEqual([`position:kalshi:${MARKET}:yes`, 'income:settlement:kalshi'])
  })
  it('pay a late fill from cash', () => {
    const { legs } = ledger.fillBuy({ ...entry(), ...traded, notional: money('42'), fee: money('1.7052'), paidFrom: 'cash' })
    expect(legs[2]).toEqual({ account: 'cash:kalshi', amount: -43_705_200 })
  })
  it('net a pair for a dollar at once', () => {
    const paired = [
      ledger.netPair({
        ...entry(),
        purse: 'forecastex',
        market: MARKET,
        proceeds: money('10'),
        yesCost: money('4.20'),
        noCost: money('5.50'),
      }),
    ]
    expect(Object.fromEntries(balancesOf(paired))).toEqual({
      'cash:forecastex': 10_000_000,
      [`position:forecastex:${MARKET}:yes`]: -4_200_000,
      [`position:forecastex:${MARKET}:no`]: -5_500_000,
      'income:trading:forecastex': -300_000,
    })
  })
  it('are reversed whole by a correction', () => {
    const wrong = ledger.fillBuy({ ...entry(), ...traded, notional: money('42'), fee: money('1.7052') })
    expect(balancesOf([wrong, ledger.correction({ ...entry(), reverses: wrong.legs })]).size).toBe(0)
  })
  it('keep an unexplained difference in suspense, out of the result', () => {
    const balances = balancesOf([ledger.suspend({ ...entry(), purse: 'kalshi', amount: money('-0.01') })])
    expect([balances.get('suspense:kalshi'), netPnl(balances)]).toEqual([10_000, 0])
  })
  it('earn and receive interest on cash at once, in an account that is no coupon’s', () => {
    const balances = balancesOf([ledger.interest({ ...at('kalshi', '3.21'), purse: parsePurse('kalshi/1.2'), tradeId: null })])
    expect(Object.fromEntries(balances)).toEqual({ 'cash:kalshi/1.2': 3_210_000, 'income:interest:kalshi': -3_210_000 })
    expect(classOf('income:interest:kalshi')).toBe('income')
    expect(netPnl(balances)).toBe(money('3.21'))
    expect(() => ledger.interest(at('kalshi', '-1'))).toThrow('amount must not be negative')
  })
  it('accrue and pay a coupon', () => {
    const balances = balancesOf([ledger.couponAccrue(at('forecastex', '0.09')), ledger.couponPay(at('forecastex', '0.09'))])
    expect(Object.fromEntries(balances)).toEqual({ 'cash:forecastex': 90_000, 'income:coupon:forecastex': -90_000 })
  })
  it('name accounts of the chart only', () => {
    expect(() => position('kalshi', marketId('A:B'), 'yes')).toThrow('not a market')
    expect(classOf(position('kalshi', MARKET, 'yes'))).toBe('asset')
    expect(() => classOf('cash:nyse')).toThrow('not an account of the chart')
  })
})

describe('cost of a part of a lot', () => {
  it('is the average, rounded down, and the last contract takes the rest', () => {
    expect(ledger.costShare(money(100), quantity('3'), quantity('1'))).toBe(33)
    expect(ledger.costShare(money(67), quantity('2'), quantity('2'))).toBe(67)
    expect(() => ledger.costShare(money(67), quantity('2'), quantity('3'))).toThrow('not a part')
  })
})

describe('settlement', () => {
  const lot: Lot = { tradeId: TRADE, purse: 'kalshi', market: MARKET, outcome: 'yes', quantity: quantity('100'), cost: money('42') }
  it('pays the winner a dollar, and each outcome its share of a scalar decision', () => {
    expect([payoutOf('yes', quantity('100'), money('1')), payoutOf('no', quantity('100'), money('1'))]).toEqual([100_000_000, 0])
    expect([payoutOf('yes', quantity('3'), money('0.37')), payoutOf('no', quantity('3'), money('0.37'))]).toEqual([1_110_000, 1_890_000])
    expect([isScalar(money('0.37')), isScalar(money('1')), isScalar(money(0))]).toEqual([true, false, false])
    expect(() => payoutOf('yes', quantity('1'), money('1.01'))).toThrow('between 0 and 1.00')
  })
  it('settles each lot of the market once, and no other', () => {
    const other = { ...lot, market: marketId('OTHER') }
    const settled = settleLots([lot, other, { ...lot, quantity: quantity(0) }], {
      venue: 'kalshi',
      market: MARKET,
      yesPays: money('1'),
      atMs: millis(9),
    })
    expect(settled.map(({ id }) => id)).toEqual([`settle:kalshi:${MARKET}:t1:yes`])
    expect(netPnlOfTrade(settled, TRADE)).toBe(58_000_000)
    expect(netPnlOfTrade(settled, tradeId('t2'))).toBe(0)
  })
  it('of a full box earns the same whatever the outcome', () => {
    expect(lockedProfit(quantity('100'), money(43_705_200 + 55_000_000))).toBe(1_294_800)
  })
})

describe('invariant 14: a box at its entry', () => {
  const plan = boxPlan('t1')
  const [first, second] = plan.legs
  it('earns the same whichever leg is paid', () => expect(() => assertBoxEntry(plan)).not.toThrow())
  it('is none when one leg is longer than the other', () => {
    const longer = { ...second, order: { ...second.order, quantity: quantity('100') } }
    expect(() => assertBoxEntry({ ...plan, legs: [first, longer] })).toThrow('invariant violated: 14: ')
  })
})
