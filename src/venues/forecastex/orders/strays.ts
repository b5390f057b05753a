import { isOurOrderId, type ClientOrderId } from '../../../core/ids'
import type { OrderIntent } from '../../../core/trade/order'
import type { Log } from '../../../ports/log'
import type { Gateway } from '../gateway/owner'
import type { OrderEcho } from '../wire/messages'
import type { Cancels } from './cancels'
import { forgetOldest, REMEMBERED_MAX } from './forget'
import type { Look } from './looks'
import type { TrackedOrders } from './tracked'

export interface StraysOptions {
  readonly gateway: Gateway
  readonly orders: TrackedOrders
  /** An order that this host has sent and whose end it does not know; null: it knows of none such. */
  readonly sent: (id: ClientOrderId) => OrderIntent | null
  /** Follows it from now on. */
  readonly follow: (order: OrderIntent, signal: AbortSignal) => Promise<boolean>
  readonly cancels: Cancels
  readonly log: Log
}

/**
 * What rests in the account and nobody in this process waits for. An order that an earlier process sent and whose end is not known is followed: its
 * trade asks for it. Any other one of ours is cancelled, where this client can. Orders of other hands are named once and left alone (E27).
 */
export class Strays {
  readonly #options: StraysOptions
  readonly #named = new Set<string>()

  constructor(options: StraysOptions) {
    this.#options = options
  }

  async tend({ resting }: Look, signal: AbortSignal): Promise<void> {
    for (const echo of resting) {
      if (isOurOrderId(echo.orderRef)) await this.#tendOurs(echo, echo.orderRef, signal)
      else this.#name(echo, 'An order of another hand rests in the account; it is left alone')
    }
  }

  async #tendOurs(echo: OrderEcho, id: ClientOrderId, signal: AbortSignal): Promise<void> {
    const { gateway, orders, sent, follow, cancels } = this.#options
    if (orders.find(id)) return
    const order = sent(id)
    if (order && (await follow(order, signal))) return this.#name(echo, 'An order that an earlier process sent still works; it is followed')
    if (echo.clientId !== gateway.clientId || echo.orderId <= 0)
      return this.#name(echo, 'An order of ours rests under another client id: only that one can cancel it')
    this.#name(echo, 'An order of ours rests that nobody waits for: it is cancelled')
    await cancels.send(echo.orderId, signal)
  }

  #name({ permId, orderRef, clientId, orderId, conId, status }: OrderEcho, message: string): void {
    const key = `${permId || `${clientId}/${orderId}`} ${message}`
    if (this.#named.has(key)) return
    this.#named.add(key)
    forgetOldest(this.#named, REMEMBERED_MAX)
    this.#options.log.warn({ venue: 'forecastex', permId, orderRef, clientId, orderId, conId, status }, message)
  }
}
