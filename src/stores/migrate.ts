import path from 'node:path'
import { runner } from 'node-pg-migrate'
import type { Log } from '../ports/log'

const TABLE = 'schema_migration'
const DIRECTORY = path.join(__dirname, '..', '..', 'migrations', 'postgres')

/** Brings the ledger's schema up to date. @returns the names of the migrations that ran. @throws when one fails; it is rolled back whole. */
export async function migrate(databaseUrl: string, log: Log): Promise<readonly string[]> {
  const silent = (): void => {}
  const ran = await runner({
    databaseUrl,
    dir: DIRECTORY,
    migrationsTable: TABLE,
    direction: 'up',
    singleTransaction: true,
    advisoryLockOptions: { retry: true },
    logger: { debug: silent, info: silent, warn: (message) => log.warn({}, message), error: (message) => log.error({}, message) },
  } as Parameters<typeof runner>[0])
  return ran.map(({ name }) => name)
}
