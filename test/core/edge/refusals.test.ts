import { readFileSync } from 'node:fs'
import path from 'node:path'
import { detectEdge, type EdgeInput } from '../../../src/core/edge/detect'
import { CHECK_CODES, CONDITIONS, EDGE_CHECKS } from '../../../src/core/edge/refusals'
import { Book } from '../../../src/core/market/book'
import { bookIndex, money, NO_MONEY, price, quantity } from '../../../src/core/units'
import {
  CENTS,
  CONSENSUS,
  edgeInput,
  FEES,
  found,
  heardOf,
  HOUR_MS,
  kalshiBook,
  later,
  level,
  mapped,
  NOW,
  refused,
  rules,
  thought,
} from './fixture'

type Change = Partial<EdgeInput>
const odds = (change: Partial<NonNullable<EdgeInput['odds']>>): Change => ({
  odds: { eventId: 'e1', commenceMs: later(12 * HOUR_MS), fetchedMs: later(-5_000), ...change },
})
/** Both sources tell another start. */
const starting = (ms: number): Change => ({ ...mapped({ startMs: later(ms) }), ...odds({ commenceMs: later(ms) }) })
const limits = (change: Partial<EdgeInput['limits']>): Change => ({ limits: { ...edgeInput().limits, ...change } })
/** The checks that failed, with both figures. */
const failures = (change: Change): readonly string[] =>
  refused(detectEdge(edgeInput(change)))
    .verdicts.filter(({ passed }) => !passed)
    .map(({ check, actual, limit }) => `${check}: ${actual} | ${limit}`)

/** The fixture's book, told its grid, and then a price that is not on it. */
function changedGrid(): Book {
  const book = kalshiBook([level('0.48', '400')], [level('0.50', '500')])
  book.fit(CENTS)
  book.apply({ book: bookIndex(0), op: 'add', side: 'bid', price: price('0.475'), delta: quantity('5') }, 2, NOW)
  return book
}
/** What most of the weight said before. */
const OLD = [heardOf('draftkings', -20_000)]
const ENOUGH = 'half of the weight told later by two families or a sharp book'
/** Worth 0.6399 at the least: twelve cents net at 0.50 and a little more with the next step. */
const atTwelve = { probability: 0.66, lower: 0.6376, upper: 0.68 }
const bornAt = (fetchedMs: number, newestMs: number): Change => ({
  birth: { outcome: 'yes', fetchedMs: later(fetchedMs), newestMs: later(newestMs) },
})
const again = bornAt(-70_000, -75_000)

describe('each refusal has one name and both figures: what was seen', () => {
  it.each<[string, string, Change]>([
    [
      'a mapping that waits for a person',
      'mapping confirmed: review: two games that day | confirmed, with KXNFLGAME-26NOV22LACBUF-BUF',
      mapped({ status: 'review', reasons: ['two games that day'] }),
    ],
    [
      'a market that is no side of its game',
      'mapping confirmed: confirmed: codes and time agree | confirmed, with KXNFLGAME-26NOV22LACBUF-BUF',
      mapped({ yesTeams: { other: 'Buffalo Bills' } }),
    ],
    [
      'rules that do not tell of a tie',
      'tie and void known: not told by the rules | none, or what it pays',
      mapped({ tie: { value: 'unknown' } }),
    ],
    ['a game that has begun', 'game not started: 0 ms to the start | > 0 ms to the start', starting(0)],
    ['a game that began by the odds', 'game not started: -1 ms to the start | > 0 ms to the start', odds({ commenceMs: later(-1) })],
    [
      'a game that was moved',
      'game not moved: 900001 ms between ticker and odds | ≤ 900000 ms',
      odds({ commenceMs: later(12 * HOUR_MS + 900_001) }),
    ],
    ['an old fetch', 'odds fetched lately: 180001 ms old | ≤ 180000 ms', odds({ fetchedMs: later(-180_001) })],
    ['a fetch from the future', 'odds fetched lately: -2001 ms old | ≤ 180000 ms', odds({ fetchedMs: later(2_001) })],
    [
      'an old fetch near the start',
      'odds fetched lately: 60001 ms old | ≤ 60000 ms',
      { ...starting(6 * HOUR_MS), odds: { eventId: 'e1', commenceMs: later(6 * HOUR_MS), fetchedMs: later(-60_001) } },
    ],
    ['an old line', 'consensus of the books: oldest line 180001 ms old | of lines ≤ 180000 ms old', thought({ oldestMs: later(-180_001) })],
    [
      'no consensus, with its own reason',
      'consensus of the books: too few families: 1 of 2, and none is sharp | of lines ≤ 180000 ms old',
      { consensus: { kind: 'none', reason: 'too few families', detail: '1 of 2, and none is sharp', dropped: [] } },
    ],
    ['a paused market', 'market open: paused | open', { status: 'paused' }],
    ['a market that nothing was told of', 'market open: not told | open', { status: null }],
    [
      'a market that the auditor barred',
      'market not barred: differs from the venue (audit) | none',
      { bar: { venue: 'kalshi', market: null, by: 'audit', reason: 'differs from the venue' } },
    ],
    [
      'fees that nobody can price',
      'fee terms known: cannot be priced: flat | a published formula',
      { fees: { kind: 'cannot-be-priced', reason: 'flat' } },
    ],
    [
      'fee terms of the day before',
      'fee terms known: 86400001 ms old | ≤ 86400000 ms',
      { fees: { ...FEES, knownAtMs: later(-86_400_001) } },
    ],
    ['a grid that is read again', 'price grid known: changed or not told | told, and every price on it', { bands: null }],
    ['a price off the grid', 'price grid known: a price off the grid | told, and every price on it', { book: changedGrid() }],
    ['a venue that is silent', 'kalshi book confirmed: 2001 ms ago | ≤ 2000 ms', { confirmedAtMs: later(-2_001) }],
    ['a venue that never spoke', 'kalshi book confirmed: never | ≤ 2000 ms', { confirmedAtMs: null }],
    ['a book without bids', 'two-sided book: bid none, ask 0.5000 | both', { book: kalshiBook([], [level('0.50', '500')]) }],
    [
      'a bid above the ask',
      'book not crossed: bid 0.5000, ask 0.5000 | the bid below the ask',
      { book: kalshiBook([level('0.50', '9')], [level('0.50', '500')]) },
    ],
    // the seven of a profile
    [
      'an edge below the least',
      'min_edge: $0.0449 net per contract of yes | ≥ $0.044901 (high confidence)',
      rules({ minEdgeHighConfidence: money(44_901) }),
    ],
    ['an edge without the discount', 'min_edge: $0.0449 net per contract of yes | ≥ $0.05', thought({ familyCount: 3 })],
    ['too few books', 'min_books: 5 families of books, 5 by name | ≥ 6', rules({ minBooks: 6 })],
    ['books that disagree', 'max_book_spread: $0.015 | ≤ $0.014999', rules({ maxBookSpread: money(14_999) })],
    ['a wide market', 'max_kalshi_spread: $0.02 | ≤ $0.019999', rules({ maxKalshiSpread: money(19_999) })],
    ['a market that hardly trades', 'min_volume: 499.99 | ≥ 500.00', { volume: quantity('499.99') }],
    ['a volume that is not told', 'min_volume: not told | ≥ 500.00', { volume: null }],
    ['too cheap', 'price_range: 0.5000 for yes | 0.5001 to 0.8000', rules({ minPrice: price('0.5001') })],
    ['too dear', 'price_range: 0.5000 for yes | 0.2500 to 0.4999', rules({ maxPrice: price('0.4999') })],
    ['too near the start', 'timing: 1.99 h | 2 h to 48 h', starting(2 * HOUR_MS - 36_000)],
    ['too early', 'timing: 48.01 h | 2 h to 48 h', starting(48 * HOUR_MS + 36_000)],
    // the guards
    [
      'odds of before the move',
      `odds later than the kalshi move: fetched 0 ms after it, 0 % of the weight in 0 families told later | > 0 ms after it, ${ENOUGH}`,
      { movedAtMs: later(-5_000) },
    ],
    [
      'odds fetched after the move, most of whose lines are of before it',
      `odds later than the kalshi move: fetched 15000 ms after it, 49 % of the weight in 2 families told later | > 0 ms after it, ${ENOUGH}`,
      { movedAtMs: later(-20_000), ...thought({ books: [...OLD, heardOf('pinnacle', -6_000, 0.49), heardOf('fanduel', -14_999, 0.49)] }) },
    ],
    [
      'odds fetched after the move, of which one family has told half',
      `odds later than the kalshi move: fetched 15000 ms after it, 50 % of the weight in 1 family told later | > 0 ms after it, ${ENOUGH}`,
      { movedAtMs: later(-20_000), ...thought({ books: [...OLD, heardOf('lowvig', -6_000, 0.51), heardOf('betonlineag', -6_000, 0.51)] }) },
    ],
    [
      'lines later than the move by no more than clocks differ',
      `odds later than the kalshi move: fetched 6000 ms after it, 0 % of the weight in 0 families told later | > 0 ms after it, ${ENOUGH}`,
      { movedAtMs: later(-11_000) },
    ],
    ['a move that nobody knows of', `odds later than the kalshi move: not known | > 0 ms after it, ${ENOUGH}`, { movedAtMs: null }],
    [
      'too good to be true',
      `too good to be true: $0.0449 net per contract, seen for the first time | < $0.0449, or shown again by a later fetch, ${ENOUGH}`,
      rules({ confirmFrom: money(44_900) }),
    ],
    [
      'not shown again yet',
      `too good to be true: $0.0449 net per contract, by odds fetched 0 ms after those that bore it, 100 % of the weight in 2 families told later | < $0.0449, or shown again by a later fetch, ${ENOUGH}`,
      { ...rules({ confirmFrom: money(44_900) }), ...bornAt(-5_000, -15_000) },
    ],
    [
      'shown again by the same lines',
      `too good to be true: $0.0449 net per contract, by odds fetched 55000 ms after those that bore it, 0 % of the weight in 0 families told later | < $0.0449, or shown again by a later fetch, ${ENOUGH}`,
      { ...rules({ confirmFrom: money(44_900) }), ...bornAt(-60_000, -6_000) },
    ],
    [
      'an edge for a person',
      'manual review: $0.1201 net per contract | ≤ $0.12 without a person',
      { ...again, ...thought({ ...atTwelve, lower: 0.6377 }) },
    ],
    // what it is sized to
    ['a bankroll that nobody reconciled', 'bankroll known: not told | > $0.00 by the last reconciliation', { equity: null }],
    ['too little thought of', 'confidence: 75, SKIP | ≥ 76', rules({ tiers: { high: 90, medium: 80, low: 76 } })],
    ['no cash for one contract', 'size worth trading: 0.00, bound by cash | 1 to 100.00, of 1200.00 on offer', { cash: money('0.52') }],
    [
      'a game that has taken its share',
      'size worth trading: 0.00, bound by per event | 1 to 100.00, of 1200.00 on offer',
      { spent: { event: money('500'), day: NO_MONEY } },
    ],
    [
      'a day that has taken its share',
      'size worth trading: 0.00, bound by per day | 1 to 100.00, of 1200.00 on offer',
      { spent: { event: NO_MONEY, day: money('1500') } },
    ],
    ['a way out that loses too much', 'modelled loss: $0.0652 | ≤ $0.0651', limits({ lossBudget: money('0.0651') })],
  ])('%s', (_what, says, change) => {
    const told = failures(change)
    expect(told).toContain(says)
    expect(told[0]?.startsWith(`${refused(detectEdge(edgeInput(change))).reason}: `)).toBe(true)
  })

  it('a start that is not told is refused as such, and the other checks of it with it', () => {
    expect(failures(mapped({ startMs: null }))[0]).toBe(
      `start time known: not told by the ticker, ${later(12 * HOUR_MS)} by the odds | told by both`,
    )
    expect(failures({ odds: null })[0]).toBe(`start time known: ${later(12 * HOUR_MS)} by the ticker, not told by the odds | told by both`)
  })

  it.each<[string, Change]>([
    ['the last moment before the start', { ...starting(1), ...rules({ minToStartMs: 0 }), ...thought({ oldestMs: later(-60_000) }) }],
    ['the widest gap between the starts', odds({ commenceMs: later(12 * HOUR_MS + 900_000) })],
    ['the oldest fetch', { ...odds({ fetchedMs: later(-180_000) }), movedAtMs: later(-180_001) }],
    ['the oldest fetch and line near the start', { ...starting(6 * HOUR_MS), ...thought({ oldestMs: later(-60_000) }) }],
    ['the oldest line', thought({ oldestMs: later(-180_000) })],
    ['the oldest fee terms', { fees: { ...FEES, knownAtMs: later(-86_400_000) } }],
    ['the longest silence', { confirmedAtMs: later(-2_000) }],
    ['the least edge', rules({ minEdgeHighConfidence: money(44_900) })],
    ['the fewest books', rules({ minBooks: 5 })],
    ['the widest books', rules({ maxBookSpread: money(15_000) })],
    ['the widest discount', rules({ highConfidence: { minBooks: 5, maxBookSpread: money(15_000) } })],
    ['the widest market', rules({ maxKalshiSpread: money(20_000) })],
    ['the least volume', { volume: quantity('500') }],
    ['the cheapest', rules({ minPrice: price('0.50') })],
    ['the dearest', rules({ maxPrice: price('0.50') })],
    ['the latest', starting(2 * HOUR_MS)],
    ['the earliest', starting(48 * HOUR_MS)],
    ['lines later than the move by more than clocks differ', { movedAtMs: later(-11_001) }],
    [
      'half of the weight after the move',
      { movedAtMs: later(-20_000), ...thought({ books: [...OLD, heardOf('pinnacle', -6_000, 0.5), heardOf('fanduel', -6_000, 0.5)] }) },
    ],
    ['one sharp book after the move', { movedAtMs: later(-20_000), ...thought({ books: [...OLD, heardOf('pinnacle', -6_000)] }) }],
    ['an edge just believed', rules({ confirmFrom: money(44_901) })],
    ['an edge that is shown again', { ...rules({ confirmFrom: money(44_900) }), ...bornAt(-5_001, -6_001) }],
    ['the largest edge without a person', { ...again, ...thought(atTwelve) }],
    ['the least confidence', rules({ tiers: { high: 90, medium: 80, low: 75 } })],
    ['the least cash', { cash: money('0.5277') }],
  ])('%s passes', (_what, change) => {
    expect(found(detectEdge(edgeInput(change))).quantity).toBeGreaterThan(0)
  })

  it('a sharp book earns the discount, and the guards give it for nothing else', () => {
    expect(failures(thought({ sharpShare: 0 }))).toEqual(['min_edge: $0.0449 net per contract of yes | ≥ $0.05'])
    expect(found(detectEdge(edgeInput({ ...thought({ sharpShare: 0 }), ...rules({ sharpForHighConfidence: false }) }))).minEdge).toBe(
      30_000,
    )
    expect(CONSENSUS.sharpShare).toBeGreaterThan(0)
  })

  it('says what was seen then, whatever its book becomes', () => {
    const book = kalshiBook([level('0.48', '400')], [level('0.50', '500')])
    const finding = refused(detectEdge(edgeInput({ book, status: 'paused' })))
    book.forget()
    expect(finding.failed).toEqual(['market open'])
  })
})

describe('the names of the checks', () => {
  it('are one each, with a number each that is never another one', () => {
    const names = Object.values(EDGE_CHECKS)
    expect(new Set(names).size).toBe(names.length)
    const numbers = names.map((name) => CHECK_CODES[name])
    expect(numbers.toSorted((a, b) => a - b)).toEqual(names.map((_, n) => n + 1))
    expect([CHECK_CODES['mapping confirmed'], CHECK_CODES.min_edge, CHECK_CODES.timing, CHECK_CODES['too good to be true']]).toEqual([
      1, 15, 21, 23,
    ])
  })

  it('have the seven of a profile among them', () =>
    expect(CONDITIONS).toEqual(['min_edge', 'min_books', 'max_book_spread', 'max_kalshi_spread', 'min_volume', 'price_range', 'timing']))

  it('are all in the trail of a find, in the order of blame, but for none', () =>
    expect(found(detectEdge(edgeInput())).verdicts.map(({ check }) => check)).toEqual(Object.values(EDGE_CHECKS)))
})

it('every check has its heading in the runbook: whoever reads one on a screen looks there', () => {
  const runbook = readFileSync(path.join(__dirname, '../../../docs/runbook.md'), 'utf8')
  const headings = runbook.split('\n').flatMap((line) => (line.startsWith('### ') ? [line.slice(4)] : []))
  expect(Object.values(EDGE_CHECKS).filter((name) => !headings.includes(name))).toEqual([])
  expect(headings.filter((name, at) => headings.indexOf(name) !== at)).toEqual([])
})
