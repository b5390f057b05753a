import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { query, QueryRefused } from './query'

/** The same distance from `src/stores/questdb` and from `dist/stores/questdb`. */
const MIGRATIONS = path.join(__dirname, '..', '..', '..', 'migrations', 'questdb')
const FILE_NAME = /^\d{3}_[a-z0-9_]+\.sql$/
/** The table or view that a statement makes or changes. */
const SUBJECT = /^(?:CREATE TABLE IF NOT EXISTS|CREATE MATERIALIZED VIEW IF NOT EXISTS|ALTER TABLE) (\w+)/
/** QuestDB's own name for the time of a table that a row has made; ours is `ts`. */
const TIME_OF_A_ROW_MADE_TABLE = 'timestamp'

/** Where the files are, and the table that names those that were applied. */
export interface Series {
  readonly dir: string
  readonly table: string
}
const OURS: Series = { dir: MIGRATIONS, table: 'schema_migrations' }

interface Migration {
  readonly name: string
  readonly statements: readonly string[]
  readonly sha256: string
  /** It was applied, and a table of it is gone. */
  readonly isRepair: boolean
}

/**
 * Applies the numbered files that the table `schema_migrations` does not name yet, and again those of which a table or view was dropped, in order. There are
 * no transactions: every statement says IF NOT EXISTS, so a run that was cut off, or two at once, do no harm.
 * @returns the names of the files applied now.
 * @throws Error as {@link pendingMigrations}; QueryRefused; TypeError when the server cannot be reached; the signal's reason.
 */
export async function migrateQuestdb(httpUrl: string, signal: AbortSignal, series: Series = OURS): Promise<readonly string[]> {
  // not WAL: what was recorded is seen by the next query
  const table = `CREATE TABLE IF NOT EXISTS ${series.table} (ts TIMESTAMP, name VARCHAR, sha256 VARCHAR) TIMESTAMP(ts) PARTITION BY YEAR BYPASS WAL`
  await query(httpUrl, table, signal)
  const pending = await pendingMigrations(httpUrl, signal, series)
  for (const { name, statements, sha256, isRepair } of pending) {
    for (const statement of statements) await query(httpUrl, statement, signal)
    if (!isRepair) await query(httpUrl, `INSERT INTO ${series.table} VALUES (now(), '${name}', '${sha256}')`, signal)
  }
  return pending.map(({ name }) => name)
}

/**
 * What {@link migrateQuestdb} would apply. Changes nothing.
 * @throws Error when an applied file was changed since, when a newer version of the program has applied files that this one lacks, when a row has made a
 * table that is ours to make, or a file name is not `NNN_name.sql`; QueryRefused; TypeError when the server cannot be reached; the signal's reason.
 */
export async function pendingMigrations(
  httpUrl: string,
  signal: AbortSignal,
  { dir, table }: Series = OURS,
): Promise<readonly Migration[]> {
  const applied = await readApplied(httpUrl, table, signal)
  const there = await readTables(httpUrl, signal)
  const files = (await readdir(dir)).toSorted()
  const newer = [...applied.keys()].filter((name) => !files.includes(name))
  if (newer.length > 0)
    throw new Error(`the record was made by a newer version of Crossbook, which has applied ${newer.join(', ')}: install that version`)
  const pending: Migration[] = []
  for (const name of files) {
    if (!FILE_NAME.test(name)) throw new Error(`${path.join(dir, name)} is not named NNN_name.sql: rename it or move it away`)
    const sql = await readFile(path.join(dir, name), 'utf8')
    const sha256 = createHash('sha256').update(sql).digest('hex')
    const before = applied.get(name)
    if (before !== undefined && before !== sha256)
      throw new Error(`${name} was changed after it was applied: undo the change and add a new file`)
    const statements = statementsOf(sql)
    const subjects = statements.flatMap((statement) => SUBJECT.exec(statement)?.[1] ?? [])
    for (const subject of subjects) refuseForeign(subject, there.get(subject))
    if (before === undefined || subjects.some((subject) => !there.has(subject)))
      pending.push({ name, statements, sha256, isRepair: before !== undefined })
  }
  return pending
}

async function readApplied(httpUrl: string, table: string, signal: AbortSignal): Promise<ReadonlyMap<string, string>> {
  try {
    const { rows } = await query(httpUrl, `SELECT name, sha256 FROM ${table}`, signal)
    return new Map(rows.map(([name, sha256]) => [String(name), String(sha256)]))
  } catch (error) {
    if (error instanceof QueryRefused && error.reason.includes('does not exist')) return new Map() // a server that is new
    throw error
  }
}

/** Each table and view with the column that is its time; null: none is. */
async function readTables(httpUrl: string, signal: AbortSignal): Promise<ReadonlyMap<string, string | null>> {
  const { rows } = await query(httpUrl, 'SELECT table_name, designatedTimestamp FROM tables()', signal)
  return new Map(rows.map(([name, time]) => [String(name), typeof time === 'string' ? time : null]))
}

function refuseForeign(table: string, time: string | null | undefined): void {
  if (time !== TIME_OF_A_ROW_MADE_TABLE) return
  throw new Error(
    `${table} was dropped, and made by a row that came after, without its keys: set line.auto.create.new.tables=false in QuestDB's server.conf, then RENAME TABLE ${table} TO ${table}_aside`,
  )
}

/** A view whose table was dropped keeps its rows and gets no more. */
export async function stoppedViews(httpUrl: string, signal: AbortSignal): Promise<readonly string[]> {
  const { rows } = await query(httpUrl, `SELECT view_name FROM materialized_views() WHERE view_status = 'invalid' ORDER BY 1`, signal)
  return rows.map(([name]) => String(name))
}

/** Statements end with a semicolon at the end of a line; comments go, for the server takes one bare statement at a time. */
function statementsOf(sql: string): string[] {
  const bare = sql.replaceAll(/--.*$/gm, '')
  return bare
    .split(/;\s*$/m)
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '')
}
