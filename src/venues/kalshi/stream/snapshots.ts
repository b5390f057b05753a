import type { MarketId } from '../../../core/ids'

/** A snapshot that does not come is asked for again: it takes one round trip. */
const RETRY_MS = 5_000
/** Snapshots come as a burst of some kilobytes each: a hundred are read in a few milliseconds, and other connections get their turn. */
const MARKETS_PER_COMMAND = 100
/** A market whose snapshot is refused is asked for again this much later. */
const ASIDE_MS = 60_000
/** After a refusal; doubles with each in a row. */
const FIRST_WAIT_MS = 250
const LONGEST_WAIT_MS = 30_000
/** Commands whose refusal may still come; their success is told by the snapshots, which not every server gives an id. */
const COMMANDS_REMEMBERED = 64

/** The books of one connection that are not known: which snapshots to ask for, and which are on their way. */
export class Snapshots {
  readonly #due = new Set<MarketId>()
  /** When to ask again. */
  readonly #asked = new Map<MarketId, number>()
  readonly #commands = new Map<number, readonly MarketId[]>()
  #largest = MARKETS_PER_COMMAND
  #refusals = 0
  #notBeforeMs = -Infinity

  isDue(nowMs: number): boolean {
    return this.#due.size > 0 && nowMs >= this.#notBeforeMs
  }
  /** Whether the content of a market's book is still to come. */
  isMissing(market: MarketId): boolean {
    return this.#due.has(market) || this.#asked.has(market)
  }

  need(markets: readonly MarketId[]): void {
    for (const market of markets) {
      this.#asked.delete(market)
      this.#due.add(market)
    }
  }

  /** They will come by themselves, as after a subscription. */
  expect(markets: readonly MarketId[], nowMs: number): void {
    for (const market of markets) this.#await(market, nowMs + RETRY_MS)
  }

  /** The next ones to ask for, with this command. */
  take(id: number, nowMs: number): readonly MarketId[] {
    const markets = [...this.#due].slice(0, this.#largest)
    this.expect(markets, nowMs)
    const [oldest] = this.#commands.size >= COMMANDS_REMEMBERED ? this.#commands.keys() : []
    if (oldest !== undefined) this.#commands.delete(oldest)
    this.#commands.set(id, markets)
    return markets
  }

  /** The venue refuses a command, because of `market` where it names one. One bad market must not keep the others out. */
  refused(id: number, market: MarketId | null, nowMs: number): void {
    const markets = this.#commands.get(id)
    if (!markets) return
    this.#commands.delete(id)
    const bad = market ?? (markets.length === 1 ? (markets[0] ?? null) : null)
    this.need(markets.filter((each) => each !== bad && this.#asked.has(each)))
    if (bad !== null && this.#asked.has(bad)) this.#await(bad, nowMs + ASIDE_MS)
    if (bad === null) this.#largest = Math.ceil(Math.min(this.#largest, markets.length) / 2)
    this.#notBeforeMs = nowMs + Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(this.#refusals++, 10))
  }

  /** It came. */
  told(market: MarketId): void {
    this.#forget(market)
    this.#refusals = 0
    if (this.#due.size === 0) this.#largest = MARKETS_PER_COMMAND
  }

  /** Only these are still of interest. */
  retain(isWanted: (market: MarketId) => boolean): void {
    for (const market of [...this.#due, ...this.#asked.keys()]) if (!isWanted(market)) this.#forget(market)
  }

  tick(nowMs: number): void {
    this.need([...this.#asked].filter(([, atMs]) => nowMs >= atMs).map(([market]) => market))
  }

  clear(): void {
    this.#due.clear()
    this.#asked.clear()
    this.#commands.clear()
    this.#largest = MARKETS_PER_COMMAND
    this.#refusals = 0
    this.#notBeforeMs = -Infinity
  }

  #await(market: MarketId, againMs: number): void {
    this.#due.delete(market)
    this.#asked.set(market, againMs)
  }
  #forget(market: MarketId): void {
    this.#due.delete(market)
    this.#asked.delete(market)
  }
}
