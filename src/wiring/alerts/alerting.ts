import { setTimeout as delay } from 'node:timers/promises'
import { readAlertsFile } from '../../config/alerts'
import type { Config } from '../../config/load'
import type { AlertsFile } from '../../config/schema/alerts'
import { alertOfDeed, alertOfFeed, alertOfTrade } from '../../core/alerts/events'
import { FAILURES, type FailureName } from '../../core/failures'
import type { Clock } from '../../ports/clock'
import type { Log } from '../../ports/log'
import { claimDelivery, endDelivery, forgetAlert, pendingAlerts, raiseAlerts } from '../../stores/postgres/alerts/alerts'
import { raiseEvents } from '../../stores/postgres/alerts/events'
import { openDatabase, type Database } from '../../stores/postgres/pool'
import type { CountingLog } from '../../telemetry/alarms'
import { Deliverer } from '../../telemetry/alerts/deliver'
import { Outbox } from '../../telemetry/alerts/outbox'
import { quietBy } from '../../telemetry/alerts/quiet'
import { alertOf, severityOf } from '../../telemetry/alerts/raise'
import { systemClock } from '../clock'
import { openChannels, routingOf } from './channels'

/** Told by what the ledger says of them, with their end; the line of the log would be the same thing again. */
const BY_EVENT: ReadonlySet<FailureName> = new Set([FAILURES.accountBreak])
const EVENTS_EVERY_MS = 1_000
const EVENTS_LIMIT_MS = 5_000
const FEEDS_EVERY_MS = 5_000
const FEEDS_LIMIT_MS = 2_000

interface Raising {
  readonly config: Pick<Config, 'configDir' | 'mode' | 'endpoints'>
  readonly process: string
  readonly database: Database
  readonly clock: Clock
  readonly log: CountingLog
}

/**
 * Does the work of a process while its alerts leave: the failures of its log reach the ledger, or without it the channels. `delivers`: also what happened
 * becomes alerts, and alerts reach their channels; one process of an installation has to, and several may. The last alerts leave after the work has ended.
 * @throws whatever `work` throws; ConfigurationError for an alerts.yaml that cannot be used
 */
export async function whileAlerting(
  config: Raising['config'],
  process: string,
  log: CountingLog,
  part: 'raises' | 'delivers',
  work: () => Promise<void>,
): Promise<void> {
  const database = openDatabase(config.endpoints.databaseUrl, log)
  const raising: Raising = { config, process, database, clock: systemClock(), log }
  const ended = new AbortController()
  const running = [raiseAlarms(raising), ...(part === 'delivers' ? [deliverAlerts(raising)] : [])].map((run) => run(ended.signal))
  try {
    await work()
  } finally {
    ended.abort()
    await Promise.allSettled(running)
    await database.end()
  }
}

/** Who is told: the mode first, so that nobody takes a rehearsal for money. */
const fromOf = ({ mode, endpoints }: Raising['config']): string => `crossbook ${mode} (${endpoints.kalshi.account})`

/**
 * Hears the failures of a process's log and hands them to the ledger, or, where that is away, to the channels themselves.
 * @returns what runs until the signal. @throws ConfigurationError for an alerts.yaml that cannot be used
 */
function raiseAlarms({ config, process, database, clock, log }: Raising): (signal: AbortSignal) => Promise<void> {
  const file = readAlertsFile(config.configDir)
  const quietLog: Log = { ...log, warn: log.info, error: log.info } // its own troubles are no alarms
  const outbox = new Outbox({
    store: (alerts, signal) => raiseAlerts(database, alerts, signal),
    channels: openChannels(file, config.configDir),
    ...{ routing: routingOf(file), from: fromOf(config), process, clock, log: quietLog },
  })
  log.onAlarm((name, fields, message) => {
    if (!BY_EVENT.has(name)) outbox.raise(alertOf(name, fields, message, clock.nowMs(), file.severities))
  })
  return (signal) => outbox.run(signal)
}

/** What one process of an installation does, and two may: events become alerts, and alerts reach their channels. */
function deliverAlerts({ config, process, database, clock, log }: Raising): (signal: AbortSignal) => Promise<unknown> {
  const file = readAlertsFile(config.configDir)
  const quietLog: Log = { ...log, warn: log.info, error: log.info }
  const deliverer = new Deliverer({
    store: {
      pending: (sinceMs) => pendingAlerts(database, sinceMs),
      claim: (telling, againMs, nowMs) => claimDelivery(database, telling, againMs, nowMs),
      ended: (telling, error) => endDelivery(database, telling, error),
      forget: (id, atMs) => forgetAlert(database, id, atMs),
    },
    channels: openChannels(file, config.configDir),
    ...{ routing: routingOf(file), wasQuiet: quietBy(quietHoursOf(file)), from: fromOf(config) },
    ...{ runbookUrl: file.runbook_url, clock, log: quietLog },
  })
  const every = async (pauseMs: number, look: (signal: AbortSignal) => Promise<unknown>, signal: AbortSignal): Promise<void> => {
    while (!signal.aborted) {
      await look(signal).catch((error: Error) => quietLog.info({ process, error: error.message }, 'events are read again later'))
      await delay(pauseMs, undefined, { signal }).catch(() => undefined)
    }
  }
  const feeds = new FeedWatch({ config, file, database, clock })
  return (signal) =>
    Promise.all([
      deliverer.run(signal),
      every(EVENTS_EVERY_MS, (limit) => readEvents(database, file, limit), signal),
      every(FEEDS_EVERY_MS, (limit) => feeds.look(limit), signal),
    ])
}

const quietHoursOf = ({ quiet }: AlertsFile): Parameters<typeof quietBy>[0] =>
  quiet === null ? null : { fromMinute: quiet.from, untilMinute: quiet.until, timeZone: quiet.time_zone }

const readEvents = (database: Database, { outcomes, severities }: AlertsFile, signal: AbortSignal): Promise<number> =>
  raiseEvents(
    database,
    {
      audit: (event) => alertOfDeed(event, (name) => severityOf(name, severities)),
      trade: (trade) => alertOfTrade(trade, outcomes, (name) => severityOf(name, severities)),
    },
    AbortSignal.any([signal, AbortSignal.timeout(EVENTS_LIMIT_MS)]),
  )

interface FeedWatchOptions {
  readonly config: Raising['config']
  readonly file: AlertsFile
  readonly database: Database
  readonly clock: Clock
}

/** Asks each streaming process how its feeds are. One that does not answer has no feed that is up. */
class FeedWatch {
  readonly #options: FeedWatchOptions
  /** By venue: since when it is not connected, by our monotonic clock; and whether that was told. */
  readonly #down = new Map<string, { readonly sinceMs: number; told: boolean }>()

  constructor(options: FeedWatchOptions) {
    this.#options = options
  }

  async look(signal: AbortSignal): Promise<void> {
    const { config, file, database, clock } = this.#options
    const nowMs = Number(clock.monoNs() / 1_000_000n)
    for (const { venue, state } of await feedsOf(config.endpoints.streamingHealthPort, signal)) {
      const down = this.#down.get(venue)
      if (state === 'connected') {
        this.#down.delete(venue)
        if (down?.told !== true) continue
      } else {
        if (down === undefined) this.#down.set(venue, { sinceMs: nowMs, told: false })
        if (down === undefined || down.told || nowMs - down.sinceMs < file.feed_down_s * 1_000) continue
        down.told = true
      }
      const alert = alertOfFeed(venue, state, nowMs - (down?.sinceMs ?? nowMs), clock.nowMs(), (name) => severityOf(name, file.severities))
      await raiseAlerts(database, [alert], signal)
    }
  }
}

async function feedsOf(port: number, signal: AbortSignal): Promise<readonly { readonly venue: string; readonly state: string }[]> {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(FEEDS_LIMIT_MS)])
  try {
    const response = await fetch(`http://127.0.0.1:${port}/status`, { signal: limit })
    const { feeds = [] } = (await response.json()) as { feeds?: readonly { venue: string; state: string }[] }
    return feeds
  } catch {
    return ['kalshi', 'forecastex'].map((venue) => ({ venue, state: 'not told by its process' }))
  }
}
