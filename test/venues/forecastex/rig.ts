import { setMaxListeners } from 'node:events'
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import type { ClientOrderId } from '../../../src/core/ids'
import { marketId, orderId, tradeId } from '../../../src/core/ids'
import type { Frame } from '../../../src/core/market/event'
import type { OrderIntent } from '../../../src/core/trade/order'
import { millis, money, price, quantity } from '../../../src/core/units'
import type { Clock } from '../../../src/ports/clock'
import type { FrameLog } from '../../../src/ports/frame-log'
import type { Log } from '../../../src/ports/log'
import { createForecastexAccount } from '../../../src/venues/forecastex/account'
import { createForecastexCatalog, type ForecastexCatalog } from '../../../src/venues/forecastex/catalog'
import { createGateway, type Gateway } from '../../../src/venues/forecastex/gateway/owner'
import { createForecastexOrderEntry, type ForecastexOrderEntryOptions } from '../../../src/venues/forecastex/order-entry'

export const ACCOUNT = 'DU1234567'
export const CLIENT_ID = 7
export const YES = 800001
export const NO = 800002
export const MARKET = marketId(String(YES))
/** Bounds a hang; what is waited for comes in milliseconds on a quiet machine. */
const WAIT_MS = 20_000

/** The machine's clock, shifted by `offsetMs`: tests choose the time of day without waiting for it. */
export class TestClock implements Clock {
  offsetMs = 0
  nowMs = () => millis(Date.now() + this.offsetMs)
  monoNs = () => process.hrtime.bigint()
  sleep(durationMs: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason as Error)
      const abort = (): void => {
        clearTimeout(timer)
        reject(signal.reason as Error)
      }
      const timer = setTimeout(() => {
        signal.removeEventListener('abort', abort)
        resolve()
      }, durationMs)
      signal.addEventListener('abort', abort, { once: true })
    })
  }
}

export class MemoryFrameLog implements FrameLog {
  readonly frames: Frame[] = []
  constructor(private readonly clock: Clock) {}
  stamp(frame: Pick<Frame, 'venue' | 'conn' | 'dir' | 'payload'>): Frame {
    const stamped = { ...frame, n: this.frames.length, recvMs: this.clock.nowMs(), monoNs: this.clock.monoNs() }
    this.frames.push(stamped)
    return stamped
  }
  named(dir: 'in' | 'out', name: string): readonly (readonly unknown[])[] {
    return this.frames.flatMap((frame) => {
      const payload = frame.payload as readonly unknown[]
      return frame.dir === dir && payload[0] === name ? [payload] : []
    })
  }
}

export class MemoryLog implements Log {
  readonly lines: string[] = []
  debug = (): void => undefined
  info = (_fields: object, message: string): void => void this.lines.push(message)
  warn = (_fields: object, message: string): void => void this.lines.push(message)
  error = (fields: object, message: string): void => void this.lines.push(`error: ${message} ${JSON.stringify(fields)}`)
}

/** Polls with a limit. */
export async function until(what: string, holds: () => boolean): Promise<void> {
  for (const endMs = Date.now() + WAIT_MS; !holds();) {
    if (Date.now() > endMs) throw new Error(`waited ${WAIT_MS} ms for ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

/** Asks again until the answer is accepted, with a limit. */
export async function eventually<T>(what: string, ask: () => Promise<T>, accept: (answer: T) => boolean): Promise<T> {
  for (const endMs = Date.now() + 2 * WAIT_MS; ;) {
    const answer = await ask()
    if (accept(answer)) return answer
    if (Date.now() > endMs) throw new Error(`${what}: still ${JSON.stringify(answer)}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

/** A gateway of bytes: answers the start and heartbeats, hands every other frame to the test. Its framing is its own. */
export class RawGateway {
  readonly frames: (readonly string[])[] = []
  readonly sockets: Socket[] = []
  /** Answers heartbeats. */
  answering = true
  /** Answers the reads of a recovery: an account without orders, executions and positions. */
  answersReads = false
  nextOrderId = 1
  version = '193'
  onFrame: (tokens: readonly string[], send: (...tokens: readonly unknown[]) => void, socket: Socket) => void = () => undefined
  readonly #server: Server = createServer((socket) => this.#connect(socket))

  async listen(port = 0): Promise<number> {
    await new Promise<void>((resolve) => this.#server.listen(port, '127.0.0.1', resolve))
    return (this.#server.address() as AddressInfo).port
  }
  named(id: number): readonly (readonly string[])[] {
    return this.frames.filter(([first]) => first === String(id))
  }
  send(...tokens: readonly unknown[]): void {
    for (const socket of this.sockets) if (!socket.destroyed) socket.write(frame(tokens))
  }
  drop(): void {
    for (const socket of this.sockets.splice(0)) socket.destroy()
  }
  async close(): Promise<void> {
    this.drop()
    await new Promise<void>((resolve) => void this.#server.close(() => resolve()))
  }

  #connect(socket: Socket): void {
    this.sockets.push(socket)
    let bytes = Buffer.alloc(0)
    let greeted = false
    socket.on('error', () => undefined)
    socket.on('data', (chunk: Buffer) => {
      bytes = Buffer.concat([bytes, chunk])
      if (!greeted && bytes.length >= 8 && bytes.length >= 8 + bytes.readUInt32BE(4)) {
        bytes = bytes.subarray(8 + bytes.readUInt32BE(4))
        greeted = true
        socket.write(frame([this.version, '20261121 13:30:00 US/Central']))
      }
      while (greeted && bytes.length >= 4 && bytes.length >= 4 + bytes.readUInt32BE(0)) {
        const end = 4 + bytes.readUInt32BE(0)
        this.#hear(bytes.toString('utf8', 4, end).split('\0').slice(0, -1), socket)
        bytes = bytes.subarray(end)
      }
    })
  }
  #hear(tokens: readonly string[], socket: Socket): void {
    const send = (...answer: readonly unknown[]): void => void socket.write(frame(answer))
    this.frames.push(tokens)
    if (tokens[0] === '71') {
      send(15, 1, ACCOUNT)
      send(9, 1, this.nextOrderId)
    }
    if (tokens[0] === '49' && this.answering) send(49, 1, 1_795_000_000)
    if (this.answersReads) answerRead(tokens, send)
    this.onFrame(tokens, send, socket)
  }
}

/** Open orders, completed orders, executions, positions: none. */
export function answerRead([id, , reqId]: readonly string[], send: (...tokens: readonly unknown[]) => void): void {
  if (id === '16') send(53, 1)
  if (id === '99') send(102)
  if (id === '7') send(55, 1, reqId)
  if (id === '61') send(62, 1)
}

function frame(tokens: readonly unknown[]): Buffer {
  const body = Buffer.from(tokens.map((token) => `${String(token)}\0`).join(''))
  const head = Buffer.alloc(4)
  head.writeUInt32BE(body.length)
  return Buffer.concat([head, body])
}

/** A catalogue that needs no gateway. */
export const fixedCatalog: ForecastexCatalog = {
  venue: 'forecastex',
  listings: () => Promise.resolve([]),
  listing: () => Promise.resolve(null),
  contracts: () => Promise.resolve({ yes: YES, no: NO }),
  outcomeOf: () => Promise.resolve(null),
  closedAt: () => null,
  product: (symbol) => Promise.resolve({ kind: 'unavailable', symbol, cause: 'unknown-product', reason: 'a catalogue of one market' }),
}

let orders = 0
export const nextId = (): ClientOrderId => orderId(tradeId(`t${Date.now().toString(36)}${(orders += 1)}`), 'b', 1)

/** Buys 10 YES at up to 0.58 within the next two seconds, unless changed. */
export function intent(change: Partial<OrderIntent> = {}): OrderIntent {
  const clientOrderId = change.clientOrderId ?? nextId()
  return {
    clientOrderId,
    tradeId: tradeId('t1'),
    venue: 'forecastex',
    market: MARKET,
    action: 'buy',
    outcome: 'yes',
    limit: price('0.58'),
    quantity: quantity('10'),
    timeInForce: 'ioc',
    purpose: 'opening',
    notAfterMs: millis(Date.now() + 2_000),
    ...change,
  }
}

export const allow = (): null => null
export const forever = new AbortController().signal
// Many orders at once share it in a test; a workflow gives each its own.
setMaxListeners(0, forever)

/** What a test started: everything is stopped by {@link stopAll}. */
const stops: (() => Promise<void>)[] = []
export const atEnd = (stop: () => Promise<void>): void => void stops.push(stop)
export async function stopAll(): Promise<void> {
  for (const stop of stops.splice(0).reverse()) await stop()
}

export interface Adapter {
  readonly gateway: Gateway
  readonly clock: TestClock
  readonly frameLog: MemoryFrameLog
  readonly log: MemoryLog
  readonly stop: () => Promise<void>
}
export function startGateway(port: number): Adapter {
  const clock = new TestClock()
  const frameLog = new MemoryFrameLog(clock)
  const log = new MemoryLog()
  const gateway = createGateway({ host: '127.0.0.1', port, clientId: CLIENT_ID, account: ACCOUNT, clock, frameLog, log })
  const ended = new AbortController()
  const running = gateway.run(ended.signal)
  const stop = async (): Promise<void> => {
    ended.abort()
    await running
  }
  atEnd(stop)
  return { gateway, clock, frameLog, log, stop }
}

/** No executions window and a short grace unless a test is about them. */
export function startOrders({ gateway, clock, frameLog, log }: Adapter, change: Partial<ForecastexOrderEntryOptions> = {}) {
  const catalog = change.catalog ?? createForecastexCatalog({ gateway, clock, feePerContract: () => money('0.01') })
  const options = { gateway, catalog, account: ACCOUNT, clock, log, frameLog, graceMs: 50, executionsZone: null, ...change }
  const account = createForecastexAccount({ gateway, catalog, account: ACCOUNT, clock })
  return { catalog, account, orders: createForecastexOrderEntry(options) }
}
