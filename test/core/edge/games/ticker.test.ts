import { easternDate, easternMs } from '../../../../src/core/edge/games/eastern'
import { LEAGUES } from '../../../../src/core/edge/games/series'
import { parseTicker, splits } from '../../../../src/core/edge/games/ticker'
import { millis } from '../../../../src/core/units'

describe('the ticker of a game', () => {
  it.each([
    [
      'KXNFLGAME-26SEP21NYGLAR-LAR',
      { league: 'NFL', dateET: '2026-09-21', timeET: null, away: 'NYG', home: 'LAR', game: null, yesTeam: 'LAR' },
    ],
    [
      'KXNFLGAME-25SEP21LASEA-LA',
      { league: 'NFL', dateET: '2025-09-21', timeET: null, away: 'LAR', home: 'SEA', game: null, yesTeam: 'LAR' },
    ],
    [
      'KXMLBGAME-26JUL071415MILSTLG1-STL',
      { league: 'MLB', dateET: '2026-07-07', timeET: '14:15', away: 'MIL', home: 'STL', game: 1, yesTeam: 'STL' },
    ],
    [
      'KXKBOGAME-26JUL090530KIWKTW',
      { league: 'KBO', dateET: '2026-07-09', timeET: '05:30', away: 'KIW', home: 'KTW', game: null, yesTeam: null },
    ],
    [
      'KXWNBAGAME-26JUL14PDXCONN-CONN',
      { league: 'WNBA', dateET: '2026-07-14', timeET: null, away: 'PDX', home: 'CONN', game: null, yesTeam: 'CONN' },
    ],
  ])('%s', (ticker, parsed) => expect(parseTicker(ticker)).toEqual(parsed))

  it.each([
    ['a day that no month has', 'KXNBAGAME-26FEB30BOSNYK'],
    ['no month', 'KXNBAGAME-26FOO10BOSNYK'],
    ['no hour', 'KXMLBGAME-26JUL072515MILSTL'],
    ['an unknown code', 'KXNBAGAME-26FEB10BOSXXX'],
    ['one team', 'KXNBAGAME-26FEB10BOSBOS'],
    ['a side that does not play', 'KXNBAGAME-26FEB10BOSNYK-LAL'],
    ['a code of another league', 'KXNBAGAME-26FEB10BOSVGK'],
    ['another series', 'KXNBASPREAD-26FEB10BOSNYK-BOS5'],
    ['teams by name', 'KXWCGAME-26JUL10ESPBEL-ESP'],
    ['lower case', 'kxnbagame-26feb10bosnyk'],
    ['nothing', ''],
  ])('refuses %s', (_what, ticker) => expect(() => parseTicker(ticker)).toThrow(RangeError))

  it.each(['NFL', 'NBA', 'MLB', 'NHL', 'WNBA', 'KBO'] as const)('reads any two codes of %s in one way only, aliases too', (league) => {
    const { table } = LEAGUES[league]
    if (!table) throw new Error('no table')
    const ambiguous = table.codes.flatMap((away) =>
      table.codes
        .filter((home) => table.ofCode(home) !== table.ofCode(away) && splits(`${away}${home}`, table).length !== 1)
        .map((home) => `${away}${home}`),
    )
    expect(ambiguous).toEqual([])
  })
})

describe('US Eastern', () => {
  it.each([
    ['2026-07-05', '12:30', '2026-07-05T16:30:00Z'],
    ['2026-01-05', '12:30', '2026-01-05T17:30:00Z'],
    ['2026-03-08', '01:59', '2026-03-08T06:59:00Z'],
    ['2026-03-08', '03:00', '2026-03-08T07:00:00Z'],
    ['2026-11-01', '00:59', '2026-11-01T04:59:00Z'],
    ['2026-11-01', '01:30', '2026-11-01T05:30:00Z'],
    ['2026-11-01', '02:00', '2026-11-01T07:00:00Z'],
    ['2026-12-31', '23:30', '2027-01-01T04:30:00Z'],
  ])('%s %s is %s', (date, time, instant) => {
    expect(easternMs(date, time)).toBe(Date.parse(instant))
    expect(easternDate(millis(Date.parse(instant)))).toBe(date)
  })

  it('agrees with the tables of the operating system at every hour of three years', () => {
    const clock = new Intl.DateTimeFormat('sv-SE', { timeZone: 'America/New_York', dateStyle: 'short', timeStyle: 'short' })
    for (let at = Date.UTC(2025, 0, 1); at < Date.UTC(2028, 0, 1); at += 7 * 3_600_000) {
      const [date = '', time = ''] = clock.format(at).split(' ')
      expect(easternDate(millis(at))).toBe(date)
      // an hour that is told twice is taken for the first
      if (easternMs(date, time) !== at) expect(easternMs(date, time)).toBe(at - 3_600_000)
    }
  })
})
