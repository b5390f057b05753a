import { assertNever } from '../../../core/assert'
import type { Clock } from '../../../ports/clock'
import type { FrameLog } from '../../../ports/frame-log'
import type { Log } from '../../../ports/log'
import type { RejectReason } from '../../../core/trade/outcome'
import { HttpClient, type HttpMethod, type HttpOutcome } from '../../http'
import type { Signer } from '../sign'
import { readFailure, STALE_TIMESTAMP, type KalshiFailure } from '../wire/errors'

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
/** REST has no connection of its own in the capture. */
const REST_CONN = 0

export type Query = Readonly<Record<string, string | number | undefined>>
export interface WriteCall {
  readonly method: Exclude<HttpMethod, 'GET'>
  readonly path: string
  readonly query?: Query
  /** Plain JSON; null: no body. */
  readonly body: object | null
  /** E11: asked in the turn of the write. */
  readonly mayWrite: () => RejectReason | null
}
export type WriteAnswer =
  | { readonly kind: 'accepted'; readonly status: number; readonly body: unknown }
  | { readonly kind: 'failed'; readonly failure: KalshiFailure }
  | Exclude<HttpOutcome, { readonly kind: 'answer' }>

/** A read that stayed without an answer we can use. */
export class KalshiReadError extends Error {
  override readonly name = 'KalshiReadError'
  constructor(
    path: string,
    readonly failure: KalshiFailure | Exclude<HttpOutcome, { readonly kind: 'answer' }>,
  ) {
    super(`Kalshi did not answer GET ${path}: ${describe(failure)}`)
  }
}

export interface KalshiRest {
  /** @throws KalshiReadError after its attempts; whatever `read` throws for a body of the wrong shape */
  get<T>(path: string, query: Query, read: (body: unknown) => T, signal: AbortSignal): Promise<T>
  /** All pages. @throws as `get`, and Error when the venue repeats a cursor (a cursor it does not know restarts at page one) */
  getAll<T>(
    path: string,
    query: Query,
    read: (body: unknown) => { readonly items: readonly T[]; readonly cursor: string },
    signal: AbortSignal,
  ): Promise<readonly T[]>
  /** Sent once, never repeated. Never throws for the venue's answer or its silence. */
  write(call: WriteCall, signal: AbortSignal): Promise<WriteAnswer>
  /** Keeps a connection open and the clock offset fresh by a small read now and then, until aborted. */
  keepWarm(signal: AbortSignal): Promise<void>
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
}

/** Signed calls to the REST interface: full paths, error bodies read once, the venue's clock watched on every answer. */
export function createKalshiRest(options: KalshiRestOptions): KalshiRest {
  return new SignedRest(options)
}

class SignedRest implements KalshiRest {
  readonly #http: HttpClient
  readonly #prefix: string
  readonly #options: KalshiRestOptions

  constructor(options: KalshiRestOptions) {
    const { origin, pathname } = new URL(options.baseUrl)
    this.#http = new HttpClient(origin)
    this.#prefix = pathname.replace(/\/$/, '')
    this.#options = options
  }

  async get<T>(path: string, query: Query, read: (body: unknown) => T, signal: AbortSignal): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      const answer = await this.#call('GET', path, query, null, () => null, READ_TIMEOUT_MS, signal)
      if (answer.kind === 'accepted') return read(answer.body)
      const failure = answer.kind === 'failed' ? answer.failure : answer
      if (!isRepeatable(failure) || attempt === READ_ATTEMPTS || signal.aborted) throw new KalshiReadError(path, failure)
      await this.#options.clock.sleep(READ_BACKOFF_MS * 2 ** (attempt - 1), signal)
    }
  }

  async getAll<T>(
    path: string,
    query: Query,
    read: (body: unknown) => { readonly items: readonly T[]; readonly cursor: string },
    signal: AbortSignal,
  ): Promise<readonly T[]> {
    const items: T[] = []
    const seen = new Set<string>()
    for (let cursor = ''; ;) {
      const page = await this.get(path, { ...query, cursor: cursor === '' ? undefined : cursor }, read, signal)
      items.push(...page.items)
      cursor = page.cursor
      if (cursor === '') return items
      if (seen.has(cursor) || seen.size >= PAGES_MAX) throw new Error(`Kalshi repeats the pages of GET ${path}: the list cannot be trusted`)
      seen.add(cursor)
    }
  }

  write({ method, path, query = {}, body, mayWrite }: WriteCall, signal: AbortSignal): Promise<WriteAnswer> {
    if (this.#options.signer === null) throw new Error(`${method} ${path} needs a Kalshi key: this process was configured without one`)
    const text = body === null ? null : JSON.stringify(body)
    const recordAndWrite = (): RejectReason | null => {
      const refusal = mayWrite()
      if (refusal === null) this.#record(method, this.#path(path, query), body)
      return refusal
    }
    return this.#call(method, path, query, text, recordAndWrite, WRITE_TIMEOUT_MS, signal)
  }

  async keepWarm(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#call('GET', '/exchange/status', {}, null, () => null, READ_TIMEOUT_MS, signal)
      await this.#options.clock.sleep(WARM_EVERY_MS, signal).catch(() => {})
    }
  }

  close(): Promise<void> {
    return this.#http.close()
  }

  async #call(
    method: HttpMethod,
    path: string,
    query: Query,
    body: string | null,
    mayWrite: () => RejectReason | null,
    timeoutMs: number,
    signal: AbortSignal,
  ): Promise<WriteAnswer> {
    const { signer } = this.#options
    const headers = { ...signer?.headers(method, this.#prefix + path), ...(body === null ? {} : { 'content-type': 'application/json' }) }
    const sentMs = signer?.localMs() ?? 0
    const outcome = await this.#http.call({ method, path: this.#path(path, query), headers, body, timeoutMs, mayWrite }, signal)
    if (outcome.kind !== 'answer') return outcome
    const answer = readAnswer(outcome.status, outcome.body)
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
    for (const [name, value] of Object.entries(query)) if (value !== undefined) parameters.set(name, String(value))
    return this.#prefix + path + (parameters.size === 0 ? '' : `?${parameters.toString()}`)
  }
}

function readAnswer(status: number, body: string): WriteAnswer {
  if (status < 200 || status >= 300) return { kind: 'failed', failure: readFailure(status, body) }
  try {
    return { kind: 'accepted', status, body: body === '' ? null : (JSON.parse(body) as unknown) }
  } catch {
    return { kind: 'failed', failure: { kind: 'unknown', status, code: `http_${status}`, detail: 'the body is not JSON' } }
  }
}

/** A read changes nothing: it is asked again unless the venue understood it and said no. */
function isRepeatable(failure: KalshiReadError['failure']): boolean {
  switch (failure.kind) {
    case 'retryable':
    case 'unknown':
    case 'lost':
    case 'unsent':
      return true
    case 'authentication': // measured anew by the answer that said so
      return failure.code === STALE_TIMESTAMP
    case 'rejected':
    case 'paused':
    case 'refused':
      return false
    default:
      return assertNever(failure, 'failure of a read')
  }
}

function describe(failure: KalshiReadError['failure']): string {
  if ('code' in failure) return `${failure.code}${failure.detail === '' ? '' : ` (${failure.detail})`}`
  return failure.kind === 'refused' ? failure.reason : failure.detail
}
