import { STATUS_CODES, type IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocketServer, type WebSocket } from 'ws'
import type { Floor, VenueEvent } from '../floor'
import { Refusal } from '../refusal'
import { obey } from './commands'
import { Connection } from './connection'
import { tickerFields } from './messages/market'
import { render, renderTicker, type Rendering, type View } from './rendering'
import { Tallies } from './messages/tallies'

/** The WebSocket side: connections, and who gets which message. */

export const STREAM_PATH = '/trade-api/ws/v2'
/** No command list is that long; the venue's own limit is 64 MiB. */
const MESSAGE_BYTES_MAX = 4_000_000

export interface StreamOptions {
  readonly floor: Floor
  /** Decides the order between channels. */
  readonly random: () => number
  /** @throws Refusal 401. */
  authenticate(request: IncomingMessage, path: string): string
  /** Everything that happened is published before a snapshot is taken. */
  settle(): void
  readonly wire: (dir: 'in' | 'out', conn: number, text: string) => void
}

export class Stream {
  readonly #server: WebSocketServer
  readonly #connections = new Set<Connection>()
  readonly #listeners: (() => void)[] = []
  readonly #view: View
  /** The last ticker of each market that somebody follows: one is sent when a field of it changes. */
  readonly #tickers = new Map<string, string>()
  #opened = 0
  #refusals = 0

  constructor(private readonly options: StreamOptions) {
    const { floor } = options
    const { deflate } = floor.section.settings
    this.#server = new WebSocketServer({ noServer: true, maxPayload: MESSAGE_BYTES_MAX, perMessageDeflate: deflate })
    this.#view = { floor, tallies: new Tallies(floor.tables) }
  }

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    try {
      const path = new URL(request.url ?? '/', 'http://venue').pathname
      if (path !== STREAM_PATH) throw new Refusal(404, { error: { code: 'not_found', message: 'not found' } })
      this.#checkGateway()
      const accountId = this.options.authenticate(request, path)
      this.#server.handleUpgrade(request, socket, head, (webSocket) => this.#open(webSocket, accountId))
    } catch (error) {
      refuseUpgrade(socket, error)
    }
  }

  /** A gateway without an exchange behind it: during an exchange pause, and for as many upgrades as a reconnect storm refuses. @throws Refusal 502. */
  #checkGateway(): void {
    if (this.#refusals > 0) this.#refusals -= 1
    else if (!this.options.floor.pauses.exchange) return
    throw new Refusal(502, { message: STATUS_CODES[502] })
  }

  refuseUpgrades(count: number): void {
    this.#refusals = count
  }

  #open(socket: WebSocket, accountId: string): void {
    const { random, wire, settle } = this.options
    const connection = new Connection(++this.#opened, socket, accountId, { view: this.#view, random, wire })
    this.#connections.add(connection)
    socket.on('message', (data: Buffer) => {
      if (connection.isHalfOpen) return
      const text = data.toString()
      wire('in', connection.number, text)
      settle()
      obey(connection, text)
      for (const listener of this.#listeners) listener()
    })
    socket.on('close', () => {
      connection.stop()
      this.#connections.delete(connection)
    })
    socket.on('error', () => socket.terminate())
  }

  publish(events: readonly VenueEvent[]): void {
    const isHeard = this.#connections.size > 0
    const renderings: Rendering[] = []
    for (const event of events) {
      this.#view.tallies.observe(event)
      if (isHeard) renderings.push(render(this.#view, event))
    }
    renderings.push(...this.#changedTickers(events))
    for (const connection of [...this.#connections]) connection.publish(renderings)
  }

  /** What nobody follows is forgotten: whoever follows it next hears of its next change. */
  #changedTickers(events: readonly VenueEvent[]): Rendering[] {
    const followers = [...this.#connections].filter((connection) => connection.follows('ticker'))
    if (followers.length === 0) {
      this.#tickers.clear()
      return []
    }
    const changed: Rendering[] = []
    for (const ticker of touchedBy(events)) {
      if (!followers.some((connection) => connection.follows('ticker', ticker))) {
        this.#tickers.delete(ticker)
        continue
      }
      const fields = tickerFields(this.#view.floor, this.#view.tallies, ticker)
      const text = JSON.stringify(fields)
      if (this.#tickers.get(ticker) === text) continue
      this.#tickers.set(ticker, text)
      changed.push(renderTicker(ticker, fields, this.#view.floor.clock.nowMs()))
    }
    return changed
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

  dropAll(): void {
    for (const connection of [...this.#connections]) connection.drop()
  }

  close(): void {
    this.dropAll()
    this.#server.close()
  }
}

/** The markets whose ticker may have changed. */
function touchedBy(events: readonly VenueEvent[]): ReadonlySet<string> {
  const touched = new Set<string>()
  for (const event of events) {
    if (event.kind === 'level' || event.kind === 'emptied') touched.add(event.ticker)
    if (event.kind === 'trade') touched.add(event.trade.ticker)
  }
  return touched
}

function refuseUpgrade(socket: Duplex, error: unknown): void {
  const refusal = error instanceof Refusal ? error : new Refusal(400, { error: { code: 'bad_request', message: 'bad request' } })
  const body = JSON.stringify(refusal.body)
  socket.on('error', () => socket.destroy())
  socket.end(
    `HTTP/1.1 ${refusal.status} ${STATUS_CODES[refusal.status] ?? ''}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  )
}
