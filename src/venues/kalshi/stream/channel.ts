import type { MarketId } from '../../../core/ids'

/** Keeps a command below 16 KB; the venue's own limits are far above. */
const MARKETS_PER_COMMAND = 400
/** An acknowledgement takes one round trip: after this the connection is not worth keeping. */
const ANSWER_LIMIT_MS = 10_000
/** First wait after a refusal or a lost subscription; doubles with each in a row, so that an overflow is not answered by more of the same. */
const FIRST_WAIT_MS = 250
const LONGEST_WAIT_MS = 30_000
/** A subscription that lived this long was a good one. */
const STABLE_AFTER_MS = 60_000
/** A market or a channel that the venue does not know or permit is asked for again this much later: it may just not be listed yet. */
const ASIDE_MS = 60_000

const UNKNOWN_CHANNEL = 8
const NOT_PERMITTED = 9
const MARKET_LIMIT = 26
/** They are about the moment, not about what was asked: a time-out, too many requests. */
const MOMENTARY: readonly number[] = [18, 27]

/** A change of membership. 'subscribe' has no markets where the channel tells of everything; 'probe' adds what is there, for the answer's list. */
export interface Change {
  readonly kind: 'subscribe' | 'add' | 'delete' | 'probe'
  readonly markets: readonly MarketId[]
}
interface Pending extends Change {
  readonly id: number
  readonly sinceMs: number
}
/** Why a change was refused. */
export interface Refusal {
  readonly code: number
  readonly market: MarketId | null
}

/**
 * One channel of one connection: what it has, what it should have, and the next change that brings the two together. One change is under way
 * at a time, so that the venue's list of its markets can be compared with ours. Times are milliseconds of a clock that never jumps.
 */
export class Channel {
  /** null: not subscribed. */
  sid: number | null = null
  /** The markets the venue has in it, by its own answers. */
  #held: Set<MarketId> = new Set()
  #pending: Pending | null = null
  /** Differences, made anew after whatever may change them. */
  #missing: MarketId[] = []
  #surplus: MarketId[] = []
  #isStale = true
  #isProbeDue = false
  /** Refused markets, until when they are left out. */
  readonly #aside = new Map<MarketId, number>()
  #largest = MARKETS_PER_COMMAND
  #refusals = 0
  #losses = 0
  #subscribedMs = -Infinity
  #notBeforeMs = -Infinity

  /** @param wanted the markets that it should have; null: it tells of everything */
  constructor(
    readonly name: string,
    private readonly wanted: ReadonlySet<MarketId> | null,
  ) {}

  get heldCount(): number {
    return this.#held.size
  }
  holds(market: MarketId): boolean {
    return this.#held.has(market)
  }

  /** What is wanted has changed. */
  review(): void {
    this.#isStale = true
  }

  /** A new connection knows nothing. */
  opened(): void {
    this.#forget()
    this.#aside.clear()
    this.#largest = MARKETS_PER_COMMAND
    this.#refusals = 0
    this.#losses = 0
    this.#notBeforeMs = -Infinity
  }

  tick(nowMs: number): void {
    for (const [market, untilMs] of this.#aside) {
      if (nowMs < untilMs) continue
      this.#aside.delete(market)
      this.review()
    }
  }

  /** The next change; null: nothing is to be changed, or not now. */
  next(nowMs: number): Change | null {
    if (this.#pending || nowMs < this.#notBeforeMs) return null
    if (!this.wanted) return this.sid === null ? { kind: 'subscribe', markets: [] } : null
    if (this.#isStale) this.#compare(this.wanted)
    if (this.#surplus.length > 0) return { kind: 'delete', markets: this.#surplus.slice(0, this.#largest) }
    if (this.#missing.length === 0) return this.#probe()
    return { kind: this.sid === null ? 'subscribe' : 'add', markets: this.#missing.slice(0, this.#largest) }
  }

  #probe(): Change | null {
    const [market] = this.#isProbeDue ? this.#held : []
    return market === undefined ? null : { kind: 'probe', markets: [market] }
  }

  /** The venue is to say which markets it has here. */
  probe(): void {
    this.#isProbeDue = true
  }

  sent(id: number, change: Change, nowMs: number): void {
    this.#pending = { ...change, id, sinceMs: nowMs }
    if (change.kind === 'probe') this.#isProbeDue = false
  }
  isPending(id: number): boolean {
    return this.#pending?.id === id
  }
  get isBusy(): boolean {
    return this.#pending !== null
  }
  /** A command has been without an answer for too long. */
  isStalled(nowMs: number): boolean {
    return this.#pending !== null && nowMs - this.#pending.sinceMs >= ANSWER_LIMIT_MS
  }

  subscribed(sid: number, id: number | null, nowMs: number): void {
    const answers = id !== null && this.isPending(id)
    if (!answers && this.sid !== null) return // a second subscription of one channel: the next list tells, and it is ended
    this.sid = sid
    this.#subscribedMs = nowMs
    this.#settle(answers ? this.#pending?.markets : [])
  }

  /**
   * @param sid also tells which subscription it is, where a subscribe command found that the venue had it already
   * @param markets all that the venue says it has now
   * @returns how many of them are not as they should be
   */
  answered(sid: number | null, markets: readonly MarketId[] | null, nowMs: number): number {
    const pending: Change = this.#pending ?? { kind: 'probe', markets: [] }
    this.sid ??= sid
    const expected = new Set(this.#held)
    for (const market of pending.markets) {
      if (pending.kind === 'delete') expected.delete(market)
      else expected.add(market)
    }
    const told = markets === null ? expected : new Set(markets)
    const differences = [...told].filter((market) => !expected.has(market)).length + [...expected].filter((each) => !told.has(each)).length
    if (pending.kind === 'add' || pending.kind === 'subscribe')
      for (const market of pending.markets) if (!told.has(market)) this.#aside.set(market, nowMs + ASIDE_MS)
    if (differences > 0) this.#notBeforeMs = nowMs + FIRST_WAIT_MS
    this.#settle(told)
    return differences
  }

  /** @returns the markets that this connection has no room for */
  refused({ code, market }: Refusal, nowMs: number): readonly MarketId[] {
    const pending = this.#pending
    const markets = pending?.markets ?? []
    this.#pending = null
    this.review()
    if (pending?.kind === 'probe') return []
    if (code === MARKET_LIMIT && this.#held.size > 0) return markets
    if (code === UNKNOWN_CHANNEL || code === NOT_PERMITTED) this.#notBeforeMs = nowMs + ASIDE_MS
    else if (MOMENTARY.includes(code)) this.pause(nowMs)
    else if (market !== null && markets.includes(market)) this.#leaveOut(market, nowMs)
    else if (markets[0] && markets.length === 1 && pending?.kind !== 'delete') this.#leaveOut(markets[0], nowMs)
    else {
      // one bad market must not keep the others out: the halves tell which one it is
      if (markets.length > 0) this.#largest = Math.ceil(Math.min(this.#largest, markets.length) / 2)
      this.pause(nowMs)
    }
    return []
  }

  /** Waits, longer with each time in a row. */
  pause(nowMs: number): void {
    this.#notBeforeMs = nowMs + waitMs(++this.#refusals)
  }

  /** The venue has ended the subscription. */
  lost(nowMs: number): void {
    if (nowMs - this.#subscribedMs >= STABLE_AFTER_MS) this.#losses = 0
    this.#notBeforeMs = nowMs + waitMs(++this.#losses)
    this.#forget()
  }

  #forget(): void {
    this.sid = null
    this.#held.clear()
    this.#pending = null
    this.review()
  }

  #settle(held: Iterable<MarketId> = []): void {
    this.#held = new Set(held)
    this.#pending = null
    this.#refusals = 0
    this.#largest = Math.min(MARKETS_PER_COMMAND, this.#largest * 2)
    this.review()
  }

  /** The venue does not have it. */
  #leaveOut(market: MarketId, nowMs: number): void {
    this.#held.delete(market)
    this.#aside.set(market, nowMs + ASIDE_MS)
  }

  #compare(wanted: ReadonlySet<MarketId>): void {
    this.#isStale = false
    this.#missing = [...wanted].filter((market) => !this.#held.has(market) && !this.#aside.has(market))
    this.#surplus = [...this.#held].filter((market) => !wanted.has(market))
  }
}

/** Doubles from a quarter of a second. */
const waitMs = (inRow: number): number => Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(inRow - 1, 10))
