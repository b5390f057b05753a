import { createHash, type Hash } from 'node:crypto'
import { Client } from 'pg'

/** The largest statement sorts a table of some million rows; a backup waits for nobody's lock. */
const STATEMENT_LIMIT_MS = 600_000
const CONNECT_LIMIT_MS = 5_000
/** Rows of a question: some megabytes. */
const ROWS_AT_ONCE = 1_000
/** The tool's own list of what it applied; a backup names it in its head. */
const MIGRATIONS = 'schema_migration'

export interface Table {
  readonly name: string
  /** Of a row as it is written; what the table computes by itself is left out. */
  readonly columns: readonly string[]
  readonly key: readonly string[]
}
export interface Counted {
  readonly table: string
  readonly rows: number
  /** Of its rows as JSON, a line each, in the order of their keys. */
  readonly sha256: string
}

/** Runs `work` on a connection of its own, which may take its time. @throws whatever Postgres says. */
export async function onOwnConnection<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({
    connectionString: url,
    connectionTimeoutMillis: CONNECT_LIMIT_MS,
    query_timeout: STATEMENT_LIMIT_MS,
    application_name: 'crossbook-backup',
  })
  client.on('error', () => undefined) // the next statement tells
  await client.connect()
  try {
    await client.query("set timezone to 'UTC'") // timestamps are written in the session's zone, and hashed
    return await work(client)
  } finally {
    await client.end()
  }
}

/** The migrations that made the schema, in their order; none in a database without one. */
export async function schemaOf(client: Client): Promise<readonly string[]> {
  const known = await client.query('select 1 from pg_tables where schemaname = $1 and tablename = $2', ['public', MIGRATIONS])
  if (known.rowCount === 0) return []
  const read = await client.query<{ name: string }>(`select name from ${MIGRATIONS} order by id`)
  return read.rows.map(({ name }) => name)
}

/** Every table of the ledger, each after those that its rows refer to. @throws Error when tables refer to each other in a circle. */
export async function tablesOf(client: Client): Promise<readonly Table[]> {
  const read = await client.query<Table & { refers: readonly string[] }>(
    `select r.relname as name,
       array(select a.attname::text from pg_attribute a where a.attrelid = r.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = '' order by a.attnum) as columns,
       array(select a.attname::text from pg_index i cross join unnest(i.indkey) with ordinality k (n, at) join pg_attribute a on a.attrelid = r.oid and a.attnum = k.n
         where i.indrelid = r.oid and i.indisprimary order by k.at) as key,
       array(select c.confrelid::regclass::text from pg_constraint c where c.conrelid = r.oid and c.contype = 'f' and not c.condeferrable) as refers
     from pg_class r where r.relkind = 'r' and r.relnamespace = 'public'::regnamespace and r.relname <> $1 order by r.relname`,
    [MIGRATIONS],
  )
  const ordered: Table[] = []
  let left = read.rows
  while (left.length > 0) {
    const waiting = new Set(left.map(({ name }) => name))
    const next = left.filter(({ refers }) => !refers.some((name) => waiting.has(name)))
    if (next.length === 0) throw new Error(`tables refer to each other: ${[...waiting].join(', ')}`)
    ordered.push(...next.map(({ name, columns, key }) => ({ name, columns, key })))
    left = left.filter((table) => !next.includes(table))
  }
  return ordered
}

/** The rows of a table as lines of JSON, in the order of its key, whatever the database sorts by. Inside a transaction. */
export async function* linesOf(client: Client, { name, columns, key }: Table, signal: AbortSignal): AsyncGenerator<string> {
  const row = `jsonb_build_object(${columns.map((column) => `'${column}', t.${quoted(column)}`).join(', ')})::text as line`
  const order = key.map((column) => `t.${quoted(column)}::text collate "C"`).join(', ')
  await client.query(`declare rows no scroll cursor for select ${row} from ${quoted(name)} t order by ${order}`)
  for (;;) {
    signal.throwIfAborted()
    const { rows } = await client.query<{ line: string }>(`fetch ${ROWS_AT_ONCE} from rows`)
    for (const { line } of rows) yield line
    if (rows.length < ROWS_AT_ONCE) break
  }
  await client.query('close rows')
}

export const quoted = (name: string): string => `"${name}"`

/** Counts and hashes the lines of a table, one after another. */
export class Tally {
  readonly #hash: Hash = createHash('sha256')
  #rows = 0

  constructor(readonly table: string) {}

  add(line: string): void {
    this.#hash.update(line).update('\n')
    this.#rows += 1
  }

  result(): Counted {
    return { table: this.table, rows: this.#rows, sha256: this.#hash.digest('hex') }
  }
}
