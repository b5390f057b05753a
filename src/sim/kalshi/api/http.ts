import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { FaultSetting } from '../../faults'
import type { Floor } from '../floor'
import { Refusal, refuse, tooManyRequests } from '../refusal'
import { checkScope } from './access'
import { authenticate, isSigned, type RegisteredKey, type SkewWindow } from './auth'
import { billOf, orderMatch } from './billing'
import { Buckets } from './limits'
import type { Answer, Call } from './pages'
import { ROUTES, type Route } from './routes'

/** The REST side: routing, signatures, rate limits, and the faults that strike a request. */

export const API_ROOT = '/trade-api/v2'
/** An order is a few hundred bytes; a batch of hundreds fits. */
const BODY_BYTES_MAX = 1_000_000
const LATE_MS = 3_000
const DELAY_MS = 1_000
const UNAVAILABLE = 503
/** Requests share the wire log with streams, whose connections count from 1. */
const REST_CONN = 0

export interface ApiHost {
  readonly floor: Floor
  readonly keys: ReadonlyMap<string, RegisteredKey>
  readonly skew: SkewWindow
  /** Runs a request: durable before `answer`, published after it. */
  serve(work: () => Answer, answer: (answer: Answer) => void): void
  /** Every request as it arrived, whatever becomes of it: no headers, so no signatures. */
  readonly wire: (dir: 'in' | 'out', conn: number, text: string) => void
  /** The venue's clock as a signature is checked against it: a fault may set it apart. */
  signatureTimeMs(): number
}

export function createApi(host: ApiHost): Server {
  const buckets = new Buckets()
  const server = createServer((request, response) => {
    response.setHeader('date', new Date(host.floor.clock.nowMs()).toUTCString())
    readBody(request)
      .then((body) => handle(host, buckets, request, response, body))
      .catch(() => response.destroy())
  })
  server.keepAliveTimeout = 60_000
  return server
}

async function readBody(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = []
  let bytes = 0
  for await (const part of request as AsyncIterable<Buffer>) {
    bytes += part.length
    if (bytes > BODY_BYTES_MAX) throw new Error('request body is too large')
    parts.push(part)
  }
  return Buffer.concat(parts).toString()
}

function handle(host: ApiHost, buckets: Buckets, request: IncomingMessage, response: ServerResponse, body: string): void {
  try {
    const url = new URL(request.url ?? '/', 'http://venue')
    const method = request.method ?? 'GET'
    host.wire('in', REST_CONN, `${method} ${url.pathname}${url.search} ${body}`.trimEnd())
    const { route, params } = findRoute(method, url.pathname)
    const key = signer(host, request, url.pathname, route)
    if (key !== null && route.access !== null) checkScope(key, route.access)
    const accountId = key?.accountId ?? null
    const call: Call = { method, path: url.pathname, query: url.searchParams, params, accountId, key, body }
    spend(host, buckets, call, route)
    execute(host, call, route, response)
  } catch (error) {
    send(response, failure(error))
  }
}

/** A path with a slash at its end is moved to the one without. */
function findRoute(method: string, path: string): { route: Route; params: readonly string[] } {
  if (path.length > API_ROOT.length && path.endsWith('/')) throw new Refusal(301, null, { location: path.slice(0, -1) })
  if (path.startsWith(API_ROOT)) {
    for (const route of ROUTES) {
      const match = route.method === method ? route.pattern.exec(path.slice(API_ROOT.length)) : null
      if (match) return { route, params: match.slice(1).map(decodeURIComponent) }
    }
  }
  throw refuse('not_found')
}

/** Public endpoints take unsigned calls, but a signature that is there must be right. */
function signer(host: ApiHost, request: IncomingMessage, path: string, route: Route): RegisteredKey | null {
  if (route.access === null && !isSigned(request.headers)) return null
  const signed = { method: request.method ?? 'GET', path, headers: request.headers }
  return authenticate(signed, host.keys, host.signatureTimeMs(), host.skew)
}

function spend(host: ApiHost, buckets: Buckets, call: Call, route: Route): void {
  const { floor } = host
  if (floor.faults.take('rate_limit', matchOf(call))) throw tooManyRequests()
  if (!floor.section.settings.rate_limits || call.accountId === null) return
  const tier = floor.section.accounts.find((account) => account.account_id === call.accountId)?.usage_tier ?? 'basic'
  if (!buckets.take(call.accountId, tier, billOf(floor, call, route.cost, route.routing), floor.clock.nowMs())) throw tooManyRequests()
}

/** What a fault can be aimed at. */
const matchOf = (call: Call): Record<string, unknown> => ({
  method: call.method,
  path: call.path,
  account_id: call.accountId,
  ...(call.params[0] === undefined ? {} : { order_id: call.params[0] }),
  ...orderMatch(call.body),
})

/** Runs the request, or lets a fault have it: lost before, accepted late, or accepted with its answer lost. */
function execute(host: ApiHost, call: Call, route: Route, response: ServerResponse): void {
  const { faults, clock } = host.floor
  const match = matchOf(call)
  const isWrite = call.method !== 'GET'
  if (isWrite && faults.take('timeout_before_accept', match)) return
  const late = isWrite ? faults.take('late_accept', match) : null
  if (late) {
    const lateMs = milliseconds(late, LATE_MS)
    // what arrives after the window of its signature is refused, and its client has stopped listening
    clock.after(lateMs, () => (lateMs > host.skew.pastMs ? response.destroy() : runLate(host, call, route, response)))
    return
  }
  const rejected = isWrite ? faults.take('reject', match) : null
  if (rejected) throw refuse(rejected.name.split(':')[1] ?? 'invalid_order')
  const delay = faults.take('delay', match)
  host.serve(
    () => widened(host.floor, route.handle(host.floor, call, host.keys)),
    (answer) => {
      if (delay) clock.after(milliseconds(delay, DELAY_MS), () => send(response, answer))
      else deliver(host, match, isWrite, response, answer)
    },
  )
}

/** The order executes although its client has given up: nobody hears the answer. */
function runLate(host: ApiHost, call: Call, route: Route, response: ServerResponse): void {
  try {
    host.serve(
      () => route.handle(host.floor, call, host.keys),
      () => response.destroy(),
    )
  } catch {
    response.destroy()
  }
}

function deliver(host: ApiHost, match: Record<string, unknown>, isWrite: boolean, response: ServerResponse, answer: Answer): void {
  const failing = isWrite ? host.floor.faults.take('error_after_accept', match) : null
  if (failing) {
    const status = typeof failing['status'] === 'number' ? failing['status'] : UNAVAILABLE
    return send(response, { status, body: { error: { code: 'service_unavailable', message: 'service_unavailable' } } })
  }
  if (isWrite && host.floor.faults.take('reset_after_accept', match)) return void response.socket?.resetAndDestroy()
  send(response, answer)
}

/** Setting extra_fields: every object of an answer carries fields that no client knows. */
function widened(floor: Floor, answer: Answer): Answer {
  const extra = floor.section.settings.extra_fields
  return Object.keys(extra).length === 0 ? answer : { ...answer, body: withFields(answer.body, extra) }
}

function withFields(value: unknown, extra: Readonly<Record<string, unknown>>): unknown {
  if (Array.isArray(value)) return value.map((each) => withFields(each, extra))
  if (typeof value !== 'object' || value === null) return value
  return { ...Object.fromEntries(Object.entries(value).map(([key, each]) => [key, withFields(each, extra)])), ...extra }
}

const milliseconds = (fault: FaultSetting, preset: number): number => (typeof fault['ms'] === 'number' ? fault['ms'] : preset)

function failure(error: unknown): Answer {
  if (error instanceof Refusal) return { status: error.status, body: error.body, headers: error.headers }
  process.stderr.write(`kalshi: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
  return { status: 500, body: { error: { code: 'internal_server_error', message: 'internal server error' } } }
}

function send(response: ServerResponse, answer: Answer): void {
  if (response.destroyed) return
  const text = answer.body === null ? '' : JSON.stringify(answer.body)
  const type = text === '' ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }
  response.writeHead(answer.status, { ...type, ...answer.headers })
  response.end(text)
}
