import path from 'node:path'
import type { Log } from '../ports/log'

const TABLE = 'schema_migration'
/** Files are named by time, 17 digits down to the millisecond (UTC): what the tool orders them by. */
const DIRECTORY = path.join(__dirname, '..', '..', 'migrations', 'postgres')

/** Brings the ledger's schema up to date. @returns the names of the migrations that ran. @throws when one fails, then all are rolled back; and while another process migrates. */
export async function migrate(databaseUrl: string, log: Log): Promise<readonly string[]> {
  const { runner } = await import('node-pg-migrate') // an ES module, which require() takes from Node.js 20.19 only
  const silent = (): void => {}
  const ran = await runner({
    databaseUrl,
    dir: DIRECTORY,
    migrationsTable: TABLE,
    direction: 'up',
    singleTransaction: true,
    logger: { debug: silent, info: silent, warn: (message) => log.warn({}, message), error: (message) => log.error({}, message) },
  })
  return ran.map(({ name }) => name)
}
