import { STATUS_CODES, type IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocketServer, type WebSocket } from 'ws'
import type { SimClock } from '../../clock'
import type { FaultBook } from '../../faults'
import type { Floor, VenueEvent } from '../floor'
import { Refusal } from '../refusal'
import { errorMessage, obey, type Session } from './commands'
import type { Subscription } from './subscription'

/** The WebSocket side: connections, heartbeats, and who gets which message. */

export const STREAM_PATH = '/trade-api/ws/v2'
const HEARTBEAT = 'heartbeat'
/** No command list is that long; the venue's own limit is 64 MiB. */
const MESSAGE_BYTES_MAX = 4_000_000

export interface StreamOptions {
  readonly floor: Floor
  readonly pingIntervalMs: number
  /** @throws Refusal 401. */
  authenticate(request: IncomingMessage, path: string): string
  /** Everything that happened is published before a snapshot is taken. */
  settle(): void
  readonly wire: (dir: 'in' | 'out', conn: number, text: string) => void
}

export class Stream {
  readonly #server = new WebSocketServer({ noServer: true, maxPayload: MESSAGE_BYTES_MAX })
  readonly #connections = new Set<Connection>()
  readonly #listeners: (() => void)[] = []
  #opened = 0

  constructor(private readonly options: StreamOptions) {}

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    try {
      const path = new URL(request.url ?? '/', 'http://venue').pathname
      if (path !== STREAM_PATH) throw new Refusal(404, { error: { code: 'not_found', message: 'not found' } })
      const accountId = this.options.authenticate(request, path)
      this.#server.handleUpgrade(request, socket, head, (webSocket) => this.#open(webSocket, accountId))
    } catch (error) {
      refuseUpgrade(socket, error)
    }
  }

  #open(socket: WebSocket, accountId: string): void {
    const connection = new Connection(++this.#opened, socket, accountId, this.options)
    this.#connections.add(connection)
    socket.on('message', (data: Buffer) => {
      if (connection.isHalfOpen) return
      this.options.wire('in', connection.number, data.toString())
      this.options.settle()
      obey(connection, data.toString())
      for (const listener of this.#listeners) listener()
    })
    socket.on('close', () => {
      connection.stop()
      this.#connections.delete(connection)
    })
    socket.on('error', () => socket.terminate())
  }

  publish(events: readonly VenueEvent[]): void {
    for (const connection of [...this.#connections]) connection.publish(events)
  }

  /** Tickers whose book some connection has subscribed. */
  subscribedTickers(): ReadonlySet<string> {
    return new Set([...this.#connections].flatMap((connection) => connection.bookTickers()))
  }

  onSubscribe(listener: () => void): void {
    this.#listeners.push(listener)
  }

  /** Connections of one account, or all. */
  connections(accountId?: unknown): readonly Connection[] {
    return [...this.#connections].filter((connection) => accountId === undefined || connection.accountId === accountId)
  }

  close(): void {
    for (const connection of this.#connections) connection.drop()
    this.#server.close()
  }
}

function refuseUpgrade(socket: Duplex, error: unknown): void {
  const refusal = error instanceof Refusal ? error : new Refusal(400, { error: { code: 'bad_request', message: 'bad request' } })
  const body = JSON.stringify(refusal.body)
  socket.on('error', () => socket.destroy())
  socket.end(
    `HTTP/1.1 ${refusal.status} ${STATUS_CODES[refusal.status] ?? ''}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  )
}

const PRIVATE: ReadonlySet<VenueEvent['kind']> = new Set(['fill', 'order'])

export class Connection implements Session {
  readonly subscriptions = new Map<number, Subscription>()
  readonly floor: Floor
  /** The line is dead and nobody says so: nothing is sent, nothing is heard, nothing is closed. */
  isHalfOpen = false
  #sids = 0
  #cancelPing: () => void
  readonly #clock: SimClock
  readonly #faults: FaultBook

  constructor(
    readonly number: number,
    private readonly socket: WebSocket,
    readonly accountId: string,
    private readonly options: StreamOptions,
  ) {
    this.floor = options.floor
    this.#clock = options.floor.clock
    this.#faults = options.floor.faults
    this.#cancelPing = this.#clock.after(options.pingIntervalMs, () => this.#ping())
  }

  nextSid(): number {
    return ++this.#sids
  }

  send(message: Record<string, unknown>): void {
    if (this.isHalfOpen) return
    const text = JSON.stringify(message)
    this.options.wire('out', this.number, text)
    this.socket.send(text)
  }

  bookTickers(): string[] {
    return [...this.subscriptions.values()].flatMap(({ channel, tickers }) => (channel === 'orderbook_delta' ? [...(tickers ?? [])] : []))
  }

  publish(events: readonly VenueEvent[]): void {
    for (const subscription of [...this.subscriptions.values()]) {
      if (subscription.channel === 'ticker') this.#publishTickers(subscription, events)
      else for (const event of events) this.#publishOne(subscription, event)
    }
  }

  /** The faults that strike a message on its way out. */
  #publishOne(subscription: Subscription, event: VenueEvent): void {
    const message = subscription.render(this.floor, event)
    if (message === null) return
    const match = { channel: subscription.channel, account_id: this.accountId, ...('ticker' in event ? { ticker: event.ticker } : {}) }
    if (this.#faults.take('drop_ws', match)) return this.drop()
    if (this.#faults.take('half_open_ws', match)) this.goHalfOpen()
    if (message['seq'] !== undefined && this.#faults.take('seq_gap', match)) return
    if (PRIVATE.has(event.kind) && this.#faults.take('drop_private_message', match)) return
    this.send(message)
    if (this.#faults.take('duplicate_frame', match)) this.send(message)
  }

  #publishTickers(subscription: Subscription, events: readonly VenueEvent[]): void {
    const changed = new Set(
      events.flatMap((event) => (event.kind === 'level' ? [event.ticker] : event.kind === 'trade' ? [event.trade.ticker] : [])),
    )
    for (const ticker of changed) if (subscription.wants(ticker)) this.send(subscription.ticker(this.floor, ticker))
  }

  /** Fault ws_error_25: terminal for each subscription. */
  overflow(): void {
    for (const subscription of this.subscriptions.values()) this.send(errorMessage(25, { sid: subscription.sid }))
    this.subscriptions.clear()
  }

  /** No pong any more either: the library would answer pings by itself. */
  goHalfOpen(): void {
    this.isHalfOpen = true
    this.socket.pause()
  }

  drop(): void {
    this.stop()
    this.socket.terminate()
  }

  stop(): void {
    this.#cancelPing()
  }

  #ping(): void {
    if (!this.isHalfOpen) this.socket.ping(HEARTBEAT)
    this.#cancelPing = this.#clock.after(this.options.pingIntervalMs, () => this.#ping())
  }
}
