import fc from 'fast-check'
import { devig, methodSpread } from '../../../../src/core/edge/consensus/devig'
import { DEVIG_METHODS } from '../../../../src/core/edge/consensus/devig-methods'
import { fairOf, spreadOf } from '../../../../src/core/edge/consensus/line'
import type { BookLine } from '../../../../src/core/edge/odds'

const odds = fc.array(fc.double({ min: 1.01, max: 30, noNaN: true }), { minLength: 2, maxLength: 3 })
const lineOf = (book: string, prices: readonly number[]): BookLine => ({
  book,
  outcomes: prices.map((price, n) => ({ name: String(n), odds: price })),
  updatedMs: null,
})

describe('a line', () => {
  it('comes to what its odds come to, by each method, however often and in whatever order it is asked', () => {
    fc.assert(
      fc.property(odds, odds, fc.array(fc.constantFrom(...DEVIG_METHODS), { maxLength: 8 }), (one, other, asked) => {
        const [first, second] = [lineOf('a', one), lineOf('a', other)]
        for (const method of asked)
          for (const [line, prices] of [[first, one] as const, [second, other] as const])
            expect(fairOf(line, method)).toEqual(devig(method, prices))
        expect([spreadOf(first), spreadOf(second), spreadOf(first)]).toEqual([methodSpread(one), methodSpread(other), methodSpread(one)])
      }),
    )
  })

  it('is solved once', () => {
    const line = lineOf('a', [1.9, 1.9])
    expect(fairOf(line, 'shin')).toBe(fairOf(line, 'shin'))
    expect(spreadOf(line)).toBe(spreadOf(line))
  })
})
