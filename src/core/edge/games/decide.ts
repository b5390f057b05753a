import type { Millis } from '../../units'
import { easternDate, easternTime, minutesBetween } from './eastern'
import type { ListedGame } from './listing'
import type { Source, SourceGame } from './source'

export interface Decision {
  readonly status: 'confirmed' | 'review' | 'none'
  /** The one candidate; null: none, or several. */
  readonly game: SourceGame | null
  readonly reasons: readonly string[]
}

/** market-math §8: a start is the same within this. */
const SAME_START_MIN = 30
/**
 * A game whose start is told later than the ticker by no more than this is that game, delayed: the second game of a doubleheader begins when the first is
 * over, and nine innings with the break before the next game take longer.
 */
const LONGEST_DELAY_MIN = 130
/** Beyond this a game was not delayed but moved. */
const MOVED_MIN = 6 * 60

type Scheduled = SourceGame & { readonly scheduledMs: Millis }

/**
 * Which game of the source a listed game is.
 * @param sameDay the listed games of these teams on this day, this one among them.
 */
export function decide(listed: ListedGame, sameDay: readonly ListedGame[], source: Source): Decision {
  const games = source.ofTeams(listed.sports, listed.teams)
  const scheduled = games.flatMap((game): Scheduled[] => {
    const [scheduledMs] = game.starts
    return scheduledMs === undefined ? [] : [{ ...game, scheduledMs }]
  })
  const thatDay = scheduled
    .filter(({ scheduledMs }) => easternDate(scheduledMs) === listed.ticker.dateET)
    .sort((one, other) => one.scheduledMs - other.scheduledMs)
  const fitting = fittingOf(listed, scheduled, thatDay)
  const [game, ...others] = fitting
  if (others.length > 0) return review(null, `${fitting.length} games of the source fit: ${fitting.map(shown).join(', ')}`)
  if (!game) return notFitting(listed, sameDay, games, thatDay, source)
  const doubt = doubtOf(listed, sameDay, game, thatDay)
  return doubt === null ? { status: 'confirmed', game, reasons: evidence(listed, game) } : review(game, doubt)
}

const review = (game: SourceGame | null, reason: string): Decision => ({ status: 'review', game, reasons: [reason] })

/** By the hour where the ticker has one; else by the day, and by the number of a doubleheader's game when the source tells both. */
function fittingOf({ startMs, ticker }: ListedGame, scheduled: readonly Scheduled[], thatDay: readonly Scheduled[]): readonly Scheduled[] {
  if (startMs !== null) return scheduled.filter(({ scheduledMs }) => Math.abs(minutesBetween(startMs, scheduledMs)) <= SAME_START_MIN)
  if (ticker.game !== null && thatDay.length === 2) return thatDay.slice(ticker.game - 1, ticker.game)
  return thatDay
}

/** What speaks against the only game that fits; null: nothing. */
function doubtOf(listed: ListedGame, sameDay: readonly ListedGame[], game: Scheduled, thatDay: readonly Scheduled[]): string | null {
  if (listed.doubt !== null) return listed.doubt
  if (game.changedTeams) return `the source has named other teams under the id of ${shown(game)}`
  const latest = game.starts[game.starts.length - 1] ?? game.scheduledMs
  const moved = minutesBetween(listed.startMs ?? game.scheduledMs, latest)
  if (Math.abs(moved) > MOVED_MIN) return `the source has moved ${shown(game)} to ${shownTime(latest)}`
  if (listed.ticker.game !== null && thatDay.length < 2)
    return `game ${listed.ticker.game} of two, and the source tells ${thatDay.length} that day`
  if (sameDay.length > thatDay.length)
    return `Kalshi lists ${sameDay.length} games of these teams that day, the source ${thatDay.length}: which one is left cannot be told`
  if (sameDay.length > 1 && sameDay.length === thatDay.length && rankOf(listed, sameDay) !== thatDay.indexOf(game))
    return `${shown(game)} is not in the same place among that day's ${thatDay.length} games at Kalshi and at the source`
  return null
}

/** Place among the day's games by number, else by hour. */
function rankOf(listed: ListedGame, sameDay: readonly ListedGame[]): number {
  const order = ({ ticker, startMs }: ListedGame): number => ticker.game ?? startMs ?? 0
  return [...sameDay].sort((one, other) => order(one) - order(other)).indexOf(listed)
}

function notFitting(
  listed: ListedGame,
  sameDay: readonly ListedGame[],
  games: readonly SourceGame[],
  thatDay: readonly Scheduled[],
  source: Source,
): Decision {
  const [first, ...others] = thatDay
  if (first && others.length === 0) {
    const later = listed.startMs === null ? null : minutesBetween(listed.startMs, first.scheduledMs)
    const isDelay = later !== null && later > SAME_START_MIN && later <= LONGEST_DELAY_MIN
    // a numbered game, and one of several at Kalshi, is in doubt where the source tells a single game
    if (isDelay && doubtOf(listed, sameDay, first, thatDay) === null)
      return { status: 'confirmed', game: first, reasons: evidence(listed, first) }
    return review(first, `the only game of these teams that day begins at ${shownTime(first.scheduledMs)}, not at ${wanted(listed)}`)
  }
  if (first) return review(null, `no game of these teams begins at ${wanted(listed)}, but ${thatDay.map(shown).join(', ')}`)
  const [near, ...further] = games.filter(({ starts: [start] }) => start === undefined || isNear(listed, start))
  if (near && further.length === 0) return review(near, `these teams meet at ${shown(near)}, not on ${listed.ticker.dateET}`)
  if (near) return review(null, `these teams meet at ${[near, ...further].map(shown).join(', ')}, not on ${listed.ticker.dateET}`)
  const [half] = source.withOneOf(listed.sports, listed.teams, listed.ticker.dateET)
  if (half) return review(null, `only one of ${listed.teams.join(' and ')} plays that day at the source: ${half.away} at ${half.home}`)
  return { status: 'none', game: null, reasons: [`the source has no game of ${listed.teams.join(' and ')} on ${listed.ticker.dateET}`] }
}

/** The day before or after: an hour's difference in what a day is, or a rematch. */
const NEAR_MIN = 36 * 60
const isNear = ({ startMs, ticker }: ListedGame, scheduledMs: Millis): boolean =>
  Math.abs(minutesBetween(startMs ?? noonOf(ticker.dateET), scheduledMs)) <= NEAR_MIN
const noonOf = (date: string): Millis => Date.parse(`${date}T16:00:00Z`) as Millis

function evidence(listed: ListedGame, game: Scheduled): readonly string[] {
  const later = listed.startMs === null ? null : minutesBetween(listed.startMs, game.scheduledMs)
  const latest = game.starts[game.starts.length - 1] ?? game.scheduledMs
  return [
    `${listed.teams.join(' and ')} on ${listed.ticker.dateET}`,
    later === null
      ? `the only game of both that day`
      : `${shownTime(game.scheduledMs)} at the source${later === 0 ? '' : `, ${Math.abs(later)} min ${later > 0 ? 'later' : 'earlier'}`}`,
    ...(later !== null && later > SAME_START_MIN
      ? ['a delay: the only game of both that day, and a second one could not begin so soon']
      : []),
    ...(latest === game.scheduledMs ? [] : [`now ${shownTime(latest)} there`]),
  ]
}

const wanted = ({ ticker }: ListedGame): string => `${ticker.dateET} ${ticker.timeET ?? ''}`.trim()
const shownTime = (atMs: Millis): string => `${easternDate(atMs)} ${easternTime(atMs)}`
const shown = ({ eventId, starts: [start] }: SourceGame): string =>
  start === undefined ? `${eventId} (no start told)` : `${eventId} (${shownTime(start)})`
