import { randomUUID } from 'node:crypto'
import { query } from '../../../../src/stores/questdb/query'

/** The server that all tests of a run share. */
export const { questdb } = JSON.parse(process.env['CROSSBOOK_TEST_SERVERS'] ?? '{}') as { questdb: { httpUrl: string } }
export const LIMIT_MS = 30_000

/** Other tests share the tables: each test writes under names of its own. */
export const fresh = (what: string): string => `${what}-${randomUUID()}`

export const select = async (sql: string, httpUrl = questdb.httpUrl): Promise<readonly (readonly unknown[])[]> =>
  (await query(httpUrl, sql, AbortSignal.timeout(LIMIT_MS))).rows
export const run = async (sql: string): Promise<void> => void (await select(sql))
export const countOf = async (table: string, condition: string, httpUrl = questdb.httpUrl): Promise<number> =>
  Number((await select(`SELECT count() FROM ${table} WHERE ${condition}`, httpUrl))[0]?.[0])
