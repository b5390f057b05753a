import type { Store } from '../state'
import type { Exchange, SavedExchange, SavedState } from './exchange/exchange'
import type { Listing, SavedListing } from './exchange/listings'
import type { Execution, Order } from './exchange/orders'

/** An order, and how much of it the audit has seen filled. */
interface OrderRow {
  readonly order: Order
  readonly audited: number
}

const STATE_KEY = 'now'

/** Writes the exchange to a store by rows: a change costs what it changes, however long the history behind it. */
export class SavedRows {
  /** As they were saved. */
  readonly #orders = new Map<number, Order>()
  /** Orders that may change by themselves; the others only when they are filled, or a fill of theirs is corrected. */
  readonly #unfinished = new Set<Order>()
  readonly #executions = new Set<string>()
  readonly #listings = new Map<Listing, string>()
  #state = ''

  constructor(
    private readonly exchange: Exchange,
    private readonly store: Store,
  ) {}

  /** Makes everything that has changed since the last save durable, all of it or nothing. */
  save(): void {
    this.#saveListings()
    this.#saveOrders(this.exchange.orders.all())
    this.#saveExecutions(this.exchange.executions())
    const state = JSON.stringify(this.exchange.savedState())
    if (state !== this.#state) this.store.put('state', STATE_KEY, JSON.parse(state))
    this.#state = state
    this.store.commit()
  }

  #saveListings(): void {
    for (const listing of this.exchange.listings.all()) {
      const mark = listing.mark()
      if (this.#listings.get(listing) === mark) continue
      this.#listings.set(listing, mark)
      this.store.put('listing', `${listing.question.yes.con_id}/${listing.generation}`, listing.snapshot())
    }
  }

  #saveOrders(orders: readonly Order[]): void {
    const fresh: Order[] = []
    for (let at = orders.length - 1; at >= 0; at--) {
      const order = orders[at]
      if (!order || this.#orders.has(order.permId)) break
      fresh.push(order)
    }
    for (const order of new Set([...this.#unfinished, ...this.exchange.takeFilled(), ...fresh.toReversed()])) this.#saveOrder(order)
    this.#forgetOrders(orders)
  }

  #saveOrder(order: Order): void {
    const before = this.#orders.get(order.permId)
    if (before && isSame(before, order)) return
    const copy = { ...order }
    this.#orders.set(order.permId, copy)
    if (order.completed !== null && order.late === 0) this.#unfinished.delete(order)
    else this.#unfinished.add(order)
    const row: OrderRow = { order: copy, audited: this.exchange.audited(order.permId) }
    this.store.put('order', String(order.permId), row)
  }

  #forgetOrders(orders: readonly Order[]): void {
    // Both are in the order of their coming, and what is left out is among the oldest.
    let at = 0
    for (const permId of this.#orders.keys()) {
      if (this.#orders.size === orders.length) return
      if (orders[at]?.permId === permId) at += 1
      else {
        this.#orders.delete(permId)
        this.store.put('order', String(permId), null)
      }
    }
  }

  /** They never change: new ones stand at the end, and the oldest are left out. */
  #saveExecutions(executions: readonly Execution[]): void {
    const fresh: Execution[] = []
    for (let at = executions.length - 1; at >= 0; at--) {
      const execution = executions[at]
      if (!execution || this.#executions.has(execution.execId)) break
      fresh.push(execution)
    }
    for (const execution of fresh.toReversed()) {
      this.#executions.add(execution.execId)
      this.store.put('execution', execution.execId, execution)
    }
    for (const execId of this.#executions) {
      if (this.#executions.size === executions.length) return
      this.#executions.delete(execId)
      this.store.put('execution', execId, null)
    }
  }
}

const isSame = (before: Order, now: Order): boolean => {
  for (const field in now) if (before[field as keyof Order] !== now[field as keyof Order]) return false
  return true
}

/** @returns null when nothing was saved. */
export function savedExchange(store: Store): SavedExchange | null {
  const rows = <T>(table: string): readonly T[] => store.rows(table).map(([, row]) => row as T)
  const [saved] = rows<SavedState>('state')
  if (!saved) return null
  const { audit, ...state } = saved
  const orders = rows<OrderRow>('order')
  return {
    ...state,
    ...(audit ? { audit: { ...audit, filled: orders.map(({ order, audited }) => [order.permId, audited] as const) } } : {}),
    listings: rows<SavedListing>('listing'),
    orders: orders.map(({ order }) => order),
    executions: rows<Execution>('execution'),
  }
}
