import { ConfigurationError } from '../../config/environment'
import type { Config } from '../../config/load'
import { withLimit } from '../../ports/limit'
import type { Log } from '../../ports/log'
import { connectOnce } from '../../stores/redis/client'
import { listKeys, readFamilies, readKey, type CacheState, type KeyState } from '../../stores/redis/inspect'
import { followPush, STREAMS, type PushRead } from '../../stores/redis/push'
import { SCHEMA_VERSION } from '../../stores/redis/schema'
import { systemClock } from '../clock'

/** A handful of questions that take milliseconds each. */
const READ_MS_MAX = 5_000

/** The cache as an operator sees it. */
export interface CacheReader {
  families(): Promise<CacheState>
  keys(family: string): Promise<readonly string[]>
  show(key: string): Promise<KeyState | null>
}
export type { KeyState } from '../../stores/redis/inspect'
/** The version of the keys that this build writes and reads. */
export const CACHE_VERSION = SCHEMA_VERSION

/** @throws ConfigurationError without a cache; Error when it does not answer. */
export function withCache<T>(config: Config, work: (cache: CacheReader) => Promise<T>): Promise<T> {
  const url = urlOf(config)
  return withLimit([], READ_MS_MAX, async (limit) => {
    const redis = await connectOnce(url, limit)
    try {
      return await work({
        families: () => readFamilies(redis, limit),
        keys: (family) => listKeys(redis, family, limit),
        show: (key) => readKey(redis, key, limit),
      })
    } finally {
      redis.disconnect()
    }
  })
}

/** Until aborted: see followPush. @throws RangeError for a stream that does not exist; ConfigurationError without a cache. */
export function followCache(config: Config, name: string, log: Log, tell: (read: PushRead) => void, signal: AbortSignal): Promise<void> {
  const stream = STREAMS.find((each) => each === name)
  if (stream === undefined) throw new RangeError(`the cache has no stream "${name}": ask for ${STREAMS.join(', ')}`)
  return followPush({ url: urlOf(config), stream, clock: systemClock(), log }, tell, signal)
}

function urlOf({ endpoints: { redisUrl } }: Config): string {
  if (redisUrl === null) throw new ConfigurationError('this stack runs without a cache: start it with Redis or Valkey, or set REDIS_URL')
  return redisUrl
}
