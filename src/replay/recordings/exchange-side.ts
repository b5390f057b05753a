import type { MarketId, Outcome } from '../../core/ids'
import { complement, formatPrice, formatQuantity, ONE_DOLLAR, type Price, type Quantity } from '../../core/units'
import type { Tape } from './tape'

const BOOKS = 1
const TRADES = 2
const CHANNELS = { [BOOKS]: 'orderbook_delta', [TRADES]: 'trade' } as const

/** A quote on both sides, in YES prices; null: none on this side. */
export interface TwoSided {
  readonly bid: Price | null
  readonly ask: Price | null
  /** The same on both. */
  readonly quantity: Quantity
}
export interface PublicTrade {
  readonly tradeId: string
  /** Of YES. */
  readonly price: Price
  readonly quantity: Quantity
  readonly taker: Outcome
}

/** What one connection to Kalshi would have told of markets whose books are empty but for one quote at a time. */
export class ExchangeSide {
  readonly #tape: Tape
  readonly #seqs = { [BOOKS]: 0, [TRADES]: 0 }

  constructor(tape: Tape) {
    this.#tape = tape
  }

  /** Connected and subscribed; every book is told, and is empty. */
  connect(markets: readonly MarketId[]): void {
    this.#tape.stamp('kalshi', 'in', ['open'])
    for (const sid of [BOOKS, TRADES] as const) {
      const channel = CHANNELS[sid]
      this.#send({ id: sid, cmd: 'subscribe', params: { channels: [channel], market_tickers: markets, use_yes_price: true } }, 'out')
      this.#send({ type: 'subscribed', id: sid, msg: { channel, sid } })
    }
    for (const market of markets) this.quote(market, null)
  }

  /** The answer to a ping: it confirms the books (execution.md §7). */
  beat(): void {
    this.#tape.stamp('kalshi', 'in', ['pong'])
  }

  trade(market: MarketId, { tradeId, price, quantity, taker }: PublicTrade): void {
    this.#count('trade', TRADES, {
      trade_id: tradeId,
      market_ticker: market,
      yes_price_dollars: formatPrice(price),
      no_price_dollars: formatPrice(complement(price)),
      count_fp: formatQuantity(quantity),
      taker_side: taker,
      ts_ms: this.#tape.nowMs,
    })
  }

  /**
   * The whole book from now on; null: nobody quotes. A snapshot, because both sides change together: a delta tells one level, and a book that has only
   * one of its sides for no time at all would be judged as such.
   */
  quote(market: MarketId, quote: TwoSided | null): void {
    const side = (name: string, at: Price | null): object =>
      quote === null || at === null ? {} : { [name]: [[formatPrice(at), formatQuantity(quote.quantity)]] }
    const levels = quote && { ...side('yes_dollars_fp', quote.bid), ...side('no_dollars_fp', quote.ask) }
    this.#count('orderbook_snapshot', BOOKS, { market_ticker: market, ...levels })
  }

  /** A sequence number counts the messages of a subscription. */
  #count(type: string, sid: typeof BOOKS | typeof TRADES, msg: object): void {
    this.#send({ type, sid, seq: ++this.#seqs[sid], msg })
  }

  #send(message: object, dir: 'in' | 'out' = 'in'): void {
    this.#tape.stamp('kalshi', dir, Buffer.from(JSON.stringify(message)))
  }
}

/** So far on either side of a price; where there is no price any more, nobody quotes. */
export function around(at: Price, distance: Price, of: Quantity): TwoSided {
  const [bid, ask] = [at - distance, at + distance]
  return { bid: bid > 0 ? (bid as Price) : null, ask: ask < ONE_DOLLAR ? (ask as Price) : null, quantity: of }
}
