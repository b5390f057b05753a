import { confidence, CONFIDENCE_KINDS, SUSPICIOUS_EDGE, tierOf, type ConfidenceInput } from '../../../src/core/edge/confidence'
import { quantity } from '../../../src/core/units'
import { Chances, seedOf } from '../../chances'

const input = (change: Partial<ConfidenceInput> = {}): ConfidenceInput => ({
  edge: 0.016675,
  bookCount: 4,
  bookSpread: 0.01,
  volume: 2_000,
  effectiveBooks: 3.4,
  sigma: 0.0062,
  sharpShare: 0.62,
  oldestAgeMs: 8_000,
  depth: quantity('400'),
  size: quantity('150'),
  spread: 0.02,
  hoursToStart: 3.5,
  isSameQuestion: true,
  isTrading: true,
  ...change,
})
const STANDARD = { high: 70, medium: 50, low: 30 }
const AGGRESSIVE = { high: 60, medium: 40, low: 25 }

describe('confidence in bands (seed-behaviour §6)', () => {
  it.each([
    [0.07, 4, 0.01, 2_000, 12, [25, 30, 15, 20], 90, 'HIGH', 'HIGH'],
    [0.05, 3, 0.02, 500, 30, [20, 25, 10, 10], 65, 'MEDIUM', 'HIGH'],
    [0.03, 3, 0.03, 499, 1, [10, 15, 0, 0], 25, 'SKIP', 'LOW'],
  ])(
    'edge %d, %d books within %d, volume %d, %d h',
    (edge, bookCount, bookSpread, volume, hoursToStart, parts, score, standard, aggressive) => {
      const judged = confidence('bands', input({ edge, bookCount, bookSpread, volume, hoursToStart }))
      expect(Object.values(judged.parts)).toEqual(parts)
      expect(judged).toMatchObject({ score, gated: false })
      expect([tierOf(score, STANDARD), tierOf(score, AGGRESSIVE)]).toEqual([standard, aggressive])
    },
  )

  it.each([
    ['edge', { edge: 0.1 }, 30],
    ['edge', { edge: 0.0999 }, 25],
    ['edge', { edge: 0.0299 }, 0],
    ['consensus', { bookCount: 3, bookSpread: 0.01 }, 25],
    ['consensus', { bookCount: 9, bookSpread: 0.0101 }, 25],
    ['consensus', { bookCount: 4, bookSpread: 0.031 }, 0],
    ['consensus', { bookCount: 2, bookSpread: 0 }, 0],
    ['liquidity', { volume: 5_000 }, 20],
    ['liquidity', { volume: 4_999 }, 15],
    ['timing', { hoursToStart: 6 }, 20],
    ['timing', { hoursToStart: 24 }, 20],
    ['timing', { hoursToStart: 5.9 }, 10],
    ['timing', { hoursToStart: 48 }, 10],
    ['timing', { hoursToStart: 48.1 }, 0],
    ['timing', { hoursToStart: 1.9 }, 0],
  ] as const)('%s: %j is %d', (part, change, points) => {
    expect(confidence('bands', input(change)).parts[part]).toBe(points)
  })

  it('a border is reached whatever the doubles on the way lost', () => {
    expect(0.57 - 0.5).not.toBe(0.07)
    for (const edge of [0.57 - 0.5, 0.58 - 0.51, 0.62 - 0.55, 0.07]) expect(confidence('bands', input({ edge })).parts.edge).toBe(25)
    expect(confidence('bands', input({ bookSpread: 0.53 - 0.52 })).parts.consensus).toBe(30)
  })

  it('says in words what each part is made of', () => {
    expect(confidence('bands', input({ edge: 0.071, hoursToStart: 12 })).reasons).toEqual([
      'edge 25 of 30: 7.1c net',
      'consensus 30 of 30: 4 families of books within 1c',
      'liquidity 15 of 20: 2000 contracts traded',
      'timing 20 of 20: 12 h to the start',
    ])
  })
})

describe('confidence without steps (market-math §6)', () => {
  it('is the worked example', () => {
    const { parts, total, score, gated, reasons } = confidence('continuous', input())
    expect(Object.values(parts)).toEqual(
      [2.8607142857, 23.1333333333, 18.4, 18.0111111111].map((part) => expect.closeTo(part, 9) as number),
    )
    expect(total).toBeCloseTo(62.4051587302, 9)
    expect([score, gated]).toEqual([62, false])
    expect(reasons).toEqual([
      'edge 2.9 of 30: 1.67c net',
      'consensus 23.1 of 30: 3.4 equal books, 0.62c apart, 62 % sharp',
      'liquidity 18.4 of 20: depth 2.7 times the size, spread 2c',
      'timing 18 of 20: oldest line 8 s, 3.5 h to the start',
    ])
  })

  it('is not asked for a size of nothing', () => {
    expect(() => confidence('continuous', input({ size: quantity('0') }))).toThrow('a size above zero, not for 0')
  })
})

describe.each(CONFIDENCE_KINDS)('the gates of %s', (kind) => {
  it.each([
    ['no edge', { edge: 0 }, 'no edge: 0c net'],
    ['a loss', { edge: -0.02 }, 'no edge: -2c net'],
    ['no number', { edge: NaN }, 'no edge: unknown net'],
    ['too much', { edge: SUSPICIOUS_EDGE + 0.001 }, 'an edge of 12.1c is presumed a mistake: a person looks first'],
    ['a game that runs', { hoursToStart: 0 }, 'the game has started'],
    ['no start time', { hoursToStart: null }, 'the start is not known'],
    ['another question', { isSameQuestion: false }, 'the question is not surely the same'],
    ['a halt', { isTrading: false }, 'trading or data is halted'],
  ])('%s: zero, and the reason first', (_what, change, reason) => {
    const judged = confidence(kind, input(change))
    expect(judged).toMatchObject({ score: 0, gated: true })
    expect(judged.reasons[0]).toBe(reason)
    expect(judged.reasons).toHaveLength(5)
  })

  it('stand open up to 12c', () => {
    expect(confidence(kind, input({ edge: SUSPICIOUS_EDGE })).gated).toBe(false)
  })
})

it('tiers begin at their borders', () => {
  expect([100, 70, 69, 50, 49, 30, 29, 0].map((score) => tierOf(score, STANDARD))).toEqual([
    'HIGH',
    'HIGH',
    'MEDIUM',
    'MEDIUM',
    'LOW',
    'LOW',
    'SKIP',
    'SKIP',
  ])
})

const SEED = seedOf()

describe(`laws of confidence, CROSSBOOK_SEED=${SEED}`, () => {
  const chances = new Chances(SEED)
  const anything = (): ConfidenceInput =>
    input({
      edge: chances.below(20_000) / 100_000 - 0.02,
      bookCount: chances.below(12),
      bookSpread: chances.below(100) / 1_000,
      volume: chances.below(10_000),
      effectiveBooks: 1 + chances.below(100) / 10,
      sigma: chances.below(60) / 1_000,
      sharpShare: chances.below(11) / 10,
      oldestAgeMs: chances.below(200_000),
      depth: quantity(chances.below(100_000)),
      size: quantity(chances.upTo(50_000)),
      spread: chances.below(30) / 100,
      hoursToStart: chances.below(2_000) / 10,
    })
  const cases = Array.from({ length: 1_000 }, anything)
  const better: readonly ((from: ConfidenceInput, by: number) => Partial<ConfidenceInput>)[] = [
    ({ edge }, by) => ({ edge: edge + by / 10 }),
    ({ effectiveBooks }, by) => ({ effectiveBooks: effectiveBooks + by }),
    ({ sigma }, by) => ({ sigma: sigma * by }),
    ({ sharpShare }, by) => ({ sharpShare: sharpShare + by }),
    ({ oldestAgeMs }, by) => ({ oldestAgeMs: oldestAgeMs * by }),
    ({ depth }, by) => ({ depth: quantity(depth + Math.floor(by * 1_000)) }),
    ({ spread }, by) => ({ spread: spread * by }),
    ({ hoursToStart }, by) => ({ hoursToStart: (hoursToStart ?? 0) * by }),
  ]

  it('what is better never scores less without steps', () => {
    const totals = cases.flatMap((from) =>
      better.map((of, n) => {
        const to = { ...from, ...of(from, chances.upTo(99) / 100) }
        return { n, to, gain: confidence('continuous', to).total - confidence('continuous', from).total }
      }),
    )
    expect(totals.filter(({ gain }) => !(gain >= -1e-12))).toEqual([])
    expect(new Set(totals.filter(({ gain }) => gain > 0).map(({ n }) => n)).size).toBe(better.length)
  })

  it.each(CONFIDENCE_KINDS)('a score of %s is a whole number within 0 … 100, and 0 behind a gate', (kind) => {
    const scores = cases.map((each) => confidence(kind, each))
    expect(scores.filter(({ score }) => !(Number.isInteger(score) && score >= 0 && score <= 100))).toEqual([])
    expect(scores.filter(({ gated, score }) => gated && score !== 0)).toEqual([])
    expect(new Set(scores.map(({ gated }) => gated)).size).toBe(2)
  })
})
