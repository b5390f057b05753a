import { complement, formatPrice, formatQuantity, type Price, type Quantity } from '../../core/units'
import type { TopRow } from '../../ports/cache'

/** Raised when the meaning of a key changes; a cache of another version is emptied, for everything in it comes again. */
export const SCHEMA_VERSION = '1'
/** Holds {@link SCHEMA_VERSION}. */
export const SCHEMA_KEY = 'crossbook:schema'
/** One key per writing process: that it is missing tells a wiped server from one that kept its data. */
export const MARKER_PREFIX = 'crossbook:writer:'
/** Ten times the interval in which a living process renews it. */
export const MARKER_TTL_S = 600
/** How long a book that no longer changes stays: housekeeping, not freshness (whoever trades reads the books in memory). */
export const TOP_TTL_S = 3600

/** Names of the first systems (seed-behaviour §3.9), with prices as decimal dollars and quantities as decimal contracts. */
export interface VenueKeys {
  /** Set of the members that have a hash; pruned of those whose hash expired. */
  readonly index: string
  /** A hash is `prefix` + member. */
  readonly prefix: string
  /** When the newest row was written: ISO 8601, UTC. */
  readonly lastUpdate: string
}
export const KEYS: { readonly [V in TopRow['venue']]: VenueKeys } = {
  kalshi: { index: 'kalshi:markets', prefix: 'kalshi:m:', lastUpdate: 'kalshi:last_update' },
  forecastex: { index: 'forecastex:contracts', prefix: 'forecastex:c:', lastUpdate: 'forecastex:last_update' },
}

/** The member of the index: a Kalshi ticker, or `{conId}:{outcome}`. */
export const memberOf = (row: TopRow): string => (row.venue === 'kalshi' ? row.market : `${row.market}:${row.outcome}`)
export const keyOf = (row: TopRow): string => `${KEYS[row.venue].prefix}${memberOf(row)}`

/** The fields of a book's hash. A side without a quote has empty strings. */
export function fieldsOf(row: TopRow): Readonly<Record<string, string>> {
  const stamps = { updated_at: new Date(row.atMs).toISOString(), ts: String(row.atMs) }
  if (row.venue === 'forecastex') {
    const { market, outcome, series } = row
    return { con_id: market, outcome, series, bid: dollars(row.bid), ask: dollars(row.ask), ...sizes('', row), ...stamps }
  }
  return {
    ticker: row.market,
    series: row.series,
    yes_bid: dollars(row.bid),
    yes_ask: dollars(row.ask),
    no_bid: dollars(otherSide(row.ask)),
    no_ask: dollars(otherSide(row.bid)),
    ...sizes('yes_', row),
    ...stamps,
  }
}

const sizes = (prefix: string, row: TopRow): Record<string, string> => ({
  [`${prefix}bid_size`]: contracts(row.bidSize),
  [`${prefix}ask_size`]: contracts(row.askSize),
})
/** A NO bid at p is a YES ask at 1 − p. */
const otherSide = (price: Price | null): Price | null => (price === null ? null : complement(price))
const dollars = (price: Price | null): string => (price === null ? '' : formatPrice(price))
const contracts = (quantity: Quantity | null): string => (quantity === null ? '' : formatQuantity(quantity))
