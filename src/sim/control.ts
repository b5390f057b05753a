import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { World } from './world'

/** The control endpoint: events in, state out. Plain JSON, no authentication: it listens where the simulator does. */
export interface ControlServer {
  readonly url: string
  close(): Promise<void>
}

/** One event is small; a list of thousands fits. */
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
      return { status: 200, body: { applied: applyAll(world, await readEvents(request)) } }
    default:
      return { status: 404, body: { error: 'use POST /events, GET /state, GET /tapes or GET /wire' } }
  }
}

type Event = Record<string, unknown>

/** One event, or a list of events in their order: true, or how many. @throws Error with one sentence; of a list also which event, and those before it stand. */
function applyAll(world: World, events: Event | readonly Event[]): true | number {
  if (!Array.isArray(events)) {
    world.apply(events as Event)
    return true
  }
  for (const [at, event] of (events as readonly Event[]).entries()) {
    try {
      world.apply(event)
    } catch (error) {
      throw new Error(`event ${at}: ${error instanceof Error ? error.message : String(error)}`, { cause: error })
    }
  }
  return events.length
}

async function readEvents(request: IncomingMessage): Promise<Event | readonly Event[]> {
  let text = ''
  for await (const part of request as AsyncIterable<Buffer>) {
    text += part.toString()
    if (text.length > BODY_BYTES_MAX) throw new Error(`a request holds at most ${BODY_BYTES_MAX} bytes of events`)
  }
  const events: unknown = JSON.parse(text)
  const isEvent = (each: unknown): each is Event => typeof each === 'object' && each !== null && !Array.isArray(each)
  if (isEvent(events)) return events
  if (Array.isArray(events) && events.every(isEvent)) return events
  throw new Error('an event is a JSON object; several are a list of them')
}
