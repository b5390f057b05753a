import type { MarketId } from '../../core/ids'
import type { FeedEvent, Frame } from '../../core/market/event'
import type { BookDirectory } from '../../core/market/reference'
import { mulberry32 } from '../../core/random'
import type { Clock } from '../../ports/clock'
import type { MarketFeed } from '../../ports/feed'
import type { FrameLog } from '../../ports/frame-log'
import type { Log } from '../../ports/log'
import { stayConnected, type Connection, type SocketHandler } from '../socket'
import type { Signer } from './sign'
import { Subscriptions, type KalshiCommand } from './subscriptions'
import { KalshiSession, type SessionNotice } from './wire/session'
import type { StreamFill } from './wire/stream'

const NS_PER_MS = 1_000_000n
const UINT32_MASK = 0xffff_ffffn
const UNAUTHORIZED = 401

export interface KalshiFeedOptions {
  /** e.g. "wss://external-api-ws.kalshi.com/trade-api/ws/v2" */
  readonly wsUrl: string
  /** Every connection is authenticated, public channels too. */
  readonly signer: Signer
  readonly directory: BookDirectory
  readonly frameLog: FrameLog
  readonly clock: Clock
  readonly log: Log
  /** A fill of our own account, as soon as it is told: a hint to look, never to be booked (the channel may lose messages). */
  readonly onFill?: (fill: StreamFill) => void
  /** Uniform 32-bit integers for the waits between reconnects. Default: seeded by the clock. */
  readonly random?: () => number
}

/** Books, prints and market states of the watched markets over one connection. Every frame is stamped before anything acts on it. */
export function createKalshiFeed(options: KalshiFeedOptions): MarketFeed {
  return new KalshiFeed(options)
}

class KalshiFeed implements MarketFeed {
  readonly venue = 'kalshi'
  readonly #options: KalshiFeedOptions
  readonly #subscriptions: Subscriptions
  #connection: Connection | null = null
  #accept: (event: FeedEvent) => void = () => {}
  /** Something was learned that may call for a command. */
  #learned = false
  readonly #session: KalshiSession

  constructor(options: KalshiFeedOptions) {
    this.#options = options
    this.#subscriptions = new Subscriptions({ fills: options.onFill !== undefined })
    this.#session = new KalshiSession({
      directory: options.directory,
      sequence: 'check',
      emit: (event) => this.#accept(event),
      notice: (notice) => this.#notice(notice),
    })
  }

  watch(markets: readonly MarketId[]): void {
    for (const market of markets) this.#options.directory.indexOf('kalshi', market, 'yes')
    this.#subscriptions.watch(markets)
    this.#send()
  }

  async run(accept: (event: FeedEvent) => void, signal: AbortSignal): Promise<void> {
    this.#accept = accept
    const { wsUrl: url, signer, clock, log } = this.#options
    const random = this.#options.random ?? mulberry32(Number(clock.monoNs() & UINT32_MASK))
    let sentMs = 0
    const headers = (): Readonly<Record<string, string>> => {
      sentMs = signer.localMs()
      return signer.headers('GET', new URL(url).pathname)
    }
    const handshake: SocketHandler['handshake'] = (status, answered) => {
      if (status === UNAUTHORIZED) {
        log.error({ status }, 'Kalshi refuses the WebSocket with 401: check the key, or the clock, which is now measured anew')
        signer.offset.forget()
      }
      signer.offset.observeDate(answered, sentMs, signer.localMs())
    }
    await stayConnected({ url, headers, clock, log, random, handler: { ...this.#handler, handshake } }, signal)
  }

  readonly #handler: SocketHandler = {
    opened: (connection) => {
      this.#connection = connection
      this.#subscriptions.opened()
      this.#session.receive(this.#stamp(connection.conn, 'in', ['open']))
      this.#send()
    },
    message: (connection, data) => {
      this.#session.receive(this.#stamp(connection.conn, 'in', data))
      if (this.#learned) this.#send()
    },
    pong: (connection) => this.#session.receive(this.#stamp(connection.conn, 'in', ['pong'])),
    tick: (connection) => {
      if (this.#subscriptions.stalled(this.#nowMs())) connection.drop('a command was left without an answer')
      else this.#send()
    },
    closed: (connection, cause) => {
      this.#connection = null
      this.#session.receive(this.#stamp(connection.conn, 'in', ['close', cause]))
    },
  }

  #notice(notice: SessionNotice): void {
    const { log, onFill } = this.#options
    if (notice.kind === 'refused') log.error(notice, `Kalshi refuses a subscription command: ${notice.code} ${notice.text}`)
    if (notice.kind === 'lost') log.warn(notice, 'Kalshi ended a subscription: it is made again')
    if (notice.kind === 'fill') onFill?.(notice.fill)
    this.#subscriptions.learn(notice, this.#nowMs())
    this.#learned = true
  }

  #send(): void {
    this.#learned = false
    if (this.#connection === null) return
    for (const command of this.#subscriptions.due(this.#nowMs())) this.#sendOne(this.#connection, command)
  }

  #sendOne(connection: Connection, command: KalshiCommand): void {
    const text = JSON.stringify(command)
    this.#session.receive(this.#stamp(connection.conn, 'out', Buffer.from(text)))
    connection.send(text)
  }

  #stamp(conn: number, dir: Frame['dir'], payload: Frame['payload']): Frame {
    return this.#options.frameLog.stamp({ venue: 'kalshi', conn, dir, payload })
  }

  #nowMs(): number {
    return Number(this.#options.clock.monoNs() / NS_PER_MS)
  }
}
