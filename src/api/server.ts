import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import Fastify, { type FastifyInstance } from 'fastify'
import { jsonSchemaTransform, jsonSchemaTransformObject, serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod'
import { guard, type Identify } from './auth'
import type { Desk } from './desk'
import { answerProblems } from './problem'
import { describeSystem } from './routes/system'

/** The largest body anybody has a reason to send: a limits file. */
const BODY_MAX_BYTES = 256 * 1024
/** A request that takes longer to arrive comes from nobody who works with us. */
const REQUEST_LIMIT_MS = 10_000

/** The API with all its routes, not listening yet. */
export async function createServer(desk: Desk, identify: Identify): Promise<FastifyInstance> {
  const server = Fastify({
    bodyLimit: BODY_MAX_BYTES,
    requestTimeout: REQUEST_LIMIT_MS,
    trustProxy: desk.settings.proxies.length === 0 ? false : desk.settings.proxies,
    forceCloseConnections: true,
  })
  server.setValidatorCompiler(validatorCompiler)
  server.setSerializerCompiler(serializerCompiler)
  answerProblems(server, desk.log)
  guard(server, identify)
  await server.register(swagger, {
    openapi: { openapi: '3.1.0', info: { title: 'Crossbook', version: '1' } },
    transform: jsonSchemaTransform,
    transformObject: jsonSchemaTransformObject,
  })
  await server.register(swaggerUi, { routePrefix: '/docs' })
  await server.register(describeSystem, { desk })
  return server
}
