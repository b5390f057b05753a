import { VENUES, type Venue } from './ids'
import type { Money } from './units'

declare const kind: unique symbol
/**
 * Cash that pays for nothing beyond its own place: Kalshi keeps it apart per subaccount and shard (kalshi.md §12.3), ForecastEx keeps it together. The
 * default one (subaccount 0, shard 0) has the venue's name, every other is `kalshi/<subaccount>.<shard>`, made by {@link purseOf} and {@link parsePurse}.
 */
export type Purse = Venue | (`kalshi/${number}.${number}` & { readonly [kind]: 'purse' })
export interface PurseBalance {
  readonly purse: Purse
  readonly cash: Money
}

/** Kalshi numbers subaccounts from 0 to 63 (OpenAPI 3.25, CreateSubaccountResponse). */
const LAST_SUBACCOUNT = 63
/** Far more shards than Kalshi has (four): a longer number is no shard but another figure. */
const LAST_SHARD = 9_999
const PURSE = /^kalshi\/(0|[1-9]\d?)\.(0|[1-9]\d{0,3})$/

/**
 * The purse that a market of this shard is paid from. `shard`: null at ForecastEx, which has none.
 * @throws RangeError when the venue has no such place.
 */
export function purseOf(venue: Venue, shard: number | null, subaccount = 0): Purse {
  if (venue !== 'kalshi') {
    if (shard === null && subaccount === 0) return venue
    throw new RangeError(`${venue} keeps all cash together: it has no subaccount ${subaccount} and no shard ${shard}`)
  }
  if (!isBetween(shard, LAST_SHARD)) throw new RangeError(`not a shard of Kalshi: ${shard}`)
  if (!isBetween(subaccount, LAST_SUBACCOUNT)) throw new RangeError(`not a subaccount of Kalshi: ${subaccount}`)
  return shard === 0 && subaccount === 0 ? venue : (`${venue}/${subaccount}.${shard}` as Purse)
}
const isBetween = (value: number | null, last: number): boolean => Number.isInteger(value) && value !== null && value >= 0 && value <= last

export function isPurse(name: string): name is Purse {
  if (VENUES.some((venue) => venue === name)) return true
  const [, subaccount, shard] = PURSE.exec(name) ?? []
  if (subaccount === undefined || shard === undefined) return false
  const place = Number.parseInt(subaccount, 10)
  return place <= LAST_SUBACCOUNT && purseOf('kalshi', Number.parseInt(shard, 10), place) === name
}
/** A purse by its name. @throws RangeError when it is none, or has another name. */
export function parsePurse(name: string): Purse {
  if (!isPurse(name)) throw new RangeError(`not a purse: "${name}"`)
  return name
}

/** Whose cash it is. */
export const venueOf = (purse: Purse): Venue => (purse === 'forecastex' ? purse : 'kalshi')
