import { z } from 'zod'
import type { TradeDetail } from '../../operator/trades'
import { atMs, atMsOrNull, contracts, list, micros, opaque, opaqueOrNull } from '../shape'

const leg = z.object({
  venue: z.string(),
  market: z.string(),
  side: z.enum(['yes', 'no']),
  action: z.enum(['buy', 'sell']),
  purpose: z.string(),
  clientOrderId: z.string(),
  state: z.string(),
  quantity: contracts.describe('contracts filled'),
  price: z.string().describe('average of the fills, dollars of the side traded; the limit while nothing has filled'),
  feeMicros: micros,
})
export const tradeShape = z.object({
  tradeId: z.string(),
  pair: z.string(),
  strategy: z.string(),
  mode: z.string(),
  outcome: z.string().nullable().describe('refused, missed, locked, partly-locked, unwound, held or surrendered; null: it runs'),
  state: z.string(),
  quantity: contracts,
  edgeMicros: micros,
  pnlMicros: micros,
  pnlKind: z.enum(['guaranteed', 'realised', 'open']),
  startedAt: atMs,
  endedAt: atMsOrNull,
  legs: list(leg),
})
export const partsShape = z.object({
  priceMicros: micros,
  feesMicros: micros,
  carryMicros: micros,
  slippageMicros: micros,
  cureMicros: micros,
  settlementMicros: micros,
  totalMicros: micros,
})
const step = z.object({
  event: z.int(),
  atMs,
  kind: z.enum(['started', 'step', 'timer', 'signal', 'update', 'ended']),
  name: z.string(),
  summary: z.string().nullable(),
  end: z.enum(['completed', 'failed', 'open']).nullable(),
  endedMs: atMsOrNull,
})
export const tradeDetailShape = tradeShape.extend({
  reason: z.string(),
  verdicts: list(z.object({ check: z.string(), passed: z.boolean(), actual: z.string(), limit: z.string() })),
  plan: opaque<TradeDetail['plan']>('what was decided (docs/decisions/saga.md)'),
  result: opaqueOrNull<NonNullable<TradeDetail['result']>>('how it ended; null: it runs, or was refused'),
  runId: z.string(),
  workflowId: z.string(),
  pnl: partsShape.nullable(),
  timeline: z.object({
    steps: list(step).nullable(),
    why: z.string().nullable().describe('why there are no steps'),
    url: z.string().nullable().describe('of the saga in the Temporal UI; null: this stack has none'),
  }),
})
