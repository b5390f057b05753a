import type { Client } from 'pg'
import { readBackup } from './dump'
import { linesOf, onOwnConnection, quoted, schemaOf, tablesOf, Tally, type Counted, type Table } from './tables'

/** Rows of a statement: some hundred kilobytes of JSON. */
const ROWS_AT_ONCE = 500

/** @throws Error when there is anything in the database: a ledger is never written over. */
export const refuseUsed = (url: string): Promise<void> =>
  onOwnConnection(url, async (client) => {
    const found = await client.query<{ name: string }>(
      `select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'v', 'm', 'p') order by 1 limit 3`,
    )
    if (found.rows.length > 0)
      throw new Error(`the database is not empty (it has ${found.rows.map(({ name }) => name).join(', ')} …): name an empty one`)
  })

/** Makes an empty database beside the one of the address. @throws Error when there is one of the name. @returns its address. */
export async function makeDatabase(url: string, name: string): Promise<string> {
  await onOwnConnection(url, (client) => client.query(`create database ${quoted(name)}`))
  return Object.assign(new URL(url), { pathname: `/${name}` }).href
}

export const dropDatabase = (url: string, name: string): Promise<unknown> =>
  onOwnConnection(url, (client) => client.query(`drop database if exists ${quoted(name)}`))

/**
 * Puts the rows of a backup into a ledger that is migrated and unused, in one transaction: all of them or none. Every table is read back and compared
 * with what the backup says, count and hash, before it is committed. The owner of the tables does this: the triggers that write rows by themselves rest
 * meanwhile, for the rows that they wrote are in the backup.
 * @throws Error with one sentence when the file is damaged or cut off, of another schema, or a table is not what it was; nothing is restored then.
 */
export const restoreLedger = (url: string, file: string, signal: AbortSignal): Promise<readonly Counted[]> =>
  onOwnConnection(url, async (client) => {
    await client.query('begin')
    const tables = await tablesOf(client)
    await client.query('set constraints all deferred')
    for (const { name } of tables) await client.query(`alter table ${quoted(name)} disable trigger user`)
    for (const { name } of tables.toReversed()) await client.query(`delete from ${quoted(name)}`) // the few that migrations have written
    const end = await load(client, tables, file, signal)
    await client.query('set constraints all immediate')
    for (const { name } of tables) await client.query(`alter table ${quoted(name)} enable trigger user`)
    await compare(client, tables, end, signal)
    await client.query('commit')
    return end
  })

async function load(client: Client, tables: readonly Table[], file: string, signal: AbortSignal): Promise<readonly Counted[]> {
  const byName = new Map(tables.map((table) => [table.name, table]))
  let waiting: { readonly table: Table; readonly lines: string[] } | null = null
  const write = async (): Promise<void> => {
    if (waiting !== null) await insert(client, waiting.table, waiting.lines)
    waiting = null
  }
  for await (const part of readBackup(file)) {
    signal.throwIfAborted()
    if (part.kind === 'head') await refuseOtherSchema(client, part.head.schema)
    if (part.kind === 'end') {
      await write()
      return part.end
    }
    if (part.kind !== 'row') continue
    if (waiting?.table.name !== part.table || waiting.lines.length >= ROWS_AT_ONCE) {
      await write()
      const table = byName.get(part.table)
      if (!table) throw new Error(`the backup has a table ${part.table}, and this schema has none`)
      waiting = { table, lines: [] }
    }
    waiting.lines.push(part.line)
  }
  throw new Error(`${file} is empty`)
}

async function refuseOtherSchema(client: Client, schema: readonly string[]): Promise<void> {
  const own = await schemaOf(client)
  if (schema.join() === own.join()) return
  throw new Error(
    `the backup is of schema ${schema.at(-1)}, this version has ${own.at(-1)}: restore it with the version of Crossbook that made it, and migrate then`,
  )
}

async function insert(client: Client, { name, columns }: Table, lines: readonly string[]): Promise<void> {
  const list = columns.map(quoted).join(', ')
  await client.query(
    `insert into ${quoted(name)} (${list}) overriding system value select ${list} from jsonb_populate_recordset(null::${quoted(name)}, $1::jsonb)`,
    [`[${lines.join(',')}]`],
  )
}

/** Numbers that the database counts by itself go on after the last one; then every row is read back. */
async function compare(client: Client, tables: readonly Table[], end: readonly Counted[], signal: AbortSignal): Promise<void> {
  const counted = await client.query<{ table: string; column: string; sequence: string }>(
    `select c.relname as table, a.attname as column, pg_get_serial_sequence(quote_ident(c.relname), a.attname) as sequence
     from pg_class c join pg_attribute a on a.attrelid = c.oid where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and a.attidentity <> ''`,
  )
  for (const { table, column, sequence } of counted.rows)
    await client.query(`select setval($1, coalesce(max(${quoted(column)}), 1), max(${quoted(column)}) is not null) from ${quoted(table)}`, [
      sequence,
    ])
  for (const table of tables) {
    const told = end.find(({ table: name }) => name === table.name)
    const tally = new Tally(table.name)
    for await (const line of linesOf(client, table, signal)) tally.add(line)
    const { rows, sha256 } = tally.result()
    if (told?.rows !== rows || told.sha256 !== sha256)
      throw new Error(
        `table ${table.name} is not what it was: ${rows} rows, the backup says ${told?.rows ?? 'none'}. The file was changed; nothing was restored`,
      )
  }
}
