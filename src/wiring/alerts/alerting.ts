import { readAlertsFile } from '../../config/alerts'
import type { Config } from '../../config/load'
import type { AlertsFile } from '../../config/schema/alerts'
import { alertOfDeed, alertOfTrade } from '../../core/alerts/events'
import { FAILURES, type FailureName } from '../../core/failures'
import { VENUES } from '../../core/ids'
import { claimDelivery, endDelivery, forgetAlert, pendingAlerts, raiseAlerts } from '../../stores/postgres/alerts/alerts'
import { raiseEvents } from '../../stores/postgres/alerts/events'
import { openDatabase, type Database } from '../../stores/postgres/pool'
import type { CountingLog } from '../../telemetry/alarms'
import { Deliverer } from '../../telemetry/alerts/deliver'
import { FeedWatch, type FeedView } from '../../telemetry/alerts/feeds'
import type { Channel } from '../../telemetry/alerts/message'
import { Outbox } from '../../telemetry/alerts/outbox'
import { quietBy } from '../../telemetry/alerts/quiet'
import { alertOf, severityOf } from '../../telemetry/alerts/raise'
import { systemClock } from '../clock'
import { openChannels, routingOf } from './channels'

const clock = systemClock()

/** Told by what the ledger says of them, with their end; the line of the log would be the same thing again. */
const BY_EVENT: ReadonlySet<FailureName> = new Set([FAILURES.accountBreak])
const EVENTS_EVERY_MS = 1_000
const EVENTS_LIMIT_MS = 5_000
const FEEDS_EVERY_MS = 5_000
const FEEDS_LIMIT_MS = 2_000
const MS_PER_SECOND = 1_000

type Settings = Pick<Config, 'configDir' | 'mode' | 'endpoints'>

/** What the parts of a process's alerting share. */
interface Alerting {
  readonly endpoints: Config['endpoints']
  readonly file: AlertsFile
  readonly channels: ReadonlyMap<string, Channel>
  /** The mode first, so that nobody takes a rehearsal for money. */
  readonly from: string
  readonly process: string
  readonly database: Database
  readonly log: CountingLog
}

/**
 * Does the work of a process while its alerts leave: the failures of its log reach the ledger, or without it the channels. `delivers`: also what happened
 * becomes alerts, and alerts reach their channels; one process of an installation has to, and several may. The last alerts leave after the work has ended.
 * @throws whatever `work` throws; ConfigurationError for an alerts.yaml that cannot be used
 */
export async function whileAlerting(
  { configDir, mode, endpoints }: Settings,
  process: string,
  log: CountingLog,
  part: 'raises' | 'delivers',
  work: () => Promise<void>,
): Promise<void> {
  const file = readAlertsFile(configDir)
  const channels = openChannels(file, configDir)
  const database = openDatabase(endpoints.databaseUrl, log)
  const alerting = { endpoints, file, channels, from: `crossbook ${mode} (${endpoints.kalshi.account})`, process, database, log }
  const ended = new AbortController()
  const outbox = outboxOf(alerting)
  const running = [outbox.run(ended.signal), ...(part === 'delivers' ? deliveries(alerting, outbox, ended.signal) : [])]
  try {
    await work()
  } finally {
    ended.abort()
    await Promise.allSettled(running)
    await database.end()
  }
}

/** Hears the failures of a process's log and hands them to the ledger, or, where that is away, to the channels themselves. */
function outboxOf({ file, channels, from, process, database, log }: Alerting): Outbox {
  const outbox = new Outbox({
    store: (alerts, signal) => raiseAlerts(database, alerts, signal),
    ...{ channels, routing: routingOf(file), from, process, clock, log },
  })
  log.onAlarm((name, fields, message, ends) => {
    if (!BY_EVENT.has(name)) outbox.raise(alertOf(name, fields, message, { ms: clock.nowMs(), ends }, file.severities))
  })
  return outbox
}

/** What one process of an installation does, and two may: events become alerts, and alerts reach their channels. */
function deliveries(alerting: Alerting, outbox: Outbox, signal: AbortSignal): readonly Promise<void>[] {
  const { endpoints, file, channels, from, database, log } = alerting
  const deliverer = new Deliverer({
    store: {
      pending: (sinceMs) => pendingAlerts(database, sinceMs),
      claim: (telling, againMs, nowMs) => claimDelivery(database, telling, againMs, nowMs),
      ended: (telling, error) => endDelivery(database, telling, error),
      forget: (id, atMs) => forgetAlert(database, id, atMs),
    },
    ...{ channels, routing: routingOf(file), wasQuiet: quietBy(quietHoursOf(file)), from, runbookUrl: file.runbook_url, clock, log },
  })
  const feeds = new FeedWatch({
    downMs: file.feed_down_s * MS_PER_SECOND,
    severityOf: (name) => severityOf(name, file.severities),
    raise: (alert) => outbox.raise(alert),
    clock,
  })
  return [
    deliverer.run(signal),
    every(EVENTS_EVERY_MS, (limit) => readEvents(database, file, limit), log, signal),
    every(FEEDS_EVERY_MS, async (limit) => feeds.look(await feedsOf(endpoints.streamingHealthPort, limit)), log, signal),
  ]
}

async function every(
  pauseMs: number,
  look: (signal: AbortSignal) => Promise<unknown>,
  log: CountingLog,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    await look(signal).catch((error: Error) => {
      if (!signal.aborted) log.warn({ error: error.message }, 'events are read again later')
    })
    await clock.sleep(pauseMs, signal).catch(() => undefined)
  }
}

const quietHoursOf = ({ quiet }: AlertsFile): Parameters<typeof quietBy>[0] =>
  quiet === null ? null : { fromMinute: quiet.from, untilMinute: quiet.until, timeZone: quiet.time_zone }

const readEvents = (database: Database, { outcomes, severities }: AlertsFile, signal: AbortSignal): Promise<number> =>
  raiseEvents(
    database,
    {
      audit: (deed) => alertOfDeed(deed, (name) => severityOf(name, severities)),
      trade: (trade) => alertOfTrade(trade, outcomes, (name) => severityOf(name, severities)),
    },
    AbortSignal.any([signal, AbortSignal.timeout(EVENTS_LIMIT_MS)]),
  )

/** As the streaming process tells them. One that does not answer has no feed that is up. */
async function feedsOf(port: number, signal: AbortSignal): Promise<readonly FeedView[]> {
  try {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(FEEDS_LIMIT_MS)])
    const response = await fetch(`http://127.0.0.1:${port}/status`, { signal: limit })
    const { feeds = [] } = (await response.json()) as { feeds?: readonly FeedView[] }
    return feeds
  } catch {
    return VENUES.map((venue) => ({ venue, state: 'not told by its process' }))
  }
}
