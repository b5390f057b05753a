import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { bookPending } from '../../../../src/activities'
import { LateFills } from '../../../../src/activities/late-fills'
import type { Fill, OrderIntent } from '../../../../src/core/trade/order'
import type { Ledger } from '../../../../src/ports/ledger'
import { quantity } from '../../../../src/core/units'
import { openExecutionLog, type DurableExecutionLog } from '../../../../src/stores/files/execution-log'
import { openJournal } from '../../../../src/stores/files/journal'
import { hintsOf } from '../../../../src/wiring/orders/forecastex'
import { MemoryJournal, ScriptedEntry } from '../../../activities/doubles'
import { LogBook } from '../../../stores/doubles'
import { ACCOUNT, allow, atEnd, eventually, forever, intent, startGateway, startOrders, stopAll, TestClock, until } from '../rig'
import { trading } from '../sim-rig'

afterEach(stopAll)

const log = new LogBook()
function dataFolder(): string {
  const dir = mkdtempSync(path.join(os.tmpdir(), 'crossbook-executions-'))
  atEnd(() => Promise.resolve(rmSync(dir, { recursive: true, force: true })))
  return dir
}
async function logIn(dir: string): Promise<DurableExecutionLog> {
  const executionLog = await openExecutionLog({ dir, log })
  atEnd(() => executionLog.close())
  return executionLog
}

/** One process after another on the same gateway and the same disk. */
async function world() {
  const { venue, faults, port, adapter, catalog } = await trading()
  const dir = dataFolder()
  let executionLog = await logIn(dir)
  let process = { adapter, ...startOrders(adapter, { catalog, executionLog, executionsZone: 'UTC' }) }
  await process.orders.whenRecovered(forever)
  const restart = async () => {
    await process.adapter.stop()
    await executionLog.close()
    executionLog = await logIn(dir)
    const next = startGateway(port)
    process = { adapter: next, ...startOrders(next, { executionLog, executionsZone: 'UTC' }) }
    return { ...process, executionLog }
  }
  return { dir, venue, faults, restart, first: process }
}
const finalOf = ({ orders }: { readonly orders: ReturnType<typeof startOrders>['orders'] }, order: OrderIntent) =>
  eventually(
    'final',
    () => orders.finalise(order, forever),
    (final) => final !== null,
  )

/** A ledger that counts what it is told, once for each execution (I13). */
function countingLedger() {
  const booked: Fill[] = []
  const ledger = {
    book: (_trade: unknown, _order: unknown, fills: readonly Fill[]) => {
      for (const fill of fills) if (!booked.some(({ executionId }) => executionId === fill.executionId)) booked.push(fill)
      return Promise.resolve([])
    },
  } as unknown as Ledger
  return { booked, ledger }
}

describe('trap 9: the gateway forgets its executions at midnight', () => {
  it('I13 a fill that the process did not live to book is found by the next one, and booked once', async () => {
    const { dir, faults, restart, first } = await world()
    const order = intent()
    expect(await first.orders.place(order, allow, forever)).toEqual({ kind: 'done', filled: 1000 })
    faults.arm('midnight')
    const next = await restart()
    await next.orders.whenRecovered(forever)
    expect((await next.adapter.gateway.requests.executions(forever)).executions).toEqual([])
    expect(await next.orders.find(order, forever)).toEqual({ kind: 'done', filled: 1000 })
    const final = await finalOf(next, order)
    expect(final).toMatchObject({ quantity: 1000, fills: [{ account: ACCOUNT, price: 5800, quantity: 1000, fee: 100_000 }] })
    const { booked, ledger } = countingLedger()
    const journal = await openJournal({ dir, log })
    atEnd(() => journal.close())
    const mark = { clientOrderId: order.clientOrderId, order, fills: final?.fills ?? [], mark: 'final' } as const
    for (const atMs of [order.notAfterMs, order.notAfterMs]) await journal.append({ ...mark, atMs })
    await bookPending({ ledger, journal, fees: () => null, clock: new TestClock(), log }, forever)
    expect(booked).toEqual(final?.fills)
    expect(journal.unbooked()).toEqual([])
  })

  it('a part that was filled, and the end that was told, outlive both', async () => {
    const { faults, restart, first } = await world()
    const order = intent({ quantity: quantity('50') })
    expect(await first.orders.place(order, allow, forever)).toEqual({ kind: 'done', filled: 3000 })
    faults.arm('midnight')
    const next = await restart()
    await next.orders.whenRecovered(forever)
    expect(await next.orders.find(order, forever)).toEqual({ kind: 'done', filled: 3000 })
    expect(await finalOf(next, order)).toMatchObject({ quantity: 3000 })
  })

  it('a fee that came late is kept as well', async () => {
    const { faults, restart, first } = await world()
    faults.arm('commission_late')
    const order = intent()
    await first.orders.place(order, allow, forever)
    await until('the commission report', () => first.adapter.frameLog.named('in', 'commissionReport').length > 0)
    faults.arm('midnight')
    const next = await restart()
    expect(await finalOf(next, order)).toMatchObject({ fills: [{ fee: 100_000 }] })
  })

  it('an order that is not in the log keeps no verdict across midnight (E12)', async () => {
    const { restart } = await world()
    const next = await restart()
    await next.orders.whenRecovered(forever)
    const yesterday = intent({ notAfterMs: (Math.floor(Date.now() / 86_400_000) * 86_400_000 - 1_000) as OrderIntent['notAfterMs'] })
    expect(await next.orders.find(yesterday, forever)).toMatchObject({ kind: 'unknown' })
  })
})

describe('E14 a fill that came late, and the process ended before it was looked at', () => {
  it('is looked at by the next one, from the log, and goes to the journal once', async () => {
    const { faults, restart, first } = await world()
    faults.arm('late_fill_after_cancel', { size: 3, delay_ms: 1_000 })
    const order = intent({ quantity: quantity('50') })
    await first.orders.place(order, allow, forever)
    const final = await finalOf(first, order)
    expect(final?.quantity).toBe(3000)
    const { frameLog } = first.adapter
    const late = (): string | undefined =>
      frameLog
        .named('in', 'execDetails')
        .map(([, , , execution]) => execution as { shares: number; execId: string })
        .find(({ shares }) => shares === 3)?.execId
    const paid = (): unknown[] => frameLog.named('in', 'commissionReport').map(([, report]) => (report as { execId: string }).execId)
    await until('the late fill', () => late() !== undefined && paid().includes(late()))
    faults.arm('midnight')
    const next = await restart()
    const journal = new MemoryJournal()
    const { clientOrderId, notAfterMs: atMs } = order
    await journal.append({ mark: 'final', clientOrderId, atMs, order, fills: final?.fills ?? [] })
    await journal.append({ mark: 'booked', clientOrderId, atMs })
    const entries = { kalshi: new ScriptedEntry('kalshi'), forecastex: next.orders }
    const successors = { start: () => Promise.resolve({ kind: 'started' } as const) }
    const over = new AbortController()
    atEnd(() => Promise.resolve(over.abort()))
    const hasEnded = (): Promise<boolean> => Promise.resolve(true)
    const lateFills = new LateFills({ entries, journal, successors, hasEnded, clock: new TestClock(), log }, over.signal)
    for (const hint of hintsOf(next.executionLog.told)) lateFills.hear(hint)
    const told = () =>
      journal.marks(clientOrderId).flatMap((mark) => (mark.mark === 'final' ? [mark.fills.map((fill) => fill.quantity)] : []))
    await until('the news', () => told().length > 1)
    expect(told()).toEqual([[3000], [3000, 300]])
  })
})

describe('order numbers', () => {
  const numberOf = (process: {
    readonly adapter: { readonly frameLog: { named: (dir: 'out', name: string) => readonly (readonly unknown[])[] } }
  }) => process.adapter.frameLog.named('out', 'placeOrder').map(([, orderId]) => orderId as number)

  it('rise over a restart, whatever the gateway counts on from (103)', async () => {
    const { restart, first } = await world()
    await first.orders.place(intent(), allow, forever)
    const [used = 0] = numberOf(first)
    const next = await restart()
    await next.orders.whenRecovered(forever)
    const lagging = next.adapter.gateway.nextOrderId
    await next.orders.place(intent(), allow, forever)
    const [second = 0] = numberOf(next)
    expect(second).toBeGreaterThan(used + 500) // a block was promised before the first order left
    expect(second).toBeGreaterThan(lagging)
  })
})
