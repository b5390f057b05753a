import { NO, stopAll } from '../rig'
import { executions, RESTING, served, stopVenues, story, trading, type Trading } from './rig'

afterEach(async () => {
  await stopAll()
  await stopVenues()
})

/** Cancels and tells what came of it. */
async function cancel({ client }: Trading, id: number): Promise<readonly string[]> {
  const from = client.log.length
  client.api.cancelOrder(id)
  await served(client)
  return story(client, from)
}
const CANCELLED = ['orderStatus:Cancelled', 'error:202']
const OPENED = ['openOrder:PreSubmitted', 'orderStatus:PreSubmitted']

describe('a rejection', () => {
  it.each<[string, object, readonly string[]]>([
    ['reject:201', {}, ['orderStatus:Inactive', 'error:201']],
    ['reject:201', { inactive: 'after' }, ['error:201', 'orderStatus:Inactive']],
    ['reject:201', { inactive: 'never' }, ['error:201']],
    ['reject:201', { after_open: true }, [...OPENED, 'orderStatus:Inactive', 'error:201']],
    ['reject:201', { after_open: true, inactive: 'after' }, [...OPENED, 'error:201', 'orderStatus:Inactive']],
    ['reject:203', {}, ['error:203']],
    ['reject:110', { inactive: 'after' }, ['error:110', 'orderStatus:Inactive']],
    ['reject:10343', {}, ['error:10343']],
    ['reject:10344', { after_open: true, inactive: 'never' }, [...OPENED, 'error:10344']],
  ])('%s %j', async (name, fields, frames) => {
    const { client, id, place, arm, state } = await trading()
    arm(name, { ...fields, order_id: id })
    expect(story(client, await place(id))).toEqual(frames)
    expect(state()).toMatchObject({ cash: '10000.00', available: '10000.00', open_orders: [], executions: [] })
  })

  it('of a working order comes as an event, at any point of its life', async () => {
    const { client, id, place, event, state } = await trading()
    await place(id, { tif: 'GTC', totalQuantity: 50, orderRef: 'partly' })
    const from = client.log.length
    event('end_order', { order_ref: 'partly', status: 'Inactive', code: 201, text: 'Order rejected - reason:margin' })
    await served(client)
    expect(story(client, from)).toEqual(['orderStatus:Inactive', 'error:201'])
    expect(state()).toMatchObject({ open_orders: [], completed_orders: [{ filled: 30, status: 'Inactive' }], violations: [] })
    expect(() => event('end_order', { order_ref: 'partly' })).toThrow('is Inactive already')
    expect(() => event('end_order', { status: 'Cancelled' })).toThrow('no such order')
    expect(() => event('end_order', { ref: 'partly' })).toThrow('event "end_order" has no field "ref"')
  })

  it('a message about a working order changes nothing', async () => {
    const { client, id, place, event, state } = await trading()
    await place(id, RESTING)
    const from = client.log.length
    event('order_error', { client_id: 7, order_id: id, code: 2109, text: 'Outside Regular Trading Hours is ignored' })
    await served(client)
    expect(story(client, from)).toEqual(['error:2109'])
    expect(state().open_orders).toHaveLength(1)
  })
})

describe('a cancel', () => {
  it.each([10147, 10148, 161])('can be answered by %d while the order works on', async (code) => {
    const rig = await trading()
    await rig.place(rig.id, RESTING)
    rig.arm(`cancel_rejected:${code}`, { order_ref: 'cb-t1-a1' })
    expect(await cancel(rig, rig.id)).toEqual([`error:${code}`])
    expect(rig.state().open_orders).toHaveLength(1)
    expect(await cancel(rig, rig.id)).toEqual(CANCELLED)
  })

  it.each([
    [{}, 1],
    [{ cancelled: true }, 0],
  ])('can stay without an answer %j', async (fields, open) => {
    const rig = await trading()
    await rig.place(rig.id, RESTING)
    rig.arm('cancel_silent', fields)
    expect(await cancel(rig, rig.id)).toEqual([])
    expect(rig.state().open_orders).toHaveLength(open)
  })

  it('can be late: PendingCancel, perhaps a fill, then Cancelled, over a restart too', async () => {
    const rig = await trading()
    await rig.place(rig.id, RESTING)
    rig.arm('cancel_late', { delay_ms: 400 })
    expect(await cancel(rig, rig.id)).toEqual(['orderStatus:PendingCancel'])
    expect(await cancel(rig, rig.id)).toEqual(['error:10148'])
    // The better bids of others, 100 in all, come first.
    rig.event('external_order', { con_id: NO, price: '0.50', size: 104 })
    const later = await trading({}, rig.store, rig.clock)
    later.clock.advance(400)
    expect(later.state()).toMatchObject({ open_orders: [], completed_orders: [{ filled: 4, status: 'Cancelled' }], violations: [] })
    await served(rig.client)
    expect(rig.client.names().slice(-3)).toEqual(['orderStatus:Cancelled', 'error:202', 'currentTime'])
  })

  it.each<[object, readonly string[], number]>([
    [{}, ['execDetails', 'openOrder:Filled', 'orderStatus:Filled', 'openOrder:Filled', 'commissionReport'], 10],
    [{ code: 10148 }, ['execDetails', 'openOrder:Filled', 'orderStatus:Filled', 'openOrder:Filled', 'commissionReport', 'error:10148'], 10],
    [
      { size: 4 },
      ['execDetails', 'openOrder:Submitted', 'orderStatus:Submitted', 'openOrder:Submitted', 'commissionReport', ...CANCELLED],
      4,
    ],
  ])('can be answered by a fill %j', async (fields, frames, size) => {
    const rig = await trading()
    await rig.place(rig.id, RESTING)
    rig.arm('cancel_filled', fields)
    expect(await cancel(rig, rig.id)).toEqual(frames)
    expect(rig.state()).toMatchObject({ positions: [{ size }], open_orders: [], violations: [] })
  })
})

describe('late_fill_after_cancel', () => {
  it('comes by the clock, keeps its cash reserved until then, and survives a restart once', async () => {
    const rig = await trading()
    rig.arm('late_fill_after_cancel', { size: 3, delay_ms: 400 })
    expect(story(rig.client, await rig.place(rig.id, { lmtPrice: 0.5 }))).toEqual([...OPENED, ...CANCELLED])
    expect(rig.state()).toMatchObject({ cash: '10000.00', available: '9998.47' })
    const later = await trading({}, rig.store, rig.clock)
    later.clock.advance(400)
    expect(later.state()).toMatchObject({ cash: '9998.47', available: '9998.47', positions: [{ size: 3 }], violations: [] })
    const last = await trading({}, later.store, rig.clock)
    last.clock.advance(10_000)
    expect(last.state()).toMatchObject({ cash: '9998.47', positions: [{ size: 3 }] })
  })

  it('can wait for the read of completed orders', async () => {
    const { client, clock, id, place, arm } = await trading()
    arm('late_fill_after_cancel', { after_read: true })
    await place(id, { lmtPrice: 0.5 })
    clock.advance(60_000)
    await served(client)
    expect(executions(client)).toEqual([])
    await client.end('completedOrdersEnd', () => client.api.reqCompletedOrders(true))
    await served(client)
    expect(executions(client)).toMatchObject([{ shares: 10, price: 0.5 }])
  })

  it('does not come any more when the question is settled', async () => {
    const { clock, id, place, arm, event, state } = await trading()
    arm('late_fill_after_cancel', { delay_ms: 400 })
    await place(id, { lmtPrice: 0.5 })
    event('settle', { con_id: NO, result: 'yes' })
    clock.advance(400)
    expect(state()).toMatchObject({ cash: '10000.00', available: '10000.00', positions: [], violations: [] })
  })
})
