import type { Agenda } from './agenda'
import type { ExchangeReports } from './exchange'
import type { Fills } from './fills'
import type { Contract, Listings } from './listings'
import { faultCode, isWorking, REJECTED_BY_EXCHANGE, remaining, type Order, type OrderIdentity, type Refusal } from './orders'
import type { FaultBook, FaultSetting, SimClock } from '../port'

/** A fill that follows a cancel by this much arrives after its confirmation, as a real one would. */
const LATE_FILL_DELAY_MS = 50
/** A cancel that is late is confirmed this much after it was asked for. */
const LATE_CANCEL_MS = 200

/** A refusal, whether an openOrder comes before it, and where the status Inactive stands. */
export interface Rejection {
  readonly refusal: Refusal
  readonly afterOpen: boolean
  readonly inactive: 'before' | 'after' | 'never'
}

/** What the exchange rejects stays readable as Inactive; what the gateway refuses leaves no trace. */
export const rejection = (refusal: Refusal): Rejection => ({
  refusal,
  afterOpen: false,
  inactive: refusal.code === REJECTED_BY_EXCHANGE ? 'before' : 'never',
})

/** Fault reject. */
export function faultRejection(fault: FaultSetting): Rejection {
  const code = faultCode(fault)
  const { text, inactive, after_open } = fault
  const usual = rejection({ code, text: typeof text === 'string' ? text : `Order rejected - reason:${code}` })
  const isPlace = inactive === 'before' || inactive === 'after' || inactive === 'never'
  return { ...usual, afterOpen: after_open === true, inactive: isPlace ? inactive : usual.inactive }
}

export interface EndingOptions {
  readonly clock: SimClock
  readonly faults: FaultBook
  readonly reports: ExchangeReports
  readonly listings: Listings
  readonly fills: Fills
  readonly agenda: Agenda
}

/** How orders end without being filled: cancelled, expired, refused; and what still comes after that. */
export class Endings {
  constructor(private readonly options: EndingOptions) {}

  /** A client's cancel of an order, of which there may be none. */
  cancel(identity: OrderIdentity, order: Order | undefined): void {
    const { orderId } = identity
    if (!order) return this.#refuse(identity, 10147)
    if (!isWorking(order) || order.status === 'PendingCancel') {
      const text = `OrderId ${orderId} that needs to be cancelled cannot be cancelled, state: ${order.status}.`
      return this.options.reports.orderError(order, { code: 10148, text })
    }
    this.cancelWorking(order)
  }

  /** A cancel that was asked for, by id or of everything. */
  cancelWorking(order: Order): void {
    const { faults, fills, reports, agenda, clock, listings } = this.options
    const contract = listings.contract(order.conId)
    if (!contract) return this.end(order)
    const match = fills.faultMatch(order, contract)
    const rejection = faults.take('cancel_rejected', match)
    if (rejection) return this.#refuse(order, faultCode(rejection), rejection['text'])
    const silent = faults.take('cancel_silent', match)
    if (silent) return silent['cancelled'] === true ? this.#endSilently(order, contract) : undefined
    const late = faults.take('cancel_late', match)
    if (late) {
      order.status = 'PendingCancel'
      reports.orderStatus(order)
      return agenda.add({ kind: 'cancel', permId: order.permId }, clock.nowMs() + delayOf(late, LATE_CANCEL_MS))
    }
    const filled = faults.take('cancel_filled', match)
    if (filled) return this.#fillInstead(order, contract, filled)
    this.end(order)
  }

  /** Ends a working order as cancelled; what was planned for it is forgotten. */
  end(order: Order, text = 'Cancelled by Trader'): void {
    const { reports, faults, fills, listings, agenda, clock } = this.options
    this.complete(order, 'Cancelled', text)
    reports.orderStatus(order)
    reports.orderError(order, { code: 202, text: 'Order Canceled - reason:' })
    const contract = listings.contract(order.conId)
    if (!contract) return
    reports.quotes(contract.listing)
    const late = contract.listing.state.kind === 'open' ? faults.take('late_fill_after_cancel', fills.faultMatch(order, contract)) : null
    if (!late) return
    const size = Math.min(remaining(order), typeof late['size'] === 'number' ? late['size'] : Infinity)
    order.late = size
    const atMs = late['after_read'] === true ? null : clock.nowMs() + delayOf(late, LATE_FILL_DELAY_MS)
    agenda.add({ kind: 'late_fill', permId: order.permId, size }, atMs)
  }

  /** A new order that is not accepted, in the order of frames that its rejection has. */
  reject(order: Order, { refusal, inactive, afterOpen }: Rejection): void {
    const { reports } = this.options
    if (afterOpen) {
      reports.openOrder(order)
      reports.orderStatus(order)
    }
    if (inactive !== 'never' || afterOpen) this.complete(order, 'Inactive', `Rejected by System:${refusal.text}`)
    if (inactive === 'before') reports.orderStatus(order)
    reports.orderError(order, refusal)
    if (inactive === 'after') reports.orderStatus(order)
  }

  /** The broker or the exchange ends a working order by itself. */
  endByBroker(order: Order, status: 'Cancelled' | 'Inactive', refusal: Refusal | null): void {
    const { reports, listings } = this.options
    this.complete(order, status, status === 'Cancelled' ? 'Cancelled by System' : 'Rejected by System')
    reports.orderStatus(order)
    if (refusal) reports.orderError(order, refusal)
    const contract = listings.contract(order.conId)
    if (contract) reports.quotes(contract.listing)
  }

  /** A message with the order's id that changes nothing. */
  tell(order: Order, refusal: Refusal): void {
    this.options.reports.orderError(order, refusal)
  }

  lateFill(order: Order, size: number): void {
    const { fills, listings } = this.options
    const contract = listings.contract(order.conId)
    order.late = 0
    if (contract?.listing.state.kind === 'open') fills.fill(order, contract, size, order.limit)
  }

  /** An order that is over leaves its book. */
  complete(order: Order, status: Order['status'], text: string): void {
    const { listings, agenda, clock } = this.options
    const contract = listings.contract(order.conId)
    contract?.listing.book.removeOrder(contract.outcome, order)
    agenda.forget(order.permId)
    order.queued = false
    order.status = status
    order.completed = { ms: clock.nowMs(), text }
  }

  #endSilently(order: Order, { listing }: Contract): void {
    this.complete(order, 'Cancelled', 'Cancelled by Trader')
    this.options.reports.quotes(listing)
  }

  /** The fill was faster than the cancel: nothing says that the cancel failed, unless the fault has a code. */
  #fillInstead(order: Order, contract: Contract, fault: Readonly<Record<string, unknown>>): void {
    const { fills, reports } = this.options
    const size = Math.min(remaining(order), typeof fault['size'] === 'number' ? fault['size'] : Infinity)
    contract.listing.book.restAgain(contract.outcome, order, remaining(order) - size)
    fills.fill(order, contract, size, order.limit)
    if (typeof fault['code'] === 'number') this.#refuse(order, fault['code'])
    if (isWorking(order)) this.end(order)
    else reports.quotes(contract.listing)
  }

  #refuse(identity: OrderIdentity, code: number, text?: unknown): void {
    const { orderId } = identity
    const standard: Readonly<Record<number, string>> = {
      161: `Cancel attempted when order is not in a cancellable state. Order permId =${'permId' in identity ? String(identity.permId) : ''}`,
      10147: `OrderId ${orderId} that needs to be cancelled is not found.`,
      10148: `OrderId ${orderId} that needs to be cancelled cannot be cancelled, state: Filled.`,
    }
    this.options.reports.orderError(identity, {
      code,
      text: typeof text === 'string' ? text : (standard[code] ?? `Cancel refused: ${code}`),
    })
  }
}

const delayOf = (fault: Readonly<Record<string, unknown>>, otherwise: number): number =>
  typeof fault['delay_ms'] === 'number' ? fault['delay_ms'] : otherwise
