import { assertNever } from '../../../core/assert'
import type { BookSide } from '../../../core/ids'
import type { BookChange, FeedEvent } from '../../../core/market/event'
import type { BookIndex, Millis, Price, Quantity } from '../../../core/units'
import type { QuoteCallback } from './messages'
import { COMPETING_SESSION, NOT_QUOTED } from './errors'
import { applyNotice, REACHABLE, type Reach } from './session'

/** Frozen and delayed quotes (2, 3, 4) must never trade (trap 8). */
const LIVE = 1

interface Top {
  readonly price: Price | null
  readonly quantity: Quantity | null
}
interface Subscription {
  readonly book: BookIndex
  /** null until the venue has told it: nothing is published before. */
  type: number | null
  /** What the quotes of this contract wait for; the venue's words. */
  withheld: string | null
  /** Lost or old since a notice: nothing it says counts, it must be asked for again. */
  stale: boolean
  bid: Top
  ask: Top
}
/** Where a callback stands in the capture. */
export interface Stamp {
  readonly conn: number
  readonly n: number
  readonly recvMs: Millis
}

const COMPETING = 'competing session'
const NO_QUOTE: Top = { price: null, quantity: null }

/**
 * The meaning of a gateway's quote callbacks, for one process: tops of book per outcome, liveness, loss. Pure: a replay drives it with the
 * captured callbacks and the captured subscriptions and gets the same events.
 */
export class QuoteSession {
  readonly #emit: (event: FeedEvent) => void
  readonly #subscriptions = new Map<number, Subscription>()
  #connected: number | null = null
  #reach: Reach

  /** @param reach what the gateway's notices have said before the first callback comes here. */
  constructor(emit: (event: FeedEvent) => void, reach: Reach) {
    this.#emit = emit
    this.#reach = reach
  }

  /** A subscription that has been sent. An earlier one of the same book ends. */
  subscribed(reqId: number, book: BookIndex): void {
    for (const [earlier, subscription] of this.#subscriptions) if (subscription.book === book) this.#subscriptions.delete(earlier)
    this.#subscriptions.set(reqId, { book, type: null, withheld: null, stale: false, bid: NO_QUOTE, ask: NO_QUOTE })
  }

  /** The request id of a book's subscription in this connection, null when there is none. */
  requestOf(book: BookIndex): number | null {
    for (const [reqId, subscription] of this.#subscriptions) if (subscription.book === book) return reqId
    return null
  }

  /** What a book's quotes need: nothing, to be asked for (again), or the end of the competing session (10197). */
  needOf(book: BookIndex): 'nothing' | 'subscribe' | 'competing' {
    const subscription = this.#subscriptions.get(this.requestOf(book) ?? -1)
    if (!subscription || subscription.stale) return 'subscribe'
    return subscription.withheld === COMPETING ? 'competing' : 'nothing'
  }

  accept(callback: QuoteCallback, stamp: Stamp): void {
    switch (callback.kind) {
      case 'disconnected':
        return this.#disconnected(stamp)
      case 'currentTime':
        return this.#heartbeat(stamp)
      case 'notice':
        return this.#notice(callback.code, callback.message, stamp)
      case 'error':
        return this.#refused(callback.id, callback.code, callback.message, stamp)
      case 'marketDataType':
        return this.#typed(callback.reqId, callback.type, stamp)
      case 'price':
        return this.#told(callback.reqId, callback.side, callback.price, stamp)
      case 'size':
        return this.#sized(callback.reqId, callback.side, callback.quantity, stamp)
      default:
        return assertNever(callback, 'quote callback')
    }
  }

  #current(reqId: number): Subscription | null {
    const subscription = this.#subscriptions.get(reqId)
    return subscription && !subscription.stale ? subscription : null
  }
  #publish(event: BookChange, stamp: Stamp): void {
    this.#emit({ venue: 'forecastex', ...stamp, kind: 'book', change: event, venueMs: null })
  }
  #publishTop({ book, bid, ask }: Subscription, side: BookSide, stamp: Stamp): void {
    this.#publish({ book, op: 'top', side, ...(side === 'bid' ? bid : ask) }, stamp)
  }
  #withdraw(subscription: Subscription, stamp: Stamp): void {
    subscription.bid = NO_QUOTE
    subscription.ask = NO_QUOTE
    this.#publishTop(subscription, 'bid', stamp)
    this.#publishTop(subscription, 'ask', stamp)
  }

  #disconnected(stamp: Stamp): void {
    this.#subscriptions.clear()
    this.#reach = REACHABLE
    if (this.#connected === null) return
    const conn = this.#connected
    this.#connected = null
    this.#emit({ venue: 'forecastex', ...stamp, conn, kind: 'disconnected' })
  }

  /** execution.md §7: a heartbeat confirms the books only when quotes can really reach us. */
  #heartbeat(stamp: Stamp): void {
    if (this.#connected !== stamp.conn) {
      this.#connected = stamp.conn
      this.#emit({ venue: 'forecastex', ...stamp, kind: 'connected' })
    }
    const quoted = [...this.#subscriptions.values()]
    const live = quoted.length === 0 || quoted.some(({ type, withheld, stale }) => type === LIVE && withheld === null && !stale)
    const competing = quoted.some(({ withheld }) => withheld === COMPETING)
    const reached = this.#reach.broker === 'connected' && this.#reach.brokenFarms.length === 0
    if (live && reached && !competing) this.#emit({ venue: 'forecastex', ...stamp, kind: 'alive' })
  }

  #notice(code: number, message: string, stamp: Stamp): void {
    const { reach, quotes } = applyNotice(this.#reach, code, message, stamp.recvMs)
    this.#reach = reach
    if (quotes === 'none') return
    // What stood in the books may be old: nothing counts until the new subscriptions have told it.
    for (const subscription of this.#subscriptions.values()) subscription.stale = true
    const books = [...this.#subscriptions.values()].map(({ book }) => book)
    if (books.length > 0) this.#emit({ venue: 'forecastex', ...stamp, kind: 'forget', books, cause: 'gap' })
  }

  #refused(reqId: number, code: number, message: string, stamp: Stamp): void {
    const subscription = this.#subscriptions.get(reqId)
    if (!subscription || (code !== COMPETING_SESSION && !NOT_QUOTED.has(code))) return
    subscription.withheld = code === COMPETING_SESSION ? COMPETING : `${code}: ${message}`
    this.#withdraw(subscription, stamp)
  }

  #typed(reqId: number, type: number, stamp: Stamp): void {
    const subscription = this.#current(reqId)
    if (!subscription || subscription.type === type) return
    const wasLive = subscription.type === LIVE
    subscription.type = type
    if (type !== LIVE) return wasLive ? this.#withdraw(subscription, stamp) : undefined
    this.#publishTop(subscription, 'bid', stamp)
    this.#publishTop(subscription, 'ask', stamp)
  }

  /** A changed price says nothing of the size: the one in a bid's own frame is lost by the client library (trap 15). */
  #told(reqId: number, side: BookSide, price: Price | null, stamp: Stamp): void {
    const subscription = this.#current(reqId)
    if (!subscription) return
    subscription.withheld = null
    const held = subscription[side]
    if (held.price === price) return
    subscription[side] = { price, quantity: null }
    if (subscription.type === LIVE) this.#publishTop(subscription, side, stamp)
  }

  #sized(reqId: number, side: BookSide, size: Quantity | null, stamp: Stamp): void {
    const subscription = this.#current(reqId)
    if (!subscription) return
    const held = subscription[side]
    if (held.price === null || held.quantity === size) return
    subscription[side] = { price: held.price, quantity: size }
    if (subscription.type === LIVE) this.#publishTop(subscription, side, stamp)
  }
}
