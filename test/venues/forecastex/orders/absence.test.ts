import { millis } from '../../../../src/core/units'
import {
  ACCOUNT,
  allow,
  answerRead,
  atEnd,
  eventually,
  fixedCatalog,
  forever,
  intent,
  NO,
  RawGateway,
  startGateway,
  startOrders,
  stopAll,
  until,
  YES,
} from '../rig'

afterEach(stopAll)

type Send = (...tokens: readonly unknown[]) => void
const PLACE = '3'
const POSITIONS = '61'
const EXECUTIONS = '7'
const contract11 = (conId: number) => [
  conId,
  'FF',
  'OPT',
  '20301209',
  '3.625',
  conId === YES ? 'C' : 'P',
  '1',
  'FORECASTX',
  'USD',
  'F',
  'F',
]

/** A recovered account in front of a gateway that answers every read with nothing, and swallows orders. */
async function venue(answer: (tokens: readonly string[], send: Send) => boolean) {
  const server = new RawGateway()
  server.onFrame = (tokens, send) => void (answer(tokens, send) || answerRead(tokens, send))
  atEnd(() => server.close())
  const adapter = startGateway(await server.listen())
  const { orders } = startOrders(adapter, { catalog: fixedCatalog, answerTimeoutMs: 50 })
  await orders.whenRecovered(forever)
  return { server, adapter, orders }
}
const soon = () => intent({ notAfterMs: millis(Date.now() + 200) })
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
    const order = soon()
    const { server, adapter, orders } = await venue(([id, , reqId], send) => {
      if (id === PLACE) placed = true
      if (id === POSITIONS && placed) send(61, 3, ACCOUNT, ...contract11(YES), 10, '0.58')
      const fill = ['0001.0001.01.01', '20261121 13:30:00 US/Central', ACCOUNT, 'FORECASTX', 'BOT', 10, '0.57', 900, 7, 0, 10, '0.57']
      if (id === EXECUTIONS && told) send(11, reqId, 1, ...contract11(YES), ...fill, order.clientOrderId, '', '', '', 1, 0)
      return id === PLACE
    })
    await orders.place(order, allow, forever)
    server.drop()
    await until('the next session', () => adapter.gateway.session.up && adapter.gateway.session.conn > 1)
    await until('notAfter', () => adapter.clock.nowMs() > order.notAfterMs)
    for (const answer of await times(2, () => orders.find(order, forever))) expect(answer).toMatchObject({ kind: 'unknown' })
    told = true
    expect(await eventually('find', () => orders.find(order, forever), settled)).toEqual({ kind: 'done', filled: 1_000 })
  })

  it('is not proven of what a status has named and no execution shows', async () => {
    const order = soon()
    const { server, adapter, orders } = await venue(([id, orderId], send) => {
      if (id === PLACE) send(3, orderId, 'Submitted', 4, 6, '0.57', 900, 0, '0.57', 7, '', 0)
      return id === PLACE
    })
    await orders.place(order, allow, forever)
    server.drop()
    await until('the next session', () => adapter.gateway.session.up && adapter.gateway.session.conn > 1)
    await until('notAfter', () => adapter.clock.nowMs() > order.notAfterMs)
    for (const answer of await times(2, () => orders.find(order, forever))) expect(answer).toMatchObject({ kind: 'unknown' })
  })

  it('is proven beside a position that no fill of it makes', async () => {
    let placed = false
    const order = soon()
    const { orders } = await venue(([id], send) => {
      if (id === PLACE) placed = true
      if (id === POSITIONS && placed) send(61, 3, ACCOUNT, ...contract11(NO), 10, '0.42')
      return id === PLACE
    })
    await orders.place(order, allow, forever)
    expect(await eventually('find', () => orders.find(order, forever), settled)).toMatchObject({ reason: 'never-accepted' })
  })
})
