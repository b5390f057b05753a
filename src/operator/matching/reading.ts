import type { ListedMarket } from '../../core/edge/games/game'
import type { OddsGame } from '../../core/edge/odds'
import { millis, type Millis } from '../../core/units'
import { instant } from '../../venues/kalshi/wire/fields'
import { fieldsOf, isFields, jsonOf, listOf, textOf, type Fields } from '../record/ingest/json'
import { linesOf } from '../record/ingest/lines'

/**
 * Kalshi's markets of a file of JSON lines, plain or gzipped: market objects, bare, as `{market}`, or as a page `{markets:[…]}`.
 * @throws RangeError naming file, line and what is wrong; the file system's error.
 */
export function readMarkets(file: string): Promise<readonly ListedMarket[]> {
  return readLines(file, (value) => {
    const fields = fieldsOf(value, 'a line')
    const markets = 'markets' in fields ? listOf(fields['markets'], '"markets"') : [fields['market'] ?? fields]
    return markets.map((market) => marketOf(fieldsOf(market, 'a market')))
  })
}

/**
 * Games of The Odds API of a file of JSON lines, plain or gzipped: event objects, bare, as a list, or as `{events:[…]}` with the time of the fetch. A fetch
 * that tells of a game what the one before told is left out. Odds are not read: who plays and when is told without them.
 * @throws RangeError naming file, line and what is wrong; the file system's error.
 */
export async function readGames(file: string): Promise<readonly OddsGame[]> {
  const told = new Map<string, string>()
  return readLines(file, (value) => {
    const isFetch = isFields(value) && 'events' in value
    const events = isFetch ? listOf(value['events'], '"events"') : Array.isArray(value) ? (value as readonly unknown[]) : [value]
    const fetchedMs = isFetch ? fetchedAt(value) : null
    return events.map((event) => gameOf(fieldsOf(event, 'an event'), fetchedMs)).filter((game) => isNews(told, game))
  })
}

function isNews(told: Map<string, string>, { eventId, homeTeam, awayTeam, commenceMs }: OddsGame): boolean {
  const now = `${homeTeam}|${awayTeam}|${commenceMs ?? ''}`
  if (told.get(eventId) === now) return false
  told.set(eventId, now)
  return true
}

async function readLines<T>(file: string, read: (value: unknown) => readonly T[]): Promise<readonly T[]> {
  const found: T[] = []
  const refuse = (reason: string): never => {
    throw new RangeError(`${file} cannot be read whole: ${reason}`)
  }
  for await (const { number, text } of linesOf(file, refuse)) {
    if (text.trim() === '') continue
    try {
      for (const each of read(jsonOf(text))) found.push(each)
    } catch (error) {
      throw new RangeError(`${file}:${number} ${(error as Error).message}`, { cause: error })
    }
  }
  if (found.length === 0) throw new RangeError(`${file} holds nothing: one JSON object on each line is expected`)
  return found
}

function marketOf(market: Fields): ListedMarket {
  const eventTicker = textOf(market['event_ticker'], '"event_ticker"')
  return {
    ticker: textOf(market['ticker'], '"ticker"'),
    eventTicker,
    seriesTicker: optional(market, 'series_ticker') || (eventTicker.split('-')[0] ?? eventTicker),
    title: optional(market, 'title'),
    subtitle: optional(market, 'yes_sub_title') || optional(market, 'subtitle'),
    rulesPrimary: optional(market, 'rules_primary'),
    rulesSecondary: optional(market, 'rules_secondary'),
  }
}

/** A text that need not be told: "" then. @throws Error for anything else than a text. */
function optional(market: Fields, name: string): string {
  const value = market[name] ?? ''
  return value === '' ? '' : textOf(value, `"${name}"`)
}

/** An event that comes without the time of its fetch is as old as its place in the file. */
const NOT_TOLD = millis(0)

function gameOf(event: Fields, fetchedMs: Millis | null): OddsGame {
  const { commence_time: commence } = event
  return {
    eventId: textOf(event['id'], 'an event\'s "id"'),
    sport: textOf(event['sport_key'], '"sport_key"'),
    homeTeam: textOf(event['home_team'], '"home_team"'),
    awayTeam: textOf(event['away_team'], '"away_team"'),
    commenceMs: commence === undefined || commence === null ? null : instant(textOf(commence, '"commence_time"')),
    fetchedMs: fetchedMs ?? NOT_TOLD,
    lines: [],
  }
}

/** The recordings of one publisher have no time of the fetch, but one of its keeping, seconds later. */
function fetchedAt({ fetched_at: fetched, committed_at: committed }: Fields): Millis | null {
  const told = fetched ?? committed
  return told === undefined || told === null ? null : instant(textOf(told, 'a time of the fetch'))
}
