import { EventName, IBApi } from '@stoqey/ib'

/** Out of reach: with it the library writes inside the call, in the same turn of the event loop, instead of queueing (E11). */
const REQUESTS_PER_SECOND = 100_000
/** Raw tokens and duplicates of other callbacks. */
const NOT_CALLBACKS: ReadonlySet<string> = new Set([EventName.received, EventName.sent, EventName.result, EventName.all])

/**
 * One socket to the gateway and the one library object that owns it: never used again after it is lost, because the library keeps what could
 * not be sent and sends it by itself on its next connection (traps 11 and 12).
 */
export class Connection {
  readonly #ib: IBApi
  readonly #accept: (callback: readonly unknown[]) => void
  #sent = 0
  #closed = false

  /** @param accept gets every callback as [name, …args] in the order of arrival; it must not throw (trap 18). */
  constructor(
    target: { readonly host: string; readonly port: number; readonly clientId: number },
    accept: (callback: readonly unknown[]) => void,
  ) {
    const { host, port, clientId } = target
    this.#accept = accept
    // Every option is passed: an omitted one makes the library read a .env file into the environment (trap 25).
    this.#ib = new IBApi({ host, port, clientId, maxReqPerSec: REQUESTS_PER_SECOND })
    this.#ib.on(EventName.sent, () => (this.#sent += 1))
    this.#ib.on(EventName.all, (name: string, args: readonly unknown[]) => this.#hear(name, args))
    this.#ib.connect()
  }

  #hear(name: string, args: readonly unknown[]): void {
    if (this.#closed || NOT_CALLBACKS.has(name)) return
    this.#accept([name, ...args.map((arg) => (arg instanceof Error ? arg.message : arg))])
  }

  /**
   * @returns whether the message was written before this returned. When not, the library has queued it: close the connection, so that it dies
   * there.
   */
  write(message: (ib: IBApi) => void): boolean {
    if (this.#closed) return false
    const before = this.#sent
    message(this.#ib)
    return this.#sent > before
  }

  /** Destroys the socket and what is queued behind it. Nothing is heard of this connection afterwards. */
  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#ib.removeAllListeners()
    this.#ib.disconnect()
  }
}
