import { contract, IbClient, NO, order, start, stopAll, until, YES, type Rig } from '../rig'

afterEach(stopAll)

/** A client with a stream of YES and an order that rests at 0.50; `hit` fills it. */
async function resting(): Promise<{ rig: Rig; client: IbClient; id: number; hit: () => void }> {
  const rig = await start()
  const client = new IbClient(rig.port)
  const id = await client.up()
  client.api.reqMktData(21, contract(YES), '', false, false)
  await client.wait('tickSize', ([, , type]) => type === 3)
  client.api.placeOrder(id, contract(YES), order({ lmtPrice: 0.57, tif: 'GTC' }))
  await client.wait('orderStatus', ([, , status]) => status === 'Submitted')
  return { rig, client, id, hit: () => rig.venue.apply({ type: 'external_order', con_id: NO, price: '0.43', size: 10 }) }
}
const told = (client: IbClient, code: number, from = 0) => client.wait('info', ([, , seen]) => seen === code, from)
const fills = (client: IbClient, from = 0): number => client.of('execDetails', from).length

/** Answered by the gateway itself: what was sent before it has arrived. */
const settled = (client: IbClient) => client.end('currentTime', () => client.api.reqCurrentTime())

describe('the line to IBKR', () => {
  it('1100 then 1102: reports come when the line is back, quotes go on', async () => {
    const { rig, client, hit } = await resting()
    rig.venue.apply({ type: 'link', state: 'lost' })
    await told(client, 1100)
    const from = client.log.length
    hit()
    await settled(client)
    expect([fills(client, from), client.of('tickPrice', from)]).toEqual([0, []])
    rig.venue.apply({ type: 'link', state: 'restored', code: 1102 })
    await client.wait('commissionReport')
    expect(client.names(from).indexOf('info:1102')).toBeLessThan(client.names(from).indexOf('execDetails'))
    await client.wait('tickPrice', ([, id]) => id === 21, from)
  })

  it('1100 then 1101: quotes have to be asked for again', async () => {
    const { rig, client } = await resting()
    rig.venue.apply({ type: 'link', state: 'lost' })
    rig.venue.apply({ type: 'link', state: 'restored', code: 1101 })
    await told(client, 1101)
    expect(rig.venue.subscribedConIds()).toEqual([])
    client.api.reqMktData(21, contract(YES), '', false, false)
    await until('it streams again', () => rig.venue.subscribedConIds().length === 1)
  })

  it('reports: sent arrive during the gap', async () => {
    const { rig, client, hit } = await resting()
    rig.venue.apply({ type: 'link', state: 'lost', reports: 'sent' })
    hit()
    await client.wait('commissionReport')
    expect(client.names()).toContain('info:1100')
  })

  it('reports: on_request never arrive by themselves, and reads show them', async () => {
    const { rig, client, hit } = await resting()
    rig.venue.apply({ type: 'link', state: 'lost', reports: 'on_request' })
    hit()
    rig.venue.apply({ type: 'link', state: 'restored', code: 1102 })
    await told(client, 1102)
    await settled(client)
    expect(fills(client)).toBe(0)
    await client.end('execDetailsEnd', () => client.api.reqExecutions(31, {}))
    expect(fills(client)).toBe(1)
  })

  it('an order that is placed meanwhile waits for the line; without it nothing is ever answered', async () => {
    const { rig, client, id } = await resting()
    rig.venue.apply({ type: 'link', state: 'lost', code: 2110 })
    await told(client, 2110)
    client.api.placeOrder(id + 1, contract(YES), order({ lmtPrice: 0.3, tif: 'GTC', orderRef: 'meanwhile' }))
    await settled(client)
    expect(client.of('openOrder').filter(([, seen]) => seen === id + 1)).toEqual([])
    rig.venue.apply({ type: 'link', state: 'restored' })
    await client.wait('openOrder', ([, seen]) => seen === id + 1)
  })

  it('what was withheld reaches the client that has connected again', async () => {
    const { rig, client, hit } = await resting()
    rig.venue.apply({ type: 'link', state: 'lost' })
    hit()
    client.close()
    await until('it has gone', () => (rig.venue.state() as { clients: number[] }).clients.length === 0)
    const again = new IbClient(rig.port)
    again.api.connect()
    await told(again, 1100)
    rig.venue.apply({ type: 'link', state: 'restored' })
    await again.wait('execDetails')
  })

  it('link_lost strikes at a request and ends by itself', async () => {
    const { rig, client } = await resting()
    rig.faults.arm('link_lost', { ms: 5000, code: 1101 })
    client.api.reqPositions()
    await told(client, 1100)
    rig.clock.runAll()
    await told(client, 1101)
    await client.wait('positionEnd')
    expect(client.names().indexOf('info:1101')).toBeLessThan(client.names().indexOf('positionEnd'))
  })

  it.each([
    [{ state: 'broken' }, '"state"'],
    [{ state: 'lost', reports: 'some' }, '"reports"'],
    [{ state: 'lost', code: 1 }, '"code"'],
    [{ state: 'restored', code: 1100 }, '"code"'],
  ])('refuses %j with the field that is wrong', async (event, field) => {
    const { venue } = await start()
    expect(() => venue.apply({ type: 'link', ...event })).toThrow(field)
  })
})

describe('farms', () => {
  it('2103 stops the quotes and 2104 begins them anew', async () => {
    const { rig, client, hit } = await resting()
    rig.venue.apply({ type: 'farm', connected: false })
    await told(client, 2103)
    const from = client.log.length
    hit()
    await client.wait('commissionReport')
    expect(client.of('tickSize', from)).toEqual([])
    rig.venue.apply({ type: 'farm', connected: true })
    await told(client, 2104, from)
    await client.wait('marketDataType', () => true, from)
    await client.wait('tickPrice', ([, id]) => id === 21, from)
  })

  it.each([2105, 2106, 2107, 2108, 2119, 2157, 2158])('notice %i has the words of a gateway', async (code) => {
    const { rig, client } = await resting()
    rig.venue.apply({ type: 'notice', code })
    const [, text] = await told(client, code, client.log.length - 1)
    expect(String(text)).toMatch(/farm|connect/)
  })
})
