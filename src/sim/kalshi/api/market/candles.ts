import { formatPrice, formatQuantity, type Price, type Quantity } from '../../../../core/units'
import { marketOf, type Floor } from '../../floor'
import type { Range } from '../../history/quotes'
import { refuse } from '../../refusal'
import type { MarketRow, TradeRow } from '../../rows'
import { csv, ok, seconds, word, type Answer, type Call } from '../pages'
import { isHistorical } from './historical'

/** Candlesticks: quotes and trades of each period that ends between `start_ts` and `end_ts` (kalshi.md §3). */

const INTERVALS = [1, 60, 1440]
const MINUTE_S = 60
const MARKETS_MAX = 100
/** Over all markets of one call. */
const CANDLES_MAX = 10_000

interface Span {
  readonly startS: number
  readonly endS: number
  readonly periodS: number
  readonly withLatest: boolean
}

function readSpan(call: Call, endpoint: string): Span {
  const startS = seconds(call, 'start_ts', endpoint, 'StartTs')
  const endS = seconds(call, 'end_ts', endpoint, 'EndTs')
  const interval = seconds(call, 'period_interval', endpoint, 'PeriodInterval')
  if (startS === null || endS === null || interval === null)
    throw refuse('invalid_parameters', 'start_ts, end_ts and period_interval are required')
  if (!INTERVALS.includes(interval)) throw refuse('invalid_parameters', 'period_interval must be 1, 60 or 1440')
  if (endS < startS) throw refuse('invalid_parameters', 'end_ts is before start_ts')
  return { startS, endS, periodS: interval * MINUTE_S, withLatest: word(call, 'include_latest_before_start') === 'true' }
}

interface Candle {
  readonly endS: number
  readonly bid: Range
  readonly ask: Range
  readonly trades: readonly TradeRow[]
  /** Last price before the period; null before the first trade. */
  readonly previous: Price | null
  readonly openInterest: Quantity
}

/** Periods in which something traded; a market without trades has none. */
function candlesOf(floor: Floor, market: MarketRow, span: Span, left: number): Candle[] {
  const periods = new Map<number, TradeRow[]>()
  const trades = [...floor.tables.all('trade')].filter((trade) => trade.ticker === market.ticker)
  for (const trade of trades.sort((a, b) => a.atMs - b.atMs)) {
    const endS = (Math.floor(trade.atMs / 1000 / span.periodS) + 1) * span.periodS
    const inside = periods.get(endS)
    if (inside) inside.push(trade)
    else periods.set(endS, [trade])
  }
  const candles: Candle[] = []
  let previous: Price | null = null
  let volume = 0
  for (const [endS, inside] of periods) {
    const { bid, ask } = floor.quotes.over(market.ticker, (endS - span.periodS) * 1000, endS * 1000)
    volume += inside.reduce((sum, trade) => sum + trade.quantity, 0)
    candles.push({ endS, bid, ask, trades: inside, previous, openInterest: Math.min(volume, market.openInterest) as Quantity })
    previous = inside.at(-1)?.price ?? previous
  }
  const meant = candles.filter(({ endS }) => endS >= span.startS && endS <= span.endS)
  if (meant.length > left) throw refuse('invalid_parameters', `more than ${CANDLES_MAX} candlesticks`)
  return [...(span.withLatest ? candles.filter(({ endS }) => endS < span.startS).slice(-1) : []), ...meant]
}

/** Field names carry a unit on the live endpoints and none on the historical one. */
type Suffixes = { readonly price: '_dollars' | ''; readonly count: '_fp' | '' }
const LIVE: Suffixes = { price: '_dollars', count: '_fp' }
const HISTORICAL: Suffixes = { price: '', count: '' }

const rangeBody = (range: Range, { price }: Suffixes): Record<string, string> => ({
  [`open${price}`]: formatPrice(range.open),
  [`low${price}`]: formatPrice(range.low),
  [`high${price}`]: formatPrice(range.high),
  [`close${price}`]: formatPrice(range.close),
})

function candleBody(candle: Candle, suffixes: Suffixes): Record<string, unknown> {
  const prices = candle.trades.map((trade) => trade.price)
  const volume = candle.trades.reduce((sum, trade) => sum + trade.quantity, 0) as Quantity
  const turnover = candle.trades.reduce((sum, trade) => sum + trade.price * trade.quantity, 0)
  const [open = 0 as Price] = prices
  const range = {
    open,
    low: Math.min(...prices) as Price,
    high: Math.max(...prices) as Price,
    close: prices.at(-1) ?? open,
  }
  const { price, count } = suffixes
  return {
    end_period_ts: candle.endS,
    yes_bid: rangeBody(candle.bid, suffixes),
    yes_ask: rangeBody(candle.ask, suffixes),
    price: {
      ...rangeBody(range, suffixes),
      [`mean${price}`]: formatPrice(Math.round(turnover / volume) as Price),
      ...(candle.previous === null ? {} : { [`previous${price}`]: formatPrice(candle.previous) }),
      ...(suffixes.price === '' && candle.previous === null ? { previous: null } : {}),
    },
    [`volume${count}`]: formatQuantity(volume),
    [`open_interest${count}`]: formatQuantity(candle.openInterest),
  }
}

const bodies = (floor: Floor, market: MarketRow, span: Span, suffixes: Suffixes, left = CANDLES_MAX): unknown[] =>
  candlesOf(floor, market, span, left).map((candle) => candleBody(candle, suffixes))

export function marketCandles(floor: Floor, call: Call): Answer {
  const market = marketOf(floor, call.params[1] ?? '')
  if (floor.tables.get('event', market.eventTicker)?.definition.series_ticker !== call.params[0]) throw refuse('not_found')
  return ok({ ticker: market.ticker, candlesticks: bodies(floor, market, readSpan(call, 'GetMarketCandlesticks'), LIVE) })
}

export function historicalCandles(floor: Floor, call: Call): Answer {
  const market = floor.tables.get('market', call.params[0] ?? '')
  if (!market || !isHistorical(floor, market.settledMs)) throw refuse('not_found')
  const span = readSpan(call, 'GetMarketCandlesticksHistorical')
  return ok({ ticker: market.ticker, candlesticks: bodies(floor, market, span, HISTORICAL) })
}

export function eventCandles(floor: Floor, call: Call): Answer {
  const event = floor.tables.get('event', call.params[1] ?? '')
  if (!event || event.definition.series_ticker !== call.params[0]) throw refuse('not_found')
  const span = readSpan(call, 'GetEventCandlesticks')
  const candles = event.markets.map((ticker) => bodies(floor, marketOf(floor, ticker), span, LIVE))
  return ok({ market_tickers: event.markets, market_candlesticks: candles, adjusted_end_ts: span.endS })
}

export function severalCandles(floor: Floor, call: Call): Answer {
  const tickers = [...(csv(call, 'market_tickers') ?? [])]
  if (tickers.length === 0 || tickers.length > MARKETS_MAX) throw refuse('invalid_parameters', `market_tickers must be 1 to ${MARKETS_MAX}`)
  const span = readSpan(call, 'BatchGetMarketCandlesticks')
  let left = CANDLES_MAX
  const markets = tickers.map((ticker) => {
    const candlesticks = bodies(floor, marketOf(floor, ticker), span, LIVE, left)
    left -= candlesticks.length
    return { market_ticker: ticker, candlesticks }
  })
  return ok({ markets })
}
