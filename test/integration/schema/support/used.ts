import { randomBytes } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { openDatabase, type Database } from '../../../../src/stores/postgres/pool'
import { LogBook } from '../../../stores/doubles'
import { onServer, urlOf } from '../../ledger/support/ledger'

const MIGRATIONS = path.join(__dirname, '..', '..', '..', '..', 'migrations', 'postgres')
const FILES = readdirSync(MIGRATIONS).sort()

/** A database of its own whose schema ends with a migration, as the product left it before there were later ones. */
export class UsedDatabase {
  readonly name = `crossbook_${randomBytes(6).toString('hex')}`
  readonly url = urlOf(this.name)
  /** Those that are to come. */
  readonly later: readonly string[]
  readonly #files: readonly string[]
  database!: Database

  /** @param last its file's number and name. */
  constructor(last: string) {
    const at = FILES.indexOf(`${last}.sql`)
    if (at < 0) throw new Error(`there is no migration ${last}`)
    this.#files = FILES.slice(0, at + 1)
    this.later = FILES.slice(at + 1)
  }

  /** With the list of what ran, as the tool keeps it. */
  async create(): Promise<void> {
    await onServer(`create database ${this.name}`)
    this.database = openDatabase(this.url, new LogBook())
    for (const file of this.#files) {
      const [up = ''] = readFileSync(path.join(MIGRATIONS, file), 'utf8').split('-- Down Migration')
      await this.database.query(up)
    }
    await this.database.query(
      'create table schema_migration (id serial primary key, name varchar(255) not null, run_on timestamp not null)',
    )
    for (const file of this.#files)
      await this.database.query('insert into schema_migration (name, run_on) values ($1, now())', [path.basename(file, '.sql')])
  }
  async drop(): Promise<void> {
    await this.database.end()
    await onServer(`drop database ${this.name} with (force)`)
  }

  async column(query: string): Promise<unknown[]> {
    const read = await this.database.query<unknown[]>({ text: query, rowMode: 'array' })
    return read.rows.map(([first]) => first)
  }

  /** The rows of every table that this one has too, as they are; what a later migration has added is not there, and no trigger fires. */
  async copyFrom(other: Database): Promise<void> {
    const tables = `select relname from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace and relname <> 'schema_migration' order by 1`
    for (const table of await this.column(tables)) {
      const columns = (await this.column(
        `select attname from pg_attribute where attrelid = '${String(table)}'::regclass and attnum > 0 and not attisdropped and attgenerated = '' order by attnum`,
      )) as string[]
      const read = await other.query<{ rows: string }>(`select coalesce(json_agg(t), '[]')::text as rows from ${String(table)} t`)
      const names = columns.join(', ')
      await this.database.query(
        `begin; set local session_replication_role = replica; delete from ${String(table)};
         insert into ${String(table)} (${names}) overriding system value select ${names}
           from json_populate_recordset(null::${String(table)}, ${literal(read.rows[0]?.rows ?? '[]')}); commit`,
      )
    }
    await this.#advanceIdentities()
  }

  async #advanceIdentities(): Promise<void> {
    const read = await this.database.query<{ name: string; column: string }>(
      `select attrelid::regclass::text as name, attname as column from pg_attribute where attidentity <> '' and attnum > 0`,
    )
    for (const { name, column } of read.rows)
      await this.database.query(
        `select setval(pg_get_serial_sequence('${name}', '${column}'), (select coalesce(max(${column}), 0) + 1 from ${name}), false)`,
      )
  }
}
const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`
