import type { IBApi } from '@stoqey/ib'
import type { Millis } from '../../../core/units'
import type { Clock } from '../../../ports/clock'
import type { FrameLog } from '../../../ports/frame-log'
import type { Log } from '../../../ports/log'
import { withLimit } from '../../../ports/limit'
import { Arrivals } from './connection/arrivals'
import { Connection } from './connection/connection'
import { Heartbeat, HEARTBEAT_MS } from './connection/heartbeat'
import { MessageBudget, type MessageKind } from './pacing'
import { createRequests, type Requests } from './requests'
import { Retry } from './connection/retry'
import type { Arrival, GatewaySession } from './session'
import { SessionState } from './connection/state'
import type { Trouble } from './trouble'
import { LIVE_MARKET_DATA, type Callback } from '../wire/messages'
import { CLIENT_ID_IN_USE, DUPLICATE_ORDER_ID, PORT_CHANGED, RATE_EXCEEDED, UNDECODABLE } from '../wire/errors'
import { applyNotice } from '../wire/session'

export interface GatewayOptions {
  readonly host: string
  readonly port: number
  /** The trading one belongs to the lease: the successor uses the same (E19). */
  readonly clientId: number
  readonly account: string
  /** What the gateway takes of a client; default 50. */
  readonly messagesPerSecond?: number
  /** The planned outage that this moment lies in, in words: the gateway's restart, a reset of IBKR, the weekly login. Default: there are none. */
  readonly planned?: (nowMs: Millis) => string | null
  readonly clock: Clock
  readonly frameLog: FrameLog | null
  readonly log: Log
  /** 0 … 1, for the jitter of reconnects. */
  readonly random?: () => number
}
export interface Gateway {
  readonly account: string
  readonly clientId: number
  readonly session: GatewaySession
  readonly requests: Requests
  /** What may leave within a second, and what of it is left now. */
  readonly messages: Pick<MessageBudget, 'limit' | 'left'>
  /** Whether this gateway records what it sends and hears: then nobody else does. */
  readonly recording: boolean
  /** Until aborted; reconnects by itself, always with the same client id, as often as `retry.ts` permits. Throws only on a bug. */
  run(signal: AbortSignal): Promise<void>
  whenUp(signal: AbortSignal): Promise<void>
  /** Hears every callback in order of arrival. A listener that throws is logged and the others still hear it. Returns how to stop. */
  listen(listener: (arrival: Arrival) => void): () => void
  /** Takes one message of the budget, waiting for it if need be; rejects when the signal aborts. */
  pace(kind: MessageKind, signal: AbortSignal): Promise<void>
  /** Records the payload and writes at once. false: no session, or not written in this turn (the connection is then given up). */
  send(payload: readonly unknown[], write: (ib: IBApi) => void): boolean
  nextRequestId(): number
  /** What the gateway last named as the next order's number; ours may be higher (orders/numbers). */
  readonly nextOrderId: number
  /** Gives the connection up and opens a new one; one that waits for its next attempt makes it now. */
  renew(reason: string): void
  /** Goes on under another client id, for good: the session ends and begins anew as soon as the gateway lets it have that id. */
  assume(clientId: number): void
}

/** A gateway that gave no session within three beats may be slow at its start: the next attempt waits this many. */
const PATIENT_BEATS = 15
/** Request ids from here up, order ids below: they share the error callback (trap 21). */
const FIRST_REQUEST_ID = 1_000_000_000
/** Whether the API is read-only shows a read of orders, made this often: a box that is ticked must not cost a leg, nor an unticked one a waiting cure. */
const READ_ONLY_LOOK_NS = 15_000_000_000n
const NS_PER_MS = 1_000_000n

/** The connection owner. Everything that talks to the gateway goes through one of these. */
export function createGateway(options: GatewayOptions): Gateway {
  return new SocketGateway(options)
}

class SocketGateway implements Gateway {
  readonly account: string
  readonly requests: Requests
  readonly recording: boolean
  readonly #options: GatewayOptions
  readonly #budget: MessageBudget
  readonly #retry: Retry
  readonly #state: SessionState
  readonly #arrivals: Arrivals
  #clientId: number
  #connection: Connection | null = null
  #heartbeat: Heartbeat
  /** Ends the connection, or the wait for the next one. */
  #over = new AbortController()
  /** The first order id has come and its callback has returned: from here the library writes instead of queueing. */
  #started = false
  #managed: readonly string[] | null = null
  #lookedNs: bigint
  #requestId = FIRST_REQUEST_ID
  #nextOrderId = 1

  constructor(options: GatewayOptions) {
    const { clock } = options
    this.#options = options
    this.account = options.account
    this.#clientId = options.clientId
    this.recording = options.frameLog !== null
    this.#budget = new MessageBudget(clock, options.messagesPerSecond)
    this.#retry = new Retry(options.random)
    this.#state = new SessionState(options, () => this.#budget.reduced)
    this.#arrivals = new Arrivals(options)
    this.#heartbeat = new Heartbeat(clock.monoNs())
    this.#lookedNs = clock.monoNs()
    this.requests = createRequests(this, clock)
  }

  get clientId(): number {
    return this.#clientId
  }
  get session(): GatewaySession {
    return this.#state.session
  }
  get messages(): Pick<MessageBudget, 'limit' | 'left'> {
    return this.#budget
  }

  async run(signal: AbortSignal): Promise<void> {
    const { clock } = this.#options
    while (!signal.aborted) {
      await this.#live(signal)
      if (signal.aborted) return
      const { loss } = this.#state
      const throttled = loss?.kind === 'lost' && this.#budget.reduced
      const waitMs = this.#retry.waitMs(throttled ? { kind: 'throttled' } : loss, this.#monoMs())
      this.#over = new AbortController()
      await withLimit([signal, this.#over.signal], null, (limit) => clock.sleep(waitMs, limit)).catch(() => undefined)
    }
  }

  /** One connection from its first byte to its end. */
  async #live(signal: AbortSignal): Promise<void> {
    const { clock } = this.#options
    this.#over = new AbortController()
    this.#retry.connects(this.#monoMs())
    this.#heartbeat = new Heartbeat(clock.monoNs(), this.#state.loss?.kind === 'login-expired' ? PATIENT_BEATS : undefined)
    this.#started = false
    this.#managed = null
    this.#state.begins()
    this.#connection = new Connection(
      { ...this.#options, clientId: this.#clientId },
      { heard: (payload) => this.#accept(payload), ended: (trouble) => this.#end(trouble) },
    )
    await withLimit([signal, this.#over.signal], null, (over) => this.#beat(over))
    if (signal.aborted) this.#end(null, 'stopped')
    this.#connection = null
    this.#accept(['disconnected', this.session.reason])
  }

  #monoMs(): number {
    return Number(this.#options.clock.monoNs() / NS_PER_MS)
  }

  /** Closed now, not when the loop wakes: nothing may follow on a connection that was given up. @param trouble null: we want another one. */
  #end(trouble: Trouble | null, state = 'connecting'): void {
    this.#connection?.close()
    if (this.#over.signal.aborted && trouble !== null) return // what came first is the reason
    this.#state.ends(trouble, state)
    this.#over.abort(new Error(this.session.reason))
  }

  async #beat(over: AbortSignal): Promise<void> {
    const { clock } = this.#options
    while (!over.aborted) {
      await clock.sleep(HEARTBEAT_MS, over).catch(() => undefined)
      // What arrived while this process was busy or stopped is read first: its own delay is no silence of the gateway.
      await new Promise((resolve) => void setImmediate(resolve))
      const connection = this.#connection
      if (over.aborted || !connection) return
      const beat = this.#heartbeat.beat(clock.monoNs(), connection.stage, connection.bytesReceived)
      if (beat === 'silent') return this.#end(connection.silence('two heartbeats were not answered'))
      if (beat === 'slept') this.#state.unproven('this process stood still: waiting for an answer of the gateway')
      if (this.#started) this.#askTime()
      this.#look(over)
      this.#state.review()
    }
  }

  #askTime(): void {
    this.#budget.spend()
    this.#heartbeat.asked()
    this.#write(['reqCurrentTime'], (ib) => ib.reqCurrentTime())
  }

  /** An API that becomes read-only, or is so no longer, says nothing of it. */
  #look(over: AbortSignal): void {
    const nowNs = this.#options.clock.monoNs()
    if (!this.session.up || this.session.broker === 'lost' || nowNs - this.#lookedNs < READ_ONLY_LOOK_NS) return
    this.#lookedNs = nowNs
    this.requests.openOrders(over).catch(() => undefined) // its end or its refusal tells
  }

  #accept(payload: readonly unknown[]): void {
    this.#arrivals.accept(payload, this.session.conn, (callback, recvMs) => this.#follow(callback, recvMs))
  }

  #follow(callback: Callback, recvMs: Millis): void {
    if (callback.kind === 'managedAccounts') {
      this.#managed = callback.accounts
      if (this.#started) this.#isOurs()
    }
    if (callback.kind === 'nextValidId') {
      this.#nextOrderId = Math.max(this.#nextOrderId, callback.orderId)
      // The library still queues until this callback has returned.
      if (!this.#started) queueMicrotask(() => this.#greet())
    }
    if (callback.kind === 'currentTime' && this.#heartbeat.answered() && this.#state.proven(recvMs)) this.#retry.succeeded()
    if (callback.kind === 'notice') this.#notice(callback.code, callback.message, recvMs)
    if (callback.kind === 'error' && callback.code === DUPLICATE_ORDER_ID) this.#write(['reqIds'], (ib) => ib.reqIds())
    if (callback.kind === 'error' && callback.code === RATE_EXCEEDED) this.#breached()
    if (this.#state.standing.heard(callback, (id) => id < FIRST_REQUEST_ID)) {
      this.#lookedNs = this.#options.clock.monoNs()
      this.#state.review()
    }
  }

  #greet(): void {
    if (this.#started) return
    if (!this.#isOurs()) return
    this.#started = true
    this.#write(['reqMarketDataType', LIVE_MARKET_DATA], (ib) => ib.reqMarketDataType(LIVE_MARKET_DATA))
    this.#askTime()
  }

  /** Whether the login has our account, as far as it was told. Nothing is asked of one that has not. */
  #isOurs(): boolean {
    const { account } = this
    if (this.#managed === null || this.#managed.includes(account)) return true
    this.#end({ kind: 'wrong-account', account, managed: this.#managed })
    return false
  }

  #notice(code: number, message: string, recvMs: Millis): void {
    this.#state.reach(applyNotice(this.session, code, message, recvMs).reach, code)
    if (code === RATE_EXCEEDED) this.#breached()
    if (code === UNDECODABLE) this.#options.log.error({ venue: 'forecastex', message }, 'A frame of the gateway could not be decoded')
    if (code === CLIENT_ID_IN_USE) this.#end({ kind: 'client-id-taken', clientId: this.clientId })
    if (code === PORT_CHANGED) this.#end({ kind: 'port-changed', message })
  }

  #breached(): void {
    this.#budget.breached()
    this.#state.review()
  }

  async whenUp(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    if (!this.session.up) await this.#arrivals.until(() => this.session.up, signal)
  }

  listen(listener: (arrival: Arrival) => void): () => void {
    return this.#arrivals.listen(listener)
  }

  pace(kind: MessageKind, signal: AbortSignal): Promise<void> {
    return this.#budget.take(kind, signal)
  }

  send(payload: readonly unknown[], write: (ib: IBApi) => void): boolean {
    // Just woken from a stop: nothing from before leaves, the heartbeat comes first.
    if (!this.session.up || !this.#heartbeat.awake(this.#options.clock.monoNs())) return false
    if (this.#write(payload, write)) return true
    this.renew('the client library queued a message instead of writing it')
    return false
  }

  #write(payload: readonly unknown[], write: (ib: IBApi) => void): boolean {
    if (!this.#connection) return false
    this.#options.frameLog?.stamp({ venue: 'forecastex', conn: this.session.conn, dir: 'out', payload })
    this.#state.standing.sent(payload)
    return this.#connection.write(write)
  }

  nextRequestId(): number {
    return this.#requestId++
  }

  get nextOrderId(): number {
    return this.#nextOrderId
  }

  renew(reason: string): void {
    this.#end(this.#connection ? { kind: 'lost', cause: reason } : this.#state.loss)
  }

  assume(clientId: number): void {
    if (clientId === this.#clientId) return
    this.#clientId = clientId
    this.#end(null, `going on under client id ${clientId}`)
  }
}
