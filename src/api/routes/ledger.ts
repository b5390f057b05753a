import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { verifyAudit } from '../../operator/audit'
import { listPositions } from '../../operator/desk/positions'
import { verifyLedger } from '../../operator/ledger'
import { readResults } from '../../operator/results'
import type { Desk } from '../desk'
import { createCursor, cut, pageOf, pageQuery } from '../page'
import { atMs, contracts, list, micros, venue } from '../shape'
import { partsShape } from '../shapes/trades'

const tags = ['ledger']

const position = z.object({
  venue: z.string(),
  market: z.string(),
  outcome: z.enum(['yes', 'no']),
  quantity: contracts,
  costMicros: micros.describe('price and fees'),
  trades: z.int(),
})
const perVenue = z.record(z.string(), micros)
const proof = z.object({
  transfers: z.int(),
  sumMicros: micros.describe('anything but zero is a defect'),
  violations: list(z.string()),
  suspenseMicros: perVenue,
  couponMicros: perVenue,
  interestMicros: perVenue,
  estimatedFees: z.int(),
  purses: list(z.object({ purse: z.string(), freeMicros: micros, reservedMicros: micros })),
  naked: list(z.object({ tradeId: z.string(), venue: z.string(), quantity: z.int().describe('1e-2 contract'), sinceMs: atMs })),
})
const results = z.object({
  groups: list(partsShape.extend({ group: z.string(), trades: z.int() })),
  carryOfNobodyMicros: micros,
  interestMicros: micros,
  violations: list(z.string()),
})
const chain = z.object({ entries: z.int(), head: z.string(), violations: list(z.string()) })

const cursor = createCursor('positions', z.strictObject({ venue, market: z.string(), outcome: z.enum(['yes', 'no']) }))

/** Positions, results, proofs (docs/ledger.md). */
export async function describeLedger(server: FastifyInstance, { desk }: { readonly desk: Desk }): Promise<void> {
  const routes = server.withTypeProvider<ZodTypeProvider>()
  const { database, clock } = desk
  routes.get(
    '/v1/positions',
    {
      schema: { tags, summary: 'open contracts by venue, market and side', querystring: pageQuery, response: { 200: pageOf(position) } },
    },
    async ({ query: { limit, cursor: from } }) => {
      const rows = await listPositions(database, limit + 1, cursor.decode(from))
      return cut(rows, limit, cursor, ({ venue: of, market, outcome }) => ({ venue: venue.parse(of), market, outcome }))
    },
  )
  routes.get(
    '/v1/ledger/verify',
    { schema: { tags, summary: 'prove the ledger by queries and by folding it anew', response: { 200: proof } } },
    () => verifyLedger(database),
  )
  routes.get(
    '/v1/ledger/results',
    { schema: { tags, summary: 'what trades have earned, by what made it so', response: { 200: results } } },
    () => readResults(database, clock.nowMs()),
  )
  routes.get(
    '/v1/audit/verify',
    {
      schema: {
        tags,
        summary: 'prove that nothing on record was changed',
        querystring: z.strictObject({
          noted: z
            .string()
            .regex(/^[0-9a-f]{64}$/)
            .optional()
            .describe('a head told earlier'),
        }),
        response: { 200: chain },
      },
    },
    ({ query: { noted } }) => verifyAudit(database, noted ?? null),
  )
}
