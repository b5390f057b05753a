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
/** A limits file fits. */
const KEPT_MAX = 8_192

declare module 'fastify' {
  interface FastifyRequest {
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
  server.decorateRequest('refusedOf', null)
  server.addHook('onSend', async (request, reply, payload) => {
    if (READS.has(request.method)) return
    const by = request.principal ?? request.refusedOf
    const attempt = attemptOf(request, reply, payload, by)
    const dropped = by === null ? nobodys.take() : 0
    if (dropped === null)
      return log.warn({ request: request.id, dropped: nobodys.dropped() }, 'attempts of nobody are counted, not audited')
    await recordAttempt(database, by ?? NOBODY, dropped === 0 ? attempt : { ...attempt, dropped }, clock.nowMs()).catch((error: Error) =>
      log.error({ by: by?.name ?? null, ...attempt, error: error.message }, 'an attempt to write is not in the audit'),
    )
  })
}

function attemptOf(
  { id, method, params, body, routeOptions }: FastifyRequest,
  { statusCode }: FastifyReply,
  payload: unknown,
  by: Principal | null,
): Attempt {
  return {
    method,
    route: routeOptions.url ?? 'none',
    params: textOf(params) ?? '{}',
    asked: textOf(body),
    status: statusCode,
    result: resultOf(statusCode),
    request: id,
    token: by?.token ?? null,
    answered: typeof payload === 'string' ? storable(payload.slice(0, KEPT_MAX)) : null,
  }
}

/** Without the characters that Postgres cannot store: NUL, and halves of a pair. */
const storable = (text: string): string => text.replaceAll('\u0000', '\ufffd').replaceAll(/[\ud800-\udfff]/gu, '\ufffd')

/** As text: escaped, so that Postgres can store whatever characters somebody has sent. One that is nested too deeply to be written is told so. */
function textOf(body: unknown): string | null {
  if (body === undefined || body === null) return null
  try {
    return storable(JSON.stringify(body).slice(0, KEPT_MAX))
  } catch (error) {
    return `not kept: ${(error as Error).message}`
  }
}

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
