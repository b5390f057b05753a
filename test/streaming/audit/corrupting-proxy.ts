import http from 'node:http'
import type { AddressInfo } from 'node:net'
import WebSocket, { WebSocketServer } from 'ws'

/** Passes a WebSocket on, frame by frame, and changes what it is told to on the way: an error that no sequence number shows. */
export class CorruptingProxy {
  /** Given each frame of the venue; null drops it. */
  change: (text: string) => string | null = (text) => text
  url = ''
  readonly #server = http.createServer()
  readonly #sockets = new WebSocketServer({ noServer: true })
  readonly #open = new Set<WebSocket>()

  private constructor(private readonly target: string) {
    this.#server.on('upgrade', (request, socket, head) => {
      const names = ['kalshi-access-key', 'kalshi-access-timestamp', 'kalshi-access-signature']
      const headers = Object.fromEntries(names.map((name) => [name, String(request.headers[name])]))
      const venue = new WebSocket(this.target, { headers })
      venue.once('open', () => this.#sockets.handleUpgrade(request, socket, head, (client) => this.#join(client, venue)))
      venue.once('error', () => socket.destroy())
    })
  }

  static async start(target: string): Promise<CorruptingProxy> {
    const proxy = new CorruptingProxy(target)
    await new Promise<void>((resolve) => proxy.#server.listen(0, '127.0.0.1', resolve))
    proxy.url = `ws://127.0.0.1:${(proxy.#server.address() as AddressInfo).port}${new URL(target).pathname}`
    return proxy
  }

  #join(client: WebSocket, venue: WebSocket): void {
    for (const socket of [client, venue]) this.#open.add(socket)
    client.on('message', (data: Buffer) => venue.send(data.toString()))
    venue.on('message', (data: Buffer) => {
      const text = this.change(data.toString())
      if (text !== null) client.send(text)
    })
    client.on('close', () => venue.terminate())
    venue.on('close', () => client.terminate())
  }

  async close(): Promise<void> {
    for (const socket of this.#open) socket.terminate()
    await new Promise<void>((resolve) => this.#server.close(() => resolve()))
  }
}
