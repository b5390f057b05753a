import fs from 'node:fs'
import path from 'node:path'
import type { Config } from '../config/load'
import type { Calendar } from '../core/market/calendar'
import { millis, type Millis } from '../core/units'
import { withLimit } from '../ports/limit'
import type { Log } from '../ports/log'
import { createForecastexCalendar, type ForecastexCalendar } from '../venues/forecastex/calendar'
import { createKalshiCalendar } from '../venues/kalshi/calendar'
import type { KalshiRest } from '../venues/kalshi/rest/call'
import { readExchangeSchedule, type ExchangeSchedule } from '../venues/kalshi/wire/exchange'

/** A scheduled publication, as streaming/terms takes it. */
export interface Release {
  readonly what: string
  readonly atMs: Millis
  readonly series: readonly string[]
}

/** Both venues' calendars as the configuration says (E28), and what Kalshi has announced. */
export const calendarsOf = (config: Pick<Config, 'venues'>, announced: () => ExchangeSchedule | null = () => null): readonly Calendar[] => [
  createKalshiCalendar(config.venues.kalshi.calendar, announced),
  forecastexCalendarOf(config),
]

export function forecastexCalendarOf({ venues: { forecastex } }: Pick<Config, 'venues'>): ForecastexCalendar {
  // the schema has seen to it that a calendar of the venue comes with the restart of its gateway
  const restart = forecastex.gateway_restart
  const open = forecastex.calendar === 'open' || restart === undefined
  return createForecastexCalendar(open ? 'open' : { gatewayRestart: restart })
}

export const releasesOf = ({ venues }: Pick<Config, 'venues'>): readonly Release[] =>
  venues.releases.map(({ what, at, series }) => ({ what, atMs: millis(Date.parse(at)), series }))

/** One small read; hours and windows change days ahead. */
const READ_LIMIT_MS = 10_000
const FILE = 'kalshi-schedule.json'

/** What Kalshi announces of its hours, kept in the data folder: a process that cannot read it begins with what the last one was told. */
export interface AnnouncedSchedule {
  current(): ExchangeSchedule | null
  /** Reads it again; what cannot be read leaves what was known, and removes no closure. Never throws. */
  refresh(signal: AbortSignal): Promise<void>
}

export function announcedSchedule(dataDir: string, rest: KalshiRest, log: Log): AnnouncedSchedule {
  const file = path.join(dataDir, FILE)
  let schedule = readKept(file, log)
  return {
    current: () => schedule,
    async refresh(signal) {
      try {
        const read = (body: unknown): { body: unknown; read: ExchangeSchedule } => ({ body, read: readExchangeSchedule(body) })
        const answer = await withLimit([signal], READ_LIMIT_MS, (limit) => rest.get('/exchange/schedule', {}, read, limit))
        schedule = answer.read
        fs.writeFileSync(`${file}.${process.pid}`, JSON.stringify(answer.body))
        fs.renameSync(`${file}.${process.pid}`, file)
      } catch (error) {
        if (!signal.aborted) log.warn({ error: (error as Error).message }, 'the schedule of Kalshi could not be read; what is known stands')
      }
    },
  }
}

/** The venue's own answer, so that its reader judges it here as well. */
function readKept(file: string, log: Log): ExchangeSchedule | null {
  let kept: string
  try {
    kept = fs.readFileSync(file, 'utf8')
  } catch {
    return null // the first start
  }
  try {
    return readExchangeSchedule(JSON.parse(kept))
  } catch (error) {
    log.warn({ file, error: (error as Error).message }, 'the kept schedule of Kalshi is not readable: it is read from the venue again')
    return null
  }
}
