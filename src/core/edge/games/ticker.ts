import { isDate } from './eastern'
import { LEAGUES, winnerSeries, type League } from './series'
import type { Team, TeamTable } from './teams/league'

/** The parts of a ticker of a game: market-math §8. */
export interface GameTicker {
  readonly series: string
  /** US Eastern. */
  readonly dateET: string
  /** "16:10", US Eastern; null: not told. */
  readonly timeET: string | null
  /** Both codes, unseparated. */
  readonly teams: string
  /** Of a doubleheader; null: not told. */
  readonly game: number | null
  /** The side of YES; null: the ticker of an event. */
  readonly side: string | null
}

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC']
const FORM = /^(KX[A-Z0-9]+)-(\d\d)([A-Z]{3})(\d\d)(?:([01]\d|2[0-3])([0-5]\d))?([A-Z][A-Z0-9]*?)(?:G([12]))?(?:-([A-Z0-9]+))?$/

/** @throws RangeError for what is no ticker of a game, or has a day that no calendar has. */
export function readTicker(ticker: string): GameTicker {
  const match = FORM.exec(ticker)
  if (!match) throw new RangeError(`no ticker of a game: "${ticker}"`)
  const [, series = '', year = '', monthName = '', day = '', hour, minute, teams = '', game, side] = match
  const month = String(MONTHS.indexOf(monthName) + 1).padStart(2, '0')
  const dateET = `20${year}-${month}-${day}`
  if (month === '00' || !isDate(dateET)) throw new RangeError(`no such day: "${ticker}"`)
  const timeET = hour === undefined ? null : `${hour}:${minute ?? ''}`
  return { series, dateET, timeET, teams, game: game === undefined ? null : Number.parseInt(game, 10), side: side ?? null }
}

/** Every way to read two codes of one league out of a block; away comes first, except on neutral ground. */
export function splits(block: string, table: TeamTable): readonly (readonly [Team, Team])[] {
  return Array.from({ length: block.length - 1 }, (_, n) => n + 1).flatMap((cut) => {
    const [away, home] = [table.ofCode(block.slice(0, cut)), table.ofCode(block.slice(cut))]
    return away && home && away !== home ? [[away, home] as const] : []
  })
}

/** As the vectors have it: codes are the canonical ones of the league. */
export interface ParsedTicker {
  readonly league: League
  readonly dateET: string
  readonly timeET: string | null
  readonly away: string
  readonly home: string
  readonly game: number | null
  readonly yesTeam: string | null
}

/**
 * A ticker of a league whose teams have codes.
 * @throws RangeError for any other ticker, a day that does not exist, a block of codes without exactly one reading, a side that does not play.
 */
export function parseTicker(ticker: string): ParsedTicker {
  const { series, dateET, timeET, teams, game, side } = readTicker(ticker)
  const winners = winnerSeries(series)
  if (typeof winners === 'string') throw new RangeError(winners)
  const { table } = LEAGUES[winners.league]
  if (!table) throw new RangeError(`${winners.league} has no table of codes: "${ticker}"`)
  const yesTeam = side === null ? null : table.ofCode(side)
  const [pair, ...others] = splits(teams, table).filter((each) => yesTeam === null || each.includes(yesTeam))
  if (!pair || others.length > 0 || (side !== null && !yesTeam)) throw new RangeError(`not two teams of ${winners.league}: "${ticker}"`)
  return { league: winners.league, dateET, timeET, away: pair[0].code, home: pair[1].code, game, yesTeam: yesTeam?.code ?? null }
}
