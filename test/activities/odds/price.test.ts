import { pricedOf } from '../../../src/activities/odds/price'
import { readProfilesFile } from '../../../src/config/profiles'
import type { BookLine, OddsGame } from '../../../src/core/edge/odds'
import { consensusPolicyAt } from '../../../src/core/edge/profile'
import { millis } from '../../../src/core/units'
import type { FetchedOdds } from '../../../src/ports/odds'
import type { OddsRow } from '../../../src/ports/record'

const NOW = millis(1_786_085_188_416)
const settings = readProfilesFile(`${__dirname}/../../../config`)
const line = (book: string, odds: Readonly<Record<string, number>>, ageMs: number | null = 5_000): BookLine => ({
  book,
  outcomes: Object.entries(odds).map(([name, each]) => ({ name, odds: each })),
  updatedMs: ageMs === null ? null : millis(NOW - ageMs),
})

/** One game of those lines, as a fetch tells it. */
function fetched(sport: string, lines: readonly BookLine[]): FetchedOdds {
  const game: OddsGame = {
    ...{ eventId: 'e1', sport, homeTeam: 'Home', awayTeam: 'Away' },
    ...{ commenceMs: millis(NOW + 3_600_000), fetchedMs: NOW, lines },
  }
  const rows = lines.flatMap(({ book, outcomes, updatedMs }) =>
    outcomes.map(({ name, odds }): OddsRow => ({
      ...{ kind: 'odds', eventId: 'e1', book, marketType: 'h2h', outcome: name, point: null, american: null, updatedMs, atMs: NOW },
      ...{ oddsDecimal: Math.round(odds * 10_000), impliedProbability: Math.round(1_000_000 / odds) },
    })),
  )
  const quota = { remaining: null, used: null, last: null }
  return { kind: 'fetched', sport, fetchedMs: NOW, games: [game], rows, problems: [], otherMarkets: {}, quota }
}
const priced = (sport: string, ...lines: readonly BookLine[]): ReturnType<typeof pricedOf> =>
  pricedOf(fetched(sport, lines), ({ commenceMs }, nowMs) => consensusPolicyAt(settings, { sport, startMs: commenceMs }, nowMs), NOW)
/** Of each book the fair probabilities of its outcomes. */
const fairOf = ({ rows }: ReturnType<typeof pricedOf>): Readonly<Record<string, readonly unknown[]>> =>
  Object.fromEntries(
    [...new Set(rows.map(({ book }) => book))].map((book) => [
      book,
      rows.filter((row) => row.book === book).map((row) => row.deviggedProbability),
    ]),
  )
const EVEN = { Home: 1.909_090_909, Away: 1.909_090_909 }

describe('what a fetch is worth', () => {
  it('B1: takes its own margin off each book, before anything is averaged', () => {
    const { events, ...rest } = priced('baseball_mlb', line('pinnacle', EVEN), line('draftkings', { Home: 1.5, Away: 2.6 }))
    const { pinnacle, draftkings } = fairOf({ events, ...rest })
    expect(pinnacle).toEqual([500_000, 500_000])
    expect(draftkings?.map(Number).reduce((sum, each) => sum + each)).toBe(1_000_000)
    expect(events[0]?.lines.map(({ team }) => team)).toEqual(['Home', 'Away'])
    expect(events[0]?.game.lines).toHaveLength(2)
  })

  it('takes it off all three outcomes where there is a draw, and gives a book of two of them nothing', () => {
    const three = { Home: 2.2, Away: 3.4, Draw: 3.3 }
    const result = priced('soccer_epl', line('pinnacle', three), line('fanduel', three), line('betmgm', { Home: 2.2, Away: 3.4 }))
    const { pinnacle, betmgm } = fairOf(result)
    expect(Math.abs((pinnacle?.map(Number).reduce((sum, each) => sum + each) ?? 0) - 1_000_000)).toBeLessThanOrEqual(1)
    expect(betmgm).toEqual([null, null])
    expect(result.events[0]?.lines.map(({ team }) => team)).toEqual(['Home', 'Away', 'Draw'])
  })

  it('B6: records no fair probability of a book that the consensus did not hear: too old, without a time, or no price list', () => {
    const old = line('fanduel', EVEN, 600_000)
    const result = priced(
      'baseball_mlb',
      line('pinnacle', EVEN),
      old,
      line('betmgm', EVEN, null),
      line('caesars', { Home: 1.2, Away: 1.2 }),
    )
    const nothing = [null, null]
    expect(fairOf(result)).toEqual({ pinnacle: [500_000, 500_000], fanduel: nothing, betmgm: nothing, caesars: nothing })
  })

  it('records it also where too few books leave no consensus, and of none where they do not agree what can happen', () => {
    const alone = priced('baseball_mlb', line('draftkings', EVEN))
    expect([fairOf(alone), alone.events[0]?.lines, alone.refused]).toEqual([
      { draftkings: [500_000, 500_000] },
      [],
      { 'too few families': 2 },
    ])
    const other = priced('baseball_mlb', line('pinnacle', EVEN), line('fanduel', { Home: 1.9, Draw: 1.9 }))
    expect([fairOf(other), other.refused]).toEqual([{ pinnacle: [null, null], fanduel: [null, null] }, { 'no agreed set of outcomes': 3 }])
  })

  it('counts why lines were not heard, with the name of a book that nobody listed, whether the others make a consensus or not', () => {
    const old = line('fanduel', EVEN, 600_000)
    const [stranger, kalshi] = [line('somebook', EVEN), line('kalshi', EVEN)]
    const unheard = { 'line not heard: too old': 1, 'line not heard: book not listed (somebook)': 1 }
    expect(priced('baseball_mlb', line('pinnacle', EVEN), old, stranger, kalshi).refused).toEqual(unheard)
    expect(priced('baseball_mlb', old, stranger, kalshi).refused).toEqual({ 'no usable book': 2, ...unheard })
  })
})
