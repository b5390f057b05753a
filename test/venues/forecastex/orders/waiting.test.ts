import { millis } from '../../../../src/core/units'
import { allow, fixedCatalog, forever, intent, startOrders, stopAll, until } from '../rig'
import { ASKED, venue } from './rig'

afterEach(stopAll)

const PLACE_ORDER = Number(ASKED.placeOrder)

describe('an order that waits for the recovery', () => {
  it('E11 is asked for in the turn of the write: past notAfter no byte leaves', async () => {
    const { server, orders, adapter } = await venue(([id], send) => {
      if (id !== ASKED.positions) return false
      setTimeout(() => send(62, 1), 40)
      return true
    })
    const { clock } = adapter
    const order = intent({ notAfterMs: millis(clock.nowMs() + 20) })
    const gate = () => (clock.nowMs() > order.notAfterMs ? 'too-late' : null)
    const outcome = await orders.place(order, gate, forever)
    // on a busy machine the recovery outlasts what an order waits for it: that refuses as well, and the gate is asked by the next try
    if (outcome.kind === 'rejected' && outcome.reason === 'guard') await orders.whenRecovered(forever)
    expect(await orders.place(order, gate, forever)).toMatchObject({ kind: 'rejected', reason: 'too-late' })
    expect(orders.recovering).toBeNull()
    expect(server.named(PLACE_ORDER)).toEqual([])
  })

  it('I1 is sent once, however often it is placed: what became of it is a question for find', async () => {
    const { server, orders } = await venue()
    await orders.whenRecovered(forever)
    const order = intent()
    for (const outcome of await Promise.all([orders.place(order, allow, forever), orders.place(order, allow, forever)]))
      expect(outcome).toEqual({ kind: 'unknown', cause: 'timeout' })
    await orders.find(order, forever)
    expect(await orders.place(order, allow, forever)).toEqual({ kind: 'unknown', cause: 'timeout' })
    expect(server.named(PLACE_ORDER)).toHaveLength(1)
  })
})

describe('a process that stood still', () => {
  it('finds its session and what was recovered as they were, as soon as the gateway answers again', async () => {
    const { server, orders, adapter } = await venue()
    await orders.whenRecovered(forever)
    server.answering = false
    const { monoNs } = adapter.clock
    adapter.clock.monoNs = () => monoNs() + 10_000_000_000n
    await until('unproven', () => !adapter.gateway.session.up)
    const recovered = orders.whenRecovered(forever)
    server.answering = true
    await recovered
    expect([orders.recovering, adapter.gateway.session.conn]).toEqual([null, 1])
  })
})

describe('a process that starts before its gateway answers', () => {
  it('keeps no vigil yet: a read that cannot be is not reported as one that failed', async () => {
    const { adapter } = await venue(() => true)
    await adapter.stop()
    const { orders } = startOrders(adapter, { catalog: fixedCatalog, executionsZone: 'UTC' })
    adapter.log.lines.length = 0
    const ended = new AbortController()
    const vigil = orders.keepVigil(ended.signal)
    await new Promise((resolve) => setImmediate(resolve))
    ended.abort()
    await vigil
    expect(adapter.log.lines.filter((line) => line.includes('A read of the account failed'))).toEqual([])
  })
})
