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

const CANCEL_ORDER = '4'
type Send = (...tokens: readonly unknown[]) => void

/** A gateway that answers every read with nothing, and swallows orders. */
async function silentVenue(answer: (tokens: readonly string[], send: Send) => boolean = () => false) {
  const server = new RawGateway()
  server.onFrame = (tokens, send) => {
    if (!answer(tokens, send)) answerRead(tokens, send)
  }
  atEnd(() => server.close())
  const adapter = startGateway(await server.listen())
  await adapter.gateway.whenUp(forever)
  return { server, adapter, ...startOrders(adapter, { catalog: fixedCatalog, answerTimeoutMs: 50 }) }
}
const past = () => intent({ notAfterMs: millis(Date.now() - 1_000) })
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
  'FF',
  'FF',
]

describe('E12 absence', () => {
  it('is not proven in the session that sent the order: it is given up, and the next one proves it', async () => {
    const { orders, adapter } = await silentVenue()
    const order = intent({ notAfterMs: millis(Date.now() + 200) })
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
    const { orders } = await silentVenue()
    expect(await orders.find(intent({ notAfterMs: millis(Date.now() + 60_000) }), forever)).toEqual({ kind: 'unknown', cause: 'timeout' })
  })

  it('needs two complete looks', async () => {
    const { orders, server } = await silentVenue()
    await orders.whenRecovered(forever)
    const counts = () => [16, 99, 7, 61].map((id) => server.named(id).length)
    expect(counts()).toEqual([2, 2, 2, 2])
    expect(await orders.find(past(), forever)).toMatchObject({ reason: 'never-accepted' })
    expect(counts()).toEqual([4, 4, 4, 4])
  })

  it('needs equal positions', async () => {
    let contracts = 0
    const { orders } = await silentVenue(([id], send) => {
      if (id === '61') send(61, 3, ACCOUNT, ...contract11(YES), (contracts += 10), '0.58')
      return false
    })
    expect(await orders.find(past(), forever)).toEqual({ kind: 'unknown', cause: 'timeout' })
  })

  it('is not proven right after IBKR was regained', async () => {
    const { orders, server, adapter } = await silentVenue()
    server.send(4, 2, -1, 1100, 'lost', '')
    server.send(4, 2, -1, 1102, 'restored', '')
    await until('1102', () => adapter.gateway.session.restoredMs !== null)
    expect(await orders.find(past(), forever)).toEqual({ kind: 'unknown', cause: 'timeout' })
  })

  it('is not proven by reads that the end of the session cut off', async () => {
    const { orders, server } = await silentVenue(([id]) => {
      if (id === '99') server.drop()
      return id === '99'
    })
    expect(await orders.find(past(), forever)).toEqual({ kind: 'unknown', cause: 'timeout' })
  })
})

describe('traces', () => {
  it('an execution without an end is the outcome once two looks show that nothing rests', async () => {
    const order = past()
    const { orders } = await silentVenue(([id, , reqId], send) => {
      if (id !== '7') return false
      const fill = ['0001.0001.01.01', '20261121 13:30:00 US/Central', ACCOUNT, 'FORECASTX', 'BOT', 4, '0.57', 900, 7, 0, 4, '0.57']
      send(11, reqId, 1, ...contract11(YES), ...fill, order.clientOrderId, '', '', '', 1, 0)
      send(59, 1, '0001.0001.01.01', '0.04', 'USD', '', '', '')
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
    const { orders } = await silentVenue(([id, , reqId], send) => {
      if (id !== '7') return false
      const fill = ['0001.0001.01.01', '20261121 13:30:00 US/Central', ACCOUNT, 'FORECASTX', 'BOT', 4, '0.57', 900, 7, 0, 4, '0.57']
      send(11, reqId, 1, ...contract11(NO), ...fill, '', '', '', '', 1, 0)
      return false
    })
    expect(await orders.find(past(), forever)).toMatchObject({ reason: 'never-accepted' })
  })

  it('the kill cancels nothing that is not ours', async () => {
    const { orders, server } = await silentVenue()
    expect(await orders.cancelEverything(forever)).toEqual([])
    expect(server.frames.filter(([id]) => id === CANCEL_ORDER || id === '58')).toEqual([])
  })
})
