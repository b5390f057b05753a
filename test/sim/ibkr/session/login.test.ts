import { contract, IbClient, order, RawClient, section, start, stopAll, until, YES } from '../rig'

afterEach(stopAll)

describe('the login', () => {
  it('expires: the port is open, START_API is not answered until somebody logs in', async () => {
    const rig = await start()
    const before = new IbClient(rig.port)
    await before.up()
    rig.venue.apply({ type: 'login', expired: true })
    await before.wait('disconnected')
    const waiting = new IbClient(rig.port)
    waiting.api.connect()
    await waiting.wait('connected')
    await until('START_API has arrived', () => rig.wire.filter(([id]) => id === '71').length === 2)
    expect(waiting.of('nextValidId')).toEqual([])
    rig.venue.apply({ type: 'login' })
    await waiting.wait('nextValidId')
    await waiting.end('currentTime', () => waiting.api.reqCurrentTime())
  })

  it('names other accounts where a setting says so', async () => {
    const { port } = await start(section({ settings: { managed_accounts: ['DU7777777', 'DU8888888'] } }))
    const client = new IbClient(port)
    await client.up()
    expect(client.of('managedAccounts')).toEqual([['managedAccounts', 'DU7777777,DU8888888']])
  })

  it('a gateway that is too old says its version and nothing more', async () => {
    const { port } = await start(section({ settings: { server_version: 151 } }))
    const client = new RawClient(port)
    client.write(RawClient.hello('v100..193'), RawClient.frame(71, 2, 9, ''))
    await client.frame(151)
    const other = new RawClient(port)
    other.write(RawClient.hello('v100..193'))
    await other.frame(151)
    expect(client.frames).toHaveLength(1)
  })
})

describe('a read-only API', () => {
  const readOnly = async () => {
    const rig = await start(section({ settings: { read_only: true } }))
    const client = new IbClient(rig.port)
    return { rig, client, id: await client.up() }
  }

  it('refuses orders and cancels with 321 and their id, and nothing reaches the exchange', async () => {
    const { rig, client, id } = await readOnly()
    client.api.placeOrder(id, contract(YES), order())
    const [, error] = await client.wait('error', ([, , code, about]) => code === 321 && about === id)
    expect(String(error)).toContain('The API interface is currently in Read-Only mode.')
    client.api.cancelOrder(4711)
    await client.wait('error', ([, , code, about]) => code === 321 && about === 4711)
    expect(rig.venue.state()).toMatchObject({ open_orders: [], completed_orders: [], cash: '10000.00' })
  })

  it('refuses the reads of orders and allows those of executions, positions and accounts', async () => {
    const { client } = await readOnly()
    const reads = ['reqOpenOrders', 'reqAllOpenOrders', 'reqAutoOpenOrders', 'reqCompletedOrders', 'reqGlobalCancel'] as const
    client.api.reqOpenOrders()
    client.api.reqAllOpenOrders()
    client.api.reqAutoOpenOrders(true)
    client.api.reqCompletedOrders(true)
    client.api.reqGlobalCancel()
    await until('all are refused', () => client.of('info').filter(([, , code]) => code === 321).length === reads.length)
    await client.end('execDetailsEnd', () => client.api.reqExecutions(1, {}))
    await client.end('positionEnd', () => client.api.reqPositions())
    await client.end('accountSummaryEnd', () => client.api.reqAccountSummary(2, 'All', 'NetLiquidation'))
  })
})
