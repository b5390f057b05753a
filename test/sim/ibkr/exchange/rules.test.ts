import { NO, stopAll, YES } from '../rig'
import { executions, RESTING, served, stopVenues, story, trading } from './rig'

afterEach(async () => {
  await stopAll()
  await stopVenues()
})

const HOUR_MS = 3_600_000
/** NOW is 13:30 of 2026-11-21 in US/Central. */
const UNTIL_MIDNIGHT_MS = 10.5 * HOUR_MS

describe('order rules that are uncertain are settings', () => {
  it.each([
    ['FOK', {}, { tif: 'FOK' }, 201],
    ['FOK, as 111', { unsupported_tif_code: 111 }, { tif: 'FOK' }, 111],
    ['MKT, as 201', { unsupported_type_code: 201 }, { orderType: 'MKT' }, 201],
    ['0.01 where 0.02 is the lowest', { lowest_price: '0.02' }, { lmtPrice: 0.01 }, 10344],
    ['0.99 where 0.98 is the highest', { highest_price: '0.98' }, { lmtPrice: 0.99 }, 10344],
    ['no permission, as 203', { missing_permission: 203 }, {}, 203],
    ['no permission, as 460', { missing_permission: 460 }, {}, 460],
    ['no permission, as 201', { missing_permission: 201 }, {}, 201],
  ])('%s', async (_name, settings, change, code) => {
    const { client, id, place, state } = await trading({ settings })
    await place(id, change)
    expect(client.of('error').map((entry) => [entry[2], entry[3]])).toEqual([[code, id]])
    expect(state()).toMatchObject({ cash: '10000.00', open_orders: [], violations: [] })
  })

  it('takes the whole range of a cent by default', async () => {
    const { client, id, place } = await trading()
    await place(id, { ...RESTING, lmtPrice: 0.01 })
    await place(id + 1, { totalQuantity: 1, lmtPrice: 0.99 })
    expect(client.of('error')).toEqual([])
  })
})

describe('limits of an account', () => {
  it('at most 20 working orders on one side of a contract', async () => {
    const { client, id, place, state } = await trading()
    for (let n = 0; n < 21; n++) await place(id + n, { ...RESTING, totalQuantity: 1, orderRef: `cb-${n}` })
    expect(client.of('error').map((entry) => [entry[2], entry[3]])).toEqual([[201, id + 20]])
    expect(state().open_orders).toHaveLength(20)
    await place(id + 21, { ...RESTING, totalQuantity: 1, lmtPrice: 0.3 }, NO)
    expect(state().open_orders).toHaveLength(21)
  })

  it('no position above the limit, working orders counted', async () => {
    const { client, id, place } = await trading({ settings: { position_limit: 12 } })
    await place(id, { totalQuantity: 10 })
    await place(id + 1, { ...RESTING, totalQuantity: 2 })
    await place(id + 2, { ...RESTING, totalQuantity: 1 })
    expect(client.of('error').map((entry) => [entry[2], entry[3]])).toEqual([[201, id + 2]])
  })
})

describe('changing an order', () => {
  it.each<[string, object, object, number, number]>([
    ['a filled one is 104', {}, {}, YES, 104],
    ['the contract is 105', RESTING, RESTING, NO, 105],
    ['GTC to IOC is 105', RESTING, { ...RESTING, tif: 'IOC' }, YES, 105],
    ['the reference is 105', RESTING, { ...RESTING, orderRef: 'cb-other' }, YES, 105],
  ])('%s', async (_name, first, second, conId, code) => {
    const { client, id, place } = await trading()
    await place(id, first)
    await place(id, second, conId)
    expect(client.of('error').map((entry) => [entry[2], entry[3]])).toEqual([[code, id]])
  })

  it('an ended one is 103, DAY may become IOC', async () => {
    const { client, id, place, state } = await trading()
    await place(id, { ...RESTING, tif: 'DAY' })
    const from = await place(id, { ...RESTING, tif: 'IOC' })
    expect(story(client, from)).toEqual(['openOrder:Submitted', 'orderStatus:Submitted', 'orderStatus:Cancelled', 'error:202'])
    const again = await place(id, RESTING)
    expect(story(client, again)).toEqual(['error:103'])
    expect(state().open_orders).toEqual([])
  })
})

describe('the end of a day and of a contract', () => {
  it('cancels DAY orders when the session ends and leaves GTC ones', async () => {
    const { client, clock, id, place, state } = await trading()
    await place(id, { ...RESTING, tif: 'DAY', orderRef: 'day' })
    await place(id + 1, { ...RESTING, orderRef: 'gtc' })
    clock.advance(UNTIL_MIDNIGHT_MS - 1)
    expect(state().open_orders).toHaveLength(2)
    const from = client.log.length
    clock.advance(1)
    await served(client)
    expect(story(client, from)).toEqual(['orderStatus:Cancelled', 'error:202'])
    expect(state().open_orders).toMatchObject([{ orderRef: 'gtc' }])
  })

  it('cancels what works when the contract has traded for the last time', async () => {
    const { clock, id, place, state } = await trading({ contract: { last_trade_date: '20261122 14:00:00' } })
    await place(id, RESTING)
    clock.advance(24.5 * HOUR_MS - 1)
    expect(state().open_orders).toHaveLength(1)
    clock.advance(1)
    expect(state()).toMatchObject({ open_orders: [], available: '10000.00' })
  })

  it('remembers the end of the day over a restart', async () => {
    const first = await trading()
    await first.place(first.id, { ...RESTING, tif: 'DAY' })
    const second = await trading({}, first.store, first.clock)
    second.clock.advance(UNTIL_MIDNIGHT_MS)
    expect(second.state().open_orders).toEqual([])
  })
})

describe('the pair book', () => {
  it('is hit in price-time priority: the better bid first, then the older one', async () => {
    const { client, id, place, event } = await trading()
    await place(id, { tif: 'GTC', lmtPrice: 0.57, totalQuantity: 4, orderRef: 'older' })
    await place(id + 1, { tif: 'GTC', lmtPrice: 0.57, totalQuantity: 4, orderRef: 'newer' })
    event('external_order', { con_id: NO, price: '0.43', size: 5 })
    await served(client)
    expect(executions(client).map(({ orderRef, shares, price }) => [orderRef, shares, price])).toEqual([
      ['older', 4, 0.57],
      ['newer', 1, 0.57],
    ])
  })

  it('gives an order the resting price, however much more it offers', async () => {
    const { client, id, place } = await trading()
    await place(id, { lmtPrice: 0.99, totalQuantity: 40 })
    expect(executions(client).map(({ shares, price }) => [shares, price])).toEqual([
      [30, 0.58],
      [10, 0.59],
    ])
  })
})

describe('trading hours', () => {
  const OPENS = '20261121:1400-20261121:1500'

  it('queues an order with warning 399 and works it when the exchange opens', async () => {
    const { client, clock, id, place, state } = await trading({ settings: { trading_hours: OPENS } })
    const from = await place(id)
    expect(story(client, from)).toEqual(['openOrder:PreSubmitted', 'orderStatus:PreSubmitted', 'error:399'])
    expect(client.of('error')[0]?.[1]).toMatchObject({ message: expect.stringContaining('20261121 14:00:00 US/Central') })
    clock.advance(HOUR_MS / 2)
    await served(client)
    expect(executions(client)).toMatchObject([{ shares: 10, price: 0.58 }])
    expect(state().violations).toEqual([])
  })

  it('rejects it when the setting says so, and lists the hours in contractDetails', async () => {
    const { client, id, place } = await trading({ settings: { trading_hours: OPENS, outside_hours: 'reject' } })
    const from = await place(id)
    expect(story(client, from)).toEqual(['orderStatus:Inactive', 'error:201'])
    await client.end('contractDetailsEnd', () => client.api.reqContractDetails(11, { conId: YES }))
    expect(client.of('contractDetails')[0]?.[2]).toMatchObject({ tradingHours: OPENS })
  })

  it('an event closes and opens a contract; a queued order can be cancelled; DAY orders end with the session', async () => {
    const { client, id, place, event, state } = await trading()
    await place(id, { ...RESTING, tif: 'DAY' })
    event('trading_hours', { con_id: YES, hours: 'closed' })
    expect(state().open_orders).toEqual([])
    await place(id + 1)
    await place(id + 2, { orderRef: 'second' })
    client.api.cancelOrder(id + 1)
    await served(client)
    event('trading_hours', { con_id: YES, hours: 'always' })
    await served(client)
    expect(executions(client)).toMatchObject([{ orderRef: 'second' }])
    expect(() => event('trading_hours', { con_id: YES, hours: 'Monday' })).toThrow('use "always", "closed", or')
    expect(() => event('external_order', { con_id: YES, price: '0.50', size: 1 })).not.toThrow()
  })

  it('a queued order survives a restart', async () => {
    const first = await trading({ settings: { trading_hours: OPENS } })
    await first.place(first.id)
    const second = await trading({ settings: { trading_hours: OPENS } }, first.store, first.clock)
    second.clock.advance(HOUR_MS / 2)
    expect(second.state().positions).toEqual([{ con_id: YES, size: 10, cost: '5.90' }])
  })
})
