import { randomInt } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { TradeResult } from '../../core/trade/plan'
import { formatPrice, formatQuantity, money, price } from '../../core/units'
import { adopt } from '../../operator/breaks/adopt'
import { listBreaks, showBreak } from '../../operator/breaks/list'
import { orderAdopted } from '../../operator/breaks/order'
import { assignBreak, RESOLUTIONS, resolveBreak } from '../../operator/breaks/resolve'
import { withLimit } from '../../ports/limit'
import { operatorOf, secondFor } from '../auth'
import type { Desk } from '../desk'
import { createCursor, cut, pageOf, pageQuery } from '../page'
import { orNotFound } from '../problem'
import { numberParam, words } from '../shape'
import { adoptionShape, breakHistoryShape, breakShape, resultShape } from '../shapes/breaks'

/** One transaction of a ledger that answers in milliseconds, or is away. */
const WRITE_LIMIT_MS = 5_000
const RANDOM_32 = 2 ** 32
const tags = ['breaks']
const config = { needs: 'operator', problems: ['not-found'] } as const
const cursor = createCursor('breaks', z.int())

/** What a venue and the ledger do not agree about (docs/reconciliation.md). */
export async function describeBreaks(server: FastifyInstance, { desk }: { readonly desk: Desk }): Promise<void> {
  const routes = server.withTypeProvider<ZodTypeProvider>()
  const { database, clock } = desk
  routes.get(
    '/v1/breaks',
    {
      schema: {
        tags,
        summary: 'breaks, oldest first: the open ones unless told otherwise',
        querystring: pageQuery.extend({ state: z.enum(['open', 'all']).default('open') }),
        response: { 200: pageOf(breakShape) },
      },
    },
    async ({ query: { state, limit, cursor: from } }) => {
      const after = cursor.decode(from) ?? 0
      const rest = (await listBreaks(database, state, clock.nowMs())).filter(({ id }) => id > after).toSorted((a, b) => a.id - b.id)
      return cut(rest, limit, cursor, ({ id }) => id)
    },
  )
  routes.get(
    '/v1/breaks/:id',
    {
      config: { problems: ['not-found'] },
      schema: { tags, summary: 'one break, and what was done about it', params: numberParam, response: { 200: breakHistoryShape } },
    },
    ({ params: { id } }) => orNotFound(showBreak(database, id, clock.nowMs())),
  )
  describeWords(server, desk)
  describeOrders(server, desk)
}

function describeWords(server: FastifyInstance, { database, clock, mode }: Desk): void {
  const routes = server.withTypeProvider<ZodTypeProvider>()
  routes.post(
    '/v1/breaks/:id/assign',
    {
      config,
      schema: {
        tags,
        summary: 'say whose task a break is',
        params: numberParam,
        body: z.strictObject({ to: words('who looks into it') }),
        response: { 200: breakHistoryShape },
      },
    },
    async (request) => {
      const { id } = request.params
      const { to } = request.body
      await orNotFound(withLimit([], WRITE_LIMIT_MS, (limit) => assignBreak(database, id, to, operatorOf(request), clock.nowMs(), limit)))
      return showBreak(database, id, clock.nowMs())
    },
  )
  routes.post(
    '/v1/breaks/:id/resolve',
    {
      config,
      schema: {
        tags,
        summary: 'end a break by your word; openings are permitted again',
        params: numberParam,
        body: z.strictObject({ as: z.enum(RESOLUTIONS).default('explained'), reason: words('why: it is kept for ever') }),
        response: { 200: breakHistoryShape },
      },
    },
    async (request) => {
      const { id } = request.params
      const { as, reason } = request.body
      const secondBy = as === 'interest' ? secondFor(request, mode) : (request.second?.name ?? null)
      const word = { by: operatorOf(request), secondBy, mode, reason }
      await orNotFound(withLimit([], WRITE_LIMIT_MS, (limit) => resolveBreak(database, id, as, word, clock.nowMs(), limit)))
      return showBreak(database, id, clock.nowMs())
    },
  )
}

function describeOrders(server: FastifyInstance, desk: Desk): void {
  const routes = server.withTypeProvider<ZodTypeProvider>()
  const { database, temporal, clock, mode, endpoints, version, firstShard } = desk
  const accounts = { kalshi: endpoints.kalshi.account, forecastex: endpoints.forecastex.account }
  routes.post(
    '/v1/breaks/:id/adopt',
    {
      config,
      schema: {
        tags,
        summary: 'make contracts that no trade explains the lots of a trade of their own',
        params: numberParam,
        body: z.strictObject({
          price: z
            .string()
            .regex(/^0?\.\d{1,4}$/)
            .optional()
            .describe('what a contract cost, dollars; as the cash of the break says unless told'),
          reason: words('whose contracts they were'),
        }),
        response: { 200: adoptionShape },
      },
    },
    async (request) => {
      const { price: at, reason } = request.body
      const breakId = request.params.id
      await orNotFound(showBreak(database, breakId, clock.nowMs()))
      const asked = {
        breakId,
        price: at === undefined ? null : price(at),
        reason,
        by: operatorOf(request),
        secondBy: secondFor(request, mode),
      }
      const place = { mode, accounts, config: version, nowMs: clock.nowMs(), random32: randomInt(RANDOM_32) }
      const { tradeId, found, suspended } = await adopt(database, asked, place)
      const { venue, market, outcome, quantity, fee } = found
      const what = { venue, market, outcome, quantity: formatQuantity(quantity), price: formatPrice(found.price) }
      return { tradeId, ...what, feeMicros: fee, suspendedMicros: suspended }
    },
  )
  for (const [verb, way] of [
    ['close', 'exit'],
    ['hedge', 'complete'],
  ] as const)
    routes.post(
      `/v1/breaks/:id/${verb}`,
      {
        config,
        schema: {
          tags,
          summary: verb === 'close' ? 'sell adopted contracts at their own venue' : 'buy the missing outcome at the other venue',
          params: numberParam,
          body: z.strictObject({
            maxLoss: z
              .string()
              .regex(/^\d{1,9}(\.\d{1,6})?$/)
              .describe('what it may lose at most, dollars'),
          }),
          response: { 200: resultShape },
        },
      },
      async (request) => {
        const breakId = request.params.id
        await orNotFound(showBreak(database, breakId, clock.nowMs()))
        const asked = { breakId, way, maxLoss: money(request.body.maxLoss), by: operatorOf(request), secondBy: secondFor(request, mode) }
        return resultOf(await orderAdopted(asked, { database, temporal, mode, firstShard, nowMs: clock.nowMs() }))
      },
    )
}

const resultOf = ({ tradeId, label, locked, flat, held, dust, realisedPnl, maxRemainingLoss, reason }: TradeResult) => ({
  ...{ tradeId, label, locked: formatQuantity(locked), flat: formatQuantity(flat), held: formatQuantity(held), dust: formatQuantity(dust) },
  ...{ realisedPnlMicros: realisedPnl, maxRemainingLossMicros: maxRemainingLoss, reason },
})
