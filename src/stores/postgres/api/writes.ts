import type { Millis } from '../../../core/units'
import { unlessUnreachable, type Database } from '../pool'

/** An answer is told again for a day: whoever repeats a request later means another one. */
export const KEPT_MS = 86_400_000

/** A write that somebody has named by a key of his own. */
export interface NamedWrite {
  readonly principal: string
  readonly key: string
  /** SHA-256 of what was asked: 32 octets. */
  readonly request: Buffer
}
/** `ours`: nobody has begun it, and it is ours now. `begun`: somebody has, and no answer is on record. */
export type Claimed =
  { readonly kind: 'ours' | 'begun' | 'other-request' } | { readonly kind: 'answered'; readonly status: number; readonly response: string }

interface Row {
  readonly same: boolean
  readonly status: number | null
  readonly response: string | null
}

/** Begins a write, once for each key of a principal within a day. @throws LedgerUnreachable */
export async function claimWrite(database: Database, { principal, key, request }: NamedWrite, nowMs: Millis): Promise<Claimed> {
  const claimed = await unlessUnreachable(
    database.query(
      `insert into api_write (principal, key, request_sha256, at_ms) values ($1, $2, $3, $4)
       on conflict (principal, key) do update set request_sha256 = excluded.request_sha256, at_ms = excluded.at_ms, status = null, response = null
         where api_write.at_ms < $5`,
      [principal, key, request, nowMs, nowMs - KEPT_MS],
    ),
  )
  if (claimed.rowCount) return { kind: 'ours' }
  const read = await unlessUnreachable(
    database.query<Row>('select request_sha256 = $3 as same, status, response from api_write where principal = $1 and key = $2', [
      principal,
      key,
      request,
    ]),
  )
  const [row] = read.rows
  if (!row) return { kind: 'begun' } // pruned between the two questions, a day after it was begun
  if (!row.same) return { kind: 'other-request' }
  return row.status === null || row.response === null ? { kind: 'begun' } : { kind: 'answered', status: row.status, response: row.response }
}

/** Keeps what was answered. @throws LedgerUnreachable */
export async function keepAnswer(database: Database, { principal, key }: NamedWrite, status: number, response: string): Promise<void> {
  await unlessUnreachable(
    database.query('update api_write set status = $3, response = $4 where principal = $1 and key = $2', [principal, key, status, response]),
  )
}

/** Forgets what is older than a day. @throws LedgerUnreachable */
export async function forgetWrites(database: Database, nowMs: Millis): Promise<void> {
  await unlessUnreachable(database.query('delete from api_write where at_ms < $1', [nowMs - KEPT_MS]))
}
