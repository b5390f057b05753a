import type { GatewayOptions } from '../../../../src/venues/forecastex/gateway/owner'
import { ACCOUNT, forever, stopAll, until } from '../rig'
import { HEARTBEAT, rawGateway, start, START_API, turns } from './rig'

afterEach(stopAll)

const POSITIONS = 61
const EXECUTIONS = 7

async function up(change: Partial<GatewayOptions> = {}) {
  const { server, port } = await rawGateway()
  const started = start(port, change)
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

const contract11 = [800001, 'FF', 'OPT', '20301209', '3.625', 'C', '1', 'FORECASTX', 'USD', 'FF', 'FF']
const execution = (orderRef: string, shares: string) =>
  [
    -1,
    1,
    ...contract11,
    '0001.0001.01.01',
    '20261121 13:30:00 US/Central',
    ACCOUNT,
    'FORECASTX',
    'BOT',
    shares,
    '0.57',
    900,
    7,
    0,
    shares,
  ].concat(['0.57', orderRef, '', '', '', 1, 0])

describe('a read of which a part is missing', () => {
  it('fails at its own end: one that is still owed would complete a later one', async () => {
    const { server, gateway } = await up()
    const first = gateway.requests.positions(forever).catch((error: Error) => error)
    await until('the request', () => server.named(POSITIONS).length === 1)
    server.send(4, 2, -1, 505, 'Underrun error on POSITION: Please report', '')
    const second = gateway.requests.positions(forever)
    server.send(62, 1)
    expect(await first).toMatchObject({ name: 'RequestFailed', kind: 'refused', message: expect.stringContaining('Underrun') as string })
    await until('the next request', () => server.named(POSITIONS).length === 2)
    server.send(62, 1)
    expect(await second).toEqual([])
  })

  it('fails when an execution of ours cannot be read; those of other hands may be in any fraction', async () => {
    const { server, gateway } = await up()
    const ask = async (orderRef: string): Promise<unknown> => {
      const asked = server.named(EXECUTIONS).length
      const read = gateway.requests.executions(forever).catch((error: Error) => error)
      await until('the request', () => server.named(EXECUTIONS).length > asked)
      const reqId = server.named(EXECUTIONS)[asked]?.[2]
      server.send(11, ...execution(orderRef, '0.0123'))
      server.send(55, 1, reqId)
      return read
    }
    expect(await ask('cb-t1-b1')).toMatchObject({ kind: 'refused', message: expect.stringContaining('0.0123') as string })
    expect(await ask('by hand')).toMatchObject({ executions: [] })
  })

  it('is none when the library does not know a message: nothing of ours is in it', async () => {
    const { server, gateway } = await up()
    const read = gateway.requests.executions(forever)
    await until('the request', () => server.named(EXECUTIONS).length === 1)
    server.send(999, 1)
    server.send(55, 1, server.named(EXECUTIONS)[0]?.[2])
    expect(await read).toMatchObject({ executions: [] })
  })
})

describe('positions', () => {
  it('that change while they are read count once, as they are last told', async () => {
    const { server, gateway } = await up()
    const read = gateway.requests.positions(forever)
    await until('the request', () => server.named(POSITIONS).length === 1)
    for (const contracts of [10, 25]) server.send(61, 3, ACCOUNT, ...contract11, contracts, '0.58')
    server.send(62, 1)
    expect(await read).toMatchObject([{ conId: 800001, contracts: 25 }])
  })
})

describe('a read that waits for its slot', () => {
  it('gives up at its limit without taking the session with it', async () => {
    const { server, gateway, seconds, clock } = await up({ messagesPerSecond: 20 }) // of 18 that are used, requests may use three
    const busy = async (): Promise<void> => {
      for (let n = 0; n < 5; n += 1) await gateway.pace('order', forever)
    }
    await busy()
    const read = gateway.requests.positions(forever).catch((error: Error) => error)
    for (let n = 0; n < 10; n += 1) {
      await seconds(1)
      await busy()
    }
    expect(await read).toMatchObject({ kind: 'timeout' })
    expect(server.named(POSITIONS)).toEqual([])
    await clock.advance(500)
    expect([gateway.session.up, gateway.session.conn]).toEqual([true, 1])
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
