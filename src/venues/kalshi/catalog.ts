import type { MarketId } from '../../core/ids'
import type { Catalog, FeeTerms, Listing } from '../../ports/catalog'
import type { Clock } from '../../ports/clock'
import type { Millis } from '../../core/units'
import type { KalshiRest } from './rest/call'
import { getEvent, getEvents, getFeeChanges, getMarket, getMarkets, getSeries } from './rest/markets'
import type { KalshiEvent, KalshiFee, KalshiFeeChange, KalshiMarket } from './wire/markets'

/** Shard 0 takes whatever names none (kalshi.md §12.3). */
const CATCH_ALL_SHARD = 0

export interface KalshiCatalogOptions {
  readonly rest: KalshiRest
  readonly clock: Clock
}
/** All that a listing inherits from its series. */
interface SeriesTerms {
  readonly series: string
  readonly fee: KalshiFee
  readonly shard: number | null
  readonly fetchedAtMs: Millis
}

/** Markets with the grid, the fees in force and the shard they trade on. Markets beyond the venue's historical cutoff are not listed. */
export function createKalshiCatalog({ rest, clock }: KalshiCatalogOptions): Catalog {
  const terms = async (series: string, signal: AbortSignal): Promise<SeriesTerms> => {
    const fetchedAtMs = clock.nowMs()
    const [record, changes] = await Promise.all([getSeries(rest, series, signal), getFeeChanges(rest, series, signal)])
    return { series, fee: feeInForce(record.fee, changes, series, fetchedAtMs), shard: record.shard, fetchedAtMs }
  }
  return {
    venue: 'kalshi',
    /** @throws KalshiReadError, z.ZodError */
    async listings(series, signal) {
      const [inherited, events, markets] = await Promise.all([
        terms(series, signal),
        getEvents(rest, series, signal),
        getMarkets(rest, series, signal),
      ])
      const byTicker = new Map(events.map((event) => [event.event, event]))
      const all: Listing[] = []
      for (const market of markets) {
        // an event born between the two lists is asked for by name
        const event = byTicker.get(market.event) ?? (await getEvent(rest, market.event, signal))
        byTicker.set(market.event, event)
        all.push(toListing(market, event, inherited))
      }
      return all
    },
    /** null: the venue knows no such market. @throws KalshiReadError, z.ZodError */
    async listing(market: MarketId, signal: AbortSignal) {
      const found = await getMarket(rest, market, signal)
      if (found === null) return null
      const event = await getEvent(rest, found.event, signal)
      return toListing(found, event, await terms(event.series, signal))
    },
  }
}

/** The latest scheduled change whose time has come, else what the series says. */
export function feeInForce(current: KalshiFee, changes: readonly KalshiFeeChange[], series: string, nowMs: Millis): KalshiFee {
  const due = changes.filter((change) => change.series === series && change.fromMs <= nowMs).toSorted((a, b) => b.fromMs - a.fromMs)
  return due[0]?.fee ?? current
}

function toListing(market: KalshiMarket, event: KalshiEvent, inherited: SeriesTerms): Listing {
  const fees: FeeTerms = {
    feeType: event.feeType ?? inherited.fee.feeType,
    multiplier: event.multiplier ?? inherited.fee.multiplier,
    fetchedAtMs: inherited.fetchedAtMs,
  }
  return {
    venue: 'kalshi',
    market: market.market,
    event: market.event,
    series: inherited.series,
    title: market.title === '' ? `${event.title}: ${market.yesTitle}` : market.title,
    status: market.status,
    bands: market.bands,
    closeMs: market.closeMs,
    fees,
    shard: market.shard ?? event.shard ?? inherited.shard ?? CATCH_ALL_SHARD,
    contracts: null,
    yesPays: market.yesPays,
  }
}
