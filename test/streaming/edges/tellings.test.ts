import type { OddsGame } from '../../../src/core/edge/odds'
import { Tellings } from '../../../src/streaming/edges/tellings'
import { HOUR_MS, later } from '../../core/edge/fixture'

const game = (eventId: string, startMs = 12 * HOUR_MS, change: Partial<OddsGame> = {}): OddsGame => ({
  ...{ eventId, sport: 'americanfootball_nfl', homeTeam: 'Buffalo Bills', awayTeam: 'Los Angeles Chargers' },
  ...{ commenceMs: later(startMs), fetchedMs: later(0), lines: [{ book: 'fanduel', outcomes: [], updatedMs: null }] },
  ...change,
})
const startsOf = (tellings: Tellings): readonly (number | null)[] =>
  tellings.ofSports(['americanfootball_nfl']).map(({ commenceMs }) => commenceMs && commenceMs - later(0))

it('keeps a telling that says something new, without its odds', () => {
  const tellings = new Tellings()
  expect([
    tellings.hear(game('e1')),
    tellings.hear(game('e1', 12 * HOUR_MS, { fetchedMs: later(30_000) })),
    tellings.hear(game('e1', 13)),
  ]).toEqual([true, false, true])
  expect(tellings.ofSports(['americanfootball_nfl']).map(({ lines }) => lines)).toEqual([[], []])
  expect(tellings.ofSports(['basketball_nba'])).toEqual([])
})

it('keeps the first, which is the schedule, and the newest ones', () => {
  const tellings = new Tellings()
  for (let start = 1; start <= 20; start++) tellings.hear(game('e1', start))
  expect(startsOf(tellings)).toEqual([1, 14, 15, 16, 17, 18, 19, 20])
})

it('is bounded: the game that was told longest ago goes', () => {
  const tellings = new Tellings()
  for (let i = 0; i < 2_000; i++) tellings.hear(game(`e${i}`))
  tellings.hear(game('e0'))
  tellings.hear(game('new'))
  const ids = new Set(tellings.ofSports(['americanfootball_nfl']).map(({ eventId }) => eventId))
  expect([tellings.size, ids.has('e0'), ids.has('e1'), ids.has('new')]).toEqual([2_000, true, false, true])
})
