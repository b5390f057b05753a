import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { CachedTop } from '../../ports/cache'
import { activePairs } from '../../stores/postgres/pairs/registry'
import { listOpportunities, type OpportunityPlace } from '../../operator/desk/opportunities'
import type { Desk } from '../desk'
import { createCursor, cut, pageOf, pageQuery } from '../page'
import { Problem } from '../problem'
import { asked } from '../servers'
import { atMs, contracts, list, micros, venue } from '../shape'

const tags = ['markets']

const price = z.string().nullable().describe('dollars, a decimal; null: no quote on this side')
const book = z.object({
  venue,
  market: z.string(),
  outcome: z.enum(['yes', 'no']),
  series: z.string(),
  bid: price,
  bidSize: contracts.nullable(),
  ask: price,
  askSize: contracts.nullable(),
  atMs,
  ageMs: z.int().describe('since the book said so; nothing here is fresh enough to trade by'),
})
const opportunity = z.object({
  firstMs: atMs,
  pair: z.string(),
  direction: z.string(),
  mode: z.string(),
  outcome: z.string(),
  reason: z.string(),
  tradeId: z.string().nullable(),
  lastMs: atMs,
  durationMs: z.int(),
  n: z.int(),
  looks: z.int(),
  bestQuantity: contracts.nullable(),
  bestNetEdgeMicros: micros.nullable(),
})

const seen = createCursor<OpportunityPlace>(
  'opportunities',
  z.strictObject({ firstMicros: z.int(), pair: z.string(), direction: z.string(), n: z.int() }),
)
const books = createCursor('books', z.string().min(1))

/** Books and what was seen in them. */
export async function describeMarkets(server: FastifyInstance, { desk }: { readonly desk: Desk }): Promise<void> {
  const routes = server.withTypeProvider<ZodTypeProvider>()
  describeBooks(server, desk)
  routes.get(
    '/v1/opportunities',
    { schema: { tags, summary: 'what was seen, the newest first', querystring: pageQuery, response: { 200: pageOf(opportunity) } } },
    async ({ query: { limit, cursor } }) => {
      const { questdb } = desk.endpoints
      if (questdb === null) throw new Problem('unreachable', 'this stack has no QuestDB, and nothing else remembers opportunities')
      const after = seen.decode(cursor)
      const rows = await asked('QuestDB', desk, () => listOpportunities(questdb.httpUrl, limit + 1, after))
      const { items, next } = cut(rows, limit, seen, ({ place }) => place)
      return { items: items.map(({ view }) => view), next }
    },
  )
}

function describeBooks(server: FastifyInstance, desk: Desk): void {
  const answer = z.object({
    items: list(book),
    next: z.string().nullable(),
    missing: list(z.string()).describe('markets of active pairs of this venue that the cache knows no book of'),
  })
  server.withTypeProvider<ZodTypeProvider>().get(
    '/v1/books',
    {
      schema: {
        tags,
        summary: 'tops of books of one venue, as the cache has them',
        querystring: pageQuery.extend({ venue }),
        response: { 200: answer },
      },
    },
    async ({ query: { venue: of, limit, cursor } }) => {
      const { tops } = desk
      if (tops === null) throw new Problem('unreachable', 'this stack has no cache, and books are read from nowhere else')
      const after = books.decode(cursor)
      const pairs = await activePairs(desk.database)
      const markets = [...new Set(pairs.map((pair) => (of === 'kalshi' ? pair.kalshiMarket : pair.forecastexMarket)))].sort()
      const [found, missing] = await asked('the cache', desk, (signal) =>
        Promise.all([tops.page(of, after, limit + 1, signal), tops.missing(of, markets, signal)]),
      )
      const nowMs = desk.clock.nowMs()
      const { items, next } = cut(found, limit, books, memberOf)
      return { items: items.map((top) => ({ ...top, ageMs: Math.max(0, nowMs - top.atMs) })), next, missing }
    },
  )
}

/** A book's place in the order of its venue's. */
const memberOf = ({ venue: of, market, outcome }: CachedTop): string => (of === 'kalshi' ? market : `${market}:${outcome}`)
