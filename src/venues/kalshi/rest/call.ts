import type { RejectReason } from '../../../core/trade/outcome'
import type { Clock } from '../../../ports/clock'
import type { FrameLog } from '../../../ports/frame-log'
import { withLimit } from '../../../ports/limit'
import type { Log } from '../../../ports/log'
import { HttpClient, type HttpMethod, type Send } from '../../http'
import type { Signer } from '../sign'
import { refusedHere, STALE_TIMESTAMP } from '../wire/errors'
import type { AccountLimits, EndpointCosts } from '../wire/limits'
import { isRepeatable, KalshiReadError, readAnswer, type WriteAnswer } from './failure'
import { learnLimits } from './limits'
import { Pacing, type BucketState, type ReadUrgency } from './pacing'

export { KalshiReadError, type WriteAnswer } from './failure'

/** A page of 1000 markets takes about a second. */
const READ_TIMEOUT_MS = 5_000
/** Below the 3 s an activity has for an order: the answer "unknown" must still reach the saga as our own. */
const WRITE_TIMEOUT_MS = 2_500
/** A read is repeated after 429, 5xx or silence. Waits of 0.2, 0.4 and 0.8 s refill twenty reads of the smallest tier. */
const READ_ATTEMPTS = 4
const READ_BACKOFF_MS = 200
/** More than any list of ours has; a cursor that goes on for longer goes in circles. */
const PAGES_MAX = 500
/** Below the idle limits of connection and load balancer. */
const WARM_EVERY_MS = 15_000
/** Between two rounds of warming, however often the venue closes its connections: one round costs three reads. */
const WARM_PAUSE_MS = 200
/** A tier is raised by hand and lowered overnight. */
const LIMITS_EVERY_MS = 600_000
/** REST has no connection of its own in the capture. */
const REST_CONN = 0
const WARM_PATH = '/exchange/status'

/** A list becomes a repeated parameter; undefined is left out. */
export type Query = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>
export interface PageOf<T> {
  readonly items: readonly T[]
  readonly cursor: string
}
export interface WriteCall {
  readonly method: Exclude<HttpMethod, 'GET'>
  readonly path: string
  readonly query?: Query
  /** Plain JSON; null: no body. */
  readonly body: object | null
  /** E11: asked in the turn of the write. */
  readonly mayWrite: () => RejectReason | null
  /** Whose bucket is billed; absent: the unscoped one, as for shard 0 and for batches. */
  readonly shard?: number
  /** Of a batch, which is billed per item; absent: 1. */
  readonly items?: number
}

export interface KalshiRest {
  /**
   * Waits for the tokens of the read bucket first.
   * @param urgency default 'order'
   * @throws KalshiReadError after its attempts; Error when there are no tokens for 10 s; whatever `read` throws for a body of the wrong shape
   */
  get<T>(path: string, query: Query, read: (body: unknown) => T, signal: AbortSignal, urgency?: ReadUrgency): Promise<T>
  /** All pages. @throws as `get`, and Error when the venue repeats a cursor (a cursor it does not know restarts at page one) */
  getAll<T>(path: string, query: Query, read: (body: unknown) => PageOf<T>, signal: AbortSignal): Promise<readonly T[]>
  /** Sent once, never repeated. Never throws for the venue's answer or its silence. */
  write(call: WriteCall, signal: AbortSignal): Promise<WriteAnswer>
  /** Keeps connections open for orders, the clock offset fresh and the budget as the venue grants it, until aborted. */
  keepWarm(signal: AbortSignal): Promise<void>
  /** What the account is granted, for processes that keep nothing warm. */
  tellLimits(limits: AccountLimits, costs: EndpointCosts): void
  /** The request budget as this process sees it. */
  budget(): readonly BucketState[]
  /** Connections that an order can use without a handshake. */
  warmConnections(): number
  close(): Promise<void>
}
export interface KalshiRestOptions {
  /** With the prefix, e.g. "https://external-api.kalshi.com/trade-api/v2". */
  readonly baseUrl: string
  /** null: public reads only. */
  readonly signer: Signer | null
  readonly clock: Clock
  /** null: this process records no frames and sends no orders. */
  readonly frameLog: FrameLog | null
  readonly log: Log
  /** 0 ≤ x < 1; default Math.random: spreads the processes of one account after a 429. */
  readonly random?: () => number
  /** What of the account's request budget this process may use, 0 … 1; default all of it (E18). */
  readonly share?: number
}

/** Signed calls to the REST interface: full paths, error bodies read once, the venue's clock watched on every answer. */
export function createKalshiRest(options: KalshiRestOptions): KalshiRest {
  return new SignedRest(options)
}

class SignedRest implements KalshiRest {
  readonly #http: HttpClient
  readonly #prefix: string
  readonly #options: KalshiRestOptions
  readonly #pacing: Pacing
  readonly #send: Send = (call, signal) => this.#http.call(call, signal)

  constructor(options: KalshiRestOptions) {
    const { origin, pathname } = new URL(options.baseUrl)
    this.#http = new HttpClient(origin)
    this.#prefix = pathname.replace(/\/$/, '')
    this.#options = options
    this.#pacing = new Pacing(options.clock, options.random ?? Math.random)
  }

  async get<T>(path: string, query: Query, read: (body: unknown) => T, signal: AbortSignal, urgency: ReadUrgency = 'order'): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      await this.#pacing.read(this.#prefix + path, urgency, signal)
      const answer = await this.#call({ method: 'GET', path, query, body: null, mayWrite: () => null }, READ_TIMEOUT_MS, signal)
      if (answer.kind === 'accepted') return read(answer.body)
      const failure = answer.kind === 'failed' ? answer.failure : answer
      if (!isRepeatable(failure) || attempt === READ_ATTEMPTS || signal.aborted) throw new KalshiReadError(path, failure)
      await this.#options.clock.sleep(READ_BACKOFF_MS * 2 ** (attempt - 1), signal)
    }
  }

  async getAll<T>(path: string, query: Query, read: (body: unknown) => PageOf<T>, signal: AbortSignal): Promise<readonly T[]> {
    const items: T[] = []
    const seen = new Set<string>()
    for (let cursor = ''; ;) {
      const asked = { ...query, cursor: cursor === '' ? undefined : cursor }
      const page = await this.get(path, asked, read, signal, cursor === '' ? 'order' : 'list')
      items.push(...page.items)
      cursor = page.cursor
      if (cursor === '') return items
      if (seen.has(cursor) || seen.size >= PAGES_MAX) throw new Error(`Kalshi repeats the pages of GET ${path}: the list cannot be trusted`)
      seen.add(cursor)
    }
  }

  write(call: WriteCall, signal: AbortSignal): Promise<WriteAnswer> {
    const { method, path, query = {}, body, mayWrite, shard = 0, items = 1 } = call
    if (this.#options.signer === null) throw new Error(`${method} ${path} needs a Kalshi key: this process was configured without one`)
    const tooLarge = this.#pacing.write(method, this.#prefix + path, shard, items)
    if (tooLarge !== null) return Promise.resolve({ kind: 'failed', failure: refusedHere('batch_too_large', tooLarge) })
    const recordAndWrite = (): RejectReason | null => {
      const refusal = mayWrite()
      if (refusal === null) this.#record(method, this.#path(path, query), body)
      return refusal
    }
    return this.#call({ ...call, mayWrite: recordAndWrite }, WRITE_TIMEOUT_MS, signal)
  }

  async keepWarm(signal: AbortSignal): Promise<void> {
    const { clock } = this.#options
    for (let limitsAtNs: bigint | null = null; !signal.aborted;) {
      await this.#warm(signal)
      if (limitsAtNs === null || clock.monoNs() - limitsAtNs > BigInt(LIMITS_EVERY_MS) * 1_000_000n) {
        limitsAtNs = clock.monoNs()
        await this.#learnLimits(signal)
      }
      await clock.sleep(WARM_PAUSE_MS, signal).catch(() => {})
      await withLimit([signal], WARM_EVERY_MS, (limit) => this.#http.coldConnection(limit))
    }
  }

  tellLimits(limits: AccountLimits, costs: EndpointCosts): void {
    this.#pacing.tell(limits, costs)
  }
  budget(): readonly BucketState[] {
    return this.#pacing.state()
  }
  warmConnections(): number {
    return this.#http.warmConnections
  }
  close(): Promise<void> {
    return this.#http.close()
  }

  /** One small read over each connection for orders; its answer also tells the time. */
  #warm(signal: AbortSignal): Promise<void> {
    return this.#http.warm((send) => {
      this.#pacing.spendRead(this.#prefix + WARM_PATH)
      return this.#call({ method: 'GET', path: WARM_PATH, body: null, mayWrite: () => null }, READ_TIMEOUT_MS, signal, send)
    }, signal)
  }

  /** The budget stays as it was where the venue does not tell. */
  async #learnLimits(signal: AbortSignal): Promise<void> {
    if (this.#options.signer === null) return
    try {
      await learnLimits(this, signal, this.#options.share)
    } catch (error) {
      if (signal.aborted) return
      this.#options.log.warn({ error: String(error) }, 'Kalshi does not tell the request limits of this account: the last known ones stay')
    }
  }

  async #call(sending: Sending, timeoutMs: number, signal: AbortSignal, send: Send = this.#send): Promise<WriteAnswer> {
    const { method, path, query = {}, body, mayWrite, shard = 0 } = sending
    const { signer } = this.#options
    const text = body === null ? null : JSON.stringify(body)
    const headers = { ...signer?.headers(method, this.#prefix + path), ...(text === null ? {} : { 'content-type': 'application/json' }) }
    const sentMs = signer?.localMs() ?? 0
    const outcome = await send({ method, path: this.#path(path, query), headers, body: text, timeoutMs, mayWrite }, signal)
    if (outcome.kind !== 'answer') return outcome
    if (outcome.status === 429) this.#pacing.exhausted(method, shard)
    const answer = readAnswer(outcome.status, outcome.body, path)
    this.#watchClock(answer, outcome.headers, sentMs)
    return answer
  }

  /** E17: every answer carries the venue's time; after "timestamp expired" the answer that says so is the first reading that counts. */
  #watchClock(answer: WriteAnswer, headers: Readonly<Record<string, string>>, sentMs: number): void {
    const { signer, log } = this.#options
    if (signer === null) return
    const stale = answer.kind === 'failed' && answer.failure.code === STALE_TIMESTAMP
    if (stale) signer.offset.forget()
    signer.offset.observeDate(headers, sentMs, signer.localMs())
    if (stale) log.warn({ offsetMs: signer.offset.ms }, 'Kalshi calls our time stamp expired: the clock offset was measured anew')
  }

  /** "Every outbound order byte is in the capture before the write": without headers, so without key and signature. */
  #record(method: HttpMethod, path: string, body: object | null): void {
    const payload = Buffer.from(JSON.stringify({ method, path, body }))
    this.#options.frameLog?.stamp({ venue: 'kalshi', conn: REST_CONN, dir: 'out', payload })
  }

  #path(path: string, query: Query): string {
    const parameters = new URLSearchParams()
    for (const [name, value] of Object.entries(query)) {
      if (value === undefined) continue
      if (typeof value === 'object') for (const each of value) parameters.append(name, each)
      else parameters.set(name, String(value))
    }
    return this.#prefix + path + (parameters.size === 0 ? '' : `?${parameters.toString()}`)
  }
}

/** A write, or a read in the same words. */
interface Sending extends Omit<WriteCall, 'method'> {
  readonly method: HttpMethod
}
