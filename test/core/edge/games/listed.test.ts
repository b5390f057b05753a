import { gunzipSync } from 'node:zlib'
import type { GameMapping, ListedMarket } from '../../../../src/core/edge/games/game'
import { matchGames } from '../../../../src/core/edge/games/match'
import type { OddsGame } from '../../../../src/core/edge/odds'
import { readShared, recordings } from '../../../venues/kalshi/fakes'
import { game } from './fixture'
import { LISTED, type Club, type ListedLeague } from './listed'
import { MARKET_LIST } from './recorded'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const SIZES = { NFL: 32, NBA: 30, MLB: 30, NHL: 32, WNBA: 15, KBO: 10 }
/** Clubs that share a city, which Kalshi's display names tell apart by a letter. */
const SHARED_CITIES = [
  ['NFL', 'NYG', 'NYJ'],
  ['NFL', 'LAC', 'LAR'],
  ['NBA', 'LAC', 'LAL'],
  ['MLB', 'NYM', 'NYY'],
  ['MLB', 'LAA', 'LAD'],
  ['MLB', 'CHC', 'CWS'],
  ['NHL', 'NYI', 'NYR'],
] as const

interface Fixture {
  readonly away: Club
  readonly home: Club
  /** "22:10" US Eastern. */
  readonly start: string
}
const startMs = ({ day: [, date, behindUtc] }: ListedLeague, start: string): number =>
  Date.parse(`${date}T${start}:00Z`) + behindUtc * HOUR_MS

/** As Kalshi lists the two markets of a game on that day. */
function listing(league: ListedLeague, { away, home, start }: Fixture, day = league.day[0]): readonly ListedMarket[] {
  const { series, title, tellsHour } = league
  const eventTicker = `${series}-${day}${tellsHour ? start.replace(':', '') : ''}${away[0]}${home[0]}`
  return [away, home].map(([code, , shown]) => ({
    ...{ ticker: `${eventTicker}-${code}`, eventTicker, seriesTicker: series, title: title(away[2], home[2], shown), subtitle: shown },
    rulesPrimary: `If ${shown} wins the ${away[2]} vs ${home[2]} game originally scheduled for that day, then the market resolves to Yes.`,
  }))
}
const told = (league: ListedLeague, { away, home, start }: Fixture, laterMs = 0): OddsGame =>
  game(`${away[0]} at ${home[0]}`, league.sport, `${away[1]} at ${home[1]}`, new Date(startMs(league, start) + laterMs).toISOString())
const confirmed = (mappings: readonly GameMapping[]): readonly GameMapping[] => mappings.filter(({ status }) => status === 'confirmed')

/** Each club once at home and once away. */
const ring = ({ clubs }: ListedLeague, start: string): readonly Fixture[] =>
  clubs.map((away, at) => ({ away, home: clubs[(at + 1) % clubs.length] ?? away, start }))
const club = (league: ListedLeague, code: string): Club => {
  const found = league.clubs.find(([own]) => own === code)
  if (!found) throw new Error(`no club ${code}`)
  return found
}
const leagueOf = (name: string): ListedLeague => {
  const league = LISTED[name]
  if (!league) throw new Error(`no league ${name}`)
  return league
}

describe.each(Object.keys(SIZES))('every club of %s, as both sources write it', (name) => {
  const league = leagueOf(name)
  const [usual, latest] = league.starts

  it('is one of so many', () => expect(new Set(league.clubs.map(([code]) => code)).size).toBe(SIZES[name as keyof typeof SIZES]))

  it.each([
    ['an ordinary game', usual],
    ['the latest of the day', latest],
  ])('at home and away, %s: its game, its side, its day', (_what, start) => {
    const fixtures = ring(league, start)
    const mappings = matchGames(
      fixtures.flatMap((each) => listing(league, each)),
      fixtures.map((each) => told(league, each)),
    )
    expect(mappings).toHaveLength(fixtures.length)
    const byEvent = new Map(mappings.map((mapping) => [mapping.kalshiEvent, mapping]))
    for (const fixture of fixtures) {
      const [away, home] = listing(league, fixture)
      expect(byEvent.get(away?.eventTicker ?? '')).toMatchObject({
        ...{ status: 'confirmed', league: name, sport: league.sport, oddsEventId: `${fixture.away[0]} at ${fixture.home[0]}` },
        ...{ startMs: startMs(league, start), yesTeams: { [away?.ticker ?? '']: fixture.away[1], [home?.ticker ?? '']: fixture.home[1] } },
      })
    }
  })

  it('is not confirmed by a game of the day before or after', () => {
    const fixtures = ring(league, latest)
    for (const laterMs of [-DAY_MS, DAY_MS])
      expect(
        confirmed(
          matchGames(
            fixtures.flatMap((each) => listing(league, each)),
            fixtures.map((each) => told(league, each, laterMs)),
          ),
        ),
      ).toEqual([])
  })

  it('is not confirmed by a game of its opponent against somebody else', () => {
    const { clubs } = league
    const others = ring(league, usual).map((each, at) => ({ ...each, away: clubs[(at + 2) % clubs.length] ?? each.away }))
    for (const [at, fixture] of ring(league, usual).entries())
      expect(
        confirmed(
          matchGames(
            listing(league, fixture),
            others.slice(at, at + 1).map((each) => told(league, each)),
          ),
        ),
      ).toEqual([])
  })
})

it('a late game is past midnight in UTC, and a ticker of that day is another game', () => {
  for (const name of ['NFL', 'NBA', 'MLB', 'NHL', 'WNBA']) {
    const league = leagueOf(name)
    const [first, second] = league.clubs
    if (!first || !second) throw new Error(`${name} has no clubs`)
    const fixture = { away: first, home: second, start: league.starts[1] }
    const begins = new Date(startMs(league, fixture.start))
    expect(begins.getUTCDate()).toBe(Number(league.day[0].slice(-2)) + 1)
    const utcDay = `${league.day[0].slice(0, -2)}${String(begins.getUTCDate()).padStart(2, '0')}`
    expect(confirmed(matchGames(listing(league, fixture), [told(league, fixture)]))).toHaveLength(1)
    expect(confirmed(matchGames(listing(league, fixture, utcDay), [told(league, fixture)]))).toEqual([])
  }
})

it.each(SHARED_CITIES)('%s: %s is not %s, home or away', (name, one, other) => {
  const league = leagueOf(name)
  const [listed, neighbour] = [club(league, one), club(league, other)]
  const opponent = league.clubs.find(([code]) => code !== one && code !== other) ?? listed
  const start = league.starts[0]
  for (const [mine, theirs] of [
    [listed, neighbour],
    [neighbour, listed],
  ] as const) {
    const games = [told(league, { away: theirs, home: opponent, start }), told(league, { away: opponent, home: theirs, start })]
    const markets = [listing(league, { away: mine, home: opponent, start }), listing(league, { away: opponent, home: mine, start })]
    for (const own of markets) expect(confirmed(matchGames(own, games))).toEqual([])
  }
  // the two against each other: each is its own side
  const derby = listing(league, { away: listed, home: neighbour, start })
  const [mapping] = matchGames(derby, [told(league, { away: listed, home: neighbour, start })])
  expect(mapping).toMatchObject({
    status: 'confirmed',
    yesTeams: { [derby[0]?.ticker ?? '']: listed[1], [derby[1]?.ticker ?? '']: neighbour[1] },
  })
})

recordings('the clubs of the tests', () => {
  it.each(['NFL', 'MLB', 'WNBA', 'KBO'])('of %s are what Kalshi listed', (name) => {
    const { series, clubs } = leagueOf(name)
    const wanted = new Map(clubs.map(([code, , shown]) => [code, shown]))
    const lines = gunzipSync(readShared(MARKET_LIST)).toString().split('\n').filter(Boolean)
    const listed = lines.map((line) => (JSON.parse(line) as { readonly market: Record<'ticker' | 'yes_sub_title', string> }).market)
    const own = listed.filter(({ ticker, yes_sub_title }) => ticker.startsWith(`${series}-`) && !['AL', 'NL'].includes(yes_sub_title))
    expect(own.length).toBeGreaterThan(3)
    for (const { ticker, yes_sub_title } of own) expect([ticker, wanted.get(ticker.split('-')[2] ?? '')]).toEqual([ticker, yes_sub_title])
  })
})
