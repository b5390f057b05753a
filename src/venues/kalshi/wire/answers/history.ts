import { z } from 'zod'
import type { MarketId } from '../../../../core/ids'
import type { Millis, Price } from '../../../../core/units'
import { bookSide, contracts, cursor, dollarPrice, dollars, shard, sideOf, ticker, time, wholeSeconds } from '../fields'
import type { Page } from '../portfolio'

/** What happened in markets: trades and candles, and from when on it is told as live. */

const trade = z
  .object({
    trade_id: z.string().min(1),
    ticker,
    count_fp: contracts,
    yes_price_dollars: dollarPrice,
    taker_book_side: bookSide.nullish(),
    taker_outcome_side: z.string().nullish(),
    is_block_trade: z.boolean().nullish(),
    created_time: time,
    exchange_index: shard.nullish(),
  })
  .transform((raw, context) => ({
    tradeId: raw.trade_id,
    market: raw.ticker,
    quantity: raw.count_fp,
    yesPrice: raw.yes_price_dollars,
    taker: sideOf({ book_side: raw.taker_book_side, outcome_side: raw.taker_outcome_side }, context),
    isBlock: raw.is_block_trade ?? false,
    atMs: raw.created_time,
  }))
export type KalshiTrade = z.output<typeof trade>
const tradePage = z.object({ trades: z.array(trade), cursor })
/** Newest first. @throws z.ZodError */
export function readTradePage(body: unknown): Page<KalshiTrade> {
  const page = tradePage.parse(body)
  return { items: page.trades, cursor: page.cursor }
}

const optionalPrice = dollarPrice.nullish().transform((value) => value ?? null)
const spread = { open_dollars: optionalPrice, high_dollars: optionalPrice, low_dollars: optionalPrice, close_dollars: optionalPrice }
const pricesOf = (raw: { readonly [name in keyof typeof spread]: Price | null }) => ({
  open: raw.open_dollars,
  high: raw.high_dollars,
  low: raw.low_dollars,
  close: raw.close_dollars,
})
const quoted = z.preprocess(withSuffixes, z.object(spread).transform(pricesOf))
const traded = z.object({ ...spread, mean_dollars: dollars.nullish(), previous_dollars: optionalPrice })
const tradedPrices = z.preprocess(
  withSuffixes,
  traded.transform((raw) => ({ ...pricesOf(raw), mean: raw.mean_dollars ?? null, previous: raw.previous_dollars })),
)
const candle = z.preprocess(
  withSuffixes,
  z
    .object({
      end_period_ts: wholeSeconds,
      yes_bid: quoted,
      yes_ask: quoted,
      price: tradedPrices,
      volume_fp: contracts,
      open_interest_fp: contracts,
    })
    .transform((raw) => ({
      endMs: raw.end_period_ts,
      yesBid: raw.yes_bid,
      yesAsk: raw.yes_ask,
      traded: raw.price,
      volume: raw.volume_fp,
      openInterest: raw.open_interest_fp,
    })),
)
/** Archived candles have the same decimal strings under names without suffix. A number under such a name is of 2025 (cents): it is not read. */
function withSuffixes(raw: unknown): unknown {
  if (typeof raw !== 'object' || raw === null) return raw
  const named: Record<string, unknown> = { ...raw }
  for (const [name, value] of Object.entries(raw)) {
    const suffixed = name === 'volume' || name === 'open_interest' ? `${name}_fp` : `${name}_dollars`
    if (typeof value === 'string' && !(suffixed in raw)) named[suffixed] = value
  }
  return named
}
/** One period. Prices are null where nothing was traded or quoted; `mean` is money per contract, finer than a price. */
export type KalshiCandle = z.output<typeof candle>
const candles = z.object({ ticker: z.string(), candlesticks: z.array(candle).nullish() })
/** Of one market, live or archived. @throws z.ZodError */
export const readCandles = (body: unknown): readonly KalshiCandle[] => candles.parse(body).candlesticks ?? []

const batchCandles = z.object({ markets: z.array(z.object({ market_ticker: ticker, candlesticks: z.array(candle).nullish() })) })
/** By market. @throws z.ZodError */
export const readBatchCandles = (body: unknown): ReadonlyMap<MarketId, readonly KalshiCandle[]> =>
  new Map(batchCandles.parse(body).markets.map(({ market_ticker, candlesticks }) => [market_ticker, candlesticks ?? []]))

const eventCandles = z
  .object({ market_tickers: z.array(ticker), market_candlesticks: z.array(z.array(candle).nullish()), adjusted_end_ts: wholeSeconds })
  .refine((raw) => raw.market_tickers.length === raw.market_candlesticks.length, { message: 'not one list of candles for each market' })
/** Of all markets of an event. `endMs` is earlier than asked where the answer would have been too long. @throws z.ZodError */
export function readEventCandles(body: unknown): {
  readonly endMs: Millis
  readonly markets: ReadonlyMap<MarketId, readonly KalshiCandle[]>
} {
  const raw = eventCandles.parse(body)
  return {
    endMs: raw.adjusted_end_ts,
    markets: new Map(raw.market_tickers.map((market, at) => [market, raw.market_candlesticks[at] ?? []])),
  }
}

const historicalCutoff = z
  .object({
    market_settled_ts: time,
    trades_created_ts: time,
    orders_updated_ts: time,
    market_positions_last_updated_ts: time.nullish(),
  })
  .transform((raw) => ({
    marketsMs: raw.market_settled_ts,
    tradesMs: raw.trades_created_ts,
    ordersMs: raw.orders_updated_ts,
    positionsMs: raw.market_positions_last_updated_ts ?? null,
  }))
/** What is older lives in the historical lists alone: markets by their settlement, trades and fills by their time, orders by their end. */
export type HistoricalCutoff = z.output<typeof historicalCutoff>
/** @throws z.ZodError */
export const readHistoricalCutoff = (body: unknown): HistoricalCutoff => historicalCutoff.parse(body)
