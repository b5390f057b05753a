import type { Socket } from 'node:net'
import { encodeFrame, FrameReader, tokenText, type Token } from './protocol/frames'
import type { DepthSubscription } from './depth'
import type { Subscription } from './market-data'
import type { IbkrSection } from './port'
import { reply } from './protocol/replies'
import { FrameWriter } from './protocol/writer'

/** Text frames end at this version; above it frames are protobuf (fact sheet §9). */
const HIGHEST_VERSION = 193
/** Below this version a completed order is laid out in another way; no client in use offers less. */
const LOWEST_VERSION = 178
/** A gateway ends a session at its third breach of the message rate (§6 "pacing"). */
const BREACHES_ALLOWED = 3
const RATE_WINDOW_MS = 1000
const START_API = '71'

export interface SessionOptions {
  readonly number: number
  readonly socket: Socket
  readonly settings: IbkrSection['settings']
  /** 32 random bits. */
  readonly random: () => number
  readonly connectionTime: () => string
  readonly wire: (dir: 'in' | 'out', conn: number, tokens: readonly string[]) => void
  /** The client has said who it is. */
  readonly started: (session: Session) => void
  readonly request: (session: Session, tokens: readonly string[]) => void
  readonly closed: (session: Session) => void
}

/** `waiting`: the client has said who it is, and the gateway has not let it in. */
type Phase = 'hello' | 'start' | 'waiting' | 'up' | 'mute'

/** One client connection: handshake, pacing, and what the client subscribed to. */
export class Session {
  readonly subscriptions = new Map<number, Subscription>()
  readonly depth = new Map<number, DepthSubscription>()
  wantsPositions = false
  /** Client 0 has manual orders bound as they come. */
  bindsManualOrders = false
  clientId = -1
  version = 0
  readonly #reader = new FrameReader()
  readonly #writer: FrameWriter
  readonly #waiting: (readonly string[])[] = []
  /** Wall-clock times of the last second's requests: the rate belongs to the socket, not to the simulated time. */
  readonly #requestTimes: number[] = []
  #timer: NodeJS.Timeout | null = null
  #phase: Phase = 'hello'
  #breaches = 0

  constructor(private readonly options: SessionOptions) {
    const { socket, settings, random } = options
    this.#writer = new FrameWriter(socket, settings.writes, random)
    socket.setNoDelay(true)
    socket.on('data', (chunk: Buffer) => this.#receive(chunk))
    socket.on('error', () => socket.destroy())
    socket.on('close', () => this.#closed())
  }

  send(...tokens: readonly Token[]): void {
    const { socket, wire, number } = this.options
    if (this.#phase === 'mute' || socket.destroyed || !socket.writable) return
    const texts = tokens.map(tokenText)
    wire('out', number, texts)
    this.#writer.write(encodeFrame(texts))
  }

  /** Requests are answered from here on. */
  up(): void {
    this.#phase = 'up'
  }

  /** A peer that still holds the connection and never says anything again. */
  mute(): void {
    this.#phase = 'mute'
  }

  /** A request more than the rate allows, which is not served. */
  breach(): void {
    this.#breaches += 1
    const most = this.options.settings.max_messages_per_second
    this.send(...reply.notice(100, `Max rate of messages per second has been exceeded:max=${most} rec=${most + 1} (${this.#breaches})`))
    if (this.#breaches >= BREACHES_ALLOWED) this.end()
  }

  /** Closes after what was sent has left. */
  end(): void {
    this.#writer.end()
  }

  /** The connection is gone at once. */
  drop(): void {
    this.options.socket.destroy()
  }

  /** The same, and the client's side is told so with a reset. */
  reset(): void {
    this.options.socket.resetAndDestroy()
  }

  #receive(chunk: Buffer): void {
    try {
      this.#reader.push(chunk)
      if (this.#phase === 'hello') this.#greet()
      for (let tokens = this.#reader.next(); tokens && !this.options.socket.destroyed; tokens = this.#reader.next()) this.#accept(tokens)
    } catch (error) {
      if (!(error instanceof RangeError)) throw error
      this.drop()
    }
  }

  #greet(): void {
    const hello = this.#reader.hello()
    if (!hello) return
    this.version = Math.min(HIGHEST_VERSION, this.options.settings.server_version, hello.highest)
    // A gateway that is too old says so by its version, and then speaks a protocol that is not served here.
    const isOld = this.options.settings.server_version < LOWEST_VERSION
    if (!isOld && this.version < Math.max(LOWEST_VERSION, hello.lowest)) return this.drop()
    this.send(this.version, this.options.connectionTime())
    this.#phase = isOld ? 'mute' : 'start'
  }

  #accept(tokens: readonly string[]): void {
    this.options.wire('in', this.options.number, tokens)
    if (this.#phase === 'mute' || this.#phase === 'waiting') return
    if (this.#phase === 'start') {
      // A gateway does not answer what comes before START_API.
      if (tokens[0] !== START_API) return
      this.clientId = Number(tokens[2] || 0)
      this.#phase = 'waiting'
      return this.options.started(this)
    }
    this.#waiting.push(tokens)
    this.#serve()
  }

  /** Serves what the rate allows; the rest waits or is a breach, as the gateway is set. */
  #serve(): void {
    const { max_messages_per_second: most, pacing } = this.options.settings
    if (this.#timer) return
    for (;;) {
      const now = performance.now()
      while (this.#requestTimes[0] !== undefined && this.#requestTimes[0] <= now - RATE_WINDOW_MS) this.#requestTimes.shift()
      const oldest = this.#requestTimes[0]
      const mayServe = this.#requestTimes.length < most || oldest === undefined
      if (!mayServe && pacing === 'delay' && this.#waiting.length > 0) return this.#serveLater(oldest + RATE_WINDOW_MS - now)
      const tokens = this.#waiting.shift()
      if (!tokens || this.options.socket.destroyed) return
      if (!mayServe) this.breach()
      else {
        this.#requestTimes.push(now)
        this.options.request(this, tokens)
      }
    }
  }

  #serveLater(delayMs: number): void {
    this.#timer = setTimeout(() => {
      this.#timer = null
      this.#serve()
    }, delayMs)
    this.#timer.unref()
  }

  #closed(): void {
    if (this.#timer) clearTimeout(this.#timer)
    this.#waiting.length = 0
    this.options.closed(this)
  }
}
