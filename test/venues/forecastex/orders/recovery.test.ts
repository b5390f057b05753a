import { millis } from '../../../../src/core/units'
import { eventually, allow, forever, intent, NO, stopAll, until } from '../rig'
import { ASKED, executed, feeTold, held, LIFE_MS, venue } from './rig'

afterEach(stopAll)

const past = () => intent({ notAfterMs: millis(Date.now() - 1_000) })

describe('E12 absence', () => {
  it('is not proven in the session that sent the order: it is given up, and the next one proves it', async () => {
    const { orders, adapter } = await venue()
    await orders.whenRecovered(forever)
    const order = intent({ notAfterMs: millis(Date.now() + LIFE_MS) })
    expect(await orders.place(order, allow, forever)).toEqual({ kind: 'unknown', cause: 'timeout' })
    const outcome = await eventually(
      'find',
      () => orders.find(order, forever),
      ({ kind }) => kind !== 'unknown',
    )
    expect(outcome).toMatchObject({ kind: 'rejected', reason: 'never-accepted' })
    expect(adapter.gateway.session.conn).toBe(2)
  })

  it('needs the time after notAfter', async () => {
    const { orders } = await venue()
    expect(await orders.find(intent({ notAfterMs: millis(Date.now() + 60_000) }), forever)).toEqual({ kind: 'unknown', cause: 'timeout' })
  })

  it('needs two complete looks', async () => {
    const { orders, server } = await venue()
    await orders.whenRecovered(forever)
    const counts = () =>
      [ASKED.openOrders, ASKED.completedOrders, ASKED.executions, ASKED.positions].map((id) => server.named(Number(id)).length)
    expect(counts()).toEqual([2, 2, 2, 2])
    expect(await orders.find(past(), forever)).toMatchObject({ reason: 'never-accepted' })
    expect(counts()).toEqual([4, 4, 4, 4])
  })

  it('needs equal positions', async () => {
    let contracts = 0
    const { orders } = await venue(([id], send) => {
      if (id === ASKED.positions) send(...held((contracts += 10)))
      return false
    })
    expect(await orders.find(past(), forever)).toEqual({ kind: 'unknown', cause: 'timeout' })
  })

  it('is not proven right after IBKR was regained', async () => {
    const { orders, server, adapter } = await venue()
    server.send(4, 2, -1, 1100, 'lost', '')
    server.send(4, 2, -1, 1102, 'restored', '')
    await until('1102', () => adapter.gateway.session.restoredMs !== null)
    expect(await orders.find(past(), forever)).toEqual({ kind: 'unknown', cause: 'timeout' })
  })

  it('is not proven by reads that the end of the session cut off', async () => {
    const { orders, server } = await venue(([id]) => {
      if (id === ASKED.completedOrders) server.drop()
      return id === ASKED.completedOrders
    })
    expect(await orders.find(past(), forever)).toEqual({ kind: 'unknown', cause: 'timeout' })
  })
})

describe('traces', () => {
  it('an execution without an end is the outcome once two looks show that nothing rests', async () => {
    const order = past()
    const { orders } = await venue(([id, , reqId], send) => {
      if (id !== ASKED.executions) return false
      send(...executed(reqId, order.clientOrderId, 4))
      send(...feeTold('0.04'))
      return false
    })
    expect(await orders.find(order, forever)).toEqual({ kind: 'done', filled: 400 })
    const final = await eventually(
      'final',
      () => orders.finalise(order, forever),
      (answer) => answer !== null,
    )
    expect(final?.fills).toMatchObject([{ executionId: '0001.0001.01', quantity: 400, price: 5700, fee: 40_000, venueOrderId: '900' }])
  })

  it('a stranger’s execution of the other contract is none', async () => {
    const { orders } = await venue(([id, , reqId], send) => {
      if (id !== ASKED.executions) return false
      send(...executed(reqId, '', 4, NO))
      return false
    })
    expect(await orders.find(past(), forever)).toMatchObject({ reason: 'never-accepted' })
  })

  it('the kill cancels nothing that is not ours', async () => {
    const { orders, server } = await venue()
    expect(await orders.cancelEverything(forever)).toEqual([])
    expect(server.frames.filter(([id]) => id === ASKED.cancelOrder || id === '58')).toEqual([])
  })
})
