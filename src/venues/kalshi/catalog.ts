import type { MarketId } from '../../core/ids'
import { UnknownSeries, type Asked, type FeeTerms, type QuestionCatalog } from '../../ports/catalog'
import type { Clock } from '../../ports/clock'
import type { MarketFigures } from '../../ports/record'
import { millis, type Millis } from '../../core/units'
import type { KalshiRest } from './rest/call'
import { isNotFound } from './rest/failure'
import { readKalshi } from './wire/proposition'
import { payoutOf, rulesOf } from './rules'
import { getEvent, getEventFeeChanges, getEvents, getFeeChanges, getMarket, getMarkets, getSeries } from './rest/markets'
import type { KalshiEventFeeChange, KalshiFee, KalshiFeeChange } from './wire/fees'
import type { KalshiEvent, KalshiMarket, KalshiSeries } from './wire/markets'

/** Shard 0 takes whatever names none (kalshi.md §12.3). */
const CATCH_ALL_SHARD = 0

/**
 * Markets of one series are read one after the other at the start and when fees go stale: what they inherit is asked once for all of them. Whoever
 * heard of a change in between finds the older `askedMs` in the listing, and asks again.
 */
const SHARED_FOR_MS = 2_000

export interface KalshiCatalogOptions {
  readonly rest: KalshiRest
  readonly clock: Clock
}
/** All that a listing inherits from its series, and the changes that are scheduled for its event alone. */
interface Inherited {
  readonly series: KalshiSeries
  readonly fee: KalshiFee
  readonly changes: readonly KalshiFeeChange[]
  readonly eventChanges: readonly KalshiEventFeeChange[]
  /** When the first question was asked: whatever the venue changes afterwards may not be in the answers. */
  readonly askedMs: Millis
}

type OfSeries = Omit<Inherited, 'eventChanges'>
interface OfEvent {
  readonly event: KalshiEvent
  readonly eventChanges: readonly KalshiEventFeeChange[]
  readonly askedMs: Millis
}

/** Markets with the grid, the fees in force, the shard they trade on and the venue's words. Markets beyond the venue's historical cutoff are not listed. */
export function createKalshiCatalog({ rest, clock }: KalshiCatalogOptions): QuestionCatalog {
  const readSeries = async (series: string, signal: AbortSignal): Promise<OfSeries> => {
    const askedMs = clock.nowMs()
    const known = getSeries(rest, series, signal).catch((error: unknown) => {
      throw isNotFound(error) ? new UnknownSeries('kalshi', series, error) : error
    })
    const [record, changes] = await Promise.all([known, getFeeChanges(rest, series, signal)])
    const fee = feeInForce(record.fee, changes, series, askedMs)
    return { series: record, fee, changes: changes.filter((change) => change.series === series), askedMs }
  }
  const readEvent = async (name: string, signal: AbortSignal): Promise<OfEvent> => {
    const askedMs = clock.nowMs()
    const [event, eventChanges] = await Promise.all([getEvent(rest, name, signal), eventChangesOf(rest, name, signal)])
    return { event, eventChanges, askedMs }
  }
  /** Without the fee changes that are scheduled for single events. @throws UnknownSeries, KalshiReadError, z.ZodError */
  const asked = async (series: string, signal: AbortSignal): Promise<readonly Asked[]> => {
    const [terms, events, markets] = await Promise.all([
      readSeries(series, signal),
      getEvents(rest, series, signal),
      getMarkets(rest, series, signal),
    ])
    const byTicker = new Map(events.map((event) => [event.event, event]))
    const all: Asked[] = []
    for (const market of markets) {
      // an event born between the two lists is asked for by name
      const event = byTicker.get(market.event) ?? (await getEvent(rest, market.event, signal))
      byTicker.set(market.event, event)
      all.push(toAsked(market, event, { ...terms, eventChanges: [] }))
    }
    return all
  }
  const ofSeries = shared(clock, readSeries)
  const ofEvent = shared(clock, readEvent)
  return {
    venue: 'kalshi',
    asked,
    listings: async (series, signal) => (await asked(series, signal)).map(({ listing }) => listing),
    /** null: the venue knows no such market. @throws KalshiReadError, z.ZodError */
    async listing(market: MarketId, signal: AbortSignal) {
      const askedMs = clock.nowMs()
      const found = await getMarket(rest, market, signal)
      if (found === null) return null
      const { event, eventChanges, ...told } = await ofEvent(found.event, signal)
      const terms = await ofSeries(event.series, signal)
      return toAsked(found, event, { ...terms, eventChanges, askedMs: millis(Math.min(askedMs, told.askedMs, terms.askedMs)) }).listing
    },
  }
}

/** One answer for all who ask within SHARED_FOR_MS of the question. One that failed is asked again by the next. */
function shared<T>(
  clock: Clock,
  read: (name: string, signal: AbortSignal) => Promise<T>,
): (name: string, signal: AbortSignal) => Promise<T> {
  const kept = new Map<string, { readonly atMs: Millis; readonly answer: T }>()
  return async (name, signal) => {
    const nowMs = clock.nowMs()
    const isFresh = ({ atMs }: { readonly atMs: Millis }): boolean => nowMs >= atMs && nowMs - atMs < SHARED_FOR_MS
    for (const [known, each] of kept) if (!isFresh(each)) kept.delete(known)
    const found = kept.get(name)
    if (found) return found.answer
    const answer = await read(name, signal)
    kept.set(name, { atMs: nowMs, answer })
    return answer
  }
}

/** A venue without this list has no such changes. */
async function eventChangesOf(rest: KalshiRest, event: string, signal: AbortSignal): Promise<readonly KalshiEventFeeChange[]> {
  try {
    return (await getEventFeeChanges(rest, event, signal)).filter((change) => change.event === event)
  } catch (error) {
    if (isNotFound(error)) return []
    throw error
  }
}

/** The latest scheduled change whose time has come, else what the series says. */
export function feeInForce(current: KalshiFee, changes: readonly KalshiFeeChange[], series: string, nowMs: Millis): KalshiFee {
  return (
    latestDue(
      changes.filter((change) => change.series === series),
      nowMs,
    )?.fee ?? current
  )
}

const latestDue = <T extends { readonly fromMs: Millis }>(changes: readonly T[], nowMs: Millis): T | undefined =>
  changes.filter(({ fromMs }) => fromMs <= nowMs).toSorted((a, b) => b.fromMs - a.fromMs)[0]

function feesOf(event: KalshiEvent, { fee, changes, eventChanges, askedMs }: Inherited): FeeTerms {
  const override = latestDue(eventChanges, askedMs) ?? event
  const next = [...changes, ...eventChanges].map(({ fromMs }) => fromMs).filter((fromMs) => fromMs > askedMs)
  return {
    feeType: override.feeType ?? fee.feeType,
    multiplier: override.multiplier ?? fee.multiplier,
    fetchedAtMs: askedMs,
    ...(next.length === 0 ? {} : { changesMs: millis(Math.min(...next)) }),
  }
}

const figuresOf = (market: KalshiMarket): MarketFigures => ({
  subtitle: market.subTitle === '' ? market.yesTitle : market.subTitle,
  yesBid: market.quote.bid?.price ?? null,
  yesAsk: market.quote.ask?.price ?? null,
  lastPrice: market.lastPrice,
  volume: market.volume,
  volume24h: market.volume24h,
  openInterest: market.openInterest,
  expirationMs: market.expectedExpirationMs ?? market.latestExpirationMs,
})

function toAsked(market: KalshiMarket, event: KalshiEvent, inherited: Inherited): Asked {
  const { series } = inherited
  const { text, sha256 } = rulesOf(market, event, series)
  const payoutMs = payoutOf(market)
  return {
    rules: text,
    reading: readKalshi(market, event, series),
    figures: figuresOf(market),
    listing: {
      venue: 'kalshi',
      market: market.market,
      event: market.event,
      series: series.series,
      title: market.title === '' ? `${event.title}: ${market.yesTitle}` : market.title,
      status: market.status,
      bands: market.bands,
      ...(market.openMs === null ? {} : { openMs: market.openMs }),
      closeMs: market.closeMs,
      canCloseEarly: market.canCloseEarly,
      fees: feesOf(event, inherited),
      shard: market.shard ?? event.shard ?? series.shard ?? CATCH_ALL_SHARD,
      contracts: null,
      rulesSha256: sha256,
      ...(payoutMs === null ? {} : { payoutMs }),
      yesPays: market.yesPays,
    },
  }
}
