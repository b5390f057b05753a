import { withLimit } from '../../ports/limit'
import { QueryRefused, typedQuery, type TypedResult } from '../../stores/questdb/query'
import { marked, placeOf, readingStatement } from './statement'

/** A screen or a spreadsheet: who wants more says so, and knows that one document holds all of it. */
export const ROWS_DEFAULT = 1_000
/** One document in memory here and there: a million rows of ten columns are some 100 MB of it. For more, ask day by day. */
export const ROWS_MAX = 1_000_000
/** Every recipe of docs/queries.md answers within a second; a full scan of months may want more, and says so. */
export const SECONDS_DEFAULT = 30
/** A statement that runs longer competes with the writers of the record for the one worker of the server. */
export const SECONDS_MAX = 600
/** The server gives up first and says why; this much later we do. */
const GRACE_MS = 2_000

export interface Answer extends TypedResult {
  /** There are more rows than were asked for. */
  readonly truncated: boolean
}
export interface QueryBounds {
  readonly rows: number
  readonly seconds: number
}

/**
 * Asks the record one question that only reads.
 * @throws RangeError for a statement that is not one, that QuestDB refuses (naming the place), or whose whole numbers JSON cannot carry; Error when the
 * server is away or does not answer in time.
 */
export async function askRecord(httpUrl: string, sql: string, { rows, seconds }: QueryBounds): Promise<Answer> {
  const statement = readingStatement(sql)
  const timeoutMs = seconds * 1_000
  try {
    const bounds = { rowsMax: rows + 1, timeoutMs }
    const result = await withLimit([], timeoutMs + GRACE_MS, (limit) => typedQuery(httpUrl, statement, bounds, limit))
    refuseInexact(result)
    return { ...result, rows: result.rows.slice(0, rows), truncated: result.rows.length > rows }
  } catch (error) {
    throw explained(error, httpUrl, statement, seconds)
  }
}

/** What a reader of the shell is told. */
export function explained(error: unknown, httpUrl: string, sql: string, seconds: number): Error {
  if (error instanceof QueryRefused) {
    const { reason, position } = error
    if (/timeout, query aborted/.test(reason)) return tooSlow(seconds)
    const place = position === null ? '' : ` at ${placeOf(sql, position)}`
    return new RangeError(`QuestDB refuses the statement${place}: ${reason}${position === null ? '' : `\n${marked(sql, position)}`}`)
  }
  const { name, message, cause } = error as Error & { readonly cause?: Error & { readonly code?: string } }
  if (name === 'TimeoutError') return tooSlow(seconds)
  // what fetch throws when there is no connection: its cause says why
  if (name === 'TypeError')
    return new Error(
      `QuestDB does not answer at ${httpUrl} (${cause?.message || cause?.code || message}): crossbook status shows what is up; rows wait on disk until it is back`,
    )
  return error as Error
}

const tooSlow = (seconds: number): Error =>
  new Error(
    `no answer within ${seconds} s: narrow the time (WHERE ts IN '2026-11-22'), or allow more with --timeout (${SECONDS_MAX} at most)`,
  )

/** JSON numbers are exact to 2^53. */
function refuseInexact({ columns, rows }: TypedResult): void {
  columns.forEach(({ name, type }, place) => {
    if (type === 'LONG' && rows.some((row) => typeof row[place] === 'number' && !Number.isSafeInteger(row[place])))
      throw new RangeError(`column ${name} has whole numbers beyond 2^53, which JSON does not carry exactly: select ${name}::varchar`)
  })
}
