import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { parseOrderId, tradeId, type TradeId } from '../../core/ids'
import type { OrderVerdict } from '../../core/trade/outcome'
import { quantity } from '../../core/units'
import { readTimeline } from '../../operator/desk/timeline'
import { listTrades, showTrade } from '../../operator/trades'
import { giveVerdict } from '../../operator/verdict'
import { operatorOf, secondFor } from '../auth'
import type { Desk } from '../desk'
import { createCursor, cut, pageOf, pageQuery } from '../page'
import { orNotFound, Problem } from '../problem'
import { asked } from '../servers'
import { contracts, words } from '../shape'
import { tradeDetailShape, tradeShape } from '../shapes/trades'

const tags = ['trades']
const cursor = createCursor('trades', z.strictObject({ startedMs: z.int(), tradeId: z.string().transform((id) => id as TradeId) }))

/** Trades and their sagas. */
export async function describeTrades(server: FastifyInstance, { desk }: { readonly desk: Desk }): Promise<void> {
  const routes = server.withTypeProvider<ZodTypeProvider>()
  const { database, temporal, namespace, endpoints } = desk
  routes.get(
    '/v1/trades',
    { schema: { tags, summary: 'trades, the newest first', querystring: pageQuery, response: { 200: pageOf(tradeShape) } } },
    async ({ query: { limit, cursor: from } }) => {
      const trades = await listTrades(database, limit + 1, cursor.decode(from))
      return cut(trades, limit, cursor, ({ startedAt, tradeId: id }) => ({ startedMs: startedAt, tradeId: id as TradeId }))
    },
  )
  routes.get(
    '/v1/trades/:id',
    {
      config: { problems: ['not-found'] },
      schema: {
        tags,
        summary: 'one trade: legs, checks, result, and what its saga did step by step',
        params: z.strictObject({ id: z.string().regex(/^[0-9A-Za-z]{1,20}$/) }),
        response: { 200: tradeDetailShape },
      },
    },
    async ({ params: { id } }) => {
      const found = await orNotFound(showTrade(database, tradeId(id)))
      if (!found) throw new Problem('not-found', `trade ${id} is not in the ledger`)
      const { uiUrl } = endpoints.temporal
      const { workflowId, runId } = found
      const url = uiUrl === null ? null : `${uiUrl}/namespaces/${namespace}/workflows/${encodeURIComponent(workflowId)}/${runId}`
      return { ...found, timeline: { ...(await readTimeline(temporal, workflowId, runId)), url } }
    },
  )
  describeVerdicts(server, desk)
}

const said = z.strictObject({
  outcome: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('filled'), contracts: contracts.regex(/^\d{1,9}(\.\d{1,2})?$/) }),
    z.strictObject({ kind: z.literal('rejected') }),
  ]),
  evidence: words('what was seen, and where'),
})

function describeVerdicts(server: FastifyInstance, desk: Desk): void {
  server.withTypeProvider<ZodTypeProvider>().post(
    '/v1/orders/:id/verdict',
    {
      config: { needs: 'operator', problems: ['not-found'] },
      schema: {
        tags,
        summary: 'say what became of an order that nobody can find (E12)',
        params: z.strictObject({ id: z.string().regex(/^cb-[0-9A-Za-z]{1,20}-[abc]\d{1,4}$/) }),
        body: said,
        response: {
          200: z.object({
            order: z.string(),
            outcome: z.string(),
            by: z.string(),
            secondBy: z.string().nullable(),
            workflowId: z.string(),
          }),
        },
      },
    },
    async (request) => {
      const { outcome, evidence } = request.body
      const { name: by, role } = operatorOf(request)
      const verdict: OrderVerdict = {
        order: parseOrderId(request.params.id).clientOrderId,
        outcome:
          outcome.kind === 'filled'
            ? { kind: 'done', filled: quantity(outcome.contracts) }
            : { kind: 'rejected', reason: 'never-accepted', detail: 'by verdict' },
        ...{ by, role, evidence, secondBy: secondFor(request, desk.mode) },
      }
      const { order, secondBy, workflowId } = await asked('Temporal', desk, () => giveVerdict(desk.database, desk.temporal, verdict))
      return { order, outcome: outcome.kind, by, secondBy, workflowId }
    },
  )
}
