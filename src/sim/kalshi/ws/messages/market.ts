import { formatPrice, formatQuantity, NO_QUANTITY, ONE_DOLLAR, type Price, type Quantity } from '../../../../core/units'
import { complement, outcomeOf, timeText } from '../../api/render'
import type { Resting } from '../../book'
import { bookOf, type Floor, type VenueEvent } from '../../floor'
import type { BookSide, TradeRow } from '../../rows'
import type { Tallies } from './tallies'

/** The `msg` of each public message about a market (kalshi.md §7.4; the recorded shapes win). */

export type LevelEvent = Extract<VenueEvent, { kind: 'level' }>

/** Ascending in the outcome's own terms, best level last; a side without orders has no key (recorded). */
export function snapshotMessage(floor: Floor, ticker: string, useYesPrice: boolean): unknown {
  const book = bookOf(floor, ticker)
  const pairs = (side: BookSide, priceIn: (price: Price) => Price): string[][] =>
    book
      .levels(side)
      .map(([at, count]) => [formatPrice(priceIn(at)), formatQuantity(count)])
      .reverse()
  const yes = pairs('bid', (price) => price)
  const no = pairs('ask', useYesPrice ? (price) => price : complement)
  return {
    market_ticker: ticker,
    market_id: floor.tables.get('market', ticker)?.marketId ?? '',
    ...(yes.length === 0 ? {} : { yes_dollars_fp: yes }),
    ...(no.length === 0 ? {} : { no_dollars_fp: no }),
  }
}

/** `own`: the order that changed the level, for its account only. */
export function deltaMessage(
  floor: Floor,
  event: LevelEvent,
  useYesPrice: boolean,
  own: LevelEvent['causes'][number] | undefined,
): unknown {
  return {
    market_ticker: event.ticker,
    market_id: floor.tables.get('market', event.ticker)?.marketId ?? '',
    price_dollars: formatPrice(event.side === 'ask' && !useYesPrice ? complement(event.price) : event.price),
    delta_fp: formatQuantity(event.delta),
    side: outcomeOf(event.side),
    ...(own === undefined || own.clientOrderId === '' ? {} : { client_order_id: own.clientOrderId }),
    ...(own?.subaccount === undefined || own.subaccount === 0 ? {} : { subaccount: own.subaccount }),
    ts: timeText(event.atMs),
    ts_ms: event.atMs,
  }
}

const seconds = (atMs: number): number => Math.floor(atMs / 1000)

export const tradeMessage = (trade: TradeRow): unknown => ({
  trade_id: trade.tradeId,
  market_ticker: trade.ticker,
  yes_price_dollars: formatPrice(trade.price),
  no_price_dollars: formatPrice(complement(trade.price)),
  count_fp: formatQuantity(trade.quantity),
  taker_side: outcomeOf(trade.takerSide),
  taker_outcome_side: outcomeOf(trade.takerSide),
  taker_book_side: trade.takerSide,
  is_block_trade: false,
  ts: seconds(trade.atMs),
  ts_ms: trade.atMs,
})

/** The best level without aggregating the others. */
function bestLevel(queue: readonly Resting[], none: Price): { readonly price: Price; readonly size: Quantity } {
  const price = queue[0]?.price ?? none
  let size = 0
  for (const order of queue) {
    if (order.price !== price) break
    size += order.remaining
  }
  return { price, size: size as Quantity }
}

/** What a ticker message says of a market, without the time at which it says so. */
export function tickerFields(floor: Floor, tallies: Tallies, ticker: string): Record<string, unknown> {
  const market = floor.tables.get('market', ticker)
  const book = bookOf(floor, ticker)
  const bid = bestLevel(book.side('bid'), 0 as Price)
  const ask = bestLevel(book.side('ask'), ONE_DOLLAR)
  const last = market?.lastPrice ?? null
  return {
    market_id: market?.marketId ?? '',
    market_ticker: ticker,
    price_dollars: last === null ? '' : formatPrice(last),
    yes_bid_dollars: formatPrice(bid.price),
    yes_ask_dollars: formatPrice(ask.price),
    yes_bid_size_fp: formatQuantity(bid.size),
    yes_ask_size_fp: formatQuantity(ask.size),
    last_trade_size_fp: formatQuantity(tallies.lastTradeSize(ticker)),
    volume_fp: formatQuantity(market?.volume ?? NO_QUANTITY),
    open_interest_fp: formatQuantity(market?.openInterest ?? NO_QUANTITY),
    dollar_volume: halfDollars(market?.volume ?? 0),
    dollar_open_interest: halfDollars(market?.openInterest ?? 0),
  }
}

/** Recorded: half a dollar for each contract, whole dollars only. `count` in 1e-2 contract. */
const halfDollars = (count: number): number => Math.floor(count / 200)

export const tickerMessage = (fields: Record<string, unknown>, atMs: number): unknown => ({
  ...fields,
  ts: seconds(atMs),
  ts_ms: atMs,
  time: timeText(atMs),
})
