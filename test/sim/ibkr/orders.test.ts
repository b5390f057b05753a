import { contract, IbClient, NO, order, section, start, stopAll, YES, type Rig } from './rig'

afterEach(stopAll)

const up = async (ibkr = section()): Promise<{ rig: Rig; client: IbClient; id: number }> => {
  const rig = await start(ibkr)
  const client = new IbClient(rig.port)
  return { rig, client, id: await client.up() }
}
const executions = (client: IbClient, from = 0) =>
  client.of('execDetails', from).map((entry) => ({ ...(entry[2] as { right: string }), ...(entry[3] as Report) }))
const cash = (rig: Rig): unknown => (rig.venue.state() as { cash: string }).cash
const held = (rig: Rig): unknown => (rig.venue.state() as { positions: unknown }).positions

interface Report {
  readonly side: string
  readonly shares: number
  readonly price: number
  readonly orderId: number
  readonly orderRef: string
  readonly cumQty: number
  readonly permId: number
  readonly execId: string
}

describe('an order that executes', () => {
  it('is reported in the frame order of a recorded gateway', async () => {
    const { client, id } = await up()
    const from = client.log.length
    client.api.placeOrder(id, contract(YES), order())
    await client.wait('commissionReport')
    expect(client.names(from)).toEqual([
      'openOrder:PreSubmitted',
      'orderStatus:PreSubmitted',
      'execDetails',
      'openOrder:Filled',
      'orderStatus:Filled',
      'openOrder:Filled',
      'commissionReport',
    ])
  })

  it('reports quantity, price, identity and the fee of 0.01 a contract, and moves the cash by premium and fee', async () => {
    const { rig, client, id } = await up()
    client.api.placeOrder(id, contract(YES), order({ lmtPrice: 0.6 }))
    const [, fee] = await client.wait('commissionReport')
    const [report] = executions(client)
    expect(report).toMatchObject({ side: 'BOT', shares: 10, price: 0.58, orderId: id, orderRef: 'cb-t1-a1', cumQty: 10, avgPrice: 0.58 })
    expect(report).toMatchObject({ time: '20261121 13:30:00 US/Central', acctNumber: 'DU1234567', exchange: 'FORECASTX', clientId: 7 })
    expect(fee).toMatchObject({ execId: report?.execId, commission: 0.1, currency: 'USD' })
    expect(cash(rig)).toBe('9994.10')
    expect(held(rig)).toEqual([{ con_id: YES, size: 10, cost: '5.90' }])
  })

  it('takes several levels and cancels the remainder of an IOC', async () => {
    const { rig, client, id } = await up()
    const from = client.log.length
    client.api.placeOrder(id, contract(YES), order({ totalQuantity: 100, lmtPrice: 0.59 }))
    await client.waitCode(202)
    expect(executions(client).map(({ shares, price, cumQty }) => [shares, price, cumQty])).toEqual([
      [30, 0.58, 30],
      [50, 0.59, 80],
    ])
    expect(client.names(from).slice(-2)).toEqual(['orderStatus:Cancelled', 'error:202'])
    expect(client.of('orderStatus').at(-1)).toEqual(expect.arrayContaining(['Cancelled', 80, 20]))
    expect(cash(rig)).toBe('9952.30')
  })

  it('cancels an IOC that misses, without an execution', async () => {
    const { rig, client, id } = await up()
    client.api.placeOrder(id, contract(YES), order({ lmtPrice: 0.57 }))
    await client.waitCode(202)
    expect(executions(client)).toEqual([])
    expect(cash(rig)).toBe('10000.00')
  })

  it('takes a level once: the next order finds it gone', async () => {
    const { client, id } = await up()
    client.api.placeOrder(id, contract(YES), order({ totalQuantity: 30 }))
    client.api.placeOrder(id + 1, contract(YES), order({ totalQuantity: 30 }))
    await client.waitCode(202)
    expect(executions(client).map(({ orderId, shares }) => [orderId, shares])).toEqual([[id, 30]])
  })

  it('pairs at 1.01 when the scenario says so', async () => {
    const { client, id } = await up(section({ settings: { pair_price: '1.01' } }))
    client.api.placeOrder(id, contract(YES), order({ lmtPrice: 0.6 }))
    await client.wait('commissionReport')
    expect(executions(client)[0]?.price).toBe(0.59)
  })
})

describe('an order that rests', () => {
  it('is shown in the quotes, hit later by an outside bid at its own price, and cancelled by id', async () => {
    const { rig, client, id } = await up()
    client.api.reqMktData(21, contract(YES), '', false, false)
    client.api.placeOrder(id, contract(YES), order({ tif: 'GTC', lmtPrice: 0.57 }))
    await client.wait('orderStatus', ([, , status]) => status === 'Submitted')
    await client.wait('tickPrice', ([, , type, price]) => type === 1 && price === 0.57)
    rig.venue.apply({ type: 'external_order', con_id: NO, price: '0.45', size: 4 })
    await client.wait('commissionReport')
    expect(executions(client).map(({ side, shares, price }) => [side, shares, price])).toEqual([['BOT', 4, 0.57]])
    client.api.cancelOrder(id)
    await client.waitCode(202)
    expect(client.of('orderStatus').at(-1)).toEqual(expect.arrayContaining([id, 'Cancelled', 4, 6]))
  })

  it('is filled by a tape quote that reaches it', async () => {
    const { rig, client, id } = await up()
    client.api.placeOrder(id, contract(YES), order({ tif: 'DAY', lmtPrice: 0.57 }))
    await client.wait('orderStatus', ([, , status]) => status === 'Submitted')
    rig.venue.setQuote(YES, { yesAsk: { price: '0.55', size: 6 } })
    await client.wait('commissionReport')
    expect(executions(client).map(({ shares, price }) => [shares, price])).toEqual([[6, 0.57]])
    expect(cash(rig)).toBe('9996.52')
  })

  it('can be changed in price and size while it works', async () => {
    const { client, id } = await up()
    client.api.placeOrder(id, contract(YES), order({ tif: 'DAY', lmtPrice: 0.5 }))
    await client.wait('orderStatus', ([, , status]) => status === 'Submitted')
    client.api.placeOrder(id, contract(YES), order({ tif: 'DAY', lmtPrice: 0.58, totalQuantity: 12 }))
    await client.wait('commissionReport')
    expect(executions(client)[0]?.shares).toBe(12)
    client.api.placeOrder(id, contract(YES), order())
    expect(await client.waitCode(104)).toEqual(expect.arrayContaining([id]))
  })

  it('answers 10147 and 10148 to a cancel that cannot be', async () => {
    const { client, id } = await up()
    client.api.cancelOrder(4711)
    expect(await client.waitCode(10147)).toEqual(expect.arrayContaining([4711]))
    client.api.placeOrder(id, contract(YES), order())
    await client.wait('commissionReport')
    client.api.cancelOrder(id)
    expect(await client.waitCode(10148)).toEqual(expect.arrayContaining([id]))
  })
})

describe('a refused order', () => {
  it.each([
    ['SELL', { action: 'SELL' }, 10343],
    ['a market order', { orderType: 'MKT' }, 387],
    ['FOK', { tif: 'FOK' }, 201],
    ['an off-tick price', { lmtPrice: 0.585 }, 110],
    ['a float that is not cents', { lmtPrice: 0.1 + 0.2 }, 110],
    ['a price of one dollar', { lmtPrice: 1 }, 10344],
    ['half a contract', { totalQuantity: 1.5 }, 10318],
    ['no contracts', { totalQuantity: 0 }, 434],
    ['another account', { account: 'DU7654321' }, 203],
    ['more than the cash', { totalQuantity: 16_950, lmtPrice: 0.58 }, 201],
  ])('%s', async (_name, change, code) => {
    const { rig, client, id } = await up()
    client.api.placeOrder(id, contract(YES), order(change))
    expect(await client.waitCode(code)).toEqual(expect.arrayContaining([id]))
    expect(cash(rig)).toBe('10000.00')
    client.api.placeOrder(id + 1, contract(YES), order())
    await client.wait('commissionReport')
  })

  it('counts the fee and what working orders have reserved against the cash', async () => {
    const { client, id } = await up(section({ other: { accounts: [{ account: 'DU1234567', cash: '5.90' }] } }))
    client.api.placeOrder(id, contract(YES), order({ tif: 'GTC', totalQuantity: 1, lmtPrice: 0.5 }))
    await client.wait('orderStatus', ([, , status]) => status === 'Submitted')
    client.api.placeOrder(id + 1, contract(YES), order())
    await client.waitCode(201)
    client.api.cancelOrder(id)
    await client.waitCode(202)
    client.api.placeOrder(id + 2, contract(YES), order())
    await client.wait('commissionReport')
  })

  it('is 103 when its id is too low, and 200 for an unknown contract', async () => {
    const { client } = await up(section({ other: { next_order_id: 5 } }))
    client.api.placeOrder(4, contract(YES), order())
    expect(await client.waitCode(103)).toEqual(expect.arrayContaining([4]))
    client.api.placeOrder(5, contract(123), order())
    expect(await client.waitCode(200)).toEqual(expect.arrayContaining([5]))
  })

  it('is 201 when it would meet a resting order of the same account', async () => {
    const { client, id } = await up()
    client.api.placeOrder(id, contract(NO), order({ tif: 'GTC', lmtPrice: 0.43 }))
    await client.wait('orderStatus', ([, , status]) => status === 'Submitted')
    client.api.placeOrder(id + 1, contract(YES), order({ lmtPrice: 0.57 }))
    await client.waitCode(201)
  })
})

describe('netting', () => {
  it('turns an opposite purchase into 1.00 a pair, reported as two netting executions without our identity', async () => {
    const { rig, client, id } = await up()
    client.api.placeOrder(id, contract(YES), order())
    await client.wait('commissionReport')
    const from = client.log.length
    client.api.placeOrder(id + 1, contract(NO), order({ totalQuantity: 4, lmtPrice: 0.44 }))
    await client.wait('execDetails', () => executions(client, from).length === 3)
    expect(executions(client, from).map(({ right, side, shares, orderId, orderRef }) => [right, side, shares, orderId, orderRef])).toEqual([
      ['P', 'BOT', 4, id + 1, 'cb-t1-a1'],
      ['C', 'N', 4, 0, ''],
      ['P', 'N', 4, 0, ''],
    ])
    // 10 000 − 5.90 − (4 · 0.44 + 0.04) + 4 · 1.00
    expect(cash(rig)).toBe('9996.30')
    expect(held(rig)).toEqual([{ con_id: YES, size: 6, cost: '3.54' }])
  })

  it('flips a position when more is bought than was held, and names the order when the scenario says so', async () => {
    const { rig, client, id } = await up(section({ settings: { netting_side: 'SLD', netting_carries_ref: true } }))
    client.api.placeOrder(id, contract(YES), order({ totalQuantity: 3 }))
    client.api.placeOrder(id + 1, contract(NO), order({ totalQuantity: 5, lmtPrice: 0.44 }))
    await client.wait('execDetails', () => executions(client).length === 4)
    expect(executions(client).at(-1)).toMatchObject({ side: 'SLD', shares: 3, orderId: 0, orderRef: 'cb-t1-a1' })
    expect(held(rig)).toMatchObject([{ con_id: NO, size: 2 }])
  })
})
