import rateLimit from '@fastify/rate-limit'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { Problem } from './problem'

const WINDOW_MS = 60_000
/** Several people and programs share an address: a proxy's, or this machine's. */
const CLIENTS_PER_ADDRESS = 10
/** Halts have a measure of their own, which nobody's reads use up. A person repeats one a few times; more is a loop. */
const HALTS_PER_MINUTE = 60

type Limiter = ReturnType<FastifyInstance['createRateLimit']>

/** Bounds what one address and one principal may ask in a minute. The first half stands before anybody is identified. */
export interface Rates {
  ofAddress(): void
  ofPrincipal(): void
}

export async function boundRates(server: FastifyInstance, perMinute: number): Promise<Rates> {
  await server.register(rateLimit, { global: false })
  const limiter = (name: string, max: number, keyOf: (request: FastifyRequest) => string): Limiter =>
    server.createRateLimit({ max, timeWindow: WINDOW_MS, keyGenerator: (request) => `${name} ${keyOf(request)}` })
  const address = ({ ip }: FastifyRequest): string => ip
  const principal = ({ principal: who }: FastifyRequest): string => who?.name ?? ''
  const addresses = limiter('address', perMinute * CLIENTS_PER_ADDRESS, address)
  const haltsOfAddress = limiter('halts of address', HALTS_PER_MINUTE * CLIENTS_PER_ADDRESS, address)
  const principals = limiter('principal', perMinute, principal)
  const halts = limiter('halts of principal', HALTS_PER_MINUTE, principal)
  const isHalt = ({ routeOptions }: FastifyRequest): boolean => routeOptions.config.isHalt === true
  return {
    ofAddress: () => server.addHook('onRequest', (request, reply) => bound(isHalt(request) ? haltsOfAddress : addresses, request, reply)),
    ofPrincipal: () =>
      server.addHook('onRequest', async (request, reply) => {
        if (request.principal !== null) await bound(isHalt(request) ? halts : principals, request, reply)
      }),
  }
}

async function bound(limiter: Limiter, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const found = await limiter(request)
  if (found.isAllowed || !found.isExceeded) return
  reply.header('retry-after', found.ttlInSeconds)
  throw new Problem('too-many-requests', `more than ${found.max} requests in a minute: again in ${found.ttlInSeconds} s`)
}
