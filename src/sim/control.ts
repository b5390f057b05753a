import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { World } from './world'

/** The control endpoint: events in, state out. Plain JSON, no authentication: it listens where the simulator does. */
export interface ControlServer {
  readonly url: string
  close(): Promise<void>
}

/** One event is small. */
const BODY_BYTES_MAX = 1_000_000
const JSON_TYPE = { 'content-type': 'application/json' }

export async function openControl(world: World, host: string, port: number): Promise<ControlServer> {
  const server = createServer((request, response) => {
    answer(world, request)
      .then(({ status, body }) => respond(response, status, body))
      .catch((error: unknown) => respond(response, 400, { error: error instanceof Error ? error.message : String(error) }))
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  })
  return {
    url: `http://${host}:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}

function respond(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, JSON_TYPE).end(JSON.stringify(body))
}

async function answer(world: World, request: IncomingMessage): Promise<{ status: number; body: unknown }> {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://control')
  switch (`${request.method} ${pathname}`) {
    case 'GET /state':
      return { status: 200, body: world.state() }
    case 'GET /tapes':
      return { status: 200, body: world.tapes() }
    case 'GET /wire':
      return { status: 200, body: world.wire.lines(Number(searchParams.get('after') ?? 0)) }
    case 'POST /events':
      world.apply(await readEvent(request))
      return { status: 200, body: { applied: true } }
    default:
      return { status: 404, body: { error: 'use POST /events, GET /state, GET /tapes or GET /wire' } }
  }
}

async function readEvent(request: IncomingMessage): Promise<Record<string, unknown>> {
  let text = ''
  for await (const part of request as AsyncIterable<Buffer>) {
    text += part.toString()
    if (text.length > BODY_BYTES_MAX) throw new Error('the event is too large')
  }
  const event: unknown = JSON.parse(text)
  if (typeof event !== 'object' || event === null || Array.isArray(event)) throw new Error('an event is a JSON object')
  return event as Record<string, unknown>
}
