import { contract, IbClient, order, stopAll, YES } from '../rig'
import { executions, RESTING, served, stopVenues, story, trading } from './rig'

afterEach(async () => {
  await stopAll()
  await stopVenues()
})

const FILLED = [
  'openOrder:PreSubmitted',
  'orderStatus:PreSubmitted',
  'execDetails',
  'openOrder:Filled',
  'orderStatus:Filled',
  'openOrder:Filled',
  'commissionReport',
]
const swapped = (frames: readonly string[], a: number, b: number): readonly string[] =>
  frames.with(a, frames[b] ?? '').with(b, frames[a] ?? '')

describe('what is told of an order', () => {
  it.each<[string, object, readonly string[]]>([
    ['status_missing', {}, FILLED.filter((name) => !name.startsWith('orderStatus'))],
    ['status_reordered', {}, swapped(swapped(FILLED, 0, 1), 3, 4)],
    ['status_out_of_order', {}, swapped(FILLED, 1, 4)],
    ['duplicate_status', {}, FILLED.flatMap((name) => (name.startsWith('orderStatus') ? [name, name] : [name]))],
    ['duplicate_status', { count: 4 }, FILLED.flatMap((name) => (name.startsWith('orderStatus') ? Array(5).fill(name) : [name]))],
    ['duplicate_open_order', {}, FILLED.flatMap((name) => (name.startsWith('openOrder') ? [name, name] : [name]))],
    ['duplicate_exec', {}, FILLED.flatMap((name) => (name === 'execDetails' ? [name, name] : [name]))],
    ['duplicate_exec', { count: 3 }, FILLED.flatMap((name) => (name === 'execDetails' ? Array(4).fill(name) : [name]))],
    ['commission_first', {}, [...FILLED.slice(0, 2), 'commissionReport', ...FILLED.slice(2, 6)]],
    ['commission_missing', {}, FILLED.slice(0, 6)],
    ['warning:399', {}, [...FILLED.slice(0, 2), 'error:399', ...FILLED.slice(2)]],
    ['warning:10311', { text: 'x' }, [...FILLED.slice(0, 2), 'error:10311', ...FILLED.slice(2)]],
  ])('%s %j', async (name, fields, frames) => {
    const { client, id, place, arm, state } = await trading()
    arm(name, { ...fields, order_ref: 'cb-t1-a1' })
    expect(story(client, await place(id, { orderRef: 'another', totalQuantity: 1 }))).toEqual(FILLED)
    expect(story(client, await place(id + 1))).toEqual(frames)
    expect(story(client, await place(id + 2, { totalQuantity: 1 }))).toEqual(FILLED)
    expect(state().violations).toEqual([])
  })

  it('out-of-order statuses have filled counts that go down', async () => {
    const { client, id, place, arm } = await trading()
    arm('partial', { chunks: [3, 7] })
    arm('status_out_of_order')
    await place(id)
    expect(client.of('orderStatus').map((entry) => entry[3])).toEqual([10, 3, 0])
  })

  it('commission_late comes by the clock; commission_missing may be missing from reads too', async () => {
    const { client, clock, id, place, arm, state } = await trading()
    arm('commission_late', { delay_ms: 700 })
    arm('commission_missing', { also_in_reads: true, order_id: id + 1 })
    await place(id)
    await place(id + 1)
    clock.advance(699)
    await served(client)
    expect(client.of('commissionReport')).toEqual([])
    clock.advance(1)
    await served(client)
    expect(client.of('commissionReport')).toHaveLength(1)
    await client.end('execDetailsEnd', () => client.api.reqExecutions(31, {}))
    expect([executions(client).length, client.of('commissionReport').length]).toEqual([4, 2])
    expect(state()).toMatchObject({ cash: '9988.20', violations: [] })
  })
})

describe('a connection that dies with a frame', () => {
  it.each([
    ['openOrder', {}, FILLED.slice(0, 1)],
    ['orderStatus', {}, FILLED.slice(0, 2)],
    ['execDetails', {}, FILLED.slice(0, 3)],
    ['orderStatus', { skip: 1 }, FILLED.slice(0, 5)],
    ['commissionReport', {}, FILLED],
  ])('drop_after %s %j', async (frame, fields, frames) => {
    const { client, id, arm, port, state } = await trading()
    arm('drop_after', { frame, ...fields, order_ref: 'cb-t1-a1' })
    const from = client.log.length
    client.api.placeOrder(id, contract(YES), order())
    await client.wait('disconnected')
    expect(story(client, from).filter((name) => name !== 'disconnected')).toEqual(frames)
    expect(state()).toMatchObject({ cash: '9994.10', violations: [] })
    const later = new IbClient(port)
    await later.up()
    await later.end('execDetailsEnd', () => later.api.reqExecutions(31, {}))
    expect([executions(later).length, later.of('commissionReport').length]).toEqual([1, 1])
  })

  it('or is silent from there on, and another client is not', async () => {
    const { client, id, arm, port } = await trading()
    const other = new IbClient(port, 8)
    await other.up()
    arm('drop_after', { frame: 'execDetails', how: 'half_open' })
    client.api.placeOrder(id, contract(YES), order())
    await client.wait('execDetails')
    await served(other)
    expect(client.names().at(-1)).toBe('execDetails')
    expect(client.of('disconnected')).toEqual([])
  })
})

describe('at midnight of the gateway', () => {
  it('executions and completed orders of yesterday are withheld; positions, cash and resting orders stay', async () => {
    const { client, clock, id, place, state } = await trading({ settings: { executions_window: 'day' } })
    await place(id)
    await place(id + 1, { ...RESTING, orderRef: 'resting' })
    const reads = async (): Promise<readonly number[]> => {
      const from = client.log.length
      await client.end('execDetailsEnd', () => client.api.reqExecutions(31, {}))
      await client.end('completedOrdersEnd', () => client.api.reqCompletedOrders(true))
      await client.end('openOrderEnd', () => client.api.reqOpenOrders())
      return ['execDetails', 'commissionReport', 'completedOrder', 'openOrder'].map((name) => client.of(name, from).length)
    }
    expect(await reads()).toEqual([1, 1, 1, 1])
    clock.advance(10.5 * 3_600_000)
    expect(await reads()).toEqual([0, 0, 0, 1])
    expect(state()).toMatchObject({ positions: [{ size: 10 }], cash: '9994.10', violations: [] })
    await place(id + 2, { totalQuantity: 1 })
    expect(await reads()).toEqual([1, 1, 1, 1])
  })
})

describe('a fault that is armed wrongly', () => {
  it.each<[string, object, string]>([
    ['reject', {}, 'name the fault "reject:<code>"'],
    ['warning', {}, 'name the fault "warning:<code>"'],
    ['reject:no_money', {}, 'name the fault "reject:<code>"'],
    ['market_data_type:9', {}, 'name the fault "market_data_type:<1..4>"'],
    ['no_answer', { client_id: 7 }, 'fault "no_answer" has no field "client_id": use none'],
    ['untrusted', { client_id: 7 }, 'fault "untrusted" has no field "client_id"'],
    ['login_expired', { request: 3 }, 'fault "login_expired" has no field "request": use client_id'],
    ['client_id_taken', { request: 71 }, 'fault "client_id_taken" has no field "request"'],
    ['partial', { chuncks: 3 }, 'has no field "chuncks"'],
    ['drop_after', { frame: 'fill' }, '"frame" of fault "drop_after" must be openOrder or'],
    ['correction', { price: 0.5 }, '"price" of fault "correction" must be a decimal string'],
    ['correction', { steps: [{ cost: 1 }] }, '"steps" of fault "correction" must be a list'],
    ['late_fill_after_cancel', { delay_ms: 'soon' }, '"delay_ms" of fault "late_fill_after_cancel" must be a whole number'],
    ['drop', { order_ref: 'x' }, 'fault "drop" has no field "order_ref"'],
    ['status_missing', { skip: -1 }, '"skip" must be'],
  ])('%s %j', async (name, fields, sentence) => {
    const { arm } = await trading()
    expect(() => arm(name, fields)).toThrow(sentence)
  })

  it('does not strike what has not the field that it is aimed by', async () => {
    const { arm, faults } = await trading()
    arm('tif_rewritten', { order_ref: 'x' })
    expect(faults.take('tif_rewritten', { client_id: 7 })).toBeNull()
    expect(faults.take('tif_rewritten', { client_id: 7, order_ref: 'x' })).not.toBeNull()
  })

  it('that is aimed at another order, client or contract does not strike', async () => {
    const { client, id, place, arm, faults } = await trading()
    for (const aim of [{ order_ref: 'x' }, { order_id: 99 }, { client_id: 8 }, { con_id: YES + 1 }]) arm('reject:201', aim)
    expect(story(client, await place(id))).toEqual(FILLED)
    expect(faults.armed()).toHaveLength(4)
  })
})
