import { createIbkrVenue } from '../../../src/sim/ibkr/venue'
import { memoryStore } from '../support/store'
import { contract, FakeClock, FakeFaults, IbClient, NO, order, section, start, stopAll, YES, type Rig } from './rig'

afterEach(stopAll)

const up = async (rig: Rig): Promise<{ client: IbClient; id: number }> => {
  const client = new IbClient(rig.port)
  return { client, id: await client.up() }
}
const buy = async (client: IbClient, id: number, conId: number, change: object = {}): Promise<void> => {
  const from = client.log.length
  client.api.placeOrder(id, contract(conId), order(change))
  await client.wait('commissionReport', () => true, from)
}

describe('settlement', () => {
  it.each([
    ['yes', '10004.10'],
    ['no', '9994.10'],
  ])('%s: pays the winner 1.00, removes the position, cancels what rests, without an execution', async (result, cash) => {
    const rig = await start()
    const { client, id } = await up(rig)
    await buy(client, id, YES)
    client.api.placeOrder(id + 1, contract(YES), order({ tif: 'GTC', lmtPrice: 0.5 }))
    await client.wait('orderStatus', ([, seen, status]) => seen === id + 1 && status === 'Submitted')
    await client.end('positionEnd', () => client.api.reqPositions())
    rig.venue.apply({ type: 'settle', con_id: NO, result })
    await client.waitCode(202)
    await client.wait('position', ([, , , size]) => size === 0)
    expect(rig.venue.state()).toMatchObject({ cash, positions: [], open_orders: [] })
    expect(client.of('execDetails')).toHaveLength(1)
    client.api.reqContractDetails(12, contract(YES))
    await client.waitCode(200)
    expect(() => rig.venue.apply({ type: 'settle', con_id: YES, result })).toThrow('settled already')
  })

  it('says what is wrong with an event', async () => {
    const { venue } = await start()
    expect(() => venue.apply({ type: 'settle', con_id: 1, result: 'yes' })).toThrow('not a contract of this scenario')
    expect(() => venue.apply({ type: 'settle', con_id: YES, result: 'maybe' })).toThrow('"result" must be')
    expect(() => venue.apply({ type: 'external_order', con_id: YES, price: 0.5, size: 1 })).toThrow('"price" must be')
    expect(() => venue.apply({ type: 'external_order', con_id: YES, price: '0.50', size: 1.5 })).toThrow('"size" must be')
    expect(() => venue.apply({ type: 'dance' })).toThrow('unknown event type')
  })
})

describe('the account', () => {
  it('summarises cash, what is free, and worth at the bids', async () => {
    const rig = await start()
    const { client, id } = await up(rig)
    await buy(client, id, YES)
    client.api.placeOrder(id + 1, contract(YES), order({ tif: 'GTC', lmtPrice: 0.5 }))
    await client.wait('orderStatus', ([, , status]) => status === 'Submitted')
    await client.end('accountSummaryEnd', () => client.api.reqAccountSummary(41, 'All', 'TotalCashValue,AvailableFunds,NetLiquidation'))
    expect(client.of('accountSummary').map(([, , , tag, value]) => [tag, value])).toEqual([
      ['TotalCashValue', '9994.10'],
      ['AvailableFunds', '9989.00'],
      ['NetLiquidation', '9999.70'],
    ])
  })

  it('filters executions and shows a client only its own', async () => {
    const rig = await start()
    const { client, id } = await up(rig)
    await buy(client, id, YES)
    const count = async (who: IbClient, filter: object): Promise<number> =>
      (await who.end('execDetailsEnd', () => who.api.reqExecutions(31, filter))).filter(([name]) => name === 'execDetails').length
    expect(await count(client, { symbol: 'FF', side: 'BUY', clientId: '7' })).toBe(1)
    expect(await count(client, { symbol: 'CPI' })).toBe(0)
    expect(await count(client, { time: '20261121-19:30:01' })).toBe(0)
    expect(await count(client, { time: '20261121 13:30:00 US/Central' })).toBe(1)
    const other = new IbClient(rig.port, 8)
    await other.up()
    expect(await count(other, {})).toBe(0)
  })

  it('keeps the order ids of clients apart, and shows all open orders to whom asks for all', async () => {
    const rig = await start()
    const { client, id } = await up(rig)
    client.api.placeOrder(id, contract(YES), order({ tif: 'GTC', lmtPrice: 0.5 }))
    await client.wait('orderStatus', ([, , status]) => status === 'Submitted')
    const other = new IbClient(rig.port, 8)
    expect(await other.up()).toBe(1)
    expect(await other.end('openOrderEnd', () => other.api.reqOpenOrders())).toHaveLength(1)
    expect(await other.end('openOrderEnd', () => other.api.reqAllOpenOrders())).toHaveLength(3)
    other.api.cancelOrder(id)
    await other.waitCode(10147)
    other.api.reqGlobalCancel()
    await client.waitCode(202)
  })
})

describe('a later process', () => {
  it('continues cash, positions, open orders, ids, executions and books from what was saved before the answer', async () => {
    const first = await start()
    const { client, id } = await up(first)
    await buy(client, id, YES)
    client.api.placeOrder(id + 1, contract(YES), order({ tif: 'GTC', lmtPrice: 0.57, orderRef: 'cb-t1-a2' }))
    await client.wait('openOrder', ([, seen]) => seen === id + 1)
    const second = await start(section(), first.store)
    await first.stop()
    const later = await up(second)
    expect(later.id).toBe(id + 2)
    expect(second.venue.state()).toMatchObject({ cash: '9994.10', positions: [{ con_id: YES, size: 10 }] })
    await later.client.end('openOrderEnd', () => later.client.api.reqOpenOrders())
    expect(later.client.of('openOrder')[0]?.[3]).toMatchObject({ orderRef: 'cb-t1-a2', orderId: id + 1 })
    await later.client.end('execDetailsEnd', () => later.client.api.reqExecutions(31, {}))
    expect(later.client.of('execDetails')).toHaveLength(1)
    second.venue.apply({ type: 'external_order', con_id: NO, price: '0.43', size: 10 })
    await later.client.wait('commissionReport', ([, report]) => (report as { commission: number }).commission === 0.1)
    expect(second.venue.state()).toMatchObject({ open_orders: [], positions: [{ con_id: YES, size: 20 }] })
  })

  it('remembers what was taken from the books and what is settled', async () => {
    const first = await start()
    const { client, id } = await up(first)
    await buy(client, id, YES, { totalQuantity: 30 })
    const second = await start(section(), first.store)
    const later = await up(second)
    later.client.api.placeOrder(id + 1, contract(YES), order())
    await later.client.waitCode(202)
    second.venue.apply({ type: 'settle', con_id: YES, result: 'yes' })
    const third = await start(section(), second.store)
    const last = await up(third)
    last.client.api.reqContractDetails(12, contract(YES))
    await last.client.waitCode(200)
  })

  it('lists a question again under moved ids, keeps old positions, and settles old and new listings together', async () => {
    const again = section({ contract: { relist: true } })
    const first = await start(again)
    const { client, id } = await up(first)
    await buy(client, id, YES)
    const second = await start(again, first.store)
    const later = await up(second)
    const log = await later.client.end('contractDetailsEnd', () => later.client.api.reqContractDetails(11, { symbol: 'FF' }))
    expect(log.slice(0, -1).map((entry) => (entry[2] as { contract: { conId: number } }).contract.conId)).toEqual([
      YES + 100_000,
      NO + 100_000,
    ])
    await later.client.end('positionEnd', () => later.client.api.reqPositions())
    expect(later.client.of('position')[0]?.[2]).toMatchObject({ conId: YES })
    second.venue.apply({ type: 'external_order', con_id: YES, price: '0.57', size: 7 })
    await buy(later.client, id + 1, NO + 100_000, { lmtPrice: 0.43, totalQuantity: 7 })
    second.venue.apply({ type: 'settle', con_id: YES, result: 'yes' })
    // 10 000 − 5.90 − (7 · 0.43 + 0.07) + 10 · 1.00
    expect(second.venue.state()).toMatchObject({ cash: '10001.02', positions: [] })
  })

  it('settles an earlier listing at the start when its result is known', async () => {
    const again = section({ contract: { relist: true } })
    const first = await start(again)
    const { client, id } = await up(first)
    await buy(client, id, YES)
    const second = await start(again, first.store, new Map([[NO, 'yes']]))
    expect(second.venue.state()).toMatchObject({ cash: '10004.10', positions: [] })
    const third = await start(again, second.store, new Map([[NO, 'yes']]))
    expect(third.venue.state()).toMatchObject({ cash: '10004.10', positions: [] })
    const later = await up(third)
    await later.client.end('contractDetailsEnd', () => later.client.api.reqContractDetails(11, { conId: YES + 200_000 }))
  })

  it('refuses a state that something else has written', () => {
    const options = { section: section(), clock: new FakeClock(), faults: new FakeFaults(), random: () => 7, wire: () => undefined }
    expect(() => createIbkrVenue({ ...options, store: memoryStore(), earlier: { version: 7 } })).toThrow('of another version')
  })
})
