import { generateKeyPairSync } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { gunzipSync } from 'node:zlib'
import { marketId, orderId, tradeId } from '../../../src/core/ids'
import type { Frame } from '../../../src/core/market/event'
import type { OrderIntent } from '../../../src/core/trade/order'
import { millis, price, quantity } from '../../../src/core/units'
import type { Clock } from '../../../src/ports/clock'
import type { FrameLog } from '../../../src/ports/frame-log'
import type { Log } from '../../../src/ports/log'
import { ClockOffset } from '../../../src/venues/kalshi/offset'
import { createSigner, type Signer } from '../../../src/venues/kalshi/sign'

export const SHARED = path.resolve(__dirname, '../../../../shared/data')
/** Recordings live beside the repository; a clone without them skips what needs them, and says so. */
export const recordings = existsSync(SHARED) ? describe : describe.skip
if (!existsSync(SHARED)) process.stderr.write(`${SHARED} is absent: tests on recordings are skipped\n`)

export const readShared = (name: string): Buffer => readFileSync(path.join(SHARED, name))
export const readLines = (name: string): string[] =>
  (name.endsWith('.gz') ? gunzipSync(readShared(name)) : readShared(name))
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '')

export const clock: Clock = {
  nowMs: () => millis(Date.now()),
  monoNs: () => process.hrtime.bigint(),
  sleep: (durationMs, signal) =>
    new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason as Error)
      const stop = (): void => {
        clearTimeout(timer)
        reject(signal.reason as Error)
      }
      const timer = setTimeout(() => {
        signal.removeEventListener('abort', stop)
        resolve()
      }, durationMs)
      signal.addEventListener('abort', stop, { once: true })
    }),
}

export interface RecordingLog extends Log {
  readonly lines: { readonly level: string; readonly message: string }[]
}
export function recordingLog(): RecordingLog {
  const lines: { level: string; message: string }[] = []
  const at = (level: string) => (_fields: object, message: string) => void lines.push({ level, message })
  return { lines, debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
}
export interface RecordingFrames extends FrameLog {
  readonly frames: Frame[]
}
export function recordingFrames(): RecordingFrames {
  const frames: Frame[] = []
  return {
    frames,
    stamp: (partial) => {
      const frame = { ...partial, n: frames.length, recvMs: clock.nowMs(), monoNs: clock.monoNs() }
      frames.push(frame)
      return frame
    },
  }
}

export const ed25519 = generateKeyPairSync('ed25519')
export const testSigner = (): Signer =>
  createSigner(
    { keyId: 'key-1', privateKeyPem: ed25519.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() },
    new ClockOffset(),
    clock,
  )

export interface Answer {
  readonly status: number
  readonly body: string
}
/** 'reset' cuts the connection after the request was read; 'silence' never answers. */
export type Reply = Answer | 'reset' | 'silence'
export interface Asked {
  readonly method: string
  readonly path: string
  readonly headers: http.IncomingHttpHeaders
  readonly body: string
}
export interface TestServer {
  readonly origin: string
  readonly asked: Asked[]
  /** Bytes received on all connections. */
  readonly bytes: () => number
  close(): Promise<void>
}
/** A real HTTP server on the loopback interface with scripted replies. */
export async function serve(reply: (asked: Asked) => Reply): Promise<TestServer> {
  const asked: Asked[] = []
  let bytes = 0
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const call = {
        method: request.method ?? '',
        path: request.url ?? '',
        headers: request.headers,
        body: Buffer.concat(chunks).toString(),
      }
      asked.push(call)
      const answer = reply(call)
      if (answer === 'reset') return void request.socket.destroy()
      if (answer !== 'silence') response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.body)
      return undefined
    })
  })
  server.on('connection', (socket) => socket.on('data', (chunk: Buffer) => void (bytes += chunk.length)))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    bytes: () => bytes,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}
export const json = (status: number, body: unknown): Answer => ({ status, body: JSON.stringify(body) })

const TRADE = tradeId('t1')
export const MARKET = marketId('KXU3-25MAR-T4.0')
/** Buys 10 NO at 0.40: an ask at 0.60 in the venue's words. */
export const intent = (overrides: Partial<OrderIntent> = {}): OrderIntent => ({
  clientOrderId: orderId(TRADE, 'a', 1),
  tradeId: TRADE,
  venue: 'kalshi',
  market: MARKET,
  action: 'buy',
  outcome: 'no',
  limit: price('0.40'),
  quantity: quantity('10'),
  timeInForce: 'ioc',
  purpose: 'opening',
  notAfterMs: millis(Date.now() + 5_000),
  ...overrides,
})

/** Polls a condition for at most two seconds. */
export async function until(condition: () => boolean, what: string): Promise<void> {
  for (let looks = 0; looks < 400; looks++) {
    if (condition()) return
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  throw new Error(`waited two seconds for: ${what}`)
}
