import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { Socket } from 'node:net'
import { EventName, IBApi } from '@stoqey/ib'
import { assertNever, invariant } from '../../../../core/assert'
import { TOO_OLD, UNSUPPORTED_VERSION } from '../../wire/errors'
import type { Stage } from './heartbeat'
import type { Trouble } from '../trouble'

/** Out of reach: with it the library writes inside the call, in the same turn of the event loop, instead of queueing (E11). */
const REQUESTS_PER_SECOND = 100_000
/** Raw tokens and duplicates of other callbacks. */
const NOT_CALLBACKS: ReadonlySet<string> = new Set([EventName.received, EventName.sent, EventName.result, EventName.all])
/** Node tells of a TCP client in the turn in which it is made: the one public way to the library's socket. */
const NEW_SOCKET = 'net.client.socket'
/** The answer to a hello is a length and a version in digits: "193", a NUL, a time. Far more than that is somebody else's protocol. */
const HELLO_ANSWER_MAX = 1_024
const LENGTH_BYTES = 4
const SHOWN_BYTES = 40

export interface Target {
  readonly host: string
  readonly port: number
  readonly clientId: number
  readonly account: string
}
export interface Hearing {
  /** Every callback as [name, …args] in the order of arrival. It must not throw (trap 18). */
  heard(callback: readonly unknown[]): void
  /** Once: the connection is over, and why. */
  ended(trouble: Trouble): void
  /** Every frame of both directions as raw tokens, for a capture. It must not throw. */
  frame?(dir: 'in' | 'out', tokens: readonly unknown[]): void
}

/**
 * One socket to the gateway and the one library object that owns it: never used again after it is lost, because the library keeps what could
 * not be sent and sends it by itself on its next connection (traps 11 and 12).
 */
export class Connection {
  readonly #ib: IBApi
  readonly #socket: Socket
  readonly #target: Target
  readonly #hearing: Hearing
  #stage: Stage = 'connecting'
  #first: Buffer | null = Buffer.alloc(0)
  #cause: NodeJS.ErrnoException | null = null
  #sent = 0
  #closed = false

  constructor(target: Target, hearing: Hearing) {
    const { host, port, clientId } = target
    this.#target = target
    this.#hearing = hearing
    // Every option is passed: an omitted one makes the library read a .env file into the environment (trap 25).
    this.#ib = new IBApi({ host, port, clientId, maxReqPerSec: REQUESTS_PER_SECOND })
    this.#ib.on(EventName.sent, (tokens: readonly unknown[]) => {
      this.#sent += 1
      hearing.frame?.('out', tokens)
    })
    this.#ib.on(EventName.received, (tokens: readonly unknown[]) => hearing.frame?.('in', tokens))
    this.#ib.on(EventName.all, (name: string, args: readonly unknown[]) => this.#hear(name, args))
    this.#socket = socketOf(() => void this.#ib.connect())
    this.#socket.once('connect', () => {
      this.#stage = 'hello'
      this.#socket.setNoDelay(true) // trap 26
    })
    this.#socket.on('error', (error) => (this.#cause = error))
    this.#guard()
  }

  get stage(): Stage {
    return this.#stage
  }
  get bytesReceived(): number {
    return this.#socket.bytesRead
  }

  /** What a connection that has fallen silent tells. @param cause in words, for a session that was one. */
  silence(cause: string): Trouble {
    const { host, port } = this.#target
    switch (this.#stage) {
      case 'connecting':
        return { kind: 'unreachable', host, port, cause: 'no answer' }
      case 'hello':
        return { kind: 'not-a-gateway', host, port, saw: this.#saw() }
      case 'start':
        return { kind: 'login-expired', host, port }
      case 'started':
        return { kind: 'silent', cause }
      default:
        return assertNever(this.#stage, 'stage')
    }
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
    this.#ib.disconnect()
  }

  /** The library throws inside its socket's listener over a malformed reject text, and leaves its decoder in the middle of a frame (trap 19). */
  #guard(): void {
    const readers = this.#socket.listeners('data') as ((chunk: Buffer) => void)[]
    this.#socket.removeAllListeners('data')
    this.#socket.on('data', (chunk: Buffer) => {
      if (this.#closed || !this.#isGateway(chunk)) return
      try {
        for (const read of readers) read.call(this.#socket, chunk)
      } catch (error) {
        this.#end({ kind: 'unreadable', cause: String(error) })
      }
    })
  }

  /** Looks at the first bytes before the library does: it would wait for ever for the rest of what is no frame. */
  #isGateway(chunk: Buffer): boolean {
    if (this.#first === null) return true
    this.#first = Buffer.concat([this.#first, chunk])
    if (this.#first.length <= LENGTH_BYTES) return true
    const isAnswer = this.#first.readUInt32BE() <= HELLO_ANSWER_MAX && /\d/.test(String.fromCharCode(this.#first[LENGTH_BYTES] ?? 0))
    if (!isAnswer) this.#end({ kind: 'not-a-gateway', host: this.#target.host, port: this.#target.port, saw: this.#saw() })
    else this.#first = null
    return isAnswer
  }

  #saw(): string | null {
    if (!this.#first || this.#first.length === 0) return null
    return this.#first
      .toString('latin1', 0, SHOWN_BYTES)
      .replace(/[^ -~]+/g, ' ')
      .trim()
  }

  #hear(name: string, args: readonly unknown[]): void {
    if (this.#closed || NOT_CALLBACKS.has(name)) return
    if (name === EventName.disconnected) return this.#end(this.#loss())
    if (name === EventName.server) this.#stage = 'start'
    if (name === EventName.nextValidId) this.#stage = 'started'
    const callback = [name, ...args.map((arg) => (arg instanceof Error ? arg.message : arg))]
    this.#hearing.heard(callback)
    if (name === EventName.error && (args[1] === TOO_OLD || args[1] === UNSUPPORTED_VERSION))
      this.#end({ kind: 'version', message: String(callback[1]) })
  }

  #loss(): Trouble {
    const { host, port, account } = this.#target
    const cause = this.#cause?.code ?? 'closed by the other side'
    switch (this.#stage) {
      case 'connecting':
        if (cause === 'ECONNREFUSED') return { kind: 'nothing-listens', host, port, account }
        if (cause === 'ECONNRESET') return { kind: 'closed-at-once', host, port } // accepted, and reset before Node could tell
        return { kind: 'unreachable', host, port, cause }
      case 'hello': {
        const saw = this.#saw()
        return saw === null ? { kind: 'closed-at-once', host, port } : { kind: 'not-a-gateway', host, port, saw }
      }
      case 'start':
        return { kind: 'lost', cause: `${cause} before it gave a session` }
      case 'started':
        return { kind: 'lost', cause }
      default:
        return assertNever(this.#stage, 'stage')
    }
  }

  #end(trouble: Trouble): void {
    if (this.#closed) return
    this.close()
    this.#hearing.ended(trouble)
  }
}

function socketOf(connect: () => void): Socket {
  const made: Socket[] = []
  const hear = (message: unknown): void => void made.push((message as { readonly socket: Socket }).socket)
  subscribe(NEW_SOCKET, hear)
  try {
    connect()
  } finally {
    unsubscribe(NEW_SOCKET, hear)
  }
  const [socket] = made
  invariant(socket !== undefined, 'the client library opens its socket when it is told to connect')
  return socket
}
