import type { FastifyInstance, FastifySchema } from 'fastify'
import { z } from 'zod'
import { PROBLEMS, problemSchema, type ProblemKind } from './problem'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What else this route may refuse with, besides what any route may. */
    readonly problems?: readonly ProblemKind[]
  }
}

/** The document's own words about the whole. */
export const DOCUMENT = {
  openapi: '3.1.0',
  info: {
    title: 'Crossbook',
    version: '1',
    description:
      'What the command line does, over HTTP (docs/api.md). Money is integer micro-dollars, prices and contracts are decimal strings, times are ms of UTC. What is refused is answered as a problem (RFC 9457).',
  },
  tags: [
    { name: 'system', description: 'what runs, and how it is configured' },
    { name: 'markets', description: 'books and what was seen in them' },
    { name: 'pairs', description: 'markets that ask the same' },
    { name: 'trades', description: 'trades and their sagas' },
    { name: 'ledger', description: 'positions, results, proofs' },
    { name: 'risk', description: 'limits, halts, kill' },
    { name: 'breaks', description: 'what a venue and the ledger do not agree about' },
    { name: 'schedules', description: 'what runs by the clock' },
    { name: 'reports', description: 'what trades came to' },
  ],
  components: {
    securitySchemes: {
      token: { type: 'http', scheme: 'bearer', description: 'crossbook token create; on loopback none is wanted unless configured' },
    },
  },
  security: [{ token: [] }, {}],
} as const

const OF_ANY: readonly ProblemKind[] = ['invalid-request', 'forbidden', 'too-many-requests', 'internal', 'unreachable']
const OF_KNOWN: readonly ProblemKind[] = ['unauthenticated']
const OF_WRITES: readonly ProblemKind[] = ['conflict', 'idempotency-key-reused', 'too-large', 'unsupported-media-type']

export const isWrite = (method: string): boolean => !['GET', 'HEAD', 'OPTIONS'].includes(method)

/** Of every write. */
const WRITE_HEADERS = z.looseObject({
  'idempotency-key': z
    .string()
    .regex(/^[\x21-\x7e]{1,128}$/)
    .describe('a new one for each thing that is wanted; the same request again under the same key is answered and not done'),
  'crossbook-second': z.string().optional().describe("the second person's token, where two have to sign"),
})

/** Adds to each route's answers the problems it may tell, and to writes the headers of all, so that no route has to say what all of them do. Before any route is described. */
export function describeProblems(server: FastifyInstance): void {
  server.addHook('onRoute', (route) => {
    if (!route.schema || route.schema.hide === true) return
    const { needs, problems = [] } = route.config ?? {}
    const isOfWrites = [route.method].flat().some(isWrite)
    const kinds = [...OF_ANY, ...(needs === 'anyone' ? [] : OF_KNOWN), ...(isOfWrites ? OF_WRITES : []), ...problems]
    const schema: FastifySchema = route.schema
    route.schema = {
      ...schema,
      ...(needs === 'anyone' ? { security: [] } : {}),
      ...(isOfWrites ? { headers: WRITE_HEADERS } : {}),
      response: { ...(schema.response as object), ...responsesOf(kinds) },
    }
  })
}

function responsesOf(kinds: readonly ProblemKind[]): Readonly<Record<number, object>> {
  return Object.fromEntries(
    kinds.map((kind) => [
      PROBLEMS[kind].status,
      { description: PROBLEMS[kind].title, content: { 'application/problem+json': { schema: problemSchema } } },
    ]),
  )
}
