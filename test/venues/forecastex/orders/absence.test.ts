import { millis } from '../../../../src/core/units'
import { allow, eventually, forever, intent, nextId, NO, stopAll, until } from '../rig'
import { ASKED, executed, held, LIFE_MS, venue, type Answer } from './rig'

afterEach(stopAll)

/** What is held before an order is known. */
async function recovered(answer: Answer) {
  const known = await venue(answer)
  await known.orders.whenRecovered(forever)
  return known
}
/** Places the order so that it is soon too late for it; its time begins here, however long the recovery before it took. */
async function placeSoon({ orders }: Awaited<ReturnType<typeof venue>>, clientOrderId: ReturnType<typeof nextId>) {
  const order = intent({ clientOrderId, notAfterMs: millis(Date.now() + LIFE_MS) })
  expect(await orders.place(order, allow, forever)).toEqual({ kind: 'unknown', cause: 'timeout' })
  return order
}
const settled = ({ kind }: { readonly kind: string }): boolean => kind !== 'unknown'
const times = async (count: number, ask: () => Promise<unknown>): Promise<readonly unknown[]> => {
  const answers: unknown[] = []
  for (let n = 0; n < count; n += 1) answers.push(await ask())
  return answers
}

describe('E12 I5 absence', () => {
  it('is not proven while the account holds what the order would have bought: its executions are late', async () => {
    let placed = false
    let told = false
    const orderRef = nextId()
    const rig = await recovered(([id, , reqId], send) => {
      if (id === ASKED.placeOrder) placed = true
      if (id === ASKED.positions && placed) send(...held(10))
      if (id === ASKED.executions && told) send(...executed(reqId, orderRef, 10))
      return id === ASKED.placeOrder
    })
    const { orders, server, adapter } = rig
    const order = await placeSoon(rig, orderRef)
    server.drop()
    await until('the next session', () => adapter.gateway.session.up && adapter.gateway.session.conn > 1)
    await until('notAfter', () => adapter.clock.nowMs() > order.notAfterMs)
    for (const answer of await times(2, () => orders.find(order, forever))) expect(answer).toMatchObject({ kind: 'unknown' })
    told = true
    expect(await eventually('find', () => orders.find(order, forever), settled)).toEqual({ kind: 'done', filled: 1_000 })
  })

  it('is not proven of what a status has named and no execution shows', async () => {
    const orderRef = nextId()
    const rig = await recovered(([id, orderId], send) => {
      if (id === ASKED.placeOrder) send(3, orderId, 'Submitted', 4, 6, '0.57', 900, 0, '0.57', 7, '', 0)
      return id === ASKED.placeOrder
    })
    const { orders, server, adapter } = rig
    const order = await placeSoon(rig, orderRef)
    server.drop()
    await until('the next session', () => adapter.gateway.session.up && adapter.gateway.session.conn > 1)
    await until('notAfter', () => adapter.clock.nowMs() > order.notAfterMs)
    for (const answer of await times(2, () => orders.find(order, forever))) expect(answer).toMatchObject({ kind: 'unknown' })
  })

  it('is proven beside a position that no fill of it makes', async () => {
    let placed = false
    const orderRef = nextId()
    const rig = await recovered(([id], send) => {
      if (id === ASKED.placeOrder) placed = true
      if (id === ASKED.positions && placed) send(...held(10, NO))
      return id === ASKED.placeOrder
    })
    const { orders } = rig
    const order = await placeSoon(rig, orderRef)
    expect(await eventually('find', () => orders.find(order, forever), settled)).toMatchObject({ reason: 'never-accepted' })
  })
})
