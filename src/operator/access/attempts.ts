import type { Operator } from '../../core/risk/scope'
import type { Millis } from '../../core/units'
import { unlessAborted, withLimit } from '../../ports/limit'
import { transact, type Database } from '../../stores/postgres/pool'
import { appendAudit } from '../../stores/postgres/proof/audit'

/** The answer to whoever asked waits for this row; a ledger that needs longer is away. */
const RECORD_LIMIT_MS = 2_000

/** An attempt to change something over the API. The change itself is audited by whoever makes it, in its own transaction. */
export interface Attempt {
  readonly method: string
  /** As it is described: /v1/halts/:scope. */
  readonly route: string
  /** JSON. */
  readonly params: string
  readonly status: number
  readonly result: 'done' | 'refused' | 'failed'
  /** The request's id, which log and problem have too. */
  readonly request: string
  /** The id of the token that named him; null: nobody, or somebody on this machine. */
  readonly token: string | null
  /** The body that was sent and the one that was answered, as JSON, up to some kilobytes each; null: there was none. */
  readonly asked: string | null
  readonly answered: string | null
  /** Refused attempts of nobody since the last row of one that were only counted. */
  readonly dropped?: number
}

/** Who tried, when nobody is known to have. */
export const NOBODY = { name: 'nobody', role: 'none' } as const

/** @throws LedgerUnreachable, or TimeoutError */
export const recordAttempt = (database: Database, by: Operator | typeof NOBODY, attempt: Attempt, atMs: Millis): Promise<void> =>
  withLimit([], RECORD_LIMIT_MS, (limit) =>
    unlessAborted(
      transact(database, limit, (transaction) => appendAudit(transaction, by, 'api', attempt, atMs)),
      limit,
    ),
  )
