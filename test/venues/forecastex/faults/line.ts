import { createServer, connect, type AddressInfo, type Server, type Socket } from 'node:net'

/** What was written before is with the other side by then. */
const PASSED_MS = 30

export type Tokens = readonly string[]
/** 'out' goes to the gateway, 'in' comes from it. */
export type Direction = 'in' | 'out'

/** What happens to the frame that strikes, and to its connection. */
export type Act =
  /** The connection is reset, or ended, before or after the frame has passed. */
  | { readonly kind: 'cut'; readonly how: 'reset' | 'end'; readonly when: 'before' | 'after' }
  /** Nothing passes any more, either way; the gateway notices a moment later. */
  | { readonly kind: 'hang' }
  /** Our side of the connection is gone at once; the frame still reaches the gateway, later. */
  | { readonly kind: 'orphan'; readonly ms: number }
  | { readonly kind: 'lose' }
  /** It reaches the gateway so much later, or when our side has closed, as the last of this connection. */
  | { readonly kind: 'hold'; readonly ms: number }
  /** The connection is reset, and the gateway comes to the frame only when another one is up. */
  | { readonly kind: 'haunt'; readonly ms: number }
  /** What the gateway tells from now on is hidden as long as it is named, whatever connection it comes on. */
  | { readonly kind: 'blind'; readonly hides: (told: Tokens) => boolean; readonly cut: boolean }
  | { readonly kind: 'repeat'; readonly times: number }
  | { readonly kind: 'delay'; readonly ms: number }
  /** It passes after the frame that follows it. */
  | { readonly kind: 'swap' }
  /** This frame and all that follow arrive byte by byte. */
  | { readonly kind: 'crumble' }
  | { readonly kind: 'insert'; readonly when: 'before' | 'after'; readonly frames: (struck: Tokens) => readonly (readonly unknown[])[] }
  | { readonly kind: 'call'; readonly when: 'before' | 'after'; readonly work: () => void }
export interface Strike {
  readonly direction: Direction
  readonly matches: (tokens: Tokens) => boolean
  readonly act: Act
}

/** A gateway that hangs is not noticed at once by the other side either: its socket goes this much later. */
const NOTICED_MS = 150

/** The wire between the adapter and the gateway: passes every frame on, and strikes once where it is told to. */
export class Line {
  readonly #server: Server
  readonly #lanes = new Set<Lane>()
  #strikes: Strike[] = []
  #hides: (told: Tokens) => boolean = () => false
  struck = 0
  /** Frames that are still to come. */
  owed = 0
  port = 0

  /** @param target the gateway's port now: it changes when the gateway is started anew. */
  constructor(private readonly target: () => number) {
    this.#server = createServer((socket) => this.#open(socket))
  }
  async listen(): Promise<this> {
    await new Promise<void>((resolve) => void this.#server.listen(0, '127.0.0.1', resolve))
    this.port = (this.#server.address() as AddressInfo).port
    return this
  }
  arm(...strikes: readonly Strike[]): void {
    this.#strikes.push(...strikes)
  }
  /** What has not struck will not. */
  disarm(): void {
    this.#strikes = []
  }
  async close(): Promise<void> {
    for (const lane of this.#lanes) lane.cut('reset')
    await new Promise<void>((resolve) => void this.#server.close(() => resolve()))
  }

  #open(client: Socket): void {
    const lane = new Lane(client, connect(this.target(), '127.0.0.1'), {
      strike: (direction, tokens) => this.#strike(direction, tokens),
      isHidden: (tokens) => this.#hides(tokens),
      hide: (hides) => (this.#hides = hides),
      owes: (frames) => (this.owed += frames),
      haunt: (frame) => [...this.#lanes].at(-1)?.deliver([frame]),
    })
    this.#lanes.add(lane)
    client.once('close', () => this.#lanes.delete(lane))
  }
  #strike(direction: Direction, tokens: Tokens): Act | null {
    const at = this.#strikes.findIndex((strike) => strike.direction === direction && strike.matches(tokens))
    if (at < 0) return null
    this.struck += 1
    return this.#strikes.splice(at, 1)[0]?.act ?? null
  }
}

/** What a lane asks of the line. */
interface Strikes {
  readonly strike: (direction: Direction, tokens: Tokens) => Act | null
  readonly isHidden: (told: Tokens) => boolean
  readonly hide: (hides: (told: Tokens) => boolean) => void
  /** More or fewer frames that are still to come. */
  readonly owes: (frames: number) => void
  /** Gives a frame to the gateway on the newest connection. */
  readonly haunt: (frame: Buffer) => void
}

/** One connection through the line. */
class Lane {
  readonly #held: Buffer[] = []
  /** What the gateway reads when our side has closed. */
  readonly #last: Buffer[] = []
  #hung = false
  #crumbling = false

  constructor(
    private readonly client: Socket,
    private readonly gateway: Socket,
    private readonly line: Strikes,
  ) {
    for (const socket of [client, gateway]) socket.setNoDelay(true).on('error', () => socket.destroy())
    client.on('close', () => this.#left())
    gateway.on('end', () => client.end()).on('close', () => (this.#hung ? undefined : client.destroy()))
    this.#read(client, 'out', 'API\0'.length)
    this.#read(gateway, 'in', 0)
  }

  #left(): void {
    if (this.#hung) return
    if (this.#last.length === 0) return void this.gateway.destroy()
    this.deliver(this.#last.splice(0))
    this.gateway.end()
  }

  deliver(frames: readonly Buffer[]): void {
    this.line.owes(-frames.length)
    if (this.gateway.writable) for (const frame of frames) this.gateway.write(frame)
  }

  cut(how: 'reset' | 'end'): void {
    if (how === 'end') return void [this.client.end(), this.gateway.end()]
    this.client.resetAndDestroy()
    this.gateway.destroy()
  }

  #read(socket: Socket, direction: Direction, prefix: number): void {
    let bytes = Buffer.alloc(0)
    let skipped = prefix
    socket.on('data', (chunk: Buffer) => {
      bytes = Buffer.concat([bytes, chunk])
      for (;;) {
        const head = skipped + 4
        if (bytes.length < head || bytes.length < head + bytes.readUInt32BE(skipped)) return
        const end = head + bytes.readUInt32BE(skipped)
        const frame = bytes.subarray(0, end)
        const tokens = frame.toString('utf8', head).split('\0').slice(0, -1)
        bytes = bytes.subarray(end)
        // the hello is no frame
        if (skipped > 0) this.#write(direction, frame)
        else this.#pass(direction, frame, tokens)
        skipped = 0
      }
    })
  }

  #pass(direction: Direction, frame: Buffer, tokens: Tokens): void {
    if (this.#hung) return
    if (direction === 'in' && this.line.isHidden(tokens)) return
    const act = this.line.strike(direction, tokens)
    if (!act) {
      this.#write(direction, frame)
      for (const held of this.#held.splice(0)) this.#write(direction, held)
      return
    }
    switch (act.kind) {
      case 'cut':
        if (act.when === 'after') this.#write(direction, frame)
        return act.when === 'after' && act.how === 'reset' ? void setImmediate(() => this.cut(act.how)) : this.cut(act.how)
      case 'hang':
        this.#hung = true
        return void setTimeout(() => this.gateway.destroy(), NOTICED_MS)
      case 'orphan':
        this.#hung = true
        this.client.resetAndDestroy()
        return void setTimeout(() => this.gateway.end(frame), act.ms)
      case 'lose':
        return
      case 'hold':
        this.#last.push(frame)
        this.line.owes(1)
        return void setTimeout(() => this.deliver(this.#last.splice(0)), act.ms)
      case 'haunt':
        this.cut('reset')
        this.line.owes(1)
        return void setTimeout(() => this.line.haunt(frame), act.ms)
      case 'blind':
        this.#write(direction, frame)
        this.line.hide(act.hides)
        return act.cut ? void setTimeout(() => this.cut('reset'), PASSED_MS) : undefined
      case 'repeat':
        for (let n = 0; n <= act.times; n += 1) this.#write(direction, frame)
        return
      case 'delay':
        return void setTimeout(() => this.#write(direction, frame), act.ms)
      case 'swap':
        return void this.#held.push(frame)
      case 'crumble':
        this.#crumbling = true
        return this.#write(direction, frame)
      case 'insert':
        return this.#insert(act.when, direction, frame, act.frames(tokens))
      case 'call':
        if (act.when === 'before') act.work()
        this.#write(direction, frame)
        return act.when === 'after' ? act.work() : undefined
    }
  }

  #insert(when: 'before' | 'after', direction: Direction, frame: Buffer, frames: readonly (readonly unknown[])[]): void {
    if (when === 'after') this.#write(direction, frame)
    for (const tokens of frames) this.#write('in', encoded(tokens))
    if (when === 'before') this.#write(direction, frame)
  }

  #write(direction: Direction, frame: Buffer): void {
    const socket = direction === 'in' ? this.client : this.gateway
    if (socket.destroyed || !socket.writable) return
    if (!this.#crumbling || direction === 'out') return void socket.write(frame)
    for (let at = 0; at < frame.length; at += 1) socket.write(frame.subarray(at, at + 1))
  }
}

function encoded(tokens: readonly unknown[]): Buffer {
  const body = Buffer.from(tokens.map((token) => `${String(token)}\0`).join(''))
  const head = Buffer.alloc(4)
  head.writeUInt32BE(body.length)
  return Buffer.concat([head, body])
}
