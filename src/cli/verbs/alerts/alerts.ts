import { answer, listAlerts, showAlert, testAlerts, type AlertDetail } from '../../../operator/alerts/alerts'
import { systemClock } from '../../../wiring/clock'
import { clockTime, print, printJson, table } from '../../render'
import { withConnections } from '../session'

/** The ledger answers in milliseconds, or is away. */
const LIMIT_MS = 5_000
/** More than anybody reads. */
const LISTED_MAX = 200
const clock = systemClock()

function numberOf(text: string): number {
  const id = /^[1-9]\d{0,14}$/.test(text) ? Number.parseInt(text, 10) : NaN
  if (Number.isNaN(id)) throw new RangeError(`"${text}" is not the number of an alert: crossbook alerts list`)
  return id
}

export function list(all: boolean, json: boolean): Promise<void> {
  return withConnections(async ({ database }) => {
    const alerts = await listAlerts(database, all ? 'all' : 'open', LISTED_MAX)
    if (json) return printJson(alerts)
    if (alerts.length === 0) return print(all ? 'no alerts on record' : 'no open alerts')
    const rows = alerts.map(({ id, severity, state, count, lastMs, title, acknowledgedBy }) => [
      ...[String(id), severity, acknowledgedBy === null ? state : `${state} (${acknowledgedBy})`, String(count), clockTime(lastMs), title],
    ])
    print(table(['alert', 'severity', 'state', 'times', 'last', 'what'], rows, [0, 3]))
  })
}

export function show(id: string, json: boolean): Promise<void> {
  return withConnections(async ({ database }) => shown(await showAlert(database, numberOf(id)), json))
}

export function answered(how: 'acknowledge' | 'end', id: string, json: boolean): Promise<void> {
  return withConnections(async ({ database, config }) =>
    shown(await answer(database, numberOf(id), how, config.operator, clock.nowMs(), AbortSignal.timeout(LIMIT_MS)), json),
  )
}

export function test(json: boolean): Promise<void> {
  return withConnections(async ({ database, config }) => {
    await testAlerts(database, config.operator, clock.nowMs(), AbortSignal.timeout(LIMIT_MS))
    if (json) printJson({ raised: true })
    else print('a test is raised: crossbook alerts list, then show, tells who took it')
  })
}

function shown(alert: AlertDetail, json: boolean): void {
  if (json) return printJson(alert)
  const { id, name, severity, state, title, detail, tradeId, count, firstMs, lastMs, deliveries } = alert
  const told = deliveries.map(({ channel, occasion, state: how, attempts, error, atMs }) => [
    ...[channel, occasion, how, String(attempts), clockTime(atMs), error ?? ''],
  ])
  return print(
    [
      `alert ${id} (${name}): ${severity}, ${state}, ${count} times from ${clockTime(firstMs)} to ${clockTime(lastMs)}`,
      title,
      ...(detail === '' ? [] : [detail]),
      ...(tradeId === null ? [] : [`crossbook trade ${tradeId}`]),
      told.length === 0 ? 'no channel was told' : table(['channel', 'occasion', 'state', 'tries', 'at', ''], told, [3]),
    ].join('\n\n'),
  )
}
