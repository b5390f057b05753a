import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { listSchedules, pauseSchedule, triggerSchedule, unpauseSchedule } from '../../operator/schedules/schedules'
import { operatorOf } from '../auth'
import type { Desk } from '../desk'
import { askTemporal } from '../servers'
import { atMsOrNull, list, nameParam, words } from '../shape'

const tags = ['schedules']
const config = { needs: 'operator', problems: ['not-found'] } as const

const schedule = z.object({
  id: z.string(),
  paused: z.boolean(),
  description: z.string(),
  note: z.string(),
  nextAt: atMsOrNull,
  lastAt: atMsOrNull,
  running: z.int(),
  failures: z.int().describe('runs that failed in a row, of the last ten'),
})
const note = z.strictObject({ note: words('why: it is shown beside the schedule') })
const done = z.object({ id: z.string(), done: z.enum(['paused', 'unpaused', 'triggered']) })

/** What runs by the clock. */
export async function describeSchedules(server: FastifyInstance, { desk }: { readonly desk: Desk }): Promise<void> {
  const routes = server.withTypeProvider<ZodTypeProvider>()
  routes.get(
    '/v1/schedules',
    { schema: { tags, summary: 'schedules with the ends of their last runs', response: { 200: z.object({ items: list(schedule) }) } } },
    async () => ({ items: await askTemporal(desk, listSchedules) }),
  )
  routes.post(
    '/v1/schedules/:id/pause',
    { config, schema: { tags, summary: 'let no more runs begin', params: nameParam, body: note, response: { 200: done } } },
    async (request) => {
      const { id } = request.params
      await askTemporal(desk, (client) => pauseSchedule(client, id, signed(request)))
      return { id, done: 'paused' as const }
    },
  )
  routes.post(
    '/v1/schedules/:id/unpause',
    { config, schema: { tags, summary: 'let runs begin again', params: nameParam, body: note, response: { 200: done } } },
    async (request) => {
      const { id } = request.params
      await askTemporal(desk, (client) => unpauseSchedule(client, id, signed(request), desk.clock.nowMs()))
      return { id, done: 'unpaused' as const }
    },
  )
  routes.post(
    '/v1/schedules/:id/trigger',
    {
      config,
      schema: { tags, summary: 'run it now, unless it runs', params: nameParam, body: z.strictObject({}), response: { 200: done } },
    },
    async (request) => {
      const { id } = request.params
      await askTemporal(desk, (client) => triggerSchedule(client, id))
      return { id, done: 'triggered' as const }
    },
  )
}

/** The server keeps no name beside a note. */
const signed = (request: Parameters<typeof operatorOf>[0] & { readonly body: z.output<typeof note> }): string =>
  `${request.body.note} (${operatorOf(request).name})`
