import type { Redis } from 'ioredis'
import { formatMoney, formatQuantity, type Millis } from '../../core/units'
import type { HeldPosition } from '../../ports/cache'
import type { Clock } from '../../ports/clock'
import { unlessAborted, withLimit } from '../../ports/limit'
import type { Log } from '../../ports/log'
import { connectOnce } from './client'
import type { Family } from './family'
import { queueSchema } from './schema'
import { answersOf, queueCalls, script, type Call } from './script'
import { stampsOf } from './top'

export const POSITIONS = {
  name: 'positions',
  keys: [
    { pattern: 'positions:active:{ticker}', type: 'hash' },
    { pattern: 'positions:tickers', type: 'set' },
    { pattern: 'positions:last_update', type: 'string' },
  ],
  members: { index: 'positions:tickers', prefix: 'positions:active:' },
  lastUpdate: 'positions:last_update',
  ttlS: null, // what is held does not end because nobody looked
  writer: 'worker',
} as const satisfies Family

/**
 * Puts one reading of the ledger in the place of the last: no reader meets a position of one and a position of the other.
 * KEYS[1] the index, [2] the key of the last update, [3…] the hash of each position.
 * ARGV[1] the prefix of the hashes, [2] ISO time of the reading, then for each position: its market, how many values follow, field and value in turn.
 * Returns how many positions are gone.
 */
const REPLACE_POSITIONS = script(`
local before = redis.call('SMEMBERS', KEYS[1])
for _, market in ipairs(before) do redis.call('DEL', ARGV[1] .. market) end
redis.call('DEL', KEYS[1])
local at = 3
for i = 3, #KEYS do
  local count = tonumber(ARGV[at + 1])
  redis.call('SADD', KEYS[1], ARGV[at])
  redis.call('HSET', KEYS[i], unpack(ARGV, at + 2, at + 1 + count))
  at = at + 2 + count
end
redis.call('SET', KEYS[2], ARGV[2])
local gone = 0
for _, market in ipairs(before) do gone = gone + 1 - redis.call('SISMEMBER', KEYS[1], market) end
return gone`)

/** @param readMs when the ledger was read. @returns how many positions are gone. @throws the server's error. */
export async function replacePositions(redis: Redis, held: readonly HeldPosition[], readMs: Millis, signal: AbortSignal): Promise<number> {
  const pipeline = redis.pipeline()
  queueSchema(pipeline)
  queueCalls(pipeline, REPLACE_POSITIONS, [replaceCall(held, readMs)])
  const answers = await unlessAborted(answersOf(pipeline), signal)
  return Number(answers.at(-1))
}

function replaceCall(held: readonly HeldPosition[], readMs: Millis): Call {
  const { index, prefix } = POSITIONS.members
  const stamps = stampsOf(readMs)
  const args = held.flatMap((position) => {
    const fields = Object.entries({ ...fieldsOf(position), ...stamps }).flat()
    return [position.market, fields.length, ...fields]
  })
  return {
    keys: [index, POSITIONS.lastUpdate, ...held.map(({ market }) => `${prefix}${market}`)],
    args: [prefix, stamps['updated_at'] ?? '', ...args],
  }
}

const fieldsOf = ({ venue, market, yes, no, trades }: HeldPosition): Readonly<Record<string, string>> => ({
  ticker: market,
  venue,
  yes_contracts: formatQuantity(yes.quantity),
  yes_cost: formatMoney(yes.cost),
  no_contracts: formatQuantity(no.quantity),
  no_cost: formatMoney(no.cost),
  trades: String(trades),
})

/** How late a position is told: far below what a person notices, and one small query for the ledger. */
const COPY_EVERY_MS = 5_000
/** The query takes a millisecond and the script less: longer is a server that hangs. */
const COPY_MS_MAX = 3_000

export interface PositionsCopyOptions {
  readonly url: string
  /** The ledger's open lots, summed by market. */
  readonly read: (signal: AbortSignal) => Promise<readonly HeldPosition[]>
  readonly clock: Clock
  readonly log: Log
  /** Default 5 s. */
  readonly everyMs?: number
}

/** Copies what the ledger holds, again and again, until aborted. Servers that are away or wiped are waited for; nothing waits for this. */
export async function copyPositions(options: PositionsCopyOptions, signal: AbortSignal): Promise<void> {
  const { clock, log, everyMs = COPY_EVERY_MS } = options
  let saidDown = false
  while (!signal.aborted) {
    try {
      await withLimit([signal], COPY_MS_MAX, (limit) => copyOnce(options, limit))
      saidDown = false
    } catch (error) {
      if (signal.aborted) return
      if (!saidDown) log.warn({ error: (error as Error).message }, 'the positions in the cache are not copied; the ledger has them')
      saidDown = true
    }
    await clock.sleep(everyMs, signal).catch(() => undefined) // the loop ends by the signal
  }
}

async function copyOnce({ url, read, clock }: PositionsCopyOptions, signal: AbortSignal): Promise<void> {
  const readMs = clock.nowMs()
  const held = await read(signal)
  const redis = await connectOnce(url, signal)
  try {
    await replacePositions(redis, held, readMs, signal)
  } finally {
    redis.disconnect()
  }
}
