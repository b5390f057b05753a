import { forever, stopAll, until } from '../rig'
import { HEARTBEAT, rawGateway, start, START_API, turns } from './rig'

afterEach(stopAll)

const POSITIONS = 61
const EXECUTIONS = 7

async function up() {
  const { server, port } = await rawGateway()
  const started = start(port)
  await started.gateway.whenUp(forever)
  /** Seconds in which the gateway answers heartbeats and nothing else. */
  const seconds = async (count: number): Promise<void> => {
    for (let n = 0; n < count; n += 1) {
      const heard = server.named(HEARTBEAT).length
      await started.clock.advance(1_000)
      await until('the heartbeat', () => server.named(HEARTBEAT).length > heard)
      await turns()
    }
  }
  return { server, seconds, ...started }
}

describe('a read that is never answered', () => {
  it('fails at its limit of ten seconds, and the session goes on', async () => {
    const { server, gateway, seconds } = await up()
    const read = gateway.requests.executions(forever).catch((error: Error) => error)
    await until('the request', () => server.named(EXECUTIONS).length === 1)
    await seconds(10)
    expect(await read).toMatchObject({ name: 'RequestFailed', kind: 'timeout' })
    expect([gateway.session.up, gateway.session.conn]).toEqual([true, 1])
  })

  it('whose end has no number takes the session with it: an end still owed would complete a later one', async () => {
    const { server, gateway, clock, seconds } = await up()
    const read = gateway.requests.positions(forever).catch((error: Error) => error)
    await until('the request', () => server.named(POSITIONS).length === 1)
    await seconds(9)
    await clock.advance(1_000)
    expect(await read).toMatchObject({ kind: 'timeout' })
    expect(gateway.session.trouble).toMatchObject({ kind: 'lost', cause: expect.stringContaining('never ended') as string })
    await clock.advance(250)
    await gateway.whenUp(forever)
    expect(gateway.session.conn).toBe(2)
  })
})

describe('a hand-over of the lease (E19)', () => {
  it('connects at once under the other client id, also out of the longest wait', async () => {
    const { server, port } = await rawGateway()
    const { gateway, frameLog } = start(port, { account: 'U7654321' })
    await until('the verdict', () => frameLog.named('in', 'disconnected').length === 1)
    await turns() // now it waits for five minutes
    gateway.assume(9)
    await until('the next attempt', () => server.named(START_API).length === 2)
    expect(server.named(START_API).map((tokens) => tokens[2])).toEqual(['7', '9'])
  })
})
