import type { KalshiSection, PriceStructure } from '../../schema'
import { marketOf, updateMarket, type Floor } from '../floor'
import type { MarketRow } from '../rows'

/** What the venue may change of a market, an event or a series while it is open. */

/** @throws Error with one sentence once trading has ended. */
function openMarket(floor: Floor, ticker: string): MarketRow {
  const market = marketOf(floor, ticker)
  if (market.status !== 'initialized' && market.status !== 'active' && market.status !== 'inactive')
    throw new Error(`${ticker} is ${market.status}: nothing of it can change any more`)
  return market
}

/** Another price grid. Orders that rest keep their prices. */
export function changeGrid(floor: Floor, ticker: string, structure: PriceStructure): void {
  const market = openMarket(floor, ticker)
  updateMarket(floor, market, { definition: { ...market.definition, price_level_structure: structure } })
  floor.emit({ kind: 'lifecycle', ticker, change: { event_type: 'price_level_structure_updated' }, atMs: floor.clock.nowMs() })
}

/** What its message repeats. */
export type Metadata = Partial<Pick<MarketRow['definition'], 'strike_type' | 'floor_strike' | 'cap_strike' | 'yes_sub_title'>>
/** What it does not: whoever wants to know reads the market. */
export type Texts = Partial<
  Pick<MarketRow['definition'], 'title' | 'no_sub_title' | 'rules_primary' | 'rules_secondary' | 'early_close_condition'>
>

/** A strike or a title that is set late, as for a market whose strike is a price of its opening; or rules that are worded anew. `told` false: without a message. */
export function changeMetadata(floor: Floor, ticker: string, fields: Metadata, texts: Texts, told: boolean): void {
  const market = openMarket(floor, ticker)
  updateMarket(floor, market, { definition: { ...market.definition, ...fields, ...texts } })
  if (told) floor.emit({ kind: 'lifecycle', ticker, change: { event_type: 'metadata_updated', fields }, atMs: floor.clock.nowMs() })
}

type EventFeeChange = KalshiSection['event_fee_changes'][number]

/** Sets or clears (null) what an event charges instead of its series, from its time on; a message says so then. @throws Error when there is no such event. */
export function scheduleEventFee(floor: Floor, change: EventFeeChange): void {
  if (!floor.tables.get('event', change.event_ticker)) throw new Error(`there is no event ${JSON.stringify(change.event_ticker)}`)
  floor.section.event_fee_changes.push(change)
  if (Date.parse(change.scheduled_ts) <= floor.clock.nowMs()) tellEventFee(floor, change)
  else armEventFee(floor, change)
}

/** The changes that are to come when the exchange opens. */
export function armEventFees(floor: Floor): void {
  for (const change of floor.section.event_fee_changes)
    if (Date.parse(change.scheduled_ts) > floor.clock.nowMs()) armEventFee(floor, change)
}

function armEventFee(floor: Floor, change: EventFeeChange): void {
  floor.clock.after(Date.parse(change.scheduled_ts) - floor.clock.nowMs(), () => floor.transact(() => tellEventFee(floor, change)))
}

function tellEventFee(floor: Floor, change: EventFeeChange): void {
  const { event_ticker: ticker, fee_type_override: type, fee_multiplier_override: multiplier } = change
  floor.emit({ kind: 'event_fee', ticker, type, multiplier })
}

/** A change of what a series charges, from its time on. No message says so: clients read the list of changes. @throws Error when there is no such series. */
export function scheduleFee(floor: Floor, change: KalshiSection['fee_changes'][number]): void {
  if (!floor.section.series.some((series) => series.ticker === change.series_ticker))
    throw new Error(`there is no series ${JSON.stringify(change.series_ticker)}`)
  floor.section.fee_changes.push(change)
}
