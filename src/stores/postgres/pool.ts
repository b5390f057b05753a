import { Pool, types, type PoolClient, type QueryConfig } from 'pg'
import { exact } from '../../core/units'
import type { Log } from '../../ports/log'

const INT8 = 20
const NUMERIC = 1700
/** A connection that takes longer is as good as no database; the caller retries on its own terms. */
const CONNECT_LIMIT_MS = 2_000
/** The longest statement is a settlement over a few hundred lots; anything slower is a lock that somebody died with. */
const STATEMENT_LIMIT_MS = 5_000
const MAX_CONNECTIONS = 10
/** Plans are cached per connection: one that a quiet market leaves idle for minutes is still worth keeping. */
const IDLE_LIMIT_MS = 600_000
/** serialization_failure, deadlock_detected: the transaction did nothing and may run again. */
const RETRYABLE = new Set(['40001', '40P01'])
const MAX_ATTEMPTS = 5

/** SQLSTATE classes 08 connection, 53 resources, 57 operator intervention; a socket's own errors; and what the driver says without a code. */
const OUTAGE_CODE = /^(?:08|53|57)[0-9A-Z]{3}$|^E(?:CONNRESET|CONNREFUSED|PIPE|TIMEDOUT|NOENT)$/
const OUTAGE_TEXT = /^(?:Connection terminated|Client has encountered a connection error|Query read timeout|timeout exceeded)/
const isOutage = (error: Error & { readonly code?: string }): boolean =>
  OUTAGE_CODE.test(error.code ?? '') || OUTAGE_TEXT.test(error.message)

/** The ledger cannot be asked now. What was asked may or may not have happened; every write is idempotent by its ids. */
export class LedgerUnreachable extends Error {
  override readonly name = 'LedgerUnreachable'
}
/** An outage of the ledger by its name; any other error is itself. */
export const named = (error: Error): Error => (isOutage(error) ? new LedgerUnreachable(error.message, { cause: error }) : error)

/** Calls an outage by its name in a question asked outside a transaction. @throws LedgerUnreachable, or the question's own error. */
export const unlessUnreachable = <T>(answer: Promise<T>): Promise<T> =>
  answer.catch((error: Error) => {
    throw named(error)
  })

export type Database = Pool
export type Transaction = PoolClient

/** Counts and money arrive as safe integers or not at all: a bigint that does not fit throws instead of losing digits. */
const parser = (oid: number, format?: 'text' | 'binary'): unknown => {
  if (oid === INT8 || oid === NUMERIC) return (text: string) => exact(Number(text))
  return format === 'binary' ? types.getTypeParser(oid, 'binary') : types.getTypeParser(oid, 'text')
}

/** Connections to the ledger. Opens none until the first query; a lost one is replaced. */
export function openDatabase(url: string, log: Log): Database {
  const pool = new Pool({
    connectionString: url,
    max: MAX_CONNECTIONS,
    idleTimeoutMillis: IDLE_LIMIT_MS,
    connectionTimeoutMillis: CONNECT_LIMIT_MS,
    statement_timeout: STATEMENT_LIMIT_MS,
    query_timeout: STATEMENT_LIMIT_MS + CONNECT_LIMIT_MS,
    application_name: 'crossbook',
    pipeline: true, // what is not waited for leaves together with what follows (transact)
    types: { getTypeParser: parser as typeof types.getTypeParser },
  })
  pool.on('error', (error) => log.warn({ error: error.message }, 'lost an idle database connection'))
  return pool
}

/** Sends a statement together with the commit: for a transaction that ends with a write whose answer nobody reads. */
export type SendLast = (statement: QueryConfig) => void

/**
 * Runs `work` in one transaction and repeats it when Postgres says that it did nothing. READ COMMITTED: every writer takes its row locks
 * in one fixed order (docs/decisions/postgres.md), so a repeat is rare. BEGIN leaves with the first statement, and COMMIT with the one given to
 * `sendLast`: each is a round trip less.
 * @throws what `work` throws, after a rollback; the last error when the attempts are used up or the signal aborts.
 */
export async function transact<T>(
  database: Database,
  signal: AbortSignal,
  work: (transaction: Transaction, sendLast: SendLast) => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    signal.throwIfAborted()
    const client = await database.connect().catch((error: Error) => {
      throw new LedgerUnreachable(error.message, { cause: error })
    })
    let broken: Error | undefined
    // a connection cut between two statements tells nobody else, and an error event without a listener would end the process
    const lose = (error: Error): void => void (broken = error)
    client.on('error', lose)
    try {
      return await inTransaction(client, work)
    } catch (error) {
      await client.query('rollback').catch((lost: Error) => (broken = lost))
      const code = (error as { code?: string }).code ?? ''
      if (attempt < MAX_ATTEMPTS && RETRYABLE.has(code)) continue
      throw named(error as Error)
    } finally {
      client.off('error', lose)
      client.release(broken)
    }
  }
}

/** Postgres answers in the order of sending and skips what follows a failure, so the first answer that is an error is the reason. */
async function inTransaction<T>(client: Transaction, work: (transaction: Transaction, sendLast: SendLast) => Promise<T>): Promise<T> {
  const sent: Promise<unknown>[] = []
  const send = (statement: string | QueryConfig): void => {
    const answer = client.query(statement)
    answer.catch(() => undefined) // told by Promise.all below, or by what fails with it
    sent.push(answer)
  }
  send('begin')
  const result = await work(client, send)
  await Promise.all([...sent, client.query('commit')])
  return result
}
