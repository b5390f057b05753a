import { assertNever } from '../../core/assert'
import type { MarketId } from '../../core/ids'
import { Channel, type Change } from './stream/channel'
import { Snapshots } from './stream/snapshots'
import { BOOK_CHANNEL, type SessionNotice } from './wire/line'

/** What the venue has subscribed is compared with what we believe this often: an ended subscription without a word would be silent for ever. */
const LIST_EVERY_MS = 60_000
/** Like any command: after this the connection is not worth keeping. */
const LIST_LIMIT_MS = 10_000

/** kalshi.md §7.2. The prices of NO levels are pinned, because the venue's default will change. */
export interface KalshiCommand {
  readonly id: number
  readonly cmd: 'subscribe' | 'update_subscription' | 'unsubscribe' | 'list_subscriptions'
  readonly params?: {
    readonly channels?: readonly string[]
    readonly use_yes_price?: true
    readonly sids?: readonly number[]
    readonly action?: 'add_markets' | 'delete_markets' | 'get_snapshot'
    readonly market_tickers?: readonly MarketId[]
  }
}
export interface SubscriptionsOptions {
  /** Channels that take market tickers, the books first: what is at stake there is money. */
  readonly byMarket: readonly string[]
  /** Channels that tell of everything. */
  readonly ofAll: readonly string[]
  /** The venue does not let this connection have these markets besides those it has. */
  readonly crowded: (markets: readonly MarketId[], room: number) => void
}

/**
 * What one connection has been asked for, and what must be asked next so that every watched market has one subscription and a book, and no
 * other has. Times are milliseconds of a clock that never jumps.
 */
export class Subscriptions {
  readonly #options: SubscriptionsOptions
  readonly #watched = new Set<MarketId>()
  readonly #channels: readonly Channel[]
  readonly #books: Channel
  readonly #snapshots = new Snapshots()
  /** Subscriptions that the venue has and we do not know. */
  readonly #strays = new Set<number>()
  #listing: { readonly id: number; readonly sinceMs: number } | null = null
  #listDueMs = Infinity
  #lastId = 0
  /** Markets that the venue had otherwise than we believed, and strays. */
  corrected = 0

  constructor(options: SubscriptionsOptions) {
    this.#options = options
    this.#books = new Channel(BOOK_CHANNEL, this.#watched)
    this.#channels = [
      this.#books,
      ...options.byMarket.filter((name) => name !== BOOK_CHANNEL).map((name) => new Channel(name, this.#watched)),
      ...options.ofAll.map((name) => new Channel(name, null)),
    ]
  }

  /** A market that was just unwatched and is subscribed still gets a new snapshot: its book may have been given up. */
  watch(markets: readonly MarketId[]): void {
    const fresh = markets.filter((market) => !this.#watched.has(market))
    for (const market of fresh) this.#watched.add(market)
    this.#snapshots.need(fresh.filter((market) => this.#books.holds(market)))
    for (const channel of this.#channels) channel.review()
  }

  unwatch(markets: readonly MarketId[]): void {
    for (const market of markets) this.#watched.delete(market)
    this.#snapshots.retain((market) => this.#watched.has(market))
    for (const channel of this.#channels) channel.review()
  }

  /** Books that are not believed any more; one whose subscription is under way gets its snapshot anyway. */
  reread(markets: readonly MarketId[]): void {
    this.#snapshots.need(markets.filter((market) => this.#watched.has(market) && this.#books.holds(market)))
  }

  /** Watched markets whose book is not known. */
  get missing(): number {
    return [...this.#watched].filter((market) => !this.#books.holds(market) || this.#snapshots.isMissing(market)).length
  }
  /** Whether a channel is subscribed now. */
  has(name: string): boolean {
    return this.#channels.some((channel) => channel.name === name && channel.sid !== null)
  }
  /** The channel of a subscription; null: none of ours. */
  channelOf(sid: number): string | null {
    return this.#channels.find((channel) => channel.sid === sid)?.name ?? null
  }

  /** A new connection knows nothing. */
  opened(nowMs: number): void {
    for (const channel of this.#channels) channel.opened()
    this.#snapshots.clear()
    this.#strays.clear()
    this.#listing = null
    this.#listDueMs = nowMs + LIST_EVERY_MS
  }

  /** To be called regularly: what was put off may be due. */
  tick(nowMs: number): void {
    for (const channel of this.#channels) channel.tick(nowMs)
    this.#snapshots.tick(nowMs)
  }

  /** A command has been without an answer for too long. */
  stalled(nowMs: number): boolean {
    const isListStalled = this.#listing !== null && nowMs - this.#listing.sinceMs >= LIST_LIMIT_MS
    return isListStalled || this.#channels.some((channel) => channel.isStalled(nowMs))
  }

  /** @returns whether there may be something to send because of it */
  learn(notice: SessionNotice, nowMs: number): boolean {
    switch (notice.kind) {
      case 'subscribed':
        this.#channels.find(({ name }) => name === notice.channel)?.subscribed(notice.sid, notice.id, nowMs)
        this.#settleBooks()
        return true
      case 'answered':
        this.#answered(notice, nowMs)
        return true
      case 'listed':
        this.#listed(notice.sids)
        return true
      case 'refused':
        this.#refused(notice, nowMs)
        return true
      case 'lost':
        this.#lost(notice.sid, nowMs)
        return true
      case 'unknown-books':
        this.#snapshots.need(notice.markets.filter((market) => this.#watched.has(market)))
        return true
      case 'unreadable-book':
        if (this.#watched.has(notice.market)) this.#snapshots.expect([notice.market], nowMs)
        return false
      case 'snapshot':
        this.#snapshots.told(notice.market)
        return false
      case 'gap':
      case 'fill':
      case 'order':
      case 'position':
      case 'group':
      case 'ticker':
        return false
      default:
        return assertNever(notice, 'notice')
    }
  }

  /** The next command; null: there is none now. Counts as sent. */
  next(nowMs: number): KalshiCommand | null {
    return (
      this.#change(this.#books, nowMs) ??
      this.#snapshot(nowMs) ??
      this.#channels.reduce<KalshiCommand | null>((found, channel) => found ?? this.#change(channel, nowMs), null) ??
      this.#end() ??
      this.#list(nowMs)
    )
  }

  #change(channel: Channel, nowMs: number): KalshiCommand | null {
    const change = channel.next(nowMs)
    if (!change) return null
    const id = ++this.#lastId
    channel.sent(id, change, nowMs)
    if (channel === this.#books && (change.kind === 'subscribe' || change.kind === 'add')) this.#snapshots.expect(change.markets, nowMs)
    return commandOf(id, channel, change)
  }

  /** Not while the books' membership changes: what is added brings its snapshot. The answer is the snapshots, so nothing is pending. */
  #snapshot(nowMs: number): KalshiCommand | null {
    const { sid, isBusy } = this.#books
    if (sid === null || isBusy || !this.#snapshots.isDue(nowMs)) return null
    const id = ++this.#lastId
    const market_tickers = this.#snapshots.take(id, nowMs)
    return { id, cmd: 'update_subscription', params: { sids: [sid], action: 'get_snapshot', market_tickers } }
  }

  #end(): KalshiCommand | null {
    const [stray] = this.#strays
    if (stray === undefined) return null
    this.#strays.delete(stray)
    return { id: ++this.#lastId, cmd: 'unsubscribe', params: { sids: [stray] } }
  }

  #list(nowMs: number): KalshiCommand | null {
    if (nowMs < this.#listDueMs || this.#listing || this.#channels.some(({ isBusy }) => isBusy)) return null
    const id = ++this.#lastId
    this.#listing = { id, sinceMs: nowMs }
    this.#listDueMs = nowMs + LIST_EVERY_MS
    for (const channel of this.#channels) channel.probe()
    return { id, cmd: 'list_subscriptions' }
  }

  #answered({ id, sid, markets }: Extract<SessionNotice, { kind: 'answered' }>, nowMs: number): void {
    const channel = this.#channels.find((each) => each.isPending(id) || (sid !== null && each.sid === sid && !each.isBusy))
    if (!channel) return
    this.corrected += channel.answered(sid, markets, nowMs)
    this.#settleBooks()
  }

  #refused({ id, code, market }: Extract<SessionNotice, { kind: 'refused' }>, nowMs: number): void {
    if (this.#listing?.id === id) this.#listing = null
    const channel = id === null ? undefined : this.#channels.find((each) => each.isPending(id))
    if (!channel) {
      if (id === null) for (const each of this.#channels) each.pause(nowMs)
      else this.#snapshots.refused(id, market, nowMs)
      return
    }
    const noRoom = channel.refused({ code, market }, nowMs)
    this.#settleBooks()
    if (noRoom.length > 0) this.#options.crowded(noRoom, channel.heldCount)
  }

  /** With no change under way: what is not held has no snapshot to wait for. */
  #settleBooks(): void {
    if (!this.#books.isBusy) this.#snapshots.retain((market) => this.#books.holds(market))
  }

  #listed(sids: readonly number[]): void {
    this.#listing = null
    for (const sid of sids) {
      if (this.channelOf(sid) !== null) continue
      this.#strays.add(sid)
      this.corrected++
    }
  }

  #lost(sid: number | null, nowMs: number): void {
    for (const channel of this.#channels) {
      if (channel.sid === null || (sid !== null && channel.sid !== sid)) continue
      channel.lost(nowMs)
      if (channel === this.#books) this.#snapshots.clear()
    }
  }
}

function commandOf(id: number, { name, sid }: Channel, { kind, markets }: Change): KalshiCommand {
  const market_tickers = markets
  if (kind !== 'subscribe' && sid !== null)
    return {
      id,
      cmd: 'update_subscription',
      params: { sids: [sid], action: kind === 'delete' ? 'delete_markets' : 'add_markets', market_tickers },
    }
  const params = { channels: [name], ...(markets.length > 0 ? { market_tickers } : {}) }
  return { id, cmd: 'subscribe', params: name === BOOK_CHANNEL ? { ...params, use_yes_price: true } : params }
}
