import {
  adjustForTie,
  BOOK_DROPS,
  CLOCK_TOLERANCE_MS,
  combine,
  CONSENSUS_REFUSALS,
  consensusOf,
  type Consensus,
  type ConsensusPolicy,
  type Opinion,
} from '../../../src/core/edge/consensus/consensus'
import { decimalOfAmerican } from '../../../src/core/edge/consensus/american'
import { methodSpread } from '../../../src/core/edge/consensus/devig'
import type { BookLine, OddsGame } from '../../../src/core/edge/odds'
import { millis, type Millis } from '../../../src/core/units'
import { Chances, seedOf } from '../../chances'

const NOW = millis(1_786_000_000_000)
const secondsAgo = (seconds: number): Millis => millis(NOW - seconds * 1_000)
const POOLING = { halfLifeMs: 60_000, maxAgeMs: 180_000 }
const POLICY: ConsensusPolicy = {
  ...POOLING,
  method: 'default',
  books: {
    pinnacle: { weight: 3, sharp: true, family: 'pinnacle' },
    betonlineag: { weight: 1, sharp: false, family: 'betonline' },
    lowvig: { weight: 1, sharp: false, family: 'betonline' },
    muted: { weight: 0, sharp: false, family: 'muted' },
  },
  unknownBook: { weight: 1, sharp: false },
  minFamilies: 2,
  maxRejectedShare: 1 / 3,
  uncertaintyFloor: 0.005,
  methodSpreadShare: 0.5,
}
/** Two American prices: of Boston, then of New York. */
const line = (book: string, [boston, newYork]: readonly [number, number], updatedMs: Millis | null = NOW): BookLine => ({
  book,
  updatedMs,
  outcomes: [
    { name: 'Boston', odds: decimalOfAmerican(boston) },
    { name: 'New York', odds: decimalOfAmerican(newYork) },
  ],
})
/** Decimal prices by name. */
const offering = (book: string, outcomes: Readonly<Record<string, number>>): BookLine => ({
  book,
  updatedMs: NOW,
  outcomes: Object.entries(outcomes).map(([name, odds]) => ({ name, odds })),
})
const game = (lines: readonly BookLine[], fetchedMs = NOW): OddsGame => ({
  eventId: 'e1',
  sport: 'basketball_nba',
  homeTeam: 'Boston',
  awayTeam: 'New York',
  commenceMs: millis(NOW + 3_600_000),
  fetchedMs,
  lines,
})
const asked = (lines: readonly BookLine[], policy: Partial<ConsensusPolicy> = {}, outcome = 'Boston'): ReturnType<typeof consensusOf> =>
  consensusOf(game(lines), outcome, NOW, { ...POLICY, ...policy })
function consensus(lines: readonly BookLine[], policy: Partial<ConsensusPolicy> = {}, outcome = 'Boston'): Consensus {
  const result = asked(lines, policy, outcome)
  if (result.kind === 'none') throw new Error(`${result.reason}: ${result.detail}`)
  return result
}
const EVEN = [-110, -110] as const

describe('the consensus of a game', () => {
  it('B1: both sides of an even game at −110 are 0.5 each, though every book says 0.524 of both', () => {
    const lines = [line('draftkings', EVEN), line('fanduel', EVEN)]
    const both = ['Boston', 'New York'].map((outcome) => consensus(lines, {}, outcome))
    expect(both.map(({ probability }) => probability)).toEqual([expect.closeTo(0.5, 12), expect.closeTo(0.5, 12)])
    expect(both[0]?.books.map(({ raw }) => raw)).toEqual([expect.closeTo(0.5238095, 6), expect.closeTo(0.5238095, 6)])
    expect(both[0]).toMatchObject({ lower: expect.closeTo(0.495, 12), upper: expect.closeTo(0.505, 12), bookSpread: expect.closeTo(0, 12) })
  })

  it('B5: without books there is no signal, and nothing stands in for them', () => {
    expect(asked([])).toEqual({ kind: 'none', reason: CONSENSUS_REFUSALS.noLines, detail: 'no book has odds of the winner', dropped: [] })
    expect(asked([line('draftkings', EVEN)])).toMatchObject({ kind: 'none', reason: CONSENSUS_REFUSALS.tooFew })
    expect(asked([line('draftkings', EVEN, null), line('fanduel', EVEN, secondsAgo(600))])).toEqual({
      kind: 'none',
      reason: CONSENSUS_REFUSALS.noBooks,
      detail: '2 of 2 dropped: no time of its own 1, too old 1',
      dropped: [
        { book: 'draftkings', reason: BOOK_DROPS.noTime },
        { book: 'fanduel', reason: BOOK_DROPS.stale },
      ],
    })
  })

  it('B6: a line of ten minutes ago is dropped although it was fetched just now', () => {
    const lines = [line('draftkings', EVEN), line('fanduel', EVEN), line('betmgm', [-200, 170], secondsAgo(600))]
    expect(consensus(lines)).toMatchObject({ bookCount: 2, dropped: [{ book: 'betmgm', reason: 'too old' }], oldestMs: NOW })
  })

  it('B6: a line grows old while nothing is fetched, and the youngest counts most', () => {
    const lines = [line('draftkings', EVEN, secondsAgo(100)), line('fanduel', [-150, 130], secondsAgo(40))]
    const seen = consensus(lines)
    expect(seen).toMatchObject({ oldestMs: secondsAgo(100), newestMs: secondsAgo(40) })
    expect(seen.books.map(({ book, weight }) => [book, weight])).toEqual([
      ['draftkings', expect.closeTo(2 ** (-100 / 60), 12)],
      ['fanduel', expect.closeTo(2 ** (-40 / 60), 12)],
    ])
    const later = consensusOf(game(lines), 'Boston', millis(NOW + 80_001), POLICY)
    expect(later).toMatchObject({ kind: 'none', reason: 'too few families', dropped: [{ book: 'draftkings', reason: 'too old' }] })
    expect(later).toHaveProperty('detail', expect.stringContaining('none is sharp; dropped: too old 1'))
  })

  it('clocks that differ: a line later than its fetch and a fetch later than now are refused', () => {
    const ahead = (ms: number): BookLine => line('betmgm', EVEN, millis(NOW + ms))
    const others = [line('draftkings', EVEN), line('fanduel', EVEN)]
    expect(consensus([...others, ahead(CLOCK_TOLERANCE_MS)]).bookCount).toBe(3)
    expect(consensus([...others, ahead(CLOCK_TOLERANCE_MS + 1)]).dropped).toEqual([{ book: 'betmgm', reason: 'later than its fetch' }])
    const early = millis(NOW - CLOCK_TOLERANCE_MS - 1)
    expect(consensusOf(game(others), 'Boston', early, POLICY)).toMatchObject({ kind: 'none', reason: 'fetched later than now' })
  })

  it('its bounds are the larger of floor and error of the mean, and half of what the methods differ by', () => {
    const lines = [line('draftkings', [-1000, 650]), line('fanduel', [-900, 600])]
    const { probability, lower, upper, sigma, effectiveBooks, methodSpread: spread } = consensus(lines)
    const spreads = lines.map(({ outcomes }) => methodSpread(outcomes.map(({ odds }) => odds))[0] ?? NaN)
    expect(effectiveBooks).toBeCloseTo(2, 12)
    expect(spread).toBeCloseTo(spreads.reduce((a, b) => a + b) / 2, 12)
    expect(spread).toBeGreaterThan(0.02)
    const margin = Math.max(0.005, sigma / Math.sqrt(2)) + spread / 2
    expect([lower, upper]).toEqual([expect.closeTo(probability - margin, 12), expect.closeTo(probability + margin, 12)])
    expect(consensus(lines, { uncertaintyFloor: 0.5 })).toMatchObject({ upper: 1 })
  })

  it('one sharp book is enough', () => {
    expect(consensus([line('pinnacle', [-150, 130])])).toMatchObject({ bookCount: 1, sharpShare: 1, familyCount: 1 })
  })

  it('books of one family weigh like one', () => {
    const apart = [line('betonlineag', [-150, 130]), line('fanduel', EVEN)]
    const alone = consensus(apart)
    const twins = consensus([...apart, line('lowvig', [-150, 130])])
    expect(twins.probability).toBeCloseTo(alone.probability, 12)
    expect(twins).toMatchObject({ bookCount: 3, familyCount: 2, effectiveBooks: expect.closeTo(2, 12) })
    expect(asked([line('betonlineag', EVEN), line('lowvig', EVEN)])).toMatchObject({ kind: 'none', reason: 'too few families' })
  })

  it('a book that weighs nothing is not heard, and none has the name of what every object has', () => {
    expect(consensus([line('muted', [-300, 250]), line('draftkings', EVEN), line('fanduel', EVEN)]).dropped).toEqual([
      { book: 'muted', reason: 'weighs nothing' },
    ])
    expect(consensus([line('constructor', EVEN), line('fanduel', EVEN)]).bookCount).toBe(2)
  })

  it('an outlier is rejected by name; when it had more than a third of the weight, all of it is', () => {
    const books = ['draftkings', 'fanduel', 'betmgm'].map((book) => line(book, EVEN))
    expect(consensus([...books, line('bovada', [-300, 250])])).toMatchObject({ bookCount: 3, rejected: ['bovada'] })
    expect(asked([...books, line('pinnacle', [-300, 250]), line('betus', EVEN)])).toMatchObject({
      kind: 'none',
      reason: 'too much rejected',
      detail: '43 % of the weight: pinnacle',
    })
  })

  it('a margin beyond the gates drops the book by its name', () => {
    const good = [line('draftkings', EVEN), line('fanduel', EVEN)]
    expect(consensus([...good, line('betus', [-140, -130])]).dropped).toEqual([{ book: 'betus', reason: 'booksum too high' }])
    expect(consensus([...good, line('betus', [120, 120])]).dropped).toEqual([{ book: 'betus', reason: 'booksum too low' }])
  })
})

describe('the outcomes of a game', () => {
  const THREE = { Boston: 2.7, 'New York': 2.3, Draw: 4.4 }
  const TWO = { Boston: 1.9, 'New York': 1.9 }

  it('three ways are Shin’s, and the draw is one of them', () => {
    const lines = [offering('draftkings', THREE), offering('fanduel', THREE)]
    const all = ['Boston', 'New York', 'Draw'].map((outcome) => consensus(lines, {}, outcome).probability)
    expect(all).toEqual([0.3593439196, 0.4232438482, 0.2174122322].map((p) => expect.closeTo(p, 9) as number))
  })

  it('a book without the draw is dropped: two of three outcomes are never made to add up to one', () => {
    const lines = [offering('draftkings', THREE), offering('fanduel', THREE), offering('betmgm', TWO)]
    expect(consensus(lines)).toMatchObject({ bookCount: 2, dropped: [{ book: 'betmgm', reason: 'a side is missing' }] })
  })

  it('a book with one side is dropped', () => {
    const lines = [offering('draftkings', TWO), offering('fanduel', TWO), offering('betmgm', { Boston: 1.9 })]
    expect(consensus(lines)).toMatchObject({ bookCount: 2, dropped: [{ book: 'betmgm', reason: 'a side is missing' }] })
    expect(asked([offering('betmgm', { Boston: 1.9 })])).toMatchObject({ kind: 'none', reason: 'no agreed set of outcomes' })
  })

  it('a three-way line of one sharp book among two-way ones is another bet: none of them is believed', () => {
    const lines = [offering('pinnacle', THREE), offering('draftkings', TWO), offering('fanduel', TWO)]
    expect(asked(lines)).toMatchObject({
      kind: 'none',
      reason: 'no agreed set of outcomes',
      detail: 'pinnacle 3, draftkings 2, fanduel 2',
    })
  })

  it('where the sport says how many there are, lines of another number are dropped', () => {
    const lines = [offering('pinnacle', THREE), offering('draftkings', TWO), offering('fanduel', TWO)]
    expect(consensus(lines, { ways: 2 })).toMatchObject({
      bookCount: 2,
      dropped: [{ book: 'pinnacle', reason: 'another set of outcomes' }],
    })
    expect(consensus(lines, { ways: 3 })).toMatchObject({ bookCount: 1, sharpShare: 1 })
    expect(asked(lines.slice(1), { ways: 3 })).toMatchObject({ kind: 'none', reason: 'no agreed set of outcomes' })
  })

  it('a team twice, or another team, is no set', () => {
    const twice: BookLine = {
      ...offering('betus', {}),
      outcomes: [...offering('', { Boston: 1.9 }).outcomes, { name: 'Boston', odds: 1.9 }],
    }
    const good = [offering('draftkings', TWO), offering('fanduel', TWO)]
    expect(consensus([twice, ...good]).dropped).toEqual([{ book: 'betus', reason: 'a side is missing' }])
    const other = offering('betus', { Boston: 1.9, Brooklyn: 1.9 })
    expect(consensus([other, ...good]).dropped).toEqual([{ book: 'betus', reason: 'another set of outcomes' }])
    expect(asked([other, offering('draftkings', TWO)])).toMatchObject({ reason: 'no agreed set of outcomes' })
  })

  it('what is not offered has no consensus', () => {
    expect(asked([line('draftkings', EVEN), line('fanduel', EVEN)], {}, 'Draw')).toMatchObject({
      kind: 'none',
      reason: 'outcome not offered',
      detail: '"Draw" is none of Boston, New York',
    })
  })
})

it('a tie is worth what the rules of the market say (market-math §5)', () => {
  expect(adjustForTie(0.8, 0.003, 0.5)).toBeCloseTo(0.8 - 0.0009, 9)
  expect(adjustForTie(0.8, 0.003, 0)).toBeCloseTo(0.8 - 0.0024, 9)
  for (const bad of [-0.1, 1.1, NaN]) expect(() => adjustForTie(0.5, bad, 0.5)).toThrow(`not within 0 … 1: ${bad}`)
})

const SEED = seedOf()

describe(`laws of the consensus, CROSSBOOK_SEED=${SEED}`, () => {
  const chances = new Chances(SEED)
  const opinion = (n: number): Opinion => ({
    book: `book ${n}`,
    probability: (1 + chances.below(998)) / 1_000,
    weight: chances.upTo(3),
    ageMs: chances.below(180_000),
    sharp: chances.below(4) === 0,
    ...(chances.below(3) === 0 ? { family: `family ${chances.below(2)}` } : {}),
  })
  const cases = Array.from({ length: 500 }, () => Array.from({ length: chances.upTo(9) }, (_, n) => opinion(n)))
  const pooled = (opinions: readonly Opinion[]): ReturnType<typeof combine> => combine(opinions, POOLING)

  it('the order of the books does not matter, to the last digit', () => {
    const turned = (opinions: readonly Opinion[]): readonly Opinion[] => opinions.toSorted(() => chances.below(3) - 1)
    for (const opinions of cases) expect({ ...pooled(turned(opinions)), stale: [] }).toEqual({ ...pooled(opinions), stale: [] })
  })

  it('a book too old to be heard changes nothing', () => {
    const dead: Opinion = { book: 'dead', probability: 0.999, weight: 1_000, ageMs: 180_001, sharp: true, family: 'family 0' }
    for (const opinions of cases) expect(pooled([dead, ...opinions])).toEqual({ ...pooled(opinions), stale: ['dead'] })
  })

  it('a book that has nearly no weight left changes nearly nothing of the mean, within its family or without', () => {
    for (const opinions of cases.filter(({ length }) => length >= 3)) {
      const faint = { ...opinion(99), weight: 1e-13 }
      const [before, after] = [pooled(opinions), pooled([...opinions, faint])]
      if (before?.rejected.length === after?.rejected.length) expect(after?.probability).toBeCloseTo(before?.probability ?? NaN, 9)
    }
  })

  it('books that agree are their own consensus', () => {
    for (const opinions of cases) {
      const p = opinions[0]?.probability ?? NaN
      const agreed = pooled(opinions.map((each) => ({ ...each, probability: p })))
      expect([agreed?.probability, agreed?.sigma]).toEqual([expect.closeTo(p, 12), expect.closeTo(0, 12)])
    }
  })

  it('the mean lies between the books that were kept, and there are no more effective books than families', () => {
    for (const opinions of cases) {
      const { kept, probability = NaN, effectiveBooks = NaN, families = NaN, rejectedShare } = pooled(opinions) ?? { kept: [] }
      const chancesKept = kept.map((voice) => voice.opinion.probability)
      expect(probability).toBeGreaterThanOrEqual(Math.min(...chancesKept) - 1e-12)
      expect(probability).toBeLessThanOrEqual(Math.max(...chancesKept) + 1e-12)
      expect(effectiveBooks).toBeLessThanOrEqual(families + 1e-9)
      expect(rejectedShare).toBeLessThanOrEqual(0.5 + 1e-9)
    }
  })

  it('both sides of a game add up to one, and what one has at most the other lacks', () => {
    for (let n = 0; n < 300; n++) {
      const lines = Array.from({ length: 2 + chances.below(8) }, (_, i) => line(`b${i}`, [chances.upTo(300) - 460, 100 + chances.upTo(90)]))
      const [boston, newYork] = ['Boston', 'New York'].map((outcome) => asked(lines, {}, outcome))
      expect(newYork?.kind).toBe(boston?.kind)
      if (boston?.kind === 'consensus' && newYork?.kind === 'consensus') expect(boston.lower + newYork.upper).toBeCloseTo(1, 12)
    }
  })

  it('nobody, or nobody young enough, is no consensus', () => {
    expect(pooled([])).toBeNull()
    expect(pooled([{ ...opinion(0), ageMs: 180_001 }])).toBeNull()
  })
})
