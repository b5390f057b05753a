import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { NOBODY, recordAttempt, type Attempt } from '../operator/access/attempts'
import type { Principal } from './auth'
import type { Desk } from './desk'

const READS = new Set(['GET', 'HEAD', 'OPTIONS'])
const CLIENT_ERROR = 400
const SERVER_ERROR = 500
/** Who is not known can try as often as he likes: so many rows a minute tell of it, the rest is counted. */
const NOBODYS_ROWS_PER_MINUTE = 10
const MINUTE_MS = 60_000

declare module 'fastify' {
  interface FastifyRequest {
    /** What a write changes: told by its route, before it answers. Never a secret. */
    change: { readonly before: unknown; readonly after: unknown } | null
    /** Whose token it was that was refused because it has expired or was revoked: he was not heard, and is named in the audit. */
    refusedOf: Principal | null
  }
}

/**
 * Every attempt to write is in the audit when it is answered, done or refused. When the ledger is away the answer goes out all the same (a halt must work
 * then) and the log has the attempt.
 */
export function auditAttempts(server: FastifyInstance, { database, clock, log }: Pick<Desk, 'database' | 'clock' | 'log'>): void {
  const nobodys = createBound(() => clock.nowMs())
  server.decorateRequest('change', null)
  server.decorateRequest('refusedOf', null)
  server.addHook('onSend', async (request, reply) => {
    if (READS.has(request.method)) return
    const by = request.principal ?? request.refusedOf
    const attempt = attemptOf(request, reply, by)
    const dropped = by === null ? nobodys.take() : 0
    if (dropped === null)
      return log.warn({ request: request.id, dropped: nobodys.dropped() }, 'attempts of nobody are counted, not audited')
    await recordAttempt(database, by ?? NOBODY, dropped === 0 ? attempt : { ...attempt, dropped }, clock.nowMs()).catch((error: Error) =>
      log.error({ by: by?.name ?? null, ...attempt, error: error.message }, 'an attempt to write is not in the audit'),
    )
  })
}

function attemptOf(
  { id, method, params, routeOptions, change }: FastifyRequest,
  { statusCode }: FastifyReply,
  by: Principal | null,
): Attempt {
  return {
    method,
    route: routeOptions.url ?? 'none',
    params: Object.fromEntries(Object.entries(params ?? {}).map(([name, value]) => [name, keepable(String(value))])),
    status: statusCode,
    result: resultOf(statusCode),
    request: id,
    token: by?.token ?? null,
    before: change?.before ?? null,
    after: statusCode < CLIENT_ERROR ? (change?.after ?? null) : null,
  }
}

/** What cannot be stored as text is no character that anybody means. */
const keepable = (text: string): string => text.replaceAll('\u0000', '\ufffd').replaceAll(/[\ud800-\udfff]/gu, '\ufffd')

function resultOf(status: number): Attempt['result'] {
  if (status < CLIENT_ERROR) return 'done'
  return status < SERVER_ERROR ? 'refused' : 'failed'
}

interface Bound {
  /** @returns how many were dropped since the last that was not; null: this one is. */
  take(): number | null
  dropped(): number
}

function createBound(nowMs: () => number): Bound {
  let sinceMs = -Infinity
  let rows = 0
  let dropped = 0
  return {
    take() {
      if (nowMs() - sinceMs >= MINUTE_MS) {
        sinceMs = nowMs()
        rows = 0
      }
      if (++rows > NOBODYS_ROWS_PER_MINUTE) {
        dropped++
        return null
      }
      const told = dropped
      dropped = 0
      return told
    },
    dropped: () => dropped,
  }
}
