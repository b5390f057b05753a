import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'

/** The gateway's port: it can be closed for a while and opened again where it was. */
export class Listener {
  #server: Server | null = null
  #at: { readonly host: string; readonly port: number } | null = null
  #reopen: (() => void) | null = null

  constructor(private readonly connect: (socket: Socket) => void) {}

  /** @throws Error when the port is taken. */
  async open(host: string, port: number): Promise<{ host: string; port: number }> {
    const server = createServer(this.connect)
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(port, host, () => resolve(void server.off('error', reject)))
    })
    const address = server.address() as AddressInfo
    this.#server = server
    this.#at = { host: address.address, port: address.port }
    return this.#at
  }

  /** Nobody can connect until the port opens again at the same place; a second call keeps it closed until its own time is over. */
  closeFor(after: (work: () => void) => () => void): void {
    this.#server?.close()
    this.#server = null
    this.#reopen?.()
    this.#reopen = after(() => {
      this.#reopen = null
      if (!this.#at || this.#server) return
      this.open(this.#at.host, this.#at.port).catch((error: unknown) => {
        process.stderr.write(`ibkr: the port could not be opened again: ${error instanceof Error ? error.message : String(error)}\n`)
      })
    })
  }

  async close(): Promise<void> {
    this.#reopen?.()
    this.#at = null
    const server = this.#server
    this.#server = null
    if (server) await new Promise<void>((resolve) => server.close(() => resolve()))
  }
}
