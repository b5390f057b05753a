import fc from 'fast-check'
import { tradeId } from '../../../../src/core/ids'
import { carryOf, earnedSince, type HoldingMove } from '../../../../src/core/ledger/carry'
import { shareOut } from '../../../../src/core/ledger/shares'
import { millis, money, quantity } from '../../../../src/core/units'

describe('a sum that is shared out', () => {
  it('goes to the largest remainders, the first among equals', () => {
    expect(shareOut(money(10), [1, 1, 1])).toEqual([4, 3, 3])
    expect(shareOut(money(10), [1, 2, 3])).toEqual([2, 3, 5])
    expect(shareOut(money(0), [0, 0])).toEqual([0, 0])
  })

  it('is made up by its shares, each within one of its own part', () => {
    const weights = fc
      .array(fc.integer({ min: 0, max: 1e9 }), { minLength: 1, maxLength: 12 })
      .filter((all) => all.some((each) => each > 0))
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e12 }), weights, (sum, each) => {
        const shares = shareOut(money(sum), each)
        expect(shares.reduce((all, share) => all + share, 0)).toBe(sum)
        const total = each.reduce((all, weight) => all + BigInt(weight), 0n)
        shares.forEach((share, at) => expect(BigInt(share) - (BigInt(sum) * BigInt(each[at] ?? 0)) / total).toBeLessThanOrEqual(1n))
      }),
    )
  })

  it.each([
    [-1, [1]],
    [1, [0, 0]],
    [1, [2, -1]],
  ])('of %d by %j is none', (sum, weights) => expect(() => shareOut(money(sum), weights)).toThrow(RangeError))
})

const move = (id: string, contracts: string, atMs: number, venue: HoldingMove['venue'] = 'forecastex'): HoldingMove => ({
  ...{ tradeId: tradeId(id), venue, quantity: quantity(contracts), atMs: millis(atMs) },
})
const coupon = (amount: string, fromMs: number, untilMs: number) => ({
  ...({ venue: 'forecastex', amount: money(amount) } as const),
  ...{ fromMs: millis(fromMs), untilMs: millis(untilMs) },
})
const shares = (carry: ReturnType<typeof carryOf>): object => Object.fromEntries(carry.byTrade)

describe('whose contracts earned a coupon', () => {
  it('goes by quantity and time', () => {
    const moves = [move('t1', '100', 0), move('t2', '100', 50), move('t3', '50', 0), move('t3', '-50', 50)]
    expect(shares(carryOf([coupon('0.70', 0, 100)], moves))).toEqual({ t1: 400_000, t2: 200_000, t3: 100_000 })
  })

  it('counts no holding before the last payment, after the coupon, or at the other venue', () => {
    const moves = [
      move('t1', '100', 0),
      move('t1', '-100', 100),
      move('t2', '100', 100),
      move('t3', '100', 200),
      move('t4', '9', 0, 'kalshi'),
    ]
    expect(shares(carryOf([coupon('0.10', 100, 200)], moves))).toEqual({ t2: 100_000 })
  })

  it('is nobody’s when nothing was held', () => {
    expect(carryOf([coupon('0.10', 100, 200)], [move('t1', '5', 300)])).toEqual({ byTrade: new Map(), ofNobody: 100_000 })
  })

  it('of several on one day each counts from the last payment before that day', () => {
    const day = 86_400_000
    const paid = [3 * day, 33 * day, 33 * day + 5].map((atMs) => ({ venue: 'forecastex' as const, amount: money('1'), atMs: millis(atMs) }))
    expect(earnedSince(paid).map(({ fromMs, untilMs }) => [fromMs / day, untilMs - fromMs])).toEqual([
      [0, 3 * day],
      [3, 30 * day],
      [3, 30 * day + 5],
    ])
  })

  it('leaves no micro-dollar over, whatever is held when', () => {
    const moves = fc.array(
      fc.tuple(fc.integer({ min: 0, max: 4 }), fc.integer({ min: 1, max: 50_000 }), fc.integer({ min: 0, max: 1_000 })),
    )
    fc.assert(
      fc.property(moves, fc.array(fc.integer({ min: 1, max: 1e7 }), { maxLength: 4 }), (held, amounts) => {
        const coupons = amounts.map((amount, at) => ({ ...coupon('0', at * 200, (at + 1) * 200), amount: money(amount) }))
        const { byTrade, ofNobody } = carryOf(
          coupons,
          held.map(([n, contracts, atMs]) => ({ ...move(`t${n}`, '0', atMs), quantity: quantity(contracts) })),
        )
        const all = [...byTrade.values()].reduce((sum, each) => sum + each, 0)
        expect(all + ofNobody).toBe(amounts.reduce((sum, each) => sum + each, 0))
      }),
    )
  })
})
