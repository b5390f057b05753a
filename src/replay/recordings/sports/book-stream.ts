import type { MarketId } from '../../../core/ids'
import type { Level } from '../../../core/market/event'
import { formatPrice, formatQuantity } from '../../../core/units'
import type { Tape } from '../tape'

const CHANNEL = 'orderbook_delta'
const SID = 1

/** In YES terms. */
export interface ToldBook {
  readonly bids: readonly Level[]
  readonly asks: readonly Level[]
}

/**
 * What one connection to Kalshi would have told of whole books that were read now and then: a snapshot for each reading. As the exchange's side of the
 * other recordings, with all levels of a book and with markets that are added while it runs.
 */
export class BookStream {
  readonly #tape: Tape
  readonly #markets: MarketId[] = []
  #commands = 0
  #seq = 0

  constructor(tape: Tape) {
    this.#tape = tape
  }

  /** Subscribes to markets that are not told yet, connecting before the first ones. Their books follow. */
  watch(markets: readonly MarketId[]): void {
    if (markets.length === 0) return
    const isFirst = this.#markets.length === 0
    this.#markets.push(...markets)
    const id = ++this.#commands
    if (isFirst) {
      this.#tape.stamp('kalshi', 'in', ['open'])
      this.#send({ id, cmd: 'subscribe', params: { channels: [CHANNEL], market_tickers: markets, use_yes_price: true } }, 'out')
      return this.#send({ type: 'subscribed', id, msg: { channel: CHANNEL, sid: SID } })
    }
    this.#send({ id, cmd: 'update_subscription', params: { sids: [SID], action: 'add_markets', market_tickers: markets } }, 'out')
    // it names all markets of the subscription, and is counted as its messages are
    this.#send({ type: 'ok', id, sid: SID, seq: ++this.#seq, msg: { market_tickers: this.#markets } })
  }

  /** The answer to a ping: it confirms the books (execution.md §7). */
  beat(): void {
    this.#tape.stamp('kalshi', 'in', ['pong'])
  }

  /** The whole book from now on; without levels nobody quotes, as the venue tells of a market that closes. */
  tell(market: MarketId, { bids, asks }: ToldBook): void {
    const side = (name: string, levels: readonly Level[]): object =>
      levels.length === 0 ? {} : { [name]: levels.map(({ price, quantity }) => [formatPrice(price), formatQuantity(quantity)]) }
    const msg = { market_ticker: market, ...side('yes_dollars_fp', bids), ...side('no_dollars_fp', asks) }
    this.#send({ type: 'orderbook_snapshot', sid: SID, seq: ++this.#seq, msg })
  }

  #send(message: object, dir: 'in' | 'out' = 'in'): void {
    this.#tape.stamp('kalshi', dir, Buffer.from(JSON.stringify(message)))
  }
}
