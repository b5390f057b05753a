import type { Database } from '../pool'

/** What a report reads through: all of it sees the ledger at one moment, whatever trades meanwhile. */
export type Snapshot = Pick<Database, 'query'>

/** Runs `read` in one read-only transaction that sees one moment. @throws what `read` throws. */
export async function inSnapshot<T>(database: Database, read: (snapshot: Snapshot) => Promise<T>): Promise<T> {
  const client = await database.connect()
  let broken: Error | undefined
  try {
    await client.query('begin isolation level repeatable read read only')
    return await read(client as Snapshot)
  } finally {
    await client.query('rollback').catch((error: Error) => (broken = error)) // it has written nothing
    client.release(broken)
  }
}
