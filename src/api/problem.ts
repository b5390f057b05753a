import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { hasZodFastifySchemaValidationErrors, isResponseSerializationError } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { Refused } from '../core/refused'
import { ControlsSilent } from '../operator/controls'
import { LedgerUnreachable, named } from '../stores/postgres/pool'
import type { Log } from '../ports/log'

/** RFC 9457. `type` is a paragraph of docs/api.md. */
export const problemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    /** The request's id, which the log has too. */
    instance: z.string(),
    errors: z.array(z.object({ at: z.string(), problem: z.string() })).optional(),
  })
  .meta({ id: 'Problem' })
export type ProblemBody = z.infer<typeof problemSchema>

/** Every kind of problem that the API tells. */
export const PROBLEMS = {
  'invalid-request': { status: 400, title: 'The request is not valid' },
  unauthenticated: { status: 401, title: 'Say who you are' },
  forbidden: { status: 403, title: 'You may not do this' },
  'not-found': { status: 404, title: 'There is no such thing' },
  conflict: { status: 409, title: 'It cannot be done as things stand' },
  'idempotency-key-reused': { status: 422, title: 'This key was used for another request' },
  'too-large': { status: 413, title: 'The request is too large' },
  'unsupported-media-type': { status: 415, title: 'Send JSON' },
  'too-many-requests': { status: 429, title: 'Too many requests' },
  internal: { status: 500, title: 'The API has failed' },
  unreachable: { status: 503, title: 'A server that is needed does not answer' },
} as const
export type ProblemKind = keyof typeof PROBLEMS

const PROBLEM_TYPE = 'application/problem+json'
const CLIENT_ERROR = 400
const SERVER_ERROR = 500

/** Thrown by routes: a refusal with words for whoever asked. */
export class Problem extends Error {
  override readonly name = 'Problem'
  constructor(
    readonly kind: ProblemKind,
    detail: string,
    readonly errors?: ProblemBody['errors'],
  ) {
    super(detail)
  }
}

/** Answers everything that goes wrong as a problem; what only we can understand is in the log alone, under the request's id. */
export function answerProblems(server: FastifyInstance, log: Log): void {
  server.setErrorHandler((error, request, reply) => {
    const problem = problemOf(error)
    if (problem.kind === 'internal')
      log.error({ request: request.id, url: request.routeOptions.url, error }, 'bug: a request of the API failed')
    return send(reply, request.id, problem)
  })
  server.setNotFoundHandler((request, reply) =>
    send(reply, request.id, new Problem('not-found', `${request.method} is not answered here: /docs lists what is`)),
  )
}

/** Of an address that cannot be read. */
export const answerFrameworkError = (error: FastifyError, request: FastifyRequest, reply: FastifyReply): void =>
  void send(reply, request.id, problemOf(error))

function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error
  if (hasZodFastifySchemaValidationErrors(error))
    return new Problem(
      'invalid-request',
      `the ${error.validationContext ?? 'request'} is not as /docs says`,
      error.validation.map(({ instancePath, message }) => ({ at: instancePath, problem: message ?? 'not valid' })),
    )
  if (isResponseSerializationError(error)) return new Problem('internal', 'the answer could not be written: see the log')
  if (named(error as Error) instanceof LedgerUnreachable)
    return new Problem('unreachable', 'the ledger does not answer: crossbook status tells more')
  if (error instanceof ControlsSilent)
    return new Problem('unreachable', 'the risk controller does not answer, and what was asked may still happen: look before you repeat it')
  if (error instanceof Refused) return new Problem('conflict', error.message)
  const { statusCode = SERVER_ERROR, message = '' } = error as { statusCode?: number; message?: string }
  const kind = (Object.keys(PROBLEMS) as ProblemKind[]).find((each) => PROBLEMS[each].status === statusCode)
  if (statusCode >= CLIENT_ERROR && statusCode < SERVER_ERROR) return new Problem(kind ?? 'invalid-request', message)
  // after what has a status: fastify's own word for a body that is too large is a RangeError too
  if (error instanceof RangeError) return new Problem('invalid-request', error.message)
  return new Problem('internal', 'see the log')
}

/** What a function of the operator calls a RangeError when a thing is not there. @throws Problem */
export const orNotFound = <T>(answer: Promise<T>): Promise<T> =>
  answer.catch((error: unknown) => {
    throw error instanceof RangeError ? new Problem('not-found', error.message) : error
  })

const send = (reply: FastifyReply, instance: string, { kind, message, errors }: Problem): FastifyReply =>
  reply
    .code(PROBLEMS[kind].status)
    .header('content-type', PROBLEM_TYPE)
    .serializer(JSON.stringify)
    .send({
      type: `/docs/problems#${kind}`,
      ...PROBLEMS[kind],
      detail: message,
      instance,
      ...(errors === undefined ? {} : { errors }),
    } satisfies ProblemBody)
