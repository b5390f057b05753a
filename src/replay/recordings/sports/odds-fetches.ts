import path from 'node:path'
import { z } from 'zod'
import type { OddsGame } from '../../../core/edge/odds'
import type { Millis } from '../../../core/units'
import { damaged, jsonLinesOf, read, timeSchema, type JsonLine } from './json-lines'
import type { RecordedLeague } from './leagues'

/** Who wins: the only market that the edge is about. The recorded spreads and totals are left out. */
const WINNER = 'h2h'

/** What one fetch of the odds source told. */
export interface OddsFetch {
  readonly kind: 'odds'
  readonly atMs: Millis
  readonly sport: string
  /** Event objects as they were told, without other markets than the winner's. */
  readonly events: readonly object[]
  /** The same, as far as it tells who plays and when. */
  readonly games: readonly OddsGame[]
}

const name = z.string().min(1)
const bookSchema = z.looseObject({ markets: z.array(z.looseObject({ key: name })) })
const eventSchema = z.looseObject({
  ...{ id: name, sport_key: name, home_team: name, away_team: name },
  commence_time: name.nullish(),
  bookmakers: z.array(bookSchema),
})
const fetchSchema = z.object({
  ...{ sport_file: name, n_events: z.int(), committed_at: timeSchema, fetched_at: timeSchema.nullish() },
  events: z.array(eventSchema),
})
type Event = z.output<typeof eventSchema>

/**
 * The recorded fetches of a league, oldest first, one in memory at a time.
 * @throws RangeError naming file and line
 */
export async function* fetchesOf(folder: string, league: RecordedLeague): AsyncGenerator<OddsFetch, void, undefined> {
  let lastMs = 0
  for await (const line of jsonLinesOf(path.join(folder, league.odds))) {
    const fetch = fetchOf(line, league)
    if (fetch.atMs < lastMs) damaged(line.place, 'it was fetched before the line before it')
    lastMs = fetch.atMs
    yield fetch
  }
}

function fetchOf(line: JsonLine, { sport, sportFile }: RecordedLeague): OddsFetch {
  const { fetched_at: fetchedMs, committed_at: keptMs, events, n_events: count, sport_file: told } = read(fetchSchema, line)
  if (told !== sportFile) damaged(line.place, `it is of "${told}", and ${sportFile} is expected`)
  if (count !== events.length) damaged(line.place, `it has ${events.length} events and says ${count}`)
  const stranger = events.find((event) => event.sport_key !== sport)
  if (stranger) damaged(line.place, `event ${stranger.id} is of ${stranger.sport_key}, and ${sport} is expected`)
  const atMs = fetchedMs ?? keptMs
  return { kind: 'odds', atMs, sport, events: events.map(winnerAlone), games: events.map((event) => gameOf(event, atMs, line)) }
}

const winnerAlone = ({ bookmakers, ...event }: Event): object => ({
  ...event,
  bookmakers: bookmakers.map((book) => ({ ...book, markets: book.markets.filter(({ key }) => key === WINNER) })),
})

const gameOf = (event: Event, fetchedMs: Millis, { place }: JsonLine): OddsGame => ({
  ...{ eventId: event.id, sport: event.sport_key, homeTeam: event.home_team, awayTeam: event.away_team },
  commenceMs: event.commence_time ? read(timeSchema, { place: `${place} ${event.id} commence_time`, value: event.commence_time }) : null,
  ...{ fetchedMs, lines: [] },
})
