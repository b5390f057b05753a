import type { OrderIntent } from '../../../src/core/trade/order'
import { millis, price, quantity } from '../../../src/core/units'
import type { OrderEntry } from '../../../src/ports/order-entry'
import { ACCOUNT, allow, eventually, forever, intent, MARKET, NO, startGateway, startOrders, stopAll, until, YES } from './rig'
import { trading } from './sim-rig'

afterEach(stopAll)

const found = (orders: OrderEntry, order: OrderIntent) =>
  eventually(
    'find',
    () => orders.find(order, forever),
    (outcome) => outcome.kind !== 'unknown',
  )
const final = (orders: OrderEntry, order: OrderIntent) =>
  eventually(
    'finalise',
    () => orders.finalise(order, forever),
    (answer) => answer !== null,
  )

describe('an IOC', () => {
  it('fills at the resting price; its final has the executions with their fees', async () => {
    const { orders } = await trading()
    const order = intent()
    expect(await orders.place(order, allow, forever)).toEqual({ kind: 'done', filled: 1000 })
    const { quantity: filled, fills } = (await final(orders, order)) ?? { quantity: 0, fills: [] }
    expect(filled).toBe(1000)
    expect(fills).toMatchObject([
      { venue: 'forecastex', account: ACCOUNT, market: MARKET, outcome: 'yes', action: 'buy', price: 5800, quantity: 1000, fee: 100_000 },
    ])
    expect(Math.abs((fills[0]?.atMs ?? 0) - Date.now())).toBeLessThan(10_000)
  })

  it('fills in part: what is there (trap 5)', async () => {
    const { orders } = await trading()
    const order = intent({ quantity: quantity('50') })
    expect(await orders.place(order, allow, forever)).toEqual({ kind: 'done', filled: 3000 })
    expect(await final(orders, order)).toMatchObject({ quantity: 3000 })
  })

  it('in pieces is one order', async () => {
    const { orders, faults } = await trading()
    faults.arm('partial:3')
    const order = intent()
    expect(await orders.place(order, allow, forever)).toEqual({ kind: 'done', filled: 1000 })
    expect((await final(orders, order))?.fills).toHaveLength(3)
  })

  it('misses: done with nothing, final with nothing', async () => {
    const { orders } = await trading()
    const order = intent({ limit: price('0.57') })
    expect(await orders.place(order, allow, forever)).toEqual({ kind: 'done', filled: 0 })
    expect(await final(orders, order)).toEqual({ quantity: 0, fills: [] })
  })

  it('is rejected with its reason, and final with nothing', async () => {
    const { orders, faults } = await trading()
    faults.arm('reject:201', { text: 'Order rejected - reason:Insufficient funds' })
    const order = intent()
    expect(await orders.place(order, allow, forever)).toMatchObject({ kind: 'rejected' })
    expect(await final(orders, order)).toEqual({ quantity: 0, fills: [] })
  })

  it.each(['status_missing', 'status_reordered', 'duplicate_exec'])('is understood with fault %s', async (name) => {
    const { orders, faults } = await trading()
    faults.arm(name)
    const order = intent()
    expect(await orders.place(order, allow, forever)).toEqual({ kind: 'done', filled: 1000 })
    expect((await final(orders, order))?.fills).toHaveLength(1)
  })
})

describe('E12 an answer that was lost', () => {
  it('is found when the order was accepted and filled while we were away', async () => {
    const { orders, faults, adapter } = await trading()
    faults.arm('accept_then_drop')
    const order = intent()
    expect(await orders.place(order, allow, forever)).toEqual({ kind: 'unknown', cause: 'disconnected' })
    expect(await found(orders, order)).toEqual({ kind: 'done', filled: 1000 })
    expect(await final(orders, order)).toMatchObject({ quantity: 1000, fills: [{ fee: 100_000 }] })
    expect(adapter.gateway.session.conn).toBe(2)
  })

  it('is never-accepted when two complete reads show nothing, and not before notAfter', async () => {
    const { orders, faults } = await trading()
    faults.arm('lost_before_accept')
    const order = intent()
    expect(await orders.place(order, allow, forever)).toMatchObject({ kind: 'unknown' })
    expect(await found(orders, order)).toMatchObject({ kind: 'rejected', reason: 'never-accepted' })
    expect(Date.now()).toBeGreaterThan(order.notAfterMs)
    expect(await final(orders, order)).toEqual({ quantity: 0, fills: [] })
  })

  it('is found by a later process with the same client id (E19)', async () => {
    const { orders, faults, adapter, port } = await trading()
    faults.arm('accept_then_drop')
    const order = intent({ limit: price('0.58'), quantity: quantity('50') })
    await orders.place(order, allow, forever)
    await adapter.stop()
    const successor = startGateway(port)
    await successor.gateway.whenUp(forever)
    const { orders: later } = startOrders(successor)
    expect(await found(later, order)).toEqual({ kind: 'done', filled: 3000 })
    expect(await final(later, order)).toMatchObject({ quantity: 3000, fills: [{ price: 5800, fee: 300_000 }] })
  })

  it('has no verdict across midnight of the executions window (trap 9), nor while 1100 is in force', async () => {
    const { venue, adapter, catalog } = await trading()
    const { orders } = startOrders(adapter, { catalog, executionsZone: 'UTC' })
    const midnightMs = Math.floor(Date.now() / 86_400_000) * 86_400_000
    const yesterday = intent({ notAfterMs: millis(midnightMs - 1_000) })
    expect(await orders.find(yesterday, forever)).toMatchObject({ kind: 'unknown' })
    venue.apply({ venue: 'ibkr', type: 'notice', code: 1100, text: 'Connectivity lost' })
    await until('1100', () => adapter.gateway.session.broker === 'lost')
    const { orders: open } = startOrders(adapter, { catalog })
    expect(await open.find(intent({ notAfterMs: millis(Date.now() - 1_000) }), forever)).toEqual({ kind: 'unknown', cause: 'disconnected' })
  })
})

describe('E13 a rewritten time in force', () => {
  it('is unknown, is cancelled at once, and ends as what it did', async () => {
    const { orders, faults, adapter, venue } = await trading()
    faults.arm('tif_rewritten')
    const order = intent({ limit: price('0.57') })
    expect(await orders.place(order, allow, forever)).toEqual({ kind: 'unknown', cause: 'echo-differs' })
    await until('the cancel', () => (venue.state() as { open_orders: unknown[] }).open_orders.length === 0)
    expect(await found(orders, order)).toEqual({ kind: 'done', filled: 0 })
    expect(adapter.log.lines.join()).toContain('another order than intended')
  })
})

describe('E14 final', () => {
  it('has the corrected price', async () => {
    const { orders, faults } = await trading()
    faults.arm('correction', { price: '0.55' })
    const order = intent()
    await orders.place(order, allow, forever)
    expect((await final(orders, order))?.fills).toMatchObject([{ price: 5500, quantity: 1000, fee: 100_000 }])
  })

  it('counts a fill that follows the cancel within the grace', async () => {
    const { faults, adapter, catalog } = await trading()
    const { orders } = startOrders(adapter, { catalog, graceMs: 600 })
    faults.arm('late_fill_after_cancel', { size: 3, delay_ms: 200 })
    const order = intent({ quantity: quantity('50') })
    expect(await orders.place(order, allow, forever)).toMatchObject({ kind: 'done', filled: 3000 })
    expect((await final(orders, order))?.quantity).toBe(3300)
  })

  it('waits for a late commission report', async () => {
    const { orders, faults } = await trading()
    faults.arm('commission_late')
    const order = intent()
    await orders.place(order, allow, forever)
    expect((await final(orders, order))?.fills).toMatchObject([{ fee: 100_000 }])
  })

  it.each([{ netting_side: 'N' }, { netting_side: 'BOT' }])('is not moved by netting reports: %j', async (settings) => {
    const { orders, faults, account } = await trading(settings)
    const entry = intent()
    await orders.place(entry, allow, forever)
    await final(orders, entry)
    faults.arm('netting_as_fill')
    const exit = intent({ outcome: 'no', limit: price('0.44'), quantity: quantity('14') })
    expect(await orders.place(exit, allow, forever)).toEqual({ kind: 'done', filled: 1400 })
    expect(await final(orders, exit)).toMatchObject({ quantity: 1400, fills: [{ outcome: 'no', quantity: 1400 }] })
    const { positions, fills } = await account.statement(millis(0), forever)
    expect(positions).toEqual([{ market: MARKET, outcome: 'no', quantity: 400 }])
    expect(fills.map((fill) => fill.quantity)).toEqual([1000, 1400])
  })
})

describe('E27 cancelEverything', () => {
  it('leaves nothing of ours resting, and tells what it could not cancel', async () => {
    const { orders, faults } = await trading()
    faults.arm('tif_rewritten')
    await orders.place(intent({ limit: price('0.57') }), allow, forever)
    expect(await orders.cancelEverything(forever)).toEqual([])
  })
})

describe('the account', () => {
  it('states cash, fills, positions; no payouts', async () => {
    const { orders, account } = await trading()
    const order = intent()
    await orders.place(order, allow, forever)
    const statement = await account.statement(millis(Date.now() - 60_000), forever)
    expect(statement).toMatchObject({ cash: 9_994_100_000, openOrders: [], payouts: [] })
    expect(statement.positions).toEqual([{ market: MARKET, outcome: 'yes', quantity: 1000 }])
    expect(statement.fills).toEqual((await final(orders, order))?.fills)
  })
})

describe('the catalogue', () => {
  it('pairs contracts and lists their terms', async () => {
    const { catalog } = await trading()
    const [listing] = await catalog.listings('FF', forever)
    expect(listing).toMatchObject({
      venue: 'forecastex',
      market: MARKET,
      event: 'FF 20301209',
      series: 'FF',
      status: 'open',
      contracts: { yes: YES, no: NO },
    })
    expect(listing).toMatchObject({
      bands: [{ start: 100, end: 9900, step: 100 }],
      fees: { multiplier: 10_000 },
      shard: null,
      yesPays: null,
    })
    expect(await catalog.listing(MARKET, forever)).toMatchObject({ market: MARKET })
    expect(await catalog.outcomeOf(NO, forever)).toEqual({ market: MARKET, outcome: 'no' })
    expect(await catalog.listings('NOPE', forever)).toEqual([])
  })
})
