import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { millis } from '../../core/units'
import { approve, leave, parseDay } from '../../operator/pairs/decide'
import { move } from '../../operator/pairs/move'
import { proposeStored } from '../../operator/pairs/propose'
import { listPairs, showPair } from '../../operator/pairs/review'
import { withLimit } from '../../ports/limit'
import { operatorOf } from '../auth'
import type { Desk } from '../desk'
import { createCursor, cut, pageOf, pageQuery } from '../page'
import { orNotFound } from '../problem'
import { nameParam, words } from '../shape'
import { identityClass, pairLineShape, pairShape, pairStates, proposalsShape } from '../shapes/pairs'

/** Some thousand proposals, each a transaction of some milliseconds; whoever asks waits. */
const PROPOSE_LIMIT_MS = 120_000
const VERSION_MAX = 999_999_999
const MARKET_MAX = 120
const tags = ['pairs']
const cursor = createCursor('pairs', z.strictObject({ similarity: z.int(), id: z.string() }))

/** Markets that ask the same (docs/pairs.md). */
export async function describePairs(server: FastifyInstance, { desk }: { readonly desk: Desk }): Promise<void> {
  const routes = server.withTypeProvider<ZodTypeProvider>()
  const { database, clock } = desk
  routes.get(
    '/v1/pairs',
    {
      schema: {
        tags,
        summary: 'the review queue: the most alike first',
        querystring: pageQuery.extend({ state: pairStates.optional() }),
        response: { 200: pageOf(pairLineShape) },
      },
    },
    async ({ query: { state, limit, cursor: from } }) => {
      const after = cursor.decode(from)
      const all = (await listPairs(database, state ?? null, clock.nowMs())).toSorted(
        (a, b) => b.similarity - a.similarity || (a.id < b.id ? -1 : 1),
      )
      const rest = all.filter(
        ({ similarity, id }) => after === null || similarity < after.similarity || (similarity === after.similarity && id > after.id),
      )
      return cut(rest, limit, cursor, ({ similarity, id }) => ({ similarity, id }))
    },
  )
  routes.get(
    '/v1/pairs/:id',
    {
      config: { problems: ['not-found'] },
      schema: { tags, summary: 'one pair: questions, texts, payoffs, every version', params: nameParam, response: { 200: pairShape } },
    },
    ({ params: { id } }) => orNotFound(showPair(database, id, clock.nowMs())),
  )
  describeDecisions(server, desk)
  describeMoves(server, desk)
}

const approval = z.strictObject({
  for: z.enum(['sim', 'all']).describe('all: real money'),
  class: identityClass.optional().describe('as it was proposed unless told otherwise'),
  expires: z.iso.date().optional().describe('a quarter from now unless told otherwise'),
  evidence: words('what was compared, and where it is kept'),
  version: z.int().min(1).max(VERSION_MAX).optional().describe('the version that was looked at'),
})

function describeDecisions(server: FastifyInstance, { database, clock, mode }: Desk): void {
  const routes = server.withTypeProvider<ZodTypeProvider>()
  routes.post(
    '/v1/pairs/:id/approve',
    {
      config: { needs: 'approver', problems: ['not-found'] },
      schema: { tags, summary: 'let a pair trade', params: nameParam, body: approval, response: { 200: pairShape } },
    },
    async (request) => {
      const { for: approvedFor, class: identity, expires, evidence, version } = request.body
      const { id } = request.params
      await orNotFound(showPair(database, id, clock.nowMs()))
      const judged = { class: identity ?? null, expiresMs: expires === undefined ? null : parseDay(expires), version: version ?? null }
      const options = { approvedFor, evidence, ...judged, secondBy: request.second?.name ?? null, mode }
      return approve(database, id, options, operatorOf(request), clock.nowMs())
    },
  )
  for (const verb of ['suspend', 'reject'] as const)
    routes.post(
      `/v1/pairs/:id/${verb}`,
      {
        config: { needs: 'operator', problems: ['not-found'] },
        schema: {
          tags,
          summary: verb === 'suspend' ? 'stop openings on an active pair' : 'say that a proposal is none',
          params: nameParam,
          body: z.strictObject({ reason: words('why: it is kept for ever') }),
          response: { 200: pairShape },
        },
      },
      (request) => orNotFound(leave(database, verb, request.params.id, request.body.reason, operatorOf(request), millis(clock.nowMs()))),
    )
}

function describeMoves(server: FastifyInstance, { database, clock, shards }: Desk): void {
  const routes = server.withTypeProvider<ZodTypeProvider>()
  const market = z.string().min(1).max(MARKET_MAX)
  routes.post(
    '/v1/pairs/propose',
    {
      config: { needs: 'operator' },
      schema: {
        tags,
        summary: 'propose pairs of what ingest has read',
        body: z.strictObject({ kalshi: market.optional(), forecastex: market.optional() }),
        response: { 200: proposalsShape },
      },
    },
    (request) =>
      withLimit([], PROPOSE_LIMIT_MS, (limit) => proposeStored(database, request.body, operatorOf(request), clock.nowMs(), limit)),
  )
  routes.post(
    '/v1/pairs/:id/move',
    {
      config: { needs: 'operator', problems: ['not-found'] },
      schema: {
        tags,
        summary: 'give a pair to another shard',
        params: nameParam,
        body: z.strictObject({ shard: z.string().regex(/^[\w.-]{1,80}$/) }),
        response: { 200: z.object({ id: z.string(), before: z.string().nullable(), shard: z.string() }) },
      },
    },
    async (request) => {
      const { id } = request.params
      await orNotFound(showPair(database, id, clock.nowMs()))
      return move(database, id, request.body.shard, shards, operatorOf(request), clock.nowMs())
    },
  )
}
