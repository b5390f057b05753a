import type { Frame } from '../../../src/core/market/event'
import { emptyBook, forgetBook, type PlainBook, type Side } from './books'

interface Quote {
  price: number | null
  quantity: number | null
}
interface Subscription {
  readonly key: string
  readonly market: string
  /** 1 is live; null: not told yet. */
  type: number | null
  isWithheld: boolean
  /** Asked for while another session had the quotes. */
  isTrial: boolean
  /** Lost since a notice: nothing it says counts any more. */
  isOld: boolean
  readonly bid: Quote
  readonly ask: Quote
}

const LIVE = 1
/** Fields of a tick. */
const PRICES: Readonly<Record<number, Side>> = { 1: 'bid', 2: 'ask' }
const SIZES: Readonly<Record<number, Side>> = { 0: 'bid', 3: 'ask' }
const COMPETING = 10197

const keyOf = (market: string, outcome: string): string => `${market} ${outcome}`
const units = (value: number, scale: number): number => Math.round(value * scale)

/** ForecastEx through an IB gateway by ibkr-forecastex.md: the top of each outcome's book, and when the gateway last vouched for all of them. */
export class PlainGateway {
  readonly #books = new Map<string, PlainBook>()
  readonly #subscriptions = new Map<number, Subscription>()
  #conn: number | null = null
  #vouchedMs: number | null = null
  #brokerIsLost = false
  readonly #brokenFarms = new Set<string>()
  readonly #changed: (market: string, frame: Frame) => void
  readonly #emptied: (atMs: number) => void
  #frame: Frame | null = null

  /** @param changed a side of one of a market's books is another one now. @param emptied what books told may not be known any more */
  constructor(changed: (market: string, frame: Frame) => void, emptied: (atMs: number) => void) {
    this.#changed = changed
    this.#emptied = emptied
  }

  book(market: string, outcome: string): PlainBook {
    const known = this.#books.get(keyOf(market, outcome)) ?? emptyBook()
    this.#books.set(keyOf(market, outcome), known)
    return known
  }
  /** null: not since it connected. */
  heardMs(): number | null {
    return this.#vouchedMs
  }

  receive(frame: Frame): void {
    const { payload, conn, dir, recvMs } = frame
    const [name, ...args] = payload as unknown[]
    this.#frame = frame
    if (dir === 'out') return this.#asked(String(name), args)
    switch (name) {
      case 'connected':
      case 'disconnected':
        return this.#end(recvMs)
      case 'currentTime':
        return this.#beat(conn, recvMs)
      case 'error':
        return this.#notice(args, recvMs)
      case 'marketDataType':
        return this.#typed(args as number[], recvMs)
      case 'tickPrice':
        return this.#priced(args as number[], recvMs)
      case 'tickSize':
        return this.#sized(args as number[], recvMs)
      default:
        return undefined
    }
  }

  #asked(name: string, args: readonly unknown[]): void {
    if (name !== 'reqMktData') throw new Error(`the reference knows no request ${name}`)
    const [reqId, , of] = args as [number, unknown, { market: string; outcome: string }]
    const key = keyOf(of.market, of.outcome)
    for (const [id, each] of this.#subscriptions) if (each.key === key) this.#subscriptions.delete(id)
    const isTrial = [...this.#subscriptions.values()].some(({ isWithheld }) => isWithheld)
    const none = (): Quote => ({ price: null, quantity: null })
    const state = { type: null, isWithheld: false, isTrial, isOld: false, bid: none(), ask: none() }
    this.#subscriptions.set(reqId, { key, market: of.market, ...state })
  }

  #end(recvMs: number): void {
    this.#subscriptions.clear()
    this.#brokerIsLost = false
    this.#brokenFarms.clear()
    const wasConnected = this.#conn !== null
    this.#conn = null
    this.#forgetAll()
    this.#vouchedMs = null
    if (wasConnected) this.#emptied(recvMs)
  }
  #forgetAll(): void {
    for (const book of this.#books.values()) forgetBook(book)
  }

  /** execution.md §7: a heartbeat in the same session confirms, with live quotes and none of 2103, 1100, 10197 in force. */
  #beat(conn: number, recvMs: number): void {
    if (this.#conn !== conn) {
      this.#conn = conn
      this.#forgetAll()
      this.#vouchedMs = null
      this.#emptied(recvMs)
    }
    const all = [...this.#subscriptions.values()]
    const isQuoted = all.length === 0 || all.some(({ type, isWithheld, isOld }) => type === LIVE && !isWithheld && !isOld)
    const isReached = !this.#brokerIsLost && this.#brokenFarms.size === 0
    if (isQuoted && isReached && !all.some(({ isWithheld }) => isWithheld)) this.#vouchedMs = recvMs
  }

  #notice([text, code]: readonly unknown[], recvMs: number): void {
    const [, farm = ''] = /:(\w+)$/.exec(String(text)) ?? []
    switch (code) {
      case 1100:
        this.#brokerIsLost = true
        this.#vouchedMs = null
        return
      case 1101:
        this.#brokerIsLost = false
        this.#brokenFarms.clear()
        return this.#lose(recvMs)
      case 1102:
        this.#brokerIsLost = false
        return
      case 2103:
        this.#brokenFarms.add(farm)
        this.#vouchedMs = null
        return
      case 2104:
        return this.#brokenFarms.delete(farm) ? this.#lose(recvMs) : undefined
      case COMPETING:
        this.#vouchedMs = null
        for (const each of this.#subscriptions.values()) if (!each.isOld) this.#withhold(each, true, recvMs)
        return
      default:
        throw new Error(`the reference knows no notice ${String(code)}`)
    }
  }

  /** Quotes were lost or may be old: they are asked for anew. */
  #lose(recvMs: number): void {
    for (const each of this.#subscriptions.values()) {
      each.isOld = true
      forgetBook(this.#bookOf(each))
    }
    this.#emptied(recvMs)
  }
  #bookOf({ key }: Subscription): PlainBook {
    const [market = '', outcome = ''] = key.split(' ')
    return this.book(market, outcome)
  }

  #withhold(each: Subscription, isWithheld: boolean, recvMs: number): void {
    each.isWithheld = isWithheld
    for (const side of ['bid', 'ask'] as const) Object.assign(each[side], { price: null, quantity: null })
    this.#publish(each, 'bid', recvMs)
    this.#publish(each, 'ask', recvMs)
  }

  #current(reqId: number | undefined): Subscription | null {
    const each = this.#subscriptions.get(reqId ?? -1)
    return each && !each.isOld ? each : null
  }

  #typed([reqId, type = 0]: readonly number[], recvMs: number): void {
    const each = this.#current(reqId)
    if (!each || each.type === type) return
    const before = each.type
    each.type = type
    if (type !== LIVE) return before === LIVE ? this.#withhold(each, false, recvMs) : undefined
    if (before !== null) {
      each.isOld = true // what was told meanwhile was not live, and only changes are told
      return
    }
    this.#publish(each, 'bid', recvMs)
    this.#publish(each, 'ask', recvMs)
  }

  /** A changed price says nothing of its size. */
  #priced([reqId, field = -1, dollars = -1]: readonly number[], recvMs: number): void {
    const each = this.#current(reqId)
    const side = PRICES[field]
    if (!each || !side) return
    if (each.isTrial || each.isWithheld) {
      each.isTrial = false
      for (const other of this.#subscriptions.values()) if (other !== each && other.isWithheld) other.isOld = true
    }
    each.isWithheld = false
    const price = dollars > 0 ? units(dollars, 10_000) : null
    if (each[side].price === price) return
    Object.assign(each[side], { price, quantity: null })
    if (each.type === LIVE) this.#publish(each, side, recvMs)
  }

  #sized([reqId, field = -1, contracts = 0]: readonly number[], recvMs: number): void {
    const each = this.#current(reqId)
    const side = SIZES[field]
    if (!each || !side || each[side].price === null) return
    const quantity = units(contracts, 100)
    if (each[side].quantity === quantity) return
    each[side].quantity = quantity
    if (each.type === LIVE) this.#publish(each, side, recvMs)
  }

  #publish(each: Subscription, side: Side, recvMs: number): void {
    const book = this.#bookOf(each)
    const { price, quantity } = each[side]
    book[side].clear()
    book.live = true
    book.sizeless[side] = quantity === null ? price : null
    book.toldMs[side] = recvMs
    if (price !== null && quantity !== null && quantity > 0) book[side].set(price, quantity)
    if (this.#frame) this.#changed(each.market, this.#frame)
  }
}
