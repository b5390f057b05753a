import { withLimit } from '../../../ports/limit'
import { query } from '../../../stores/questdb/query'
import type { History, Row, Source } from '../record'

/** A question over some rows of one trade takes milliseconds; a history that does not answer is named as missing. */
const QUESTION_LIMIT_MS = 5_000

/** Rows as objects. @throws QueryRefused, TypeError when the server cannot be reached. */
export async function rowsOf(url: string, sql: string, signal: AbortSignal): Promise<readonly Row[]> {
  const { columns, rows } = await withLimit([signal], QUESTION_LIMIT_MS, (limit) => query(url, sql, limit))
  return rows.map((row) => Object.fromEntries(columns.map((column, at) => [column, row[at]])))
}

/** What the history has of a trade. @param url null: there is none on this machine */
export async function readTradeHistory(url: string | null, tradeId: string, signal: AbortSignal): Promise<Source<History>> {
  if (url === null)
    return { kind: 'missing', reason: 'the history cannot be asked: it is off (docs/install.md), or nothing is running here' }
  const of = (table: string): Promise<readonly Row[]> =>
    rowsOf(url, `select * from ${table} where trade_id = '${tradeId}' order by ts`, signal)
  try {
    const [decisions, opportunities, latencies] = await Promise.all([of('decisions'), of('arb_opportunities'), of('latency')])
    if (decisions.length + opportunities.length + latencies.length === 0)
      return { kind: 'missing', reason: 'the history has no row of it: it was off then, rows were dropped, or their time to live is over' }
    return { kind: 'read', found: { decisions, opportunities, latencies } }
  } catch (error) {
    return { kind: 'missing', reason: `the history cannot be asked: ${(error as Error).message}` }
  }
}
