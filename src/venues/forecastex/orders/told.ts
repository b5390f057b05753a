import type { ClientOrderId } from '../../../core/ids'
import { type Millis, type Money, type Quantity } from '../../../core/units'
import type { ExecutionLog, ToldMark } from '../../../ports/journal'
import type { Log } from '../../../ports/log'
import type { Execution } from '../wire/messages'
import type { Fees } from '../wire/order-state'
import { forgetOldest, REMEMBERED_MAX } from './forget'

export interface ToldExecution {
  readonly execution: Execution
  readonly seenMs: Millis
}
export interface ToldEnd {
  readonly permId: number
  readonly hinted: Quantity
  readonly atMs: Millis
}
/**
 * Three days of the busiest shard, at a hundred bytes each. More than are told in a day: a read tells the whole day from its beginning, and what is
 * forgotten by then would be logged again with each.
 */
const OURS_MAX = 30_000
/** Netting and hand trades of the account, and what is charged before its execution is told: nobody asks for older ones. */
const OTHERS_MAX = 2_000
/** A copy: an id that was cut out of a message keeps all of the message in memory for as long as it is kept. */
const copyOf = (id: string): string => Buffer.from(id, 'latin1').toString('latin1')

/** What the venue has told of orders of ours, in this process and, by the log, in earlier ones (trap 9). */
export class ToldExecutions {
  readonly #executions = new Map<ClientOrderId, Map<string, ToldExecution>>()
  readonly #ends = new Map<ClientOrderId, ToldEnd>()
  /** Executions of our orders with their fees, null: not told yet. They are told again with each read of the day. */
  readonly #ours = new Map<string, Money | null>()
  /** Fees of executions that are not known to be ours. */
  readonly #others = new Map<string, Money>()
  /** Told fees by execution id. */
  readonly fees: Fees = { get: (execId) => this.#ours.get(execId) ?? this.#others.get(execId) }
  /** Orders are out of memory: the log has them. */
  #hasForgotten = false
  #count = 0
  readonly #log: ExecutionLog | null
  readonly #warn: (error: Error) => void

  /** @param log null: nothing outlives this process. */
  constructor(log: ExecutionLog | null, warnings: Log) {
    this.#log = log
    this.#warn = ({ message }) =>
      warnings.warn({ venue: 'forecastex', error: message }, 'What the venue told could not be kept; until midnight it tells it again')
    for (const mark of log?.told ?? []) this.#recall(mark)
  }

  /** Executions of our orders that this process was told, each once. */
  get count(): number {
    return this.#count
  }
  /** Orders of which something is in memory. */
  get remembered(): number {
    return Math.max(this.#executions.size, this.#ends.size)
  }
  executions(id: ClientOrderId): Iterable<ToldExecution> {
    return this.#executions.get(id)?.values() ?? []
  }
  end(id: ClientOrderId): ToldEnd | null {
    return this.#ends.get(id) ?? null
  }

  /** Before an order is followed that this process does not follow: what memory has lost of it comes back from the log. */
  recall(id: ClientOrderId): void {
    const end = this.#ends.get(id)
    for (const mark of this.#hasForgotten ? (this.#log?.of(id) ?? []) : []) this.#recall(mark)
    if (end) this.#ends.set(id, end) // newer than what the log may have yet
  }

  tellExecution(id: ClientOrderId, execution: Execution, seenMs: Millis): void {
    if (this.#ours.has(execution.execId)) return
    this.#count += 1
    this.#rememberExecution(id, execution, seenMs)
    this.#keep({ mark: 'execution', atMs: seenMs, clientOrderId: id, execution })
    const fee = this.fees.get(execution.execId)
    if (fee !== undefined) this.#keep({ mark: 'fee', atMs: seenMs, execId: execution.execId, fee })
  }

  tellFee(execId: string, fee: Money, seenMs: Millis): void {
    if (this.fees.get(execId) === fee) return
    this.#rememberFee(execId, fee)
    if (this.#ours.has(execId)) this.#keep({ mark: 'fee', atMs: seenMs, execId, fee })
  }

  tellEnd(id: ClientOrderId, end: ToldEnd): void {
    const known = this.#ends.get(id)
    if (known?.hinted === end.hinted && known.permId === end.permId) return
    this.#rememberEnd(id, end)
    this.#keep({ mark: 'ended', clientOrderId: id, ...end })
  }

  #recall(mark: ToldMark): void {
    if (mark.mark === 'execution') this.#rememberExecution(mark.clientOrderId, mark.execution, mark.atMs)
    if (mark.mark === 'fee') this.#rememberFee(mark.execId, mark.fee)
    if (mark.mark === 'ended') this.#rememberEnd(mark.clientOrderId, mark)
  }

  #rememberExecution(id: ClientOrderId, execution: Execution, seenMs: Millis): void {
    const told = this.#executions.get(id) ?? new Map<string, ToldExecution>()
    if (!told.has(execution.execId)) told.set(execution.execId, { execution, seenMs })
    this.#executions.set(id, told)
    if (!this.#ours.has(execution.execId)) this.#ours.set(copyOf(execution.execId), this.#others.get(execution.execId) ?? null)
    this.#others.delete(execution.execId)
    this.#forget()
  }
  /** Most orders end without an execution, and each has an end. */
  #rememberEnd(id: ClientOrderId, { permId, hinted, atMs }: ToldEnd): void {
    this.#ends.set(id, { permId, hinted, atMs })
    this.#forget()
  }
  #rememberFee(execId: string, fee: Money): void {
    if (this.#ours.has(execId)) return void this.#ours.set(execId, fee)
    this.#others.set(this.#others.has(execId) ? execId : copyOf(execId), fee)
    forgetOldest(this.#others, OTHERS_MAX)
  }
  #forget(): void {
    forgetOldest(this.#ours, OURS_MAX)
    if (this.#log !== null && Math.max(this.#executions.size, this.#ends.size) > REMEMBERED_MAX) this.#hasForgotten = true
    forgetOldest(this.#executions, REMEMBERED_MAX)
    forgetOldest(this.#ends, REMEMBERED_MAX)
  }

  /** Nobody waits: the order's answer must not, and what a crash loses the venue tells again on the same day. */
  #keep(mark: ToldMark): void {
    this.#log?.append(mark).catch(this.#warn)
  }
}
