import type { TradeId } from '../../../core/ids'
import type { Canary, Drill, DrillReport } from '../../../core/risk/drill'
import type { Operator } from '../../../core/risk/scope'
import { millis, type Millis } from '../../../core/units'
import { changeHaltIn } from '../halts'
import { transact, unlessUnreachable, type Database } from '../pool'
import { appendAudit } from '../proof/audit'

/** Every step of a drill has its limit, and all of them together end long before: one that has not ended by then was cut off. */
const ABANDONED_AFTER_MS = 600_000

export type NewDrill = Pick<Drill, 'drillId' | 'mode' | 'by' | 'shards' | 'startedMs'>

/** A drill as it is kept. `report` null: it runs, or its workflow has died. */
export interface DrillRecord {
  readonly drillId: TradeId
  readonly mode: Drill['mode']
  readonly by: Operator
  readonly startedMs: Millis
  readonly endedMs: Millis | null
  readonly outcome: DrillReport['outcome'] | null
  readonly report: DrillReport | null
}

/**
 * Begins a drill, or finds the one that this run has begun already. One that was cut off is ended as failed first.
 * @returns its id and beginning; null: another one runs. @throws LedgerUnreachable
 */
export function openDrill(
  database: Database,
  run: string,
  { drillId, mode, by, shards, startedMs }: NewDrill,
  signal: AbortSignal,
): Promise<Pick<Drill, 'drillId' | 'startedMs'> | null> {
  return transact(database, signal, async (transaction) => {
    await transaction.query('lock table drill in share row exclusive mode')
    const known = await transaction.query<Pick<Drill, 'drillId' | 'startedMs'>>(
      `select id as "drillId", started_ms as "startedMs" from drill where run = $1`,
      [run],
    )
    if (known.rows[0]) return known.rows[0]
    const cutOff = await transaction.query<{ id: string }>(
      `update drill set ended_ms = $1, outcome = 'failed', report = json_build_object('reasons', json_build_array('it was cut off: its workflow has not ended'))
       where ended_ms is null and started_ms < $2 returning id`,
      [startedMs, startedMs - ABANDONED_AFTER_MS],
    )
    for (const { id } of cutOff.rows) await appendAudit(transaction, by, 'drill-cut-off', { drillId: id }, startedMs)
    const running = await transaction.query('select 1 from drill where ended_ms is null')
    if (running.rowCount !== 0) return null
    await transaction.query(`insert into drill (id, run, mode, shards, by_name, role, started_ms) values ($1, $2, $3, $4, $5, $6, $7)`, [
      drillId,
      run,
      mode,
      shards,
      by.name,
      by.role,
      startedMs,
    ])
    await appendAudit(transaction, by, 'drill-began', { drillId, mode, shards }, startedMs)
    return { drillId, startedMs }
  })
}

/** E3: durable before their bytes leave. @throws Error when the drill does not run; LedgerUnreachable */
export function noteCanaries(database: Database, drillId: TradeId, canaries: readonly Canary[], signal: AbortSignal): Promise<void> {
  return transact(database, signal, async (transaction) => {
    const noted = await transaction.query(
      `update drill set canaries = canaries || $2::jsonb where id = $1 and ended_ms is null
         and not exists (select 1 from jsonb_array_elements(canaries) as noted (canary) join jsonb_array_elements($2::jsonb) as wanted (canary)
           on noted.canary ->> 'clientOrderId' = wanted.canary ->> 'clientOrderId')`,
      [drillId, JSON.stringify(canaries)],
    )
    if (noted.rowCount !== 1) throw new Error(`drill ${drillId} does not run, or has placed these canaries before`)
  })
}

/** Every order id of a canary, ever: what no trade explains and no break is. @throws LedgerUnreachable */
export async function readCanaryIds(database: Database): Promise<ReadonlySet<string>> {
  const read = await unlessUnreachable(
    database.query<{ id: string }>(
      `select canary ->> 'clientOrderId' as id from drill cross join jsonb_array_elements(canaries) as canary`,
    ),
  )
  return new Set(read.rows.map(({ id }) => id))
}

/** Stored for ever; a repeated end changes nothing. @throws LedgerUnreachable */
export function closeDrill(database: Database, report: DrillReport, signal: AbortSignal): Promise<void> {
  const { drillId, by, outcome, reasons, slow, endedMs } = report
  return transact(database, signal, async (transaction) => {
    const closed = await transaction.query('update drill set ended_ms = $2, outcome = $3, report = $4 where id = $1 and ended_ms is null', [
      drillId,
      endedMs,
      outcome,
      JSON.stringify(report),
    ])
    if (closed.rowCount === 1) await appendAudit(transaction, by, 'drill-ended', { drillId, outcome, reasons, slow }, endedMs)
  })
}

/**
 * Lifts the halt of all that has this epoch, and no other: one that somebody ordered meanwhile has a later one.
 * @returns whose halt stands instead, in words; null: it was lifted. @throws LedgerUnreachable
 */
export function liftOwnHalt(
  database: Database,
  epoch: number,
  by: Operator,
  reason: string,
  atMs: Millis,
  signal: AbortSignal,
): Promise<string | null> {
  return transact(database, signal, async (transaction) => {
    // the order of locks of every change of a halt: the epoch first
    await transaction.query(`select 1 from epoch where name = 'halt' for update`)
    const standing = await transaction.query<{ epoch: number; by_name: string; reason: string; active: boolean }>(
      `select epoch, by_name, reason, active from halt where scope = 'all' for update`,
    )
    const [halt] = standing.rows
    if (halt?.epoch !== epoch)
      return halt?.active ? `${halt.by_name} has halted all meanwhile: ${halt.reason}` : 'it was lifted by somebody else'
    await changeHaltIn(transaction, 'all', false, by, reason, atMs)
    return null
  })
}

const COLUMNS = `id as "drillId", mode, json_build_object('name', by_name, 'role', role) as by, started_ms as "startedMs", ended_ms as "endedMs", outcome, report`

/** The newest first. @throws LedgerUnreachable */
export async function listDrills(database: Database, limit: number): Promise<readonly DrillRecord[]> {
  const read = await unlessUnreachable(
    database.query<DrillRecord>(`select ${COLUMNS} from drill order by started_ms desc, id desc limit $1`, [limit]),
  )
  return read.rows
}

/** @returns null when there is none of that id. @throws LedgerUnreachable */
export async function readDrill(database: Database, drillId: string): Promise<DrillRecord | null> {
  const read = await unlessUnreachable(database.query<DrillRecord>(`select ${COLUMNS} from drill where id = $1`, [drillId]))
  return read.rows[0] ?? null
}

export interface DrillTimes {
  /** null: none ever has. */
  readonly lastPassedMs: Millis | null
  /** Since when there is something to drill: the opening of the accounts; null: they are not opened. */
  readonly openedMs: Millis | null
  /** A drill that has begun and not ended. */
  readonly runningSinceMs: Millis | null
}

/** @throws LedgerUnreachable */
export async function readDrillTimes(database: Database): Promise<DrillTimes> {
  const read = await unlessUnreachable(
    database.query<{ passed: number | null; opened: number | null; running: number | null }>(
      `select (select max(ended_ms) from drill where outcome = 'passed') as passed,
        (select min(at_ms) from transfer where kind = 'deposit' and starts_with(id, 'opening:')) as opened,
        (select min(started_ms) from drill where ended_ms is null) as running`,
    ),
  )
  const at = (ms: number | null | undefined): Millis | null => (ms === null || ms === undefined ? null : millis(ms))
  const row = read.rows[0]
  return { lastPassedMs: at(row?.passed), openedMs: at(row?.opened), runningSinceMs: at(row?.running) }
}
