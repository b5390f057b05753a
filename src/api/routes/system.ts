import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { readStatus } from '../../operator/status'
import type { Desk } from '../desk'
import { problemSchema } from '../problem'

/** What the system says of itself. */
export async function describeSystem(server: FastifyInstance, { desk }: { readonly desk: Desk }): Promise<void> {
  const routes = server.withTypeProvider<ZodTypeProvider>()
  routes.get(
    '/healthz',
    { config: { needs: 'anyone' }, schema: { summary: 'the API answers', response: { 200: z.object({ ok: z.literal(true) }) } } },
    () => ({ ok: true as const }),
  )
  routes.get(
    '/v1/status',
    {
      schema: {
        summary: 'services, feeds, halts, open trades, cash, latency',
        response: { 200: z.looseObject({}), default: problemSchema },
      },
    },
    () => readStatus(desk).then((report) => ({ ...report })),
  )
}
