import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Operator } from '../core/risk/scope'
import type { Desk } from './desk'
import { Problem } from './problem'

/** Who asks. `token`: the id of the token that proves it; null: somebody on this machine, where none is wanted. */
export interface Principal extends Operator {
  readonly role: 'viewer' | 'operator' | 'approver'
  readonly token: string | null
}

declare module 'fastify' {
  interface FastifyRequest {
    principal: Principal | null
  }
  interface FastifyContextConfig {
    /** Who may: that role and those above it. Absent: viewers. `anyone`: without being known, for health. */
    readonly needs?: Principal['role'] | 'anyone'
  }
}

const RANK: Readonly<Record<Principal['role'], number>> = { viewer: 0, operator: 1, approver: 2 }

/** Finds out who asks, before anything of the request is read. */
export type Identify = (request: FastifyRequest) => Promise<Principal | null>

/** Nothing is answered to nobody, and nothing done by who may not. @throws Problem */
export function guard(server: FastifyInstance, identify: Identify): void {
  server.decorateRequest('principal', null)
  server.addHook('onRequest', async (request) => {
    const { needs = 'viewer' } = request.routeOptions.config
    if (needs === 'anyone') return
    const principal = await identify(request)
    if (principal === null)
      throw new Problem('unauthenticated', 'send a token as Authorization: Bearer …; crossbook token create makes one')
    request.principal = principal
    if (RANK[principal.role] < RANK[needs])
      throw new Problem('forbidden', `${principal.name} is a ${principal.role}, and this needs ${needs}`)
  })
}

/** Who asks on loopback without a token, where that is allowed. */
export const loopbackPrincipal = ({ here }: Pick<Desk, 'here'>): Principal => ({
  name: here.name,
  role: here.role === 'system' ? 'operator' : here.role,
  token: null,
})
