import http from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { createKalshiRest, type KalshiRest } from '../../../../src/venues/kalshi/rest/call'
import type { Signer } from '../../../../src/venues/kalshi/sign'
import { clock, recordingLog, testSigner, until } from '../fakes'
import { free, never } from './venue'

const ORDERS = '/portfolio/events/orders'

/** Counts the connections it accepts; reads of /slow get no answer until it is told. */
class CountingServer {
  accepted = 0
  readonly sockets = new Set<Socket>()
  readonly asked: string[] = []
  readonly #held: http.ServerResponse[] = []
  readonly #server = http.createServer((request, response) => {
    this.asked.push(`${request.method} ${request.url?.replace('/v2', '')}`)
    request.resume()
    if (request.url?.includes('/slow')) this.#held.push(response)
    else response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
  })

  async open(): Promise<string> {
    this.#server.keepAliveTimeout = 60_000
    this.#server.on('connection', (socket) => {
      this.accepted++
      this.sockets.add(socket)
      socket.on('close', () => this.sockets.delete(socket))
    })
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/v2`
  }
  held = (): number => this.#held.length
  close(): Promise<void> {
    this.#server.closeAllConnections()
    return new Promise((resolve) => this.#server.close(() => resolve()))
  }
}

describe('connections for orders', () => {
  let server: CountingServer
  let rest: KalshiRest
  let signer: Signer
  let warming: AbortController
  let running: Promise<void>
  const log = recordingLog()
  beforeEach(async () => {
    server = new CountingServer()
    signer = testSigner()
    rest = createKalshiRest({ baseUrl: await server.open(), signer, clock, frameLog: null, log })
    warming = new AbortController()
    running = rest.keepWarm(warming.signal)
    await warm()
  })
  afterEach(async () => {
    warming.abort()
    await running
    await rest.close()
    await server.close()
  })
  const warm = (): Promise<void> =>
    until(() => rest.warmConnections() === 3 && server.asked.includes('GET /account/limits'), 'three warm connections')
  const order = () => rest.write({ method: 'POST', path: ORDERS, body: {}, mayWrite: free }, never)
  /** Orders sent at once, and the connections that were accepted for them. */
  const handshakes = async (orders: number): Promise<number> => {
    const before = server.accepted
    const answers = await Promise.all(Array.from({ length: orders }, order))
    expect(answers.map(({ kind }) => kind)).toEqual(answers.map(() => 'accepted'))
    return server.accepted - before
  }

  it('are open before the first order: two orders at once pay no handshake', async () => {
    expect(await handshakes(2)).toBe(0)
  })

  it('are open again after the venue closed them, without an order asking', async () => {
    for (const socket of server.sockets) socket.destroy()
    await until(() => rest.warmConnections() < 3, 'the client to see it')
    await warm()
    expect(await handshakes(2)).toBe(0)
  })

  it('are not taken by reads, however slow', async () => {
    const ended = new AbortController()
    const reads = Array.from({ length: 8 }, () => rest.get('/slow', {}, () => null, ended.signal).catch(() => null))
    await until(() => server.held() === 5, 'five reads under way')
    expect(await handshakes(2)).toBe(0)
    ended.abort()
    await Promise.all(reads)
  })

  it('E17 measure the clock by what keeps them warm, and the limits that the venue does not tell are a warning', async () => {
    await until(() => log.lines.some(({ message }) => message.includes('does not tell the request limits')), 'the warning')
    expect(signer.offset.uncertaintyMs).toBeLessThanOrEqual(1_000)
    expect(server.asked.filter((call) => call === 'GET /exchange/status').length).toBeGreaterThanOrEqual(3)
  })
})
