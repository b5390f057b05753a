import { FAILURES } from '../../core/failures'
import type { Tap } from '../../ports/cache'
import type { Clock } from '../../ports/clock'
import { withLimit } from '../../ports/limit'
import type { Log } from '../../ports/log'
import type { RecordRow } from '../../ports/record'
import { Ring } from '../files/ring'
import { applyKeep, type KeepDays } from './keep'
import { openLink, RowsRefused, type Link } from './link'
import { migrateQuestdb, pendingMigrations, stoppedViews } from './migrate'
import { Spill, type Spilled, type SpillOptions } from './spill'

const FLUSH_EVERY_MS = 500
/** One request: the client writes about 50,000 rows a second, so a batch costs the event loop about 20 ms at worst, off any order's path. */
const BATCH_ROWS = 1000
/** A new server makes eleven tables and seven views in two seconds; a busy one may take longer. */
const MIGRATE_TIMEOUT_MS = 15_000
/** How long a server that failed is left alone: long enough not to fill the log's time line, short enough for a restart. */
const RETRY_AFTER_MS = 1000

/** Above this share of the queue rows go to disk although the server answers: it is slower than the feed. */
const SPILL_ABOVE = 0.5
/** Losses are told at most so often: each line of the log is an alarm. */
const SAY_LOST_EVERY_MS = 60_000

export interface QuestdbOptions {
  /** `http://host:port` of the HTTP endpoint. */
  readonly httpUrl: string
  readonly clock: Clock
  readonly log: Log
  /** Rows in memory at most. */
  readonly capacity: number
  /** Where rows wait while the server is away or too slow. */
  readonly spill: Pick<SpillOptions, 'dir' | 'name' | 'bytesMax'>
  /** How long tables are kept: set when the server is reached. */
  readonly keep: KeepDays
  /** Default 500 ms. */
  readonly flushEveryMs?: number
}

export interface RecordTap extends Tap<RecordRow> {
  /** Whether the last write succeeded. Nothing that trades may depend on it. */
  ready(): boolean
  /** Of the queued ones, those on disk. */
  readonly spilled: number
}

/**
 * The record of quotes, trades, spreads, decisions, executions and latencies in QuestDB. `offer` only queues. Rows leave the queue when
 * the server has acknowledged them and are sent again otherwise: the tables' dedup keys make that harmless. While the server is away they go to disk,
 * where the next process finds them if this one ends; they are sent first, oldest first, when it is back. Only when memory and disk are full do the
 * oldest rows in memory go, are counted as dropped, and the log says so. The tables are created before the first row and looked at again after each
 * failure, so a server that comes back empty is no special case. A row the server refuses by itself is counted as dropped and said in the log.
 */
export function createQuestdbWriter(options: QuestdbOptions): RecordTap {
  return new Writer(options)
}

class Writer implements RecordTap {
  readonly #options: QuestdbOptions
  readonly #ring: Ring<RecordRow>
  readonly #spill: Spill
  readonly #timer: NodeJS.Timeout
  /** Taken from the ring, neither acknowledged nor on disk. */
  #held: RecordRow[] = []
  #refused = 0
  #ready = false
  /** Since the last failure nothing was acknowledged. */
  #away = false
  #spillFailed = false
  #saidLostMs = Number.NEGATIVE_INFINITY
  #saidLost = 0
  #restUntilMs = Number.NEGATIVE_INFINITY
  #link: Link | null = null
  #working: Promise<void> | null = null
  readonly #ended = new AbortController()

  constructor(options: QuestdbOptions) {
    this.#options = options
    this.#ring = new Ring(options.capacity)
    this.#spill = new Spill({ ...options, ...options.spill })
    this.#timer = setInterval(() => this.#startWork(), options.flushEveryMs ?? FLUSH_EVERY_MS).unref()
  }

  get dropped(): number {
    return this.#ring.dropped + this.#refused
  }

  get queued(): number {
    return this.#ring.length + this.#held.length + this.#spill.rows
  }

  get spilled(): number {
    return this.#spill.rows
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
    await Promise.race([this.#working, expired]) // what is under way may have begun before the last rows came
    this.#startWork()
    await Promise.race([this.#working, expired])
    this.#ended.abort(new Error('the record is closed'))
    this.#unlink()
    await this.#working
    await this.#store()
    await this.#spill.close()
    const inMemory = this.#ring.length + this.#held.length
    const { log } = this.#options
    if (inMemory > 0) log.error({ rows: inMemory }, `${FAILURES.recordLost}: they were not written before the end`)
    else if (this.queued > 0) log.warn({ rows: this.queued }, 'rows of the record wait on disk for the next start')
  }

  #startWork(): void {
    this.#working ??= this.#work().finally(() => {
      this.#working = null
    })
  }

  async #work(): Promise<void> {
    if (this.#away || this.#isCrowded()) await this.#store()
    this.#tellLost()
    const { clock } = this.#options
    if (clock.nowMs() < this.#restUntilMs || (this.#ready && !this.#hasRows())) return
    await this.#flush().catch((error: unknown) => this.#down(error))
  }

  #hasRows(): boolean {
    return this.queued > 0
  }

  #isCrowded(): boolean {
    return this.#ring.length > this.#options.capacity * SPILL_ABOVE
  }

  /** Everything from memory to disk, oldest first. */
  async #store(): Promise<void> {
    try {
      while (this.#held.length + this.#ring.length > 0) {
        this.#held.push(...this.#ring.take(BATCH_ROWS - this.#held.length))
        if (!(await this.#spill.append(this.#held))) return this.#unstored(`its ${this.#options.spill.bytesMax} bytes are used up`)
        this.#held = []
        this.#spillFailed = false
      }
    } catch (error) {
      this.#unstored(String(error))
    }
  }

  /** The rows stay in memory, where the oldest make room for the newest. */
  #unstored(reason: string): void {
    if (this.#spillFailed) return
    this.#spillFailed = true
    const { spill, log } = this.#options
    log.error(
      { folder: spill.dir, reason, inMemory: this.#ring.length + this.#held.length },
      'rows of the record cannot wait on disk: make room there',
    )
  }

  #tellLost(): void {
    const { clock, log } = this.#options
    const lost = this.#ring.dropped
    if (lost === this.#saidLost || clock.nowMs() - this.#saidLostMs < SAY_LOST_EVERY_MS) return
    log.error({ rows: lost - this.#saidLost, sinceStart: lost }, FAILURES.recordLost)
    this.#saidLost = lost
    this.#saidLostMs = clock.nowMs()
  }

  /** What is on disk is older than what is in memory. */
  async #flush(): Promise<void> {
    const link = this.#link ?? (await this.#connect())
    while (!this.#ended.signal.aborted) {
      const spilled = await this.#spill.oldest()
      if (spilled) {
        await this.#sendSpilled(link, spilled)
        continue
      }
      if (this.#held.length + this.#ring.length === 0) return
      this.#held.push(...this.#ring.take(BATCH_ROWS - this.#held.length))
      await this.#send(link, this.#held)
      this.#held = []
      if (this.#isCrowded()) await this.#store() // it answers, and is slower than the feed
      this.#tellLost()
    }
  }

  async #sendSpilled(link: Link, spilled: Spilled): Promise<void> {
    for (let from = 0; from < spilled.length; from += BATCH_ROWS) {
      if (this.#ended.signal.aborted) return
      const rows = spilled.rows(from, BATCH_ROWS)
      const read = rows.filter((row) => row !== null)
      await this.#send(link, read)
      this.#refused += rows.length - read.length // counted once they are behind us: a batch that fails is read again
      if (this.#isCrowded()) await this.#store()
      this.#tellLost()
    }
    await spilled.done()
  }

  async #send(link: Link, rows: readonly RecordRow[]): Promise<void> {
    let asked: Promise<void> | null = null
    // once a batch: where a whole kind of rows is refused, a question for each of them would let the record fall behind
    await this.#sendHalved(link, rows, () => (asked ??= this.#refuseGaps()))
  }

  /** A refused batch is halved until the row that is refused stands alone: one bad row must not hold up all others. */
  async #sendHalved(link: Link, rows: readonly RecordRow[], refuseGaps: () => Promise<void>): Promise<void> {
    if (rows.length === 0) return
    try {
      await link.send(rows)
    } catch (error) {
      if (!(error instanceof RowsRefused)) throw error
      if (error.by === 'server') await refuseGaps()
      if (rows.length === 1) {
        this.#refused += 1
        this.#options.log.error({ row: rows[0], error: String(error) }, 'the record refused a row')
        return
      }
      const middle = rows.length >> 1
      await this.#sendHalved(link, rows.slice(0, middle), refuseGaps)
      await this.#sendHalved(link, rows.slice(middle), refuseGaps)
    }
  }

  /** A row that has no table is not a bad row: it waits until the table is there again. @throws Error naming the migrations that make it. */
  async #refuseGaps(): Promise<void> {
    const gaps = await withLimit([this.#ended.signal], MIGRATE_TIMEOUT_MS, (limit) => pendingMigrations(this.#options.httpUrl, limit))
    if (gaps.length > 0) throw new Error(`tables of the record were dropped: ${gaps.map(({ name }) => name).join(', ')} makes them again`)
  }

  async #connect(): Promise<Link> {
    const { httpUrl, keep, log } = this.#options
    const { applied, stopped } = await withLimit([this.#ended.signal], MIGRATE_TIMEOUT_MS, async (limit) => {
      const files = await migrateQuestdb(httpUrl, limit)
      await applyKeep(httpUrl, keep, limit)
      return { applied: files, stopped: await stoppedViews(httpUrl, limit) }
    })
    if (stopped.length > 0)
      log.warn({ views: stopped }, 'views of the record stand still since their table was dropped: REFRESH MATERIALIZED VIEW … FULL')
    this.#link = await openLink(httpUrl, log)
    log.info({ queued: this.queued, applied }, 'the record is written')
    this.#ready = true
    this.#away = false
    return this.#link
  }

  #down(error: unknown): void {
    this.#ready = false
    this.#unlink()
    this.#restUntilMs = this.#options.clock.nowMs() + RETRY_AFTER_MS
    if (this.#away || this.#ended.signal.aborted) return
    this.#away = true
    this.#options.log.warn(
      { error: String(error), queued: this.queued },
      'the record cannot be written; rows wait on disk and are sent later',
    )
  }

  #unlink(): void {
    this.#link?.close()
    this.#link = null
  }
}
