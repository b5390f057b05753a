import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { limitsSchema } from '../../config/schema/limits'
import { createCapacity } from '../../operator/desk/capacity'
import { decide, propose, showHistory, showLimits } from '../../operator/limits'
import { operatorOf } from '../auth'
import type { Desk } from '../desk'
import { atMs, atMsOrNull, list, numberParam, words } from '../shape'

const tags = ['risk']

const value = z.union([z.string(), z.int()]).describe('contracts as a decimal; micro-dollars, counts and ms as integers')
const proposal = z.object({
  id: z.int(),
  version: z.string(),
  base: z.string().nullable(),
  state: z.enum(['open', 'applied', 'rejected']),
  by: z.string(),
  role: z.string(),
  atMs,
  decidedBy: z.string().nullable(),
  decidedMs: atMsOrNull,
  reason: z.string(),
  changes: list(z.object({ limit: z.string(), from: value.nullable(), to: value, raises: z.boolean() })),
})
const limits = z.object({
  version: z.string(),
  by: z.string(),
  atMs,
  limits: z.record(z.string(), value),
  open: list(proposal).describe('what waits for an answer'),
})
const use = z.object({
  limit: z.string(),
  where: z.string().nullable().describe('a market, an event, a purse; null: all'),
  used: value,
  allowed: value,
  left: value,
})
const capacity = z.object({
  atMs,
  version: z.string(),
  strategies: list(
    z.object({
      strategy: z.enum(['box', 'edge']),
      halts: list(z.string()).describe('scopes that stop openings whatever is left'),
      breaker: z.string(),
      cleanTrades: z.int(),
      uses: list(use),
    }),
  ),
})

/** What a trade may cost, how often, and how much may be at stake. */
export async function describeLimits(server: FastifyInstance, { desk }: { readonly desk: Desk }): Promise<void> {
  const routes = server.withTypeProvider<ZodTypeProvider>()
  const { database } = desk
  const readCapacity = createCapacity(database, desk.mode, desk.clock)
  routes.get('/v1/limits', { schema: { tags, summary: 'limits in force, and what waits', response: { 200: limits } } }, () =>
    showLimits(database).then((view) => ({ ...view, limits: definedOf(view.limits) })),
  )
  routes.get(
    '/v1/limits/capacity',
    { schema: { tags, summary: 'what is left of each limit, as the next opening will be judged', response: { 200: capacity } } },
    () => readCapacity(),
  )
  routes.get(
    '/v1/limits/proposals',
    {
      schema: {
        tags,
        summary: 'what was ever proposed, the newest first, 200 at the most',
        response: { 200: z.object({ items: list(proposal) }) },
      },
    },
    async () => ({ items: await showHistory(database) }),
  )
  describeProposals(server, desk)
}

const definedOf = (found: Readonly<Record<string, string | number | undefined>>): Record<string, string | number> =>
  Object.fromEntries(Object.entries(found).flatMap(([name, each]) => (each === undefined ? [] : [[name, each] as const])))

function describeProposals(server: FastifyInstance, { endpoints, temporal }: Desk): void {
  const routes = server.withTypeProvider<ZodTypeProvider>()
  const line = { account: endpoints.kalshi.account, temporal }
  routes.post(
    '/v1/limits/proposals',
    {
      config: { needs: 'operator' },
      schema: {
        tags,
        summary: 'propose a complete set; one that raises nothing is in force at once',
        body: limitsSchema,
        response: { 200: proposal },
      },
    },
    (request) => propose(line, request.body, operatorOf(request)),
  )
  for (const verb of ['approve', 'reject'] as const)
    routes.post(
      `/v1/limits/proposals/:id/${verb}`,
      {
        config: { needs: verb === 'approve' ? 'approver' : 'operator' },
        schema: {
          tags,
          summary: verb === 'approve' ? 'put a proposal in force; in mode live never by who proposed it' : 'answer no',
          params: numberParam,
          body: z.strictObject({ reason: words('why: it is kept for ever') }),
          response: { 200: proposal },
        },
      },
      (request) => decide(line, verb, request.params.id, operatorOf(request), request.body.reason),
    )
}
