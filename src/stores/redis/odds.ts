import type { Redis } from 'ioredis'
import { z } from 'zod'
import { formatFixed, millis, parseFixed } from '../../core/units'
import { unlessAborted } from '../../ports/limit'
import type { OddsEvent, OddsLine } from '../../ports/cache'
import { keyPart, type Family } from './family'
import { liveMembers, PRUNE, pruneCall } from './prune'
import { PUSH_LENGTH, PUSH_LUA, streamKeys } from './push'
import { queueSchema } from './schema'
import { answersOf, queueCalls, script, type Call } from './script'
import { iso } from './top'

/** Housekeeping; whether a line may be traded is said by its books' own times at the moment of the decision (B6). */
export const ODDS_TTL_S = 7200
/** A probability is written with as many decimals as it has; in cents it is two less. */
const PROBABILITY_DECIMALS = 6
const CENT_DECIMALS = PROBABILITY_DECIMALS - 2
const CERTAIN_MICROS = 1_000_000

export const ODDS = {
  name: 'odds',
  keys: [
    { pattern: 'odds:consensus:{event_id}:{team}', type: 'string' },
    { pattern: 'odds:event:{event_id}', type: 'hash' },
    { pattern: 'odds:events:{sport}', type: 'set' },
    { pattern: 'odds:events:all', type: 'set' },
    { pattern: 'odds:last_update', type: 'string' },
    { pattern: 'odds:{sport}:{event_id}:{team}', type: 'hash' },
  ],
  members: { index: 'odds:events:all', prefix: 'odds:event:' },
  lastUpdate: 'odds:last_update',
  ttlS: ODDS_TTL_S,
  writer: 'worker (ingestOdds)',
} as const satisfies Family

/**
 * Writes one event: its lines replace those it had, so that an outcome without a consensus is gone and never old; then tells of it.
 * KEYS[1] the event, [2] the index of its sport, [3] the index of all, [4] the key of the last update, [5] the stream, [6] its counter,
 * [7…] hash and consensus of each line in turn.
 * ARGV[1] event id, [2] sport, [3] ISO time of the fetch, [4] its milliseconds, [5] seconds the keys stay, [6] length of the stream, [7] the event as JSON,
 * then for each line: consensus in cents, how many values follow, field and value in turn. Returns the id of the stream's entry.
 */
const WRITE_ODDS = script(`${PUSH_LUA}
local before = redis.call('HGET', KEYS[1], 'keys')
if before then redis.call('DEL', KEYS[1], unpack(cjson.decode(before))) end
local keys = {}
local at = 8
for i = 7, #KEYS, 2 do
  local count = tonumber(ARGV[at + 1])
  redis.call('HSET', KEYS[i], unpack(ARGV, at + 2, at + 1 + count))
  redis.call('EXPIRE', KEYS[i], ARGV[5])
  redis.call('SET', KEYS[i + 1], ARGV[at], 'EX', ARGV[5])
  keys[#keys + 1] = KEYS[i]
  keys[#keys + 1] = KEYS[i + 1]
  at = at + 2 + count
end
redis.call('HSET', KEYS[1], 'sport', ARGV[2], 'fetched_at', ARGV[3], 'ts', ARGV[4], 'body', ARGV[7])
if #keys > 0 then redis.call('HSET', KEYS[1], 'keys', cjson.encode(keys)) end
redis.call('EXPIRE', KEYS[1], ARGV[5])
for _, index in ipairs({KEYS[2], KEYS[3]}) do
  redis.call('SADD', index, ARGV[1])
  redis.call('EXPIRE', index, ARGV[5])
end
redis.call('SET', KEYS[4], ARGV[3])
return push(KEYS[5], KEYS[6], ARGV[6], ARGV[7])`)

/** As keys have it: lower case, spaces as underscores, no dots. @throws RangeError for a name that leaves nothing, or has a colon. */
export const teamKey = (team: string): string => keyPart('the team', team.toLowerCase().replaceAll('.', '').trim().replace(/\s+/g, '_'))
const lineKey = (sport: string, eventId: string, team: string): string => `odds:${keyPart('the sport', sport)}:${eventId}:${teamKey(team)}`
const consensusKey = (eventId: string, team: string): string => `odds:consensus:${keyPart('the event', eventId)}:${teamKey(team)}`
/** Words that stand where a sport would: such a line would be another key. */
const RESERVED: readonly string[] = ['consensus', 'event', 'events', 'last_update']

/**
 * Writes what was fetched, one transaction per event, and tells its readers by `push:odds`; prunes the indexes it touched.
 * @throws RangeError before anything is written, for an event that cannot be: no books behind a consensus, no probability, a name that makes no key.
 * @throws the server's error: what was not written then is written by the next fetch.
 */
export async function writeOdds(redis: Redis, events: readonly OddsEvent[], signal: AbortSignal): Promise<void> {
  const calls = events.map(oddsCall)
  const pipeline = redis.pipeline()
  queueSchema(pipeline)
  queueCalls(pipeline, WRITE_ODDS, calls)
  const indexes = ['all', ...new Set(events.map(({ sport }) => sport))].map((name) => `odds:events:${name}`)
  queueCalls(
    pipeline,
    PRUNE,
    indexes.map((index) => pruneCall({ index, prefix: ODDS.members.prefix })),
  )
  await unlessAborted(answersOf(pipeline), signal)
}

function oddsCall(event: OddsEvent): Call {
  const { sport, eventId, fetchedMs, lines, game } = event
  if (!isOf(game, event)) throw new RangeError(`event ${eventId} comes with the lines of another event or fetch, ${game.eventId}`)
  if (RESERVED.includes(sport)) throw new RangeError(`a sport cannot be named "${sport}": the keys of odds have that word themselves`)
  const keys = lines.flatMap(({ team }) => [lineKey(sport, eventId, team), consensusKey(eventId, team)])
  if (new Set(keys).size < keys.length)
    throw new RangeError(`event ${eventId} has two lines of one team: ${lines.map(({ team }) => team).join(', ')}`)
  const id = keyPart('the event', eventId)
  return {
    keys: [
      `odds:event:${id}`,
      `odds:events:${keyPart('the sport', sport)}`,
      'odds:events:all',
      'odds:last_update',
      ...streamKeys('odds'),
      ...keys,
    ],
    args: [
      id,
      sport,
      iso(fetchedMs),
      fetchedMs,
      ODDS_TTL_S,
      PUSH_LENGTH,
      JSON.stringify(event),
      ...lines.flatMap((line) => lineArgs(event, line)),
    ],
  }
}

/** What the books said, and what was made of it, are of one event and one fetch. */
const isOf = (
  game: Pick<OddsEvent['game'], 'eventId' | 'sport' | 'fetchedMs'>,
  event: Pick<OddsEvent, 'eventId' | 'sport' | 'fetchedMs'>,
): boolean => game.eventId === event.eventId && game.sport === event.sport && game.fetchedMs === event.fetchedMs

function lineArgs(event: OddsEvent, line: OddsLine): readonly (string | number)[] {
  const fields = Object.entries(lineFields(event, line)).flat()
  return [formatFixed(line.consensusMicros, CENT_DECIMALS), fields.length, ...fields]
}

function lineFields(event: OddsEvent, { team, consensusMicros, books }: OddsLine): Readonly<Record<string, string>> {
  const [first] = books
  if (!first) throw new RangeError(`event ${event.eventId}: the consensus of ${team} names no book it was made of`)
  const oldest = books.reduce((least, { updatedMs }) => (updatedMs < least ? updatedMs : least), first.updatedMs)
  const fields: Record<string, string> = {
    event_id: event.eventId,
    sport: event.sport,
    home_team: event.homeTeam,
    away_team: event.awayTeam,
    team,
    market: event.market,
    commence_time: iso(event.commenceMs),
    consensus_prob: probability(consensusMicros),
    consensus_cents: formatFixed(consensusMicros, CENT_DECIMALS),
    book_count: String(books.length),
    updated_at: iso(oldest),
    fetched_at: iso(event.fetchedMs),
    ts: String(event.fetchedMs),
  }
  for (const { book, probabilityMicros, updatedMs } of books) {
    const name = keyPart('the book', book)
    fields[`${name}_prob`] = probability(probabilityMicros)
    fields[`${name}_updated_at`] = iso(updatedMs)
  }
  return fields
}

function probability(micros: number): string {
  if (!Number.isSafeInteger(micros) || micros <= 0 || micros >= CERTAIN_MICROS)
    throw new RangeError(`${micros} is no probability in 1e-6: it must be an integer from 1 to ${CERTAIN_MICROS - 1}`)
  return formatFixed(micros, PROBABILITY_DECIMALS)
}

/** The consensus of one outcome in 1e-6; null: there is none. @throws the server's error. */
export async function readConsensus(redis: Redis, eventId: string, team: string, signal: AbortSignal): Promise<number | null> {
  const cents = await unlessAborted(redis.get(consensusKey(eventId, team)), signal)
  return cents === null ? null : parseFixed(cents, CENT_DECIMALS)
}

/** Every event there is: what a reader of `push:odds` begins with, and reads again when it missed entries. @throws as {@link oddsEventOf}. */
export async function readOdds(redis: Redis, signal: AbortSignal): Promise<readonly OddsEvent[]> {
  const ids = await unlessAborted(liveMembers(redis, ODDS.members), signal)
  const pipeline = redis.pipeline()
  for (const id of ids) pipeline.hget(`${ODDS.members.prefix}${id}`, 'body')
  const bodies = await unlessAborted(answersOf(pipeline), signal)
  return bodies.filter((body) => body !== null).map((body) => oddsEventOf(body as string)) // null: it expired since
}

const time = z.int().transform(millis)
const gameSchema = z.strictObject({
  eventId: z.string(),
  sport: z.string(),
  homeTeam: z.string(),
  awayTeam: z.string(),
  commenceMs: time.nullable(),
  fetchedMs: time,
  lines: z.array(
    z.strictObject({
      book: z.string(),
      outcomes: z.array(z.strictObject({ name: z.string(), odds: z.number() })),
      updatedMs: time.nullable(),
    }),
  ),
})
const shape = z.strictObject({
  sport: z.string(),
  eventId: z.string(),
  homeTeam: z.string(),
  awayTeam: z.string(),
  market: z.string(),
  commenceMs: time,
  fetchedMs: time,
  lines: z.array(
    z.strictObject({
      team: z.string(),
      consensusMicros: z.int(),
      books: z.array(z.strictObject({ book: z.string(), probabilityMicros: z.int(), updatedMs: time })),
    }),
  ),
  game: gameSchema,
})
const eventSchema = shape.refine((event) => isOf(event.game, event), { error: 'is of another event or fetch', path: ['game'] })

/** The body of an entry of `push:odds`. @throws Error for what no writer of this schema version has written. */
export function oddsEventOf(body: string): OddsEvent {
  try {
    return eventSchema.parse(JSON.parse(body))
  } catch (error) {
    throw new Error(
      `the cache has an event of odds that cannot be read; whoever wrote it is no Crossbook of this version: ${(error as Error).message}`,
    )
  }
}
