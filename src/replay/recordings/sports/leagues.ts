import { easternMs } from '../../../core/edge/games/eastern'
import { readTicker } from '../../../core/edge/games/ticker'
import { millis, type Millis } from '../../../core/units'
import { damaged } from './json-lines'

const MINUTE_MS = 60_000
const LAST_MINUTE = '23:59'
const HOUR_MS = 3_600_000
const SECOND_MS = 1_000

/** A league whose odds were recorded, and the Kalshi series that asks who wins its games. */
export interface RecordedLeague {
  readonly name: string
  /** Of the winner markets. */
  readonly series: string
  /** The odds source's key. */
  readonly sport: string
  /** As the recorder named it. */
  readonly sportFile: string
  readonly odds: string
  /** From the scheduled start to the end that Kalshi expects (README of the data, section 2). */
  readonly lastsMs: number
  /** From the expected end to the latest close, and to the payment: the same in all market records of the series. */
  readonly openForMs: number
  readonly paidAfterMs: number
}

export const RECORDED_LEAGUES: readonly RecordedLeague[] = [
  {
    ...{ name: 'MLB', series: 'KXMLBGAME', sport: 'baseball_mlb', sportFile: 'mlb', odds: 'odds_api/mlb_2026-07-05_14.jsonl.gz' },
    ...{ lastsMs: 3 * HOUR_MS, openForMs: 69 * HOUR_MS, paidAfterMs: 120 * SECOND_MS },
  },
  {
    ...{ name: 'World Cup', series: 'KXWCGAME', sport: 'soccer_fifa_world_cup', sportFile: 'worldcup' },
    ...{ odds: 'odds_api/worldcup_2026-07-02_10.jsonl.gz', lastsMs: 3 * HOUR_MS, openForMs: 333 * HOUR_MS, paidAfterMs: 30 * SECOND_MS },
  },
  {
    ...{ name: 'WNBA', series: 'KXWNBAGAME', sport: 'basketball_wnba', sportFile: 'wnba', odds: 'odds_api/wnba_2026-07-14_19.jsonl.gz' },
    ...{ lastsMs: 3 * HOUR_MS, openForMs: 333 * HOUR_MS, paidAfterMs: 300 * SECOND_MS },
  },
  {
    ...{ name: 'KBO', series: 'KXKBOGAME', sport: 'baseball_kbo', sportFile: 'kbo', odds: 'odds_api/kbo_2026-07-09_15.jsonl.gz' },
    ...{ lastsMs: 4 * HOUR_MS, openForMs: 44 * HOUR_MS, paidAfterMs: 300 * SECOND_MS },
  },
]

const BY_SERIES = new Map(RECORDED_LEAGUES.map((league) => [league.series, league]))
/** The league of a market or an event; undefined: its odds were not recorded, and it is left out. */
export const leagueOf = (ticker: string): RecordedLeague | undefined => BY_SERIES.get(ticker.slice(0, ticker.indexOf('-')))
/** Of a market: what stands before its side. */
export const eventOf = (ticker: string): string => ticker.slice(0, ticker.lastIndexOf('-'))

export interface Closing {
  /** The latest: it closes when the winner is known. */
  readonly closeMs: Millis
  readonly payoutMs: Millis
}

/**
 * When a market whose record was not kept closes and pays: as those of its series whose records were, from the hour of its ticker; where that has a day
 * alone, from the end of the day (US Eastern).
 * @throws RangeError naming the place for a ticker that is none of a game
 */
export function closingOf(ticker: string, place: string): Closing {
  const league = leagueOf(ticker)
  if (!league) return damaged(place, `${ticker} is of no league that was recorded`)
  const { lastsMs, openForMs, paidAfterMs } = league
  const endMs = endOf(eventOf(ticker), lastsMs, place)
  return { closeMs: millis(endMs + openForMs), payoutMs: millis(endMs + paidAfterMs) }
}

function endOf(event: string, lastsMs: number, place: string): number {
  try {
    const { dateET, timeET } = readTicker(event)
    return timeET === null ? easternMs(dateET, LAST_MINUTE) + MINUTE_MS : easternMs(dateET, timeET) + lastsMs
  } catch (error) {
    return damaged(place, (error as Error).message)
  }
}
