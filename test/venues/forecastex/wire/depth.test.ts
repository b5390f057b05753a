import fc from 'fast-check'
import type { BookSide } from '../../../../src/core/ids'
import type { Level } from '../../../../src/core/market/event'
import { price, quantity, type Price, type Quantity } from '../../../../src/core/units'
import { DepthLadder, executable, type DepthChange, type DepthRow } from '../../../../src/venues/forecastex/wire/depth'

const at = (position: number, operation: DepthChange['operation'], of: string | null = null, size: string | null = '1'): DepthChange => ({
  ...{ position, operation, maker: '' },
  price: of === null ? null : price(of),
  quantity: size === null ? null : quantity(size),
})
const row = (of: string, size: string, maker = ''): DepthRow => ({ price: price(of), quantity: quantity(size), maker })
const level = (of: string, size: string): Level => ({ price: price(of), quantity: quantity(size) })

describe('a ladder kept by operations at positions', () => {
  it('inserts, updates and deletes', () => {
    const ladder = new DepthLadder(5)
    for (const change of [at(0, 'insert', '0.58'), at(1, 'insert', '0.60'), at(1, 'insert', '0.59', '7'), at(0, 'update', '0.58', '3')])
      expect(ladder.apply(change)).toBe(true)
    expect(ladder.rows).toEqual([row('0.58', '3'), row('0.59', '7'), row('0.60', '1')])
    expect(ladder.apply(at(1, 'delete'))).toBe(true)
    expect(ladder.rows).toEqual([row('0.58', '3'), row('0.60', '1')])
  })

  it.each<[string, DepthChange]>([
    ['an insertion behind the end', at(3, 'insert', '0.61')],
    ['an update of no row', at(2, 'update', '0.61')],
    ['a deletion of no row', at(2, 'delete')],
    ['a position before the first', at(-1, 'update', '0.61')],
    ['half a position', at(0.5, 'update', '0.61')],
    ['an operation nobody knows', at(0, 'unknown', '0.61')],
    ['a price off the grid', at(0, 'update', null)],
    ['a size off the grid', at(0, 'update', '0.61', null)],
    ['a row behind what was asked for, while fewer are known', at(5, 'delete')],
  ])('%s is a gap: nothing is known any more', (_what, change) => {
    const ladder = new DepthLadder(5)
    ladder.apply(at(0, 'insert', '0.58'))
    ladder.apply(at(1, 'insert', '0.59'))
    expect(ladder.apply(change)).toBe(false)
    expect(ladder.rows).toEqual([])
  })

  it('equals the first rows of the market after any changes, whether or not the venue deletes in words what an insertion pushes out', () => {
    const change = fc.record({
      kind: fc.constantFrom('put', 'take'),
      cents: fc.integer({ min: 40, max: 60 }),
      size: fc.integer({ min: 1, max: 99 }),
    })
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 6 }), fc.boolean(), fc.array(change, { maxLength: 60 }), (limit, inWords, changes) => {
        const market = new Market(limit, inWords)
        const ladder = new DepthLadder(limit)
        for (const { kind, cents, size } of changes) {
          for (const told of kind === 'put' ? market.put(cents, size) : market.take(cents)) expect(ladder.apply(told)).toBe(true)
          expect(ladder.rows.map(({ price: of, quantity: left }) => [of, left])).toEqual(market.window())
        }
      }),
    )
  })
})

/** An ask side, and what a venue tells of its first rows. Written without the ladder: a sorted list, and the difference of two windows. */
class Market {
  readonly #sizes = new Map<number, number>()
  constructor(
    private readonly limit: number,
    private readonly inWords: boolean,
  ) {}
  window(): (readonly [number, number])[] {
    return this.#sorted().slice(0, this.limit)
  }
  put(cents: number, size: number): DepthChange[] {
    const known = this.#sizes.has(cents * 100)
    this.#sizes.set(cents * 100, size * 100)
    const place = this.#sorted().findIndex(([of]) => of === cents * 100)
    if (place >= this.limit) return []
    const told = this.#row(place, known ? 'update' : 'insert')
    return !known && this.inWords && this.#sizes.size > this.limit ? [told, at(this.limit, 'delete')] : [told]
  }
  take(cents: number): DepthChange[] {
    const place = this.#sorted().findIndex(([of]) => of === cents * 100)
    if (place < 0) return []
    this.#sizes.delete(cents * 100)
    if (place >= this.limit) return []
    return this.#sizes.size < this.limit ? [at(place, 'delete')] : [at(place, 'delete'), this.#row(this.limit - 1, 'insert')]
  }
  #sorted(): (readonly [number, number])[] {
    return [...this.#sizes].sort(([a], [b]) => a - b)
  }
  #row(position: number, operation: 'insert' | 'update'): DepthChange {
    const [of, size] = this.#sorted()[position] ?? [0, 0]
    return { position, operation, price: of as Price, quantity: size as Quantity, maker: '' }
  }
}

describe('what quote and depth together offer', () => {
  it.each<[string, DepthRow[], Level[]]>([
    ['no depth: the top alone', [], [level('0.58', '30')]],
    ['depth behind the top', [row('0.58', '30'), row('0.59', '50')], [level('0.58', '30'), level('0.59', '50')]],
    ['a smaller size in the depth binds', [row('0.58', '10'), row('0.59', '50')], [level('0.58', '10'), level('0.59', '50')]],
    ['a smaller size in the quote binds', [row('0.58', '90')], [level('0.58', '30')]],
    ['a worse price in the depth binds', [row('0.60', '90')], [level('0.60', '90')]],
    ['a worse price in the quote binds', [row('0.57', '20'), row('0.59', '5')], [level('0.58', '20'), level('0.59', '5')]],
    ['makers of one price add up', [row('0.58', '10', 'A'), row('0.58', '5', 'B')], [level('0.58', '15')]],
    ['a row that stands twice while rows move counts once', [row('0.59', '50'), row('0.59', '40')], [level('0.59', '40')]],
    ['… whichever of the two comes first', [row('0.59', '40'), row('0.59', '50')], [level('0.59', '40')]],
    ['rows without size are none', [row('0.58', '0'), row('0.59', '0')], []],
  ])('%s', (_what, rows, levels) => {
    expect(executable('ask', level('0.58', '30'), rows)).toEqual(levels)
  })

  it('goes downwards on the bid side', () => {
    const rows = [row('0.57', '9'), row('0.56', '8'), row('0.55', '7')]
    expect(executable('bid', level('0.56', '30'), rows)).toEqual([level('0.56', '17'), level('0.55', '7')])
  })

  it('is never more, at any limit, than the quote or the depth says', () => {
    const cents = fc.integer({ min: 1, max: 99 }).map((n) => (n * 100) as Price)
    const size = fc.integer({ min: 0, max: 100 }).map((n) => (n * 100) as Quantity)
    const rows = fc.array(fc.record({ price: cents, quantity: size, maker: fc.constantFrom('A', 'B') }), { minLength: 1, maxLength: 8 })
    fc.assert(
      fc.property(fc.constantFrom<BookSide>('bid', 'ask'), cents, size, rows, cents, (side, of, top, depth, limit) => {
        const reaches = ({ price: p }: { price: Price }): boolean => (side === 'ask' ? p <= limit : p >= limit)
        const sum = (levels: readonly Level[]): number => levels.filter(reaches).reduce((total, { quantity: q }) => total + q, 0)
        const offered = executable(side, { price: of, quantity: top }, depth)
        expect(sum(offered)).toBeLessThanOrEqual(sum(depth))
        if (limit === of) expect(sum(offered)).toBeLessThanOrEqual(top)
        if (!reaches({ price: of })) expect(sum(offered)).toBe(0)
        expect(offered.map(({ price: p }) => p)).toEqual([...new Set(offered.map(({ price: p }) => p))])
      }),
    )
  })
})
