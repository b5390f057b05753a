import type { Info } from '@temporalio/activity'
import { MockActivityEnvironment } from '@temporalio/testing'
import { DefaultLogger } from '@temporalio/worker'
import type { ClientOrderId, Venue } from '../../src/core/ids'
import type { FeeDifference, FeeModel } from '../../src/core/ledger/fee-model'
import type { Fill, OrderIntent } from '../../src/core/trade/order'
import type { Final, LegOutcome, RejectReason } from '../../src/core/trade/outcome'
import type { Plan } from '../../src/core/trade/plan'
import { millis, money, quantity, type Millis, type Quantity } from '../../src/core/units'
import type { Clock } from '../../src/ports/clock'
import type { Guard, Permit } from '../../src/ports/guard'
import type { Journal, JournalMark } from '../../src/ports/journal'
import { fillKnown } from '../../src/stores/files/marks'
import type { Ledger } from '../../src/ports/ledger'
import type { OrderEntry } from '../../src/ports/order-entry'
import { boxPlan, DECIDED_MS } from '../saga/plan'

/** A worker's surroundings for one activity; a failure that a test expects is not printed. */
export const environment = (info: Partial<Info> = {}): MockActivityEnvironment =>
  new MockActivityEnvironment(info, { logger: new DefaultLogger('ERROR') })
/** Runs one activity as a worker would. */
export const asActivity = <R>(work: () => Promise<R>, around = environment()): Promise<R> => around.run(work)

/** A clock that a sleep moves at once. */
export class LeapingClock implements Clock {
  readonly slept: number[] = []
  /** Told of every sleep, with their number so far. */
  onSleep: (slept: number) => unknown = () => undefined
  #nowMs: number = DECIDED_MS

  nowMs(): Millis {
    return millis(this.#nowMs)
  }
  monoNs(): bigint {
    return BigInt(this.#nowMs) * 1_000_000n
  }
  advance(byMs: number): void {
    this.#nowMs += byMs
  }
  async sleep(durationMs: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    this.slept.push(durationMs)
    this.onSleep(this.slept.length)
    this.#nowMs += durationMs
  }
}

/** In the order in which things happened, over all doubles of a test. */
export type Happened = string[]

export class MemoryJournal implements Journal {
  readonly #marks: JournalMark[] = []
  constructor(readonly happened: Happened = []) {}

  append(mark: JournalMark): Promise<void> {
    this.#marks.push(mark)
    this.happened.push(`journal ${mark.mark} ${mark.clientOrderId}`)
    return Promise.resolve()
  }
  marks(id: ClientOrderId): readonly JournalMark[] {
    return this.#marks.filter(({ clientOrderId }) => clientOrderId === id)
  }
  unbooked(): ReturnType<Journal['unbooked']> {
    return this.#marks.filter((mark) => mark.mark === 'final').filter(({ clientOrderId }) => !this.#booked(clientOrderId))
  }
  fill(id: ClientOrderId, executionId: string): ReturnType<Journal['fill']> {
    return fillKnown(this.marks(id), executionId)
  }
  #booked(id: ClientOrderId): boolean {
    return this.marks(id).some(({ mark }) => mark === 'booked')
  }
}

/** A venue whose answers are the test's. Asks the gate as the real ones do, in the turn of the write. */
export class ScriptedEntry implements OrderEntry {
  finds: LegOutcome[] = []
  finals: (Final | null)[] = []
  answer: LegOutcome = { kind: 'done', filled: quantity('10') }
  readonly sent: OrderIntent[] = []
  constructor(
    readonly venue: Venue,
    readonly happened: Happened = [],
  ) {}

  place(order: OrderIntent, mayWrite: () => RejectReason | null): Promise<LegOutcome> {
    const reason = mayWrite()
    if (reason !== null) return Promise.resolve({ kind: 'rejected', reason, detail: 'refused in the turn of the write: no byte left' })
    this.sent.push(order)
    this.happened.push(`bytes ${order.clientOrderId}`)
    return Promise.resolve(this.answer)
  }
  find(): Promise<LegOutcome> {
    return Promise.resolve(this.finds.shift() ?? { kind: 'unknown', cause: 'timeout' })
  }
  finalise(order: OrderIntent): Promise<Final | null> {
    this.happened.push(`finalise ${order.clientOrderId}`)
    return Promise.resolve(this.finals.shift() ?? null)
  }
  cancelEverything(): Promise<readonly ClientOrderId[]> {
    return Promise.resolve([])
  }
}

/** A ledger that can be away. */
export class MemoryLedger implements Ledger {
  away = false
  verdict: 'granted' | 'refused' = 'granted'
  /** Whose fills cannot be booked, however often: a correction of what is settled. */
  stuck: ClientOrderId | null = null
  readonly booked: ClientOrderId[] = []
  readonly models: (FeeModel | null)[] = []
  differences: readonly FeeDifference[] = []
  readonly runIds: string[] = []
  constructor(readonly happened: Happened = []) {}

  async reserve(_plan: Plan, runId: string): ReturnType<Ledger['reserve']> {
    this.#reach()
    this.runIds.push(runId)
    return { kind: this.verdict, verdicts: [] }
  }
  async book(_tradeId: Plan['tradeId'], order: OrderIntent, _fills: readonly Fill[], model: FeeModel | null): ReturnType<Ledger['book']> {
    this.#reach()
    if (this.stuck === order.clientOrderId) throw new Error('only a person can undo that')
    this.booked.push(order.clientOrderId)
    this.models.push(model)
    this.happened.push(`book ${order.clientOrderId}`)
    return this.differences
  }
  async intend({ clientOrderId }: OrderIntent): ReturnType<Ledger['intend']> {
    this.#reach()
    this.happened.push(`intend ${clientOrderId}`)
    return this.verdict === 'granted'
  }
  async close(): ReturnType<Ledger['close']> {
    this.#reach()
    this.happened.push('close')
    return { realisedPnl: money('0.62'), maxRemainingLoss: money(0) }
  }
  #reach(): void {
    if (this.away) throw Object.assign(new Error('the ledger is away'), { name: 'LedgerUnreachable' })
  }
}

/** A guard that admits everything, until the test says otherwise. */
export class OpenGuard implements Guard {
  permit: Permit | null = null
  reason: RejectReason | null = null
  readonly remembered = new Map<string, Plan>()

  remember(plan: Plan): void {
    this.remembered.set(plan.tradeId, plan)
  }
  forget(tradeId: Plan['tradeId']): void {
    this.remembered.delete(tradeId)
  }
  planOf(tradeId: Plan['tradeId']): Promise<Plan | null> {
    return Promise.resolve(this.remembered.get(tradeId) ?? null)
  }
  admit(): Promise<Permit> {
    return Promise.resolve(this.permit ?? { kind: 'granted', mayWrite: () => this.reason })
  }
}

export const PLAN = boxPlan('T1')
export const FIRST = PLAN.legs[0].order
export const SECOND = PLAN.legs[1].order

export function fillOf(order: OrderIntent, of: Quantity = order.quantity): Fill {
  return {
    venue: order.venue,
    account: 'main',
    venueOrderId: `v-${order.clientOrderId}`,
    executionId: 'x1',
    corrects: null,
    market: order.market,
    outcome: order.outcome,
    action: order.action,
    price: order.limit,
    quantity: of,
    fee: money('0.17'),
    atMs: DECIDED_MS,
  }
}
