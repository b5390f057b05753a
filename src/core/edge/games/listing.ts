import { DATE, daysIn } from '../../market/reading/dates'
import type { Millis } from '../../units'
import { easternMs } from './eastern'
import type { GameMapping, ListedMarket } from './game'
import { LEAGUES, winnerSeries, type League } from './series'
import { sidesOf, type Sides } from './sides'
import { readTicker, type GameTicker } from './ticker'

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

/** What a tie pays by the rules' text, and a fight without a result; where the markets of an event do not say the same, nothing is known. */
function tieOf(league: League, markets: readonly ListedMarket[]): GameMapping['tie'] {
  const { isThreeWay, mayTie, mayVoid } = LEAGUES[league]
  if (isThreeWay) return 'none'
  const ends = mayVoid ? [TIE, NO_CONTEST] : [TIE]
  const told = new Set(
    markets.flatMap(({ rulesPrimary, rulesSecondary }) => ends.map((end) => paidIn(end, `${rulesPrimary} ${rulesSecondary ?? ''}`))),
  )
  const [value] = told.size === 1 ? [...told] : ['unknown' as const]
  if (value !== 'unknown' && value !== undefined) return { value }
  return mayTie ? { value: 'unknown' } : 'none'
}

/** Half of a dollar for each side, or nothing: the two texts that are known of how a game ends without a winner. */
function paidIn(end: RegExp, rules: string): number | 'unknown' {
  const sentence = rules.split(/\.\s/).find((each) => end.test(each))
  if (sentence === undefined) return 'unknown'
  if (/50\/50|\$0\.50\b|50 cents/i.test(sentence)) return 0.5
  return /resolves? to "?no\b/i.test(sentence) ? 0 : 'unknown'
}
const TIE = /\b(?:tie|tied|draw)\b/i
const NO_CONTEST = /\bno contest\b/i
