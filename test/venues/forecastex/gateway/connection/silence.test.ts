import { forever, stopAll, until } from '../../rig'
import { HEARTBEAT, notice, rawGateway, start, START_API, turns } from '../rig'

afterEach(stopAll)

async function up() {
  const { server, port } = await rawGateway()
  const started = start(port)
  await started.gateway.whenUp(forever)
  /** One second in which the gateway answers. */
  const second = async (): Promise<void> => {
    const heard = started.frameLog.named('in', 'currentTime').length
    await started.clock.advance(1_000)
    await until('the answer', () => started.frameLog.named('in', 'currentTime').length > heard)
  }
  return { server, port, ...started, second }
}

describe('a half-open peer (trap 22)', () => {
  it.each([0, 1, 370, 999])('in mid session, %i ms after a heartbeat, is found within 4 s and another connection is opened', async (ms) => {
    const { server, gateway, clock, second } = await up()
    for (let n = 0; n < 3; n += 1) await second()
    await clock.advance(ms)
    server.answering = false
    let silentMs = 0
    for (; gateway.session.up && silentMs < 10_000; silentMs += 10) await clock.advance(10)
    expect(silentMs).toBeLessThanOrEqual(4_000)
    expect(gateway.session.trouble).toEqual({ kind: 'silent', cause: 'two heartbeats were not answered' })
    server.answering = true
    await clock.advance(250)
    await gateway.whenUp(forever)
    expect([gateway.session.conn, gateway.session.trouble]).toEqual([2, null])
  })

  it('that gave an order id and never answered a heartbeat is found within 4 s', async () => {
    const { server, port } = await rawGateway({ answering: false })
    const { gateway, clock } = start(port)
    await until('the first heartbeat', () => server.named(HEARTBEAT).length === 1)
    await clock.advance(4_000)
    expect(gateway.session).toMatchObject({ up: false, trouble: { kind: 'silent' } })
  })

  it('that sends quotes and no answers is silent as well', async () => {
    const { server, gateway, clock } = await up()
    server.answering = false
    for (let n = 0; n < 4 && gateway.session.up; n += 1) {
      server.send(2, 6, 1_000_000_000, 3, 40 + n)
      await clock.advance(1_000)
    }
    expect(gateway.session.up).toBe(false)
  })
})

describe('this process stopped and woken', () => {
  it('keeps its connection, sends nothing from before, and is proven by a new answer only', async () => {
    const { server, gateway, clock, second } = await up()
    await second()
    const before = server.frames.length
    clock.jump(10_000)
    // In the moment of waking, before the heartbeat has run.
    expect(gateway.session.up).toBe(true)
    expect(gateway.send(['reqIds'], (ib) => ib.reqIds())).toBe(false)
    server.answering = false
    await clock.advance(0)
    expect(gateway.session).toMatchObject({ up: false, conn: 1, trouble: null, reason: expect.stringContaining('stood still') as string })
    await until('a new heartbeat', () => server.named(HEARTBEAT).length > 2)
    expect(server.frames.slice(before).every(([id]) => id === String(HEARTBEAT))).toBe(true)
    server.send(HEARTBEAT, 1, 1_795_000_010)
    await gateway.whenUp(forever)
    expect([gateway.session.conn, server.named(START_API).length]).toEqual([1, 1])
  })

  it('reads what has arrived before it takes the gateway for silent', async () => {
    const { server, gateway, clock } = await up()
    server.answering = false
    await clock.advance(2_000) // asked twice, one answer is missing
    server.send(HEARTBEAT, 1, 1_795_000_010) // on its way while this process is busy
    await clock.advance(1_000)
    expect(gateway.session).toMatchObject({ up: true, conn: 1 })
    server.answering = true
  })

  it('finds the session lost when the gateway has given it up meanwhile', async () => {
    const { server, gateway, clock } = await up()
    server.drop()
    await clock.stop(10_000)
    await until('the loss', () => !gateway.session.up)
    expect(gateway.session.trouble?.kind).toBe('lost')
  })
})

describe('1100', () => {
  it('stops orders and keeps the socket; what comes meanwhile is heard, and so is 1102 (trap 10)', async () => {
    const { server, gateway } = await up()
    const heard: string[] = []
    gateway.listen(({ callback, payload }) => void heard.push(callback?.kind ?? String(payload[0])))
    notice(server, 1100, 'Connectivity between IBKR and Trader Workstation has been lost.')
    await until('1100', () => gateway.session.broker === 'lost')
    expect(gateway.session.trouble).toEqual({ kind: 'broker-lost', code: 1100 })
    server.send(59, 1, '0001.01', '0.1', 'USD', '', '', '')
    await until('the fee', () => heard.includes('commission'))
    notice(server, 1102, 'Connectivity between IBKR and Trader Workstation has been restored - data maintained.')
    await until('1102', () => gateway.session.restoredMs !== null)
    expect(gateway.session).toMatchObject({ up: true, conn: 1, trouble: null, reason: 'up' })
    expect(heard.filter((kind) => kind === 'notice')).toHaveLength(2)
    await turns()
  })
})
