import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { withLimit } from '../../ports/limit'
import type { Database } from '../../stores/postgres/pool'
import { applyKeep, pendingKeep, type KeepDays, type Kept } from '../../stores/questdb/keep'
import { migrateQuestdb, pendingMigrations } from '../../stores/questdb/migrate'
import { explained } from './query'

/** The same distance from `src/operator/record` and from `dist/operator/record`. */
const LEDGER_MIGRATIONS = path.join(__dirname, '..', '..', '..', 'migrations', 'postgres')
/** Postgres says so where there is no such table. */
const UNDEFINED_TABLE = '42P01'
/** A new server makes its tables in two seconds; a busy one waits for its writers. */
const RECORD_LIMIT_MS = 60_000

export interface MigrateDependencies {
  readonly database: Database
  /** Applies what is pending. @returns the names. */
  readonly migrateLedger: () => Promise<readonly string[]>
  /** null: this stack keeps no record. */
  readonly questdbUrl: string | null
  readonly keep: KeepDays
}
export interface Migrated {
  readonly ledger: readonly string[]
  /** null: there is none. */
  readonly record: { readonly applied: readonly string[]; readonly kept: readonly Kept[] } | null
}

/**
 * Brings both schemas up to date, the ledger's first, and sets how long the record is kept.
 * @param dryRun tells what would be done, and does nothing.
 * @throws Error with a sentence when a database is newer than this program, a migration was changed after it was applied, or a server is away.
 */
export async function migrateAll(dependencies: MigrateDependencies, dryRun: boolean): Promise<Migrated> {
  const { database, migrateLedger, questdbUrl } = dependencies
  const pending = await pendingOfLedger(database)
  const ledger = dryRun || pending.length === 0 ? pending : await migrateLedger()
  return { ledger, record: questdbUrl === null ? null : await migrateRecord(questdbUrl, dependencies.keep, dryRun) }
}

/** @param dir for tests. @throws Error when the ledger was made by a newer version. */
export async function pendingOfLedger(database: Database, dir: string = LEDGER_MIGRATIONS): Promise<readonly string[]> {
  const known = (await readdir(dir)).filter((name) => name.endsWith('.sql')).map((name) => path.basename(name, '.sql'))
  const applied = await appliedToLedger(database)
  const newer = applied.filter((name) => !known.includes(name))
  if (newer.length > 0)
    throw new Error(`the ledger was made by a newer version of Crossbook, which has applied ${newer.join(', ')}: install that version`)
  return known.filter((name) => !applied.includes(name)).toSorted()
}

async function appliedToLedger(database: Database): Promise<readonly string[]> {
  try {
    return (await database.query<{ name: string }>('select name from schema_migration order by name')).rows.map(({ name }) => name)
  } catch (error) {
    if ((error as { readonly code?: string }).code === UNDEFINED_TABLE) return [] // a database that is new
    throw error
  }
}

async function migrateRecord(httpUrl: string, keep: KeepDays, dryRun: boolean): Promise<NonNullable<Migrated['record']>> {
  const work = async (limit: AbortSignal): Promise<NonNullable<Migrated['record']>> => {
    if (!dryRun) return { applied: await migrateQuestdb(httpUrl, limit), kept: await applyKeep(httpUrl, keep, limit) }
    const applied = (await pendingMigrations(httpUrl, limit)).map(({ name }) => name)
    return { applied, kept: (await pendingKeep(httpUrl, keep, limit)).map(({ table, days }) => ({ table, days })) }
  }
  return withLimit([], RECORD_LIMIT_MS, work).catch((error: unknown) => {
    throw explained(error, httpUrl, '', RECORD_LIMIT_MS / 1_000)
  })
}
