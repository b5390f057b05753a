import type { ClientOrderId } from '../../../../src/core/ids'
import type { OrderIntent } from '../../../../src/core/trade/order'
import { price, quantity } from '../../../../src/core/units'
import { createGateway } from '../../../../src/venues/forecastex/gateway/owner'
import {
  ACCOUNT,
  allow,
  atEnd,
  eventually,
  forever,
  intent,
  MemoryFrameLog,
  MemoryLog,
  startOrders,
  stopAll,
  TestClock,
  until,
} from '../rig'
import { trading } from '../sim-rig'

afterEach(stopAll)

type Venue = Awaited<ReturnType<typeof trading>>['venue']
const openAt = (venue: Venue) => (venue.state() as { open_orders: { orderRef: string; tif: string }[] }).open_orders

/** Another process on the same gateway, by default with the same client id. */
function process(port: number, clientId: number, sent: (id: ClientOrderId) => OrderIntent | null = () => null) {
  const clock = new TestClock()
  const [frameLog, log] = [new MemoryFrameLog(clock), new MemoryLog()]
  const gateway = createGateway({ host: '127.0.0.1', port, clientId, account: ACCOUNT, clock, frameLog, log })
  const ended = new AbortController()
  const running = gateway.run(ended.signal)
  const stop = async (): Promise<void> => {
    ended.abort()
    await running
  }
  atEnd(stop)
  return { gateway, log, frameLog, stop, ...startOrders({ gateway, clock, frameLog, log, stop }, { sent }) }
}
const low = () => intent({ limit: price('0.50') })

describe('orders that rest, for tools', () => {
  it.each(['DAY', 'GTC'] as const)('%s rests, is cancelled, and is final with nothing', async (timeInForce) => {
    const { orders, venue } = await trading()
    const order = low()
    expect(await orders.placeResting(order, timeInForce, allow, forever)).toBe('resting')
    expect(openAt(venue)).toMatchObject([{ orderRef: order.clientOrderId, tif: timeInForce }])
    expect(await orders.cancelEverything(forever)).toEqual([])
    const final = await eventually(
      'final',
      () => orders.finalise(order, forever),
      (answer) => answer !== null,
    )
    expect(final).toEqual({ quantity: 0, fills: [] })
  })

  it('one that can trade at once is answered with its fill', async () => {
    const { orders } = await trading()
    expect(await orders.placeResting(intent(), 'DAY', allow, forever)).toEqual({ kind: 'done', filled: 1000 })
  })

  it('fills that come while it rests are its own', async () => {
    const { orders, venue } = await trading()
    const order = intent({ limit: price('0.57'), quantity: quantity('20') })
    expect(await orders.placeResting(order, 'GTC', allow, forever)).toBe('resting')
    venue.apply({ venue: 'ibkr', type: 'external_order', con_id: 800002, price: '0.43', size: 20 })
    const final = await eventually(
      'final',
      () => orders.finalise(order, forever),
      (answer) => answer !== null,
    )
    expect(final).toMatchObject({ quantity: 2000, fills: [{ price: 5700, quantity: 2000, fee: 200_000 }] })
  })
})

describe('§7 what an earlier process left resting', () => {
  it('is cancelled when this host knows of no such order', async () => {
    const { port, adapter, orders, venue } = await trading()
    await orders.placeResting(low(), 'GTC', allow, forever)
    await adapter.stop()
    const next = process(port, 7)
    await next.orders.whenRecovered(forever)
    await until('the cancel', () => openAt(venue).length === 0)
    expect(next.log.lines.join()).toContain('nobody waits for')
  })

  it('is followed when the journal has it: its trade asks for it, and ends it', async () => {
    const { port, adapter, orders, venue } = await trading()
    const order = low()
    await orders.placeResting(order, 'GTC', allow, forever)
    await adapter.stop()
    const next = process(port, 7, (id) => (id === order.clientOrderId ? order : null))
    await next.orders.whenRecovered(forever)
    expect(next.log.lines.join()).toContain('it is followed')
    const outcome = await eventually(
      'find',
      () => next.orders.find(order, forever),
      ({ kind }) => kind !== 'unknown',
    )
    expect(outcome).toEqual({ kind: 'done', filled: 0 })
    expect(openAt(venue)).toEqual([])
  })

  it('by hand is left alone and named once (E27)', async () => {
    const { port, adapter, venue } = await trading()
    await adapter.stop()
    venue.apply({ venue: 'ibkr', type: 'manual_order', con_id: 800001, price: '0.50', size: 3 })
    const next = process(port, 7)
    await next.orders.whenRecovered(forever)
    expect(next.log.lines.filter((line) => line.includes('another hand'))).toHaveLength(1)
    expect(await next.orders.cancelEverything(forever)).toEqual([])
    expect(openAt(venue)).toHaveLength(1)
  })

  it('under another client id is left alone and named once (E27)', async () => {
    const { port, orders, venue } = await trading()
    await orders.placeResting(low(), 'GTC', allow, forever)
    const other = process(port, 9)
    await other.orders.whenRecovered(forever)
    venue.apply({ venue: 'ibkr', type: 'notice', code: 1102, text: 'Connectivity restored' })
    await until('two more looks', () => other.frameLog.named('out', 'reqPositions').length >= 4)
    await other.orders.whenRecovered(forever)
    expect(other.log.lines.filter((line) => line.includes('only that one can cancel it'))).toHaveLength(1)
    expect(openAt(venue)).toHaveLength(1)
  })
})

describe('many orders at once', () => {
  it('E14 share the reads that make them final', async () => {
    const { orders, adapter, venue } = await trading()
    for (let n = 0; n < 20; n += 1) venue.apply({ venue: 'ibkr', type: 'external_order', con_id: 800002, price: '0.42', size: 10 })
    const placed = Array.from({ length: 10 }, () => intent({ quantity: quantity('1') }))
    await Promise.all(placed.map((order) => orders.place(order, allow, forever)))
    await adapter.clock.sleep(100, forever)
    const before = adapter.frameLog.named('out', 'reqExecutions').length
    await Promise.all(placed.map((order) => orders.finalise(order, forever)))
    // one for those that come first, one for all others, and the day's, which proves once how this gateway reads a time
    expect(adapter.frameLog.named('out', 'reqExecutions').length - before).toBeLessThanOrEqual(3)
  })
})
