import { hoursDiffer, type TradingHours } from '../../../core/market/sessions'
import type { Question } from '../../../ports/catalog'

/** What a pair review relies on, as it is stored. */
export interface Facts {
  readonly noConId: number
  readonly tradingClass: string
  readonly name: string
  readonly strike: string
  readonly lastTradeDate: string
  readonly lastTradeMs: number
  readonly realExpiration: string
  readonly timeZone: string
  readonly tradingHours: string
  readonly hours: TradingHours
  readonly tick: number
}
/** One fact that became different. Times as ISO texts. */
export interface Change {
  readonly field: string
  readonly before: string
  readonly after: string
}

/** @throws RangeError for a listing without contracts: no question of ForecastEx is. */
export function factsOf({ listing, ...question }: Question): Facts {
  const { contracts, closeMs, hours } = listing
  if (!contracts || !hours) throw new RangeError(`listing ${listing.market} is no question of ForecastEx: it has no contracts or no hours`)
  const { tradingClass, name, strike, lastTradeDate, realExpiration, timeZone, tradingHours, tick } = question
  const same = { tradingClass, name, strike, lastTradeDate, realExpiration, timeZone, tradingHours, tick }
  return { ...same, noConId: contracts.no, lastTradeMs: closeMs, hours }
}

/** What is different now. Hours move on by a day with every day: only those told both times are compared. */
export function changesOf(before: Facts, after: Facts): readonly Change[] {
  const time = (ms: number): string => new Date(ms).toISOString()
  const rows: readonly (readonly [field: string, before: string, after: string])[] = [
    ['NO contract', String(before.noConId), String(after.noConId)],
    ['trading class', before.tradingClass, after.tradingClass],
    ['name', before.name, after.name],
    ['strike', before.strike, after.strike],
    ['last trading day', before.lastTradeDate, after.lastTradeDate],
    ['last trading time', time(before.lastTradeMs), time(after.lastTradeMs)],
    ['expiration', before.realExpiration, after.realExpiration],
    ['tick', String(before.tick), String(after.tick)],
  ]
  const changes = rows.flatMap(([field, was, is]) => (was === is ? [] : [{ field, before: was, after: is }]))
  if (!hoursDiffer(before.hours, after.hours)) return changes
  const shown = ({ tradingHours, timeZone }: Facts): string => `${tradingHours} ${timeZone}`
  return [...changes, { field: 'trading hours', before: shown(before), after: shown(after) }]
}
