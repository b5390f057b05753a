import { Client } from 'pg'
import type { Clock } from '../../ports/clock'
import { withLimit } from '../../ports/limit'
import type { Log } from '../../ports/log'
import { readHalts, type Halts } from './halts'
import type { Database } from './pool'

/** A push may be lost with its connection; a poll this often bounds what that costs (E26: ≤ 1 s even then). */
const POLL_MS = 1_000

/**
 * Calls `onHalts` with what is in force: at once, on every push, and on a poll. While Postgres is away the last answer stands and nothing opens,
 * because no reserve is granted without it.
 */
export async function watchHalts(
  database: Database,
  url: string,
  clock: Clock,
  log: Log,
  onHalts: (halts: Halts) => void,
  signal: AbortSignal,
): Promise<void> {
  let wake = new AbortController()
  const refresh = (): void => wake.abort()
  let listener: Client | null = null
  while (!signal.aborted) {
    wake = new AbortController()
    listener ??= await listen(url, refresh, () => (listener = null)).catch((error: Error) => {
      log.warn({ error: error.message }, 'halts are polled: the push connection is down')
      return null
    })
    await readHalts(database).then(onHalts, (error: Error) =>
      log.warn({ error: error.message }, 'halts could not be read; the last answer stands'),
    )
    await withLimit([signal, wake.signal], null, (limit) => clock.sleep(POLL_MS, limit)).catch(() => undefined)
  }
  await listener?.end().catch(() => undefined)
}

async function listen(url: string, onPush: () => void, onLost: () => void): Promise<Client> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 2_000, application_name: 'crossbook-halts' })
  client.on('error', onLost)
  client.on('end', onLost)
  client.on('notification', onPush)
  try {
    await client.connect()
    await client.query('listen crossbook_halt')
    return client
  } catch (error) {
    await client.end().catch(() => undefined)
    throw error
  }
}
