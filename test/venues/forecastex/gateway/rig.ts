import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { setImmediate } from 'node:timers/promises'
import { millis } from '../../../../src/core/units'
import type { Clock } from '../../../../src/ports/clock'
import { createGateway, type Gateway, type GatewayOptions } from '../../../../src/venues/forecastex/gateway/owner'
import { ACCOUNT, atEnd, CLIENT_ID, MemoryFrameLog, MemoryLog, RawGateway } from '../rig'

export const HEARTBEAT = 49
export const START_API = 71
const NOTICE = 4
/** Turns of the event loop in which everything that was due has run. */
const TURNS = 8

/** Time passes only when told to: what waits is woken in order. */
export class ManualClock implements Clock {
  #ms = 1_790_000_000_000
  readonly #waiting = new Set<{ readonly atMs: number; readonly wake: () => void }>()
  nowMs = () => millis(this.#ms)
  monoNs = () => BigInt(this.#ms) * 1_000_000n
  sleep(durationMs: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason as Error)
      const abort = (): void => settle(() => reject(signal.reason as Error))
      const settle = (how: () => void): void => {
        this.#waiting.delete(waiting)
        signal.removeEventListener('abort', abort)
        how()
      }
      const waiting = { atMs: this.#ms + durationMs, wake: () => settle(resolve) }
      this.#waiting.add(waiting)
      signal.addEventListener('abort', abort, { once: true })
    })
  }
  /** As a process that runs: everything happens in its time. */
  async advance(durationMs: number): Promise<void> {
    const endMs = this.#ms + durationMs
    for (;;) {
      const next = [...this.#waiting].filter(({ atMs }) => atMs <= endMs).toSorted((a, b) => a.atMs - b.atMs)[0]
      if (!next) break
      this.#ms = Math.max(this.#ms, next.atMs)
      next.wake()
      await turns()
    }
    this.#ms = endMs
    await turns()
  }
  /** As a process that was stopped: the time is gone before anything happens. */
  async stop(durationMs: number): Promise<void> {
    this.#ms += durationMs
    await this.advance(0)
  }
  /** The time is gone and nothing has run yet. */
  jump(durationMs: number): void {
    this.#ms += durationMs
  }
}
export async function turns(): Promise<void> {
  for (let n = 0; n < TURNS; n += 1) await setImmediate()
}

export interface Started {
  readonly gateway: Gateway
  readonly clock: ManualClock
  readonly frameLog: MemoryFrameLog
  readonly log: MemoryLog
  readonly stop: () => Promise<void>
}
/** The owner alone, in a time that passes only when told to. */
export function start(port: number, change: Partial<GatewayOptions> = {}): Started {
  const clock = new ManualClock()
  const frameLog = new MemoryFrameLog(clock)
  const log = new MemoryLog()
  const target = { host: '127.0.0.1', port, clientId: CLIENT_ID, account: ACCOUNT }
  const gateway = createGateway({ ...target, clock, frameLog, log, ...change })
  const ended = new AbortController()
  const running = gateway.run(ended.signal)
  const stop = async (): Promise<void> => {
    ended.abort()
    await running
  }
  atEnd(stop)
  return { gateway, clock, frameLog, log, stop }
}

/** A server of bytes that has nothing to do with a gateway. */
export async function listening(connected: (socket: Socket) => void): Promise<number> {
  const sockets = new Set<Socket>()
  const server: Server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    connected(socket)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  atEnd(async () => {
    for (const socket of sockets) socket.destroy()
    await new Promise<void>((resolve) => void server.close(() => resolve()))
  })
  return (server.address() as AddressInfo).port
}
/** A gateway of bytes that ends with the test. */
export async function rawGateway(change: Partial<RawGateway> = {}): Promise<{ readonly server: RawGateway; readonly port: number }> {
  const server = Object.assign(new RawGateway(), change)
  const port = await server.listen()
  atEnd(() => server.close())
  return { server, port }
}
export const notice = (server: RawGateway, code: number, text: string): void => server.send(NOTICE, 2, -1, code, text, '')
export const failure = (server: RawGateway, id: number, code: number, text: string): void => server.send(NOTICE, 2, id, code, text, '')
/** One frame of the wire (§10): its length, and each token ended by NUL. */
export function frameOf(...tokens: readonly unknown[]): Buffer {
  const body = Buffer.from(tokens.map((token) => `${String(token)}\0`).join(''))
  const head = Buffer.alloc(4)
  head.writeUInt32BE(body.length)
  return Buffer.concat([head, body])
}
