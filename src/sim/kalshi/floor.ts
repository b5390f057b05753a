import type { SimClock } from '../clock'
import type { FaultBook } from '../faults'
import type { FeeType, KalshiSection } from '../schema'
import { Book } from './book'
import { multiplierOf, type BalancePrecision, type FeeTerms } from './fees'
import type { QuoteHistory } from './history/quotes'
import { refuse } from './refusal'
import type { BookSide, EventRow, FillRow, MarketResult, MarketRow, MarketStatus, OrderRow, PositionRow, TradeRow } from './rows'
import type { Tables } from './tables'
import type { Price, Quantity } from '../../core/units'

/** Whose order changed a level: that subscriber sees its own client order id on the delta. */
export interface Cause {
  readonly accountId: string
  readonly clientOrderId: string
  readonly subaccount?: number
}

export type OrderGroupChange = 'created' | 'triggered' | 'reset' | 'deleted' | 'limit_updated'

export type LifecycleChange =
  | { readonly event_type: 'created' | 'activated' | 'deactivated' | 'close_date_updated' | 'price_level_structure_updated' }
  /** The fields that changed, as the venue names them. */
  | { readonly event_type: 'metadata_updated'; readonly fields: Readonly<Record<string, unknown>> }
  | { readonly event_type: 'determined'; readonly result: MarketResult; readonly settlementValue: Price }
  | { readonly event_type: 'settled' }

/** What happened, in order: the stream turns each into messages. Prices are YES prices. */
export type VenueEvent =
  | {
      readonly kind: 'level'
      readonly ticker: string
      readonly side: BookSide
      readonly price: Price
      readonly delta: Quantity
      readonly atMs: number
      readonly causes: readonly Cause[]
    }
  | { readonly kind: 'trade'; readonly trade: TradeRow }
  | { readonly kind: 'fill'; readonly fill: FillRow; readonly clientOrderId: string }
  | { readonly kind: 'order'; readonly order: OrderRow }
  | { readonly kind: 'lifecycle'; readonly ticker: string; readonly change: LifecycleChange; readonly atMs: number }
  | { readonly kind: 'emptied'; readonly ticker: string }
  /** A position as it is after a fill or a settlement. */
  | { readonly kind: 'position'; readonly position: PositionRow }
  | { readonly kind: 'event_listed'; readonly event: EventRow }
  /** The fee override of an event was set or cleared. */
  | { readonly kind: 'event_fee'; readonly ticker: string; readonly type: FeeType | null; readonly multiplier: number | null }
  | {
      readonly kind: 'order_group'
      readonly accountId: string
      readonly groupId: string
      readonly change: OrderGroupChange
      /** Null where the venue does not repeat the limit. */
      readonly contractsLimit: Quantity | null
      readonly atMs: number
    }

/** The trading floor: what every part of the simulated exchange works on. */
export interface Floor {
  readonly section: KalshiSection
  readonly tables: Tables
  readonly clock: SimClock
  readonly faults: FaultBook
  readonly books: Map<string, Book>
  /** The latest listing of each market, by its name in the scenario. */
  readonly listings: Map<string, string>
  /** Every client order id that was ever taken, by {@link usedOrderId}. */
  readonly usedOrderIds: Set<string>
  readonly pauses: { trading: boolean; exchange: boolean }
  /** Until when what an account submits is cancelled as well, after its cancel-all (fault `cancel_all_tail`). */
  readonly cancelTails: Map<string, number>
  readonly quotes: QuoteHistory
  emit(event: VenueEvent): void
  /** Runs work that a timer started: durable, then published. */
  transact<T>(work: () => T): T
}

export const usedOrderId = (accountId: string, clientOrderId: string): string => `${accountId}|${clientOrderId}`

export function bookOf(floor: Floor, ticker: string): Book {
  const known = floor.books.get(ticker)
  if (known) return known
  const book = new Book()
  floor.books.set(ticker, book)
  return book
}

/** @throws Refusal market_not_found. */
export function marketOf(floor: Floor, ticker: string): MarketRow {
  const market = floor.tables.get('market', ticker)
  if (!market) throw refuse('market_not_found')
  return market
}

export function updateMarket(floor: Floor, market: MarketRow, change: Partial<MarketRow>): MarketRow {
  const updated = { ...market, ...change, updatedMs: floor.clock.nowMs() }
  floor.tables.put('market', market.ticker, updated)
  return updated
}

export const setStatus = (floor: Floor, market: MarketRow, status: MarketStatus): MarketRow => updateMarket(floor, market, { status })

/** A change of one aggregated level. */
export function emitLevel(floor: Floor, ticker: string, side: BookSide, price: Price, delta: number, causes: readonly Cause[]): void {
  if (delta === 0) return
  const atMs = floor.clock.nowMs()
  floor.quotes.record(ticker, bookOf(floor, ticker), atMs)
  floor.emit({ kind: 'level', ticker, side, price, delta: delta as Quantity, atMs, causes })
}

/** What a series charges now: its own terms, then the latest scheduled change that has begun. */
export function seriesFee(floor: Floor, seriesTicker: string): FeeTerms {
  const now = floor.clock.nowMs()
  const series = floor.section.series.find((each) => each.ticker === seriesTicker)
  const begun = floor.section.fee_changes
    .filter((change) => change.series_ticker === seriesTicker && Date.parse(change.scheduled_ts) <= now)
    .sort((a, b) => Date.parse(a.scheduled_ts) - Date.parse(b.scheduled_ts))
    .at(-1)
  const terms = begun ?? series
  return { type: terms?.fee_type ?? 'quadratic', multiplier: multiplierOf(terms?.fee_multiplier ?? 1) }
}

/** What overrides the fee of an event's series now: its latest scheduled change that has begun, else its own. Null: nothing does. */
export function feeOverride(floor: Floor, event: EventRow): { readonly type: FeeType | null; readonly multiplier: number | null } {
  const now = floor.clock.nowMs()
  const begun = floor.section.event_fee_changes
    .filter((change) => change.event_ticker === event.ticker && Date.parse(change.scheduled_ts) <= now)
    .sort((a, b) => Date.parse(a.scheduled_ts) - Date.parse(b.scheduled_ts))
    .at(-1)
  const { fee_type_override: type = null, fee_multiplier_override: multiplier = null } = begun ?? event.definition
  return { type, multiplier }
}

/** What a market charges now: an override of its event wins over its series. */
export function marketFee(floor: Floor, market: MarketRow): FeeTerms {
  const event = floor.tables.get('event', market.eventTicker)
  const series = seriesFee(floor, event?.definition.series_ticker ?? '')
  const override = event ? feeOverride(floor, event) : { type: null, multiplier: null }
  return {
    type: override.type ?? series.type,
    multiplier: override.multiplier === null ? series.multiplier : multiplierOf(override.multiplier),
  }
}

/** An account that left the scenario keeps its orders: it settles like a direct member. */
export const precisionOf = (floor: Floor, accountId: string): BalancePrecision =>
  floor.section.accounts.find((account) => account.account_id === accountId)?.balance_precision ?? 'direct'
