import { NO, stopAll, YES } from '../rig'
import { executions, RESTING, served, stopVenues, trading, type Trading } from './rig'

afterEach(async () => {
  await stopAll()
  await stopVenues()
})

const DAY_MS = 86_400_000

/** Buys 10 YES, then 4 NO: four pairs net. @returns log position before the second. */
async function net(rig: Trading): Promise<number> {
  await rig.place(rig.id)
  return rig.place(rig.id + 1, { totalQuantity: 4, lmtPrice: 0.44, orderRef: 'exit' }, NO)
}

describe('netting reports', () => {
  it.each<[string, object, readonly unknown[], number]>([
    ['name nobody', {}, ['N', 0, '', 0], 3],
    ['side BOT', { netting_side: 'BOT' }, ['BOT', 0, '', 0], 3],
    ['the order id', { netting_order_id: 'order' }, ['N', 2, '', 0], 3],
    ['ref and permId', { netting_carries_ref: true, netting_side: 'SLD' }, ['SLD', 0, 'exit', 1], 3],
    ['no commission in reads', { netting_commission: 'never' }, ['N', 0, '', 0], 1],
  ])('%s', async (_name, settings, [side, orderId, ref, hasPermId], commissions) => {
    const rig = await trading({ settings })
    const from = await net(rig)
    const [bought, ...nettings] = executions(rig.client, from)
    expect(bought).toMatchObject({ side: 'BOT', orderRef: 'exit', shares: 4 })
    const told = nettings.map((report) => [report.side, report.orderId, report.orderRef, report.permId > 0 ? 1 : 0])
    expect(told).toEqual([
      [side, orderId, ref, hasPermId],
      [side, orderId, ref, hasPermId],
    ])
    expect(rig.client.of('commissionReport', from)).toHaveLength(1)
    const log = await rig.client.end('execDetailsEnd', () => rig.client.api.reqExecutions(31, {}))
    expect(log.filter(([name]) => name === 'commissionReport')).toHaveLength(1 + commissions)
    expect(rig.state()).toMatchObject({ cash: '9996.30', violations: [] })
  })

  it('have commission reports of nothing when the setting says always', async () => {
    const rig = await trading({ settings: { netting_commission: 'always' } })
    const from = await net(rig)
    expect(rig.client.of('commissionReport', from).map((entry) => (entry[1] as { commission: number }).commission)).toEqual([0.04, 0, 0])
  })
})

describe('a completed order says of its quantity', () => {
  it.each([
    ['remaining', 20],
    ['zero', 0],
    ['original', 50],
  ])('%s', async (completed_quantity, quantity) => {
    const { client, id, place } = await trading({ settings: { completed_quantity } })
    await place(id, { totalQuantity: 50 })
    await client.end('completedOrdersEnd', () => client.api.reqCompletedOrders(true))
    expect(client.of('completedOrder')[0]?.[2]).toMatchObject({ totalQuantity: quantity, filledQuantity: 30 })
  })
})

describe('an amended settlement', () => {
  it('pays what the other outcome would have paid, and can be amended again', async () => {
    const { id, place, event, state } = await trading()
    await place(id)
    event('settle', { con_id: YES, result: 'no' })
    expect(state().cash).toBe('9994.10')
    event('amend_settlement', { con_id: NO, result: 'yes' })
    expect(state()).toMatchObject({ cash: '10004.10', positions: [], violations: [] })
    event('amend_settlement', { con_id: YES, result: 'no' })
    expect(state()).toMatchObject({ cash: '9994.10', violations: [] })
  })

  it('is refused when there is nothing to amend', async () => {
    const { id, place, event } = await trading()
    expect(() => event('amend_settlement', { con_id: YES, result: 'no' })).toThrow('not settled')
    await place(id)
    event('settle', { con_id: YES, result: 'yes' })
    expect(() => event('amend_settlement', { con_id: YES, result: 'yes' })).toThrow('"yes" already')
  })
})

describe('the coupon', () => {
  it('accrues each midnight on the closing bid and is paid into cash by the event', async () => {
    const rig = await trading({ settings: { coupon_rate: '0.0314' } })
    await rig.place(rig.id)
    rig.clock.advance(30 * DAY_MS)
    // 10 contracts at a bid of 0.56: 5.60 · 0.0314 / 365 a day, cut to millionths
    expect(rig.state()).toMatchObject({ accrued: '0.01443', cash: '9994.10' })
    const later = await trading({ settings: { coupon_rate: '0.0314' } }, rig.store, rig.clock)
    expect(later.state().accrued).toBe('0.01443')
    later.event('coupon')
    expect(later.state()).toMatchObject({ accrued: '0.00', cash: '9994.11443', violations: [] })
  })

  it('can be an amount, without a rate', async () => {
    const { event, state } = await trading()
    event('coupon', { amount: '1.25' })
    expect(state()).toMatchObject({ cash: '10001.25', violations: [] })
    expect(() => event('coupon', { amount: 1 })).toThrow('"amount" must be')
  })
})

describe('somebody else in the account', () => {
  it('a trade by hand moves positions and nets against ours', async () => {
    const { client, id, place, event, state } = await trading()
    await place(id)
    event('hand_trade', { con_id: NO, price: '0.40', size: 4 })
    await served(client)
    expect(state()).toMatchObject({ cash: '9996.46', positions: [{ con_id: YES, size: 6 }], violations: [] })
    expect(executions(client)).toHaveLength(1)
    expect(() => event('hand_trade', { con_id: NO, price: '0.40', size: 40_000 })).toThrow('201 Order rejected')
  })

  it('a manual order rests, is seen among all open orders, and is hit like any other', async () => {
    const { client, event, state } = await trading()
    event('manual_order', { con_id: YES, price: '0.57', size: 5, tif: 'GTC' })
    await client.end('openOrderEnd', () => client.api.reqOpenOrders())
    expect(client.of('openOrder')).toEqual([])
    await client.end('openOrderEnd', () => client.api.reqAllOpenOrders())
    expect(client.of('openOrder').map((entry) => [entry[1], (entry[3] as { orderRef?: string }).orderRef ?? ''])).toEqual([[0, '']])
    event('external_order', { con_id: NO, price: '0.43', size: 5 })
    expect(state()).toMatchObject({ open_orders: [], positions: [{ con_id: YES, size: 5 }], violations: [] })
  })

  it('partial cuts what hits a resting order', async () => {
    const { client, id, place, arm, event } = await trading()
    await place(id, { ...RESTING, lmtPrice: 0.57 })
    arm('partial', { chunks: [2, 3], order_ref: 'cb-t1-a1' })
    event('external_order', { con_id: NO, price: '0.43', size: 8 })
    await served(client)
    expect(executions(client).map(({ shares, cumQty }) => [shares, cumQty])).toEqual([
      [2, 2],
      [3, 5],
      [3, 8],
    ])
  })
})
