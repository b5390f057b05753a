import type { KalshiCommand } from '../../../../src/venues/kalshi/subscriptions'

export type Mood =
  | 'obey'
  /** Nothing happens, and nothing is said. */
  | 'ignore'
  /** It happens, and nothing is said. */
  | 'silent'
  | { readonly code: number }

interface Sub {
  readonly channel: string
  readonly markets: Set<string>
  seq: number
}
const NUMBERED: readonly string[] = ['orderbook_delta', 'trade', 'market_lifecycle_v2']
const UNKNOWN_SID = 7
const OVERFLOW = 25
const MARKET_LIMIT = 26

/** A venue of one connection at a time, in memory: says what the documents say it says, or what the script wants. */
export class ScriptedVenue {
  readonly subs = new Map<number, Sub>()
  readonly outbox: object[] = []
  mood: Mood = 'obey'
  #sids = 0

  constructor(
    /** YES bids by market: price in cents → contracts. */
    readonly books = new Map<string, Map<number, number>>(),
    /** How many markets a subscription may have. */
    readonly room: () => number = () => Infinity,
  ) {}

  connect(): void {
    this.subs.clear()
    this.outbox.length = 0
    this.#sids = 0
  }

  obey(command: KalshiCommand): void {
    const { mood } = this
    this.mood = 'obey'
    if (mood === 'ignore') return
    if (typeof mood === 'object') return void this.outbox.push({ type: 'error', id: command.id, msg: { code: mood.code, msg: '' } })
    const before = this.outbox.length
    this.#obey(command)
    if (mood === 'silent') this.outbox.splice(before, 1)
  }

  #obey({ id, cmd, params }: KalshiCommand): void {
    if (cmd === 'list_subscriptions')
      return void this.outbox.push({ type: 'ok', id, msg: [...this.subs].map(([sid, { channel }]) => ({ channel, sid })) })
    if (cmd === 'subscribe') return this.#subscribe(id, params?.channels?.[0] ?? '', params?.market_tickers ?? [])
    const sid = params?.sids?.[0] ?? 0
    const sub = this.subs.get(sid)
    if (!sub) return void this.outbox.push({ type: 'error', id, msg: { code: UNKNOWN_SID, msg: '' } })
    if (cmd === 'unsubscribe') {
      this.outbox.push({ type: 'unsubscribed', id, sid, ...this.#seq(sub) })
      return void this.subs.delete(sid)
    }
    const markets = params?.market_tickers ?? []
    if (params?.action === 'get_snapshot') for (const market of markets) this.#snapshot(sid, sub, market)
    else this.#change(id, sid, sub, markets, params?.action === 'add_markets')
  }

  holds(channel: string, market: string): boolean {
    return [...this.subs.values()].some((sub) => sub.channel === channel && sub.markets.has(market))
  }

  #subscribe(id: number, channel: string, markets: readonly string[]): void {
    const open = [...this.subs].find(([, sub]) => sub.channel === channel)
    if (open) return this.#change(id, open[0], open[1], markets, true)
    const sid = ++this.#sids
    const sub: Sub = { channel, markets: new Set(markets), seq: 0 }
    this.subs.set(sid, sub)
    this.outbox.push({ type: 'subscribed', id, msg: { channel, sid } })
    if (channel === 'orderbook_delta') for (const market of markets) this.#snapshot(sid, sub, market)
  }

  #change(id: number, sid: number, sub: Sub, markets: readonly string[], isAdded: boolean): void {
    if (isAdded && new Set([...sub.markets, ...markets]).size > this.room())
      return void this.outbox.push({ type: 'error', id, msg: { code: MARKET_LIMIT, msg: 'market limit' } })
    const fresh = markets.filter((market) => isAdded && !sub.markets.has(market))
    for (const market of markets) {
      if (isAdded) sub.markets.add(market)
      else sub.markets.delete(market)
    }
    this.outbox.push({ type: 'ok', id, sid, ...this.#seq(sub), msg: { market_tickers: [...sub.markets].toSorted() } })
    if (sub.channel === 'orderbook_delta') for (const market of fresh) this.#snapshot(sid, sub, market)
  }

  #snapshot(sid: number, sub: Sub, market: string): void {
    const yes = [...(this.books.get(market) ?? [])].toSorted(([a], [b]) => a - b).map(([cents, size]) => [dollars(cents), `${size}.00`])
    this.outbox.push({ type: 'orderbook_snapshot', sid, ...this.#seq(sub), msg: { market_ticker: market, yes_dollars_fp: yes } })
  }

  /** Somebody bids, or takes a bid away. */
  trade(market: string, cents: number): number {
    const book = this.books.get(market) ?? new Map<number, number>()
    this.books.set(market, book)
    const delta = book.has(cents) ? -(book.get(cents) ?? 0) : 5
    if (delta < 0) book.delete(cents)
    else book.set(cents, delta)
    this.tell(market, cents, delta)
    return delta
  }

  tell(market: string, cents: number, delta: number): void {
    for (const [sid, sub] of this.subs) {
      if (sub.channel !== 'orderbook_delta' || !sub.markets.has(market)) continue
      const msg = { market_ticker: market, price_dollars: dollars(cents), delta_fp: `${delta}.00`, side: 'yes', ts_ms: 1 }
      this.outbox.push({ type: 'orderbook_delta', sid, ...this.#seq(sub), msg })
    }
  }

  overflow(index: number): void {
    const sid = [...this.subs.keys()][index % Math.max(1, this.subs.size)]
    if (sid === undefined) return
    this.subs.delete(sid)
    this.outbox.push({ type: 'error', sid, msg: { code: OVERFLOW, msg: 'overflow' } })
  }
  endSilently(index: number): void {
    const sid = [...this.subs.keys()][index % Math.max(1, this.subs.size)]
    if (sid !== undefined) this.subs.delete(sid)
  }
  /** It forgets one market of a subscription, and says so with the next change only. */
  forgetMarket(market: string): void {
    for (const sub of this.subs.values()) sub.markets.delete(market)
  }
  lose(): void {
    this.outbox.shift()
  }
  swap(): void {
    const [first, second] = this.outbox
    if (first && second) this.outbox.splice(0, 2, second, first)
  }

  #seq(sub: Sub): object {
    return NUMBERED.includes(sub.channel) ? { seq: ++sub.seq } : {}
  }
}

const dollars = (cents: number): string => `0.${String(cents).padStart(2, '0')}00`
