import net from 'node:net'

/** A thousand rows take so long then: slower than the rows come. */
const SLOW_MS = 200

/**
 * A TCP proxy that plays the failures of a server nobody may stop, because other tests use it too.
 * up: passes bytes on. down: refuses connections. mute: passes requests on and keeps the answers back. slow: passes answers on after {@link SLOW_MS}.
 */
export class Proxy {
  readonly #server: net.Server
  readonly #sockets = new Set<net.Socket>()
  #state: 'up' | 'down' | 'mute' | 'slow' = 'up'
  /** Connections that were ever made. */
  accepted = 0
  /** Told what clients send, in the pieces in which it comes. */
  onSent: (chunk: Buffer) => void = () => undefined

  private constructor(
    readonly targetHost: string,
    readonly targetPort: number,
  ) {
    this.#server = net.createServer((client) => this.#accept(client))
  }

  static async to(url: string): Promise<Proxy> {
    const { hostname, port } = new URL(url)
    const proxy = new Proxy(hostname, Number(port))
    await new Promise<void>((resolve) => proxy.#server.listen(0, '127.0.0.1', resolve))
    return proxy
  }

  /** host:port of this proxy. */
  get address(): string {
    return `127.0.0.1:${(this.#server.address() as net.AddressInfo).port}`
  }

  set(state: 'up' | 'down' | 'mute' | 'slow'): void {
    this.#state = state
    if (state === 'down') this.cut()
  }

  /** Ends every connection. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy()
  }

  async close(): Promise<void> {
    this.cut()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  #accept(client: net.Socket): void {
    this.accepted += 1
    this.#keep(client)
    if (this.#state === 'down') {
      client.resetAndDestroy()
      return
    }
    const target = net.connect(this.targetPort, this.targetHost)
    this.#keep(target)
    client.on('data', (chunk: Buffer) => {
      this.onSent(chunk)
      target.write(chunk)
    })
    target.on('data', (chunk: Buffer) => {
      if (this.#state === 'up') client.write(chunk)
      if (this.#state === 'slow') setTimeout(() => !client.destroyed && client.write(chunk), SLOW_MS)
    })
    client.on('close', () => target.destroy())
    target.on('close', () => client.destroy())
  }

  #keep(socket: net.Socket): void {
    this.#sockets.add(socket)
    socket.on('error', () => undefined) // a cut connection is what this is for
    socket.on('close', () => this.#sockets.delete(socket))
  }
}
