import swagger, { type FastifyDynamicSwaggerOptions as SwaggerOptions } from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import Fastify, { type FastifyInstance } from 'fastify'
import { jsonSchemaTransform, jsonSchemaTransformObject, serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod'
import { auditAttempts } from './audit'
import { guard, type Identify } from './auth'
import { keepBoundary } from './boundary'
import type { Desk } from './desk'
import { describeProblems, DOCUMENT } from './document'
import { countAnswers } from './metrics'
import { doOnce } from './once'
import { answerFrameworkError, answerProblems } from './problem'
import { boundRates } from './rates'
import { describeBreaks } from './routes/breaks'
import { describeHalts } from './routes/halts'
import { describeLedger } from './routes/ledger'
import { describeLimits } from './routes/limits'
import { describeMarkets } from './routes/markets'
import { describePairs } from './routes/pairs'
import { describeReports } from './routes/reports'
import { describeSchedules } from './routes/schedules'
import { describeSystem } from './routes/system'
import { describeTrades } from './routes/trades'

/** The largest body anybody has a reason to send: a limits file. */
const BODY_MAX_BYTES = 256 * 1024
/** Node reads no longer header; what a part of an address may be is said by its schema. */
const ADDRESS_MAX = 16_384
/** A request that takes longer to arrive comes from nobody who works with us. */
const REQUEST_LIMIT_MS = 10_000

/** The API with all its routes, not listening yet. */
export async function createServer(desk: Desk, identify: Identify): Promise<FastifyInstance> {
  const server = Fastify({
    bodyLimit: BODY_MAX_BYTES,
    requestTimeout: REQUEST_LIMIT_MS,
    trustProxy: desk.settings.proxies.length === 0 ? false : desk.settings.proxies,
    forceCloseConnections: true,
    // what is refused before a route is found is told as everything else is
    frameworkErrors: answerFrameworkError,
    routerOptions: { maxParamLength: ADDRESS_MAX },
  })
  server.setValidatorCompiler(validatorCompiler)
  server.setSerializerCompiler(serializerCompiler)
  answerProblems(server, desk.log)
  describeProblems(server)
  const metrics = countAnswers(server)
  // in this order: where it comes from, how often, who asks, how often he does, whether it was done already
  await keepBoundary(server, desk.settings)
  const rates = await boundRates(server, desk.settings.requests_per_minute)
  rates.ofAddress()
  auditAttempts(server, desk)
  guard(server, identify)
  rates.ofPrincipal()
  doOnce(server, desk)
  await server.register(swagger, {
    openapi: structuredClone(DOCUMENT) as unknown as NonNullable<SwaggerOptions['openapi']>,
    transform: jsonSchemaTransform,
    transformObject: jsonSchemaTransformObject,
  })
  await server.register(swaggerUi, { routePrefix: '/docs' })
  await server.register(describeSystem, { desk, metrics })
  for (const describe of ROUTES) await server.register(describe, { desk })
  return server
}

const ROUTES = [
  describeMarkets,
  describePairs,
  describeTrades,
  describeLedger,
  describeLimits,
  describeHalts,
  describeBreaks,
  describeSchedules,
  describeReports,
]
