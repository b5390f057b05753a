import { assertNever } from '../../../core/assert'
import type { BookSide } from '../../../core/ids'
import type { BookChange, FeedEvent } from '../../../core/market/event'
import type { BookIndex, Millis, Price, Quantity } from '../../../core/units'
import { executable } from './depth'
import { Depths } from './depths'
import { COMPETING_SESSION } from './errors'
import { LIVE_MARKET_DATA, type QuoteCallback } from './messages'
import { NO_QUOTE, Probing, type StandingGateway, type Subscription, type Top } from './probe'
import { isWarning, type Withheld } from './refusals'
import { applyNotice, REACHABLE, type Reach } from './session'

/** Where a callback stands in the capture. */
export interface Stamp {
  readonly conn: number
  readonly n: number
  readonly recvMs: Millis
}

/**
 * The meaning of a gateway's quote callbacks, for one process: tops of book per outcome, the depth behind them, liveness, loss. Pure: a replay
 * drives it with the captured callbacks and the captured requests and gets the same events. Whatever it does follows from one of these, never
 * from a clock.
 */
export class QuoteSession {
  readonly #emit: (event: FeedEvent) => void
  readonly #subscriptions = new Map<number, Subscription>()
  readonly #byBook = new Map<BookIndex, Subscription>()
  readonly depths = new Depths()
  readonly probing = new Probing()
  /** Books that nobody asks for any more: said with the next callback. */
  readonly #unwatched = new Set<BookIndex>()
  #connected: number | null = null
  #reach: Reach

  /** @param reach what the gateway's notices have said before the first callback comes here. */
  constructor(emit: (event: FeedEvent) => void, reach: Reach) {
    this.#emit = emit
    this.#reach = reach
  }

  /** A subscription that has been sent. An earlier one of the same book ends. */
  subscribed(reqId: number, book: BookIndex): void {
    const earlier = this.#of(book)
    if (earlier) this.#subscriptions.delete(earlier.reqId)
    const trial = [...this.#subscriptions.values()].some(({ withheld }) => withheld?.kind === 'competing')
    const subscription = { reqId, book, type: null, withheld: null, stale: false, trial, bid: NO_QUOTE, ask: NO_QUOTE }
    this.#subscriptions.set(reqId, subscription)
    this.#byBook.set(book, subscription)
    this.#unwatched.delete(book)
  }
  /** A subscription or depth request whose cancel has been sent. A book that is not subscribed again in the same turn is forgotten. */
  cancelled(reqId: number): void {
    this.depths.cancelled(reqId)
    const subscription = this.#subscriptions.get(reqId)
    if (!subscription) return
    this.#unwatched.add(subscription.book)
    this.#subscriptions.delete(reqId)
    this.#byBook.delete(subscription.book)
  }

  /** The request id of a book's subscription in this connection, null when there is none. */
  requestOf(book: BookIndex): number | null {
    return this.#of(book)?.reqId ?? null
  }
  /** Why a book has no quotes now; null: it has, or it is not subscribed. */
  withheldOf(book: BookIndex): Withheld | null {
    const subscription = this.#of(book)
    if (!subscription) return null
    const { withheld, type } = subscription
    if (withheld) return withheld
    return type === null ? { kind: 'unanswered' } : type === LIVE_MARKET_DATA ? null : { kind: 'not-live', type }
  }
  /** What a book's quotes need: nothing, to be asked for (again), or, after what withholds them, to be asked for later. */
  needOf(book: BookIndex): 'nothing' | 'subscribe' | Withheld['kind'] {
    const subscription = this.#of(book)
    if (!subscription || subscription.stale) return 'subscribe'
    return this.withheldOf(book)?.kind ?? 'nothing'
  }
  subscribedBooks(): readonly { readonly book: BookIndex; readonly reqId: number }[] {
    return [...this.#subscriptions.values()]
  }
  isLive(book: BookIndex): boolean {
    return this.needOf(book) === 'nothing'
  }
  topOf(book: BookIndex, side: BookSide): Top {
    return (this.isLive(book) ? this.#of(book)?.[side] : null) ?? NO_QUOTE
  }

  standing(): StandingGateway {
    const { broker, restoredMs, brokenFarms } = this.#reach // it may be more than that
    return { connected: this.#connected, reach: { broker, restoredMs, brokenFarms }, probing: this.probing.standing() }
  }
  /** As it stands now. */
  subscriptionOf(book: BookIndex): Readonly<Subscription> | null {
    const subscription = this.#of(book)
    return subscription && { ...subscription }
  }
  /** The connection of another session: what is subscribed on it is adopted book by book. */
  adopt({ connected, reach, probing }: StandingGateway): void {
    this.#subscriptions.clear()
    this.#byBook.clear()
    this.depths.disconnected()
    this.probing.adopt(probing)
    this.#connected = connected
    this.#reach = reach
  }
  adoptSubscription(subscription: Subscription): void {
    this.#subscriptions.set(subscription.reqId, subscription)
    this.#byBook.set(subscription.book, subscription)
  }

  accept(callback: QuoteCallback, stamp: Stamp): void {
    this.#forgetUnwatched(stamp)
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
      case 'depth':
        return this.#deepened(this.depths.accept(callback.reqId, callback.side, callback), [callback.side], stamp)
      default:
        return assertNever(callback, 'quote callback')
    }
  }

  /** A callback that could not be read: what it was to change is not known any more. */
  unreadable(payload: readonly unknown[], stamp: Stamp): void {
    const reqId = Number(payload[1])
    const subscription = this.#subscriptions.get(reqId)
    if (subscription) this.#withhold(subscription, { kind: 'unreadable' }, stamp)
    this.#deepened(this.depths.lose(reqId), ['bid', 'ask'], stamp)
  }

  #of(book: BookIndex): Subscription | null {
    return this.#byBook.get(book) ?? null
  }
  #current(reqId: number): Subscription | null {
    const subscription = this.#subscriptions.get(reqId)
    return subscription && !subscription.stale ? subscription : null
  }
  #publish(change: BookChange, stamp: Stamp): void {
    this.#emit({ venue: 'forecastex', ...stamp, kind: 'book', change, venueMs: null })
  }
  #publishSide(subscription: Subscription, side: BookSide, stamp: Stamp): void {
    const { book } = subscription
    const { price, quantity } = subscription[side]
    const rows = this.depths.rowsOf(book, side)
    if (rows.length === 0 || price === null || quantity === null) return this.#publish({ book, op: 'top', side, price, quantity }, stamp)
    this.#publish({ book, op: 'ladder', side, levels: executable(side, { price, quantity }, rows) }, stamp)
  }
  #withhold(subscription: Subscription, withheld: Subscription['withheld'], stamp: Stamp): void {
    subscription.withheld = withheld
    subscription.bid = NO_QUOTE
    subscription.ask = NO_QUOTE
    this.#publishSide(subscription, 'bid', stamp)
    this.#publishSide(subscription, 'ask', stamp)
  }
  /** What stands in the books may be old: nothing counts until new subscriptions have told it. */
  #lose(stamp: Stamp): void {
    for (const subscription of this.#subscriptions.values()) subscription.stale = true
    this.depths.loseAll()
    this.probing.end()
    const books = [...this.#subscriptions.values()].map(({ book }) => book)
    if (books.length > 0) this.#emit({ venue: 'forecastex', ...stamp, kind: 'forget', books, cause: 'gap' })
  }
  #forgetUnwatched(stamp: Stamp): void {
    if (this.#unwatched.size === 0) return
    this.#emit({ venue: 'forecastex', ...stamp, kind: 'forget', books: [...this.#unwatched], cause: 'unwatched' })
    this.#unwatched.clear()
  }
  #disconnected(stamp: Stamp): void {
    this.#subscriptions.clear()
    this.#byBook.clear()
    this.depths.disconnected()
    this.probing.disconnected()
    this.#reach = REACHABLE
    if (this.#connected === null) return
    const conn = this.#connected
    this.#connected = null
    this.#emit({ venue: 'forecastex', ...stamp, conn, kind: 'disconnected' })
  }

  /** execution.md §7: a heartbeat confirms the books only when quotes can really reach us. Books that are withheld hold nothing to confirm. */
  #heartbeat(stamp: Stamp): void {
    if (this.#connected !== stamp.conn) {
      this.#connected = stamp.conn
      this.#emit({ venue: 'forecastex', ...stamp, kind: 'connected' })
    }
    this.#compare(stamp)
    const quoted = [...this.#subscriptions.values()]
    const live = quoted.length === 0 || quoted.some(({ type, withheld, stale }) => type === LIVE_MARKET_DATA && withheld === null && !stale)
    const competing = quoted.some(({ withheld }) => withheld?.kind === 'competing')
    if (live && this.#isReached && !competing) this.#emit({ venue: 'forecastex', ...stamp, kind: 'alive' })
  }
  get #isReached(): boolean {
    return this.#reach.broker === 'connected' && this.#reach.brokenFarms.length === 0
  }

  /** What was confirmed a moment ago is not any more: only the next heartbeat in order confirms. */
  #doubt(stamp: Stamp): void {
    if (this.#connected === stamp.conn) this.#emit({ venue: 'forecastex', ...stamp, kind: 'unconfirmed' })
  }

  /** Once a beat, while what is told can reach us. */
  #compare(stamp: Stamp): void {
    const { book } = this.probing
    if (book === null || !this.#isReached) return
    if (this.probing.judge(this.isLive(book) ? this.#of(book) : null)) this.#lose(stamp)
  }

  #notice(code: number, message: string, stamp: Stamp): void {
    if (code === COMPETING_SESSION) return this.#compete(stamp)
    const wasReached = this.#isReached
    const { reach, quotes } = applyNotice(this.#reach, code, message, stamp.recvMs)
    this.#reach = reach
    if (wasReached && !this.#isReached) this.#doubt(stamp)
    if (quotes !== 'none') this.#lose(stamp)
  }

  /** 10197 without a number is about all quotes. */
  #compete(stamp: Stamp): void {
    this.probing.end()
    this.#doubt(stamp)
    for (const subscription of this.#subscriptions.values())
      if (!subscription.stale) this.#withhold(subscription, { kind: 'competing' }, stamp)
  }

  #refused(reqId: number, code: number, message: string, stamp: Stamp): void {
    if (this.probing.of(reqId) && !isWarning(code)) this.probing.end()
    this.#deepened(this.depths.failed(reqId, code, message), ['bid', 'ask'], stamp)
    const subscription = this.#subscriptions.get(reqId)
    if (!subscription || isWarning(code)) return
    if (code === COMPETING_SESSION) this.#doubt(stamp)
    this.#withhold(subscription, code === COMPETING_SESSION ? { kind: 'competing' } : { kind: 'refused', code, message }, stamp)
  }

  #typed(reqId: number, type: number, stamp: Stamp): void {
    this.probing.of(reqId)?.typed(type)
    const subscription = this.#current(reqId)
    if (!subscription || subscription.type === type) return
    const was = subscription.type
    subscription.type = type
    if (type !== LIVE_MARKET_DATA) return was === LIVE_MARKET_DATA ? this.#withhold(subscription, null, stamp) : undefined
    // What was told meanwhile was frozen or delayed; the venue tells only what changes, so the rest is asked for.
    if (was !== null) return void (subscription.stale = true)
    this.#publishSide(subscription, 'bid', stamp)
    this.#publishSide(subscription, 'ask', stamp)
  }

  /** A changed price says nothing of the size: the one in a bid's own frame is lost by the client library (trap 15). */
  #told(reqId: number, side: BookSide, price: Price | null, stamp: Stamp): void {
    this.probing.of(reqId)?.told(side, price)
    const subscription = this.#current(reqId)
    if (!subscription) return
    if (subscription.trial || subscription.withheld?.kind === 'competing') this.#othersReturn(subscription)
    subscription.withheld = null
    if (subscription[side].price === price) return
    subscription[side] = { price, quantity: null }
    if (subscription.type === LIVE_MARKET_DATA) this.#publishSide(subscription, side, stamp)
  }
  /** The other session (10197) has ended. */
  #othersReturn(first: Subscription): void {
    first.trial = false
    for (const other of this.#subscriptions.values()) if (other !== first && other.withheld?.kind === 'competing') other.stale = true
  }

  #sized(reqId: number, side: BookSide, quantity: Quantity | null, stamp: Stamp): void {
    this.probing.of(reqId)?.sized(side, quantity)
    const subscription = this.#current(reqId)
    if (!subscription) return
    const { price, quantity: held } = subscription[side]
    if (price === null || held === quantity) return
    subscription[side] = { price, quantity }
    if (subscription.type === LIVE_MARKET_DATA) this.#publishSide(subscription, side, stamp)
  }

  #deepened(book: BookIndex | null, sides: readonly BookSide[], stamp: Stamp): void {
    const subscription = book === null ? null : this.#of(book)
    if (!subscription || !this.isLive(subscription.book)) return
    for (const side of sides) this.#publishSide(subscription, side, stamp)
  }
}
