import type { Socket } from 'node:net'

/** How frames reach the client: each in one write, byte by byte, in pieces that need not respect frames, or several in one write. */
export type Writes = 'whole' | 'bytes' | 'pieces' | 'coalesced'

/** Shorter than most frames, so that pieces begin and end inside them. */
const LONGEST_PIECE_BYTES = 48

/** Puts frames on a socket the way a network may deliver them. */
export class FrameWriter {
  readonly #queue: Buffer[] = []
  #hasBegun = false
  #isDue = false
  #isEnding = false

  constructor(
    private readonly socket: Socket,
    private readonly writes: Writes,
    /** 32 random bits. */
    private readonly random: () => number,
  ) {}

  write(frame: Buffer): void {
    // IB's own client reads the answer to its hello with one recv, and hangs when that comes in pieces.
    const isWhole = this.writes === 'whole' || (this.writes === 'pieces' && !this.#hasBegun)
    this.#hasBegun = true
    if (isWhole) return void this.socket.write(frame)
    this.#queue.push(frame)
    this.#flushLater()
  }

  /** Ends the connection after everything that was written. */
  end(): void {
    if (this.#queue.length === 0) this.socket.end()
    else this.#isEnding = true
  }

  /** One write for each turn of the event loop: what two turns write reaches the client apart. */
  #flushLater(): void {
    if (this.#isDue) return
    this.#isDue = true
    setImmediate(() => {
      this.#isDue = false
      this.#flush()
    })
  }

  #flush(): void {
    if (this.socket.destroyed) return void (this.#queue.length = 0)
    const bytes = Buffer.concat(this.#queue.splice(0))
    const piece = bytes.subarray(0, this.#length(bytes))
    this.socket.write(piece)
    if (piece.length < bytes.length) {
      this.#queue.push(bytes.subarray(piece.length))
      this.#flushLater()
    } else if (this.#isEnding) this.socket.end()
  }

  #length(bytes: Buffer): number {
    if (this.writes === 'coalesced') return bytes.length
    return this.writes === 'bytes' ? 1 : 1 + (this.random() % LONGEST_PIECE_BYTES)
  }
}
