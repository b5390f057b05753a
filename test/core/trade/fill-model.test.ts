import { mulberry32, streamSeed } from '../../../src/core/random'
import { availableOf, inChunks, waitFor, waitOf, withinLimit } from '../../../src/core/trade/fill-model'
import type { Level } from '../../../src/core/market/event'
import { ONE_CONTRACT, price, quantity } from '../../../src/core/units'

const level = (at: string, of: string): Level => ({ price: price(at), quantity: quantity(of) })
const sizes = (levels: readonly Level[]): readonly number[] => levels.map(({ quantity: size }) => size)
const SEED = 20_261_122
const ROUNDS = 500

describe('the wait of an order', () => {
  const drawn = { waits: 'drawn' } as const
  const dear = { waits: 'ninth-decile' } as const

  it('is drawn from the stream of market-math §7', () => {
    const seed = streamSeed('run1|order-1|latency')
    const next = mulberry32(seed)
    const draws = [2_670_800_193, 297_469_000, 2_805_197_334, 739_148_766, 3_930_702_766]
    expect([seed, ...draws.map(() => next())]).toEqual([3_214_542_477, ...draws])
    // 2670800193 / 2^32 = 0.62184…
    expect(waitFor([0, 1_000], drawn, 'run1', 'order-1', 'latency')).toBe(621)
    // of two steps: the second, 0.24368… of it
    expect(waitFor([10, 20, 40], drawn, 'run1', 'order-1', 'latency')).toBe(24)
  })

  it('has a stream of its own for each order and purpose: one more order shifts nobody else', () => {
    const wait = (run: string, order: string, purpose: string): number => waitFor([0, 1_000_000], drawn, run, order, purpose)
    const first = wait('run1', 'order-1', 'latency')
    wait('run1', 'order-0', 'latency')
    expect(wait('run1', 'order-1', 'latency')).toBe(first)
    for (const other of [wait('run2', 'order-1', 'latency'), wait('run1', 'order-2', 'latency'), wait('run1', 'order-1', 'back')])
      expect(other).not.toBe(first)
  })

  it('is linear between two quantiles, and never beyond the table', () => {
    const table = [10, 20, 40]
    const [half, last] = [2 ** 31, 2 ** 32 - 1]
    expect([0, half / 2, half, half + half / 2, last].map((draw) => waitOf(table, draw))).toEqual([10, 15, 20, 30, 39])
    expect(waitOf([7, 7], last)).toBe(7)
    const next = mulberry32(SEED)
    for (let n = 0; n < ROUNDS; n++) expect(waitOf(table, next())).toBeLessThan(40)
  })

  it('is the ninth decile where it is not drawn, whatever the order', () => {
    const deciles = [0, 100, 200, 300, 400, 500, 600, 700, 800, 900, 5_000]
    for (const order of ['order-1', 'order-2']) expect(waitFor(deciles, dear, 'run1', order, 'there')).toBe(900)
    expect(waitFor([0, 1_000], dear, 'run1', 'order-1', 'there')).toBe(900)
    expect(waitFor([30, 30], dear, 'run1', 'order-1', 'there')).toBe(30)
  })

  it.each([[[]], [[5]], [[5, 4]], [[0, 0.5]], [[0, Number.NaN]]])('is refused of the table %j', (table) => {
    expect(() => waitOf(table, 0)).toThrow(RangeError)
    expect(() => waitOf(table, 0)).toThrow(`[${table.join(', ')}]`)
  })
})

describe('what there is of displayed levels', () => {
  const three = [level('0.40', '100'), level('0.41', '100'), level('0.42', '100')]

  it('loses the phantom of each level, and κ to the power of its place', () => {
    // 100 × 0.9, × 0.8, × 0.64, whole contracts
    expect(sizes(availableOf(three, { depthFactor: 8_000, phantom: 1_000 }))).toEqual([9_000, 7_200, 5_700])
    expect(availableOf(three, { depthFactor: 10_000, phantom: 0 })).toEqual(three)
    expect(sizes(availableOf(three, { depthFactor: 0, phantom: 0 }))).toEqual([10_000])
    expect(availableOf(three, { depthFactor: 10_000, phantom: 10_000 })).toEqual([])
  })

  it('is rounded once: 3 × 0.9 × 0.9 are two contracts, and parts of one are none', () => {
    const levels = [level('0.40', '0.99'), level('0.41', '3')]
    expect(availableOf(levels, { depthFactor: 9_000, phantom: 1_000 })).toEqual([level('0.41', '2')])
  })

  it('is exact behind fifty levels', () => {
    const deep = Array.from({ length: 50 }, () => level('0.40', '21474836.47'))
    const last = availableOf(deep, { depthFactor: 9_999, phantom: 1 }).at(-1)
    const exact = (2_147_483_647n * 9_999n ** 50n) / 10_000n ** 50n
    expect(last?.quantity).toBe(Number(exact - (exact % 100n)))
  })

  it(`is never more than displayed, and falls with κ and rises with no phantom (seed ${SEED})`, () => {
    const next = mulberry32(SEED)
    const total = (levels: readonly Level[]): number => sizes(levels).reduce((sum, size) => sum + size, 0)
    for (let round = 0; round < ROUNDS; round++) {
      const levels = Array.from({ length: 1 + (next() % 6) }, (_, n) => ({
        price: price(4_000 + 100 * n),
        quantity: quantity(1 + (next() % 90_000)),
      }))
      const [depthFactor, phantom] = [next() % 10_001, next() % 10_001]
      const available = availableOf(levels, { depthFactor, phantom })
      for (const { price: at, quantity: size } of available) {
        expect(size).toBeLessThanOrEqual(levels.find((each) => each.price === at)?.quantity ?? 0)
        expect([size % ONE_CONTRACT, size > 0]).toEqual([0, true])
      }
      const worse = next() % (depthFactor + 1)
      expect(total(availableOf(levels, { depthFactor: worse, phantom }))).toBeLessThanOrEqual(total(available))
      const more = phantom + (next() % (10_001 - phantom))
      expect(total(availableOf(levels, { depthFactor, phantom: more }))).toBeLessThanOrEqual(total(available))
    }
  })
})

it('an order takes what its limit permits', () => {
  const levels = [level('0.40', '1'), level('0.41', '2'), level('0.42', '3')]
  expect(withinLimit(levels, 'buy', price('0.41'))).toEqual(levels.slice(0, 2))
  expect(withinLimit(levels, 'sell', price('0.41'))).toEqual(levels.slice(1))
})

it('what was taken comes in fills of 25 contracts and a rest', () => {
  const taken = [level('0.40', '60'), level('0.41', '25'), level('0.42', '1')]
  expect(inChunks(taken)).toEqual([
    ...[level('0.40', '25'), level('0.40', '25'), level('0.40', '10')],
    ...[level('0.41', '25'), level('0.42', '1')],
  ])
  expect(inChunks([])).toEqual([])
})
