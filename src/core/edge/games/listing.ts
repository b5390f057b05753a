import { DATE, daysIn } from '../../market/reading/dates'
import type { Millis } from '../../units'
import { easternMs } from './eastern'
import type { GameMapping, ListedMarket } from './game'
import { winnerSeries, type League } from './series'
import { sidesOf, type Sides } from './sides'
import { readTicker, type GameTicker } from './ticker'
import { tieOf } from './without-winner'

/** A Kalshi event that asks who wins a game, read without doubt. */
export interface ListedGame extends Sides {
  readonly kind: 'game'
  readonly event: string
  readonly league: League
  /** The odds source's keys under which it may be listed. */
  readonly sports: readonly string[]
  readonly ticker: GameTicker
  /** By the ticker's HHMM. */
  readonly startMs: Millis | null
  readonly tie: GameMapping['tie']
}
/** `refused`: no question of who wins a game. `unclear`: one that has to be read by a person. */
export interface NotRead {
  readonly kind: 'refused' | 'unclear'
  readonly event: string
  readonly league: League | null
  readonly reason: string
}

/** Words of titles that ask for something else than the winner of a whole game. */
const OTHER_QUESTION =
  /\b(series|spreads?|totals?|over|under|half|halves|quarters?|periods?|innings?|sets?|rounds?|runs?|points|goals|advances?|qualif(?:y|ies)|champion(?:ship)?|mvp|strikeouts|bases|home runs?|summer league|futures game|all-star|wins? by|first five)\b/i
const SCHEDULED = new RegExp(`originally scheduled for (${DATE})(?: at (\\d{1,2}):(\\d\\d) ([AP])M)?`, 'i')
const NOON = 12

/** @param markets all markets of one event that are known. */
export function readEvent(event: string, markets: readonly ListedMarket[]): ListedGame | NotRead {
  const seriesTicker = event.split('-')[0] ?? event
  const series = winnerSeries(seriesTicker)
  if (typeof series === 'string') return { kind: 'refused', event, league: null, reason: series }
  const { league, sports } = series
  const unclear = (reason: string): NotRead => ({ kind: 'unclear', event, league, reason })
  for (const { title, subtitle } of markets) {
    const [word] = OTHER_QUESTION.exec(title) ?? OTHER_QUESTION.exec(subtitle) ?? []
    if (word !== undefined)
      return { kind: 'refused', event, league, reason: `"${title}" asks for something else than the winner: "${word}"` }
  }
  const strange = markets.find((market) => market.seriesTicker !== seriesTicker || !market.ticker.startsWith(`${event}-`))
  if (strange) return unclear(`${strange.ticker} of series ${strange.seriesTicker} is told as a market of ${event}`)
  let ticker: GameTicker
  try {
    ticker = readTicker(event)
  } catch (error) {
    if (error instanceof RangeError) return unclear(error.message)
    throw error
  }
  if (ticker.side !== null) return unclear(`${event} is the ticker of a market, not of an event`)
  const otherDay = markets.map(({ rulesPrimary }) => otherSchedule(ticker, rulesPrimary)).find((reason) => reason !== null)
  if (otherDay !== undefined) return unclear(otherDay ?? '')
  const sides = sidesOf(
    league,
    ticker,
    markets.map((market) => ({ market, side: market.ticker.slice(event.length + 1) })),
  )
  if (typeof sides === 'string') return unclear(sides)
  const startMs = ticker.timeET === null ? null : easternMs(ticker.dateET, ticker.timeET)
  return { kind: 'game', event, league, sports, ticker, startMs, ...sides, tie: tieOf(league, markets) }
}

/** What the rules say of day and hour, where it is not what the ticker says; null: the same, or nothing. */
function otherSchedule({ dateET, timeET }: GameTicker, rules: string): string | null {
  const match = SCHEDULED.exec(rules)
  if (!match) return null
  const [, day = '', , , , hour, minute = '', half] = match
  const [date] = daysIn(day)
  if (date !== dateET) return `the rules are about ${date ?? day}, the ticker about ${dateET}`
  if (hour === undefined || timeET === null) return null
  const hours = (Number.parseInt(hour, 10) % NOON) + (half?.toUpperCase() === 'P' ? NOON : 0)
  const time = `${String(hours).padStart(2, '0')}:${minute}`
  return time === timeET ? null : `the rules say ${time} US Eastern, the ticker ${timeET}`
}
