import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { WebSocketServer, type WebSocket } from 'ws'
import type { KalshiCommand } from '../../../../src/venues/kalshi/subscriptions'
import { ScriptedVenue } from './scripted'

export interface Client {
  readonly socket: WebSocket
  readonly venue: ScriptedVenue
  readonly commands: KalshiCommand[]
}

/** Scripted venues on real sockets, one for each connection, with the same books. */
export class SocketVenue {
  /** In the order in which they came; the ones that have gone too. */
  readonly clients: Client[] = []
  /** How many markets the venue lets a subscription have. */
  room = Infinity
  readonly #books = new Map<string, Map<number, number>>()
  readonly #http: Server = createServer()
  /** So many upgrades wait until there are more. */
  slow = 0
  readonly #waiting: (() => void)[] = []
  readonly #ws = new WebSocketServer({ server: this.#http, verifyClient: (_info, accept) => this.#upgrade(() => accept(true)) })

  async open(): Promise<string> {
    this.#ws.on('connection', (socket) => this.#serve(socket))
    await new Promise<void>((resolve) => this.#http.listen(0, '127.0.0.1', resolve))
    return `ws://127.0.0.1:${(this.#http.address() as AddressInfo).port}/trade-api/ws/v2`
  }

  /** The ones that came first are let in last. */
  #upgrade(accept: () => void): void {
    this.#waiting.unshift(accept)
    if (this.#waiting.length > this.slow) for (const each of this.#waiting.splice(0)) each()
  }

  #serve(socket: WebSocket): void {
    const client: Client = { socket, venue: new ScriptedVenue(this.#books, () => this.room), commands: [] }
    this.clients.push(client)
    socket.on('message', (data: Buffer) => {
      const command = JSON.parse(data.toString()) as KalshiCommand
      client.commands.push(command)
      client.venue.obey(command)
      flush(client)
    })
  }

  /** Connections that are up. */
  live(): readonly Client[] {
    return this.clients.filter(({ socket }) => socket.readyState === socket.OPEN)
  }
  /** The connection that has a market's book. */
  of(market: string): Client {
    const client = this.live().find(({ venue }) => venue.holds('orderbook_delta', market))
    if (!client) throw new Error(`no connection has ${market}`)
    return client
  }
  trade(market: string, cents: number): void {
    const [first, ...others] = this.live()
    const delta = first?.venue.trade(market, cents) ?? 0
    for (const { venue } of others) venue.tell(market, cents, delta)
    for (const client of this.live()) flush(client)
  }
  async close(): Promise<void> {
    for (const { socket } of this.clients) socket.terminate()
    this.#ws.close()
    await new Promise((resolve) => this.#http.close(resolve))
  }
}

export function flush({ venue, socket }: Client): void {
  for (const message of venue.outbox.splice(0)) socket.send(JSON.stringify(message))
}
