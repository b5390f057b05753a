import http from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Log } from '../ports/log'
import type { Metrics } from './metrics'

/** What a process tells of itself on its loopback health port. */
export interface HealthReport {
  readonly ready: boolean
  readonly [field: string]: unknown
}

/**
 * Serves `/healthz` (200: the event loop turns), `/readyz` (200 only when ready, else 503), `/status` (the report as JSON) and, where there are any,
 * `/metrics` (Prometheus text) on 127.0.0.1.
 * @param port 0: any free one, which the log names.
 * @returns a function that closes the server.
 */
export async function serveHealth(port: number, report: () => HealthReport, log: Log, metrics?: Metrics): Promise<() => Promise<void>> {
  const server = http.createServer((request, response) => {
    if (metrics && request.url === '/metrics') return void answerMetrics(metrics, response)
    const body = report()
    const status =
      request.url === '/readyz' && !body.ready ? 503 : ['/healthz', '/readyz', '/status'].includes(request.url ?? '') ? 200 : 404
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(JSON.stringify(body, (_key, value: unknown) => (typeof value === 'bigint' ? value.toString() : value)))
    return undefined
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  log.info({ port: (server.address() as AddressInfo).port }, 'health is served')
  return () =>
    new Promise((resolve) => {
      server.closeAllConnections()
      server.close(() => resolve())
    })
}

async function answerMetrics(metrics: Metrics, response: http.ServerResponse): Promise<void> {
  try {
    const text = await metrics.text()
    response.writeHead(200, { 'content-type': metrics.contentType })
    response.end(text)
  } catch (error) {
    response.writeHead(500, { 'content-type': 'text/plain' })
    response.end(`the metrics could not be read: ${(error as Error).message}\n`)
  }
}
