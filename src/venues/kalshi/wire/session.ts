import { assertNever, invariant } from '../../../core/assert'
import type { MarketId } from '../../../core/ids'
import type { FeedEvent, Frame, Level, MarketStatus } from '../../../core/market/event'
import type { BookDirectory } from '../../../core/market/reference'
import { complement, type BookIndex, type Price } from '../../../core/units'
import { readStream, type StreamFill, type StreamMessage } from './stream'

/** The subscription is over after these: subscribe again (17 is retired; treated so if seen). */
const TERMINAL_CODES: readonly number[] = [10, 17, 25]
const BUFFER_OVERFLOW = 25
const STATUS_AFTER: Readonly<Record<string, MarketStatus>> = {
  activated: 'open',
  deactivated: 'paused',
  determined: 'determined',
  settled: 'settled',
}

/** What a session learns about its connection besides the market: material for the commands to send next. */
export type SessionNotice =
  | { readonly kind: 'subscribed'; readonly channel: string; readonly sid: number; readonly id: number | null }
  | { readonly kind: 'answered'; readonly id: number }
  | { readonly kind: 'refused'; readonly id: number | null; readonly code: number; readonly text: string }
  /** The venue ended a subscription. sid null: it did not say which. */
  | { readonly kind: 'lost'; readonly sid: number | null }
  /** These books are forgotten until a snapshot comes: ask for it. */
  | { readonly kind: 'unknown-books'; readonly markets: readonly MarketId[] }
  | { readonly kind: 'snapshot'; readonly market: MarketId }
  | { readonly kind: 'fill'; readonly fill: StreamFill }

export interface SessionOptions {
  readonly directory: BookDirectory
  readonly emit: (event: FeedEvent) => void
  readonly notice: (notice: SessionNotice) => void
  /** 'ignore' is for recordings that were split per market after the fact; a live session checks. */
  readonly sequence: 'check' | 'ignore'
}
interface Subscription {
  /** null: before its first message. */
  lastSeq: number | null
  /** Whether NO levels come as YES prices. */
  readonly yesPrices: boolean
  /** Markets seen in it; true: the book is known. */
  readonly books: Map<MarketId, boolean>
}
type BookMessage = Extract<StreamMessage, { kind: 'snapshot' | 'delta' }>

/**
 * Turns the frames of the WebSocket into what they mean. Pure: the same frames give the same events, live and in a replay. The frames are
 * what arrived and what left (a subscription tells by its own command how NO levels are priced), and ['open'], ['pong'], ['close', cause]
 * from the library that owns the socket.
 *
 * A sequence number counts all messages of a subscription, acknowledgements included. After a gap every book of the subscription is
 * forgotten until its next snapshot: a book that may be wrong is no book.
 */
export class KalshiSession {
  readonly #options: SessionOptions
  readonly #subscriptions = new Map<number, Subscription>()
  /** By command id: whether it asked for YES prices. */
  readonly #yesPricesAsked = new Map<number, boolean>()

  constructor(options: SessionOptions) {
    this.#options = options
  }

  receive(frame: Frame): void {
    const { payload } = frame
    invariant(frame.venue === 'kalshi', `a frame of ${frame.venue} reached the Kalshi session`)
    if (!(payload instanceof Uint8Array)) this.#socket(frame, payload[0])
    else if (frame.dir === 'out') this.#sent(payload)
    else this.#message(frame, readStream(payload))
  }

  #socket(frame: Frame, what: unknown): void {
    if (what === 'pong') return this.#emit(frame, { kind: 'alive' })
    this.#subscriptions.clear()
    this.#yesPricesAsked.clear()
    this.#emit(frame, { kind: what === 'open' ? 'connected' : 'disconnected' })
  }

  /** Our own commands; order bytes leave through the same log and are not ours to read. */
  #sent(payload: Uint8Array): void {
    const sent = JSON.parse(new TextDecoder().decode(payload)) as { cmd?: unknown; id?: unknown; params?: { use_yes_price?: unknown } }
    if (sent.cmd === 'subscribe' && typeof sent.id === 'number') this.#yesPricesAsked.set(sent.id, sent.params?.use_yes_price === true)
  }

  #message(frame: Frame, message: StreamMessage): void {
    const subscription = this.#counted(frame, message)
    switch (message.kind) {
      case 'snapshot':
      case 'delta':
        return this.#book(frame, message, subscription)
      case 'trade': {
        const book = this.#options.directory.indexOf('kalshi', message.market, 'yes')
        return this.#emit(frame, { kind: 'print', book, price: message.price, quantity: message.quantity, taker: message.taker })
      }
      case 'lifecycle':
        return this.#lifecycle(frame, message.market, message.event)
      case 'fill':
        return this.#options.notice({ kind: 'fill', fill: message.fill })
      case 'subscribed':
        return this.#subscribed(message.ofSid, message.channel, message.id)
      case 'ok':
        return message.id === null ? undefined : this.#options.notice({ kind: 'answered', id: message.id })
      case 'unsubscribed':
        return this.#lost(frame, message.sid, 'gap')
      case 'error':
        if (TERMINAL_CODES.includes(message.code))
          return this.#lost(frame, message.sid, message.code === BUFFER_OVERFLOW ? 'overflow' : 'gap')
        return this.#options.notice({ kind: 'refused', id: message.id, code: message.code, text: message.text })
      case 'ignored':
        return undefined
      case 'unreadable': {
        this.#emit(frame, { kind: 'unreadable', cause: message.cause })
        // its place in the sequence was legible and is taken: no gap will tell that a change is missing
        const lostChange = message.type === null || message.type.startsWith('orderbook_')
        return lostChange && subscription ? this.#forget(frame, subscription, 'gap') : undefined
      }
      default:
        return assertNever(message, 'Kalshi message')
    }
  }

  /** Counts a message of a subscription; forgets its books when one before it is missing. */
  #counted(frame: Frame, { sid, seq }: StreamMessage): Subscription | null {
    if (sid === null) return null
    // a recording may begin after the acknowledgement
    const subscription = this.#subscribe(sid, null)
    if (seq === null) return subscription
    const expected = subscription.lastSeq === null ? seq : subscription.lastSeq + 1
    subscription.lastSeq = seq
    if (seq === expected || this.#options.sequence === 'ignore') this.#emit(frame, { kind: 'alive' })
    else this.#forget(frame, subscription, 'gap')
    return subscription
  }

  #book(frame: Frame, message: BookMessage, subscription: Subscription | null): void {
    const { market } = message
    if (subscription === null) return this.#emit(frame, { kind: 'unreadable', cause: `a book message without sid for ${market}` })
    const book = this.#options.directory.indexOf('kalshi', market, 'yes')
    const asYes = (noPrice: Price): Price => (subscription.yesPrices ? noPrice : complement(noPrice))
    if (message.kind === 'snapshot') {
      subscription.books.set(market, true)
      this.#options.notice({ kind: 'snapshot', market })
      if (message.id !== null) this.#options.notice({ kind: 'answered', id: message.id })
      const bids = message.yes.toSorted((a, b) => b.price - a.price)
      const asks = message.no.map((level): Level => ({ ...level, price: asYes(level.price) })).sort((a, b) => a.price - b.price)
      return this.#emit(frame, { kind: 'book', change: { book, op: 'replace', bids, asks }, venueMs: null })
    }
    if (subscription.books.get(market) !== true) {
      // nothing to add to: dropped; the first one asks for the snapshot
      if (!subscription.books.has(market)) this.#options.notice({ kind: 'unknown-books', markets: [market] })
      subscription.books.set(market, false)
      return undefined
    }
    const [side, price] = message.side === 'yes' ? (['bid', message.price] as const) : (['ask', asYes(message.price)] as const)
    return this.#emit(frame, { kind: 'book', change: { book, op: 'add', side, price, delta: message.change }, venueMs: message.venueMs })
  }

  /** The channel tells of every market there is: only watched ones are passed on. */
  #lifecycle(frame: Frame, market: MarketId, event: string): void {
    const status = STATUS_AFTER[event]
    if (status === undefined || this.#options.directory.find('kalshi', market, 'yes') === null) return
    this.#emit(frame, { kind: 'market', market, status })
  }

  #subscribed(sid: number, channel: string, id: number | null): void {
    this.#subscribe(sid, id)
    this.#options.notice({ kind: 'subscribed', channel, sid, id })
  }

  /** Without a command to tell, the venue's own default holds: NO levels in NO terms. */
  #subscribe(sid: number, id: number | null): Subscription {
    const known = this.#subscriptions.get(sid)
    if (known) return known
    const yesPrices = id === null ? false : (this.#yesPricesAsked.get(id) ?? false)
    const subscription: Subscription = { lastSeq: null, yesPrices, books: new Map() }
    this.#subscriptions.set(sid, subscription)
    return subscription
  }

  #lost(frame: Frame, sid: number | null, cause: 'gap' | 'overflow'): void {
    const lost = sid === null ? [...this.#subscriptions.keys()] : [sid]
    for (const each of lost) {
      const subscription = this.#subscriptions.get(each)
      if (subscription) this.#forget(frame, subscription, cause)
      this.#subscriptions.delete(each)
    }
    this.#options.notice({ kind: 'lost', sid })
  }

  /** Without books (trades, lifecycle) it still tells that a message is missing. */
  #forget(frame: Frame, { books }: Subscription, cause: 'gap' | 'overflow'): void {
    const markets = [...books.keys()]
    for (const market of markets) books.set(market, false)
    const indexes: readonly BookIndex[] = markets.map((market) => this.#options.directory.indexOf('kalshi', market, 'yes'))
    this.#emit(frame, { kind: 'forget', books: indexes, cause })
    if (markets.length > 0) this.#options.notice({ kind: 'unknown-books', markets })
  }

  #emit({ conn, n, recvMs }: Frame, event: Told): void {
    this.#options.emit({ venue: 'kalshi', conn, n, recvMs, ...event })
  }
}
/** What an event says beyond where it comes from. */
type Told = FeedEvent extends infer E ? (E extends FeedEvent ? Omit<E, 'venue' | 'conn' | 'n' | 'recvMs'> : never) : never
