import fc from 'fast-check'
import { marketId, type MarketId } from '../../../../src/core/ids'
import { Assignment } from '../../../../src/venues/kalshi/stream/assignment'

const markets = (from: number, to: number): MarketId[] => Array.from({ length: to - from }, (_, i) => marketId(`M${from + i}`))
/** Where each market is. */
class Places {
  readonly of = new Map<MarketId, number>()
  readonly assignment: Assignment

  constructor(perConnection: number, connectionsMax = 80) {
    this.assignment = new Assignment({ perConnection, connectionsMax })
  }
  add(added: readonly MarketId[]): readonly MarketId[] {
    const { byPlace, unplaced } = this.assignment.assign(added)
    for (const [place, its] of byPlace) for (const each of its) this.of.set(each, place)
    return unplaced
  }
  remove(removed: readonly MarketId[]): void {
    this.assignment.release(removed)
    for (const each of removed) this.of.delete(each)
  }
  sizes(): number[] {
    const sizes: number[] = []
    for (const place of this.of.values()) sizes[place] = (sizes[place] ?? 0) + 1
    return sizes
  }
}

describe('which connection has which market', () => {
  it('fills one connection after the other, and gives no market a second place', () => {
    const places = new Places(400)
    places.add(markets(0, 1_000))
    places.add(markets(900, 1_001))
    expect(places.sizes()).toEqual([400, 400, 201])
  })

  it('shares out what is beyond the connections that the venue grants', () => {
    const places = new Places(10, 3)
    expect(places.add(markets(0, 45))).toEqual([])
    expect(places.sizes()).toEqual([15, 15, 15])
  })

  it('keeps to the room that the venue has told, and says what has none', () => {
    const places = new Places(10, 2)
    places.assignment.limit(0, 4)
    places.add(markets(0, 8))
    places.assignment.limit(1, 4)
    expect(places.add(markets(8, 10))).toEqual(markets(8, 10))
    expect(places.sizes()).toEqual([4, 4])
  })

  it('is the same for the same markets in the same order, and never moves one that stays', () => {
    const change = fc.record({ isAdded: fc.boolean(), from: fc.nat(60), count: fc.integer({ min: 1, max: 20 }) })
    fc.assert(
      fc.property(fc.array(change, { maxLength: 30 }), (changes) => {
        const [one, other] = [new Places(7, 5), new Places(7, 5)]
        for (const { isAdded, from, count } of changes) {
          const before = new Map(one.of)
          for (const places of [one, other]) {
            if (isAdded) places.add(markets(from, from + count))
            else places.remove(markets(from, from + count))
          }
          for (const [each, place] of before) if (one.of.has(each)) expect(one.of.get(each)).toBe(place)
        }
        expect(one.of).toEqual(other.of)
        expect(one.sizes().length).toBeLessThanOrEqual(5)
      }),
    )
  })
})
