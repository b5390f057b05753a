import { assertNever } from '../../core/assert'
import type { MarketId } from '../../core/ids'
import type { SessionNotice } from './wire/session'

const BOOKS = 'orderbook_delta'
const TRADES = 'trade'
const LIFECYCLE = 'market_lifecycle_v2'
const FILLS = 'fill'
/** Takes market tickers; the others tell of everything. */
const BY_MARKET: readonly string[] = [BOOKS, TRADES]

/** Keeps a command below 16 KB; the venue's own limits are far above. */
const MARKETS_PER_COMMAND = 400
/** An acknowledgement takes one round trip: after this the connection is not worth keeping. */
const ANSWER_LIMIT_MS = 10_000
/** A refused command is tried again, a snapshot that does not come is asked for again. */
const RETRY_MS = 5_000

/** kalshi.md §7.2. The prices of NO levels are pinned, because the venue's default will change. */
export interface KalshiCommand {
  readonly id: number
  readonly cmd: 'subscribe' | 'update_subscription'
  readonly params: {
    readonly channels?: readonly string[]
    readonly use_yes_price?: true
    readonly sids?: readonly number[]
    readonly action?: 'add_markets' | 'get_snapshot'
    readonly market_tickers?: readonly MarketId[]
  }
}
interface Pending {
  /** Still to be acknowledged. */
  readonly channels: Set<string>
  readonly markets: readonly MarketId[]
  readonly sinceMs: number
}

/**
 * What one connection has been asked for, and what must be asked next so that every watched market has a book. Times are milliseconds of a
 * clock that never jumps.
 */
export class Subscriptions {
  readonly #channels: readonly string[]
  readonly #watched = new Set<MarketId>()
  readonly #sids = new Map<string, number>()
  /** By channel: the markets it has been asked for. */
  readonly #asked = new Map<string, Set<MarketId>>()
  readonly #pending = new Map<number, Pending>()
  /** Markets without a book, and when their snapshot was asked for. */
  readonly #missing = new Map<MarketId, number>()
  #quietUntilMs = -Infinity
  #lastId = 0

  constructor(options: { readonly fills: boolean }) {
    this.#channels = [...BY_MARKET, LIFECYCLE, ...(options.fills ? [FILLS] : [])]
  }

  watch(markets: readonly MarketId[]): void {
    for (const market of markets) this.#watched.add(market)
  }

  /** A new connection knows nothing. */
  opened(): void {
    this.#sids.clear()
    this.#asked.clear()
    this.#pending.clear()
    this.#missing.clear()
    this.#quietUntilMs = -Infinity
  }

  learn(notice: SessionNotice, nowMs: number): void {
    switch (notice.kind) {
      case 'subscribed':
        this.#sids.set(notice.channel, notice.sid)
        return notice.id === null ? undefined : this.#acknowledge(notice.id, notice.channel)
      case 'answered':
        this.#pending.delete(notice.id)
        return undefined
      case 'refused':
        return this.#refused(notice.id, nowMs)
      case 'lost':
        return this.#lost(notice.sid)
      case 'unknown-books':
        for (const market of notice.markets) this.#missing.set(market, -Infinity)
        return undefined
      case 'snapshot':
        this.#missing.delete(notice.market)
        return undefined
      case 'fill':
        return undefined
      default:
        return assertNever(notice, 'notice')
    }
  }

  /** What to send now, in this order. Counts as sent. */
  due(nowMs: number): readonly KalshiCommand[] {
    if (nowMs < this.#quietUntilMs) return []
    return [...this.#subscribes(nowMs), ...this.#additions(nowMs), ...this.#snapshots(nowMs)]
  }

  /** A command has been without an answer for too long. */
  stalled(nowMs: number): boolean {
    return [...this.#pending.values()].some(({ sinceMs }) => nowMs - sinceMs >= ANSWER_LIMIT_MS)
  }

  *#subscribes(nowMs: number): Generator<KalshiCommand> {
    const asking = new Set([...this.#pending.values()].flatMap(({ channels }) => [...channels]))
    const absent = this.#channels.filter((channel) => !this.#sids.has(channel) && !asking.has(channel))
    const byMarket = absent.filter((channel) => BY_MARKET.includes(channel))
    const [markets = []] = chunks([...this.#watched])
    if (byMarket.length > 0 && markets.length > 0) {
      this.#ask(byMarket, markets, nowMs)
      yield this.#command('subscribe', { channels: byMarket, market_tickers: markets, use_yes_price: true }, byMarket, markets, nowMs)
    }
    for (const channel of absent.filter((each) => !BY_MARKET.includes(each)))
      yield this.#command('subscribe', { channels: [channel] }, [channel], [], nowMs)
  }

  *#additions(nowMs: number): Generator<KalshiCommand> {
    for (const channel of BY_MARKET) {
      const sid = this.#sids.get(channel)
      if (sid === undefined) continue
      const asked = this.#asked.get(channel)
      for (const markets of chunks([...this.#watched].filter((market) => !asked?.has(market)))) {
        this.#ask([channel], markets, nowMs)
        yield this.#command(
          'update_subscription',
          { sids: [sid], action: 'add_markets', market_tickers: markets },
          [channel],
          markets,
          nowMs,
        )
      }
    }
  }

  /** Its answer is the snapshot itself, which not every server gives the id of the command: nothing is pending. */
  *#snapshots(nowMs: number): Generator<KalshiCommand> {
    const sid = this.#sids.get(BOOKS)
    if (sid === undefined) return
    const due = [...this.#missing].filter(([, askedMs]) => nowMs - askedMs >= RETRY_MS).map(([market]) => market)
    for (const markets of chunks(due)) {
      for (const market of markets) this.#missing.set(market, nowMs)
      yield { id: ++this.#lastId, cmd: 'update_subscription', params: { sids: [sid], action: 'get_snapshot', market_tickers: markets } }
    }
  }

  #ask(channels: readonly string[], markets: readonly MarketId[], nowMs: number): void {
    for (const channel of channels) {
      const asked = this.#asked.get(channel) ?? new Set()
      this.#asked.set(channel, asked)
      for (const market of markets) asked.add(market)
    }
    if (channels.includes(BOOKS)) for (const market of markets) this.#missing.set(market, nowMs)
  }

  #command(
    cmd: KalshiCommand['cmd'],
    params: KalshiCommand['params'],
    channels: readonly string[],
    markets: readonly MarketId[],
    sinceMs: number,
  ): KalshiCommand {
    const id = ++this.#lastId
    this.#pending.set(id, { channels: new Set(channels), markets, sinceMs })
    return { id, cmd, params }
  }

  #acknowledge(id: number, channel: string): void {
    const pending = this.#pending.get(id)
    pending?.channels.delete(channel)
    if (pending?.channels.size === 0) this.#pending.delete(id)
  }

  #refused(id: number | null, nowMs: number): void {
    this.#quietUntilMs = nowMs + RETRY_MS
    const pending = id === null ? undefined : this.#pending.get(id)
    if (id === null || !pending) return
    this.#pending.delete(id)
    for (const channel of pending.channels) for (const market of pending.markets) this.#asked.get(channel)?.delete(market)
  }

  #lost(sid: number | null): void {
    for (const [channel, its] of this.#sids) {
      if (sid !== null && its !== sid) continue
      this.#sids.delete(channel)
      this.#asked.delete(channel)
    }
  }
}

function chunks(markets: readonly MarketId[]): readonly (readonly MarketId[])[] {
  const all: MarketId[][] = []
  for (let from = 0; from < markets.length; from += MARKETS_PER_COMMAND) all.push(markets.slice(from, from + MARKETS_PER_COMMAND))
  return all
}
