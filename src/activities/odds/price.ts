import {
  BOOK_DROPS,
  CONSENSUS_REFUSALS,
  consensusOf,
  methodOf,
  type ConsensusPolicy,
  type ConsensusRefusal,
  type ConsensusResult,
  type DroppedBook,
} from '../../core/edge/consensus/consensus'
import { fairOf } from '../../core/edge/consensus/line'
import type { BookLine, OddsGame } from '../../core/edge/odds'
import type { Millis } from '../../core/units'
import type { OddsEvent, OddsLine } from '../../ports/cache'
import type { FetchedOdds } from '../../ports/odds'
import type { OddsRow } from '../../ports/record'

/** What a fetch is worth: for the cache, for the record, and what of it is worth nothing. */
export interface PricedOdds {
  readonly events: readonly OddsEvent[]
  /** Those of the fetch, with the margin taken off where the consensus heard the book. */
  readonly rows: readonly OddsRow[]
  /** Why outcomes have no consensus, and why lines of books were not heard, whether the others made one or not: how many. */
  readonly refused: Readonly<Record<string, number>>
  readonly problems: readonly string[]
}

const MARKET = 'h2h'
const DRAW = 'Draw'
const CERTAIN_MICROS = 1_000_000
/** Refusals before which each book was heard or dropped by name. */
const AFTER_HEARING: readonly ConsensusRefusal[] = [CONSENSUS_REFUSALS.noBooks, CONSENSUS_REFUSALS.tooFew, CONSENSUS_REFUSALS.rejected]

/** A game whose start is not told makes rows and no event: nobody could tell when its odds stop being those of a game to come. */
export function pricedOf(
  { games, rows, problems }: FetchedOdds,
  policyOf: (game: OddsGame, nowMs: Millis) => ConsensusPolicy,
  nowMs: Millis,
): PricedOdds {
  const refused: Record<string, number> = {}
  const fair = new Map<string, number>()
  const untold: string[] = []
  const events = games.flatMap((game): readonly OddsEvent[] => {
    const policy = policyOf(game, nowMs)
    const results = outcomesOf(game).map((outcome) => ({ outcome, result: consensusOf(game, outcome, nowMs, policy) }))
    for (const { book, name, micros } of saidBy(game, policy, results[0]?.result)) fair.set(keyOf(game.eventId, book, name), micros)
    const { sport, eventId, homeTeam, awayTeam, commenceMs, fetchedMs } = game
    if (commenceMs === null) {
      untold.push(`event ${eventId}: its start is not told, so it is not kept`)
      return []
    }
    const reasons = results.flatMap(({ result }) => (result.kind === 'none' ? result.reason : []))
    // a book is dropped with its whole line: of any outcome it is the same
    const unheard = (results[0]?.result.dropped ?? []).flatMap(unheardAs)
    for (const reason of [...reasons, ...unheard]) refused[reason] = (refused[reason] ?? 0) + 1
    const lines = results.flatMap(({ outcome, result }) => lineOf(outcome, result))
    return [{ sport, eventId, homeTeam, awayTeam, market: MARKET, commenceMs, fetchedMs, lines, game }]
  })
  return {
    events,
    rows: rows.map((row) => ({ ...row, deviggedProbability: fair.get(keyOf(row.eventId, row.book, row.outcome)) ?? null })),
    refused,
    problems: [...problems, ...untold],
  }
}

/** A book that is listed never to be heard is no news. One that is not listed is named, so that somebody lists it. */
const unheardAs = ({ book, reason }: DroppedBook): readonly string[] =>
  reason === BOOK_DROPS.unweighted ? [] : [`line not heard: ${reason}${reason === BOOK_DROPS.unlisted ? ` (${book})` : ''}`]

const keyOf = (eventId: string, book: string, outcome: string): string => JSON.stringify([eventId, book, outcome])

function outcomesOf({ homeTeam, awayTeam, lines }: OddsGame): readonly string[] {
  const hasDraw = lines.some(({ outcomes }) => outcomes.some(({ name }) => name === DRAW))
  return [homeTeam, awayTeam, ...(hasDraw ? [DRAW] : [])]
}

/** An outcome without a consensus has no line: the one that it had before goes with it. */
function lineOf(team: string, result: ConsensusResult): readonly OddsLine[] {
  if (result.kind === 'none') return []
  const books = result.books.map(({ book, probability, updatedMs }) => ({ book, probabilityMicros: microsOf(probability), updatedMs }))
  return [{ team, consensusMicros: microsOf(result.probability), books }]
}

/**
 * What each book says of each outcome without its margin (B1), by the method that the consensus takes: of the books that it heard, also of those whose
 * opinion it then rejected. A book that was dropped says nothing, and where no set of outcomes was agreed none does.
 * @param result of any outcome: a book is dropped with its whole line
 */
function saidBy(
  { lines }: OddsGame,
  policy: ConsensusPolicy,
  result: ConsensusResult | undefined,
): readonly { readonly book: string; readonly name: string; readonly micros: number }[] {
  const wasHeard = heardIn(result)
  return lines.filter(wasHeard).flatMap((line) => {
    const fair = fairOf(line, methodOf(policy, line.outcomes.length))
    if (fair.kind === 'dropped') return []
    return line.outcomes.map(({ name }, at) => ({ book: line.book, name, micros: microsOf(fair.probabilities[at] ?? NaN) }))
  })
}

function heardIn(result: ConsensusResult | undefined): (line: BookLine) => boolean {
  if (result === undefined || (result.kind === 'none' && !AFTER_HEARING.includes(result.reason))) return () => false
  const dropped = new Set(result.dropped.map(({ book }) => book))
  return ({ book }) => !dropped.has(book)
}

/** To the nearest, and never certain. */
const microsOf = (probability: number): number => Math.min(CERTAIN_MICROS - 1, Math.max(1, Math.round(probability * CERTAIN_MICROS)))
