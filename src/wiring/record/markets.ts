import type { Millis } from '../../core/units'
import type { Asked } from '../../ports/catalog'
import type { MarketRow } from '../../ports/record'

/** Rows of `kalshi_markets`: one of each market whose catalogue tells figures. @param atMs of all that one read has told */
export const marketRows = (asked: readonly Asked[], atMs: Millis): readonly MarketRow[] =>
  asked.flatMap(({ listing: { market, series, event, title, status, openMs, closeMs }, figures }) =>
    figures ? [{ kind: 'market', ticker: market, series, event, title, status, openMs: openMs ?? null, closeMs, atMs, ...figures }] : [],
  )
