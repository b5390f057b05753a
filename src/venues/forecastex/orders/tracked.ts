import { assertNever } from '../../../core/assert'
import type { ClientOrderId } from '../../../core/ids'
import type { Millis, Money } from '../../../core/units'
import type { Arrival } from '../gateway/session'
import { isAboutOrder, type OrderCallback } from '../wire/messages'
import { applyCallback, isEnded, newOrder, type Fees, type OrderState, type OrderTerms } from '../wire/order-state'
import { venueTime } from '../wire/times'

export interface TrackedOrder {
  readonly state: OrderState
  /** The connection in which this process sent it; null when an earlier process did. */
  readonly sentConn: number | null
  /** When its end was first known here; null while it may still trade. */
  readonly endedMs: Millis | null
  /** Absence was proven (E12). */
  readonly neverAccepted: boolean
}

/** A day of the busiest shard; ended orders beyond it are dropped, oldest first: the ledger has them. */
const ORDERS_MAX = 5_000
const FEES_MAX = 50_000

/** The orders of this process and what the gateway's callbacks have told of them, awaited or not: a late fill is never lost. */
export class TrackedOrders {
  readonly #orders = new Map<ClientOrderId, TrackedOrder>()
  readonly #byNumber = new Map<number, ClientOrderId>()
  readonly #fees = new Map<string, Money>()
  readonly #listeners = new Set<(id: ClientOrderId) => void>()

  /** Told fees of every execution of the account since this process began. */
  get fees(): Fees {
    return this.#fees
  }

  find(id: ClientOrderId): TrackedOrder | null {
    return this.#orders.get(id) ?? null
  }

  /** Begins to follow an order: `orderId` and `conn` when its bytes are about to leave, null for one of an earlier process. */
  track(terms: OrderTerms, sent: { readonly orderId: number; readonly conn: number } | null): TrackedOrder {
    const known = this.#orders.get(terms.clientOrderId)
    if (known) return known
    this.#dropOldest()
    const state = newOrder(terms, sent?.orderId ?? null)
    return this.#store({ state, sentConn: sent?.conn ?? null, endedMs: null, neverAccepted: false })
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
    if (callback.kind === 'commission') this.#fee(callback.execId, callback.fee)
    if (!isAboutOrder(callback)) return
    const tracked = this.#about(callback)
    if (!tracked) return
    const atMs = callback.kind === 'execution' ? venueTime(callback.execution.time) : null
    const state = applyCallback(tracked.state, callback, recvMs, atMs)
    if (state === tracked.state) return
    this.#store({ ...tracked, state, endedMs: tracked.endedMs ?? (isEnded(state) ? recvMs : null) })
    for (const listener of this.#listeners) listener(state.terms.clientOrderId)
  }

  #about(callback: OrderCallback): TrackedOrder | null {
    switch (callback.kind) {
      case 'openOrder':
      case 'completedOrder':
        return this.#named(callback.order.orderRef, callback.order.orderId)
      case 'execution':
        return this.#named(callback.execution.orderRef, callback.execution.orderId)
      case 'orderStatus':
        return this.#named('', callback.orderId)
      case 'error':
        return this.#named('', callback.id)
      default:
        return assertNever(callback, 'order callback')
    }
  }
  #named(orderRef: string, orderId: number): TrackedOrder | null {
    const id = orderRef === '' ? this.#byNumber.get(orderId) : orderRef
    return id === undefined ? null : (this.#orders.get(id as ClientOrderId) ?? null)
  }

  #store(tracked: TrackedOrder): TrackedOrder {
    const { terms, orderId } = tracked.state
    this.#orders.set(terms.clientOrderId, tracked)
    if (orderId !== null) this.#byNumber.set(orderId, terms.clientOrderId)
    return tracked
  }
  #fee(execId: string, fee: Money): void {
    const [oldest] = this.#fees.size >= FEES_MAX ? this.#fees.keys() : []
    if (oldest !== undefined) this.#fees.delete(oldest)
    this.#fees.set(execId, fee)
  }
  #dropOldest(): void {
    if (this.#orders.size < ORDERS_MAX) return
    for (const [id, { endedMs, state }] of this.#orders) {
      if (endedMs === null) continue
      this.#orders.delete(id)
      if (state.orderId !== null) this.#byNumber.delete(state.orderId)
      return
    }
  }
}
