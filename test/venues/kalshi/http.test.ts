import { HttpClient, type HttpCall } from '../../../src/venues/http'
import { json, serve, until, type TestServer } from './fakes'

const never = new AbortController().signal
const call = (overrides: Partial<HttpCall> = {}): HttpCall => ({
  method: 'POST',
  path: '/orders',
  headers: { 'content-type': 'application/json' },
  body: '{"a":1}',
  timeoutMs: 1_000,
  mayWrite: () => null,
  ...overrides,
})

describe('HttpClient', () => {
  let server: TestServer
  let client: HttpClient
  const open = async (reply: Parameters<typeof serve>[0]): Promise<void> => {
    server = await serve(reply)
    client = new HttpClient(server.origin)
  }
  afterEach(async () => {
    await client.close()
    await server.close()
  })

  it('E11 puts no byte on the wire when the gate refuses in the turn of the write', async () => {
    await open(() => json(200, {}))
    expect(await client.call(call({ mayWrite: () => 'too-late' }), never)).toEqual({ kind: 'refused', reason: 'too-late' })
    // another call on the same client proves that the server counts what it gets
    await client.call(call({ method: 'GET', path: '/proof', body: null }), never)
    expect(server.asked.map(({ path }) => path)).toEqual(['/proof'])
    expect(server.bytes()).toBeLessThan(200)
  })

  it('E11 asks the gate once, with the bytes in the same turn of the event loop', async () => {
    await open(() => json(200, {}))
    await client.call(call(), never)
    const turns: string[] = []
    const mayWrite = (): null => {
      turns.push('asked')
      queueMicrotask(() => turns.push('turn over'))
      return null
    }
    const { Socket } = await import('node:net')
    const written = jest.spyOn(Socket.prototype, 'write').mockImplementationOnce(function (
      this: InstanceType<typeof Socket>,
      ...args: unknown[]
    ) {
      turns.push('written')
      written.mockRestore()
      return (this.write as (...all: unknown[]) => boolean)(...args)
    })
    await client.call(call({ mayWrite }), never)
    expect(turns).toEqual(['asked', 'written', 'turn over'])
  })

  it('answers with status, headers and body', async () => {
    await open(() => json(409, { error: 'x' }))
    expect(await client.call(call(), never)).toMatchObject({ kind: 'answer', status: 409, body: '{"error":"x"}' })
    expect(server.asked[0]).toMatchObject({ method: 'POST', path: '/orders', body: '{"a":1}' })
  })

  it('loses what is not answered in time, or reset, and never sends it twice (I1)', async () => {
    await open(({ path }) => (path === '/reset' ? 'reset' : 'silence'))
    expect(await client.call(call({ timeoutMs: 50 }), never)).toMatchObject({ kind: 'lost', cause: 'timeout' })
    expect(await client.call(call({ path: '/reset' }), never)).toMatchObject({ kind: 'lost', cause: 'disconnected' })
    expect(server.asked).toHaveLength(2)
  })

  it('loses what its caller aborts after the write, and does not send what was aborted before', async () => {
    await open(() => 'silence')
    const aborting = new AbortController()
    const under = client.call(call(), aborting.signal)
    await until(() => server.asked.length === 1, 'the request to arrive')
    aborting.abort()
    expect(await under).toMatchObject({ kind: 'lost', cause: 'disconnected' })
    expect(await client.call(call(), aborting.signal)).toMatchObject({ kind: 'unsent' })
    expect(server.asked).toHaveLength(1)
  })

  it('loses what is under way when it is closed, and sends nothing afterwards', async () => {
    await open(() => 'silence')
    const under = client.call(call(), never)
    await until(() => server.asked.length === 1, 'the request to arrive')
    await client.close()
    expect(await under).toMatchObject({ kind: 'lost', cause: 'disconnected' })
    expect(await client.call(call(), never)).toMatchObject({ kind: 'unsent' })
  })

  it('opens the connections for writes before a write, and tells when one of them is closed', async () => {
    await open(({ path }) => (path === '/reset' ? 'reset' : json(200, {})))
    await client.warm((send) => send(call({ method: 'GET', body: null }), never), never)
    expect(client.warmConnections).toBe(3)
    let told = false
    const cold = client.coldConnection(never).then(() => void (told = true))
    await client.call(call(), never)
    expect(told).toBe(false)
    await client.call(call({ path: '/reset' }), never)
    await until(() => told, 'the closed connection to be told')
    await cold
    expect(client.warmConnections).toBe(2)
  })

  it('knows that nothing was sent where there is no connection', async () => {
    await open(() => 'silence')
    await server.close()
    expect(await client.call(call(), never)).toMatchObject({ kind: 'unsent' })
  })
})
