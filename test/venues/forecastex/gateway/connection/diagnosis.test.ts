import { createServer, type Socket } from 'node:net'
import { sentence, type Trouble } from '../../../../../src/venues/forecastex/gateway/trouble'
import { ACCOUNT, forever, stopAll, until } from '../../rig'
import { HEARTBEAT, listening, notice, rawGateway, start, START_API, turns, type Started } from '../rig'

afterEach(stopAll)

const trouble = async ({ gateway }: Started): Promise<Trouble | null> => {
  await until('a trouble', () => gateway.session.trouble !== null)
  return gateway.session.trouble
}
/** Seconds pass until there is a trouble. */
async function afterSilence(started: Started): Promise<{ readonly found: Trouble | null; readonly seconds: number }> {
  for (let seconds = 0; seconds < 20; seconds += 1) {
    if (started.gateway.session.trouble) return { found: started.gateway.session.trouble, seconds }
    await started.clock.advance(1_000)
  }
  return { found: null, seconds: 20 }
}
async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}

describe('where no gateway is', () => {
  it('a port where nothing listens names the usual ones and the one that the account wants', async () => {
    const port = await freePort()
    const found = await trouble(start(port))
    expect(found).toEqual({ kind: 'nothing-listens', host: '127.0.0.1', port, account: ACCOUNT })
    expect(found && sentence(found)).toMatch(/4001.*4002.*7496.*7497.*DU1234567 is a paper account, so 4002/)
  })

  it('a host that cannot be reached', async () => {
    expect(await trouble(start(4_002, { host: '255.255.255.255' }))).toMatchObject({ kind: 'unreachable' })
  })

  it.each([
    ['a web server', 'HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n', 'HTTP/1.1 400 Bad Request Connection: cl'],
    ['a shell', 'SSH-2.0-OpenSSH_9.6\r\n', 'SSH-2.0-OpenSSH_9.6'],
    ['a word too short for a frame, then the end', '\0\0', ''],
  ])('%s', async (_, said, saw) => {
    const port = await listening((socket) => socket.end(said))
    expect(await trouble(start(port))).toEqual({ kind: 'not-a-gateway', host: '127.0.0.1', port, saw })
  })

  it('something that says nothing to our hello is told within four seconds', async () => {
    let hello: Socket | null = null
    const port = await listening((socket) => socket.once('data', () => (hello = socket)))
    const started = start(port)
    await until('the hello', () => hello !== null)
    const { found, seconds } = await afterSilence(started)
    expect(found).toEqual({ kind: 'not-a-gateway', host: '127.0.0.1', port, saw: null })
    expect(seconds).toBeLessThanOrEqual(4)
  })

  it.each([
    ['with FIN', (socket: Socket) => void socket.end()],
    ['with RST', (socket: Socket) => void socket.resetAndDestroy()],
  ])('something that closes every connection at once, %s', async (_, close) => {
    const port = await listening(close)
    const found = await trouble(start(port))
    expect(found?.kind).toBe('closed-at-once')
    expect(found && sentence(found)).toMatch(/Trusted IPs/)
  })
})

describe('where a gateway gives no session', () => {
  it.each([
    ['30', 'Unsupported Version 30'],
    ['225', 'Unsupported Version 225'],
  ])('version %s', async (version, message) => {
    const { port } = await rawGateway({ version })
    expect(await trouble(start(port))).toEqual({ kind: 'version', message })
  })

  it('an expired login: the port is open and START_API is never answered; the next attempt waits longer', async () => {
    let starts = 0
    const port = await listening((socket) => {
      socket.once('data', () => {
        socket.write(Buffer.from('\0\0\0\x20193\x0020261121 13:30:00 US/Central\0', 'latin1'))
        socket.once('data', () => (starts += 1))
      })
    })
    const started = start(port)
    await until('START_API', () => starts === 1)
    const { found, seconds } = await afterSilence(started)
    expect(found).toEqual({ kind: 'login-expired', host: '127.0.0.1', port })
    expect(seconds).toBeLessThanOrEqual(4)
    await started.clock.advance(5_000)
    await until('the second START_API', () => starts === 2)
    await started.clock.advance(14_000)
    expect([starts, started.gateway.session.conn]).toEqual([2, 2])
  })

  it('an account that this login does not have: what is there, and nothing is asked of it', async () => {
    const { server, port } = await rawGateway()
    const started = start(port, { account: 'U7654321' })
    const found = await trouble(started)
    expect(found).toEqual({ kind: 'wrong-account', account: 'U7654321', managed: [ACCOUNT] })
    expect(found && sentence(found)).toMatch(/logged in to DU1234567 \(paper\), not to U7654321 \(live\).*4001/)
    await started.clock.advance(60_000)
    expect([server.named(START_API).length, server.named(HEARTBEAT).length]).toEqual([1, 0])
  })

  it('a wrong account is looked at again after five minutes, and on demand', async () => {
    const { server, port } = await rawGateway()
    const started = start(port, { account: 'U7654321' })
    await until('the first verdict', () => started.frameLog.named('in', 'disconnected').length === 1)
    started.gateway.renew('somebody asked')
    await until('the second verdict', () => started.frameLog.named('in', 'disconnected').length === 2)
    await turns()
    await started.clock.advance(299_000)
    expect(server.named(START_API)).toHaveLength(2)
    await started.clock.advance(1_000)
    await until('the third look', () => server.named(START_API).length === 3)
  })

  it('1300: the port was changed; the connection ends and is not opened again at the old one', async () => {
    const { server, port } = await rawGateway()
    const started = start(port)
    await started.gateway.whenUp(forever)
    notice(server, 1300, 'TWS socket port has been reset and this connection is being dropped. Please reconnect on the new port - 4012')
    expect(await trouble(started)).toMatchObject({ kind: 'port-changed', message: expect.stringContaining('4012') as string })
    await started.clock.advance(240_000)
    expect(server.named(START_API)).toHaveLength(1)
  })

  it('a client id in use is one trouble, however often it is tried', async () => {
    const { server, port } = await rawGateway()
    server.onFrame = ([id], send, socket) => {
      if (id !== String(START_API)) return
      send(4, 2, -1, 326, 'Unable to connect as the client id is already in use. Retry with a unique client id.', '')
      socket.end()
    }
    const started = start(port)
    for (let tries = 1; tries <= 5; tries += 1) {
      await until('another try', () => server.named(START_API).length === tries)
      await until('its refusal', () => started.frameLog.named('in', 'disconnected').length === tries)
      await turns()
      await started.clock.advance(500)
    }
    expect(started.log.lines.filter((line) => line.includes('client id 7 is in use'))).toHaveLength(1)
  })
})
