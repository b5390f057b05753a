import { claimsOf, closingOf, type Ends, type RecordedLine, type Signal } from '../../../../src/core/edge/claims/claims'
import { tradeId } from '../../../../src/core/ids'
import { millis, money, price, quantity } from '../../../../src/core/units'
import { HOUR_MS, later, MAPPING, SETTINGS, TICKER } from '../fixture'

const START = later(12 * HOUR_MS)
/** Ten YES of Buffalo at 50c and 1.75c of fee, thought worth 57c. */
const SIGNAL: Signal = {
  ...{ id: 'sig_1', atMs: later(0), ticker: TICKER, event: MAPPING.kalshiEvent, oddsEvent: 'e1', sport: 'americanfootball_nfl' },
  ...{ yesTeam: 'Buffalo Bills', tiePays: 500_000, startMs: START, side: 'yes', profile: 'STANDARD', method: 'odds-ratio', tier: 'HIGH' },
  ...{ probability: 570_000, ask: price('0.50'), quantity: quantity('10'), cost: money('5.175'), netEdge: money('0.45'), tradeId: null },
}
const NOTHING: Ends = { books: [], bought: [], yesPaid: new Map(), lines: [] }
const of = (signal: Partial<Signal>, ends: Partial<Ends> = {}) => claimsOf([{ ...SIGNAL, ...signal }], { ...NOTHING, ...ends }, SETTINGS)[0]

describe('a claim', () => {
  it('of what was not bought counts at what was displayed, and nobody knows its end yet', () => {
    expect(of({})).toEqual({
      ...{ id: 'sig_1', atMs: later(0), market: TICKER, startMs: START, game: MAPPING.kalshiEvent },
      ...{ profile: 'STANDARD', method: 'odds-ratio', tier: 'HIGH', probability: 570_000, books: [] },
      ...{ price: 500_000, cost: 517_500, edge: 45_000, isFilled: false, paid: null, closing: null },
    })
  })

  it('of what was bought counts at what it cost, and at nothing else', () => {
    const id = tradeId('t1')
    const bought = [{ tradeId: id, quantity: quantity('4'), price: money('1.96'), fees: money('0.07') }]
    expect(of({ tradeId: id }, { bought })).toMatchObject({ price: 490_000, cost: 507_500, edge: 45_000, isFilled: true })
    expect(of({ tradeId: tradeId('t2') }, { bought })).toMatchObject({ price: 500_000, isFilled: false })
  })

  it('of NO is told of NO: its probability, its books, its result', () => {
    const books = [{ atMs: later(0), ticker: TICKER, side: 'no', book: 'pinnacle', probability: 560_000 }] as const
    const told = of({ side: 'no' }, { books, yesPaid: new Map([[TICKER, money('0.30')]]) })
    expect(told).toMatchObject({ probability: 430_000, books: [{ book: 'pinnacle', probability: 440_000 }], paid: 700_000 })
  })

  it('has the books of its own look alone', () => {
    const book = { ticker: TICKER, side: 'yes', book: 'pinnacle', probability: 560_000 } as const
    expect(of({}, { books: [{ ...book, atMs: later(1) }] })?.books).toEqual([])
  })
})

describe('the closing line', () => {
  const fetchedMs = later(12 * HOUR_MS - 20_000)
  /** Even money at both books, 5 % of margin between them. */
  const line = (book: string, outcome: string, change: Partial<RecordedLine> = {}): RecordedLine => ({
    ...{ fetchedMs, oddsEvent: 'e1', book, outcome, oddsDecimal: 19_000, american: null, updatedMs: millis(fetchedMs - 5_000) },
    ...change,
  })
  const game = (change: Partial<RecordedLine> = {}): readonly RecordedLine[] =>
    ['pinnacle', 'draftkings'].flatMap((book) => ['Buffalo Bills', 'Los Angeles Chargers'].map((team) => line(book, team, change)))

  it('is the consensus of the newest fetch before the start, a tie counted', () => {
    // a tie pays a half: half of a half is a half
    expect(closingOf(SIGNAL, game(), SETTINGS)).toBe(500_000)
    expect(closingOf({ ...SIGNAL, tiePays: 0 }, game(), SETTINGS)).toBe(Math.round(500_000 * (1 - 0.003)))
    const older = game({ fetchedMs: millis(fetchedMs - 60_000), updatedMs: millis(fetchedMs - 61_000), oddsDecimal: 15_000 })
    expect(closingOf(SIGNAL, [...older, ...game()], SETTINGS)).toBe(500_000)
  })

  it('takes American odds as the book said them', () => {
    expect(closingOf(SIGNAL, game({ american: -110, oddsDecimal: 1 }), SETTINGS)).toBe(500_000)
  })

  it.each<[string, readonly RecordedLine[]]>([
    ['nothing was told', []],
    ['it was told after the start', game({ fetchedMs: later(12 * HOUR_MS) })],
    [
      'it was told more than a quarter of an hour before',
      game({ fetchedMs: later(12 * HOUR_MS - 901_000), updatedMs: later(12 * HOUR_MS - 902_000) }),
    ],
    ['the lines were old already', game({ updatedMs: millis(fetchedMs - 120_000) })],
    ['one side is missing', game().filter(({ outcome }) => outcome === 'Buffalo Bills')],
  ])('is not known where %s', (_why, lines) => expect(closingOf(SIGNAL, lines, SETTINGS)).toBeNull())

  it('is of the side that was bought', () => {
    expect(of({ side: 'no', tiePays: 0 }, { lines: game() })?.closing).toBe(1_000_000 - Math.round(500_000 * (1 - 0.003)))
  })
})
