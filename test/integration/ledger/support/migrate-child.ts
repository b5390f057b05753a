/** Migrates the database of the first argument once for each further one, `up` or `down`, and tells on stdout what ran and what was logged. */
import path from 'node:path'
import { runner } from 'node-pg-migrate'
import { migrate } from '../../../../src/stores/migrate'

const lines: string[] = []
const keep = (_fields: object, message: string): void => void lines.push(message)
const log = { debug: keep, info: keep, warn: keep, error: keep }
const dir = path.join(__dirname, '..', '..', '..', '..', 'migrations', 'postgres')
const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined }

/** The product never goes back; an operator does, with the same tool. */
async function down(databaseUrl: string): Promise<readonly string[]> {
  const ran = await runner({ databaseUrl, dir, migrationsTable: 'schema_migration', direction: 'down', count: Infinity, logger: silent })
  return ran.map(({ name }) => name)
}

async function main(url: string, ...steps: readonly string[]): Promise<void> {
  const ran: (readonly string[])[] = []
  for (const step of steps) ran.push(step === 'down' ? await down(url) : await migrate(url, log))
  process.stdout.write(JSON.stringify({ ran, lines }))
}

const [url = '', ...steps] = process.argv.slice(2)
void main(url, ...steps)
