import { createHash } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { unlessAborted, withLimit } from '../ports/limit'
import { claimWrite, forgetWrites, keepAnswer, type Claimed, type NamedWrite } from '../stores/postgres/api/writes'
import type { Desk } from './desk'
import { isWrite } from './document'
import { Problem } from './problem'

declare module 'fastify' {
  interface FastifyRequest {
    /** The write whose answer is to be kept; null: none is. */
    named: NamedWrite | null
    /** false: a halt whose key could not be stored. */
    keyIsKept: boolean
  }
  interface FastifyContextConfig {
    /** A halt waits for nobody: with the ledger away it is done without a key. */
    readonly isHalt?: boolean
  }
}

/** What a halt's answer says then. */
export const KEY_NOT_KEPT = 'the Idempotency-Key could not be stored: the same request again is a halt again'

/** The ledger answers in milliseconds. A halt that has to wait longer for a key goes without. */
const HALT_CLAIM_LIMIT_MS = 250
const CLAIM_LIMIT_MS = 5_000
/** Some thousand rows a day: looking more often would find nothing. */
const FORGET_EVERY_MS = 600_000

/** Does each write once for each key: the same request again is answered as it was, also by a process that began later (docs/api.md). */
export function doOnce(server: FastifyInstance, { database, clock, log }: Desk): void {
  let forgottenMs = 0
  server.decorateRequest('named', null)
  server.decorateRequest('keyIsKept', true)
  const forget = async (nowMs: ReturnType<Desk['clock']['nowMs']>): Promise<void> => {
    if (nowMs - forgottenMs < FORGET_EVERY_MS) return
    forgottenMs = nowMs
    await forgetWrites(database, nowMs)
  }
  const claim = (write: NamedWrite, limitMs: number): Promise<Claimed> =>
    withLimit([], limitMs, (limit) => unlessAborted(claimWrite(database, write, clock.nowMs()), limit))
  server.addHook('preHandler', async (request, reply) => {
    if (!isWrite(request.method)) return undefined
    const write = namedBy(request)
    if (request.routeOptions.config.isHalt === true) {
      const claimed = await claim(write, HALT_CLAIM_LIMIT_MS).catch((error: unknown) => {
        log.warn({ request: request.id, error: (error as Error).message }, 'a halt goes without its key')
        return null
      })
      request.keyIsKept = claimed !== null
      // one that was begun, and of which nobody knows how it ended, is a halt again
      return claimed === null || claimed.kind === 'begun' ? undefined : proceed(claimed, write, request, reply)
    }
    const claimed = await claim(write, CLAIM_LIMIT_MS)
    forget(clock.nowMs()).catch((error: unknown) =>
      log.warn({ error: (error as Error).message }, 'old answers of the API stay another while'),
    )
    return proceed(claimed, write, request, reply)
  })
  server.addHook('onSend', async (request, reply, payload) => {
    const { named } = request
    if (named === null) return payload
    request.named = null
    await keepAnswer(database, named, reply.statusCode, String(payload)).catch((error: unknown) =>
      log.warn(
        { request: request.id, error: (error as Error).message },
        'an answer of the API was not kept: its key says that it was begun',
      ),
    )
    return payload
  })
}

/** @throws Problem for a key that stands for something else, or for what nobody has ended */
function proceed(claimed: Claimed, write: NamedWrite, request: FastifyRequest, reply: FastifyReply): FastifyReply | undefined {
  switch (claimed.kind) {
    case 'ours':
      request.named = write
      return undefined
    case 'answered':
      return reply
        .code(claimed.status)
        .header('idempotency-replayed', 'true')
        .header('content-type', claimed.status < 400 ? 'application/json; charset=utf-8' : 'application/problem+json')
        .serializer(String)
        .send(claimed.response)
    case 'other-request':
      throw new Problem('idempotency-key-reused', 'this Idempotency-Key stands for another request: take a new one')
    case 'begun':
      throw new Problem(
        'conflict',
        'a request of this Idempotency-Key is under way, or how it ended is not known: look, then take a new key',
      )
  }
}

function namedBy({ principal, second, method, url, headers, body }: FastifyRequest): NamedWrite {
  if (principal === null) throw new Error('a write of nobody')
  const asked = JSON.stringify([method, url, second?.name ?? null, body])
  return { principal: principal.name, key: String(headers['idempotency-key']), request: createHash('sha256').update(asked).digest() }
}
