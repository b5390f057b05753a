import { LateFills } from '../../../../src/activities/late-fills'
import { quantity } from '../../../../src/core/units'
import type { Successors } from '../../../../src/ports/trader'
import { gatewayHint } from '../../../../src/wiring/sessions'
import { MemoryJournal, ScriptedEntry } from '../../../activities/doubles'
import { LogBook } from '../../../stores/doubles'
import { allow, atEnd, eventually, forever, intent, startOrders, stopAll, TestClock, until } from '../rig'
import { trading } from '../sim-rig'

afterEach(stopAll)

/** After the order was final, also on a machine that does something else beside. */
const LATE_MS = 3_000

/** The gateway's orders with the path of late fills behind them, as a shard has it: everything booked, every trade ended. */
async function desk() {
  const { faults, adapter, catalog } = await trading()
  const { orders } = startOrders(adapter, { catalog, graceMs: 20 })
  await orders.whenRecovered(forever)
  const journal = new MemoryJournal()
  const started: string[] = []
  const successors: Successors = {
    start: (_trade, reason) => {
      started.push(reason)
      return Promise.resolve({ kind: 'started' })
    },
  }
  const over = new AbortController()
  atEnd(() => Promise.resolve(over.abort()))
  const entries = { kalshi: new ScriptedEntry('kalshi'), forecastex: orders }
  const hasEnded = (): Promise<boolean> => Promise.resolve(true)
  const lateFills = new LateFills({ entries, journal, successors, hasEnded, clock: new TestClock(), log: new LogBook() }, over.signal)
  adapter.gateway.listen((arrival) => {
    const hint = gatewayHint(arrival)
    if (hint) lateFills.hear(hint)
  })
  const finish = async (order: ReturnType<typeof intent>): Promise<number> => {
    const { clientOrderId, notAfterMs: atMs } = order
    const ask = () => orders.finalise(order, forever)
    const final = await eventually('the order to be final', ask, (answer) => answer !== null)
    await journal.append({ mark: 'final', clientOrderId, atMs, order, fills: final?.fills ?? [] })
    await journal.append({ mark: 'booked', clientOrderId, atMs })
    return final?.quantity ?? 0
  }
  return { faults, orders, journal, started, finish }
}

describe('E14 a fill that the gateway tells after the order was final', () => {
  it('I13 goes to the journal once, with what was there before, and its trade gets a cure', async () => {
    const { faults, orders, journal, started, finish } = await desk()
    faults.arm('late_fill_after_cancel', { size: 3, delay_ms: LATE_MS })
    const order = intent({ quantity: quantity('50') })
    await orders.place(order, allow, forever)
    expect(await finish(order)).toBe(3_000)
    await until('the cure', () => started.length > 0)
    await finish(order) // reads all executions again: no news
    expect(started).toEqual([`late fill of ${order.clientOrderId}`])
    const told = journal
      .marks(order.clientOrderId)
      .flatMap((mark) => (mark.mark === 'final' ? [mark.fills.map((fill) => fill.quantity)] : []))
    expect(told).toEqual([[3_000], [3_000, 300], [3_000, 300]])
  })

  it('its own fill, told again by each read, is no late one', async () => {
    const { orders, started, finish } = await desk()
    const [first, second] = [intent(), intent()]
    await orders.place(first, allow, forever)
    await finish(first)
    await orders.place(second, allow, forever)
    await finish(second)
    expect(started).toEqual([])
  })

  it('a correction that comes after the final goes the same way', async () => {
    const { faults, orders, journal, started, finish } = await desk()
    faults.arm('correction', { price: '0.55', delay_ms: LATE_MS })
    const order = intent()
    await orders.place(order, allow, forever)
    await finish(order)
    await until('the cure', () => started.length > 0)
    const prices = journal
      .marks(order.clientOrderId)
      .flatMap((mark) => (mark.mark === 'final' ? [mark.fills.map((fill) => [fill.price, fill.corrects === null])] : []))
    expect(prices).toEqual([[[5_800, true]], [[5_500, false]]])
  })

  it('a correction to fewer contracts as well: what it took away is not waited for', async () => {
    const { faults, orders, journal, started, finish } = await desk()
    faults.arm('correction', { size: 4, delay_ms: LATE_MS })
    const order = intent()
    await orders.place(order, allow, forever)
    expect(await finish(order)).toBe(1_000)
    await until('the cure', () => started.length > 0)
    const told = journal
      .marks(order.clientOrderId)
      .flatMap((mark) => (mark.mark === 'final' ? [mark.fills.map((fill) => fill.quantity)] : []))
    expect(told).toEqual([[1_000], [400]])
  })
})
