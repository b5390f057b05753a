import { contract, IbClient, NO, order, section, start, stopAll, until, YES, type Rig } from './rig'

afterEach(stopAll)

const up = async (): Promise<{ rig: Rig; client: IbClient; id: number }> => {
  const rig = await start(section())
  const client = new IbClient(rig.port)
  return { rig, client, id: await client.up() }
}
const reports = (client: IbClient) =>
  client.of('execDetails').map((entry) => entry[3] as { execId: string; shares: number; price: number; orderId: number })

/** What the four recovery reads return to a reconnected client (§7). */
async function recover(rig: Rig): Promise<{ next: number; names: readonly string[]; client: IbClient }> {
  const client = new IbClient(rig.port)
  const next = await client.up()
  const from = client.log.length
  await client.end('openOrderEnd', () => client.api.reqOpenOrders())
  await client.end('completedOrdersEnd', () => client.api.reqCompletedOrders(true))
  await client.end('execDetailsEnd', () => client.api.reqExecutions(31, {}))
  await client.end('positionEnd', () => client.api.reqPositions())
  return { next, names: client.names(from), client }
}
const ENDS = ['openOrderEnd', 'completedOrdersEnd', 'execDetailsEnd', 'positionEnd']

describe('an order without an answer', () => {
  it('accepted and filled: found among completed orders and executions by its reference', async () => {
    const { rig, client, id } = await up()
    rig.faults.arm('accept_then_drop')
    client.api.placeOrder(id, contract(YES), order())
    await client.wait('disconnected')
    expect(client.of('openOrder')).toEqual([])
    const found = await recover(rig)
    expect(found.next).toBe(id + 1)
    expect(found.names).toEqual([
      'openOrderEnd',
      'completedOrder',
      'completedOrdersEnd',
      'execDetails',
      'commissionReport',
      'execDetailsEnd',
      'position',
      'positionEnd',
    ])
    expect(found.client.of('completedOrder')[0]?.[2]).toMatchObject({ orderRef: 'cb-t1-a1', filledQuantity: 10, totalQuantity: 0 })
    expect(found.client.of('completedOrder')[0]?.[3]).toMatchObject({ status: 'Filled', completedStatus: 'Filled Size: 10' })
    expect(found.client.of('execDetails')[0]?.[1]).toBe(31)
    expect(reports(found.client)[0]).toMatchObject({ orderId: id, orderRef: 'cb-t1-a1', clientId: 7, cumQty: 10 })
  })

  it('accepted and resting: an open order with its ids, which can be cancelled', async () => {
    const { rig, client, id } = await up()
    rig.faults.arm('accept_then_drop')
    client.api.placeOrder(id, contract(YES), order({ tif: 'GTC', lmtPrice: 0.5 }))
    await client.wait('disconnected')
    const found = await recover(rig)
    expect(found.client.of('openOrder')[0]).toEqual([
      'openOrder',
      id,
      expect.anything(),
      expect.objectContaining({ orderRef: 'cb-t1-a1', clientId: 7 }),
      expect.anything(),
    ])
    found.client.api.cancelOrder(id)
    await found.client.waitCode(202)
  })

  it('lost before acceptance: nothing comes back and the next id has not moved', async () => {
    const { rig, client, id } = await up()
    rig.faults.arm('lost_before_accept')
    client.api.placeOrder(id, contract(YES), order())
    await client.wait('disconnected')
    const found = await recover(rig)
    expect(found.next).toBe(id)
    expect(found.names).toEqual(ENDS)
  })

  it('can die between openOrder and the execution', async () => {
    const { rig, client, id } = await up()
    rig.faults.arm('accept_then_drop', { after_frames: 2 })
    client.api.placeOrder(id, contract(YES), order())
    await client.wait('disconnected')
    expect(client.names().slice(-3)).toEqual(['openOrder:PreSubmitted', 'orderStatus:PreSubmitted', 'disconnected'])
  })
})

describe('reports out of order', () => {
  it('partial:3 cuts a fill into three executions', async () => {
    const { rig, client, id } = await up()
    rig.faults.arm('partial:3')
    client.api.placeOrder(id, contract(YES), order())
    await client.wait('orderStatus', ([, , status]) => status === 'Filled')
    expect(reports(client).map(({ shares }) => shares)).toEqual([3, 3, 4])
  })

  it('partial with sizes fills these and no more', async () => {
    const { rig, client, id } = await up()
    rig.faults.arm('partial', { chunks: [3, 4] })
    client.api.placeOrder(id, contract(YES), order())
    await client.waitCode(202)
    expect(reports(client).map(({ shares }) => shares)).toEqual([3, 4])
  })

  it('late_fill_after_cancel delivers a fill after Cancelled and 202', async () => {
    const { rig, client, id } = await up()
    rig.faults.arm('late_fill_after_cancel', { size: 2 })
    client.api.placeOrder(id, contract(YES), order({ lmtPrice: 0.5 }))
    await client.waitCode(202)
    expect(reports(client)).toEqual([])
    rig.clock.runAll()
    await client.wait('commissionReport')
    expect(reports(client)).toMatchObject([{ shares: 2, price: 0.5, orderId: id }])
  })

  it('duplicate_exec repeats the frame with the same id; correction sends another price under .02', async () => {
    const { rig, client, id } = await up()
    rig.faults.arm('duplicate_exec')
    rig.faults.arm('correction', { price: '0.55' })
    client.api.placeOrder(id, contract(YES), order())
    await client.wait('execDetails', () => reports(client).length === 3)
    const [first, second, third] = reports(client)
    expect(second).toEqual(first)
    expect(third).toMatchObject({ price: 0.55, execId: first?.execId.replace(/01$/, '02') })
    expect(rig.venue.state()).toMatchObject({ cash: '9994.40' })
  })

  it('status_missing leaves only openOrder and execDetails; status_reordered puts the status first', async () => {
    const { rig, client, id } = await up()
    rig.faults.arm('status_missing')
    client.api.placeOrder(id, contract(YES), order({ totalQuantity: 1 }))
    await client.wait('commissionReport')
    expect(client.of('orderStatus')).toEqual([])
    const from = client.log.length
    rig.faults.arm('status_reordered')
    client.api.placeOrder(id + 1, contract(YES), order({ totalQuantity: 1 }))
    await client.wait('commissionReport', () => true, from)
    expect(client.names(from).slice(0, 2)).toEqual(['orderStatus:PreSubmitted', 'openOrder:PreSubmitted'])
  })

  it('commission_late comes by the clock, commission_missing only with a read', async () => {
    const { rig, client, id } = await up()
    rig.faults.arm('commission_late')
    client.api.placeOrder(id, contract(YES), order({ totalQuantity: 1 }))
    await client.wait('orderStatus', ([, , status]) => status === 'Filled')
    await client.end('currentTime', () => client.api.reqCurrentTime())
    expect(client.of('commissionReport')).toEqual([])
    rig.clock.runAll()
    await client.wait('commissionReport')
    rig.faults.arm('commission_missing')
    client.api.placeOrder(id + 1, contract(YES), order({ totalQuantity: 1 }))
    const log = await client.end('execDetailsEnd', () => client.api.reqExecutions(31, {}))
    expect(log.filter(([name]) => name === 'commissionReport')).toHaveLength(2)
  })
})

describe('orders that become something else', () => {
  it('reject:<code> with Inactive for 201, and plainly for another code', async () => {
    const { rig, client, id } = await up()
    rig.faults.arm('reject:201', { text: 'Order rejected - reason:No permission' })
    client.api.placeOrder(id, contract(YES), order())
    await client.waitCode(201)
    expect(client.names().slice(-2)).toEqual(['orderStatus:Inactive', 'error:201'])
    rig.faults.arm('reject', { code: 460 })
    client.api.placeOrder(id + 1, contract(YES), order())
    await client.waitCode(460)
    expect(rig.venue.state()).toMatchObject({ cash: '10000.00' })
  })

  it('tif_rewritten warns with 10349 and rests the order as DAY', async () => {
    const { rig, client, id } = await up()
    rig.faults.arm('tif_rewritten')
    client.api.placeOrder(id, contract(YES), order({ lmtPrice: 0.5 }))
    await client.waitCode(10349)
    await client.wait('orderStatus', ([, , status]) => status === 'Submitted')
    expect(client.of('openOrder')[0]?.[3]).toMatchObject({ tif: 'DAY' })
  })

  it('netting_as_fill reports the netting under our order id', async () => {
    const { rig, client, id } = await up()
    client.api.placeOrder(id, contract(YES), order())
    rig.faults.arm('netting_as_fill')
    client.api.placeOrder(id + 1, contract(NO), order({ lmtPrice: 0.44 }))
    await client.wait('execDetails', () => reports(client).length === 4)
    expect(reports(client).map(({ orderId }) => orderId)).toEqual([id, id + 1, id + 1, id + 1])
  })
})

describe('connections', () => {
  it('drop, half_open, client_id_taken and a dropped venue', async () => {
    const { rig, client } = await up()
    rig.faults.arm('drop')
    client.api.reqCurrentTime()
    await client.wait('disconnected')
    rig.faults.arm('client_id_taken')
    const refused = new IbClient(rig.port)
    refused.api.connect()
    await refused.wait('info', ([, , code]) => code === 326)
    const silent = new IbClient(rig.port)
    await silent.up()
    rig.faults.arm('half_open')
    silent.api.reqCurrentTime()
    await until('the request has arrived', () => rig.faults.armed.length === 0)
    silent.api.reqManagedAccts()
    rig.venue.apply({ type: 'drop' })
    await silent.wait('disconnected')
    expect(silent.of('currentTime')).toEqual([])
    expect(silent.of('managedAccounts')).toHaveLength(1)
  })

  it('pacing answers 100 instead of serving', async () => {
    const { rig, client } = await up()
    rig.faults.arm('pacing')
    client.api.reqCurrentTime()
    await client.wait('info', ([, , code]) => code === 100)
    expect(client.of('currentTime')).toEqual([])
  })

  it('login_expired leaves START_API unanswered; midnight empties the reads', async () => {
    const { rig, client, id } = await up()
    client.api.placeOrder(id, contract(YES), order())
    await client.wait('commissionReport')
    rig.clock.now += 1
    rig.faults.arm('midnight')
    expect(await client.end('execDetailsEnd', () => client.api.reqExecutions(31, {}))).toHaveLength(1)
    rig.faults.arm('login_expired')
    const locked = new IbClient(rig.port, 8)
    locked.api.connect()
    await locked.wait('connected')
    await until('START_API has arrived', () => rig.faults.armed.length === 0)
    expect(locked.of('nextValidId')).toEqual([])
  })

  it('notices reach every client on info', async () => {
    const { rig, client } = await up()
    rig.venue.apply({ type: 'notice', code: 1100, text: 'Connectivity between IBKR and Trader Workstation has been lost.' })
    await client.wait('info', ([, , code]) => code === 1100)
  })
})
