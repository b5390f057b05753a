import type { KalshiEventSection } from '../../schema'
import { momentMs, offsetMs, timeOf } from '../../times'

/** A time of a scenario as RFC 3339: a relative one counts from `startMs`. */
export const absolute = (text: string, startMs: number): string => (offsetMs(text) === null ? text : timeOf(momentMs(text, startMs)))

/** An event of a scenario with all its times absolute. */
export function absoluteEvent(event: KalshiEventSection, startMs: number): KalshiEventSection {
  const at = (text: string): string => absolute(text, startMs)
  const maybe = <K extends string>(key: K, text: string | undefined): { [P in K]?: string } =>
    (text === undefined ? {} : { [key]: at(text) }) as { [P in K]?: string }
  return {
    ...event,
    ...maybe('strike_date', event.strike_date),
    markets: event.markets.map((market) => ({
      ...market,
      open_time: at(market.open_time),
      close_time: at(market.close_time),
      ...maybe('expected_expiration_time', market.expected_expiration_time),
      ...maybe('occurrence_datetime', market.occurrence_datetime),
      ...maybe('settled_time', market.settled_time),
      trades: market.trades.map((trade) => ({ ...trade, created_time: at(trade.created_time) })),
    })),
  }
}
