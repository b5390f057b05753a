import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { probeStores, readStatus } from '../../operator/status'
import type { Metrics } from '../../telemetry/metrics'
import { redact } from '../../telemetry/redact'
import type { Desk } from '../desk'
import { Problem } from '../problem'
import { list, opaque } from '../shape'
import { feedsShape, serviceShape, statusShape } from '../shapes/status'

const tags = ['system']
const METRICS_TEXT = { description: 'Prometheus text', content: { 'text/plain': { schema: z.string() } } }

/** What the system says of itself. */
export async function describeSystem(
  server: FastifyInstance,
  { desk, metrics }: { readonly desk: Desk; readonly metrics: Metrics },
): Promise<void> {
  const routes = server.withTypeProvider<ZodTypeProvider>()
  routes.get(
    '/healthz',
    { config: { needs: 'anyone' }, schema: { tags, summary: 'the API answers', response: { 200: z.object({ ok: z.literal(true) }) } } },
    () => ({ ok: true as const }),
  )
  routes.get(
    '/readyz',
    {
      config: { needs: 'anyone' },
      schema: {
        tags,
        summary: 'the servers that the API needs answer',
        response: { 200: z.object({ ready: z.literal(true), services: list(serviceShape) }) },
      },
    },
    async () => {
      const services = await probeStores(desk)
      const down = services.filter(({ state }) => state === 'down').map(({ name }) => name)
      if (down.length > 0) throw new Problem('unreachable', `${down.join(', ')}: no answer`)
      return { ready: true as const, services: services.map((each) => ({ ...each, detail: '' })) }
    },
  )
  routes.get(
    '/metrics',
    { schema: { tags, summary: 'of this process, as Prometheus reads them', response: { 200: METRICS_TEXT } } },
    async (_request, reply) => reply.header('content-type', metrics.contentType).send(await metrics.text()),
  )
  routes.get(
    '/v1/status',
    { schema: { tags, summary: 'services, feeds, halts, open trades, cash, latency', response: { 200: statusShape } } },
    () => readStatus(desk),
  )
  routes.get(
    '/v1/feeds',
    { schema: { tags, summary: 'what the venues send, and how it is read', response: { 200: feedsShape } } },
    async () => {
      const { streaming, feeds, kalshi, quotes, audit } = await readStatus(desk)
      return { answers: streaming !== null, feeds, kalshi, quotes, audit }
    },
  )
  describeConfiguration(server, desk)
}

const configurationShape = z.object({
  mode: z.string(),
  version: z.string().describe('of the venues file: every plan names it'),
  namespace: z.string(),
  shards: list(z.string()),
  api: opaque<object>('config/api.yaml'),
  venues: opaque<object>('config/venues.yaml, secrets redacted'),
  endpoints: opaque<object>('where the servers are, secrets redacted'),
})

function describeConfiguration(server: FastifyInstance, desk: Desk): void {
  server
    .withTypeProvider<ZodTypeProvider>()
    .get(
      '/v1/configuration',
      { schema: { tags, summary: 'what is configured, without secrets', response: { 200: configurationShape } } },
      () => {
        const { mode, version, namespace, shards, settings, venues, endpoints } = desk
        const { clockFile: _path, ...servers } = endpoints // a place on this machine is nobody else's business
        return { mode, version, namespace, shards, api: settings, venues: redact(venues) as object, endpoints: redact(servers) as object }
      },
    )
}
