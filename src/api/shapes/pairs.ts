import { z } from 'zod'
import type { PairView } from '../../operator/pairs/review'
import { atMs, atMsOrNull, list, opaque, opaqueOrNull } from '../shape'

const state = z.enum(['proposed', 'active', 'suspended', 'ended', 'rejected'])
export const identityClass = z.enum(['S0', 'S1', 'S1h', 'S2', 'S3'])
const approvedFor = z.enum(['none', 'sim', 'all'])
type Side = PairView['sides']['kalshi']

export const pairStates = state
export const pairLineShape = z.object({
  id: z.string(),
  state,
  version: z.int(),
  class: identityClass,
  polarity: z.enum(['same', 'opposite']),
  approvedFor,
  kalshi: z.string(),
  forecastex: z.string(),
  question: z.string(),
  similarity: z.int().describe('0 to 10,000; orders the queue and decides nothing'),
  expiresMs: atMsOrNull,
  by: z.string(),
  atMs,
  reason: z.string(),
  waitsFor: z.string().nullable().describe('null: nothing'),
})
const side = z.object({
  market: z.string(),
  key: opaqueOrNull<NonNullable<Side['key']>>('the question as it was judged (docs/matching.md)'),
  readNow: opaqueOrNull<NonNullable<Side['readNow']>>('the question as ingest reads it now'),
  judgedSha256: z.string().nullable(),
  latestSha256: z.string().nullable(),
  texts: list(z.object({ sha256: z.string(), text: z.string(), firstSeenMs: atMs })),
})
export const pairShape = pairLineShape.extend({
  sides: z.object({ kalshi: side, forecastex: side }),
  fields: list(z.object({ field: z.string(), verdict: z.enum(['same', 'different', 'not-told']), because: z.string() })).nullable(),
  because: list(z.string()),
  states: list(opaque<PairView['states'][number]>('a joint state besides yes and no (docs/pairs.md)')),
  payoff: opaque<PairView['payoff']>('what one contract of each leg pays in every joint state, micro-dollars'),
  evidence: z.string(),
  approval: z.object({ by: z.string(), second: z.string().nullable(), atMs }).nullable(),
  missingForAll: list(z.string()).describe('what it lacks to be approved for real money'),
  versions: list(
    z.object({
      version: z.int(),
      state,
      class: identityClass,
      approvedFor,
      by: z.object({ name: z.string(), role: z.string() }),
      atMs,
      reason: z.string(),
    }),
  ),
})
export const proposalsShape = z.object({
  markets: z.object({ kalshi: z.int(), forecastex: z.int() }),
  proposals: list(
    z.object({
      id: z.string(),
      version: z.int(),
      kind: z.enum(['added', 'changed', 'unchanged', 'suspended', 'ended']),
      why: z.string(),
      kalshi: z.string(),
      forecastex: z.string(),
      question: z.string(),
      class: identityClass,
      similarity: z.int(),
    }),
  ),
  notRead: list(z.object({ venue: z.string(), market: z.string(), because: z.string() })),
})
