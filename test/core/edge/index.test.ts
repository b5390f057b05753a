import { detectEdge } from '../../../src/core/edge/detect'
import type { EdgeMarket } from '../../../src/core/edge/finding'
import { consensusFor, EdgeIndex } from '../../../src/core/edge/index'
import type { BookLine, OddsGame } from '../../../src/core/edge/odds'
import { marketId, subjectId } from '../../../src/core/ids'
import { bookIndex, millis, price, quantity } from '../../../src/core/units'
import { edgeInput, found, HOUR_MS, kalshiBook, later, level, MAPPING, MARKET, NOW, refused, SETTINGS, TICKER } from './fixture'

const OTHER = 'KXNFLGAME-26NOV22LACBUF-LAC'
const CHARGERS: EdgeMarket = { ...MARKET, id: subjectId(OTHER), kalshi: marketId(OTHER) }
const line = (book: string, bills: number, chargers: number, ageMs = 10_000): BookLine => ({
  book,
  outcomes: [
    { name: 'Buffalo Bills', odds: bills },
    { name: 'Los Angeles Chargers', odds: chargers },
  ],
  updatedMs: later(-ageMs),
})
const game = (change: Partial<OddsGame> = {}): OddsGame => ({
  ...{ eventId: 'e1', sport: 'americanfootball_nfl', homeTeam: 'Buffalo Bills', awayTeam: 'Los Angeles Chargers' },
  ...{ commenceMs: later(12 * HOUR_MS), fetchedMs: later(-5_000) },
  lines: [line('pinnacle', 1.7, 2.28), line('draftkings', 1.69, 2.25), line('fanduel', 1.68, 2.26), line('betmgm', 1.7, 2.25)],
  ...change,
})
function indexed(): EdgeIndex {
  const index = new EdgeIndex()
  index.set(MARKET)
  index.set(CHARGERS)
  return index
}

describe('which markets are looked at', () => {
  it('all of a game when its odds change, one when its book does', () => {
    const index = indexed()
    expect([...index.ofEvent('e1')].map(({ market }) => market.kalshi)).toEqual([TICKER, OTHER])
    expect([index.ofMarket(OTHER)?.market, index.ofMarket('KXMLBGAME-1'), index.ofEvent('e2').size]).toEqual([CHARGERS, null, 0])
  })

  it('a market that is mapped anew leaves its old game, and what was remembered of it', () => {
    const index = indexed()
    index.ofMarket(TICKER)?.told(game(), NOW, SETTINGS)
    expect(index.set(MARKET)).toBe(index.ofMarket(TICKER)) // the same again changes nothing
    expect(index.ofMarket(TICKER)?.consensus.kind).toBe('consensus')
    const moved = index.set({ ...MARKET, mapping: { ...MAPPING, oddsEventId: 'e2' } })
    expect([moved.consensus.kind, moved.odds]).toEqual(['none', null])
    expect([index.ofEvent('e1').size, index.ofEvent('e2').size, index.size]).toEqual([1, 1, 2])
    index.remove(MARKET.kalshi)
    index.remove(MARKET.kalshi)
    expect([index.ofEvent('e2').size, index.size, [...index.all()].length]).toEqual([0, 1, 1])
  })
})

describe('what is remembered of a market', () => {
  it('B7: odds that come make a consensus of both teams, and an edge that a book change finds', () => {
    const index = indexed()
    for (const watched of index.ofEvent('e1')) watched.told(game(), NOW, SETTINGS)
    const watched = index.ofMarket(TICKER)
    if (watched?.consensus.kind !== 'consensus') throw new Error('expected a consensus')
    const book = kalshiBook([level('0.49', '400')], [level('0.51', '500')])
    expect(watched.quoted(book, later(-20_000))).toBe(true)
    const { odds, movedAtMs, birth, consensus } = watched
    expect(found(detectEdge(edgeInput({ book, odds, movedAtMs, birth, consensus }))).outcome).toBe('yes')
    const opposite = index.ofMarket(OTHER)?.consensus
    expect(opposite?.kind === 'consensus' ? opposite.probability + consensus.probability : 0).toBeCloseTo(1, 12)
  })

  it('B3: a price is never part of it: the same market with another book is another finding', () => {
    const watched = new EdgeIndex().set(MARKET)
    watched.told(game(), NOW, SETTINGS)
    const { odds, consensus } = watched
    const at = (ask: string): string =>
      detectEdge(edgeInput({ odds, consensus, movedAtMs: later(-20_000), book: kalshiBook([level('0.50', '400')], [level(ask, '500')]) }))
        .kind
    expect([at('0.51'), at('0.57')]).toEqual(['found', 'none'])
  })

  it('a move is another best price on either side, and no other size or depth', () => {
    const watched = new EdgeIndex().set(MARKET)
    const book = kalshiBook([level('0.50', '400')], [level('0.52', '500')])
    const add = (side: 'bid' | 'ask', at: string, of: string): unknown =>
      book.apply({ book: bookIndex(0), op: 'add', side, price: price(at), delta: quantity(of) }, 2, NOW)
    expect([watched.movedAtMs, watched.quoted(book, millis(1)), watched.movedAtMs]).toEqual([null, true, 1])
    add('ask', '0.53', '9')
    add('bid', '0.50', '-10')
    expect([watched.quoted(book, millis(2)), watched.movedAtMs]).toEqual([false, 1])
    add('bid', '0.50', '-390')
    expect([watched.quoted(book, millis(3)), watched.movedAtMs]).toEqual([true, 3])
    book.forget()
    expect([watched.quoted(book, millis(4)), watched.movedAtMs]).toEqual([true, 4])
  })

  it('B6: an older fetch, or one of another game, changes nothing', () => {
    const watched = new EdgeIndex().set(MARKET)
    watched.told(game(), NOW, SETTINGS)
    const { consensus, odds } = watched
    watched.told(game({ fetchedMs: later(-6_000), lines: [] }), NOW, SETTINGS)
    watched.told(game({ eventId: 'e2' }), NOW, SETTINGS)
    expect([watched.consensus, watched.odds]).toEqual([consensus, odds])
  })

  it('B6: a line ages by its book’s own time: without it the consensus is another one, and in the end none', () => {
    const watched = new EdgeIndex().set(MARKET)
    const odds = game({ lines: [...game().lines.slice(0, 3), line('betmgm', 1.7, 2.25, 170_000)] })
    watched.told(odds, NOW, SETTINGS)
    expect([watched.isAged(NOW, SETTINGS), watched.isAged(later(10_001), SETTINGS)]).toEqual([false, true])
    watched.told(odds, later(10_001), SETTINGS)
    expect(watched.consensus).toMatchObject({ kind: 'consensus', bookCount: 3, dropped: [{ book: 'betmgm' }] })
    watched.told(odds, later(170_001), SETTINGS)
    expect([watched.consensus.kind, watched.isAged(later(170_001), SETTINGS)]).toEqual(['none', false])
  })

  it('an edge presumed an error is not believed because the same lines are fetched again, and is when the books repeat it', () => {
    const watched = new EdgeIndex().set(MARKET)
    const book = kalshiBook([level('0.46', '400')], [level('0.48', '500')])
    watched.quoted(book, later(-60_000))
    const kindAt = (fetchedAgoMs: number, lineAgeMs: number): string => {
      const lines = game().lines.map((each) => ({ ...each, updatedMs: later(-lineAgeMs) }))
      watched.told(game({ fetchedMs: later(-fetchedAgoMs), lines }), NOW, SETTINGS)
      const { odds, movedAtMs, birth, consensus } = watched
      const finding = detectEdge(edgeInput({ book, odds, movedAtMs, birth, consensus }))
      watched.looked(finding)
      return finding.kind === 'refused' ? finding.reason : finding.kind
    }
    expect([kindAt(40_000, 45_000), kindAt(20_000, 45_000), kindAt(5_000, 10_000)]).toEqual([
      'too good to be true',
      'too good to be true',
      'found',
    ])
  })

  it('the fetch that bore an error is kept as long as it is shown', () => {
    const watched = new EdgeIndex().set(MARKET)
    const cheap = edgeInput({ book: kalshiBook([level('0.42', '400')], [level('0.44', '500')]) })
    watched.looked(detectEdge(cheap))
    expect(watched.birth).toEqual({ outcome: 'yes', fetchedMs: later(-5_000), newestMs: later(-6_000) })
    watched.looked(detectEdge(edgeInput()))
    expect(watched.birth).toBeNull()
  })
})

describe('books of one family are one opinion', () => {
  /** What these books think of the Bills, whose YES is asked at 0.50. */
  const judged = (books: readonly string[], odds: number): ReturnType<typeof detectEdge> => {
    const told = game({ lines: books.map((book) => line(book, odds, 1 / (1.045 - 1 / odds))) })
    const consensus = consensusFor({ ...MARKET, mapping: { ...MAPPING, tie: 'none' } }, told, NOW, SETTINGS)
    return detectEdge(edgeInput({ consensus, odds: told, movedAtMs: later(-60_000) }))
  }

  it('three markets of one exchange are too few books for a profile that asks for three', () => {
    const finding = refused(judged(['betfair_ex_eu', 'betfair_ex_uk', 'betfair_ex_au'], 1.7))
    expect(finding.failed).toContain('min_books')
    expect(finding.verdicts.find(({ check }) => check === 'min_books')).toMatchObject({ actual: '1 family of books, 3 by name' })
    expect(finding.look.side?.consensus).toMatchObject({ bookCount: 3, familyCount: 1 })
  })

  it('four names of two families earn no discount, and no points for how many they are; four families do', () => {
    const two = refused(judged(['betonlineag', 'lowvig', 'betrivers', 'unibet_nl'], 1.7))
    expect([two.reason, two.look.side?.minEdge]).toEqual(['min_edge', 50_000])
    expect(two.failed).toContain('min_books')
    const four = found(judged(['betonlineag', 'draftkings', 'betrivers', 'fanduel'], 1.7))
    expect(four.minEdge).toBe(30_000)
    expect(four.confidence.reasons[1]).toMatch(/^consensus 30 of 30: 4 families of books/)
    const six = found(judged(['betonlineag', 'lowvig', 'betrivers', 'unibet_nl', 'draftkings', 'fanduel'], 1.7))
    expect(six.confidence.reasons[1]).toMatch(/^consensus 30 of 30: 4 families of books/)
  })
})

describe('a book that nobody listed', () => {
  const told = (lines: readonly BookLine[]): ReturnType<typeof consensusFor> => consensusFor(MARKET, game({ lines }), NOW, SETTINGS)
  const strangers = ['somebook', 'constructor', 'polymarket'].map((book) => line(book, 1.2, 4.5))
  const dropped = ['book not listed', 'book not listed', 'weighs nothing'].map((reason, n) => ({ book: strangers[n]?.book, reason }))

  it('is dropped by name, and one that is listed never to be heard too', () => {
    const { lines } = game()
    expect(told([...strangers, ...lines])).toMatchObject({ kind: 'consensus', bookCount: 4, familyCount: 4, dropped })
    expect(told(strangers)).toMatchObject({
      kind: 'none',
      reason: 'no usable book',
      detail: '3 of 3 dropped: book not listed 2 (somebook, constructor), weighs nothing 1',
      dropped,
    })
  })

  it('has no word on what the outcomes are', () => {
    const { lines } = game()
    const tied = strangers.map((each) => ({ ...each, outcomes: [...each.outcomes.slice(0, 1), { name: 'Los Angeles Rams', odds: 4.5 }] }))
    expect(told([...tied, ...lines.slice(0, 3)])).toMatchObject({ kind: 'consensus', bookCount: 3 })
  })
})

describe('what a market pays in a tie', () => {
  const chance = (value: number | 'none'): number => {
    const tie = value === 'none' ? value : { value }
    const found = consensusFor({ ...MARKET, mapping: { ...MAPPING, tie } }, game(), NOW, SETTINGS)
    return found.kind === 'consensus' ? found.probability : NaN
  }
  it('counts with how often the sport has one', () => {
    expect(chance(0.5)).toBeCloseTo(chance('none') * 0.997 + 0.0015, 12)
    expect(chance(0)).toBeCloseTo(chance('none') * 0.997, 12)
  })
  it('a ticker that is no side of the mapping has no consensus', () => {
    const stranger = { ...MARKET, kalshi: marketId('KXNFLGAME-26NOV22LACBUF-NYJ') }
    expect(consensusFor(stranger, game(), NOW, SETTINGS)).toMatchObject({ kind: 'none' })
  })
})
