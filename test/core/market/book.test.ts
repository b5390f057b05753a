import fc from 'fast-check'
import type { BookSide } from '../../../src/core/ids'
import { Book } from '../../../src/core/market/book'
import type { BookChange, Level } from '../../../src/core/market/event'
import type { PriceBand } from '../../../src/core/market/grid'
import { bookIndex, millis, price, quantity, type Price, type Quantity } from '../../../src/core/units'

const book = bookIndex(0)
const level = (at: string | number, of: number): Level => ({ price: price(at), quantity: quantity(of) })
const replace = (bids: readonly Level[], asks: readonly Level[]): BookChange => ({ book, op: 'replace', bids, asks })
const add = (side: BookSide, at: string | number, delta: number): BookChange => ({
  book,
  op: 'add',
  side,
  price: price(at),
  delta: quantity(delta),
})
const top = (side: BookSide, at: string | null, of: number | null): BookChange => ({
  book,
  op: 'top',
  side,
  price: at === null ? null : price(at),
  quantity: of === null ? null : quantity(of),
})
const feed = (target: Book, ...changes: readonly BookChange[]): string[] =>
  changes.map((change, n) => target.apply(change, n, millis(1000 + n)))

describe('a Kalshi book', () => {
  it('is not live before its snapshot, and a delta before it is inconsistent', () => {
    const target = new Book()
    expect(target.isLive).toBe(false)
    expect(feed(target, add('bid', '0.40', 100))).toEqual(['inconsistent'])
    expect(target.bestPrice('bid')).toBeNull()
  })

  it('keeps the best of each side through additions and removals', () => {
    const target = new Book()
    feed(target, replace([level('0.40', 500), level('0.38', 100)], [level('0.45', 200)]), add('bid', '0.41', 50), add('ask', '0.44', 70))
    expect([target.bestPrice('bid'), target.bestQuantity('bid'), target.bestPrice('ask'), target.bestQuantity('ask')]).toEqual([
      4100, 50, 4400, 70,
    ])
    feed(target, add('bid', '0.41', -50), add('bid', '0.40', -500), add('ask', '0.44', -70))
    expect(target.levels('bid', 10)).toEqual([level('0.38', 100)])
    expect(target.levels('ask', 10)).toEqual([level('0.45', 200)])
  })

  it('empties itself when a delta goes below zero, and needs a snapshot again', () => {
    const target = new Book()
    expect(feed(target, replace([level('0.40', 500)], []), add('bid', '0.40', -501))).toEqual(['applied', 'inconsistent'])
    expect(target.isLive).toBe(false)
    expect(target.levels('bid', 10)).toEqual([])
    expect(target.changedAtMs('bid')).toBeNull()
    expect(feed(target, add('bid', '0.40', 1))).toEqual(['inconsistent'])
    expect(feed(target, replace([level('0.39', 1)], []))).toEqual(['applied'])
  })

  it('rejects a size that no 32-bit slot can hold', () => {
    const target = new Book()
    expect(feed(target, replace([level('0.40', 2_147_483_647)], []), add('bid', '0.40', 1))).toEqual(['applied', 'inconsistent'])
  })

  it('is live and empty after a snapshot without levels: the market closed', () => {
    const target = new Book()
    feed(target, replace([level('0.40', 500)], [level('0.45', 200)]), replace([], []))
    expect([target.isLive, target.bestPrice('bid'), target.bestPrice('ask')]).toEqual([true, null, null])
  })

  it('refines its slots when a finer price comes, keeping what it knew', () => {
    const target = new Book()
    feed(target, replace([level('0.40', 500)], [level('0.45', 200)]), add('bid', '0.4005', 7), add('ask', '0.4411', 9))
    expect(target.levels('bid', 10)).toEqual([level('0.4005', 7), level('0.40', 500)])
    expect(target.levels('ask', 1)).toEqual([level('0.4411', 9)])
    expect(target.quantityAt('bid', price('0.40'))).toBe(500)
    expect(target.quantityAt('bid', price('0.4005'))).toBe(7)
    expect([target.changedAtMs('bid'), target.changedAtMs('ask')]).toEqual([1001, 1002])
  })

  it('has a slot for each price of the 1e-4 grid and none between, below or above', () => {
    const target = new Book()
    feed(target, replace([level('0', 1), level('0.0001', 2)], [level('0.9999', 3), level('1', 4)]))
    expect(target.levels('bid', 9)).toEqual([level('0.0001', 2), level('0', 1)])
    expect(target.levels('ask', 9)).toEqual([level('0.9999', 3), level('1', 4)])
    for (const finer of [0.5, 4_000.5, -1, 10_001, Number.NaN]) {
      const misread = { book, op: 'add', side: 'bid', price: finer as Price, delta: quantity(1) } as const
      expect(feed(target, replace([level('0.40', 1)], []), misread)).toEqual(['applied', 'inconsistent'])
    }
  })

  it('keeps its sides apart: the same price on both, removed on one', () => {
    const target = new Book()
    feed(
      target,
      replace([level('0.40', 500), level('1', 9)], [level('0.40', 200), level('0', 7)]),
      add('bid', '0.40', -500),
      add('bid', '1', -9),
    )
    expect([target.levels('bid', 9), target.levels('ask', 9)]).toEqual([[], [level('0', 7), level('0.40', 200)]])
    expect([target.quantityAt('bid', price('0.40')), target.quantityAt('ask', price('0.40'))]).toEqual([0, 200])
    feed(target, replace([level('0.39', 1)], []))
    expect([target.levels('bid', 9), target.levels('ask', 9), target.quantityAt('ask', price('0.40'))]).toEqual([[level('0.39', 1)], [], 0])
  })

  it('tells per side when it was last touched, and the last event', () => {
    const target = new Book()
    feed(target, replace([level('0.40', 500)], [level('0.45', 200)]), add('bid', '0.39', 10))
    expect([target.changedAtMs('bid'), target.changedAtMs('ask'), target.lastN]).toEqual([1001, 1000, 1])
  })
})

describe("a book sized by its market's grid", () => {
  const band = (start: string, end: string, step: string): PriceBand => ({ start: price(start), end: price(end), step: price(step) })
  const TAPERED = [band('0', '0.10', '0.001'), band('0.10', '0.90', '0.01'), band('0.90', '1', '0.001')]
  const CENTS = [band('0.01', '0.99', '0.01')]
  const standing = replace([level('0.40', 500), level('0.03', 7)], [level('0.45', 200)])

  it('holds what it held, and takes every price of the grid', () => {
    const target = new Book()
    feed(target, standing)
    target.fit(TAPERED)
    feed(target, add('bid', '0.099', 3), add('ask', '0.905', 4))
    expect(target.levels('bid', 9)).toEqual([level('0.40', 500), level('0.099', 3), level('0.03', 7)])
    expect(target.levels('ask', 9)).toEqual([level('0.45', 200), level('0.905', 4)])
    expect([target.isOffGrid, target.quantityAt('bid', price('0.099'))]).toEqual([false, 3])
  })

  it('takes a price that is not on it, and says so until it is told the grid anew', () => {
    const target = new Book()
    expect(target.isOffGrid).toBe(false)
    target.fit(TAPERED)
    expect(feed(target, standing, add('bid', '0.425', 9))).toEqual(['applied', 'applied'])
    expect([target.bestPrice('bid'), target.isOffGrid]).toEqual([4250, true])
    target.fit([band('0.005', '0.995', '0.005')])
    expect([target.isOffGrid, target.levels('bid', 9).length]).toEqual([false, 3])
  })

  it('keeps finer slots than the grid while what stands needs them', () => {
    const target = new Book()
    feed(target, replace([level('0.40', 500), level('0.395', 7)], [level('0.45', 200)]))
    target.fit(CENTS)
    expect([target.isOffGrid, target.levels('bid', 9)]).toEqual([true, [level('0.40', 500), level('0.395', 7)]])
    feed(target, add('bid', '0.395', -7))
    target.fit(CENTS)
    expect([target.isOffGrid, target.levels('bid', 9)]).toEqual([false, [level('0.40', 500)]])
  })

  it('tells of no price: the slots stay as they are', () => {
    const target = new Book()
    feed(target, standing)
    target.fit([])
    expect([target.isOffGrid, target.levels('ask', 9)]).toEqual([false, [level('0.45', 200)]])
  })
})

describe('what is read of a book', () => {
  it('goes no deeper than the whole contracts that are asked for', () => {
    const target = new Book()
    feed(target, replace([level('0.40', 150), level('0.39', 199), level('0.38', 300), level('0.37', 100)], []))
    expect(target.levels('bid', 9, 200)).toEqual([level('0.40', 150), level('0.39', 199)])
    expect(target.levels('bid', 9, 201)).toHaveLength(3)
    expect(target.levels('bid', 1, 999)).toHaveLength(1)
    expect(target.levels('bid', 9, 0)).toEqual([])
  })
})

describe('a ForecastEx book', () => {
  it('is live from its first top, and not executable until the size is told', () => {
    const target = new Book()
    feed(target, top('ask', '0.54', null))
    expect([target.isLive, target.bestPrice('ask'), target.bestQuantity('ask')]).toEqual([true, 5400, null])
    expect(target.levels('ask', 1)).toEqual([])
    feed(target, top('ask', '0.54', 10_000))
    expect([target.bestQuantity('ask'), target.bestPrice('bid')]).toEqual([10_000, null])
  })

  it('replaces the side with each top, and loses it when the quote goes', () => {
    const target = new Book()
    feed(target, top('ask', '0.54', 100), top('ask', '0.56', 300))
    expect(target.levels('ask', 5)).toEqual([level('0.56', 300)])
    feed(target, top('ask', null, null))
    expect([target.bestPrice('ask'), target.isLive]).toEqual([null, true])
  })

  it('keeps a quote without a size when the other side refines the slots', () => {
    const target = new Book()
    feed(target, top('ask', '0.54', null), top('bid', '0.4005', 100))
    expect([target.bestPrice('ask'), target.bestQuantity('ask'), target.changedAtMs('ask')]).toEqual([5400, null, 1000])
  })

  it('takes no delta and no snapshot', () => {
    expect(feed(new Book(), top('ask', '0.54', 100), add('ask', '0.54', 1))).toEqual(['applied', 'inconsistent'])
    expect(feed(new Book(), top('ask', '0.54', 100), replace([], []))).toEqual(['applied', 'inconsistent'])
  })
})

type Step = BookChange | 'forget'
type Model = { live: boolean; bid: Map<number, number>; ask: Map<number, number> }

const anyPrice = fc.integer({ min: 1, max: 9999 }).map((units) => (units % 3 === 0 ? units : Math.max(100, units - (units % 100))) as Price)
const anySize = fc.integer({ min: 1, max: 400 }).map((units) => units as Quantity)
const anySide = fc.constantFrom<BookSide>('bid', 'ask')
const anyLevels = fc.uniqueArray(fc.record({ price: anyPrice, quantity: anySize }), { maxLength: 6, selector: ({ price: at }) => at })
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 1, arbitrary: fc.constant('forget' as const) },
  { weight: 3, arbitrary: fc.record({ book: fc.constant(book), op: fc.constant('replace' as const), bids: anyLevels, asks: anyLevels }) },
  {
    weight: 16,
    arbitrary: fc.record({
      book: fc.constant(book),
      op: fc.constant('add' as const),
      side: anySide,
      price: fc.oneof(fc.constantFrom(4000, 4100, 4150, 4200).map(price), anyPrice),
      delta: fc.integer({ min: -150, max: 250 }).map((units) => units as Quantity),
    }),
  },
)

/** The book as a beginner would write it. */
function naive(model: Model, step: Step): void {
  const empty = step === 'forget' || (step.op === 'add' && !model.live)
  if (empty) return void Object.assign(model, { live: false, bid: new Map(), ask: new Map() })
  if (step.op === 'replace') {
    const sizes = (levels: readonly Level[]): Map<number, number> => new Map(levels.map(({ price: at, quantity: of }) => [at, of]))
    return void Object.assign(model, { live: true, bid: sizes(step.bids), ask: sizes(step.asks) })
  }
  if (step.op !== 'add') return
  const size = (model[step.side].get(step.price) ?? 0) + step.delta
  if (size < 0) return void Object.assign(model, { live: false, bid: new Map(), ask: new Map() })
  if (size === 0) model[step.side].delete(step.price)
  else model[step.side].set(step.price, size)
}
const sorted = (sizes: ReadonlyMap<number, number>, direction: 1 | -1): readonly Level[] =>
  [...sizes].sort(([a], [b]) => direction * (a - b)).map(([at, of]) => level(at, of))

describe('a book against a naive model', () => {
  it('holds the same levels after any sequence of snapshots, deltas, resyncs and closes', () => {
    const check = (steps: readonly Step[]): void => {
      const target = new Book()
      const model: Model = { live: false, bid: new Map(), ask: new Map() }
      for (const [n, step] of steps.entries()) {
        if (step === 'forget') target.forget()
        else target.apply(step, n, millis(n))
        naive(model, step)
        expect(target.isLive).toBe(model.live)
        expect(target.levels('bid', 99)).toEqual(sorted(model.bid, -1))
        expect(target.levels('ask', 99)).toEqual(sorted(model.ask, 1))
      }
    }
    fc.assert(fc.property(fc.array(anyStep, { maxLength: 60 }), check), { numRuns: 300 })
  })
})

describe('a ladder behind the tops', () => {
  const ladder = (side: BookSide, ...levels: readonly Level[]): BookChange => ({ book, op: 'ladder', side, levels })

  it('is one side, the other stands; a top after it is all of it again', () => {
    const target = new Book()
    feed(target, top('bid', '0.40', 5), ladder('ask', level('0.45', 10), level('0.47', 20)))
    expect(target.levels('ask', 9)).toEqual([level('0.45', 10), level('0.47', 20)])
    expect([target.bestPrice('bid'), target.changedAtMs('ask')]).toEqual([4000, 1001])
    feed(target, top('ask', '0.46', 3))
    expect(target.levels('ask', 9)).toEqual([level('0.46', 3)])
    feed(target, ladder('ask'))
    expect([target.bestPrice('ask'), target.isLive]).toEqual([null, true])
  })

  it('has no place in a book of snapshots, and no impossible size', () => {
    const target = new Book()
    expect(feed(target, replace([level('0.40', 500)], []), ladder('ask', level('0.45', 10)))).toEqual(['applied', 'inconsistent'])
    expect(feed(target, ladder('ask', level('0.45', -1)))).toEqual(['inconsistent'])
    expect(target.isLive).toBe(false)
  })
})
