import { Pool } from 'pg'
import type { LeaseStore } from '../../ports/guard'
import type { Log } from '../../ports/log'
import type { Database } from './pool'

/** A lease that is not renewed within this is tried again on a new connection: three tries fit into its life. */
const QUESTION_LIMIT_MS = 700
/** An idle connection is never given up: opening one takes time that a renewal may not have. */
const NEVER_IDLE_MS = 0

export interface Lease {
  readonly epoch: number
}

/**
 * E19: takes or renews the lease `name` for `holder` until now + `ttlMs` of the database's clock. The epoch rises with each change of holder.
 * @returns null while somebody else holds it.
 */
export async function acquireLease(database: Database, name: string, holder: string, ttlMs: number): Promise<Lease | null> {
  const taken = await database.query<{ epoch: number }>(
    `insert into lease as l (name, holder, epoch, expires_at) values ($1, $2, 1, clock_timestamp() + $3 * interval '1 millisecond')
     on conflict (name) do update set holder = $2, expires_at = excluded.expires_at, epoch = case when l.holder = $2 then l.epoch else l.epoch + 1 end
     where l.holder = $2 or l.expires_at < clock_timestamp()
     returning epoch::int`,
    [name, holder, ttlMs],
  )
  const row = taken.rows[0]
  return row ? { epoch: row.epoch } : null
}

/** Gives the lease up at once, so that a successor need not wait for it to expire. */
export async function releaseLease(database: Database, name: string, holder: string): Promise<void> {
  await database.query('update lease set expires_at = clock_timestamp() where name = $1 and holder = $2', [name, holder])
}

/** Names a process for ever: no two ever have the same. */
export const holderName = (host: string, pid: number, bornAtMs: number): string => `${host}:${pid}:${bornAtMs}`

/** Who holds which lease now; one that has run out is held by nobody. */
export async function readLeaseHolders(
  database: Database,
): Promise<readonly { readonly name: string; readonly host: string; readonly pid: number }[]> {
  const { rows } = await database.query<{ name: string; host: string; pid: number }>(
    `select name, split_part(holder, ':', 1) as host, split_part(holder, ':', 2)::int as pid from lease where expires_at > clock_timestamp()`,
  )
  return rows
}

export interface LeaseStoreOptions {
  readonly url: string
  readonly name: string
  /** By `holderName`. */
  readonly holder: string
  readonly log: Log
}
export interface ClosableLeaseStore extends LeaseStore {
  close(): Promise<void>
}

/**
 * The lease on a connection of its own: trades that use up the shared ones never keep it from being renewed, and a question that hangs costs its
 * connection, not the next question.
 */
export function openLeaseStore({ url, name, holder, log }: LeaseStoreOptions): ClosableLeaseStore {
  const pool = new Pool({
    connectionString: url,
    max: 1,
    idleTimeoutMillis: NEVER_IDLE_MS,
    connectionTimeoutMillis: QUESTION_LIMIT_MS,
    statement_timeout: QUESTION_LIMIT_MS,
    query_timeout: QUESTION_LIMIT_MS,
    application_name: 'crossbook lease',
  })
  pool.on('error', (error) => log.warn({ error: error.message }, 'lost the idle connection of the lease'))
  return {
    acquire: (ttlMs) => acquireLease(pool, name, holder, ttlMs),
    release: () => releaseLease(pool, name, holder),
    close: () => pool.end(),
  }
}
