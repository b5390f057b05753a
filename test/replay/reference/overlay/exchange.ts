import { digits } from '../digits'
import type { Tape } from './tape'

interface Recorded {
  readonly type: string
  readonly sid?: number
  readonly seq?: number
  readonly msg: {
    readonly market_ticker?: string
    readonly side?: 'yes' | 'no'
    readonly price_dollars?: string
    readonly delta_fp?: string
    readonly yes_dollars_fp?: Rows
    readonly no_dollars_fp?: Rows
  }
}
type Rows = readonly (readonly [string, string])[]
/** Hundredths of a contract by the venue's own text of the price. */
interface Sides {
  readonly yes: Map<string, number>
  readonly no: Map<string, number>
}

const BOOKS = 1
const TRADES = 2
const LIFECYCLE = 9
const CHANNELS = { [BOOKS]: 'orderbook_delta', [TRADES]: 'trade', [LIFECYCLE]: 'market_lifecycle_v2' } as const
/** The acknowledgement in the recording of several markets carries this id. */
const FIRST_COMMAND = 2

const dollars = (units: number): string => `${Math.floor(units / 10_000)}.${String(units % 10_000).padStart(4, '0')}`
const other = (price: string): string => dollars(10_000 - digits(price, 4))
const rowsOf = (side: ReadonlyMap<string, number>, priced: (price: string) => string): Rows =>
  [...side].map(([price, size]) => [priced(price), `${Math.floor(size / 100)}.${String(size % 100).padStart(2, '0')}`])

/** Kalshi's side of a tape: the recorded messages on one counted connection, which may miss some, break and begin again. */
export class RecordedExchange {
  readonly #tape: Tape
  readonly #markets: readonly string[]
  readonly #yesPrices: boolean
  readonly #sides = new Map<string, Sides>()
  readonly #seqs = new Map<number, number>()
  #conn = 0
  heardMs = 0

  constructor(tape: Tape, markets: readonly string[], yesPrices: boolean) {
    this.#tape = tape
    this.#markets = markets
    this.#yesPrices = yesPrices
  }

  /** What the outcome's side of a market bids at best, in 1e-4 dollars; null: nobody. */
  bestBid(market: string, outcome: 'yes' | 'no'): number | null {
    const prices = [...(this.#sides.get(market)?.[outcome].keys() ?? [])].map((price) => digits(price, 4))
    return prices.length === 0 ? null : Math.max(...prices)
  }

  open(): void {
    this.#conn++
    this.#seqs.clear()
    this.#tape.stamp('kalshi', this.#conn, 'in', this.#conn === 1 ? ['open'] : ['open', this.#conn - 1])
    for (const [i, sid] of [BOOKS, TRADES, LIFECYCLE].entries()) {
      const channel = CHANNELS[sid as keyof typeof CHANNELS]
      const id = FIRST_COMMAND + i
      const params = { channels: [channel], market_tickers: this.#markets, use_yes_price: this.#yesPrices }
      this.#send({ id, cmd: 'subscribe', params }, 'out')
      this.#send({ type: 'subscribed', id, msg: { channel, sid } })
    }
  }

  /** The connection breaks and is made anew, with the snapshots that follow. */
  reconnect(afterMs: number): void {
    this.#tape.stamp('kalshi', this.#conn, 'in', ['close', 'broken'])
    this.#tape.nowMs += afterMs
    this.open()
    for (const market of this.#sides.keys()) this.snapshot(market)
  }

  pong(): void {
    this.heardMs = this.#tape.nowMs
    this.#tape.stamp('kalshi', this.#conn, 'in', ['pong'])
  }

  /** A recorded message, counted anew: recordings were split after the fact. @param isLost it never arrives */
  tell(message: Recorded, isLost: boolean): void {
    if (message.type === 'subscribed') return
    this.#follow(message)
    const sid = message.sid ?? BOOKS
    const told = { ...message, seq: this.#next(sid), msg: this.#priced(message) }
    if (!isLost) this.#send(told)
  }

  snapshot(market: string): void {
    const { yes, no } = this.#sides.get(market) ?? { yes: new Map<string, number>(), no: new Map<string, number>() }
    const itself = (price: string): string => price
    const msg = {
      market_ticker: market,
      ...(yes.size > 0 && { yes_dollars_fp: rowsOf(yes, itself) }),
      ...(no.size > 0 && { no_dollars_fp: rowsOf(no, this.#yesPrices ? other : itself) }),
    }
    this.#send({ type: 'orderbook_snapshot', sid: BOOKS, seq: this.#next(BOOKS), msg })
  }

  lifecycle(market: string, event_type: string, more: object = {}): void {
    this.#send({ type: 'market_lifecycle_v2', sid: LIFECYCLE, msg: { market_ticker: market, event_type, ...more } })
  }
  fees(event_ticker: string): void {
    const msg = { event_ticker, fee_type_override: 'quadratic', fee_multiplier_override: 1 }
    this.#send({ type: 'event_fee_update', sid: LIFECYCLE, msg })
  }

  #next(sid: number): number {
    const seq = (this.#seqs.get(sid) ?? 0) + 1
    this.#seqs.set(sid, seq)
    return seq
  }

  #send(message: object, dir: 'in' | 'out' = 'in'): void {
    this.heardMs = this.#tape.nowMs
    this.#tape.stamp('kalshi', this.#conn, dir, Buffer.from(JSON.stringify(message)))
  }

  #priced({ type, msg }: Recorded): Recorded['msg'] {
    if (!this.#yesPrices) return msg
    if (type === 'orderbook_snapshot' && msg.no_dollars_fp)
      return { ...msg, no_dollars_fp: msg.no_dollars_fp.map(([price, size]) => [other(price), size] as const) }
    if (type === 'orderbook_delta' && msg.side === 'no' && msg.price_dollars !== undefined)
      return { ...msg, price_dollars: other(msg.price_dollars) }
    return msg
  }

  #follow({ type, msg }: Recorded): void {
    const { market_ticker: market, side, price_dollars: price, delta_fp: delta } = msg
    if (market === undefined) return
    if (type === 'orderbook_snapshot') {
      const sizes = (rows: Rows = []): Map<string, number> => new Map(rows.map(([at, size]) => [at, digits(size, 2)]))
      this.#sides.set(market, { yes: sizes(msg.yes_dollars_fp), no: sizes(msg.no_dollars_fp) })
    }
    const levels = side && this.#sides.get(market)?.[side]
    if (type !== 'orderbook_delta' || !levels || price === undefined || delta === undefined) return
    const size = (levels.get(price) ?? 0) + digits(delta, 2)
    if (size > 0) levels.set(price, size)
    else levels.delete(price)
  }
}
