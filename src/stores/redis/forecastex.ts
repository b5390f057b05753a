import type { TopRow } from '../../ports/cache'
import type { Family } from './family'
import { contracts, dollars, stampsOf, TOP_TTL_S } from './top'

/** Tops of ForecastEx's books: two contracts a question, so a hash is named by `{conId}:{outcome}`. */
export const FORECASTEX = {
  name: 'forecastex',
  keys: [
    { pattern: 'forecastex:c:{conId}:{outcome}', type: 'hash' },
    { pattern: 'forecastex:contracts', type: 'set' },
    { pattern: 'forecastex:last_update', type: 'string' },
  ],
  members: { index: 'forecastex:contracts', prefix: 'forecastex:c:' },
  lastUpdate: 'forecastex:last_update',
  ttlS: TOP_TTL_S,
  writer: 'streaming',
} as const satisfies Family

/** The fields of a book's hash: of this outcome alone, the other one is another book. A side without a quote has empty strings. */
export const forecastexFields = (row: TopRow): Readonly<Record<string, string>> => ({
  con_id: row.market,
  outcome: row.outcome,
  series: row.series,
  bid: dollars(row.bid),
  ask: dollars(row.ask),
  bid_size: contracts(row.bidSize),
  ask_size: contracts(row.askSize),
  ...stampsOf(row.atMs),
})
