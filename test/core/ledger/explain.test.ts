import fc from 'fast-check'
import { explain, type Cause } from '../../../src/core/ledger/explain'
import { money, type Money } from '../../../src/core/units'

interface Named extends Cause {
  readonly name: string
}
const cause = (name: string, dollars: string): Named => ({ name, amount: money(dollars) })
const names = (set: readonly Named[]): string => set.map(({ name }) => name).join(' ')

describe('what explains a difference in cash', () => {
  it.each<[string, readonly Named[], string]>([
    ['0', [], ''],
    ['10', [cause('a', '10')], 'a'],
    ['10', [cause('a', '10'), cause('b', '20')], 'a'],
    ['30', [cause('a', '10'), cause('b', '20')], 'a b'],
    ['0', [cause('a', '10'), cause('loser', '0')], 'loser'],
    ['10.52', [cause('a', '10'), cause('coupon', '0.52')], 'a coupon'],
    ['-10', [cause('amended', '-10'), cause('coupon', '0.52')], 'amended'],
  ])('%s of %j is the only set that sums to it: %s', (difference, causes, by) => {
    expect(explain(money(difference), causes)).toMatchObject({ kind: 'explained' })
    const explained = explain(money(difference), causes)
    expect(explained.kind === 'explained' && names(explained.by)).toBe(by)
  })

  it.each(['9.999999', '10.000001', '-10', '0.52'])('%s is nothing that has happened', (difference) => {
    expect(explain(money(difference), [cause('a', '10'), cause('b', '20')]).kind).toBe('unexplained')
  })

  it('two sets that sum to it are no answer, and both are named', () => {
    const found = explain(money('10'), [cause('a', '10'), cause('b', '10')])
    expect(found.kind === 'ambiguous' && [names(found.either), names(found.or)].sort()).toEqual(['a', 'b'])
    expect(explain(money(0), [cause('in', '10'), cause('out', '-10')]).kind).toBe('ambiguous')
  })

  it('of more than sixteen only all or none count', () => {
    const many = Array.from({ length: 17 }, (_, n) => cause(`m${n}`, String(2 ** n)))
    expect(explain(money(String(2 ** 17 - 1)), many)).toMatchObject({ kind: 'explained', by: many })
    expect(explain(money(0), many)).toMatchObject({ kind: 'explained', by: [] })
    expect(explain(money('3'), many).kind).toBe('unexplained')
  })
})

describe('causes that exclude each other', () => {
  const either = (question: string, ...amounts: string[]): Cause[] => amounts.map((amount) => ({ amount: money(amount), question }))

  it('never explain anything together', () => {
    const causes = either('voided', '3.70', '10')
    expect(explain(money('10'), causes)).toEqual({ kind: 'explained', by: [causes[1]] })
    expect(explain(money('13.70'), causes)).toEqual({ kind: 'unexplained' })
    expect(explain(money('13.70'), [...either('voided', '3.70'), ...either('other', '10')]).kind).toBe('explained')
  })

  it('are none of them counted where there are too many causes', () => {
    const many = Array.from({ length: 17 }, (_, n): Cause => ({ amount: money(2 ** n) }))
    const all = money(2 ** 17 - 1)
    expect(explain(all, [...many, ...either('voided', '5', '6')])).toMatchObject({ kind: 'explained', by: many })
  })
})

describe('for any causes', () => {
  const amounts = fc.array(
    fc.integer({ min: -40, max: 40 }).map((units) => money(units)),
    { maxLength: 8 },
  )
  const sumOf = (set: readonly Cause[]): number => set.reduce((sum, { amount }) => sum + amount, 0)
  const subsets = (causes: readonly Cause[]): readonly (readonly Cause[])[] =>
    causes.reduce<readonly (readonly Cause[])[]>((sets, each) => [...sets, ...sets.map((set) => [...set, each])], [[]])

  it('what explains sums to the difference, and an answer is given exactly when it is the only one', () => {
    fc.assert(
      fc.property(amounts, fc.integer({ min: -100, max: 100 }), (made, target) => {
        const causes = made.map((amount): Cause => ({ amount }))
        const difference: Money = money(target)
        const ways = subsets(causes.filter(({ amount }) => amount !== 0)).filter((set) => sumOf(set) === difference).length
        const found = explain(difference, causes)
        expect(found.kind).toBe(ways === 0 ? 'unexplained' : ways === 1 ? 'explained' : 'ambiguous')
        if (found.kind === 'explained') expect(sumOf(found.by)).toBe(difference)
        if (found.kind === 'ambiguous') expect([sumOf(found.either), sumOf(found.or)]).toEqual([difference, difference])
      }),
    )
  })
})
