import { millis, parseFixed, type Millis } from '../../../core/units'
import type { OddsRow } from '../../../ports/record'
import { instant } from '../../../venues/kalshi/wire/fields'
import type { LineForm, Tell } from './form'
import { POINT_DECIMALS, quotedOf } from './odds-price'

/** A day's lines of a league, by game and book: winner, spread and total in one row, American prices. */
export const GAME_LINES_HEADING =
  'date,sport,game_id,commence_time,home_team,away_team,bookmaker,ml_home,ml_away,spread_home,spread_home_odds,spread_away,spread_away_odds,total_line,total_over_odds,total_under_odds'
const COLUMNS = GAME_LINES_HEADING.split(',').length

/**
 * Such a file tells the day of a line and neither its hour nor the book's own time. The rows are dated at the last millisecond of the day: then the line
 * was known for certain, so nothing that reads by time sees it before it was there. An age it has none.
 */
export function gameLinesForm(tell: Tell): LineForm {
  return {
    name: 'odds',
    take(line, number) {
      if (number === 1) return
      for (const row of rowsOf(line.trim())) tell(row)
    },
  }
}

interface Side {
  readonly outcome: string
  /** As the file has it; '' in both of a market that the book did not offer. */
  readonly point: string | null
  readonly odds: string
}

function rowsOf(line: string): readonly OddsRow[] {
  const fields = line.split(',')
  if (fields.length !== COLUMNS) throw new Error(`has ${fields.length} fields, not ${COLUMNS}`)
  const [date = '', sport = '', eventId = '', starts = '', home = '', away = '', book = '', ...lines] = fields
  if ([sport, eventId, home, away, book].includes('') || home === away)
    throw new Error('does not name a sport, a game, two teams and a book')
  instant(starts)
  const [winHome = '', winAway = '', pointHome = '', spreadHome = '', pointAway = '', spreadAway = '', total = '', over = '', under = ''] =
    lines
  const markets: readonly (readonly [string, readonly Side[]])[] = [
    ['h2h', [told(home, null, winHome), told(away, null, winAway)]],
    ['spreads', [told(home, pointHome, spreadHome), told(away, pointAway, spreadAway)]],
    ['totals', [told('Over', total, over), told('Under', total, under)]],
  ]
  const atMs = endOf(date)
  const rows = markets.flatMap(([marketType, sides]) =>
    rowsOfMarket(marketType, sides, { kind: 'odds', eventId, book, updatedMs: null, atMs }),
  )
  if (rows.length === 0) throw new Error('has no price at all')
  return rows
}

const told = (outcome: string, point: string | null, odds: string): Side => ({ outcome, point, odds })

type Common = Pick<OddsRow, 'kind' | 'eventId' | 'book' | 'updatedMs' | 'atMs'>

/** @throws Error for a market that is there in part: what is missing of it nobody knows. */
function rowsOfMarket(marketType: string, sides: readonly Side[], common: Common): readonly OddsRow[] {
  const texts = sides.flatMap(({ point, odds }) => (point === null ? [odds] : [point, odds]))
  if (texts.every((text) => text === '')) return []
  if (texts.includes('')) throw new Error(`has ${marketType} in part: ${texts.join(',')}`)
  const rows = sides.map(({ outcome, point, odds }): OddsRow => ({
    ...{ ...common, marketType, outcome, point: point === null ? null : whole(point, POINT_DECIMALS) },
    ...quotedOf(whole(odds, 0), 'american'),
  }))
  const [one, other] = rows.map(({ point }) => point ?? 0)
  if (marketType === 'spreads' && one !== 0 - (other ?? 0)) throw new Error(`has spreads that are not opposite: ${texts.join(',')}`)
  return rows
}

function whole(text: string, decimals: number): number {
  try {
    return parseFixed(text, decimals)
  } catch (error) {
    throw new Error(`has a figure that cannot be: ${(error as Error).message}`)
  }
}

const DAY_MS = 86_400_000
const endOf = (date: string): Millis => millis(instant(`${date}T00:00:00Z`) + DAY_MS - 1)
