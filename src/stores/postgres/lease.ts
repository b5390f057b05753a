import type { Database } from './pool'

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
     returning epoch`,
    [name, holder, ttlMs],
  )
  const row = taken.rows[0]
  return row ? { epoch: row.epoch } : null
}

/** Gives the lease up at once, so that a successor need not wait for it to expire. */
export async function releaseLease(database: Database, name: string, holder: string): Promise<void> {
  await database.query('update lease set expires_at = clock_timestamp() where name = $1 and holder = $2', [name, holder])
}
