import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Operator } from '../core/risk/scope'
import type { Mode } from '../core/trade/plan'
import { isSecondPerson } from '../core/trade/verdict'
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
    /** Who signs with him, by a token of his own. */
    second: Principal | null
  }
  interface FastifyContextConfig {
    /** Who may: that role and those above it. Absent: viewers. `anyone`: without being known, for health. */
    readonly needs?: Principal['role'] | 'anyone'
  }
}

const RANK: Readonly<Record<Principal['role'], number>> = { viewer: 0, operator: 1, approver: 2 }

/** Finds out who asks, or who signs with him, before anything of the request is read. */
export type Identify = (request: FastifyRequest, header?: 'authorization' | 'crossbook-second') => Promise<Principal | null>

/** Nothing is answered to nobody, and nothing done by who may not. @throws Problem */
export function guard(server: FastifyInstance, identify: Identify): void {
  server.decorateRequest('principal', null)
  server.decorateRequest('second', null)
  server.addHook('onRequest', async (request) => {
    const { needs = 'viewer' } = request.routeOptions.config
    if (needs === 'anyone') return
    const principal = await identify(request)
    if (principal === null)
      throw new Problem('unauthenticated', 'send a token as Authorization: Bearer …; crossbook token create makes one')
    request.principal = principal
    if (RANK[principal.role] < RANK[needs])
      throw new Problem('forbidden', `${principal.name} is a ${principal.role}, and this needs ${needs}`)
    request.second = await secondOf(request, principal, identify)
  })
}

/** A second person is proven as the first one is, by a token of his own in the header Crossbook-Second; never by a name in a body. @throws Problem */
async function secondOf(request: FastifyRequest, first: Principal, identify: Identify): Promise<Principal | null> {
  if (request.headers['crossbook-second'] === undefined) return null
  const second = await identify(request, 'crossbook-second')
  if (second === null || second.token === null) throw new Problem('unauthenticated', 'Crossbook-Second is no token that is valid now')
  if (RANK[second.role] < RANK.operator) throw new Problem('forbidden', `${second.name} is a ${second.role}, and signs nothing`)
  if (!isSecondPerson(second.name, first.name)) throw new Problem('forbidden', `${first.name} is the first person: another one signs`)
  return second
}

/** Who gives the command. */
export function operatorOf({ principal }: FastifyRequest): Operator {
  if (principal === null) throw new Error('a command of nobody')
  return { name: principal.name, role: principal.role }
}

/** The name of the second person, where there is one. @throws Problem where real money moves and there is none */
export function secondFor({ second }: FastifyRequest, mode: Mode): string | null {
  if (mode === 'live' && second === null)
    throw new Problem('forbidden', 'in mode live this needs a second person: send his token as Crossbook-Second')
  return second?.name ?? null
}

/** Who asks on loopback without a token, where that is allowed. */
export const loopbackPrincipal = ({ here }: Pick<Desk, 'here'>): Principal => ({
  name: here.name,
  role: here.role === 'system' ? 'operator' : here.role,
  token: null,
})
