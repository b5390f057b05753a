import type { Frame } from '../../../src/core/market/event'
import { emptyBook, forgetBook, type PlainBook } from './books'
import { digits } from './digits'

/** What the decisions have to know of a frame: which market's book changed, or what the venue said of a market or an event. */
export type KalshiNews =
  | { readonly kind: 'book'; readonly market: string }
  | { readonly kind: 'status'; readonly market: string; readonly status: 'open' | 'paused' | 'determined' | 'settled' }
  | { readonly kind: 'listing'; readonly market: string; readonly closeMs: number | null; readonly bands: unknown[] | null }
  | { readonly kind: 'fees'; readonly event: string }

interface Subscription {
  channel: string
  lastSeq: number | null
  yesPrices: boolean
}
interface Connection {
  readonly commands: Map<number, { readonly channels: readonly string[]; readonly yesPrices: boolean }>
  readonly subscriptions: Map<number, Subscription>
  heardMs: number | null
}
interface Market {
  readonly book: PlainBook
  conn: number
  sid: number | null
}
interface Message {
  readonly type: string
  readonly id?: number
  readonly sid?: number
  readonly seq?: number
  readonly msg?: Record<string, unknown>
}
type Rows = readonly (readonly [string, string])[]

const STATUSES = { activated: 'open', deactivated: 'paused', determined: 'determined', settled: 'settled' } as const
const RELISTED = ['close_date_updated', 'price_level_structure_updated']

/** Kalshi's stream by its documents (kalshi.md §7): books of markets that were asked for, in YES prices. */
export class PlainKalshi {
  readonly #connections = new Map<number, Connection>()
  readonly #markets = new Map<string, Market>()
  readonly #emptied: (atMs: number) => void
  #highestConn = 0

  /** @param emptied what books told may not be known any more */
  constructor(emptied: (atMs: number) => void) {
    this.#emptied = emptied
  }

  book(market: string): PlainBook {
    return this.#markets.get(market)?.book ?? emptyBook()
  }

  /** When the connection that tells a market's book was last heard. */
  heardMs(market: string): number | null {
    const { conn, sid } = this.#markets.get(market) ?? { conn: -1, sid: null }
    return sid === null ? null : (this.#connections.get(conn)?.heardMs ?? null)
  }

  forget(market: string, atMs: number): void {
    forgetBook(this.book(market))
    this.#emptied(atMs)
  }

  receive(frame: Frame): readonly KalshiNews[] {
    const { payload, conn, dir } = frame
    if (!(payload instanceof Uint8Array)) return this.#socket(String(payload[0]), frame)
    const text = Buffer.from(payload).toString('utf8')
    if (dir === 'out') return this.#command(JSON.parse(text) as Record<string, unknown>, conn)
    return this.#message(JSON.parse(text) as Message, frame)
  }

  #connection(conn: number): Connection {
    const known = this.#connections.get(conn) ?? { commands: new Map(), subscriptions: new Map(), heardMs: null }
    this.#connections.set(conn, known)
    return known
  }

  #socket(what: string, { conn, recvMs }: Frame): readonly KalshiNews[] {
    if (what === 'pong') {
      this.#connection(conn).heardMs = recvMs
      return []
    }
    // numbers of connections grow within a process: another process knows nothing of the books before
    if (what === 'open' && conn <= this.#highestConn) this.#markets.clear()
    this.#highestConn = conn
    this.#connections.delete(conn)
    for (const [market, its] of this.#markets) if (its.conn === conn) this.#markets.delete(market)
    this.#emptied(recvMs)
    return []
  }

  #command({ id, cmd, params }: Record<string, unknown>, conn: number): readonly KalshiNews[] {
    const asked = params as { channels?: string[]; market_tickers?: string[]; use_yes_price?: boolean }
    if (cmd !== 'subscribe') throw new Error(`the reference knows no command ${String(cmd)}`)
    const channels = asked.channels ?? []
    this.#connection(conn).commands.set(id as number, { channels, yesPrices: asked.use_yes_price === true })
    if (channels.includes('orderbook_delta'))
      for (const market of asked.market_tickers ?? [])
        if (this.#markets.get(market)?.conn !== conn) this.#markets.set(market, { book: emptyBook(), conn, sid: null })
    return []
  }

  #message(message: Message, frame: Frame): readonly KalshiNews[] {
    const { type, id = -1, sid, seq, msg = {} } = message
    const connection = this.#connection(frame.conn)
    if (type === 'subscribed') {
      const { channel, sid: of } = msg as { channel: string; sid: number }
      connection.subscriptions.set(of, { channel, lastSeq: null, yesPrices: connection.commands.get(id)?.yesPrices ?? false })
      return []
    }
    if (sid !== undefined && seq !== undefined) this.#count(connection, frame, sid, seq)
    if (type === 'orderbook_snapshot' || type === 'orderbook_delta') return this.#change(message, frame, connection)
    if (type === 'market_lifecycle_v2') return this.#lifecycle(msg, frame.recvMs)
    if (type === 'event_fee_update') return [{ kind: 'fees', event: String(msg.event_ticker) }]
    return []
  }

  /** Every message of a subscription counts, acknowledgements too; after a gap none of its books is believed. */
  #count(connection: Connection, { conn, recvMs }: Frame, sid: number, seq: number): void {
    const subscription = connection.subscriptions.get(sid)
    if (!subscription) throw new Error(`sid ${sid} was not acknowledged`)
    const isNext = subscription.lastSeq === null || seq === subscription.lastSeq + 1
    subscription.lastSeq = seq
    if (isNext) connection.heardMs = recvMs
    else {
      for (const market of this.#markets.values()) if (market.conn === conn && market.sid === sid) forgetBook(market.book)
      this.#emptied(recvMs)
    }
  }

  #change({ type, sid = -1, msg = {} }: Message, { conn, recvMs }: Frame, connection: Connection): readonly KalshiNews[] {
    const name = String(msg.market_ticker)
    const market = this.#markets.get(name)
    const subscription = connection.subscriptions.get(sid)
    if (!market || market.conn !== conn || !subscription) return []
    market.sid = sid
    const { book } = market
    const yesPrice = (no: number): number => (subscription.yesPrices ? no : 10_000 - no)
    if (type === 'orderbook_snapshot') {
      forgetBook(book)
      for (const [price, size] of (msg.yes_dollars_fp ?? []) as Rows) book.bid.set(digits(price, 4), digits(size, 2))
      for (const [price, size] of (msg.no_dollars_fp ?? []) as Rows) book.ask.set(yesPrice(digits(price, 4)), digits(size, 2))
      Object.assign(book, { live: true, toldMs: { bid: recvMs, ask: recvMs } })
    } else {
      if (!book.live) return []
      const side = msg.side === 'yes' ? 'bid' : 'ask'
      const told = digits(String(msg.price_dollars), 4)
      const price = side === 'bid' ? told : yesPrice(told)
      const size = (book[side].get(price) ?? 0) + digits(String(msg.delta_fp), 2)
      book[side].set(price, size)
      book.toldMs[side] = recvMs
      if (size === 0) book[side].delete(price)
      if (size < 0) forgetBook(book)
    }
    connection.heardMs = recvMs
    return [{ kind: 'book', market: name }]
  }

  #lifecycle(msg: Record<string, unknown>, atMs: number): readonly KalshiNews[] {
    const market = String(msg.market_ticker)
    const event = String(msg.event_type)
    if (RELISTED.includes(event)) {
      const closeMs = typeof msg.close_ts === 'number' ? msg.close_ts * 1_000 : null
      return [{ kind: 'listing', market, closeMs, bands: (msg.price_ranges as unknown[] | undefined) ?? null }]
    }
    const status = STATUSES[event as keyof typeof STATUSES]
    if (status === undefined) return []
    // it trades again, and what rested was cancelled: the book is not known until its next snapshot
    if (event === 'activated' && this.book(market).live) this.forget(market, atMs)
    return [{ kind: 'status', market, status }]
  }
}
