import type { Limits } from '../../core/risk/limits'
import type { Millis } from '../../core/units'
import type { Operator } from './halts'
import { transact, unlessUnreachable, type Database } from './pool'

/** Makes a set of limits the one in force; the same again changes nothing. Audited. @throws when its version is on record with other figures. */
export function importLimits(database: Database, limits: Limits, by: Operator, atMs: Millis, signal: AbortSignal): Promise<void> {
  return transact(database, signal, async (transaction) => {
    await transaction.query('select 1 from risk_lock for update')
    const other = await transaction.query('select 1 from limits_version where version = $1 and body <> $2', [
      limits.version,
      JSON.stringify(limits),
    ])
    if (other.rowCount) throw new Error(`limits "${limits.version}" are on record with other figures: give the changed file a new version`)
    const current = await transaction.query<{ version: string }>('select version from limits_version where active')
    if (current.rows[0]?.version === limits.version) return
    await transaction.query('update limits_version set active = false where active')
    await transaction.query(
      `insert into limits_version (version, body, by_name, at_ms, active) values ($1,$2,$3,$4,true)
       on conflict (version) do update set active = true, at_ms = excluded.at_ms, by_name = excluded.by_name`,
      [limits.version, JSON.stringify(limits), by.name, atMs],
    )
    await transaction.query('insert into audit (at_ms, by_name, role, action, detail) values ($1,$2,$3,$4,$5)', [
      atMs,
      by.name,
      by.role,
      'limits',
      JSON.stringify({ before: current.rows[0]?.version ?? null, after: limits.version }),
    ])
  })
}

/** @throws LedgerUnreachable; Error when no limits were ever imported: nothing may trade without any. */
export async function readLimits(database: Database): Promise<Limits> {
  const read = await unlessUnreachable(database.query<{ body: Limits }>('select body from limits_version where active'))
  const row = read.rows[0]
  if (!row) throw new Error('no limits in force: import config/limits.yaml first (crossbook doctor)')
  return row.body
}
