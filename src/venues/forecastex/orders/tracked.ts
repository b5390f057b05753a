import { assertNever } from '../../../core/assert'
import { isOurOrderId, type ClientOrderId } from '../../../core/ids'
import type { Millis } from '../../../core/units'
import type { Arrival } from '../gateway/session'
import { isAboutOrder, type Execution, type OrderCallback } from '../wire/messages'
import { applyCallback, filledOf, isEnded, newOrder, type Fees, type OrderState, type OrderTerms } from '../wire/order-state'
import { venueTime } from '../wire/times'
import { REMEMBERED_MAX } from './forget'
import type { ToldExecutions } from './told'

export interface TrackedOrder {
  readonly state: OrderState
  /** The connection in which this process sent it; null when an earlier process did. */
  readonly sentConn: number | null
  /** When its end was first known here; null while it may still trade. */
  readonly endedMs: Millis | null
  /** Absence was proven (E12). */
  readonly neverAccepted: boolean
}

/** Whose callback it is; `id` null: none of ours. */
interface Subject {
  readonly id: ClientOrderId | null
  readonly tracked: TrackedOrder | null
}

/** What the orders in a question have bought, whether they are still followed or not. */
export interface Bought {
  /** Of one of them. */
  readonly terms: OrderTerms
  /** YES less NO, in 1e-2 contracts, since they were followed. */
  readonly net: number
}

/** The orders of this process and what the gateway's callbacks have told of them, awaited or not: a late fill is never lost. */
export class TrackedOrders {
  readonly #orders = new Map<ClientOrderId, TrackedOrder>()
  readonly #byNumber = new Map<number, ClientOrderId>()
  readonly #byPermId = new Map<number, ClientOrderId>()
  /** By the conId of YES: what orders that are followed no more have bought, less what others had bought before they were followed. */
  readonly #others = new Map<number, Bought>()
  readonly #told: ToldExecutions
  readonly #listeners = new Set<(id: ClientOrderId) => void>()

  constructor(told: ToldExecutions) {
    this.#told = told
  }

  /** Told fees by execution id. */
  get fees(): Fees {
    return this.#told.fees
  }
  /** Orders that are followed. */
  get size(): number {
    return this.#orders.size
  }
  /** By the conId of YES, of every question that was traded. */
  bought(): ReadonlyMap<number, Bought> {
    const bought = new Map(this.#others)
    for (const { state } of this.#orders.values()) add(bought, state, netOf(state))
    return bought
  }
  find(id: ClientOrderId): TrackedOrder | null {
    return this.#orders.get(id) ?? null
  }

  /** Begins to follow an order: `orderId` and `conn` when its bytes are about to leave, null for one of an earlier process. */
  track(terms: OrderTerms, sent: { readonly orderId: number; readonly conn: number } | null): TrackedOrder {
    const known = this.#orders.get(terms.clientOrderId)
    if (known) return known
    this.#dropOldest()
    const state = sent ? newOrder(terms, sent.orderId) : this.#recalled(terms)
    if (!sent) add(this.#others, state, -netOf(state))
    const endedMs = isEnded(state) ? (this.#told.end(terms.clientOrderId)?.atMs ?? lastSeenMs(state)) : null
    return this.#store({ state, sentConn: sent?.conn ?? null, endedMs, neverAccepted: false })
  }

  /** Ends an order by proof from reads: nothing rests of it. */
  end(id: ClientOrderId, atMs: Millis, neverAccepted: boolean): void {
    const tracked = this.#orders.get(id)
    if (tracked) this.#store({ ...tracked, state: { ...tracked.state, ended: true }, endedMs: tracked.endedMs ?? atMs, neverAccepted })
  }

  /** Hears of every change of an order. Returns how to stop. */
  listen(listener: (id: ClientOrderId) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  accept({ callback, recvMs }: Arrival): void {
    if (!callback) return
    if (callback.kind === 'commission') this.#told.tellFee(callback.execId, callback.fee, recvMs)
    if (!isAboutOrder(callback)) return
    const { id, tracked } = this.#about(callback)
    if (callback.kind === 'execution' && id !== null && isOurs(callback.execution, tracked))
      this.#told.tellExecution(id, callback.execution, recvMs)
    if (!tracked) return
    const atMs = callback.kind === 'execution' ? venueTime(callback.execution.time) : null
    const state = applyCallback(tracked.state, callback, recvMs, atMs)
    if (state === tracked.state) return
    const { endedMs } = this.#store({ ...tracked, state, endedMs: tracked.endedMs ?? (isEnded(state) ? recvMs : null) })
    const { permId, hinted, terms } = state
    if (state.ended) this.#told.tellEnd(terms.clientOrderId, { permId, hinted, atMs: endedMs ?? recvMs })
    for (const listener of this.#listeners) listener(terms.clientOrderId)
  }

  /** What earlier processes were told of an order. */
  #recalled(terms: OrderTerms): OrderState {
    const { clientOrderId: id } = terms
    this.#told.recall(id)
    let state = newOrder(terms, null)
    for (const { execution, seenMs } of this.#told.executions(id))
      state = applyCallback(state, { kind: 'execution', reqId: -1, execution }, seenMs, venueTime(execution.time))
    const end = this.#told.end(id)
    return end === null ? state : { ...state, ended: true, permId: state.permId || end.permId, hinted: end.hinted }
  }

  /** By reference, then number, then permId. */
  #about(callback: OrderCallback): Subject {
    switch (callback.kind) {
      case 'openOrder':
      case 'completedOrder':
        return this.#named(callback.order)
      case 'execution':
        return this.#named(callback.execution)
      case 'orderStatus':
        return this.#named({ ...callback, orderRef: '' })
      case 'error':
        return this.#named({ orderRef: '', orderId: callback.id, permId: 0 })
      default:
        return assertNever(callback, 'order callback')
    }
  }
  #named({ orderRef, orderId, permId }: Pick<Execution, 'orderRef' | 'orderId' | 'permId'>): Subject {
    const id = orderRef === '' ? (this.#byNumber.get(orderId) ?? this.#byPermId.get(permId)) : isOurOrderId(orderRef) ? orderRef : undefined
    return { id: id ?? null, tracked: id === undefined ? null : this.find(id) }
  }

  #store(tracked: TrackedOrder): TrackedOrder {
    const { terms, orderId, permId } = tracked.state
    this.#orders.set(terms.clientOrderId, tracked)
    if (orderId !== null) this.#byNumber.set(orderId, terms.clientOrderId)
    if (permId !== 0) this.#byPermId.set(permId, terms.clientOrderId)
    return tracked
  }
  /** Ended orders alone, the oldest first: what is asked of them later comes back from the log. */
  #dropOldest(): void {
    if (this.#orders.size < REMEMBERED_MAX) return
    for (const [id, { endedMs, state }] of this.#orders) {
      if (endedMs === null) continue
      add(this.#others, state, netOf(state))
      this.#orders.delete(id)
      if (state.orderId !== null) this.#byNumber.delete(state.orderId)
      this.#byPermId.delete(state.permId)
      return
    }
  }
}

const yesOf = ({ outcome, conId, oppositeConId }: OrderTerms): number => (outcome === 'yes' ? conId : oppositeConId)
const netOf = (state: OrderState): number => (state.terms.outcome === 'yes' ? filledOf(state) : -filledOf(state))
function add(bought: Map<number, Bought>, { terms }: OrderState, net: number): void {
  const yesConId = yesOf(terms)
  bought.set(yesConId, { terms, net: (bought.get(yesConId)?.net ?? 0) + net })
}

/** Another client may use the same order number. */
const isOurs = ({ orderRef, clientId, permId }: Execution, tracked: TrackedOrder | null): boolean =>
  orderRef !== '' || (tracked !== null && (clientId === tracked.state.terms.clientId || permId === tracked.state.permId))

const lastSeenMs = ({ executions }: OrderState): Millis | null =>
  [...executions.values()].reduce<Millis | null>((last, { seenMs }) => (last === null || seenMs > last ? seenMs : last), null)
