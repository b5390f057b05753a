import { millis, type Millis } from '../../core/units'
import { ruleText, type RuleText } from '../rule-text'
import type { KalshiEvent, KalshiMarket, KalshiSeries } from './wire/markets'

type Json = NonNullable<KalshiMarket['customStrike']>[string]
type Sources = KalshiSeries['settlementSources']

/**
 * All that the venue says about what a market asks, who says how it came out and what is paid then. Tickers are not among it: they are names, and a
 * listing of the same question under another name asks the same. Neither are times of trading nor the expected expiration: they move often, and are
 * looked at by themselves.
 */
export const rulesOf = (market: KalshiMarket, event: KalshiEvent, series: KalshiSeries): RuleText =>
  ruleText([
    ['series', series.title],
    ['event', event.title],
    ['event detail', event.subTitle],
    ['event date', event.strikeDate],
    ['event period', event.strikePeriod],
    ['market', market.title],
    ['market detail', market.subTitle],
    ['yes', market.yesTitle],
    ['no', market.noTitle],
    ['kind', market.kind],
    ['strike type', market.strikeType],
    ['floor strike', market.floorStrike],
    ['cap strike', market.capStrike],
    ['functional strike', market.functionalStrike],
    ['custom strike', market.customStrike === null ? null : sorted(market.customStrike)],
    ['rules', market.rulesPrimary],
    ['further rules', market.rulesSecondary],
    ['early close', market.earlyCloseCondition],
    ['settlement floor', market.settlementFloor === null ? null : String(market.settlementFloor)],
    ['sources of the event', named(event.settlementSources)],
    ['sources of the series', named(series.settlementSources)],
    ['terms', series.contractTermsUrl],
  ])

/** When the venue expects to have paid: nothing is cash before the timer that runs from the determination is over (kalshi.md §10). null: not told. */
export const payoutOf = ({ expectedExpirationMs, settlementTimerMs }: KalshiMarket): Millis | null =>
  expectedExpirationMs === null || settlementTimerMs === null ? null : millis(expectedExpirationMs + settlementTimerMs)

/** In one order: the venue promises none. */
const named = (sources: Sources): string =>
  sources
    .map(({ name, url }) => `${name} <${url}>`)
    .toSorted()
    .join(', ')

/** JSON in one order of keys. */
function sorted(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(sorted).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const fields = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return `{${fields.map(([key, each]) => `${JSON.stringify(key)}:${sorted(each)}`).join(',')}}`
}
