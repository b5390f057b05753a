import { FAILURES } from '../../../core/failures'
import { isOurOrderId, type ClientOrderId } from '../../../core/ids'
import type { Clock } from '../../../ports/clock'
import { withLimit } from '../../../ports/limit'
import type { Log } from '../../../ports/log'
import type { Gateway } from '../gateway/owner'
import { isEnded, rests, type OrderState } from '../wire/order-state'
import { forgetOldest, REMEMBERED_MAX } from './forget'
import type { Glance } from './looks'

/** For the slot of a cancel that nobody waits for. */
const SLOT_LIMIT_MS = 5_000
/** After a cancel the order list is asked this often, this far apart, before what is left is reported as resting. */
const LOOKS = 8
const LOOK_EVERY_MS = 250

export interface CancelsOptions {
  readonly gateway: Gateway
  /** Writes the cancel of an order of this client. */
  readonly write: (orderId: number) => void
  readonly clock: Clock
  readonly log: Log
}

/** Cancels of own orders, by number. What the venue answers to one (202, 161, 10147, 10148, 135) proves nothing: the lists are read again. */
export class Cancels {
  readonly #options: CancelsOptions
  readonly #differing = new Set<ClientOrderId>()
  /** What was said of orders that rest: it is said once for each status, however often they are looked at. */
  readonly #said = new Map<ClientOrderId, string>()

  constructor(options: CancelsOptions) {
    this.#options = options
  }

  async send(orderId: number, signal: AbortSignal): Promise<void> {
    const { gateway, write } = this.#options
    await gateway.pace('order', signal)
    write(orderId)
  }

  /** Cancels an order that a look still shows, if this client can. @returns whether it does. */
  async ifResting(clientOrderId: ClientOrderId, { resting }: Glance, signal: AbortSignal): Promise<boolean> {
    const { gateway, log } = this.#options
    const echo = resting.find(({ orderRef }) => orderRef === clientOrderId)
    if (!echo) {
      this.#said.delete(clientOrderId)
      return false
    }
    if (this.#said.get(clientOrderId) !== echo.status)
      log.warn(
        { venue: 'forecastex', clientOrderId, status: echo.status },
        'An order that nobody works any more still rests: cancelling it',
      )
    this.#said.set(clientOrderId, echo.status)
    forgetOldest(this.#said, REMEMBERED_MAX)
    if (echo.clientId === gateway.clientId && echo.orderId > 0) await this.send(echo.orderId, signal)
    return true
  }

  /** E13: what the venue works is not what was asked for. Its rest is cancelled at once; the caller of the order halts the venue. */
  watchEcho(state: OrderState): void {
    const { clientOrderId } = state.terms
    if (state.differs === null || this.#differing.has(clientOrderId)) return
    this.#differing.add(clientOrderId)
    forgetOldest(this.#differing, REMEMBERED_MAX)
    const { log } = this.#options
    const failure = FAILURES.echoDiffers
    log.error({ venue: 'forecastex', clientOrderId, failure, differs: state.differs }, 'The venue works another order than intended')
    const { orderId } = state
    if (isEnded(state) || orderId === null) return
    withLimit([], SLOT_LIMIT_MS, (limit) => this.send(orderId, limit)).catch((error: unknown) =>
      log.error({ venue: 'forecastex', clientOrderId, cause: String(error) }, 'The order could not be cancelled'),
    )
  }

  /** E27, the kill: @returns what of ours still rests after the last look. */
  async everything(signal: AbortSignal): Promise<readonly ClientOrderId[]> {
    let resting = await this.#resting(signal)
    for (let look = 0; look < LOOKS && resting.length > 0; look += 1) {
      for (const { orderId } of resting) await this.send(orderId, signal)
      await this.#options.clock.sleep(LOOK_EVERY_MS, signal)
      resting = await this.#resting(signal)
    }
    return resting.map(({ id }) => id)
  }

  /** Own orders only: the same client id, the same account, a reference of ours. Manual orders are never touched (E27). */
  async #resting(signal: AbortSignal): Promise<readonly { readonly id: ClientOrderId; readonly orderId: number }[]> {
    const { gateway } = this.#options
    const open = await gateway.requests.openOrders(signal)
    return open.flatMap((echo) => {
      const ours = echo.clientId === gateway.clientId && echo.account === gateway.account && rests(echo)
      return ours && isOurOrderId(echo.orderRef) ? [{ id: echo.orderRef, orderId: echo.orderId }] : []
    })
  }
}
