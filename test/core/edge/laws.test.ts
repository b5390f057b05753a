import fc from 'fast-check'
import { detectEdge, type EdgeInput } from '../../../src/core/edge/detect'
import { figuresOf } from '../../../src/core/edge/finding'
import { rulesFor } from '../../../src/core/edge/profile'
import { Book } from '../../../src/core/market/book'
import { buyingCostBound, kalshiFees } from '../../../src/core/market/fees'
import { CLEARED_GRID } from '../../../src/core/market/fees-kalshi'
import { isPriceOf } from '../../../src/core/market/grid'
import { millis, money, ONE_CONTRACT, ONE_DOLLAR, price, type Price, type Quantity } from '../../../src/core/units'
import {
  CENTS,
  CONSENSUS,
  edgeInput,
  FEES,
  heardOf,
  HOUR_MS,
  kalshiBook,
  later,
  level,
  MAPPING,
  MARKET,
  mapped,
  NOW,
  SETTINGS,
  thought,
} from './fixture'

const DOLLAR = 1_000_000
const seed = Date.now() % 2 ** 31

describe(`laws (seed ${seed})`, () => {
  const cents = (least: number, most: number): fc.Arbitrary<Price> => fc.integer({ min: least, max: most }).map((n) => price(n * 100))
  const lots = fc.integer({ min: 1, max: 2_000 }).map((n) => (n * ONE_CONTRACT) as Quantity)
  const age = fc.oneof({ weight: 4, arbitrary: fc.integer({ min: 0, max: 59_000 }) }, fc.integer({ min: -3_000, max: 200_000 }))
  const profiles = fc.constantFrom(...SETTINGS.profiles.map(({ name }) => name))
  const input: fc.Arbitrary<EdgeInput> = fc
    .record({
      bid: fc.oneof({ weight: 3, arbitrary: cents(20, 75) }, cents(1, 97)),
      gap: fc.oneof(fc.constant(0), fc.integer({ min: -1, max: 4 })),
      sizes: fc.array(lots, { minLength: 2, maxLength: 4 }),
      // from the bid: how far the books are above or below Kalshi
      away: fc.oneof(fc.double({ min: -0.16, max: 0.16, noNaN: true }), fc.double({ min: 0.06, max: 0.14, noNaN: true })),
      margin: fc.double({ min: 0, max: 0.02, noNaN: true }),
      books: fc.integer({ min: 2, max: 9 }),
      spread: fc.double({ min: 0, max: 0.03, noNaN: true }),
      sharpShare: fc.constantFrom(0, 0.3),
      profile: profiles,
      isGuarded: fc.boolean(),
      isCleared: fc.boolean(),
      hours: fc.oneof({ weight: 4, arbitrary: fc.double({ min: 3, max: 24, noNaN: true }) }, fc.double({ min: -2, max: 200, noNaN: true })),
      lineAge: age,
      fetchAge: age,
      toldAge: age,
      status: fc.constantFrom(...Array.from({ length: 8 }, () => 'confirmed'), 'review', 'none'),
      birthAge: fc.option(fc.integer({ min: 0, max: 300_000 })),
      volume: fc.option(lots, { freq: 20 }),
    })
    .map((of) => {
      const probability = Math.min(0.99, Math.max(0.01, of.bid / ONE_DOLLAR + of.away))
      const ask = Math.min(9_900, of.bid + 100 + of.gap * 100) as Price
      const start = millis(NOW + Math.round(of.hours * HOUR_MS))
      return edgeInput({
        market: { ...MARKET, mapping: { ...MAPPING, startMs: start, status: of.status as 'confirmed' } },
        book: kalshiBook([{ price: of.bid, quantity: of.sizes[0] ?? ONE_CONTRACT }], ladder(ask, of.sizes)),
        odds: { eventId: 'e1', commenceMs: start, fetchedMs: later(-of.fetchAge) },
        movedAtMs: later(-100_000),
        birth: of.birthAge === null ? null : { outcome: 'yes', fetchedMs: later(-of.birthAge), newestMs: later(-of.birthAge - 5_000) },
        volume: of.volume === null ? null : ((of.volume * 10) as Quantity),
        fees: of.isCleared ? CLEARED : FEES,
        rules: rulesFor({ ...SETTINGS, isGuarded: of.isGuarded }, 'paper', of.profile),
        ...thought({
          probability,
          lower: Math.max(0, probability - of.margin),
          upper: Math.min(1, probability + of.margin),
          bookCount: of.books + 1,
          familyCount: of.books,
          books: ['pinnacle', 'draftkings'].map((book) => heardOf(book, -of.toldAge)),
          bookSpread: of.spread,
          sharpShare: of.sharpShare,
          oldestMs: later(-of.lineAge),
        }),
      })
    })
  const ladder = (ask: Price, sizes: readonly Quantity[]): ReturnType<typeof level>[] =>
    sizes.map((of, n) => ({ price: (ask + 100 * n) as Price, quantity: of })).filter((of) => of.price <= 9_900)
  const CLEARED = kalshiFees(
    { feeType: 'quadratic', multiplier: 10_000, fetchedAtMs: NOW },
    { balanceGrid: CLEARED_GRID, slackPerContract: money(10_000) },
  ) as typeof FEES

  it('B2 B15: nothing is found that earns less at its limit, on the lower bound, with all fees, than was asked', () => {
    let finds = 0
    fc.assert(
      fc.property(input, (of) => {
        const finding = detectEdge(of)
        if (finding.kind !== 'found') return
        finds++
        const { outcome, limit, quantity: contracts, minEdge } = finding
        const { lower, upper } = finding.side.consensus
        const worth = Math.floor((outcome === 'yes' ? lower : 1 - upper) * DOLLAR) * (contracts / ONE_CONTRACT)
        const cost = of.fees.kind === 'priced' ? buyingCostBound(of.fees, [{ price: limit, quantity: contracts }]) : Infinity
        expect(finding.costBound).toBe(cost)
        expect(worth - cost).toBeGreaterThanOrEqual((minEdge * contracts) / ONE_CONTRACT)
        expect(minEdge).toBeGreaterThanOrEqual(of.rules.confirmFrom === null ? 0 : 20_000)
        expect(isPriceOf(limit, { venue: 'kalshi', outcome }, CENTS)).toBe(true)
        expect(limit >= of.rules.minPrice && limit <= of.rules.maxPrice).toBe(true)
        expect(contracts % ONE_CONTRACT === 0 && contracts >= ONE_CONTRACT && contracts <= of.limits.maxContracts).toBe(true)
        expect(finding.costBound).toBeLessThanOrEqual(of.limits.maxPremium)
        expect(finding.unwindLoss).toBeLessThanOrEqual(of.limits.lossBudget)
        expect(finding.verdicts.every(({ passed }) => passed)).toBe(true)
      }),
      { seed, numRuns: 2_000 },
    )
    expect(finds).toBeGreaterThan(50)
  })

  it('the other team’s market, its book mirrored, is judged alike: the same finding with YES and NO swapped', () => {
    const parts = fc.integer({ min: 0, max: 4_096 }).map((n) => n / 4_096)
    fc.assert(
      fc.property(input, fc.tuple(parts, parts, parts), (of, bounds) => {
        const [lower = 0, probability = 0, upper = 0] = bounds.toSorted((a, b) => a - b)
        const near = { ...of, ...thought({ ...consensusOf(of), lower, probability, upper }) }
        const there = detectEdge(near)
        const here = detectEdge({
          ...near,
          book: mirrored(of.book),
          birth: of.birth === null ? null : { ...of.birth, outcome: 'no' },
          ...thought({ ...consensusOf(of), lower: 1 - upper, probability: 1 - probability, upper: 1 - lower }),
        })
        expect(here.kind).toBe(there.kind)
        if (here.kind === 'none' || there.kind === 'none') return
        // of two equal sides YES is taken, and only a crossed book has two
        if (here.look.bid !== null && here.look.ask !== null && here.look.bid >= here.look.ask) return
        expect([here.edge, here.outcome]).toEqual([there.edge, there.outcome === null ? null : there.outcome === 'yes' ? 'no' : 'yes'])
        if (here.kind === 'found' && there.kind === 'found') expect(figuresOf(here).slice(1)).toEqual(figuresOf(there).slice(1))
        if (here.kind === 'refused' && there.kind === 'refused') expect([here.reason, here.figures]).toEqual([there.reason, there.figures])
      }),
      { seed, numRuns: 2_000 },
    )
  })
  const consensusOf = (of: EdgeInput): Partial<typeof CONSENSUS> => (of.consensus.kind === 'consensus' ? of.consensus : {})
  const mirrored = (book: Book): Book => {
    const other = (side: 'bid' | 'ask'): ReturnType<typeof level>[] =>
      book.levels(side, 50).map((of) => ({ price: (ONE_DOLLAR - of.price) as Price, quantity: of.quantity }))
    return kalshiBook(other('ask'), other('bid'))
  }

  it('nothing is found in play, on old odds or lines, on odds that Kalshi left behind, or unmapped; and every refusal names the check that fails first', () => {
    fc.assert(
      fc.property(input, (of) => {
        const finding = detectEdge(of)
        if (finding.kind === 'none') return
        const limitMs = (of.market.mapping.startMs ?? 0) - NOW > SETTINGS.policy.nearMs ? 180_000 : 60_000
        const lineAge = of.consensus.kind === 'consensus' ? NOW - of.consensus.oldestMs : Infinity
        const fetchAge = of.odds === null ? Infinity : NOW - of.odds.fetchedMs
        const isWrong =
          of.market.mapping.status !== 'confirmed' ||
          (of.market.mapping.startMs ?? 0) <= NOW ||
          Math.max(lineAge, fetchAge) > limitMs ||
          Math.min(lineAge, fetchAge) < -2_000 ||
          (of.rules.oddsAfterMove && (fetchAge >= 100_000 || toldAgeOf(of) >= 95_000)) ||
          isUnconfirmed(of, finding)
        if (isWrong) expect(finding.kind).toBe('refused')
        if (finding.kind === 'refused') expect(finding.failed[0]).toBe(finding.reason)
      }),
      { seed, numRuns: 2_000 },
    )
  })
})

/** How long ago its books said it, which all of them did at once. */
const toldAgeOf = ({ consensus }: EdgeInput): number =>
  consensus.kind === 'consensus' ? NOW - (consensus.books[0]?.updatedMs ?? Infinity) : Infinity
/** An edge that is presumed an error, and of which nobody has said anything since it was born. */
const isUnconfirmed = (of: EdgeInput, { edge, outcome }: { readonly edge: number | null; readonly outcome: string | null }): boolean =>
  of.rules.confirmFrom !== null &&
  edge !== null &&
  edge >= of.rules.confirmFrom &&
  (of.birth === null || of.birth.outcome !== outcome || toldAgeOf(of) >= NOW - of.birth.newestMs)

describe('refusals are total', () => {
  const anything = fc.constantFrom(NaN, -1, 0, 0.5, 1, 2, Infinity)
  it(`whatever is told wrongly is a named refusal or none, never a find and never thrown (seed ${seed})`, () => {
    const broken: fc.Arbitrary<Partial<EdgeInput>> = fc.oneof(
      fc.record({ probability: anything, lower: anything, upper: anything }).map((of) => thought(of)),
      fc.constant({ odds: null }),
      fc.constant({ odds: { eventId: 'e1', commenceMs: null, fetchedMs: later(-5_000) } }),
      fc.constant(mapped({ startMs: null })),
      fc.constant(mapped({ yesTeams: {} })),
      fc.constant(mapped({ tie: { value: 'unknown' } })),
      fc.constant(mapped({ sport: null })),
      fc.constant({ book: new Book() }),
      fc.constant({ bands: null }),
      fc.constant({ bands: [] }),
      fc.constant({ equity: money(-5) }),
      fc.constant({ equity: null }),
      fc.constant({ cash: money(-5) }),
      fc.constant({ volume: null }),
      fc.constant({ status: null }),
      fc.constant({ confirmedAtMs: null }),
      fc.constant({ fees: { kind: 'cannot-be-priced', reason: 'flat' } } as const),
      fc.constant({ book: kalshiBook([level('0.00', '5')], [level('0.50', '500')]) }),
      fc.constant({ book: kalshiBook([level('0.48', '5')], [level('1.00', '500')]) }),
    )
    fc.assert(
      fc.property(fc.array(broken, { minLength: 1, maxLength: 4 }), (changes) => {
        const isWhole = changes.every(({ consensus }) => consensus === undefined)
        const finding = detectEdge(edgeInput(Object.assign({}, ...changes) as Partial<EdgeInput>))
        if (finding.kind === 'refused') expect(finding.verdicts.some(({ check, passed }) => check === finding.reason && !passed)).toBe(true)
        if (isWhole) expect(finding.kind).not.toBe('found')
      }),
      { seed, numRuns: 1_000 },
    )
  })
})
