import type { OddsGame } from '../odds'
import type { Millis } from '../../units'
import { decide, type Decision } from './decide'
import { DRAW, type GameMapping, type ListedMarket } from './game'
import { readEvent, type ListedGame, type NotRead } from './listing'
import { sourceOf, type SourceGame } from './source'

/**
 * Which game of the odds source each Kalshi event is about (market-math §8): one mapping an event, in the order in which they were first told.
 * @param markets of any series; a market told twice counts as it was told last.
 * @param games every fetch at hand, not only the newest: the first start that was told is the schedule, and a start that moved is no evidence.
 */
export function matchGames(markets: readonly ListedMarket[], games: readonly OddsGame[]): readonly GameMapping[] {
  const source = sourceOf(games)
  const events = [...marketsByEvent(markets)].map(([event, listed]) => readEvent(event, [...listed.values()]))
  const days = new Map<string, ListedGame[]>()
  for (const event of events) if (event.kind === 'game') days.set(dayKey(event), [...(days.get(dayKey(event)) ?? []), event])
  const decisions = new Map<ListedGame | NotRead, Decision>()
  const claims = new Map<string, string[]>()
  for (const event of events) {
    if (event.kind !== 'game') continue
    const decision = decide(event, days.get(dayKey(event)) ?? [event], source)
    decisions.set(event, decision)
    const { status, game } = decision
    if (status === 'confirmed' && game) claims.set(game.eventId, [...(claims.get(game.eventId) ?? []), event.event])
  }
  return events.map((event) => {
    const decision = decisions.get(event)
    return event.kind === 'game' && decision ? mappingOf(event, besideOthers(decision, claims)) : unread(event)
  })
}

function marketsByEvent(markets: readonly ListedMarket[]): ReadonlyMap<string, ReadonlyMap<string, ListedMarket>> {
  const events = new Map<string, Map<string, ListedMarket>>()
  for (const market of markets) {
    const listed = events.get(market.eventTicker) ?? new Map<string, ListedMarket>()
    events.set(market.eventTicker, listed.set(market.ticker, market))
  }
  return events
}

const dayKey = ({ sports: [sport], teams, ticker }: ListedGame): string => [sport, ticker.dateET, ...[...teams].sort()].join('|')

/** A game that two Kalshi events claim is neither's, for one of them is another game; what one has for certain no other waits for. */
function besideOthers(decision: Decision, claims: ReadonlyMap<string, readonly string[]>): Decision {
  const { status, game, reasons } = decision
  const claiming = (game && claims.get(game.eventId)) ?? []
  if (status === 'confirmed' && claiming.length > 1)
    return { status: 'review', game, reasons: [...reasons, `${claiming.join(' and ')} fit this one game`] }
  if (status === 'review' && claiming.length === 1)
    return { status: 'none', game: null, reasons: [...reasons, `that game is ${claiming.join('')}`] }
  return decision
}

function mappingOf(listed: ListedGame, { status, game, reasons }: Decision): GameMapping {
  return {
    kalshiEvent: listed.event,
    oddsEventId: game?.eventId ?? null,
    status,
    sport: game?.sport ?? listed.sports[0] ?? null,
    league: listed.league,
    startMs: listed.startMs ?? earliest(game),
    yesTeams: game ? Object.fromEntries([...listed.ofTicker].map(([ticker, side]) => [ticker, outcomeOf(side, game)])) : {},
    tie: listed.tie,
    reasons,
  }
}

/** As this game names it, so that it is found among the outcomes of its books. */
function outcomeOf(side: string, { homeId, home, away }: SourceGame): string {
  if (side === DRAW) return DRAW
  return side === homeId ? home : away
}

/** Of several starts that were told the earliest: what has perhaps begun is not traded. */
const earliest = (game: SourceGame | null): Millis | null =>
  game?.starts.reduce<Millis | null>((least, start) => (least === null || start < least ? start : least), null) ?? null

const unread = (event: ListedGame | NotRead): GameMapping => ({
  kalshiEvent: event.event,
  oddsEventId: null,
  status: event.kind === 'unclear' ? 'review' : 'none',
  sport: null,
  league: event.league,
  startMs: null,
  yesTeams: {},
  tie: 'none',
  reasons: event.kind === 'game' ? [] : [event.reason],
})
