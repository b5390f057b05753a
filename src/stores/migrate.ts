import { readdir } from 'node:fs/promises'
import path from 'node:path'
import type { Log } from '../ports/log'
import { onOwnConnection, schemaOf } from './postgres/backup/tables'

const TABLE = 'schema_migration'
/** Files are named by time, 17 digits down to the millisecond (UTC): what the tool orders them by. */
const DIRECTORY = path.join(__dirname, '..', '..', 'migrations', 'postgres')

/** What the product connects as may not change tables. On a server of ours, which asks for no password, the owner of the tables does. */
const APP = 'crossbook_app'
const MIGRATOR = 'crossbook_migrator'

/** The same database as who may change its tables: on a server of ours the migrator; else as who the address says. */
export function asOwner(databaseUrl: string): string {
  const url = new URL(databaseUrl)
  return url.username === APP && url.password === '' ? Object.assign(url, { username: MIGRATOR }).href : databaseUrl
}

/** Brings the ledger's schema up to date. @returns the names of the migrations that ran. @throws when one fails, then all are rolled back; and while another process migrates. */
export async function migrate(databaseUrl: string, log: Log): Promise<readonly string[]> {
  // who may only read the list of migrations may start, when there is nothing to do
  const applied = await onOwnConnection(databaseUrl, schemaOf)
  const files = (await readdir(DIRECTORY)).filter((name) => name.endsWith('.sql')).map((name) => path.basename(name, '.sql'))
  if (files.every((name) => applied.includes(name))) return []
  const { runner } = await import('node-pg-migrate') // an ES module, which require() takes from Node.js 20.19 only
  const silent = (): void => {}
  const ran = await runner({
    databaseUrl: asOwner(databaseUrl),
    dir: DIRECTORY,
    migrationsTable: TABLE,
    direction: 'up',
    singleTransaction: true,
    logger: { debug: silent, info: silent, warn: (message) => log.warn({}, message), error: (message) => log.error({}, message) },
  })
  return ran.map(({ name }) => name)
}
