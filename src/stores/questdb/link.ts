import { Agent } from 'node:http'
import { setImmediate as turn } from 'node:timers/promises'
import { Sender } from '@questdb/nodejs-client'
import type { Log } from '../../ports/log'
import type { RecordRow } from '../../ports/record'
import { writeRow } from './rows'

/** The client's own limits were seen not to hold when the server stays away (stores.md), so this one is ours. */
const FLUSH_TIMEOUT_MS = 5000
/** Rows serialised in one turn of the event loop: about half a millisecond, so that frames and orders never wait long behind the record. */
const SLICE_ROWS = 25

/** One sender with a connection of its own, closed as a whole: after a failure its buffer cannot be trusted. */
export interface Link {
  /** Resolves when the server has them. @throws RowsRefused for the rows themselves; anything else for the connection. */
  send(rows: readonly RecordRow[]): Promise<void>
  close(): void
}

export async function openLink(httpUrl: string, log: Log): Promise<Link> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  // Node's own HTTP client: it rejects at once when the server is away and leaves no retries behind; the retries are ours
  const settings = 'protocol_version=2;auto_flush=off;stdlib_http=on;retry_timeout=0'
  const address = `addr=${new URL(httpUrl).host};${settings};request_timeout=${FLUSH_TIMEOUT_MS}`
  const sender = await Sender.fromConfig(`http::${address}`, {
    agent,
    log: (level, message) => level === 'error' && log.debug({ message: String(message) }, 'QuestDB client'),
  })
  return {
    send: (rows) => sendAll(sender, rows),
    close: () => agent.destroy(),
  }
}

async function sendAll(sender: Sender, rows: readonly RecordRow[]): Promise<void> {
  await serialise(sender, rows)
  let timer: NodeJS.Timeout | undefined
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no acknowledgement within ${FLUSH_TIMEOUT_MS} ms`)), FLUSH_TIMEOUT_MS)
  })
  try {
    await Promise.race([sender.flush(), limit])
  } catch (error) {
    throw refusalOr(error)
  } finally {
    clearTimeout(timer)
  }
}

/** The rows themselves are wrong: sending them again would fail again. */
export class RowsRefused extends Error {
  /** @param by here, before anything was sent, or by the server, which refuses rows without a table too */
  constructor(
    readonly by: 'client' | 'server',
    message: string,
    options: ErrorOptions,
  ) {
    super(message, options)
  }
}

async function serialise(sender: Sender, rows: readonly RecordRow[]): Promise<void> {
  try {
    sender.reset()
    for (const [place, row] of rows.entries()) {
      if (place > 0 && place % SLICE_ROWS === 0) await turn()
      await writeRow(sender, row)
    }
  } catch (error) {
    throw new RowsRefused('client', String(error), { cause: error })
  }
}

/** With Node's HTTP client the server's reason is lost and only the status remains. */
const refusalOr = (error: unknown): unknown =>
  error instanceof Error && /statusCode=400\b/.test(error.message) ? new RowsRefused('server', error.message, { cause: error }) : error
