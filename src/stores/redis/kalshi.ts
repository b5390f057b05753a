import { complement, type Price } from '../../core/units'
import type { TopRow } from '../../ports/cache'
import type { Family } from './family'
import { contracts, dollars, stampsOf, TOP_TTL_S } from './top'

/** Tops of Kalshi's books. A hash is named by its ticker. */
export const KALSHI = {
  name: 'kalshi',
  keys: [
    { pattern: 'kalshi:m:{ticker}', type: 'hash' },
    { pattern: 'kalshi:markets', type: 'set' },
    { pattern: 'kalshi:last_update', type: 'string' },
  ],
  members: { index: 'kalshi:markets', prefix: 'kalshi:m:' },
  lastUpdate: 'kalshi:last_update',
  ttlS: TOP_TTL_S,
  writer: 'streaming',
} as const satisfies Family

/** The fields of a book's hash, in YES terms and complemented. A side without a quote has empty strings (B8: it is never inferred). */
export const kalshiFields = (row: TopRow): Readonly<Record<string, string>> => ({
  ticker: row.market,
  series: row.series,
  yes_bid: dollars(row.bid),
  yes_ask: dollars(row.ask),
  no_bid: dollars(otherSide(row.ask)),
  no_ask: dollars(otherSide(row.bid)),
  yes_bid_size: contracts(row.bidSize),
  yes_ask_size: contracts(row.askSize),
  ...stampsOf(row.atMs),
})

/** A NO bid at p is a YES ask at 1 − p: one order book, told twice. */
const otherSide = (price: Price | null): Price | null => (price === null ? null : complement(price))
