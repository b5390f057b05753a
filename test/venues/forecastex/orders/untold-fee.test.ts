import { millis, money } from '../../../../src/core/units'
import { eventually, forever, intent, stopAll } from '../rig'
import { ASKED, executed, feeTold, held, venue } from './rig'

afterEach(stopAll)

/** IBKR tells a fee within seconds of its execution (ibkr-forecastex §7). */
const PATIENCE_MS = 61_000

/** An order of an earlier process, filled; its commission report is not there until somebody puts it there. */
async function filled() {
  const order = intent({ notAfterMs: millis(Date.now() - 1_000) })
  const fees: string[] = []
  const { adapter, orders } = await venue(([id, , reqId], send) => {
    if (id === ASKED.executions) send(...executed(reqId, order.clientOrderId, 10))
    if (id === ASKED.executions) for (const fee of fees) send(...feeTold(fee))
    if (id === ASKED.positions) send(...held(10))
    return false
  })
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
