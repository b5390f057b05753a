import type { Account } from './account'
import type { ExchangeOptions, SavedExchange } from './exchange'
import type { Fills } from './fills'
import { conIdOf, type Contract, type Listings } from './listings'
import {
  isRefusal,
  isWorking,
  readTerms,
  rejected,
  REJECTED_BY_EXCHANGE,
  remaining,
  type Order,
  type OrderTerms,
  type OrderTicket,
  type Refusal,
} from './orders'

/** Completed orders kept for re-reading: more than a day of a busy client, and little enough to be saved with every order. */
const KEPT_ORDERS = 2000
/** A fill that follows a cancel by this much arrives after its confirmation, as a real one would. */
const LATE_FILL_DELAY_MS = 50

export interface OrderDeskOptions extends ExchangeOptions {
  readonly listings: Listings
  readonly account: Account
  readonly fills: Fills
  /** µ$ per contract of an executed purchase. */
  readonly feePerContract: number
}

/** The orders of all clients: what is accepted, what works, what ended and why. */
export class OrderDesk {
  readonly #orders: Order[]
  readonly #lastOrderIds: Map<number, number>
  #lastPermId: number

  constructor(private readonly options: OrderDeskOptions) {
    const { saved, clock } = options
    this.#orders = (saved?.orders ?? []).map((order) => ({ ...order }))
    this.#lastOrderIds = new Map(saved?.lastOrderIds ?? [])
    // From the clock, so that a fresh exchange does not repeat the ids of an earlier one.
    this.#lastPermId = saved?.lastPermId ?? Math.floor(clock.nowMs() / 1000)
    this.#resume()
  }

  nextOrderId(clientId: number): number {
    return Math.max(this.options.section.next_order_id, (this.#lastOrderIds.get(clientId) ?? 0) + 1)
  }

  working(): readonly Order[] {
    return this.#orders.filter(isWorking)
  }

  completed(): readonly Order[] {
    return this.#orders.filter((order) => !isWorking(order))
  }

  /** Cash that no working order (but `except`) has reserved, in µ$. */
  availableCash(except?: Order): number {
    const others = this.working().filter((order) => order !== except)
    return others.reduce((left, order) => left - this.#cost(order), this.options.account.cash)
  }

  /** A new order, or a change of a working one when its id is known (§4). */
  place(ticket: OrderTicket, contract: Contract | null): void {
    const { clientId, orderId } = ticket
    const known = this.#find(clientId, orderId)
    if (known && isWorking(known)) return this.#modify(known, ticket, contract)
    if (orderId < this.nextOrderId(clientId)) return this.#refuse(ticket, { code: 103, text: 'Duplicate order id' })
    this.#lastOrderIds.set(clientId, orderId)
    const terms = readTerms(ticket, contract, this.options.account.name)
    if (isRefusal(terms)) return this.#refuse(ticket, terms)
    if (contract) this.#accept(ticket, contract, terms)
  }

  cancel(clientId: number, orderId: number): void {
    const order = this.#find(clientId, orderId)
    const { reports } = this.options
    if (!order) {
      reports.orderError(clientId, orderId, { code: 10147, text: `OrderId ${orderId} that needs to be cancelled is not found.` })
    } else if (!isWorking(order)) {
      const text = `OrderId ${orderId} that needs to be cancelled cannot be cancelled, state: ${order.status}.`
      reports.orderError(clientId, orderId, { code: 10148, text })
    } else this.end(order)
  }

  /** Cancels a working order, and lets a late fill follow when fault late_fill_after_cancel is armed. */
  end(order: Order): void {
    const { reports, faults, fills, listings, clock, commit } = this.options
    const contract = listings.contract(order.conId)
    contract?.listing.book.removeOrder(contract.outcome, order)
    this.#complete(order, 'Cancelled', 'Cancelled by Trader')
    reports.orderStatus(order)
    reports.orderError(order.clientId, order.orderId, { code: 202, text: 'Order Canceled - reason:' })
    if (!contract) return
    reports.quotes(contract.listing)
    const late = faults.take('late_fill_after_cancel', fills.faultMatch(order, contract))
    if (!late) return
    const size = Math.min(remaining(order), typeof late['size'] === 'number' ? late['size'] : Infinity)
    const delayMs = typeof late['delay_ms'] === 'number' ? late['delay_ms'] : LATE_FILL_DELAY_MS
    clock.after(delayMs, () => commit(() => fills.fill(order, contract, size, order.limit)))
  }

  snapshot(): Pick<SavedExchange, 'orders' | 'lastOrderIds' | 'lastPermId'> {
    return { orders: this.#orders, lastOrderIds: [...this.#lastOrderIds], lastPermId: this.#lastPermId }
  }

  /** Puts saved working orders back into their books; a listing that is no longer open has none. */
  #resume(): void {
    for (const order of this.working()) {
      const contract = this.options.listings.contract(order.conId)
      if (contract?.listing.state.kind === 'open') {
        contract.listing.book.rest(contract.outcome, { price: order.limit, size: remaining(order), owner: order })
      } else this.#complete(order, 'Cancelled', 'Cancelled by System')
    }
  }

  #find(clientId: number, orderId: number): Order | undefined {
    return this.#orders.find((order) => order.clientId === clientId && order.orderId === orderId)
  }

  #accept(ticket: OrderTicket, contract: Contract, terms: OrderTerms): void {
    const { reports, feePerContract } = this.options
    const order = this.#newOrder(ticket, contract, terms)
    if (ticket.whatIf) return reports.whatIf({ ...order, commission: feePerContract * order.quantity })
    // An order that is not to be transmitted stays in the gateway, and nobody hears of it (trap 14).
    if (!ticket.transmit) return
    const refusal = this.#faultyRejection(order, contract) ?? this.#obstacle(order, contract)
    if (refusal) return this.#reject(order, refusal)
    this.#rewriteTimeInForce(order, contract)
    this.#keep(order)
    this.#work(order, contract)
  }

  #newOrder({ clientId, orderId, orderRef }: OrderTicket, contract: Contract, terms: OrderTerms): Order {
    return {
      clientId,
      orderId,
      orderRef,
      permId: ++this.#lastPermId,
      conId: conIdOf(contract),
      account: this.options.account.name,
      ...terms,
      status: 'PreSubmitted',
      filled: 0,
      paid: 0,
      commission: 0,
      lastPrice: 0,
      completed: null,
    }
  }

  #modify(order: Order, ticket: OrderTicket, contract: Contract | null): void {
    const terms = readTerms(ticket, contract, this.options.account.name)
    if (isRefusal(terms)) return this.#refuse(ticket, terms)
    const tifAllowed = terms.tif === order.tif || (order.tif === 'DAY' && terms.tif === 'IOC')
    if (!contract || conIdOf(contract) !== order.conId || !tifAllowed || terms.quantity <= order.filled) {
      return this.#refuse(ticket, { code: 105, text: 'Order being modified does not match original order.' })
    }
    const before = { quantity: order.quantity, limit: order.limit, tif: order.tif }
    const obstacle = this.#obstacle(Object.assign(order, terms), contract)
    if (obstacle) {
      Object.assign(order, before)
      return this.#refuse(ticket, obstacle)
    }
    contract.listing.book.removeOrder(contract.outcome, order)
    this.#work(order, contract)
  }

  /** Matches what it can at once; the remainder rests, or ends if it may not. */
  #work(order: Order, contract: Contract): void {
    const { reports, fills } = this.options
    const { listing, outcome } = contract
    reports.openOrder(order)
    reports.orderStatus(order)
    fills.take(order, contract)
    if (isWorking(order) && order.tif === 'IOC') this.end(order)
    else if (isWorking(order)) {
      listing.book.rest(outcome, { price: order.limit, size: remaining(order), owner: order })
      if (order.status === 'PreSubmitted') {
        order.status = 'Submitted'
        reports.openOrder(order)
        reports.orderStatus(order)
      }
    }
    reports.quotes(listing)
  }

  /** What stops an order that obeys the rules: the cash it needs with its fee, or a resting order of ours that it would meet. */
  #obstacle(order: Order, { listing, outcome }: Contract): Refusal | null {
    if (this.#cost(order) > this.availableCash(order)) return rejected('The available cash does not cover the premium and the fee.')
    const meetsOwn = listing.book.pairingWith(outcome, order.limit).some((bid) => typeof bid.owner === 'object')
    return meetsOwn ? rejected('The order would trade with a resting order of the same account.') : null
  }

  /** µ$ that the rest of an order can still cost. */
  #cost(order: Order): number {
    return (order.limit + this.options.feePerContract) * remaining(order)
  }

  #faultyRejection(order: Order, contract: Contract): Refusal | null {
    const { faults, fills } = this.options
    const fault = faults.take('reject', fills.faultMatch(order, contract))
    if (!fault) return null
    const code = Number(fault.name.split(':')[1] ?? fault['code'] ?? REJECTED_BY_EXCHANGE)
    return { code, text: typeof fault['text'] === 'string' ? fault['text'] : `Order rejected - reason:${code}` }
  }

  /** Fault tif_rewritten: a preset of the gateway turns the order into one that rests. */
  #rewriteTimeInForce(order: Order, contract: Contract): void {
    const { faults, fills, reports } = this.options
    if (!faults.take('tif_rewritten', fills.faultMatch(order, contract))) return
    order.tif = 'DAY'
    reports.orderError(order.clientId, order.orderId, { code: 10349, text: 'Order TIF was set to DAY based on order preset.' })
  }

  #refuse(ticket: OrderTicket, refusal: Refusal): void {
    this.options.reports.orderError(ticket.clientId, ticket.orderId, refusal)
  }

  #reject(order: Order, refusal: Refusal): void {
    const { reports } = this.options
    if (refusal.code === REJECTED_BY_EXCHANGE) {
      this.#keep(order)
      this.#complete(order, 'Inactive', `Rejected by System:${refusal.text}`)
      reports.orderStatus(order)
    }
    reports.orderError(order.clientId, order.orderId, refusal)
  }

  #complete(order: Order, status: Order['status'], text: string): void {
    order.status = status
    order.completed = { ms: this.options.clock.nowMs(), text }
  }

  #keep(order: Order): void {
    this.#orders.push(order)
    const surplus = this.#orders.length - this.working().length - KEPT_ORDERS
    for (let dropped = 0; dropped < surplus; dropped++) {
      this.#orders.splice(
        this.#orders.findIndex((candidate) => !isWorking(candidate)),
        1,
      )
    }
  }
}
