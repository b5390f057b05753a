import { millis, money } from '../../../../src/core/units'
import {
  answerRead,
  ACCOUNT,
  atEnd,
  eventually,
  fixedCatalog,
  forever,
  intent,
  RawGateway,
  startGateway,
  startOrders,
  stopAll,
  YES,
} from '../rig'

afterEach(stopAll)

/** IBKR tells a fee within seconds of its execution (ibkr-forecastex §7). */
const PATIENCE_MS = 61_000
const CONTRACT = [YES, 'FF', 'OPT', '20301209', '3.625', 'C', '1', 'FORECASTX', 'USD', 'FF', 'FF']
const EXECUTION = '0001.0001.01.01'

/** An order of an earlier process, filled; its commission report is not there until somebody puts it there. */
async function filled() {
  const order = intent({ notAfterMs: millis(Date.now() - 1_000) })
  const server = new RawGateway()
  const fees: string[] = []
  server.onFrame = (tokens, send) => {
    const [id, , reqId] = tokens
    if (id === '7') {
      const fill = [EXECUTION, '20261121 13:30:00 US/Central', ACCOUNT, 'FORECASTX', 'BOT', 10, '0.57', 900, 7, 0, 10, '0.57']
      send(11, reqId, 1, ...CONTRACT, ...fill, order.clientOrderId, '', '', '', 1, 0)
      for (const fee of fees) send(59, 1, EXECUTION, fee, 'USD', '', '', '')
    }
    if (id === '61') send(61, 3, ACCOUNT, ...CONTRACT, 10, '0.58')
    answerRead(tokens, send)
  }
  atEnd(() => server.close())
  const adapter = startGateway(await server.listen())
  await adapter.gateway.whenUp(forever)
  const { orders } = startOrders(adapter, { catalog: fixedCatalog })
  await eventually(
    'find',
    () => orders.find(order, forever),
    ({ kind }) => kind === 'done',
  )
  return { order, orders, adapter, fees }
}

describe('E14 a fee that is not told', () => {
  it('is waited for, but not for ever: after a minute the order is final without it', async () => {
    const { order, orders, adapter } = await filled()
    for (let i = 0; i < 3; i += 1) expect(await orders.finalise(order, forever)).toBeNull()
    adapter.clock.offsetMs += PATIENCE_MS
    const final = await eventually(
      'final',
      () => orders.finalise(order, forever),
      (answer) => answer !== null,
    )
    expect(final).toMatchObject({ quantity: 1_000, fills: [{ fee: null, quantity: 1_000 }] })
  })

  it('and told later is in the next final', async () => {
    const { order, orders, adapter, fees } = await filled()
    adapter.clock.offsetMs += PATIENCE_MS
    await eventually(
      'final',
      () => orders.finalise(order, forever),
      (answer) => answer !== null,
    )
    fees.push('0.10')
    const final = await eventually(
      'the fee',
      () => orders.finalise(order, forever),
      (answer) => (answer?.fills[0]?.fee ?? null) !== null,
    )
    expect(final?.fills).toMatchObject([{ fee: money('0.10') }])
  })

  it('told within the minute makes it final at once', async () => {
    const { order, orders, fees } = await filled()
    expect(await orders.finalise(order, forever)).toBeNull()
    fees.push('0.10')
    const final = await eventually(
      'final',
      () => orders.finalise(order, forever),
      (answer) => answer !== null,
    )
    expect(final?.fills).toMatchObject([{ fee: money('0.10') }])
  })
})
