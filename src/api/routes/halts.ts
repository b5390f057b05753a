import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { parseScope, type Scope } from '../../core/risk/scope'
import { changeScope, type HaltDependencies, type HaltReport } from '../../operator/halts'
import { kill } from '../../operator/kill'
import { readHalts } from '../../stores/postgres/halts'
import { LedgerUnreachable, unlessUnreachable } from '../../stores/postgres/pool'
import { operatorOf } from '../auth'
import type { Desk } from '../desk'
import { KEY_NOT_KEPT } from '../once'
import { atMs, list, words } from '../shape'

const tags = ['risk']

const halt = z.object({ scope: z.string(), epoch: z.int(), by: z.string(), reason: z.string(), atMs })
const halts = z.object({
  epoch: z.int().nullable().describe('of the ledger; null: it does not answer, and what it halts is not known'),
  active: list(halt).nullable(),
  local: list(halt).describe('what the file of this machine halts'),
})
const reportShape = z.object({
  scope: z.string(),
  epoch: z.int().nullable().describe('null: the ledger could not be reached, and the file of this machine alone halts'),
  effectiveInMs: z.number(),
  openTrades: z.int().describe('running trades that were told'),
  cancelledOrders: z.int(),
  resting: list(z.string()),
  unreached: list(z.string()).describe('who could not be told or asked, a sentence each'),
})
const killShape = reportShape.extend({
  venues: list(
    z.object({
      venue: z.string(),
      cancelled: z.int(),
      resting: list(z.string()),
      others: z.int(),
      unread: z.string().nullable().describe('why it is not known what rests; null: it was read back'),
    }),
  ),
})
const scope = z
  .string()
  .regex(/^(all|venue:(kalshi|forecastex)|strategy:(box|edge)|pair:[\w.-]{1,80}|trade:[0-9A-Za-z]{1,20})$/)
  .describe('all, venue:V, strategy:S, pair:ID or trade:ID')
const order = z.strictObject({ scope, reason: words('what is known: it is kept for ever') })

/** E26, E27: halts and kill. */
export async function describeHalts(server: FastifyInstance, { desk }: { readonly desk: Desk }): Promise<void> {
  const routes = server.withTypeProvider<ZodTypeProvider>()
  routes.get('/v1/halts', { schema: { tags, summary: 'halts in force', response: { 200: halts } } }, async () => {
    const { epoch, active } = await unlessUnreachable(readHalts(desk.database)).catch((error: unknown) => {
      if (error instanceof LedgerUnreachable) return { epoch: null, active: null }
      throw error
    })
    return { epoch, active, local: desk.haltFile.read().entries }
  })
  const dependencies = dependenciesOf(desk)
  const change = async (
    kind: 'halt' | 'resume',
    to: Scope,
    reason: string,
    request: Parameters<typeof operatorOf>[0],
  ): Promise<HaltReport> => told(await changeScope(dependencies, kind, to, operatorOf(request), reason), desk, request.keyIsKept)
  routes.post(
    '/v1/halts',
    {
      config: { needs: 'operator', isHalt: true },
      schema: { tags, summary: 'stop openings, at once and with everything else down', body: order, response: { 200: reportShape } },
    },
    (request) => change('halt', parseScope(request.body.scope), request.body.reason, request),
  )
  routes.post(
    '/v1/halts/lift',
    {
      config: { needs: 'operator' },
      schema: { tags, summary: 'lift one halt', body: order, response: { 200: reportShape } },
    },
    (request) => change('resume', parseScope(request.body.scope), request.body.reason, request),
  )
  routes.post(
    '/v1/kill',
    {
      config: { needs: 'operator', isHalt: true },
      schema: {
        tags,
        summary: 'halt everything and cancel what rests of ours at both venues',
        body: z.strictObject({ reason: words('what is known: it is kept for ever') }),
        response: { 200: killShape },
      },
    },
    async (request) => {
      const killed = { ...dependencies, shards: desk.shards, cancelAtKalshi: desk.cancelAtKalshi }
      return told(await kill(killed, operatorOf(request), request.body.reason), desk, request.keyIsKept)
    },
  )
}

const dependenciesOf = ({ database, haltFile, temporal, endpoints, clock }: Desk): HaltDependencies => ({
  database,
  haltFile,
  controls: { account: endpoints.kalshi.account, temporal },
  nowMs: () => clock.nowMs(),
})

/** Whoever asks over the network is told of the file, and not where on this machine it lies. */
const told = <T extends HaltReport>(report: T, { haltFile }: Desk, keyIsKept: boolean): T => ({
  ...report,
  unreached: [
    ...report.unreached.map((sentence) => sentence.replaceAll(haltFile.path, 'the halt file of this machine')),
    ...(keyIsKept ? [] : [KEY_NOT_KEPT]),
  ],
})
