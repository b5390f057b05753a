import { readFileSync } from 'node:fs'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { mulberry32 } from '../../../../src/core/random'
import { decodeFrame } from '../../../../src/stores/files/frame-line'
import { summarise, type CaptureSummary, type RawFrame } from '../../../../src/venues/forecastex/inspection/summary'
import { Visit } from '../../../../src/venues/forecastex/inspection/visit'
import { readCallback } from '../../../../src/venues/forecastex/wire/callbacks'
import type { Callback } from '../../../../src/venues/forecastex/wire/messages'
import { systemClock } from '../../../../src/wiring/clock'
import { until } from '../rig'

/** Bytes of a piece: so few that a frame's length itself is cut. */
const PIECE_MAX = 7

/** A capture's frames, in order. */
export const framesOf = (file: string): readonly RawFrame[] =>
  readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line, i) => {
      const { dir, payload } = decodeFrame(line, i + 1)
      return { dir, tokens: (JSON.parse(Buffer.from(payload as Uint8Array).toString()) as { tokens: string[] }).tokens }
    })

function bytesOf(tokens: readonly string[]): Buffer {
  const body = Buffer.from(`${tokens.join('\0')}\0`)
  const length = Buffer.alloc(4)
  length.writeUInt32BE(body.length)
  return Buffer.concat([length, body])
}

const written = (socket: Socket, bytes: Buffer): Promise<void> =>
  new Promise((resolve, reject) => socket.write(bytes, (error) => (error ? reject(error) : resolve())))

/** Plays the inbound frames back: the version to the hello, everything else to START_API, in pieces of a few bytes. */
async function play(socket: Socket, inbound: readonly RawFrame[], seed: number): Promise<void> {
  const [hello, ...rest] = inbound
  const heard = (): Promise<unknown> => new Promise((resolve) => socket.once('data', resolve))
  socket.setNoDelay(true)
  await heard()
  const started = heard()
  await written(socket, bytesOf(hello?.tokens ?? []))
  await started
  const bytes = Buffer.concat(rest.map(({ tokens }) => bytesOf(tokens)))
  const random = mulberry32(seed)
  for (let at = 0; at < bytes.length;) {
    const length = 1 + (random() % PIECE_MAX)
    await written(socket, bytes.subarray(at, at + length))
    at += length
  }
}

export interface Replayed {
  /** As the client library received them this time. */
  readonly received: readonly (readonly string[])[]
  readonly callbacks: readonly Callback[]
  readonly codes: readonly number[]
  readonly unreadable: readonly string[]
  readonly summary: CaptureSummary
}

/** The session of a capture once more, through the client library and our own reading of its callbacks. */
export async function replay(frames: readonly RawFrame[], seed: number): Promise<Replayed> {
  const inbound = frames.filter(({ dir }) => dir === 'in')
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    play(socket, inbound, seed).catch(() => socket.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const received: (readonly string[])[] = []
  const payloads: (readonly unknown[])[] = []
  const visit = new Visit({
    ...{ host: '127.0.0.1', port, clientId: 1, account: 'DU0000001', clock: systemClock() },
    tokens: (dir, tokens) => void (dir === 'in' && received.push(tokens.map(String))),
  })
  visit.listen(({ payload }) => payloads.push(payload))
  try {
    const trouble = await visit.open(new AbortController().signal)
    if (trouble) throw new Error(`the capture has no session: ${trouble.kind}`)
    await until('every frame', () => received.length === inbound.length)
    const callbacks = payloads.flatMap((payload) => readCallback(payload) ?? [])
    const codes = callbacks.flatMap((each) => (each.kind === 'notice' || each.kind === 'error' ? [each.code] : []))
    return { received, callbacks, codes, unreadable: visit.unreadable, summary: summarise(frames, payloads) }
  } finally {
    visit.close()
    await new Promise((resolve) => server.close(resolve))
  }
}
