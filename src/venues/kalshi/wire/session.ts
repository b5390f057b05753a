import { assertNever, invariant } from '../../../core/assert'
import type { MarketId } from '../../../core/ids'
import type { FeedEvent, Frame, Level } from '../../../core/market/event'
import type { BookDirectory } from '../../../core/market/reference'
import { complement, type Price } from '../../../core/units'
import { BOOK_CHANNEL, Line, type Command, type SessionNotice, type StandingLine, type Subscription } from './line'
import { Ownership } from './ownership'
import { readStream, type StreamDelta, type StreamLifecycle, type StreamMessage, type StreamSnapshot, type StreamTrade } from './stream'
import { BUFFER_OVERFLOW, LISTING_CHANGES, STATUS_AFTER, TERMINAL_CODES, UNKNOWN_SUBSCRIPTION } from './words'
import type { Answer, Told, Unreadable } from './words'

export interface SessionOptions {
  readonly directory: BookDirectory
  readonly emit: (event: FeedEvent) => void
  /** @param conn the connection that it is about */
  readonly notice: (notice: SessionNotice, conn: number) => void
  /** 'ignore' is for recordings that were split per market after the fact; a live session checks. */
  readonly sequence: 'check' | 'ignore'
}
/**
 * Turns the frames of the WebSockets into what they mean. Pure: the same frames give the same events, live and in a replay. The frames are
 * what arrived and what left (a command tells how NO levels are priced, and whose books this connection may tell), and ['open'] or, in the
 * place of an earlier connection, ['open', its conn], ['pong'], ['close', cause] of the socket. `conn` tells the connections apart.
 *
 * A sequence number counts all messages of a subscription, acknowledgements included. After a gap every book of that subscription, and no
 * other, is forgotten until its next snapshot: a book that may be wrong is no book.
 */
export class KalshiSession {
  readonly #options: SessionOptions
  readonly #lines = new Map<number, Line>()
  /** Who tells which book. */
  readonly books: Ownership
  #highestConn = 0

  constructor(options: SessionOptions) {
    this.#options = options
    this.books = new Ownership(options.directory)
  }

  receive(frame: Frame): void {
    const { payload } = frame
    invariant(frame.venue === 'kalshi', 'a frame of another venue reached the Kalshi session') // no text is made for each frame
    if (!(payload instanceof Uint8Array)) this.#socket(frame, payload)
    else if (frame.dir === 'out') this.#sent(frame, payload)
    else this.#message(frame, readStream(payload))
  }

  /** Every connection, as a reader has to know it who begins at the next frame. */
  lines(): readonly StandingLine[] {
    return [...this.#lines.values()].map((line) => line.standing())
  }
  /** The connections of another session: {@link books} are adopted one by one. */
  adopt(lines: readonly StandingLine[], highestConn: number): void {
    this.#anotherProcess()
    this.#highestConn = highestConn
    for (const line of lines) this.#lines.set(line.conn, Line.of(line))
  }

  #line(conn: number): Line {
    const known = this.#lines.get(conn)
    if (known) return known
    const line = new Line(conn)
    this.#lines.set(conn, line)
    return line
  }

  #socket(frame: Frame, [what, replaces]: readonly unknown[]): void {
    if (what === 'pong') return this.#emit(frame, { kind: 'alive' })
    if (what === 'open' && frame.conn <= this.#highestConn) this.#anotherProcess()
    this.#highestConn = Math.max(this.#highestConn, frame.conn)
    this.#lines.delete(frame.conn)
    this.books.end(frame.conn)
    if (what !== 'open') this.#emit(frame, { kind: 'disconnected' })
    else this.#emit(frame, { kind: 'connected', ...(typeof replaces === 'number' ? { replaces } : {}) })
  }

  /** Numbers of connections only grow within a process: the frames of the next one begin, and nobody has told the ends of the former's. */
  #anotherProcess(): void {
    this.#lines.clear()
    this.books.clear()
    this.#highestConn = 0
  }

  /** Our own commands; order bytes leave through the same log and are not ours to read. A book that is asked for again is not believed. */
  #sent(frame: Frame, payload: Uint8Array): void {
    const line = this.#line(frame.conn)
    const asked = line.sent(JSON.parse(new TextDecoder().decode(payload)) as Command)
    if (!asked) return
    const { action, markets } = asked
    const gone = action === 'delete' ? this.books.drop(line.conn, markets) : this.books.ask(line.conn, markets)
    if (gone.length > 0) this.#emit(frame, { kind: 'forget', books: gone, cause: 'unwatched' })
    const again = action === 'read' ? this.books.doubt(line.conn, markets) : []
    if (again.length > 0) this.#emit(frame, { kind: 'forget', books: again, cause: 'audit' })
  }

  #message(frame: Frame, message: StreamMessage): void {
    const line = this.#line(frame.conn)
    const subscription = this.#counted(frame, line, message)
    switch (message.kind) {
      case 'snapshot':
      case 'delta':
        return this.#book(frame, message, line, subscription)
      case 'trade':
        return this.#trade(frame, message, line)
      case 'lifecycle':
        return this.#lifecycle(frame, message)
      case 'fees':
        return this.#emit(frame, { kind: 'fees', event: message.event, feeType: message.feeType, multiplier: message.multiplier })
      case 'unreadable':
        return this.#unreadable(frame, message, line, subscription)
      case 'ok':
      case 'subscribed':
      case 'unsubscribed':
      case 'error':
        return this.#answer(frame, message, line, subscription)
      case 'fill':
        return this.#tell(line, { kind: 'fill', fill: message.fill })
      case 'order':
        return this.#tell(line, { kind: 'order', order: message.order })
      case 'position':
        return this.#tell(line, { kind: 'position', position: message })
      case 'group':
        return this.#tell(line, { kind: 'group', group: message })
      case 'ticker':
        return this.#tell(line, { kind: 'ticker', ticker: message })
      case 'event-lifecycle':
      case 'ignored':
        return undefined
      default:
        return assertNever(message, 'Kalshi message')
    }
  }

  #answer(frame: Frame, message: Answer, line: Line, subscription: Subscription | null): void {
    const { id } = message
    switch (message.kind) {
      case 'subscribed':
        line.acknowledge(message.ofSid, id, message.channel)
        return this.#tell(line, { kind: 'subscribed', channel: message.channel, sid: message.ofSid, id })
      case 'unsubscribed':
        if (id !== null) this.#tell(line, { kind: 'answered', id, sid: message.sid, markets: null })
        return this.#lost(frame, line, message.sid, 'gap')
      case 'ok':
        if (message.subscriptions)
          return this.#listed(
            frame,
            line,
            id,
            message.subscriptions.map(({ sid }) => sid),
          )
        if (message.sid !== null) line.acknowledge(message.sid, id, null)
        if (message.markets && subscription?.channel === BOOK_CHANNEL) this.#retain(frame, line, subscription, message.markets)
        return id === null ? undefined : this.#tell(line, { kind: 'answered', id, sid: message.sid, markets: message.markets })
      case 'error': {
        const { code, text, market, sid } = message
        if (TERMINAL_CODES.includes(code)) this.#lost(frame, line, sid, code === BUFFER_OVERFLOW ? 'overflow' : 'gap')
        if (code === UNKNOWN_SUBSCRIPTION) this.#lost(frame, line, sid ?? line.sidOf.get(id ?? -1) ?? null, 'gap')
        if (id !== null || !TERMINAL_CODES.includes(code)) this.#tell(line, { kind: 'refused', id, code, text, market })
        return undefined
      }
      default:
        return assertNever(message, 'answer')
    }
  }

  /** Counts a message of a subscription; forgets its books when one before it is missing. */
  #counted(frame: Frame, line: Line, { sid, seq }: StreamMessage): Subscription | null {
    if (sid === null) return null
    const subscription = line.subscription(sid)
    if (seq === null) return subscription
    const expected = subscription.lastSeq === null ? seq : subscription.lastSeq + 1
    subscription.lastSeq = seq
    if (seq === expected || this.#options.sequence === 'ignore')
      // spelled out, as the change of a book below: the two events of every frame are spared a copy
      this.#options.emit({ venue: 'kalshi', conn: frame.conn, n: frame.n, recvMs: frame.recvMs, kind: 'alive' })
    else this.#forget(frame, line, subscription, 'gap')
    return subscription
  }

  #book(frame: Frame, message: StreamSnapshot | StreamDelta, line: Line, subscription: Subscription | null): void {
    const { market, seq } = message
    if (subscription === null) return this.#emit(frame, { kind: 'unreadable', cause: `a book message without sid for ${market}` })
    if (!line.isCommanded) this.books.ask(line.conn, [market])
    const told = this.books.of(line.conn, market)
    if (!told) return undefined // not asked for here, or no longer
    const { yesPrices, sid } = subscription
    if (yesPrices === null) return undefined // its acknowledgement is still to come: the snapshot will be asked for again
    // a second subscription that the venue makes of a late command would add every change twice
    if (message.kind === 'delta' && told.isKnown && told.sid !== sid) return undefined
    const isFirst = told.sid === null
    told.sid = sid
    const asYes = (noPrice: Price): Price => (yesPrices ? noPrice : complement(noPrice))
    if (message.kind === 'snapshot') {
      told.isKnown = true
      this.#tell(line, { kind: 'snapshot', market })
      const bids = message.yes.toSorted((a, b) => b.price - a.price)
      const asks = message.no.map((level): Level => ({ ...level, price: asYes(level.price) })).sort((a, b) => a.price - b.price)
      return this.#emit(frame, { kind: 'book', change: { book: told.index, op: 'replace', bids, asks }, venueMs: null, sid, seq })
    }
    // nothing to add to: dropped; the first one asks for the snapshot
    if (!told.isKnown) return isFirst ? this.#tell(line, { kind: 'unknown-books', markets: [market] }) : undefined
    const isBid = message.side === 'yes'
    const price = isBid ? message.price : asYes(message.price)
    const change = { book: told.index, op: 'add', side: isBid ? 'bid' : 'ask', price, delta: message.change } as const
    const { conn, n, recvMs } = frame
    return this.#options.emit({ venue: 'kalshi', conn, n, recvMs, kind: 'book', change, venueMs: message.venueMs, sid, seq })
  }

  /**
   * Where its place in the sequence was legible it is taken: no gap will tell that a change is missing. Where nothing was legible, the change
   * may be one of any subscription. Where the market was, the other books have theirs: one market that cannot be read does not take them along.
   */
  #unreadable(frame: Frame, { type, market, cause }: Unreadable, line: Line, subscription: Subscription | null): void {
    this.#emit(frame, { kind: 'unreadable', cause })
    if (type !== null && !type.startsWith('orderbook_')) return
    if (type !== null && market !== null) return this.#missed(frame, line, market, type === 'orderbook_snapshot')
    for (const each of subscription ? [subscription] : [...line.subscriptions.values()]) this.#forget(frame, line, each, 'gap')
  }

  /** What was told of one book could not be read. */
  #missed(frame: Frame, line: Line, market: MarketId, isSnapshot: boolean): void {
    const told = this.books.of(line.conn, market)
    if (!told || !(told.isKnown || isSnapshot)) return
    if (told.isKnown) this.#emit(frame, { kind: 'forget', books: [told.index], cause: 'gap' })
    told.isKnown = false
    this.#tell(line, { kind: 'unreadable-book', market })
  }

  /** A block was matched off the book and says nothing about it. */
  #trade(frame: Frame, { market, price, quantity, taker, block, tradeId, venueMs }: StreamTrade, line: Line): void {
    const { directory } = this.#options
    const known = this.books.any(market)?.index ?? directory.find('kalshi', market, 'yes')
    const book = known ?? (line.isCommanded ? null : directory.indexOf('kalshi', market, 'yes'))
    if (book !== null && !block) this.#emit(frame, { kind: 'print', book, price, quantity, taker, tradeId, venueMs })
  }

  /** The channel tells of every market there is: only watched ones are passed on. */
  #lifecycle(frame: Frame, { market, event, closeMs, bands }: StreamLifecycle): void {
    if (this.#options.directory.find('kalshi', market, 'yes') === null) return
    if (LISTING_CHANGES.includes(event)) return this.#emit(frame, { kind: 'listing', market, closeMs, bands })
    const status = STATUS_AFTER[event]
    if (status === undefined) return this.#emit(frame, { kind: 'listing', market, closeMs: null, bands: null })
    this.#emit(frame, { kind: 'market', market, status })
    if (event === 'activated') this.#reopened(frame, market)
  }

  /** 'activated' is told of markets that trade again, and their resting orders were cancelled: the book is read anew. The pause may have been missed. */
  #reopened(frame: Frame, market: MarketId): void {
    const told = this.books.any(market)
    const line = this.#lines.get(told?.conn ?? -1)
    if (!told?.isKnown || !line) return
    told.isKnown = false
    this.#emit(frame, { kind: 'forget', books: [told.index], cause: 'reopened' })
    this.#tell(line, { kind: 'unknown-books', markets: [market] })
  }

  /** What the venue does not list has ended without a word. */
  #listed(frame: Frame, line: Line, id: number | null, sids: readonly number[]): void {
    const known = line.listed.get(id ?? -1) ?? []
    for (const sid of known) if (!sids.includes(sid) && line.subscriptions.has(sid)) this.#lost(frame, line, sid, 'gap')
    this.#tell(line, { kind: 'listed', id, sids })
  }

  /** Books of markets that the venue no longer counts to the subscription would be confirmed for ever and never change. */
  #retain(frame: Frame, line: Line, { sid }: Subscription, markets: readonly MarketId[]): void {
    const gone = this.books.forget(line.conn, sid, false, new Set(markets))
    if (gone.books.length === 0) return
    this.#emit(frame, { kind: 'forget', books: gone.books, cause: 'gap' })
    this.#tell(line, { kind: 'unknown-books', markets: gone.markets })
  }

  #lost(frame: Frame, line: Line, sid: number | null, cause: 'gap' | 'overflow'): void {
    const lost = sid === null ? [...line.subscriptions.keys()] : [sid]
    for (const each of lost) {
      const subscription = line.subscriptions.get(each)
      if (subscription) this.#forget(frame, line, subscription, cause)
      line.subscriptions.delete(each)
    }
    this.#tell(line, { kind: 'lost', sid })
  }

  /** Without books (trades, lifecycle) it still tells that a message is missing. */
  #forget(frame: Frame, line: Line, { sid, channel }: Subscription, cause: 'gap' | 'overflow'): void {
    const { markets, books } = this.books.forget(line.conn, sid, channel === BOOK_CHANNEL)
    this.#emit(frame, { kind: 'forget', books, cause })
    this.#tell(line, { kind: 'gap', sid })
    if (markets.length > 0) this.#tell(line, { kind: 'unknown-books', markets })
  }

  #tell({ conn }: Line, notice: SessionNotice): void {
    this.#options.notice(notice, conn)
  }

  #emit({ conn, n, recvMs }: Frame, event: Told): void {
    this.#options.emit({ venue: 'kalshi', conn, n, recvMs, ...event })
  }
}
