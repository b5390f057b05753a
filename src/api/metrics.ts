import type { FastifyInstance } from 'fastify'
import { createMetrics, type Metrics } from '../telemetry/metrics'

const MS_PER_SECOND = 1_000

/** What this process tells of itself: answers by method and class of status, and the time they took. */
export function countAnswers(server: FastifyInstance): Metrics {
  const answers = new Map<string, { readonly method: string; readonly status: string; count: number; seconds: number }>()
  server.addHook('onResponse', async ({ method }, { statusCode, elapsedTime }) => {
    const status = `${Math.floor(statusCode / 100)}xx`
    const key = `${method} ${status}`
    const counted = answers.get(key) ?? { method, status, count: 0, seconds: 0 }
    counted.count++
    counted.seconds += elapsedTime / MS_PER_SECOND
    answers.set(key, counted)
  })
  const read = (value: 'count' | 'seconds') => () =>
    [...answers.values()].map(({ method, status, ...figures }) => ({ labels: { method, status }, value: figures[value] }))
  const labels = ['method', 'status']
  return createMetrics([
    { name: 'crossbook_api_requests_total', help: 'Answers of the API', type: 'counter', labels, read: read('count') },
    { name: 'crossbook_api_answer_seconds_total', help: 'Time the answers took', type: 'counter', labels, read: read('seconds') },
  ])
}
