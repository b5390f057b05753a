import type { Redis } from 'ioredis'
import { millis } from '../../core/units'
import { unlessAborted } from '../../ports/limit'
import type { Mapping } from '../../ports/cache'
import { keyPart, type Family } from './family'
import { liveMembers } from './prune'
import { queueSchema } from './schema'
import { answersOf, queueCalls, run, script, type Call } from './script'
import { iso } from './top'

/** A resolver that runs writes each again long before; one that stopped leaves nothing that looks resolved. */
export const MAPPING_TTL_S = 3600

export const MAPPING = {
  name: 'mapping',
  keys: [
    { pattern: 'mapping:sport:{sport}', type: 'set' },
    { pattern: 'mapping:reverse:{event_id}', type: 'set' },
    { pattern: 'mapping:tickers', type: 'set' },
    { pattern: 'mapping:last_update', type: 'string' },
    { pattern: 'mapping:{ticker}', type: 'hash' },
  ],
  members: { index: 'mapping:tickers', prefix: 'mapping:' },
  lastUpdate: 'mapping:last_update',
  ttlS: MAPPING_TTL_S,
  writer: 'the first shard while it holds the lease, where edges are on; crossbook pipeline run',
} as const satisfies Family

/**
 * Lua: takes a ticker out of the indexes of the sport and the event it was mapped to before.
 * The names of those are read from its hash, so a market that moved to another event is never found under both.
 */
const FORGET_LUA = `
local function forget(key, ticker)
  local sport, event = unpack(redis.call('HMGET', key, 'sport', 'event_id'))
  if sport then redis.call('SREM', 'mapping:sport:' .. sport, ticker) end
  if event then redis.call('SREM', 'mapping:reverse:' .. event, ticker) end
  return event or ''
end`

/**
 * KEYS[1] the hash, [2] the index of its sport, [3] of its event, [4] of all, [5] the key of the last update.
 * ARGV[1] the ticker, [2] seconds the keys stay, [3] ISO time, [4…] field and value in turn. Returns the event it was mapped to before, '' for none.
 */
const WRITE_MAPPING = script(`${FORGET_LUA}
local before = forget(KEYS[1], ARGV[1])
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], unpack(ARGV, 4))
redis.call('EXPIRE', KEYS[1], ARGV[2])
for i = 2, 4 do
  redis.call('SADD', KEYS[i], ARGV[1])
  redis.call('EXPIRE', KEYS[i], ARGV[2])
end
redis.call('SET', KEYS[5], ARGV[3])
return before`)

/** KEYS[1] the hash, [2] the index of all; ARGV[1] the ticker. Returns the event it was mapped to, '' for none. */
const REMOVE_MAPPING = script(`${FORGET_LUA}
local before = forget(KEYS[1], ARGV[1])
redis.call('DEL', KEYS[1])
redis.call('SREM', KEYS[2], ARGV[1])
return before`)

/** Words that stand where a ticker would. */
const RESERVED: readonly string[] = ['sport', 'reverse', 'tickers', 'last_update']

function mappingKey(ticker: string): string {
  if (RESERVED.includes(ticker))
    throw new RangeError(`a market cannot be named "${ticker}": the keys of mappings have that word themselves`)
  return `mapping:${keyPart('the ticker', ticker)}`
}
const sportIndex = (sport: string): string => `mapping:sport:${keyPart('the sport', sport)}`
const eventIndex = (eventId: string): string => `mapping:reverse:${keyPart('the event', eventId)}`

/** Each in one step with its indexes. @throws RangeError before anything is written, for a name that makes no key; the server's error. */
export async function writeMappings(redis: Redis, mappings: readonly Mapping[], signal: AbortSignal): Promise<void> {
  const calls = mappings.map(mappingCall)
  const pipeline = redis.pipeline()
  queueSchema(pipeline)
  queueCalls(pipeline, WRITE_MAPPING, calls)
  await unlessAborted(answersOf(pipeline), signal)
}

function mappingCall({ ticker, sport, eventId, yesTeam, status, evidence, resolvedMs }: Mapping): Call {
  const stamps = { resolved_at: iso(resolvedMs), ts: String(resolvedMs) }
  const fields = { ticker, sport, event_id: eventId, yes_team: yesTeam, status, evidence, ...stamps }
  return {
    keys: [mappingKey(ticker), sportIndex(sport), eventIndex(eventId), MAPPING.members.index, MAPPING.lastUpdate],
    args: [ticker, MAPPING_TTL_S, stamps.resolved_at, ...Object.entries(fields).flat()],
  }
}

/** @returns whether it was mapped. @throws the server's error. */
export async function removeMapping(redis: Redis, ticker: string, signal: AbortSignal): Promise<boolean> {
  const call = { keys: [mappingKey(ticker), MAPPING.members.index], args: [ticker] }
  return (await unlessAborted(run(redis, REMOVE_MAPPING, call), signal)) !== ''
}

/** null: not mapped. @throws Error for a hash that is none; the server's error. */
export async function readMapping(redis: Redis, ticker: string, signal: AbortSignal): Promise<Mapping | null> {
  const { sport, event_id, yes_team, status, evidence, ts } = await unlessAborted(redis.hgetall(mappingKey(ticker)), signal)
  if (sport === undefined) return null
  if (event_id === undefined || yes_team === undefined || evidence === undefined || (status !== 'confirmed' && status !== 'review'))
    throw new Error(`${mappingKey(ticker)} has fields missing; whoever wrote it is no Crossbook of this version: delete it`)
  return { ticker, sport, eventId: event_id, yesTeam: yes_team, status, evidence, resolvedMs: millis(Number(ts)) }
}

/** The tickers that are mapped to an event, in order. @throws the server's error. */
export const tickersOfEvent = (redis: Redis, eventId: string, signal: AbortSignal): Promise<readonly string[]> =>
  unlessAborted(liveMembers(redis, { index: eventIndex(eventId), prefix: MAPPING.members.prefix }), signal)
/** The tickers that are mapped in a sport, in order. @throws the server's error. */
export const tickersOfSport = (redis: Redis, sport: string, signal: AbortSignal): Promise<readonly string[]> =>
  unlessAborted(liveMembers(redis, { index: sportIndex(sport), prefix: MAPPING.members.prefix }), signal)
