import type { Agenda } from './agenda'
import { Endings, faultRejection, rejection, type Rejection } from './endings'
import type { ExchangeOptions, SavedState } from './exchange'
import type { Fills } from './fills'
import { conIdOf, type Contract, type Listings } from './listings'
import type { Obstacles } from './obstacles'
import {
  faultCode,
  isRefusal,
  isWorking,
  orderRules,
  readTerms,
  rejected,
  remaining,
  type Order,
  type OrderRules,
  type OrderTerms,
  type OrderTicket,
  type Refusal,
} from './orders'
import { zonedText } from '../protocol/zoned-time'

/** Completed orders kept for re-reading: more than a day of a busy client. */
const KEPT_ORDERS = 2000

export interface OrderDeskOptions extends ExchangeOptions {
  readonly listings: Listings
  readonly fills: Fills
  readonly agenda: Agenda
  readonly obstacles: Obstacles
  /** µ$ per contract of an executed purchase. */
  readonly feePerContract: number
}

/** The orders of all clients: what is accepted, and what works. */
export class OrderDesk {
  readonly endings: Endings
  readonly #orders: Order[]
  readonly #byIdentity = new Map<string, Order>()
  /** Orders that still bind cash, and some that do so no longer. */
  readonly #live = new Set<Order>()
  readonly #lastOrderIds: Map<number, number>
  readonly #rules: OrderRules
  #lastPermId: number

  constructor(private readonly options: OrderDeskOptions) {
    const { saved, clock, section } = options
    // States of earlier versions lack what an order did not have then.
    this.#orders = (saved?.orders ?? []).map((order) => ({ ...{ queued: false, late: 0 }, ...order }))
    for (const order of this.#orders) this.#index(order)
    this.#lastOrderIds = new Map(saved?.lastOrderIds ?? [])
    // From the clock, so that a fresh exchange does not repeat the ids of an earlier one.
    this.#lastPermId = saved?.lastPermId ?? Math.floor(clock.nowMs() / 1000)
    this.#rules = orderRules(section)
    this.endings = new Endings(options)
  }

  nextOrderId(clientId: number): number {
    return Math.max(this.options.section.next_order_id, (this.#lastOrderIds.get(clientId) ?? 0) + 1)
  }

  all(): readonly Order[] {
    return this.#orders
  }

  /** Those that work, and those that are to be filled after their end. */
  live(): readonly Order[] {
    for (const order of this.#live) if (!isWorking(order) && order.late === 0) this.#live.delete(order)
    return [...this.#live]
  }

  working(): readonly Order[] {
    return this.live().filter(isWorking)
  }

  completed(): readonly Order[] {
    return this.#orders.filter((order) => !isWorking(order))
  }

  availableCash(): number {
    return this.options.obstacles.availableCash()
  }

  byPermId(permId: number): Order | undefined {
    return this.#orders.find((order) => order.permId === permId)
  }

  /** A new order, or a change of a working one when its id is known (§4). */
  place(ticket: OrderTicket, contract: Contract | null): void {
    const { clientId, orderId } = ticket
    const known = this.#find(clientId, orderId)
    if (known && isWorking(known)) return this.#modify(known, ticket, contract)
    if (known?.status === 'Filled') return this.#refuse(ticket, { code: 104, text: "Can't modify a filled order" })
    if (orderId < this.nextOrderId(clientId)) return this.#refuse(ticket, { code: 103, text: 'Duplicate order id' })
    this.#lastOrderIds.set(clientId, orderId)
    const terms = readTerms(ticket, contract, this.#rules)
    if (isRefusal(terms)) return this.#refuse(ticket, terms)
    if (contract) this.#accept(ticket, contract, terms)
  }

  /** An order that a person enters at the gateway: its id is negative, outside those that clients count. @throws Error with the reason when it is refused. */
  placeManual(ticket: OrderTicket, contract: Contract): void {
    this.work(this.enter(ticket, contract), contract)
  }

  /** The same without working it. @throws Error with the reason when it is refused. */
  enter(ticket: OrderTicket, contract: Contract): Order {
    const terms = readTerms(ticket, contract, this.#rules)
    if (isRefusal(terms)) throw new Error(`${terms.code} ${terms.text}`)
    const order = this.#newOrder(ticket, contract, terms)
    const refusal = this.options.obstacles.of(order, contract)
    if (refusal) throw new Error(`${refusal.code} ${refusal.text}`)
    this.#keep(order)
    return order
  }

  cancel(clientId: number, orderId: number): void {
    this.endings.cancel({ clientId, orderId, orderRef: '' }, this.#find(clientId, orderId))
  }

  /** Matches what it can at once; the remainder rests, or ends if it may not. While the exchange is closed it waits in the gateway. */
  work(order: Order, contract: Contract): void {
    const { reports, fills, clock } = this.options
    const { listing, outcome } = contract
    const isOpen = listing.isOpenAt(clock.nowMs())
    order.queued = !isOpen
    reports.openOrder(order)
    reports.orderStatus(order)
    this.#warn(order, contract)
    if (!isOpen) return this.#queue(order, contract)
    fills.take(order, contract)
    if (isWorking(order) && order.tif === 'IOC') this.endings.end(order)
    else if (isWorking(order)) {
      listing.book.rest(outcome, { price: order.limit, size: remaining(order), owner: order })
      this.expire(order, this.#expiryMs(order, contract))
      if (order.status === 'PreSubmitted') {
        order.status = 'Submitted'
        reports.openOrder(order)
        reports.orderStatus(order)
      }
    }
    reports.quotes(listing)
  }

  /** A queued order when the exchange may be open: it works, or waits on. */
  open(order: Order): void {
    const contract = this.options.listings.contract(order.conId)
    if (!contract || !order.queued || !isWorking(order)) return
    if (!contract.listing.isTradable(this.options.clock.nowMs())) return this.endings.end(order, 'Cancelled by System')
    if (contract.listing.isOpenAt(this.options.clock.nowMs())) this.work(order, contract)
    else this.#planOpening(order, contract)
  }

  /** A resting order whose session or whose contract is over at `atMs`. */
  expire(order: Order, atMs: number): void {
    if (!isWorking(order)) return
    if (atMs <= this.options.clock.nowMs()) this.endings.end(order, 'Cancelled by System')
    else this.options.agenda.add({ kind: 'expire', permId: order.permId, atMs }, atMs)
  }

  /** The hours of a contract have changed: its orders are planned anew. */
  replan(contract: Contract): void {
    const { agenda } = this.options
    for (const order of this.working()) {
      if (!contract.listing.outcomeOf(order.conId)) continue
      agenda.forget(order.permId)
      if (order.queued) this.open(order)
      else this.expire(order, this.#expiryMs(order, contract))
    }
  }

  lastIds(): Pick<SavedState, 'lastOrderIds' | 'lastPermId'> {
    return { lastOrderIds: [...this.#lastOrderIds], lastPermId: this.#lastPermId }
  }

  /** Puts saved working orders back into their books; a listing that is no longer open has none. */
  resume(): void {
    for (const order of this.working()) {
      const contract = this.options.listings.contract(order.conId)
      if (contract?.listing.state.kind !== 'open') this.endings.complete(order, 'Cancelled', 'Cancelled by System')
      else if (!order.queued) contract.listing.book.rest(contract.outcome, { price: order.limit, size: remaining(order), owner: order })
    }
  }

  #find(clientId: number, orderId: number): Order | undefined {
    return this.#byIdentity.get(`${clientId}/${orderId}`)
  }

  #accept(ticket: OrderTicket, contract: Contract, terms: OrderTerms): void {
    const { reports, feePerContract, obstacles, faults, fills } = this.options
    const order = this.#newOrder(ticket, contract, terms)
    if (ticket.whatIf) return reports.whatIf({ ...order, commission: feePerContract * order.quantity })
    // An order that is not to be transmitted stays in the gateway, and nobody hears of it (trap 14).
    if (!ticket.transmit) return
    const fault = faults.take('reject', fills.faultMatch(order, contract))
    if (fault) return this.#turnAway(order, faultRejection(fault))
    const refusal = obstacles.of(order, contract) ?? this.#closed(contract)
    if (refusal) return this.#turnAway(order, rejection(refusal))
    this.#rewriteTimeInForce(order, contract)
    this.#keep(order)
    this.work(order, contract)
  }

  #newOrder({ clientId, orderId, orderRef }: OrderTicket, contract: Contract, terms: OrderTerms): Order {
    return {
      ...{ clientId, orderId, orderRef, permId: ++this.#lastPermId, conId: conIdOf(contract), account: this.#rules.account },
      ...terms,
      ...{ status: 'PreSubmitted', filled: 0, paid: 0, commission: 0, lastPrice: 0, queued: false, late: 0, completed: null },
    }
  }

  #modify(order: Order, ticket: OrderTicket, contract: Contract | null): void {
    const terms = readTerms(ticket, contract, this.#rules)
    if (isRefusal(terms)) return this.#refuse(ticket, terms)
    const tifAllowed = terms.tif === order.tif || (order.tif === 'DAY' && terms.tif === 'IOC')
    const isSame = contract !== null && conIdOf(contract) === order.conId && ticket.orderRef === order.orderRef && tifAllowed
    if (!isSame || terms.quantity <= order.filled || order.status === 'PendingCancel') {
      return this.#refuse(ticket, { code: 105, text: 'Order being modified does not match original order.' })
    }
    const before = { quantity: order.quantity, limit: order.limit, tif: order.tif }
    const obstacle = this.options.obstacles.of(Object.assign(order, terms), contract)
    if (obstacle) {
      Object.assign(order, before)
      return this.#refuse(ticket, obstacle)
    }
    contract.listing.book.removeOrder(contract.outcome, order)
    this.options.agenda.forget(order.permId)
    this.work(order, contract)
  }

  #closed({ listing }: Contract): Refusal | null {
    const { section, clock } = this.options
    if (section.settings.outside_hours === 'queue' || listing.isOpenAt(clock.nowMs())) return null
    return rejected('The exchange is closed.')
  }

  #queue(order: Order, contract: Contract): void {
    const { hours, question } = contract.listing
    const opening = hours.nextOpeningMs(this.options.clock.nowMs())
    const when = opening === null ? '' : ` until ${zonedText(opening, question.time_zone)}`
    const text = `Order Message:\nWarning: your order will not be placed at the exchange${when}.`
    this.options.reports.orderError(order, { code: 399, text })
    this.#planOpening(order, contract)
  }

  #planOpening(order: Order, { listing }: Contract): void {
    const opening = listing.hours.nextOpeningMs(this.options.clock.nowMs())
    if (opening !== null) this.options.agenda.add({ kind: 'open', permId: order.permId }, opening)
  }

  /** A DAY order ends with its session, every order with its contract's last trade. */
  #expiryMs(order: Order, { listing }: Contract): number {
    const nowMs = this.options.clock.nowMs()
    if (order.tif !== 'DAY') return listing.lastTradeMs
    return Math.min(listing.lastTradeMs, listing.hours.sessionAt(nowMs)?.endMs ?? nowMs)
  }

  /** Fault warning: a message with the order's id that does not end it (§7 rule 4). */
  #warn(order: Order, contract: Contract): void {
    const { faults, fills, reports } = this.options
    const fault = faults.take('warning', fills.faultMatch(order, contract))
    if (!fault) return
    const code = faultCode(fault)
    reports.orderError(order, { code, text: typeof fault['text'] === 'string' ? fault['text'] : `Order Message:\nWarning: ${code}` })
  }

  /** Fault tif_rewritten: a preset of the gateway turns the order into one that rests. */
  #rewriteTimeInForce(order: Order, contract: Contract): void {
    const { faults, fills, reports } = this.options
    if (!faults.take('tif_rewritten', fills.faultMatch(order, contract))) return
    order.tif = 'DAY'
    reports.orderError(order, { code: 10349, text: 'Order TIF was set to DAY based on order preset.' })
  }

  #refuse(ticket: OrderTicket, refusal: Refusal): void {
    this.options.reports.orderError(ticket, refusal)
  }

  #turnAway(order: Order, rejection: Rejection): void {
    if (rejection.inactive !== 'never' || rejection.afterOpen) this.#keep(order)
    this.endings.reject(order, rejection)
  }

  #keep(order: Order): void {
    this.#orders.push(order)
    this.#index(order)
    const surplus = this.#orders.length - this.#live.size - KEPT_ORDERS
    for (let dropped = 0; dropped < surplus; dropped++) {
      const at = this.#orders.findIndex((candidate) => !isWorking(candidate) && candidate.late === 0)
      for (const { clientId, orderId } of this.#orders.splice(at, 1)) this.#byIdentity.delete(`${clientId}/${orderId}`)
    }
  }

  #index(order: Order): void {
    this.#byIdentity.set(`${order.clientId}/${order.orderId}`, order)
    if (isWorking(order) || order.late > 0) this.#live.add(order)
  }
}
