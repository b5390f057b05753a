import type { WebSocket } from 'ws'
import type { SimClock } from '../../clock'
import type { Floor } from '../floor'
import { CHANNELS, type Channel } from './channels'
import type { Session } from './session'
import type { TerminalCode } from './errors'
import { frame, type Envelope } from './frame'
import type { Rendering, View } from './rendering'
import { Subscription, type Piece } from './subscription'

const HEARTBEAT = 'heartbeat'
const SECOND_MS = 1_000

export interface ConnectionHost {
  readonly view: View
  readonly random: () => number
  readonly wire: (dir: 'in' | 'out', conn: number, text: string) => void
}

interface Outgoing {
  readonly subscription: Subscription
  readonly piece: Piece
  readonly ticker: string | null
}

/** One client: its subscriptions, its heartbeat, and the faults of its line. */
export class Connection implements Session {
  readonly subscriptions = new Map<number, Subscription>()
  readonly view: View
  readonly marketsMax: number
  /** The line is dead and nobody says so: nothing is sent, nothing is heard, nothing is closed. */
  isHalfOpen = false
  #isOpen = true
  #sids = 0
  #commands = { secondStartMs: 0, count: 0 }
  /** When the oldest ping without an answer was sent, on the machine's clock: a simulated clock that jumps gives nobody time to answer. */
  #unansweredSince: number | null = null
  #cancelPing: () => void
  readonly #clock: SimClock
  readonly #settings: Floor['section']['settings']

  constructor(
    readonly number: number,
    private readonly socket: WebSocket,
    readonly accountId: string,
    private readonly host: ConnectionHost,
  ) {
    this.view = host.view
    this.#clock = host.view.floor.clock
    this.#settings = host.view.floor.section.settings
    this.marketsMax = this.#settings.ws_markets_max
    socket.on('pong', () => (this.#unansweredSince = null))
    this.#cancelPing = this.#clock.beat(this.#settings.ping_interval_ms, () => this.#ping())
  }

  open(channel: Channel, tickers: Set<string> | null, options: Subscription['options']): Subscription {
    const subscription = new Subscription(++this.#sids, channel, this.accountId, tickers, options, () => this.#sentMs())
    this.subscriptions.set(subscription.sid, subscription)
    return subscription
  }

  admit(): boolean {
    const nowMs = this.#clock.nowMs()
    if (nowMs - this.#commands.secondStartMs >= SECOND_MS) this.#commands = { secondStartMs: nowMs, count: 0 }
    return ++this.#commands.count <= this.#settings.ws_commands_per_second
  }

  send(envelope: Envelope): void {
    this.write(frame(envelope, this.#sentMs()))
  }

  write(text: string): void {
    if (this.isHalfOpen || !this.#isOpen) return
    this.host.wire('out', this.number, text)
    this.socket.send(text)
  }

  #sentMs(): number | null {
    return this.#settings.sending_time ? this.#clock.nowMs() : null
  }

  bookTickers(): string[] {
    return [...this.subscriptions.values()].flatMap(({ channel, tickers }) => (channel === 'orderbook_delta' ? [...(tickers ?? [])] : []))
  }

  /** Whether it has subscribed the channel: for one market, or for any. */
  follows(channel: Channel, ticker?: string): boolean {
    for (const subscription of this.subscriptions.values()) {
      if (subscription.channel === channel && (ticker === undefined || subscription.wants(ticker))) return true
    }
    return false
  }

  /** In order on each subscription; between subscriptions in no order that a client could rely on (kalshi.md §7.4). */
  publish(renderings: readonly Rendering[]): void {
    const queues: Outgoing[][] = []
    for (const subscription of this.subscriptions.values()) {
      const queue: Outgoing[] = []
      for (const rendering of renderings) {
        const piece = rendering.for(subscription)
        if (piece) queue.push({ subscription, piece, ticker: rendering.ticker })
      }
      if (queue.length > 0) queues.push(queue.reverse())
    }
    while (queues.length > 0) {
      const at = queues.length === 1 ? 0 : this.host.random() % queues.length
      const next = queues[at]?.pop()
      if (next) this.#deliver(next)
      else queues.splice(at, 1)
    }
  }

  #deliver(outgoing: Outgoing): void {
    const { subscription, piece } = outgoing
    if (!this.subscriptions.has(subscription.sid)) return
    if (this.socket.bufferedAmount > this.#settings.ws_buffer_bytes) return this.end(subscription, 25)
    const { faults } = this.view.floor
    if (faults.isQuiet !== true) return this.#deliverFaulty(outgoing)
    this.write(subscription.data(piece))
  }

  /** The faults that strike a message on its way out. */
  #deliverFaulty({ subscription, piece, ticker }: Outgoing): void {
    const { faults } = this.view.floor
    const { channel } = subscription
    const match = { channel, account_id: this.accountId, ...(ticker === null ? {} : { ticker }) }
    if (faults.take('drop_ws', match)) return this.drop()
    if (faults.take('half_open_ws', match)) this.goHalfOpen()
    if (faults.take('ws_error_25', match)) return this.end(subscription, 25)
    if (faults.take('ws_error_10', match)) return this.end(subscription, 10)
    if (piece.type === 'orderbook_delta' && faults.take('wrong_level', match)) return
    const text = subscription.data(piece)
    if (CHANNELS[channel].isNumbered && faults.take('seq_gap', match)) return
    if (CHANNELS[channel].isPrivate && faults.take('drop_private_message', match)) return
    this.write(text)
    if (faults.take('duplicate_frame', match)) this.write(text)
  }

  /** A terminal error: the subscription is gone. */
  end(subscription: Subscription, code: TerminalCode): void {
    this.write(subscription.error(code))
    this.subscriptions.delete(subscription.sid)
  }

  /** No pong any more either: the library would answer pings by itself. */
  goHalfOpen(): void {
    this.isHalfOpen = true
    this.socket.pause()
  }

  /** Without a close frame, as the venue does it. */
  drop(): void {
    this.stop()
    this.socket.terminate()
  }

  stop(): void {
    this.#isOpen = false
    this.#cancelPing()
  }

  #ping(): void {
    const now = performance.now()
    if (!this.isHalfOpen) {
      if (this.#unansweredSince !== null && now - this.#unansweredSince >= this.#settings.pong_timeout_ms) return this.drop()
      this.#unansweredSince ??= now
      this.socket.ping(HEARTBEAT)
    }
    this.#cancelPing = this.#clock.beat(this.#settings.ping_interval_ms, () => this.#ping())
  }
}
