import { priceOf } from '../../../src/venues/odds/price'
import { readOdds, UnreadableOdds, type ReadOdds } from '../../../src/venues/odds/wire'
import { ASKED, book, event, market, NOW } from './answers'

const read = (events: unknown, asked = ASKED): ReadOdds => readOdds(JSON.stringify(events), asked)
const UPDATED = Date.UTC(2026, 6, 5, 6, 15, 5)
const METS = 'New York Mets'
const ATLANTA = 'Atlanta Braves'

describe('an answer of the source of odds', () => {
  it('is a game for each event, with the line of each book, and rows for the record', () => {
    const { games, rows, problems, otherMarkets, events } = read([
      event('e1', { bookmakers: [book('draftkings', [market({ [ATLANTA]: -158, [METS]: 138 }), market({}, { key: 'spreads' })])] }),
    ])
    expect(games).toEqual([
      {
        ...{ eventId: 'e1', sport: 'baseball_mlb', homeTeam: ATLANTA, awayTeam: METS },
        ...{ commenceMs: Date.UTC(2026, 6, 5, 16, 30), fetchedMs: NOW },
        lines: [
          {
            book: 'draftkings',
            outcomes: [
              { name: ATLANTA, odds: 1 + 100 / 158 },
              { name: METS, odds: 2.38 },
            ],
            updatedMs: UPDATED,
          },
        ],
      },
    ])
    const row = { kind: 'odds', eventId: 'e1', book: 'draftkings', marketType: 'h2h', point: null, updatedMs: UPDATED, atMs: NOW }
    expect(rows).toEqual([
      { ...row, outcome: ATLANTA, american: -158, oddsDecimal: 16_329, impliedProbability: 612_403 },
      { ...row, outcome: METS, american: 138, oddsDecimal: 23_800, impliedProbability: 420_168 },
    ])
    expect([problems, otherMarkets, events]).toEqual([[], { spreads: 1 }, 1])
  })

  it('may have a draw, decimal odds, no book, or no event', () => {
    const threeWay = event('e1', { bookmakers: [book('pinnacle', [market({ [ATLANTA]: 2.7, [METS]: 2.3, Draw: 4.4 })])] })
    const { games } = read([threeWay, event('e2', { bookmakers: [] })], { ...ASKED, format: 'decimal' })
    expect(games.map(({ lines }) => lines.map(({ outcomes }) => outcomes.map(({ odds }) => odds)))).toEqual([[[2.7, 2.3, 4.4]], []])
    expect(read([])).toEqual({ events: 0, games: [], rows: [], problems: [], otherMarkets: {} })
  })

  it('B6: tells the age of a line by its book, never by the fetch: a line of ten minutes ago is ten minutes old', () => {
    const old = market({ [ATLANTA]: -158, [METS]: 138 }, { last_update: '2026-07-05T06:05:27Z' })
    const { games } = read([event('e1', { bookmakers: [book('draftkings', [old]), book('fanduel')] })])
    expect(games[0]?.lines.map(({ book: name, updatedMs }) => [name, NOW - (updatedMs ?? NaN)])).toEqual([
      ['draftkings', 600_000],
      ['fanduel', 22_000],
    ])
  })

  it('B6: takes the time of the book where the market tells none, and keeps a line whose book tells none either as null', () => {
    const untold = market({ [ATLANTA]: -158, [METS]: 138 }, { last_update: undefined })
    const books = [
      book('ofBook', [untold]),
      book('none', [untold], { last_update: undefined }),
      book('null', [untold], { last_update: null }),
    ]
    const { games, problems, rows } = read([event('e1', { bookmakers: books })])
    expect(games[0]?.lines.map(({ updatedMs }) => updatedMs)).toEqual([UPDATED - 1_000, null, null])
    expect([problems, rows.filter(({ updatedMs }) => updatedMs === null).length]).toEqual([[], 4])
  })

  it('counts a time that has not come as not told, and says so', () => {
    const ahead = (seconds: number): unknown =>
      event('e1', {
        bookmakers: [book('x', [market({ [ATLANTA]: -110, [METS]: -110 }, { last_update: `2026-07-05T06:15:${27 + seconds}Z` })])],
      })
    expect(read([ahead(5)]).games[0]?.lines[0]?.updatedMs).toBe(NOW + 5_000)
    const { games, problems } = read([ahead(6)])
    expect([games[0]?.lines[0]?.updatedMs, problems]).toEqual([
      null,
      ['event e1, x: tells a time that has not come, 2026-07-05T06:15:33.000Z: it counts as not told'],
    ])
  })

  it.each([undefined, null])('keeps an event whose start is %s, as not told', (commence_time) => {
    expect(read([event('e1', { commence_time })])).toMatchObject({ games: [{ eventId: 'e1', commenceMs: null }], problems: [] })
  })

  it('keeps a game that has started, and a book that prices one side only: the consensus refuses them by name', () => {
    const { games, problems } = read([
      event('e1', { commence_time: '2026-07-05T05:00:00Z', bookmakers: [book('betmgm', [market({ [METS]: 138 })])] }),
    ])
    expect([games[0]?.lines[0]?.outcomes, problems]).toEqual([[{ name: METS, odds: 2.38 }], []])
  })
})

describe('what cannot be read of an answer', () => {
  it.each<[string, unknown, string]>([
    ['no object', 7, 'event number 2: Invalid input: expected object, received number'],
    ['no id', event('', {}), 'event number 2: id Too small'],
    ['no team', event('e2', { home_team: null }), 'event e2: home_team Invalid input: expected string, received null'],
    ['one team twice', event('e2', { home_team: METS }), 'event e2: away_team is the home team too'],
    ['a start that is no time', event('e2', { commence_time: 'soon' }), 'event e2: commence_time is no RFC 3339 time'],
    ['a day that does not exist', event('e2', { commence_time: '2026-02-30T00:00:00Z' }), 'event e2: commence_time is no RFC 3339 time'],
    ['a start in seconds', event('e2', { commence_time: 1_783_000_000 }), 'event e2: commence_time is no RFC 3339 time'],
    ['no books', event('e2', { bookmakers: undefined }), 'event e2: bookmakers Invalid input: expected array, received undefined'],
    ['another sport', event('e2', { sport_key: 'baseball_kbo' }), 'event e2: is of "baseball_kbo", and baseball_mlb was asked for'],
  ])('an event with %s is one named problem, and no other is lost', (_name, broken, problem) => {
    const { games, problems, rows } = read([event('e1'), broken, event('e3')])
    expect(games.map(({ eventId }) => eventId)).toEqual(['e1', 'e3'])
    expect(problems).toEqual([expect.stringContaining(problem)])
    expect(new Set(rows.map(({ eventId }) => eventId))).toEqual(new Set(['e1', 'e3']))
  })

  it('an event that is there twice is believed in neither form', () => {
    const { games, problems, rows } = read([event('e1'), event('e2'), event('e1', { commence_time: null })])
    expect([games.map(({ eventId }) => eventId), problems, rows.length]).toEqual([['e2'], ['event e1: is in the answer twice'], 4])
  })

  it.each<[string, unknown, string]>([
    ['no key', book(''), 'event e1, book number 1: key Too small'],
    ['no markets', book('x', [], { markets: null }), 'event e1, book number 1: markets Invalid input'],
    ['a market without a name', book('x', [{ outcomes: [] }]), 'event e1, x: key Invalid input'],
    ['a time that is none', book('x', [market({ [METS]: 138 }, { last_update: '6:15' })]), 'event e1, x: last_update is no RFC 3339 time'],
    ['no outcome', book('x', [market({})]), 'event e1, x: has no outcome'],
    [
      'a stranger',
      book('x', [market({ [METS]: 138, Yankees: 120 })]),
      'event e1, x: has an outcome "Yankees", which is neither team nor draw',
    ],
    [
      'a team twice',
      book('x', [market({}, { outcomes: [1, 2].map(() => ({ name: METS, price: 138 })) })]),
      `event e1, x: has "${METS}" twice`,
    ],
    ['a price of text', book('x', [market({ [METS]: '138' })]), `event e1, x: "${METS}" has a price "138", which is no American one`],
    ['a decimal price', book('x', [market({ [METS]: 2.38 })]), `has a price 2.38, which is no American one`],
    ['American odds below 100', book('x', [market({ [METS]: 99 })]), `has a price 99, which is no American one`],
    ['two lines of the winner', book('x', [market({ [METS]: 138 }), market({ [METS]: 139 })]), 'event e1, x: has 2 lines of the winner'],
  ])('a book with %s is one named problem, and no other is lost', (_name, broken, problem) => {
    const { games, problems, rows } = read([event('e1', { bookmakers: [broken, book('fanduel')] })])
    expect(games[0]?.lines.map(({ book: name }) => name)).toEqual(['fanduel'])
    expect(problems).toEqual([expect.stringContaining(problem)])
    expect(new Set(rows.map(({ book: name }) => name))).toEqual(new Set(['fanduel']))
  })

  it('a book that is there twice is believed in neither form', () => {
    const { games, problems } = read([event('e1', { bookmakers: [book('x'), book('y'), book('x')] })])
    expect([games[0]?.lines.map((line) => line.book), problems]).toEqual([['y'], ['event e1, x: has 2 lines of the winner']])
  })

  it.each([
    ['<html><body>502 Bad Gateway</body></html>', 'the answer is not JSON: it begins with "<html><body>502 Bad Gateway'],
    ['', 'the answer is not JSON'],
    ['{"message":"hello"}', 'the answer is no list of events: it begins with {"message":"hello"}'],
    [JSON.stringify([event('e1'), event('e2')]).slice(0, -40), 'the answer is not JSON'],
    ['[{},{}]', 'none of its 2 events could be read: event number 1: id Invalid input'],
  ])('the answer %j is unreadable as a whole', (body, sentence) => {
    expect(() => readOdds(body, ASKED)).toThrow(UnreadableOdds)
    expect(() => readOdds(body, ASKED)).toThrow(sentence)
  })
})

describe('a price', () => {
  it.each([
    [100, 2, 20_000, 500_000],
    [-100, 2, 20_000, 500_000],
    [-1_000_000, 1.0001, 10_001, 999_900],
    [-300, 1 + 1 / 3, 13_333, 750_000],
    [-150, 1 + 2 / 3, 16_667, 600_000],
    [-110, 1 + 10 / 11, 19_091, 523_810],
  ])('American %d is %d', (price, odds, oddsDecimal, impliedProbability) =>
    expect(priceOf(price, 'american')).toEqual({ odds, oddsDecimal, impliedProbability, american: price }),
  )
  it.each([
    [2.22, 22_200, 450_450],
    [1.0001, 10_001, 999_900],
    [151, 1_510_000, 6_623],
  ])('decimal %d is exactly that', (price, oddsDecimal, impliedProbability) =>
    expect(priceOf(price, 'decimal')).toEqual({ odds: price, oddsDecimal, impliedProbability, american: null }),
  )
  it.each([1, 0.5, -2, 2.55555, NaN, null, '2.5', 1e21])('decimal %p is refused', (price) =>
    expect(() => priceOf(price, 'decimal')).toThrow('which is no decimal one'),
  )
})
