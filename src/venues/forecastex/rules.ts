import type { Millis } from '../../core/units'
import { ruleText, type RuleText } from '../rule-text'
import type { ContractRow } from './wire/messages'
import { dayOf, venueTime } from './wire/times'

const DAY_MS = 86_400_000
/** Rule 603(b)(3): at 1:00 pm by the exchange's clock (ibkr-forecastex §3). */
const PAID_AT = '13:00:00 America/Chicago'

/**
 * All that contract details say of what a contract asks: the gateway does not tell the question itself, which only the exchange's own pages have. What
 * is told of its trading (hours, tick) is not among it, and neither are ids. Told of the YES contract: its sibling has the same.
 */
export const rulesOf = (yes: ContractRow): RuleText =>
  ruleText([
    ['product', yes.symbol],
    ['class', yes.tradingClass],
    ['name', yes.longName],
    ['category', yes.category],
    ['strike', yes.strike],
    ['last trade', yes.lastTrade],
    ['last trading day', yes.date],
    ['expiration', yes.realExpiration],
    ['yes', yes.localSymbol],
    ['underlying', yes.underConId === 0 ? null : String(yes.underConId)],
  ])

/**
 * When what it pays is cash. Contract details do not tell when it is resolved: assumed is some time on the day that they call its real expiration, or, where
 * that is not told or earlier, on its last trading day [A]. Then it is paid at 1:00 pm of the next day at the latest, for nobody knows whether it was resolved
 * before noon. null: neither day is readable.
 */
export function payoutOf({ realExpiration, date }: ContractRow): Millis | null {
  const days = [dayOf(realExpiration), dayOf(date)].filter((day) => day !== null)
  if (days.length === 0) return null
  const paid = new Date((Math.max(...days) + 1) * DAY_MS).toISOString().slice(0, 10).replaceAll('-', '')
  return venueTime(`${paid} ${PAID_AT}`)
}
