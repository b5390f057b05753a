import { marketId } from '../../../core/ids'
import { complement, ONE_DOLLAR, price, quantity, type Millis, type Price, type Quantity } from '../../../core/units'
import type { MarketRow, TickRow } from '../../../ports/record'
import { instant } from '../../../venues/kalshi/wire/fields'
import { readMarket, type KalshiMarket } from '../../../venues/kalshi/wire/markets'
import { seriesOfTicker, type LineForm, type Tell } from './form'
import { fieldsOf, isFields, jsonOf, textOf } from './json'

export const QUOTES_HEADING =
  'captured_at,ticker,yes_bid_dollars,yes_ask_dollars,no_bid_dollars,no_ask_dollars,yes_bid_size_fp,yes_ask_size_fp,last_price_dollars,volume_fp,open_interest_fp,status,result'
const COMPACT = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/

/** "20260710T115340Z", as these recordings are dated. @throws RangeError */
const capturedAt = (text: string): Millis => instant(text.replace(COMPACT, '$1-$2-$3T$4:$5:$6Z'))

/** Whether a line is a market object of Kalshi with the time it was read. */
export const isMarket = (value: unknown): boolean => isFields(value) && 'captured_at' in value && isFields(value['market'])

/** Market objects as Kalshi's catalogue tells them, read as live ones are: a side that nobody quotes has no quote, not a price of 0 or 1. */
export function marketsForm(tell: Tell): LineForm {
  return {
    name: 'markets',
    take(line) {
      const fields = fieldsOf(jsonOf(line), 'a line')
      const atMs = capturedAt(textOf(fields['captured_at'], '"captured_at"'))
      tell(marketRow(marketOf(fields), atMs))
    },
  }
}

/** The schema's list of everything that is wrong is for programs: its first sentence is told. */
function marketOf(body: unknown): KalshiMarket {
  try {
    return readMarket(body)
  } catch (error) {
    const [issue] = (error as { issues?: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[] }).issues ?? []
    if (!issue) throw error
    throw new Error(`has ${issue.path.map(String).join('.')} that cannot be: ${issue.message}`, { cause: error })
  }
}

const marketRow = (market: KalshiMarket, atMs: Millis): MarketRow => ({
  kind: 'market',
  ticker: market.market,
  series: seriesOfTicker(market.market),
  event: market.event,
  title: market.title,
  subtitle: market.subTitle === '' ? market.yesTitle : market.subTitle,
  status: market.status,
  yesBid: market.quote.bid?.price ?? null,
  yesAsk: market.quote.ask?.price ?? null,
  lastPrice: market.lastPrice,
  volume: market.volume,
  volume24h: market.volume24h,
  openInterest: market.openInterest,
  openMs: market.openMs,
  closeMs: market.closeMs,
  expirationMs: market.expectedExpirationMs ?? market.latestExpirationMs,
  atMs,
})

/** Quotes of market objects as CSV: tops of books, with Kalshi's prices and sizes of YES. */
export function quotesForm(tell: Tell): LineForm {
  return {
    name: 'quotes',
    take(line, number) {
      if (number > 1) tell(tickOf(line))
    },
  }
}

function tickOf(line: string): TickRow {
  const fields = line.trim().split(',')
  const wanted = QUOTES_HEADING.split(',').length
  if (fields.length !== wanted) throw new Error(`has ${fields.length} fields, not ${wanted}`)
  const [captured = '', ticker = '', bid = '', ask = '', noBid = '', noAsk = '', bidSize = '', askSize = '', , , , status = ''] = fields
  if (ticker === '' || status === '') throw new Error('has no ticker, or no status')
  const [yesBid, yesAsk] = [price(bid), price(ask)]
  if (price(noAsk) !== complement(yesBid) || price(noBid) !== complement(yesAsk))
    throw new Error(`has quotes of NO (${noBid} and ${noAsk}) that are not those of YES (${bid} and ${ask})`)
  const best = quotedAt(status, yesBid, quantity(bidSize))
  const offered = quotedAt(status, yesAsk, quantity(askSize))
  return {
    ...{ kind: 'tick', venue: 'kalshi', market: marketId(ticker), outcome: 'yes', series: seriesOfTicker(ticker) },
    ...{ bid: best.price, bidSize: best.size, ask: offered.price, askSize: offered.size, atMs: capturedAt(captured) },
  }
}

/** Only an active market is quoted, and an empty side is told as 0 or 1 without a size (venues/kalshi/wire/markets). */
function quotedAt(status: string, at: Price, size: Quantity): { readonly price: Price | null; readonly size: Quantity | null } {
  if (size < 0) throw new Error(`has a size of ${size} hundredths of a contract`)
  const isQuoted = status === 'active' && at > 0 && at < ONE_DOLLAR && size > 0
  return isQuoted ? { price: at, size } : { price: null, size: null }
}
