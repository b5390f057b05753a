import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { verify } from 'node:crypto'
import { WebSocketServer, type WebSocket } from 'ws'
import { marketId } from '../../../src/core/ids'
import type { FeedEvent } from '../../../src/core/market/event'
import { BookDirectory } from '../../../src/core/market/reference'
import { createKalshiFeed, type KalshiFeed } from '../../../src/venues/kalshi/feed'
import { KalshiSession } from '../../../src/venues/kalshi/wire/session'
import { backoffMs } from '../../../src/venues/socket'
import { kalshiStanding } from '../../replay/standing'
import { clock, ed25519, recordingFrames, recordingLog, testSigner, until } from './fakes'

interface Command {
  readonly id: number
  readonly cmd: string
  readonly params: {
    readonly channels?: string[]
    readonly action?: string
    readonly market_tickers?: string[]
    readonly use_yes_price?: boolean
  }
}
const A = marketId('A')
const snapshot = (seq: number, market = 'A'): object => ({
  type: 'orderbook_snapshot',
  sid: 1,
  seq,
  msg: { market_ticker: market, yes_dollars_fp: [['0.6600', '40.00']], no_dollars_fp: [['0.6900', '25.00']] },
})

/** A venue that acknowledges every subscription and otherwise says what the test makes it say. */
class Venue {
  readonly commands: Command[] = []
  readonly sockets: WebSocket[] = []
  readonly handshakes: { readonly url: string; readonly headers: Record<string, unknown> }[] = []
  refuse = false
  readonly #http: Server = createServer()
  readonly #ws = new WebSocketServer({ noServer: true, autoPong: true })

  async open(): Promise<string> {
    this.#http.on('upgrade', (request, socket, head) => {
      this.handshakes.push({ url: request.url ?? '', headers: request.headers })
      if (this.refuse)
        return void socket.end('HTTP/1.1 401 Unauthorized\r\ndate: Thu, 01 Jan 2099 00:00:00 GMT\r\ncontent-length: 0\r\n\r\n')
      this.#ws.handleUpgrade(request, socket, head, (client) => this.#serve(client))
      return undefined
    })
    await new Promise<void>((resolve) => this.#http.listen(0, '127.0.0.1', resolve))
    return `ws://127.0.0.1:${(this.#http.address() as AddressInfo).port}/trade-api/ws/v2`
  }
  #serve(client: WebSocket): void {
    this.sockets.push(client)
    client.on('message', (data: Buffer) => {
      const command = JSON.parse(data.toString()) as Command
      this.commands.push(command)
      for (const channel of command.params.channels ?? []) {
        const sid = ['', 'orderbook_delta', 'trade', 'market_lifecycle_v2'].indexOf(channel)
        client.send(JSON.stringify({ type: 'subscribed', id: command.id, msg: { channel, sid } }))
        if (sid === 1) client.send(JSON.stringify(snapshot(1)))
      }
    })
  }
  say(message: object): void {
    this.sockets.at(-1)?.send(JSON.stringify(message))
  }
  async close(): Promise<void> {
    for (const socket of this.sockets) socket.terminate()
    this.#ws.close()
    await new Promise((resolve) => this.#http.close(resolve))
  }
}

describe('KalshiFeed', () => {
  const venue = new Venue()
  const ended = new AbortController()
  const frames = recordingFrames()
  const log = recordingLog()
  const events: FeedEvent[] = []
  let running: Promise<void>
  let feed: KalshiFeed
  const seen = (kind: FeedEvent['kind']): number => events.filter((event) => event.kind === kind).length
  const signer = testSigner()

  beforeAll(async () => {
    const wsUrl = await venue.open()
    feed = createKalshiFeed({ wsUrl, signer, directory: new BookDirectory(), frameLog: frames, clock, log, random: () => 0 })
    feed.watch([A])
    running = feed.run((event) => events.push(event), ended.signal)
    await until(() => seen('book') === 1, 'the first snapshot')
  })
  afterAll(async () => {
    ended.abort()
    await running
    await venue.close()
  })

  it('signs the handshake over GET and the path', () => {
    const { url, headers } = venue.handshakes[0] ?? { url: '', headers: {} }
    const text = Buffer.from(`${String(headers['kalshi-access-timestamp'])}GET${url}`)
    expect(verify(null, text, ed25519.publicKey, Buffer.from(String(headers['kalshi-access-signature']), 'base64'))).toBe(true)
  })

  it('asks for YES prices explicitly and tells asks by them', () => {
    expect(venue.commands[0]?.params).toEqual({ channels: ['orderbook_delta'], market_tickers: ['A'], use_yes_price: true })
    expect(events.find((event) => event.kind === 'book')).toMatchObject({ change: { asks: [{ price: 6_900, quantity: 2_500 }] } })
  })

  it('stamps every frame before it acts: what opened, what left, what came, in order', () => {
    expect(frames.frames.map(({ n }) => n)).toEqual(frames.frames.map((_frame, i) => i))
    expect(frames.frames.slice(0, 2)).toMatchObject([{ dir: 'in', payload: ['open'], conn: 1 }, { dir: 'out' }])
    expect(events[0]).toMatchObject({ kind: 'connected', n: 0, conn: 1 })
  })

  /** A session that has heard what the feed has. */
  const heard = (): KalshiSession => {
    const session = new KalshiSession({ directory: new BookDirectory(), sequence: 'check', emit: () => undefined, notice: () => undefined })
    for (const frame of frames.frames) session.receive(frame)
    return session
  }

  it('tells what stands as it would be known from its frames', () => {
    const standing = kalshiStanding(heard(), 1)
    expect(feed.standing?.()).toEqual(standing.standing())
    expect(feed.standingOf?.(A, 'yes')).toEqual(standing.standingOf(A, 'yes'))
    expect(feed.standingOf?.(A, 'yes')).toEqual({ conn: 1, sid: 1, isKnown: true })
    expect(feed.standingOf?.(marketId('B'), 'yes')).toBeNull()
  })

  it('§7 is confirmed alive by the pong to its own ping', async () => {
    const before = seen('alive')
    await until(() => seen('alive') > before, 'a pong')
    expect(frames.frames.at(-1)?.payload).toEqual(['pong'])
  })

  it('forgets and asks for the snapshot after a gap', async () => {
    venue.say(snapshot(9, 'B'))
    await until(() => venue.commands.some(({ params }) => params.action === 'get_snapshot'), 'get_snapshot')
    expect(seen('forget')).toBe(1)
  })

  it('reconnects and subscribes again when the connection goes', async () => {
    venue.sockets.at(-1)?.terminate()
    await until(() => seen('connected') === 2 && venue.commands.at(-1)?.params.channels !== undefined, 'the second connection')
    expect(events.find((event) => event.kind === 'disconnected')).toMatchObject({ conn: 1 })
    expect(events.findLast((event) => event.kind === 'connected')).toMatchObject({ conn: 2, replaces: 1 })
    expect(feed.standing?.()).toEqual(kalshiStanding(heard(), 2).standing())
  })

  it('E17 measures the clock by the refusal of a handshake', async () => {
    venue.refuse = true
    venue.sockets.at(-1)?.terminate()
    await until(() => signer.offset.ms > 1e12, 'the offset of a clock in 2099')
    expect(log.lines.some(({ message }) => message.includes('401'))).toBe(true)
  })
})

describe('the waits between reconnects', () => {
  it('double from 250 ms to 10 s, the upper half of each by chance', () => {
    expect([1, 2, 3, 20].map((failures) => backoffMs(failures, 0))).toEqual([125, 250, 500, 5_000])
    expect(backoffMs(1, 0xffff_ffff)).toBe(250)
    expect(backoffMs(50, 0xffff_ffff)).toBe(10_000)
  })
})
