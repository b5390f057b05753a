import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { query } from './query'

/** The same distance from `src/stores/questdb` and from `dist/stores/questdb`. */
const MIGRATIONS = path.join(__dirname, '..', '..', '..', 'migrations', 'questdb')
const FILE_NAME = /^\d{3}_[a-z_]+\.sql$/
/** Not WAL: what was recorded is seen by the next query. */
const RECORD_TABLE = `CREATE TABLE IF NOT EXISTS schema_migrations (ts TIMESTAMP, name VARCHAR, sha256 VARCHAR)
  TIMESTAMP(ts) PARTITION BY YEAR BYPASS WAL`

/**
 * Applies the numbered files that the table `schema_migrations` does not name yet, in order. There are no transactions: every
 * statement says IF NOT EXISTS, so a run that was cut off, or two at once, do no harm.
 * @returns the names of the files applied now.
 * @throws Error when an applied file was changed since, or a file name is not `NNN_name.sql`; QueryRefused; TypeError when the
 * server cannot be reached; the signal's reason.
 */
export async function migrateQuestdb(httpUrl: string, signal: AbortSignal, dir: string = MIGRATIONS): Promise<readonly string[]> {
  await query(httpUrl, RECORD_TABLE, signal)
  const { rows } = await query(httpUrl, 'SELECT name, sha256 FROM schema_migrations', signal)
  const applied = new Map(rows.map(([name, sha256]) => [String(name), String(sha256)]))
  const now: string[] = []
  for (const name of (await readdir(dir)).toSorted()) {
    if (!FILE_NAME.test(name)) throw new Error(`${path.join(dir, name)} is not named NNN_name.sql: rename it or move it away`)
    const sql = await readFile(path.join(dir, name), 'utf8')
    const sha256 = createHash('sha256').update(sql).digest('hex')
    const before = applied.get(name)
    if (before === sha256) continue
    if (before !== undefined) throw new Error(`${name} was changed after it was applied: undo the change and add a new file`)
    for (const statement of statementsOf(sql)) await query(httpUrl, statement, signal)
    await query(httpUrl, `INSERT INTO schema_migrations VALUES (now(), '${name}', '${sha256}')`, signal)
    now.push(name)
  }
  return now
}

/** Statements end with a semicolon at the end of a line; comments go, for the server takes one bare statement at a time. */
function statementsOf(sql: string): string[] {
  const bare = sql.replaceAll(/--.*$/gm, '')
  return bare
    .split(/;\s*$/m)
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '')
}
