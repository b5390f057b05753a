import type { Redis } from 'ioredis'
import type { Clock } from '../../ports/clock'
import { unlessAborted, withLimit } from '../../ports/limit'
import type { Log } from '../../ports/log'
import { connectBlocking } from './client'
import type { Family } from './family'
import { run, script } from './script'

export const STREAMS = ['odds'] as const
/** A stream and the keys it has: `push:{stream}`, `push:{stream}:n`. */
export type PushStream = (typeof STREAMS)[number]

/**
 * Entries a stream keeps at least: a reader that was away for longer reads the hashes again, which is faster anyway.
 * With 500 events polled every 30 s it is ten minutes; at 4 kB an event 40 MB of the server's 256.
 */
export const PUSH_LENGTH = 10_000
/** Entries in one answer: some milliseconds of parsing at most, then the reader's process may do something else. */
const READ_COUNT = 100
/** How long a read waits at the server for the first entry: how late a wiped stream is noticed. */
const WAIT_MS = 1_000
/** What an answer may take beyond that before the connection is given up. */
const ANSWER_MS = 2_000
/** A server that is away is asked again this often. */
const AGAIN_MS = 500

export const PUSH = {
  name: 'push',
  keys: [
    { pattern: 'push:{stream}', type: 'stream' },
    { pattern: 'push:{stream}:n', type: 'string' },
  ],
  members: null,
  lastUpdate: null,
  ttlS: null,
  writer: 'whoever writes the rows it tells of, in the same script',
} as const satisfies Family

export const streamKeys = (stream: PushStream): readonly [string, string] => [`push:${stream}`, `push:${stream}:n`]

/**
 * Lua for scripts that push. `push(stream, counter, length, body)` appends an entry with the fields `n` and `body` and trims the stream to about
 * `length`; returns the entry's id. `n` counts without a gap and starts at the server's time in milliseconds: after a wipe it never goes on where it was.
 */
export const PUSH_LUA = `
local function begun(counter)
  if redis.call('EXISTS', counter) == 0 then
    local now = redis.call('TIME')
    redis.call('SET', counter, string.format('%.0f', now[1] * 1000 + math.floor(now[2] / 1000)))
  end
  return counter
end
local function push(stream, counter, length, body)
  redis.call('INCR', begun(counter))
  return redis.call('XADD', stream, 'MAXLEN', '~', length, '*', 'n', redis.call('GET', counter), 'body', body)
end`

/** KEYS[1] the stream, [2] its counter; returns {id of the last entry, '0-0' for none; its n, the next entry's being one more}. */
const CURSOR = script(`${PUSH_LUA}
local last = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)
return {last[1] and last[1][1] or '0-0', redis.call('GET', begun(KEYS[2]))}`)

/** The entry that was read last. */
export interface PushCursor {
  readonly id: string
  readonly n: number
}
export interface PushEntry extends PushCursor {
  readonly body: string
}
export interface PushRead {
  readonly entries: readonly PushEntry[]
  readonly cursor: PushCursor
  /** Entries before these were lost (trimmed, or the server was wiped), or this is the first read: the hashes have to be read, now. */
  readonly missed: boolean
}

/** Where a stream ends now: taken before the hashes are read, so that nothing falls between. @throws the server's error. */
export async function cursorOf(redis: Redis, stream: PushStream, signal: AbortSignal): Promise<PushCursor> {
  const [id, n] = (await unlessAborted(run(redis, CURSOR, { keys: streamKeys(stream), args: [] }), signal)) as [string, string]
  return { id, n: Number(n) }
}

/**
 * The entries after the cursor, at most 100; waits for the first one.
 * @param redis of its own: the read blocks its connection. @param waitMs 1 or more. @throws the server's error, the signal's reason.
 */
export async function readPush(
  redis: Redis,
  stream: PushStream,
  after: PushCursor,
  waitMs: number,
  signal: AbortSignal,
): Promise<PushRead> {
  const [key] = streamKeys(stream)
  const read = async (answer: Promise<Entries | null>): Promise<readonly PushEntry[]> => entriesOf(await unlessAborted(answer, signal))
  const entries = await read(redis.xread('COUNT', READ_COUNT, 'BLOCK', waitMs, 'STREAMS', key, after.id))
  if (entries.length > 0) return judged(entries, after)
  const end = await cursorOf(redis, stream, signal)
  if (end.n === after.n) return { entries, cursor: after, missed: false }
  const late = await read(redis.xread('COUNT', READ_COUNT, 'STREAMS', key, after.id))
  return late.length > 0 ? judged(late, after) : { entries, cursor: end, missed: true }
}

function judged(entries: readonly PushEntry[], after: PushCursor): PushRead {
  const missed = entries.some(({ n }, i) => n !== after.n + 1 + i)
  const { id, n } = entries.at(-1) ?? after
  return { entries, cursor: { id, n }, missed }
}

type Entries = readonly [key: string, items: readonly [id: string, fields: readonly string[]][]][]
const entriesOf = (answer: Entries | null): readonly PushEntry[] =>
  (answer ?? []).flatMap(([, items]) =>
    items.map(([id, fields]) => ({ id, n: Number(valueOf(fields, 'n')), body: valueOf(fields, 'body') })),
  )
/** Fields and values come in turn. */
const valueOf = (fields: readonly string[], name: string): string => fields[fields.indexOf(name) + 1] ?? ''

export interface FollowOptions {
  readonly url: string
  readonly stream: PushStream
  readonly clock: Clock
  readonly log: Log
}

/**
 * Reads a stream until aborted, over a connection of its own. `tell` hears at once, with `missed` and no entries, that the hashes may be read; then every
 * entry in order. A server that was away or wiped costs nobody anything: what was lost with it is told as `missed`.
 */
export async function followPush(options: FollowOptions, tell: (read: PushRead) => void, signal: AbortSignal): Promise<void> {
  const { clock, log, stream } = options
  let cursor: PushCursor | null = null
  let saidDown = false
  const keep = (read: PushRead): void => {
    cursor = read.cursor
    saidDown = false
    tell(read)
  }
  while (!signal.aborted) {
    try {
      await session(options, () => cursor, keep, signal)
    } catch (error) {
      if (signal.aborted) return
      if (!saidDown) log.warn({ stream, error: (error as Error).message }, 'a stream of the cache cannot be read; it is asked again')
      saidDown = true
      await clock.sleep(AGAIN_MS, signal).catch(() => undefined) // the loop ends by the signal
    }
  }
}

async function session(
  { url, stream }: FollowOptions,
  cursor: () => PushCursor | null,
  keep: (read: PushRead) => void,
  signal: AbortSignal,
): Promise<void> {
  const inTime = <T>(work: (limit: AbortSignal) => Promise<T>): Promise<T> => withLimit([signal], WAIT_MS + ANSWER_MS, work)
  const redis = await inTime((limit) => connectBlocking(url, limit))
  try {
    for (;;) {
      const after = cursor()
      if (after === null) keep({ entries: [], cursor: await inTime((limit) => cursorOf(redis, stream, limit)), missed: true })
      else {
        const read = await inTime((limit) => readPush(redis, stream, after, WAIT_MS, limit))
        if (read.missed || read.entries.length > 0) keep(read)
      }
    }
  } finally {
    redis.disconnect()
  }
}
