import type { IBApi } from '@stoqey/ib'
import { FAILURES } from '../../core/failures'
import type { ClientOrderId, MarketId } from '../../core/ids'
import type { PriceBand } from '../../core/market/grid'
import type { OrderIntent } from '../../core/trade/order'
import type { Final, LegOutcome, Rejected, RejectReason } from '../../core/trade/outcome'
import { millis } from '../../core/units'
import type { Clock } from '../../ports/clock'
import type { FrameLog } from '../../ports/frame-log'
import type { ExecutionLog } from '../../ports/journal'
import type { Log } from '../../ports/log'
import type { OrderEntry } from '../../ports/order-entry'
import type { ContractPair, ForecastexCatalog } from './catalog'
import { spell, termsOf, unspeakable } from './direction'
import type { Gateway } from './gateway/owner'
import { RequestFailed } from './gateway/read'
import { reachesVenue, type Arrival } from './gateway/session'
import { EXECUTIONS_ZONE, provenAbsent, resolveUnknown, type AbsenceContext } from './orders/absence'
import { ownAnswer } from './orders/answer'
import { Cancels } from './orders/cancels'
import { Finality } from './orders/finality'
import { Holdings } from './orders/holdings'
import { Looks, type Glance, type Look } from './orders/looks'
import { OrderNumbers } from './orders/numbers'
import { Recovery } from './orders/recovery'
import { Strays } from './orders/strays'
import { ToldExecutions } from './orders/told'
import { TrackedOrders, type TrackedOrder } from './orders/tracked'
import { keepVigil } from './orders/vigil'
import { DUPLICATE_ORDER_ID } from './wire/errors'
import { IMMEDIATE, isEnded, RESTING, settledAnswer, type Answers, type OrderTerms, type TimeInForce } from './wire/order-state'

/** An IOC is answered within a round trip to the exchange; seconds without one mean that something is lost. */
const ANSWER_LIMIT_MS = 5_000
/**
 * No execution of an order is older than its bytes, seconds before its not-after. The rest is for the venue's clock, which times executions; each glance
 * reads all of so long, which at five trades a second was 3,000 in ten minutes and two fifths of the process.
 */
const EXECUTIONS_BACK_MS = 120_000

export interface ForecastexOrderEntryOptions {
  readonly gateway: Gateway
  readonly catalog: ForecastexCatalog
  readonly account: string
  readonly clock: Clock
  readonly log: Log
  /** Used when the gateway does not record by itself. */
  readonly frameLog: FrameLog
  /** E14: how long after an order's end its executions are read again before it is final. A fill can follow a cancel. */
  readonly graceMs: number
  /** Default 5,000: then the outcome is unknown. */
  readonly answerTimeoutMs?: number
  /** Time zone whose midnight ends the gateway's executions window; default America/New_York, null: the window never ends. */
  readonly executionsZone?: string | null
  /** When the gateway restarts each day, like '23:45' in New York; default null: it does not. */
  readonly restart?: string | null
  /** Where what the venue tells outlives this process; default null: nowhere. */
  readonly executionLog?: ExecutionLog | null
  /** An order that this host has sent and whose end it does not know, by the journal; default: none. */
  readonly sent?: (id: ClientOrderId) => OrderIntent | null
  /** The valid prices of a market; null: not known, then whole cents. */
  readonly bandsOf?: (market: MarketId) => readonly PriceBand[] | null
}

/** For status and metrics. */
export interface ForecastexEntryState {
  /** What is read after a reconnect, or could not be, in words: no order leaves meanwhile. null: nothing. */
  readonly recovering: string | null
  /** How often the account was known again, and how long that took the last time; null: never yet. */
  readonly recoveries: number
  readonly lastRecoveryMs: number | null
  /** Executions of our orders that this process was told, each once. */
  readonly executions: number
}

/** The port, and what the process around it needs to know. */
export interface ForecastexOrderEntry extends OrderEntry {
  /** Why no order leaves now, in words; null: the account is known, orders may leave. */
  readonly recovering: string | null
  state(): ForecastexEntryState
  /** Resolves when orders may leave. */
  whenRecovered(signal: AbortSignal): Promise<void>
  /** Until aborted: reads the account before the gateway forgets or restarts (trap 9). */
  keepVigil(signal: AbortSignal): Promise<void>
  /** For an operator's tools: the same order, but one that rests. Nothing that a workflow can call comes here (E15). */
  placeResting(
    order: OrderIntent,
    timeInForce: Exclude<TimeInForce, 'IOC'>,
    mayWrite: () => RejectReason | null,
    signal: AbortSignal,
  ): Promise<LegOutcome | 'resting'>
}

/** Orders at ForecastEx: BUY LMT IOC of the outcome's own contract, one write per id, every echo compared with the intent. */
export function createForecastexOrderEntry(options: ForecastexOrderEntryOptions): ForecastexOrderEntry {
  return new GatewayOrderEntry(options)
}

class GatewayOrderEntry implements ForecastexOrderEntry {
  readonly venue = 'forecastex'
  readonly #options: ForecastexOrderEntryOptions
  readonly #told: ToldExecutions
  readonly #orders: TrackedOrders
  readonly #absence: AbsenceContext
  readonly #looks: Looks
  readonly #numbers: OrderNumbers
  readonly #recovery: Recovery
  readonly #holdings: Holdings
  readonly #cancels: Cancels
  readonly #finality: Finality

  constructor(options: ForecastexOrderEntryOptions) {
    const { gateway, clock, log, executionsZone = EXECUTIONS_ZONE, executionLog = null, sent = () => null } = options
    this.#options = options
    this.#holdings = new Holdings()
    this.#told = new ToldExecutions(executionLog, log)
    const orders = new TrackedOrders(this.#told)
    this.#orders = orders
    this.#numbers = new OrderNumbers(executionLog, clock)
    this.#looks = new Looks(gateway, clock, (look) => this.#heard(look))
    const write = (orderId: number): void => void this.#send(['cancelOrder', orderId], (ib) => ib.cancelOrder(orderId))
    this.#cancels = new Cancels({ gateway, clock, log, write })
    this.#finality = new Finality({ orders, holdings: this.#holdings, cancels: this.#cancels, clock, log })
    this.#absence = { gateway, clock, log, executionsZone, orders, looks: this.#looks, cancels: this.#cancels, holdings: this.#holdings }
    gateway.listen((arrival) => this.#hear(arrival))
    orders.listen((id) => this.#watchEcho(id))
    const follow = async (order: OrderIntent, signal: AbortSignal): Promise<boolean> => (await this.#track(order, signal)) !== null
    const strays = new Strays({ gateway, orders, sent, follow, cancels: this.#cancels, log })
    const tend = (look: Look, signal: AbortSignal): Promise<void> => strays.tend(look, signal)
    this.#recovery = new Recovery({ gateway, looks: this.#looks, clock, log, strays: tend, prepare: () => this.#promiseNumbers() })
  }

  get recovering(): string | null {
    return this.#recovery.reason
  }
  state(): ForecastexEntryState {
    const { recovering, done } = this.#recovery
    return { recovering, recoveries: done.count, lastRecoveryMs: done.lastMs, executions: this.#told.count }
  }
  whenRecovered(signal: AbortSignal): Promise<void> {
    return this.#recovery.whenDone(signal)
  }
  async keepVigil(signal: AbortSignal): Promise<void> {
    const { clock, log, restart = null } = this.#options
    const { executionsZone } = this.#absence
    // a process starts before its gateway answers: that is no failed read
    await this.whenRecovered(signal).catch(() => undefined)
    return keepVigil({ looks: this.#looks, orders: this.#orders, clock, log, executionsZone, restart }, signal)
  }

  place(order: OrderIntent, mayWrite: () => RejectReason | null, signal: AbortSignal): Promise<LegOutcome> {
    return this.#place(order, 'IOC', IMMEDIATE, mayWrite, signal)
  }
  placeResting(
    order: OrderIntent,
    timeInForce: Exclude<TimeInForce, 'IOC'>,
    mayWrite: () => RejectReason | null,
    signal: AbortSignal,
  ): Promise<LegOutcome | 'resting'> {
    return this.#place(order, timeInForce, RESTING, mayWrite, signal)
  }

  async #place<T extends string>(
    order: OrderIntent,
    timeInForce: TimeInForce,
    answers: Answers<T>,
    mayWrite: () => RejectReason | null,
    signal: AbortSignal,
  ): Promise<LegOutcome | T> {
    const { gateway, account, bandsOf } = this.#options
    const mistake = unspeakable(order, bandsOf?.(order.market) ?? null)
    if (mistake !== null) return refused('guard', mistake)
    const reason = this.recovering === null ? null : await this.#recovery.settled(signal)
    if (reason !== null) return refused('guard', reason)
    const contracts = await this.#contracts(order, signal)
    if ('kind' in contracts) return contracts
    const terms = termsOf(order, contracts, account, gateway.clientId, timeInForce)
    try {
      await gateway.pace('order', signal)
    } catch {
      return refused('guard', 'stopped before the write')
    }
    return this.#write(terms, answers, mayWrite, signal)
  }

  /** One turn of the event loop from the last question to the last byte (E11): nothing here may wait before the send. */
  #write<T extends string>(
    terms: OrderTerms,
    answers: Answers<T>,
    mayWrite: () => RejectReason | null,
    signal: AbortSignal,
  ): Promise<LegOutcome | T> | LegOutcome {
    const { gateway, clock, answerTimeoutMs: limitMs = ANSWER_LIMIT_MS } = this.#options
    const reason = this.recovering
    if (reason !== null) return refused('guard', reason)
    // I1: its bytes have left once already; what became of them is a question for find.
    if (this.#orders.find(terms.clientOrderId)) return { kind: 'unknown', cause: 'timeout' }
    const { contract, order } = spell(terms)
    const refusal = mayWrite()
    if (refusal !== null) return refused(refusal, 'the gate refused in the turn of the write')
    const orderId = this.#numbers.next()
    this.#holdings.before(terms)
    this.#orders.track(terms, { orderId, conn: gateway.session.conn })
    const written = this.#send(['placeOrder', orderId, contract, order], (ib) => ib.placeOrder(orderId, contract, order))
    if (!written) return { kind: 'unknown', cause: 'disconnected' }
    return ownAnswer({ gateway, orders: this.#orders, clock, limitMs }, terms.clientOrderId, answers, signal)
  }

  #send(payload: readonly unknown[], write: (ib: IBApi) => void): boolean {
    const { gateway, frameLog } = this.#options
    if (!gateway.recording) frameLog.stamp({ venue: 'forecastex', conn: gateway.session.conn, dir: 'out', payload })
    return gateway.send(payload, write)
  }

  async #contracts({ market }: OrderIntent, signal: AbortSignal): Promise<ContractPair | Rejected> {
    try {
      return await this.#options.catalog.contracts(market, signal)
    } catch (error) {
      return refused('guard', `the contracts of market ${market} are not known: ${error instanceof Error ? error.message : String(error)}`)
    }
  }

  #hear(arrival: Arrival): void {
    this.#orders.accept(arrival)
    const { callback } = arrival
    if (callback?.kind === 'nextValidId') this.#numbers.saw(callback.orderId - 1)
    if (callback?.kind === 'error' && callback.code === DUPLICATE_ORDER_ID) {
      const { id: orderId, message } = callback
      this.#options.log.error(
        { venue: 'forecastex', orderId, message, failure: FAILURES.duplicateOrderId },
        'An order number was used before',
      )
    }
  }

  #heard({ positions, resting }: Glance): void {
    this.#holdings.note(positions)
    for (const { clientId, orderId } of resting) if (clientId === this.#options.gateway.clientId) this.#numbers.saw(orderId)
  }

  #watchEcho(id: ClientOrderId): void {
    const tracked = this.#orders.find(id)
    if (tracked) this.#cancels.watchEcho(tracked.state)
  }

  /** Above what the gateway offers now, and kept before the first order of a session leaves. */
  #promiseNumbers(): Promise<void> {
    this.#numbers.saw(this.#options.gateway.nextOrderId - 1)
    return this.#numbers.promise()
  }

  async find(order: OrderIntent, signal: AbortSignal): Promise<LegOutcome> {
    const tracked = await this.#track(order, signal)
    if (!tracked) return { kind: 'unknown', cause: 'disconnected' }
    const known = provenAbsent(tracked) ?? (isEnded(tracked.state) ? settledAnswer(tracked.state) : null)
    if (known) return known
    return this.#reading(() => resolveUnknown(this.#absence, order, signal), { kind: 'unknown', cause: 'timeout' }, signal)
  }

  async finalise(order: OrderIntent, signal: AbortSignal): Promise<Final | null> {
    const { gateway, clock, graceMs } = this.#options
    const outcome = await this.find(order, signal)
    const tracked = this.#orders.find(order.clientOrderId)
    if (outcome.kind === 'unknown' || !tracked || tracked.endedMs === null) return null
    if (clock.nowMs() - tracked.endedMs < graceMs || !reachesVenue(gateway.session)) return null
    const sinceMs = millis(order.notAfterMs - EXECUTIONS_BACK_MS)
    const look = await this.#reading(() => this.#looks.glance(sinceMs, signal), null, signal)
    return look && this.#finality.judge(order, look, signal)
  }

  /** Follows an order that an earlier process sent. null: its contracts cannot be known now. */
  async #track(order: OrderIntent, signal: AbortSignal): Promise<TrackedOrder | null> {
    const known = this.#orders.find(order.clientOrderId)
    const contracts = known ?? (await this.#contracts(order, signal))
    if (known || !('yes' in contracts)) return known
    return this.#orders.track(termsOf(order, contracts, this.#options.account, this.#options.gateway.clientId, 'IOC'), null)
  }

  /** A read that fails proves nothing: `otherwise` is the answer. An abort is the caller's and goes through. */
  async #reading<T, F>(read: () => Promise<T>, otherwise: F, signal: AbortSignal): Promise<T | F> {
    try {
      return await read()
    } catch (error) {
      if (signal.aborted || !(error instanceof RequestFailed)) throw error
      this.#options.log.warn({ venue: 'forecastex', cause: error.message }, 'A read of the gateway failed; nothing is concluded from it')
      return otherwise
    }
  }

  cancelEverything(signal: AbortSignal): Promise<readonly ClientOrderId[]> {
    return this.#cancels.everything(signal)
  }
}

const refused = (reason: RejectReason, detail: string): Rejected => ({ kind: 'rejected', reason, detail })
