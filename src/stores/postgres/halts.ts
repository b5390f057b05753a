import type { Operator, Scope } from '../../core/risk/scope'
import type { Millis } from '../../core/units'
import { transact, unlessUnreachable, type Database, type Transaction } from './pool'
import { appendAudit } from './proof/audit'

export type { Operator } from '../../core/risk/scope'

export interface Halt {
  readonly scope: Scope
  readonly epoch: number
  readonly by: string
  readonly reason: string
  readonly atMs: Millis
}
export interface Halts {
  readonly epoch: number
  readonly active: readonly Halt[]
}

/** Sets or lifts a halt and raises the epoch, audited, in one transaction. @returns the new epoch. */
export function changeHalt(
  database: Database,
  scope: Scope,
  active: boolean,
  by: Operator,
  reason: string,
  atMs: Millis,
  signal: AbortSignal,
): Promise<number> {
  return transact(database, signal, (transaction) => changeHaltIn(transaction, scope, active, by, reason, atMs))
}

/** The same, in a transaction that decides by what it has read. The first lock is the epoch's. */
export async function changeHaltIn(
  transaction: Transaction,
  scope: Scope,
  active: boolean,
  by: Operator,
  reason: string,
  atMs: Millis,
): Promise<number> {
  const raised = await transaction.query<{ value: number }>(`update epoch set value = value + 1 where name = 'halt' returning value`)
  const epoch = raised.rows[0]?.value ?? 0
  await transaction.query(
    `insert into halt (scope, active, epoch, by_name, role, reason, at_ms) values ($1,$2,$3,$4,$5,$6,$7)
     on conflict (scope) do update set active = excluded.active, epoch = excluded.epoch, by_name = excluded.by_name, role = excluded.role, reason = excluded.reason, at_ms = excluded.at_ms`,
    [scope, active, epoch, by.name, by.role, reason, atMs],
  )
  await appendAudit(transaction, by, active ? 'halt' : 'resume', { scope, reason, epoch }, atMs)
  await transaction.query(`select pg_notify('crossbook_halt', $1)`, [String(epoch)])
  return epoch
}

/** The halts in force and the epoch they belong to, in one snapshot. */
export async function readHalts(database: Database): Promise<Halts> {
  const read = await database.query<{ epoch: number; active: Halt[] }>(
    `select (select value from epoch where name = 'halt') as epoch,
      (select coalesce(json_agg(json_build_object('scope', scope, 'epoch', epoch, 'by', by_name, 'reason', reason, 'atMs', at_ms) order by scope), '[]') from halt where active) as active`,
  )
  const row = read.rows[0]
  return { epoch: row?.epoch ?? 0, active: row?.active ?? [] }
}

export interface HaltChange extends Halt {
  readonly active: boolean
}

/** The newest order on each scope that was changed after an epoch, oldest first, and the epoch now. @throws LedgerUnreachable */
export async function readHaltChanges(
  database: Database,
  afterEpoch: number,
): Promise<{ readonly epoch: number; readonly changes: readonly HaltChange[] }> {
  const read = await unlessUnreachable(
    database.query<{ epoch: number; changes: HaltChange[] }>(
      `select (select value from epoch where name = 'halt') as epoch,
        (select coalesce(json_agg(json_build_object('scope', scope, 'active', active, 'epoch', epoch, 'by', by_name, 'reason', reason, 'atMs', at_ms) order by epoch), '[]')
          from halt where epoch > $1) as changes`,
      [afterEpoch],
    ),
  )
  const row = read.rows[0]
  return { epoch: row?.epoch ?? 0, changes: row?.changes ?? [] }
}

/** What a kill came to, for ever. @throws LedgerUnreachable */
export function recordKill(database: Database, by: Operator, report: object, atMs: Millis, signal: AbortSignal): Promise<void> {
  return transact(database, signal, (transaction) => appendAudit(transaction, by, 'kill', report, atMs))
}
