import { Ring } from '../../../src/stores/files/ring'

describe('Ring', () => {
  it('hands items on in order', () => {
    const ring = new Ring<number>(3)
    ring.push(1)
    ring.push(2)
    expect([ring.shift(), ring.shift(), ring.shift()]).toEqual([1, 2, undefined])
  })

  it('drops the oldest when full and counts it', () => {
    const ring = new Ring<number>(2)
    for (const item of [1, 2, 3, 4, 5]) ring.push(item)
    expect(ring.dropped).toBe(3)
    expect(ring.take(10)).toEqual([4, 5])
    expect(ring.length).toBe(0)
  })

  it('stays in order over many turns', () => {
    const ring = new Ring<number>(7)
    const seen: number[] = []
    for (let i = 0; i < 1000; i += 1) {
      ring.push(i)
      if (i % 3 === 0) seen.push(...ring.take(3))
    }
    expect(seen).toEqual(seen.toSorted((a, b) => a - b))
    expect(seen.length + ring.length + ring.dropped).toBe(1000)
  })

  it.each([0, -1, 1.5])('refuses a capacity of %s', (capacity) => {
    expect(() => new Ring(capacity)).toThrow(/capacity of at least 1/)
  })
})
