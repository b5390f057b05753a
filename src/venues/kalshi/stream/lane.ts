import type { Frame } from '../../../core/market/event'
import type { Clock } from '../../../ports/clock'
import type { Log } from '../../../ports/log'
import { stayConnected, type Connection, type SocketHandler } from '../../socket'
import type { Signer } from '../sign'
import { Subscriptions, type SubscriptionsOptions } from '../subscriptions'

const NS_PER_MS = 1_000_000n
const UNAUTHORIZED = 401

export interface LaneOptions extends SubscriptionsOptions {
  /** e.g. "wss://external-api-ws.kalshi.com/trade-api/ws/v2" */
  readonly wsUrl: string
  /** Every connection is authenticated, public channels too. */
  readonly signer: Signer
  readonly clock: Clock
  readonly log: Log
  readonly random: () => number
  readonly nextConn: () => number
  /** Stamps a frame and acts on it. */
  readonly receive: (conn: number, dir: Frame['dir'], payload: Frame['payload']) => void
  /** There may be something to send. */
  readonly urge: (lane: Lane) => void
  readonly opened: (lane: Lane, conn: number) => void
  readonly closed: (lane: Lane, conn: number) => void
}

/** One connection after another to the same place: its number changes with each, its markets stay. */
export class Lane {
  readonly subscriptions: Subscriptions
  /** null: not connected. */
  connection: Connection | null = null
  /** There may be something to send. */
  isEager = false
  /** The number of the last connection; null: there was none. */
  #lastConn: number | null = null
  readonly #options: LaneOptions

  constructor(options: LaneOptions) {
    this.#options = options
    this.subscriptions = new Subscriptions(options)
  }

  /** Connected until aborted. */
  run(signal: AbortSignal): Promise<void> {
    const { wsUrl: url, signer, clock, log, random, nextConn } = this.#options
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
    return stayConnected({ url, headers, clock, log, random, nextConn, handler: { ...this.#handler, handshake } }, signal)
  }

  readonly #handler: SocketHandler = {
    opened: (connection) => {
      this.connection = connection
      this.subscriptions.opened(this.#nowMs())
      this.#options.opened(this, connection.conn)
      this.#options.receive(connection.conn, 'in', this.#lastConn === null ? ['open'] : ['open', this.#lastConn])
      this.#lastConn = connection.conn
      this.#options.urge(this)
    },
    message: (connection, data) => {
      this.#options.receive(connection.conn, 'in', data)
      if (this.isEager) this.#options.urge(this)
    },
    pong: (connection) => this.#options.receive(connection.conn, 'in', ['pong']),
    tick: (connection) => {
      const nowMs = this.#nowMs()
      this.subscriptions.tick(nowMs)
      if (this.subscriptions.stalled(nowMs)) connection.drop('a command was left without an answer')
      else this.#options.urge(this)
    },
    closed: (connection, cause) => {
      this.connection = null
      this.#options.receive(connection.conn, 'in', ['close', cause])
      this.#options.closed(this, connection.conn)
    },
  }

  #nowMs(): number {
    return Number(this.#options.clock.monoNs() / NS_PER_MS)
  }
}
