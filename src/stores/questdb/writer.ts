import { Agent } from 'node:http'
import { Sender } from '@questdb/nodejs-client'
import type { Tap } from '../../ports/cache'
import type { Clock } from '../../ports/clock'
import { withLimit } from '../../ports/limit'
import type { Log } from '../../ports/log'
import type { RecordRow } from '../../ports/record'
import { Ring } from '../files/ring'
import { migrateQuestdb } from './migrate'
import { writeRow } from './rows'

const FLUSH_EVERY_MS = 500
/** One request: the client writes about 50,000 rows a second, so a batch costs the event loop about 20 ms at worst, off any order's path. */
const BATCH_ROWS = 1000
/** The client's own limits were seen not to hold when the server stays away (stores.md), so this one is ours. */
const FLUSH_TIMEOUT_MS = 5000
/** A new server creates seven tables in a second; a busy one may take longer. */
const MIGRATE_TIMEOUT_MS = 15_000
/** How long a server that failed is left alone: long enough not to fill the log's time line, short enough for a restart. */
const RETRY_AFTER_MS = 1000

export interface QuestdbOptions {
  /** `http://host:port` of the HTTP endpoint. */
  readonly httpUrl: string
  readonly clock: Clock
  readonly log: Log
  /** Rows queued at most while the server is away; the oldest go first and are counted. */
  readonly capacity: number
  /** Default 500 ms. */
  readonly flushEveryMs?: number
}

export interface RecordTap extends Tap<RecordRow> {
  /** Whether the last write succeeded. Nothing that trades may depend on it. */
  ready(): boolean
}

/**
 * The record of quotes, spreads, decisions, executions and latencies in QuestDB. `offer` only queues. Rows leave the queue when
 * the server has acknowledged them and are sent again otherwise: the tables' dedup keys make that harmless. The tables are
 * created before the first row and looked at again after each failure, so a server that comes back empty is no special case.
 * A row the server refuses by itself is counted as dropped and said in the log.
 */
export function createQuestdbWriter(options: QuestdbOptions): RecordTap {
  return new Writer(options)
}

class Writer implements RecordTap {
  readonly #options: QuestdbOptions
  readonly #ring: Ring<RecordRow>
  readonly #timer: NodeJS.Timeout
  /** Taken from the ring and not yet acknowledged. */
  #unacknowledged: RecordRow[] = []
  #refused = 0
  #ready = false
  #saidDown = false
  #restUntilMs = Number.NEGATIVE_INFINITY
  #link: Link | null = null
  #flushing: Promise<void> | null = null
  readonly #ended = new AbortController()

  constructor(options: QuestdbOptions) {
    this.#options = options
    this.#ring = new Ring(options.capacity)
    this.#timer = setInterval(() => this.#startFlush(), options.flushEveryMs ?? FLUSH_EVERY_MS).unref()
  }

  get dropped(): number {
    return this.#ring.dropped + this.#refused
  }

  get queued(): number {
    return this.#ring.length + this.#unacknowledged.length
  }

  ready(): boolean {
    return this.#ready
  }

  offer(row: RecordRow): void {
    this.#ring.push(row)
  }

  async close(limitMs: number): Promise<void> {
    clearInterval(this.#timer)
    const limit = AbortSignal.timeout(limitMs)
    const expired = new Promise<void>((resolve) => limit.addEventListener('abort', () => resolve(), { once: true }))
    this.#restUntilMs = Number.NEGATIVE_INFINITY
    this.#startFlush()
    await Promise.race([this.#flushing, expired])
    this.#ended.abort(new Error('the record is closed'))
    this.#unlink()
    await this.#flushing
    if (this.queued > 0) this.#options.log.warn({ rows: this.queued }, 'rows of the record were not written before the end')
  }

  #startFlush(): void {
    if (this.queued === 0 && this.#ready) return
    if (this.#options.clock.nowMs() < this.#restUntilMs) return
    this.#flushing ??= this.#flush()
      .catch((error: unknown) => this.#down(error))
      .finally(() => {
        this.#flushing = null
      })
  }

  async #flush(): Promise<void> {
    const link = this.#link ?? (await this.#connect())
    while (this.queued > 0 && !this.#ended.signal.aborted) {
      this.#unacknowledged.push(...this.#ring.take(BATCH_ROWS - this.#unacknowledged.length))
      await this.#send(link, this.#unacknowledged)
      this.#unacknowledged = []
    }
  }

  /** A refused batch is halved until the row that is refused stands alone: one bad row must not hold up all others. */
  async #send(link: Link, rows: readonly RecordRow[]): Promise<void> {
    try {
      await link.send(rows)
    } catch (error) {
      if (!(error instanceof RowsRefused)) throw error
      if (rows.length === 1) {
        this.#refused += 1
        this.#options.log.error({ row: rows[0], error: String(error) }, 'the record refused a row')
        return
      }
      const middle = rows.length >> 1
      await this.#send(link, rows.slice(0, middle))
      await this.#send(link, rows.slice(middle))
    }
  }

  async #connect(): Promise<Link> {
    const { httpUrl, log } = this.#options
    const applied = await withLimit([this.#ended.signal], MIGRATE_TIMEOUT_MS, (limit) => migrateQuestdb(httpUrl, limit))
    this.#link = await openLink(httpUrl, log)
    log.info({ queued: this.queued, applied }, 'the record is written')
    this.#ready = true
    this.#saidDown = false
    return this.#link
  }

  #down(error: unknown): void {
    this.#ready = false
    this.#unlink()
    this.#restUntilMs = this.#options.clock.nowMs() + RETRY_AFTER_MS
    if (this.#saidDown) return
    this.#saidDown = true
    this.#options.log.warn({ error: String(error), queued: this.queued }, 'the record cannot be written; rows are kept and sent later')
  }

  #unlink(): void {
    this.#link?.close()
    this.#link = null
  }
}

/** One sender with a connection of its own, closed as a whole: after a failure its buffer cannot be trusted. */
interface Link {
  send(rows: readonly RecordRow[]): Promise<void>
  close(): void
}

async function openLink(httpUrl: string, log: Log): Promise<Link> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  // Node's own HTTP client: it rejects at once when the server is away and leaves no retries behind; the retries are ours
  const settings = 'protocol_version=2;auto_flush=off;stdlib_http=on;retry_timeout=0'
  const address = `addr=${new URL(httpUrl).host};${settings};request_timeout=${FLUSH_TIMEOUT_MS}`
  const sender = await Sender.fromConfig(`http::${address}`, {
    agent,
    log: (level, message) => level === 'error' && log.debug({ message: String(message) }, 'QuestDB client'),
  })
  return {
    send: (rows) => sendAll(sender, rows),
    close: () => agent.destroy(),
  }
}

async function sendAll(sender: Sender, rows: readonly RecordRow[]): Promise<void> {
  await serialise(sender, rows)
  let timer: NodeJS.Timeout | undefined
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no acknowledgement within ${FLUSH_TIMEOUT_MS} ms`)), FLUSH_TIMEOUT_MS)
  })
  try {
    await Promise.race([sender.flush(), limit])
  } catch (error) {
    throw refusalOr(error)
  } finally {
    clearTimeout(timer)
  }
}

/** The rows themselves are wrong: sending them again would fail again. */
class RowsRefused extends Error {}

async function serialise(sender: Sender, rows: readonly RecordRow[]): Promise<void> {
  try {
    sender.reset()
    for (const row of rows) await writeRow(sender, row)
  } catch (error) {
    throw new RowsRefused(String(error), { cause: error })
  }
}

/** With Node's HTTP client the server's reason is lost and only the status remains. */
const refusalOr = (error: unknown): unknown =>
  error instanceof Error && /statusCode=400\b/.test(error.message) ? new RowsRefused(error.message, { cause: error }) : error
