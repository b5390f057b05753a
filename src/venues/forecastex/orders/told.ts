import type { ClientOrderId } from '../../../core/ids'
import { type Millis, type Money, type Quantity } from '../../../core/units'
import type { ExecutionLog, ToldMark } from '../../../ports/journal'
import type { Log } from '../../../ports/log'
import type { Execution } from '../wire/messages'
import type { Fees } from '../wire/order-state'

export interface ToldExecution {
  readonly execution: Execution
  readonly seenMs: Millis
}
export interface ToldEnd {
  readonly permId: number
  readonly hinted: Quantity
  readonly atMs: Millis
}
/** Of the account, netting and hand trades included: a day's of the busiest shard many times over. */
const FEES_MAX = 50_000
/** Orders whose executions are remembered, the oldest forgotten first: the ledger has them. */
const ORDERS_MAX = 20_000

/** What the venue has told of orders of ours, in this process and, by the log, in earlier ones (trap 9). */
export class ToldExecutions {
  readonly #executions = new Map<ClientOrderId, Map<string, ToldExecution>>()
  readonly #ends = new Map<ClientOrderId, ToldEnd>()
  readonly #fees = new Map<string, Money>()
  /** Execution ids of our orders: their fees are worth keeping. */
  readonly #ours = new Set<string>()
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
  /** Told fees by execution id. */
  get fees(): Fees {
    return this.#fees
  }
  executions(id: ClientOrderId): Iterable<ToldExecution> {
    return this.#executions.get(id)?.values() ?? []
  }
  end(id: ClientOrderId): ToldEnd | null {
    return this.#ends.get(id) ?? null
  }

  tellExecution(id: ClientOrderId, execution: Execution, seenMs: Millis): void {
    if (this.#executions.get(id)?.has(execution.execId)) return
    this.#count += 1
    this.#rememberExecution(id, execution, seenMs)
    this.#keep({ mark: 'execution', atMs: seenMs, clientOrderId: id, execution })
    const fee = this.#fees.get(execution.execId)
    if (fee !== undefined) this.#keep({ mark: 'fee', atMs: seenMs, execId: execution.execId, fee })
  }

  tellFee(execId: string, fee: Money, seenMs: Millis): void {
    if (this.#fees.get(execId) === fee) return
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
    const told = this.#executions.get(id)
    if (told) told.set(execution.execId, { execution, seenMs })
    else {
      this.#forgetOldest()
      this.#executions.set(id, new Map([[execution.execId, { execution, seenMs }]]))
    }
    this.#ours.add(execution.execId)
  }
  /** Most orders end without an execution, and each has an end. */
  #rememberEnd(id: ClientOrderId, end: ToldEnd): void {
    const [oldest] = this.#ends.size >= ORDERS_MAX ? this.#ends.keys() : []
    if (oldest !== undefined) this.#ends.delete(oldest)
    this.#ends.set(id, end)
  }
  #rememberFee(execId: string, fee: Money): void {
    const [oldest] = this.#fees.size >= FEES_MAX ? this.#fees.keys() : []
    if (oldest !== undefined) this.#fees.delete(oldest)
    this.#fees.set(execId, fee)
  }
  #forgetOldest(): void {
    const [oldest] = this.#executions.size >= ORDERS_MAX ? this.#executions.keys() : []
    if (oldest === undefined) return
    for (const execId of this.#executions.get(oldest)?.keys() ?? []) this.#ours.delete(execId)
    this.#executions.delete(oldest)
    this.#ends.delete(oldest)
  }

  /** Nobody waits: the order's answer must not, and what a crash loses the venue tells again on the same day. */
  #keep(mark: ToldMark): void {
    this.#log?.append(mark).catch(this.#warn)
  }
}
