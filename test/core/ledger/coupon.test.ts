import fc from 'fast-check'
import { balancesOf } from '../../../src/core/ledger/balances'
import { coupon, fallOf } from '../../../src/core/ledger/coupon'
import { checkLedger } from '../../../src/core/ledger/invariants'
import { changeOfAssets, netPnl } from '../../../src/core/ledger/pnl'
import { millis, money, type Money } from '../../../src/core/units'

const micros = fc.integer({ min: 1, max: 1_000_000_000 }).map((amount) => money(amount))

describe('a fall of what is owed', () => {
  it.each<[string | null, string, number]>([
    [null, '0.52', 0],
    ['0.52', '0.52', 0],
    ['0.50', '0.52', 0],
    ['0.52', '0', 520_000],
    ['0.52', '0.02', 500_000],
    ['0.10', '-0.05', 100_000],
    ['-0.05', '-0.10', 0],
    ['-0.05', '0', 0],
  ])('from %s to %s is %d', (before, now, fall) => {
    expect(fallOf(before === null ? null : money(before), money(now))).toBe(fall)
  })

  it('of any course, falls less rises are what is owed less at the end', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 1_000_000 }), { minLength: 1, maxLength: 20 }), (course) => {
        let owed: Money = money(course[0] ?? 0)
        const [first] = course
        let change = 0
        for (const units of course) {
          const now = money(units)
          change += fallOf(now, owed) - fallOf(owed, now)
          owed = now
        }
        expect(change).toBe(owed - (first ?? 0))
      }),
    )
  })
})

describe('a coupon', () => {
  it('is earned and received at once, in no trade, and nothing is owed afterwards', () => {
    const fall = { atMs: millis(7), amount: money('0.52') }
    const transfers = coupon('forecastex', 'DU1', fall, millis(9))
    expect(transfers.map(({ id, tradeId, kind }) => [id, tradeId, kind])).toEqual([
      ['coupon:forecastex:DU1:7:accrued', null, 'couponAccrue'],
      ['coupon:forecastex:DU1:7', null, 'couponPay'],
    ])
    expect(Object.fromEntries(balancesOf(transfers))).toEqual({ 'cash:forecastex': 520_000, 'income:coupon:forecastex': -520_000 })
  })

  it('of any amount leaves every invariant whole: profit from results is profit from holdings', () => {
    fc.assert(
      fc.property(fc.array(micros, { maxLength: 8 }), (amounts) => {
        const transfers = amounts.flatMap((amount, n) => coupon('forecastex', 'DU1', { atMs: millis(n), amount }, millis(n)))
        const balances = balancesOf(transfers)
        expect(checkLedger({ transfers, moves: [], orders: new Map(), held: new Map() })).toEqual([])
        expect(netPnl(balances)).toBe(changeOfAssets(balances))
        expect(netPnl(balances)).toBe(amounts.reduce((sum, amount) => sum + amount, 0))
      }),
    )
  })
})
