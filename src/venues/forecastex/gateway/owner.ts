import type { IBApi } from '@stoqey/ib'
import type { Millis } from '../../../core/units'
import type { Clock } from '../../../ports/clock'
import type { FrameLog } from '../../../ports/frame-log'
import type { Log } from '../../../ports/log'
import { Connection } from './connection'
import { MessageBudget, type MessageKind } from './pacing'
import { createRequests, type Requests } from './requests'
import type { Arrival, GatewaySession } from './session'
import { readCallback } from '../wire/callbacks'
import type { Callback } from '../wire/messages'
import { CLIENT_ID_IN_USE, DUPLICATE_ORDER_ID, UNDECODABLE } from '../wire/errors'
import { applyNotice, REACHABLE } from '../wire/session'

export interface GatewayOptions {
  readonly host: string
  readonly port: number
  /** The trading one belongs to the lease: the successor uses the same (E19). */
  readonly clientId: number
  readonly account: string
  /** What the gateway takes of a client; default 50. */
  readonly messagesPerSecond?: number
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
  /** Whether this gateway records what it sends and hears: then nobody else does. */
  readonly recording: boolean
  /** Until aborted; reconnects by itself, always with the same client id. Throws only on a bug. */
  run(signal: AbortSignal): Promise<void>
  whenUp(signal: AbortSignal): Promise<void>
  /** Hears every callback in order of arrival. A listener that throws is logged and the others still hear it. Returns how to stop. */
  listen(listener: (arrival: Arrival) => void): () => void
  /** Takes one message of the budget, waiting for it if need be; rejects when the signal aborts. */
  pace(kind: MessageKind, signal: AbortSignal): Promise<void>
  /** Records the payload and writes at once. false: no session, or not written in this turn (the connection is then given up). */
  send(payload: readonly unknown[], write: (ib: IBApi) => void): boolean
  nextRequestId(): number
  nextOrderId(): number
  /** Gives the connection up and opens a new one. */
  renew(reason: string): void
  /** Goes on under another client id, for good: the session ends and begins anew as soon as the gateway lets it have that id. */
  assume(clientId: number): void
}

/** An answer each second; dead after two that are missing: a silent peer is found within 3 s (trap 22, execution.md §7). */
const HEARTBEAT_MS = 1_000
const MISSED_HEARTBEATS_MAX = 2
/** From the connect to the first answered heartbeat: a gateway that waits for its weekly login accepts the socket and never answers. */
const HANDSHAKE_LIMIT_MS = 8_000
/** First and longest wait before a reconnect; doubled in between, with up to a quarter of jitter. The gateway's daily restart takes minutes. */
const BACKOFF_FIRST_MS = 250
const BACKOFF_LONGEST_MS = 5_000
/** While the client id is in use: its holder's end frees it in that moment, and a successor has an open leg to look after (E19). */
const CLIENT_ID_RETRY_MS = 500
/** Request ids from here up, order ids below: they share the error callback (trap 21). */
const FIRST_REQUEST_ID = 1_000_000_000
/** MarketDataType 1: live. */
const LIVE_MARKET_DATA = 1

/** The connection owner. Everything that talks to the gateway goes through one of these. */
export function createGateway(options: GatewayOptions): Gateway {
  return new SocketGateway(options)
}

class SocketGateway implements Gateway {
  readonly account: string
  readonly requests: Requests
  readonly recording: boolean
  readonly #options: GatewayOptions
  #clientId: number
  readonly #budget: MessageBudget
  readonly #listeners = new Set<(arrival: Arrival) => void>()
  #session: GatewaySession
  #connection: Connection | null = null
  #end: (reason: string) => void = () => undefined
  /** The first order id has come: from here the library writes instead of queueing. */
  #started = false
  #answered = false
  /** This connection was refused because its client id is in use. */
  #taken = false
  #requestId = FIRST_REQUEST_ID
  #orderId = 1

  constructor(options: GatewayOptions) {
    this.#options = options
    this.account = options.account
    this.#clientId = options.clientId
    this.recording = options.frameLog !== null
    this.#budget = new MessageBudget(options.clock, options.messagesPerSecond)
    this.#session = { up: false, conn: 0, lastHeartbeatMs: null, ...REACHABLE, reason: 'not started' }
    this.requests = createRequests(this, options.clock)
  }

  get clientId(): number {
    return this.#clientId
  }
  get session(): GatewaySession {
    return this.#session
  }

  async run(signal: AbortSignal): Promise<void> {
    let failures = 0
    while (!signal.aborted) {
      const { wasUp, reason } = await this.#live(signal)
      if (signal.aborted) return
      failures = wasUp ? 0 : failures + 1
      const backoffMs = this.#taken ? CLIENT_ID_RETRY_MS : Math.min(BACKOFF_FIRST_MS * 2 ** failures, BACKOFF_LONGEST_MS)
      const waitMs = backoffMs * (1 + (this.#options.random?.() ?? 0) / 4)
      this.#options.log.warn({ venue: 'forecastex', reason, waitMs }, 'The connection to IB Gateway is down; another attempt follows')
      await this.#options.clock.sleep(waitMs, signal).catch(() => undefined)
    }
  }

  /** One connection from its first byte to its end. */
  async #live(signal: AbortSignal): Promise<{ readonly wasUp: boolean; readonly reason: string }> {
    const ended = new AbortController()
    const over = AbortSignal.any([signal, ended.signal])
    let reason = 'stopped'
    this.#end = (why) => {
      if (!ended.signal.aborted) reason = why
      ended.abort(new Error(why))
    }
    this.#session = { up: false, conn: this.#session.conn + 1, lastHeartbeatMs: null, ...REACHABLE, reason: 'connecting' }
    this.#started = false
    this.#answered = false
    this.#taken = false
    this.#connection = new Connection({ ...this.#options, clientId: this.#clientId }, (payload) => this.#hear(payload))
    await this.#beat(over)
    const wasUp = this.#session.up
    this.#connection.close()
    this.#connection = null
    this.#session = { ...this.#session, up: false, reason }
    this.#dispatch(['disconnected', reason])
    return { wasUp, reason }
  }

  async #beat(over: AbortSignal): Promise<void> {
    const { clock } = this.#options
    let missed = 0
    for (let waitedMs = 0; !over.aborted; waitedMs += HEARTBEAT_MS) {
      await clock.sleep(HEARTBEAT_MS, over).catch(() => undefined)
      if (over.aborted) return
      missed = this.#answered ? 0 : missed + 1
      this.#answered = false
      if (this.#session.up && missed >= MISSED_HEARTBEATS_MAX) return this.#end(`no answer to ${MISSED_HEARTBEATS_MAX} heartbeats`)
      if (!this.#session.up && waitedMs + HEARTBEAT_MS >= HANDSHAKE_LIMIT_MS) return this.#end(`no session within ${HANDSHAKE_LIMIT_MS} ms`)
      await this.#askTime(over)
    }
  }

  async #askTime(over: AbortSignal): Promise<void> {
    await this.pace('order', over).catch(() => undefined)
    if (!over.aborted && this.#started) this.#write(['reqCurrentTime'], (ib) => ib.reqCurrentTime())
  }

  #hear(payload: readonly unknown[]): void {
    // 'disconnected' and the like may come more than once and late: only #live tells the listeners of an end.
    if (payload[0] === 'disconnected') return this.#end(this.#session.up ? 'connection lost' : this.#session.reason)
    this.#dispatch(payload)
  }

  #dispatch(payload: readonly unknown[]): void {
    const { frameLog, clock, log } = this.#options
    const conn = this.#session.conn
    const frame = frameLog?.stamp({ venue: 'forecastex', conn, dir: 'in', payload }) ?? null
    const recvMs = frame?.recvMs ?? clock.nowMs()
    let callback: Callback | null = null
    let unreadable: string | null = null
    try {
      callback = readCallback(payload)
    } catch (error) {
      unreadable = `${String(payload[0])}: ${String(error)}`
      log.error({ venue: 'forecastex', cause: unreadable }, 'A callback of the gateway could not be read')
    }
    if (callback) this.#follow(callback, recvMs)
    const arrival: Arrival = { callback, unreadable, payload, conn, recvMs, frame }
    for (const listener of this.#listeners) {
      try {
        listener(arrival)
      } catch (error) {
        log.error({ venue: 'forecastex', callback: payload[0], cause: String(error) }, 'A listener of the gateway threw: a bug')
      }
    }
  }

  #follow(callback: Callback, recvMs: Millis): void {
    if (callback.kind === 'nextValidId') {
      this.#orderId = Math.max(this.#orderId, callback.orderId)
      this.#session = { ...this.#session, reason: 'waiting for the first heartbeat' }
      // The library still queues until this callback has returned.
      if (!this.#started) queueMicrotask(() => this.#greet())
    }
    if (callback.kind === 'currentTime') {
      this.#answered = true
      this.#session = { ...this.#session, up: true, lastHeartbeatMs: recvMs, reason: this.#session.up ? this.#session.reason : 'up' }
    }
    if (callback.kind === 'notice') this.#notice(callback.code, callback.message, recvMs)
    if (callback.kind === 'error' && callback.code === DUPLICATE_ORDER_ID) this.#write(['reqIds'], (ib) => ib.reqIds())
  }

  #greet(): void {
    this.#started = true
    this.#write(['reqMarketDataType', LIVE_MARKET_DATA], (ib) => ib.reqMarketDataType(LIVE_MARKET_DATA))
    this.#write(['reqCurrentTime'], (ib) => ib.reqCurrentTime())
  }

  #notice(code: number, message: string, recvMs: Millis): void {
    const { reach } = applyNotice(this.#session, code, message, recvMs)
    const reason = code === CLIENT_ID_IN_USE ? `client id ${this.clientId} is in use: its holder still lives` : `${code}: ${message}`
    const { up, broker } = this.#session
    this.#session = { ...this.#session, ...reach, reason: up && reach.broker === 'connected' ? 'up' : reason }
    if (reach.broker !== broker)
      this.#options.log.warn({ venue: 'forecastex', broker: reach.broker, reason }, 'IB Gateway told of its way to IBKR')
    if (code === CLIENT_ID_IN_USE) {
      this.#taken = true
      this.#end(reason)
    }
    if (code === UNDECODABLE) this.#options.log.error({ venue: 'forecastex', message }, 'A frame of the gateway could not be decoded')
  }

  async whenUp(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    if (this.#session.up) return
    await new Promise<void>((resolve, reject) => {
      const stop = this.listen(() => {
        if (this.#session.up) settle(resolve)
      })
      const abort = (): void => settle(() => reject(signal.reason as Error))
      const settle = (how: () => void): void => {
        stop()
        signal.removeEventListener('abort', abort)
        how()
      }
      signal.addEventListener('abort', abort, { once: true })
    })
  }

  listen(listener: (arrival: Arrival) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  pace(kind: MessageKind, signal: AbortSignal): Promise<void> {
    return this.#budget.take(kind, signal)
  }

  send(payload: readonly unknown[], write: (ib: IBApi) => void): boolean {
    if (!this.#session.up) return false
    if (this.#write(payload, write)) return true
    this.renew('the client library queued a message instead of writing it')
    return false
  }

  #write(payload: readonly unknown[], write: (ib: IBApi) => void): boolean {
    if (!this.#connection) return false
    this.#options.frameLog?.stamp({ venue: 'forecastex', conn: this.#session.conn, dir: 'out', payload })
    return this.#connection.write(write)
  }

  nextRequestId(): number {
    return this.#requestId++
  }

  nextOrderId(): number {
    return this.#orderId++
  }

  renew(reason: string): void {
    // Closed now, not when the loop wakes: nothing may follow on a connection that was given up.
    this.#connection?.close()
    this.#session = { ...this.#session, up: false, reason }
    this.#end(reason)
  }

  assume(clientId: number): void {
    if (clientId === this.#clientId) return
    this.#clientId = clientId
    this.renew(`going on under client id ${clientId}`)
  }
}
