import type { Exchange } from './exchange/exchange'
import type { Contract } from './exchange/listings'
import type { Order } from './exchange/orders'
import { parseFixed } from '../../core/units'
import { dollars, UNSET_INTEGER } from './protocol/amounts'
import type { Token } from './protocol/frames'
import { reply } from './protocol/replies'
import type { Session } from './session'

/** The client that manual orders belong to, once they are bound (§6 "clientId"). */
const MANUAL_CLIENT = 0
/** Where a frame has its order id, and what stands there while an order is not bound: orderStatus, openOrder, execDetails. */
const ORDER_ID_AT: Readonly<Record<number, number>> = { 3: 1, 5: 1, 11: 2 }
const EXECUTION = 11
/** Executions of manual orders have no order id at all (ib_async works around it). */
const UNBOUND: Readonly<Record<number, Token>> = { 3: 0, 5: 0, 11: UNSET_INTEGER }

/** Orders that a person entered at the gateway: without an order id until client 0 binds them, with a negative one from then on. */
export class ManualOrders {
  readonly #bound = new Set<number>()
  #last = 0

  constructor(private readonly exchange: () => Exchange) {}

  /** @throws Error with one sentence when the event is incomplete. */
  enter(contract: Contract, event: Record<string, unknown>): void {
    const { price, size, tif = 'DAY' } = event
    if (typeof price !== 'string' || typeof size !== 'number' || typeof tif !== 'string')
      throw new Error('a manual order has a "price" like "0.56", a whole "size" and perhaps a "tif"')
    this.exchange().orders.placeManual(
      {
        ...{ clientId: MANUAL_CLIENT, orderId: this.#nextId(), orderRef: '', account: '', action: 'BUY', orderType: 'LMT' },
        ...{ quantity: String(size), limit: dollars(parseFixed(price, 6)), tif, buysByCash: false, transmit: true, whatIf: false },
      },
      contract,
    )
  }

  /** reqAutoOpenOrders: only client 0 may have manual orders bound to it. */
  setAutoBind(session: Session, isOn: boolean): void {
    if (session.clientId === MANUAL_CLIENT) session.bindsManualOrders = isOn
    else
      session.send(...reply.error(-1, 321, "Error validating request.-'bM' : cause - Only the default client (i.e 0) can auto bind orders"))
  }

  bind(session: Session, orders: readonly Order[]): void {
    if (session.clientId !== MANUAL_CLIENT) return
    for (const { orderId, permId, clientId } of orders) {
      if (orderId >= 0 || this.#bound.has(orderId)) continue
      this.#bound.add(orderId)
      session.send(...reply.orderBound(permId, clientId, orderId))
    }
  }

  /** Whether client 0 is told of an order by itself: of a manual one that is not bound it hears the executions alone. */
  isToldOf(session: Session, frame: readonly Token[]): boolean {
    const orderId = orderIdOf(frame)
    if (orderId >= 0 || frame[0] === EXECUTION) return true
    if (session.bindsManualOrders) this.#bound.add(orderId)
    return this.#bound.has(orderId)
  }

  /** A frame as clients see it: an unbound order has no id of its own. */
  shown(frame: readonly Token[]): readonly Token[] {
    const orderId = orderIdOf(frame)
    if (orderId >= 0 || this.#bound.has(orderId)) return frame
    const message = Number(frame[0])
    return frame.with(ORDER_ID_AT[message] ?? 0, UNBOUND[message] ?? 0)
  }

  /** Below those of earlier processes: the orders they belong to are still known. */
  #nextId(): number {
    const { orders } = this.exchange()
    const known = [...orders.working(), ...orders.completed()].map(({ orderId }) => orderId)
    this.#last = Math.min(this.#last, 0, ...known) - 1
    return this.#last
  }
}

function orderIdOf(frame: readonly Token[]): number {
  const at = ORDER_ID_AT[Number(frame[0])]
  return at === undefined ? 0 : Number(frame[at])
}
