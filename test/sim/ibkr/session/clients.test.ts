import { OptionType, SecType } from '@stoqey/ib'
import { contract, described, IbClient, NO, order, section, start, stopAll, YES, type Rig } from '../rig'

afterEach(stopAll)

const manual = (rig: Rig, price = '0.20') => rig.venue.apply({ type: 'manual_order', con_id: YES, price, size: 4 })
const openIds = async (client: IbClient, request: () => void): Promise<unknown[]> => {
  const log = await client.end('openOrderEnd', request)
  return log.filter(([name]) => name === 'openOrder').map(([, id]) => id)
}
async function clients(rig: Rig, ...ids: number[]): Promise<IbClient[]> {
  const all = ids.map((id) => new IbClient(rig.port, id))
  for (const client of all) await client.up()
  return all
}

describe('two clients', () => {
  it('each sees its own open orders, both see all of them, and only its own client can cancel one', async () => {
    const rig = await start()
    const [one, two] = (await clients(rig, 7, 8)) as [IbClient, IbClient]
    one.api.placeOrder(1, contract(YES), order({ lmtPrice: 0.3, tif: 'GTC', orderRef: 'one' }))
    two.api.placeOrder(1, contract(YES), order({ lmtPrice: 0.31, tif: 'GTC', orderRef: 'two' }))
    for (const client of [one, two]) await client.wait('orderStatus', ([, , status]) => status === 'Submitted')
    expect(await openIds(one, () => one.api.reqOpenOrders())).toHaveLength(1)
    expect(await openIds(one, () => one.api.reqAllOpenOrders())).toHaveLength(2)
    two.api.cancelOrder(1)
    await two.wait('orderStatus', ([, , status]) => status === 'Cancelled')
    expect(one.names()).not.toContain('orderStatus:Cancelled')
    two.api.cancelOrder(2)
    await two.waitCode(10147)
  })

  it('the master client reads and hears the executions of all, the others their own', async () => {
    const rig = await start(section({ settings: { master_client_id: 5 } }))
    const [one, two, master] = (await clients(rig, 7, 8, 5)) as [IbClient, IbClient, IbClient]
    one.api.placeOrder(1, contract(YES), order())
    await one.wait('commissionReport')
    await master.wait('commissionReport')
    for (const [client, count] of [
      [two, 0],
      [master, 1],
    ] as const) {
      // prettier-ignore
      const log = await client.end('execDetailsEnd', () => client.api.reqExecutions(31, {}))
      expect(log.filter(([name]) => name === 'execDetails')).toHaveLength(count)
    }
  })
})

describe('manual orders', () => {
  it('are seen by all without an id, and one that client 0 can cancel by when it has bound them', async () => {
    const rig = await start()
    const [zero, other] = (await clients(rig, 0, 7)) as [IbClient, IbClient]
    manual(rig)
    expect(await openIds(other, () => other.api.reqAllOpenOrders())).toEqual([0])
    expect(await openIds(other, () => other.api.reqOpenOrders())).toEqual([])
    expect(await openIds(zero, () => zero.api.reqOpenOrders())).toEqual([-1])
    expect(zero.of('orderBound')).toHaveLength(1)
    zero.api.cancelOrder(-1)
    await zero.wait('orderStatus', ([, id, status]) => id === -1 && status === 'Cancelled')
  })

  it('are bound as they come after reqAutoOpenOrders, which client 0 alone may ask for', async () => {
    const rig = await start()
    const [zero, other] = (await clients(rig, 0, 7)) as [IbClient, IbClient]
    other.api.reqAutoOpenOrders(true)
    await other.wait('info', ([, , code]) => code === 321)
    zero.api.reqAutoOpenOrders(true)
    await zero.end('currentTime', () => zero.api.reqCurrentTime())
    manual(rig)
    await zero.wait('openOrder', ([, id]) => id === -1)
  })

  it('are not told of by themselves while nobody has bound them, and their fills have no order id', async () => {
    const rig = await start()
    const [zero] = (await clients(rig, 0)) as [IbClient]
    manual(rig, '0.58')
    await zero.end('execDetailsEnd', () => zero.api.reqExecutions(31, {}))
    expect([zero.of('openOrder'), zero.of('orderStatus')]).toEqual([[], []])
    const [live, read] = zero.of('execDetails')
    for (const each of [live, read]) expect(each?.[3]).toMatchObject({ orderId: 2147483647, shares: 4, side: 'BOT' })
    expect(rig.venue.state()).toMatchObject({ positions: [{ con_id: YES, size: 4 }] })
  })
})

describe('looking up', () => {
  const up = async (settings: object = {}): Promise<IbClient> => {
    const rig = await start(section({ settings }))
    const [client] = (await clients(rig, 7)) as [IbClient]
    return client
  }

  it.each([
    ['F', 1],
    ['fed funds', 1],
    ['XYZ', 0],
  ])('symbols that match %s', async (pattern, count) => {
    const client = await up()
    client.api.reqMatchingSymbols(81, pattern)
    const [, , found] = (await client.wait('symbolSamples')) as [string, number, { contract: object; derivativeSecTypes: string[] }[]]
    expect(found).toHaveLength(count)
    for (const { contract: each, derivativeSecTypes } of found) {
      expect({ each, derivativeSecTypes }).toMatchObject({
        each: { symbol: 'FF', secType: 'IND', conId: 658663572 },
        derivativeSecTypes: ['OPT'],
      })
    }
  })

  it('the index is described to everybody; without the permission its contracts are missing or never come', async () => {
    const index = { symbol: 'FF', secType: SecType.IND, exchange: 'FORECASTX' }
    for (const event_contracts of ['missing', 'silent']) {
      const client = await up({ event_contracts })
      const log = await client.end('contractDetailsEnd', () => client.api.reqContractDetails(82, index))
      expect(log[0]?.[2]).toMatchObject({ contract: { conId: 658663572, secType: 'IND' }, longName: 'US Fed Funds Target Rate' })
      const from = client.log.length
      client.api.reqContractDetails(83, described(OptionType.Call))
      await client.end('currentTime', () => client.api.reqCurrentTime())
      expect(client.names(from)).toEqual(event_contracts === 'missing' ? ['error:200', 'currentTime'] : ['currentTime'])
    }
  })

  it('both outcomes are found without a permission setting', async () => {
    const client = await up()
    const log = await client.end('contractDetailsEnd', () => client.api.reqContractDetails(84, contract(NO)))
    expect(log).toHaveLength(2)
  })
})
