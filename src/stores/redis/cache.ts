import { randomUUID } from 'node:crypto'
import type { Redis } from 'ioredis'
import type { Clock } from '../../ports/clock'
import type { Log } from '../../ports/log'
import type { Tap, TopRow } from '../../ports/cache'
import { connect } from './client'
import { pruneIndex } from './prune'
import { keyOf, QUOTE_INDEXES, topCall } from './quotes'
import { keepSchema, MARKER_PREFIX, MARKER_TTL_S, SCHEMA_KEY, SCHEMA_VERSION } from './schema'
import { queueCalls } from './script'
import { TOP_TTL_S, WRITE_TOP } from './top'

/** A reader of the cache sees a quote this much later at most: far below what a person or a report notices. */
const FLUSH_EVERY_MS = 100
/** Rows in one pipeline: 100 commands take below a millisecond, and p99 of much larger ones was 10 ms (stores.md). */
const PIPELINE_ROWS = 200
/** How often a quiet cache is asked whether it still is there and still has our data. */
const PROBE_EVERY_MS = 1000
/** Expired members of the indexes are only untidy; a minute is often enough. */
const PRUNE_EVERY_MS = 60_000

export interface RedisCacheOptions {
  readonly url: string
  readonly clock: Clock
  readonly log: Log
  /** Books that are remembered and queued at most; the one that changed longest ago goes first. */
  readonly capacity: number
  /** Default 100 ms. */
  readonly flushEveryMs?: number
}

export interface RedisCache extends Tap<TopRow> {
  /** Whether the last exchange with the server succeeded. Nothing that trades may depend on it. */
  ready(): boolean
}

/**
 * Writes the newest top of each book to Redis. `offer` only remembers: the last value of a book wins, and a timer writes.
 * The server may be down or wiped for any time: it is probed every second, and one that comes back empty gets every book again.
 * Rows the server refuses are counted as dropped and said in the log.
 */
export function createRedisCache(options: RedisCacheOptions): RedisCache {
  return new Cache(options)
}

class Cache implements RedisCache {
  readonly #options: RedisCacheOptions
  readonly #redis: Redis
  readonly #timer: NodeJS.Timeout
  readonly #marker = `${MARKER_PREFIX}${randomUUID()}`
  /** By key, the one that changed longest ago first: what a wiped server gets again. */
  readonly #latest = new Map<string, TopRow>()
  readonly #waiting = new Set<string>()
  #unacknowledged = 0
  #dropped = 0
  #ready = false
  #saidDown = false
  #probedAtMs = Number.NEGATIVE_INFINITY
  #prunedAtMs = Number.NEGATIVE_INFINITY
  #flushing: Promise<void> | null = null

  constructor(options: RedisCacheOptions) {
    this.#options = options
    this.#redis = connect(options.url)
    this.#redis.on('error', (error) => this.#down(error))
    this.#redis.on('close', () => this.#down(new Error('the connection was closed')))
    this.#timer = setInterval(() => this.#startFlush(), options.flushEveryMs ?? FLUSH_EVERY_MS).unref()
  }

  get dropped(): number {
    return this.#dropped
  }

  get queued(): number {
    return this.#waiting.size + this.#unacknowledged
  }

  ready(): boolean {
    return this.#ready
  }

  offer(row: TopRow): void {
    const key = keyOf(row)
    this.#latest.delete(key)
    this.#latest.set(key, row)
    this.#waiting.add(key)
    if (this.#latest.size > this.#options.capacity) this.#forgetOldest()
  }

  async close(limitMs: number): Promise<void> {
    clearInterval(this.#timer)
    const limit = AbortSignal.timeout(limitMs)
    const expired = new Promise<void>((resolve) => limit.addEventListener('abort', () => resolve(), { once: true }))
    if (this.#ready) await Promise.race([this.#flushAll(limit), expired])
    this.#redis.removeAllListeners('close')
    this.#redis.disconnect()
    await this.#flushing
  }

  #forgetOldest(): void {
    const [oldest] = this.#latest.keys()
    if (oldest === undefined) return
    this.#latest.delete(oldest)
    if (this.#waiting.delete(oldest)) this.#dropped += 1
  }

  async #flushAll(limit: AbortSignal): Promise<void> {
    while (this.#waiting.size > 0 && this.#ready && !limit.aborted) {
      this.#startFlush()
      await this.#flushing
    }
  }

  #startFlush(): void {
    if (this.#redis.status !== 'ready') return
    this.#flushing ??= this.#flush()
      .catch((error: unknown) => this.#down(error))
      .finally(() => {
        this.#flushing = null
      })
  }

  async #flush(): Promise<void> {
    const now = this.#options.clock.nowMs()
    if (!this.#ready || now - this.#probedAtMs >= PROBE_EVERY_MS) await this.#probe(now)
    while (this.#waiting.size > 0) await this.#writeSome()
    if (now - this.#prunedAtMs >= PRUNE_EVERY_MS) {
      this.#prunedAtMs = now
      this.#forgetExpired(now)
      await this.#redis.expire(this.#marker, MARKER_TTL_S)
      for (const index of QUOTE_INDEXES) await pruneIndex(this.#redis, index)
    }
  }

  /** Asks for two keys instead of PING: that also tells a wiped server. A server that still loads answers with an error. */
  async #probe(now: number): Promise<void> {
    const [version, marker] = await this.#redis.mget(SCHEMA_KEY, this.#marker)
    if (version !== SCHEMA_VERSION) await keepSchema(this.#redis)
    if (version !== SCHEMA_VERSION || marker === null) await this.#writeAllAgain()
    this.#probedAtMs = now
    if (!this.#ready) this.#options.log.info({ queued: this.#waiting.size }, 'the quote cache answers')
    this.#ready = true
    this.#saidDown = false
  }

  /** Each process has a marker of its own: with one for all, only the first to look would notice that everything is gone. */
  async #writeAllAgain(): Promise<void> {
    await this.#redis.set(this.#marker, '1', 'EX', MARKER_TTL_S)
    for (const key of this.#latest.keys()) this.#waiting.add(key)
  }

  async #writeSome(): Promise<void> {
    const rows = this.#takeSome()
    this.#unacknowledged = rows.length
    try {
      const pipeline = this.#redis.pipeline()
      queueCalls(pipeline, WRITE_TOP, rows.map(topCall))
      this.#countRefused(await pipeline.exec())
    } catch (error) {
      for (const row of rows) if (this.#latest.has(keyOf(row))) this.#waiting.add(keyOf(row))
      throw error
    } finally {
      this.#unacknowledged = 0
    }
  }

  #takeSome(): readonly TopRow[] {
    const rows: TopRow[] = []
    for (const key of this.#waiting) {
      if (rows.length === PIPELINE_ROWS) break
      this.#waiting.delete(key)
      const row = this.#latest.get(key)
      if (row !== undefined) rows.push(row)
    }
    return rows
  }

  #countRefused(replies: [Error | null, unknown][] | null): void {
    const errors = (replies ?? []).map(([error]) => error).filter((error) => error !== null)
    const lost = errors.find((error) => error.name !== 'ReplyError')
    if (lost) throw lost // the connection went away before the answer
    if (errors.length === 0) return
    this.#dropped += errors.length
    this.#options.log.error({ error: errors[0]?.message, commands: errors.length }, 'the quote cache refused commands')
  }

  #forgetExpired(now: number): void {
    for (const [key, row] of this.#latest) if (now - row.atMs > TOP_TTL_S * 1000) this.#latest.delete(key)
  }

  #down(error: unknown): void {
    this.#ready = false
    if (this.#saidDown) return
    this.#saidDown = true
    this.#options.log.warn({ error: String(error) }, 'the quote cache does not answer; trading goes on without it')
  }
}
