import type { Config } from '../config/load'
import type { Calendar } from '../core/market/calendar'
import { millis, type Millis } from '../core/units'
import { createForecastexCalendar } from '../venues/forecastex/calendar'
import { createKalshiCalendar } from '../venues/kalshi/calendar'

/** A scheduled publication, as streaming/terms takes it. */
export interface Release {
  readonly what: string
  readonly atMs: Millis
  readonly series: readonly string[]
}

/** Both venues' calendars as the configuration says (E28). */
export function calendarsOf({ venues: { kalshi, forecastex } }: Config): readonly Calendar[] {
  // the schema has seen to it that a calendar of the venue comes with the restart of its gateway
  const restart = forecastex.gateway_restart
  const open = forecastex.calendar === 'open' || restart === undefined
  return [createKalshiCalendar(kalshi.calendar), createForecastexCalendar(open ? 'open' : { gatewayRestart: restart })]
}

export const releasesOf = ({ venues }: Config): readonly Release[] =>
  venues.releases.map(({ what, at, series }) => ({ what, atMs: millis(Date.parse(at)), series }))
