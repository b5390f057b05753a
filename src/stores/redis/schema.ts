import type { ChainableCommander, Redis } from 'ioredis'
import type { Family } from './family'
import { queueCalls, run, script, type Call } from './script'

/** Raised when the meaning of a key changes; a cache of another version is emptied, for everything in it comes again. */
export const SCHEMA_VERSION = '1'
/** Holds {@link SCHEMA_VERSION}. */
export const SCHEMA_KEY = 'crossbook:schema'
/** One key per process that writes quotes: that it is missing tells a wiped server from one that kept its data. */
export const MARKER_PREFIX = 'crossbook:writer:'
/** Ten times the interval in which a living process renews it. */
export const MARKER_TTL_S = 600

export const SCHEMA = {
  name: 'schema',
  keys: [
    { pattern: SCHEMA_KEY, type: 'string' },
    { pattern: `${MARKER_PREFIX}{process}`, type: 'string' },
  ],
  members: null,
  lastUpdate: null,
  ttlS: null,
  writer: 'every writer',
} as const satisfies Family

/** Everything that is ours on a server, but the version: what a change of version removes. */
export const OURS: readonly string[] = ['kalshi:*', 'forecastex:*', 'odds:*', 'mapping:*', 'positions:*', 'push:*', `${MARKER_PREFIX}*`]

/**
 * Makes the cache one of this version, once: of several writers that come with a new version only the first empties it, and none what another has written
 * since. With their markers gone, the writers of quotes write every book again. A server without a version keeps what it has: it may be somebody else's.
 * KEYS[1] the version's key; ARGV[1] the version, [2…] patterns of what is ours. Returns how many keys were removed.
 */
const KEEP_SCHEMA = script(`
local version = redis.call('GET', KEYS[1])
local removed = 0
if version and version ~= ARGV[1] then
  for i = 2, #ARGV do
    for _, key in ipairs(redis.call('KEYS', ARGV[i])) do removed = removed + redis.call('UNLINK', key) end
  end
end
if version ~= ARGV[1] then redis.call('SET', KEYS[1], ARGV[1]) end
return removed`)

const KEEP: Call = { keys: [SCHEMA_KEY], args: [SCHEMA_VERSION, ...OURS] }

/** First in whatever is written: what follows stands under this version, also on a server that was wiped a moment ago. */
export const queueSchema = (pipeline: ChainableCommander): void => queueCalls(pipeline, KEEP_SCHEMA, [KEEP])

/** @returns how many keys of another version were removed. @throws the server's error. */
export const keepSchema = async (redis: Redis): Promise<number> => Number(await run(redis, KEEP_SCHEMA, KEEP))
