import { createServer, type AddressInfo } from 'node:net'
import { stopAll, until } from '../rig'
import { market } from '../sim-rig'
import { look, serveSocket, type Looked } from './look'

afterEach(stopAll)

/** A frame as a gateway writes it. */
function frame(...tokens: readonly string[]): Buffer {
  const body = Buffer.from(`${tokens.join('\0')}\0`)
  const length = Buffer.alloc(4)
  length.writeUInt32BE(body.length)
  return Buffer.concat([length, body])
}

async function closedPort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

describe('crossbook doctor ibkr without a session says why, once', () => {
  it('nothing listens', async () => {
    const { checks, row } = await look(await closedPort())
    expect(checks).toHaveLength(1)
    expect(row('connection')).toMatch(/^failed: nothing listens at 127.0.0.1:\d+; start IB Gateway, or correct the port/)
  })

  it('something else listens', async () => {
    const { port } = await serveSocket(() => undefined)
    expect((await look(port)).row('connection')).toMatch(/^failed: .*it is no IB Gateway, or one that hangs/)
  })

  it('something else answers', async () => {
    const { port } = await serveSocket((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'))
    expect((await look(port)).row('connection')).toMatch(/^failed: .*answered "HTTP\/1.1 400 Bad Request.*": it is no IB Gateway/)
  })

  it('the weekly login has expired', async () => {
    const { port } = await serveSocket((socket) => socket.once('data', () => socket.write(frame('193', '20261122 05:00:00 US/Central'))))
    expect((await look(port)).row('connection')).toMatch(/^failed: .*gives none a session; log in to it by hand/)
  })

  it('the client id is taken', async () => {
    const { port } = await market()
    let second: Promise<Looked> | null = null
    await look(port, { watchMs: 200, watching: () => (second = look(port)) })
    await until('the second look', () => second !== null)
    expect((await second!).row('client id')).toMatch(/^failed: client id 9 is in use; its holder still lives/)
  })

  it('nothing that fails is tried again', async () => {
    const { port, connections } = await serveSocket((socket) => socket.destroy())
    expect((await look(port)).row('connection')).toMatch(/closes every connection at once/)
    expect(connections()).toBe(1)
  })

  it('the session ends in the middle', async () => {
    const { port, venue } = await market()
    const { row, checks } = await look(port, { watchMs: 100, watching: () => venue.dropAll() })
    expect(row('session')).toMatch(/^failed: it ended during the inspection: the connection to the gateway was lost .*; inspect again/)
    expect(checks.find(({ check }) => check === 'positions')).toMatchObject({ verdict: 'failed' })
  })
})
