import { assertNever } from '../../../../core/assert'
import { formatPrice } from '../../../../core/units'
import { exchangeIndex } from '../../api/render'
import type { Floor, LifecycleChange, VenueEvent } from '../../floor'
import { PRICE_RANGES } from '../../grid'
import type { EventRow, MarketRow } from '../../rows'

/** The `msg` of each message about the life of a market or an event (kalshi.md §7.4); times in seconds. */

const seconds = (atMs: number): number => Math.floor(atMs / 1000)

const gridOf = (market: MarketRow): Record<string, unknown> => ({
  price_level_structure: market.definition.price_level_structure,
  price_ranges: PRICE_RANGES[market.definition.price_level_structure],
})

/** Only a strike that the market has. */
function strikesOf({ strike_type, floor_strike, cap_strike }: MarketRow['definition']): Record<string, unknown> {
  return {
    ...(strike_type === undefined ? {} : { strike_type }),
    ...(floor_strike === undefined ? {} : { floor_strike }),
    ...(cap_strike === undefined ? {} : { cap_strike }),
  }
}

function createdFields(market: MarketRow): Record<string, unknown> {
  const { definition } = market
  return {
    open_ts: seconds(market.openMs),
    close_ts: seconds(market.closeMs),
    ...gridOf(market),
    additional_metadata: {
      name: definition.title,
      title: definition.title,
      yes_sub_title: definition.yes_sub_title,
      no_sub_title: definition.no_sub_title,
      rules_primary: definition.rules_primary,
      rules_secondary: definition.rules_secondary,
      can_close_early: definition.can_close_early,
      event_ticker: market.eventTicker,
      expected_expiration_ts: seconds(Date.parse(definition.expected_expiration_time ?? definition.close_time)),
      ...strikesOf(definition),
    },
  }
}

export function lifecycleMessage(floor: Floor, market: MarketRow, change: LifecycleChange, atMs: number): unknown {
  const base = {
    market_ticker: market.ticker,
    event_type: change.event_type,
    exchange_index: exchangeIndex(floor, market.eventTicker),
  }
  switch (change.event_type) {
    case 'created':
      return { ...base, ...createdFields(market) }
    case 'close_date_updated':
      return { ...base, close_ts: seconds(market.closeMs) }
    case 'activated':
      return { ...base, is_deactivated: false }
    case 'deactivated':
      return { ...base, is_deactivated: true }
    case 'price_level_structure_updated':
      return { ...base, ...gridOf(market) }
    case 'metadata_updated':
      return { ...base, ...change.fields }
    case 'determined':
      return { ...base, result: change.result, settlement_value: formatPrice(change.settlementValue), determination_ts: seconds(atMs) }
    case 'settled':
      return { ...base, settled_ts: seconds(atMs) }
    default:
      return assertNever(change, 'lifecycle change')
  }
}

export const eventMessage = ({ definition }: EventRow): unknown => ({
  event_ticker: definition.event_ticker,
  exchange_index: definition.exchange_index,
  title: definition.title,
  subtitle: definition.sub_title,
  collateral_return_type: definition.collateral_return_type,
  series_ticker: definition.series_ticker,
  ...(definition.strike_date === undefined ? {} : { strike_date: seconds(Date.parse(definition.strike_date)) }),
  ...(definition.strike_period === undefined ? {} : { strike_period: definition.strike_period }),
})

/** Null: the override was cleared. */
export const eventFeeMessage = ({ ticker, type, multiplier }: Extract<VenueEvent, { kind: 'event_fee' }>): unknown => ({
  event_ticker: ticker,
  fee_type_override: type,
  fee_multiplier_override: multiplier,
})
