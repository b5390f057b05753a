import { Client, type Dispatcher } from 'undici'
import type { RejectReason } from '../core/trade/outcome'

/**
 * One request per connection at a time (pipelining 1). Writes have connections of their own, which no page of markets can occupy: one for an
 * entry, one for a cure, and one that may just be kept warm. More writes than these borrow from the reads.
 */
const WRITE_CONNECTIONS = 3
/** Five pages are read at once; the others wait their turn. */
const READ_CONNECTIONS = 5
/** A handshake takes three round trips; what is not up by then will not be in time for an order either. */
const CONNECT_TIMEOUT_MS = 2_000
/** Longer than the pause between two warming reads, shorter than the idle limit of the usual load balancers (60 s). */
const KEEP_ALIVE_MS = 50_000
/** The largest known answer, a page of 1000 markets, has 3 MB. */
const BODY_BYTES_MAX = 32 * 1024 * 1024

export type HttpMethod = 'GET' | 'POST' | 'PUT' | 'DELETE'
export interface HttpCall {
  readonly method: HttpMethod
  /** Path and query, from the root. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | null
  readonly timeoutMs: number
  /** E11: asked once, in the turn of the event loop in which the bytes are written. A reason means that no byte is. */
  readonly mayWrite: () => RejectReason | null
}
export type HttpOutcome =
  | { readonly kind: 'answer'; readonly status: number; readonly headers: Readonly<Record<string, string>>; readonly body: string }
  /** `mayWrite` said no: no byte left. */
  | { readonly kind: 'refused'; readonly reason: RejectReason }
  /** There was no connection to write to: no byte left. */
  | { readonly kind: 'unsent'; readonly detail: string }
  /** Bytes may have left and no whole answer came. */
  | { readonly kind: 'lost'; readonly cause: 'timeout' | 'disconnected'; readonly detail: string }

export type Send = (call: HttpCall, signal: AbortSignal) => Promise<HttpOutcome>

/** HTTP/1.1 over warm connections to one origin. Nothing is ever retried here, and no outcome is an exception. */
export class HttpClient {
  readonly #writes: readonly Client[]
  readonly #reads: readonly Client[]
  /** Woken when a connection for writes closes. */
  readonly #watchers = new Set<() => void>()

  /** @param origin scheme, host and port, e.g. "https://external-api.kalshi.com" */
  constructor(origin: string) {
    const open = (): Client =>
      new Client(origin, { pipelining: 1, keepAliveTimeout: KEEP_ALIVE_MS, connect: { timeout: CONNECT_TIMEOUT_MS } })
    this.#writes = Array.from({ length: WRITE_CONNECTIONS }, open)
    this.#reads = Array.from({ length: READ_CONNECTIONS }, open)
    for (const client of this.#writes) client.on('disconnect', () => this.#watchers.forEach((wake) => wake()))
  }

  call(call: HttpCall, signal: AbortSignal): Promise<HttpOutcome> {
    const client = call.method === 'GET' ? best(this.#reads) : best([...this.#writes, ...this.#reads])
    return this.#send(client, call, signal)
  }

  /**
   * Has `ask` send one call over each idle connection for writes, one after the other, so that all but one of them can be written to at any
   * moment. Opens those that are closed.
   */
  async warm(ask: (send: Send) => Promise<unknown>, signal: AbortSignal): Promise<void> {
    for (const client of this.#writes)
      if (client.stats.size === 0 && !signal.aborted) await ask((call, limit) => this.#send(client, call, limit))
  }

  /** Connections for writes that are open now. */
  get warmConnections(): number {
    return this.#writes.filter((client) => client.stats.connected).length
  }

  /** Ends when a connection for writes is closed, at once when one is, or with the signal. */
  coldConnection(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        this.#watchers.delete(end)
        signal.removeEventListener('abort', end)
        resolve()
      }
      if (signal.aborted || this.warmConnections < this.#writes.length) return resolve()
      this.#watchers.add(end)
      return signal.addEventListener('abort', end, { once: true })
    })
  }

  #send(client: Client, call: HttpCall, signal: AbortSignal): Promise<HttpOutcome> {
    return new Promise((resolve) => {
      const exchange = new Exchange(call, signal, resolve)
      if (signal.aborted) return exchange.giveUp('disconnected', 'aborted by the caller')
      client.dispatch({ method: call.method, path: call.path, headers: call.headers, body: call.body }, exchange)
    })
  }

  /** Ends all connections; what is still under way becomes lost. */
  async close(): Promise<void> {
    await Promise.all([...this.#writes, ...this.#reads].map((client) => client.destroy()))
  }
}

/** An open idle connection before a closed one, and that before the one with the shortest queue. */
function best(clients: readonly Client[]): Client {
  const rank = ({ stats: { connected, size } }: Client): number => (size === 0 ? (connected ? 0 : 1) : 1 + size)
  return clients.reduce((chosen, client) => (rank(client) < rank(chosen) ? client : chosen))
}

/** One call under way, as undici's dispatcher drives it. Settles exactly once. */
class Exchange implements Dispatcher.DispatchHandler {
  readonly #call: HttpCall
  readonly #signal: AbortSignal
  readonly #resolve: (outcome: HttpOutcome) => void
  readonly #timer: NodeJS.Timeout
  readonly #aborted = (): void => this.giveUp('disconnected', 'aborted by the caller')
  #controller: Dispatcher.DispatchController | null = null
  #settled = false
  #status = 0
  #headers: Record<string, string> = {}
  #bytes = 0
  readonly #chunks: Buffer[] = []

  constructor(call: HttpCall, signal: AbortSignal, resolve: (outcome: HttpOutcome) => void) {
    this.#call = call
    this.#signal = signal
    this.#resolve = resolve
    this.#timer = setTimeout(() => this.giveUp('timeout', `no answer within ${call.timeoutMs} ms`), call.timeoutMs)
    signal.addEventListener('abort', this.#aborted, { once: true })
  }

  giveUp(cause: 'timeout' | 'disconnected', detail: string): void {
    const controller = this.#controller
    this.#settle(controller === null ? { kind: 'unsent', detail } : { kind: 'lost', cause, detail })
    controller?.abort(new Error(detail))
  }

  /** undici writes in the same turn right after this returns; an abort in here destroys the socket before it is written to. */
  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (this.#settled) return controller.abort(new Error('given up before a connection was free'))
    if (this.#controller !== null) {
      // undici restarts a request whose connection closed under it. Its bytes leave at most once (I1).
      this.#settle({ kind: 'lost', cause: 'disconnected', detail: 'the connection closed before the answer' })
      return controller.abort(new Error('a request is written once'))
    }
    const refusal = this.#call.mayWrite()
    if (refusal !== null) {
      this.#settle({ kind: 'refused', reason: refusal })
      return controller.abort(new Error(refusal))
    }
    this.#controller = controller
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: NodeJS.Dict<string | string[]>): void {
    this.#status = status
    this.#headers = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]))
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#bytes += chunk.length
    if (this.#bytes > BODY_BYTES_MAX) return controller.abort(new Error(`answer longer than ${BODY_BYTES_MAX} bytes`))
    this.#chunks.push(chunk)
  }

  onResponseEnd(): void {
    this.#settle({ kind: 'answer', status: this.#status, headers: this.#headers, body: Buffer.concat(this.#chunks).toString('utf8') })
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#settle(
      this.#controller === null
        ? { kind: 'unsent', detail: error.message }
        : { kind: 'lost', cause: 'disconnected', detail: error.message },
    )
  }

  #settle(outcome: HttpOutcome): void {
    if (this.#settled) return
    this.#settled = true
    clearTimeout(this.#timer)
    this.#signal.removeEventListener('abort', this.#aborted)
    this.#resolve(outcome)
  }
}
