import { Redis } from 'ioredis'
import { unlessAborted } from '../../ports/limit'

/** A local server answers in microseconds: one that is silent for this long is treated as gone. */
const COMMAND_TIMEOUT_MS = 2000
const CONNECT_TIMEOUT_MS = 2000
/** The client waits this long for a connection to end before it destroys it, even when there is none. */
const DISCONNECT_TIMEOUT_MS = 100
/** A cache that comes back is used again within this time; one attempt costs a refused connection. */
const RECONNECT_EVERY_MS = 250

/** No offline queue and no retries inside the client: who writes keeps what is not written yet, coalesced and bounded. */
const PLAIN = {
  enableOfflineQueue: false,
  maxRetriesPerRequest: 0,
  autoResendUnfulfilledCommands: false,
  // its ready check waits a second after a server that still loads; whoever writes asks again anyway (stores.md)
  enableReadyCheck: false,
  connectTimeout: CONNECT_TIMEOUT_MS,
  disconnectTimeout: DISCONNECT_TIMEOUT_MS,
} as const

/** For a process that lives: connects again by itself, for ever. The caller listens to `error` and disconnects it. */
export const connect = (url: string): Redis =>
  new Redis(url, { ...PLAIN, commandTimeout: COMMAND_TIMEOUT_MS, retryStrategy: () => RECONNECT_EVERY_MS })

const ONCE = { ...PLAIN, lazyConnect: true, retryStrategy: () => null } as const

/** Connected once, for one task; the caller disconnects it. @throws Error in words when there is no server. */
export const connectOnce = (url: string, signal: AbortSignal): Promise<Redis> =>
  opened(new Redis(url, { ...ONCE, commandTimeout: COMMAND_TIMEOUT_MS }), signal)

/** The same for reads that block: their caller sets the limit, and ends one by disconnecting. */
export const connectBlocking = (url: string, signal: AbortSignal): Promise<Redis> => opened(new Redis(url, ONCE), signal)

async function opened(redis: Redis, signal: AbortSignal): Promise<Redis> {
  const broken: Error[] = []
  redis.on('error', (error: Error) => broken.push(error))
  try {
    await unlessAborted(redis.connect(), signal)
    return redis
  } catch (error) {
    redis.disconnect()
    throw new Error(`the cache does not answer: ${(broken[0] ?? (error as Error)).message}`) // "connection is closed" says less
  }
}
