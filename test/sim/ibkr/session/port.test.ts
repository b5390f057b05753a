import { connect } from 'node:net'
import { RunningSim } from '../../support/running'
import { contract, IbClient, order, RawClient, section, start, stopAll, until, YES } from '../rig'

afterEach(stopAll)

/** reqCurrentTime. */
const REQUEST_TIME = 49

/** How the client's side of a connection ends: with a reset, or in order. */
const endingOf = (client: RawClient): Promise<string> =>
  new Promise((resolve) => {
    client.socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'error'))
    client.socket.once('end', () => resolve('end'))
  })

const refusalAt = (port: number): Promise<string> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => resolve('connected')).once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'error'))
    socket.once('close', () => socket.destroy())
    setTimeout(() => socket.destroy(), 500).unref()
  })

/** Waits until somebody can connect again: the port is opened in its own time. */
async function whenOpen(port: number): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    if ((await refusalAt(port)) === 'connected') return
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  throw new Error('the port did not open again')
}

describe('the port', () => {
  it.each([
    ['rst', 'ECONNRESET'],
    ['fin', 'end'],
    ['close', 'end'],
  ])('drop with ending %s is seen as %s', async (ending, seen) => {
    const rig = await start()
    const client = new RawClient(rig.port)
    await client.up()
    const end = endingOf(client)
    rig.venue.apply({ type: 'drop', ending })
    expect(await end).toBe(seen)
  })

  it('port_closed refuses for so long and opens again at the same place; order ids go on', async () => {
    const rig = await start()
    const client = new IbClient(rig.port)
    const id = await client.up()
    client.api.placeOrder(id, contract(YES), order({ lmtPrice: 0.3, tif: 'GTC' }))
    await client.wait('orderStatus', ([, , status]) => status === 'Submitted')
    rig.venue.apply({ type: 'port_closed', ms: 30_000 })
    await client.wait('disconnected')
    expect(await refusalAt(rig.port)).toBe('ECONNREFUSED')
    rig.clock.runAll()
    await whenOpen(rig.port)
    const again = new IbClient(rig.port)
    expect(await again.up()).toBe(id + 1)
    await again.end('openOrderEnd', () => again.api.reqAllOpenOrders())
    expect(again.of('openOrder')).toHaveLength(1)
  })

  it('the daily restart drops everybody and closes the port; without a time only the connections go', async () => {
    const rig = await start()
    const clients = [new IbClient(rig.port, 7), new IbClient(rig.port, 8)]
    for (const client of clients) await client.up()
    rig.faults.arm('restart', { ms: 1000 })
    clients[0]?.api.reqCurrentTime()
    for (const client of clients) await client.wait('disconnected')
    expect(await refusalAt(rig.port)).toBe('ECONNREFUSED')
    rig.clock.runAll()
    await whenOpen(rig.port)
    rig.faults.arm('restart')
    const next = new IbClient(rig.port, 9)
    await next.up()
    next.api.reqCurrentTime()
    await next.wait('disconnected')
    expect(await refusalAt(rig.port)).toBe('connected')
  })

  it('1300 comes before the connections end', async () => {
    const rig = await start()
    const client = new IbClient(rig.port)
    await client.up()
    rig.venue.apply({ type: 'port_reset' })
    await client.wait('info', ([, , code]) => code === 1300)
    await client.wait('disconnected')
  })

  it('a peer that is not trusted is accepted and closed, by setting and by fault', async () => {
    const closed = await start(section({ settings: { trusted: false } }))
    const refused = new RawClient(closed.port)
    refused.write(RawClient.hello())
    await until('it is closed', () => refused.ended)
    expect(refused.frames).toEqual([])
    const rig = await start()
    rig.faults.arm('untrusted')
    const once = new RawClient(rig.port)
    await until('it is closed', () => once.ended)
    await new IbClient(rig.port).up()
  })
})

describe('a gateway that says nothing', () => {
  it('from the first byte on', async () => {
    const rig = await start()
    rig.faults.arm('no_answer')
    const silent = new RawClient(rig.port)
    silent.write(RawClient.hello(), RawClient.frame(71, 2, 9, ''), RawClient.frame(49, 1))
    await new IbClient(rig.port).up()
    expect([silent.frames, silent.ended]).toEqual([[], false])
  })

  it('in mid-session, to everybody', async () => {
    const rig = await start()
    const client = new RawClient(rig.port)
    await client.up()
    await client.frame(4, ([, , , code]) => code === '2158')
    const before = client.frames.length
    rig.venue.apply({ type: 'half_open' })
    client.send(49, 1)
    await until('the request has arrived', () => rig.wire.some(([id]) => id === '49'))
    expect([client.frames.length, client.ended]).toEqual([before, false])
  })
})

describe('fault drop at the control endpoint', () => {
  it('ends all connections at once, but for one that is aimed: that waits for its request', async () => {
    const { accounts, contracts } = section()
    const sim = await RunningSim.start({ schema_version: 1, ibkr: { accounts, contracts } })
    const [seven, eight] = [new IbClient(sim.ibkrPort, 7), new IbClient(sim.ibkrPort, 8)]
    await Promise.all([seven.up(), eight.up()])
    expect(await sim.event({ venue: 'ibkr', type: 'fault', name: 'drop', client_id: 7, request: REQUEST_TIME })).toMatchObject({
      status: 200,
    })
    await eight.end('currentTime', () => eight.api.reqCurrentTime())
    seven.api.reqCurrentTime()
    await seven.wait('disconnected')
    await eight.end('currentTime', () => eight.api.reqCurrentTime())
    await sim.event({ venue: 'ibkr', type: 'fault', name: 'drop' })
    await eight.wait('disconnected')
    await sim.stop()
  })
})
