import { z } from 'zod'
import type { StatusReport } from '../../operator/status'
import { atMs, contracts, list, micros, opaque, opaqueOrNull } from '../shape'

const service = z.object({
  name: z.string(),
  state: z.enum(['up', 'down', 'absent']),
  latencyMs: z.number().nullable(),
  detail: z.string(),
})
const feed = z.object({ venue: z.string(), state: z.string(), confirmedAgeMs: z.number().nullable() })
const counted = z.record(z.string(), z.number())
const streaming = z.object({
  role: z.string(),
  reason: z.string().nullable().describe('why it opens nothing; null: it does, or stands by'),
  leaseEpoch: z.number().nullable(),
  clientId: z.number(),
  gateway: z.string(),
  trouble: z.string().nullable(),
})
type Part<Name extends keyof StatusReport> = NonNullable<StatusReport[Name]>

export const serviceShape = service
export const feedsShape = z.object({
  answers: z.boolean().describe('false: the streaming process does not, and nothing is known of its feeds'),
  feeds: list(feed),
  kalshi: opaqueOrNull<Part<'kalshi'>>('what Kalshi says of itself, and how its messages are read'),
  quotes: opaqueOrNull<Part<'quotes'>>("ForecastEx's quotes, and what has none and why"),
  audit: opaqueOrNull<Part<'audit'>>('what the audit of books has come to'),
})
export const statusShape = z.object({
  services: list(service),
  feeds: list(feed),
  halts: list(z.object({ scope: z.string(), by: z.string(), reason: z.string(), atMs })),
  openTrades: z.int(),
  positions: list(z.object({ venue: z.string(), market: z.string(), side: z.string(), quantity: contracts, costMicros: micros })),
  cashMicros: counted,
  streaming: streaming.nullable(),
  shards: list(z.object({ name: z.string(), pairs: z.number(), streaming: streaming.nullable() })),
  tokens: list(z.object({ venue: z.string(), level: z.number(), leased: z.number(), capacity: z.number() })),
  bars: list(z.object({ venue: z.string(), market: z.string().nullable(), by: z.string(), reason: z.string() })),
  audit: opaqueOrNull<Part<'audit'>>('what the audit of books has come to'),
  kalshi: opaqueOrNull<Part<'kalshi'>>('what Kalshi says of itself'),
  quotes: opaqueOrNull<Part<'quotes'>>("ForecastEx's quotes"),
  markets: list(opaque<StatusReport['markets'][number]>('a market of a pair')),
  questions: list(z.object({ market: z.string(), closedBy: z.string().nullable(), untilMs: z.number().nullable(), closeMs: z.number() })),
  opportunities: counted,
  refusals: counted,
  latency: opaque<Part<'latency'>>('by measure (docs/decisions/latency.md)'),
  edges: opaqueOrNull<Part<'edges'>>('what the edge desk sees and does (docs/executor.md)'),
  counters: opaque<Part<'counters'>>('of the streaming process'),
})
