import { z } from 'zod'
import { atMs, atMsOrNull, contracts, list, micros } from '../shape'

export const breakShape = z.object({
  id: z.int(),
  venue: z.string(),
  kind: z.string(),
  subject: z.string(),
  market: z.string().nullable(),
  purse: z.string().nullable(),
  contracts: contracts.describe('what the venue has more than the ledger, in YES contracts; negative: less'),
  cashMicros: micros,
  detail: z.string(),
  openedMs: atMs,
  lastSeenMs: atMs,
  ageMs: z.int(),
  owner: z.string().nullable(),
  state: z.string(),
  resolution: z.string().nullable(),
  by: z.string().nullable(),
  reason: z.string().nullable(),
  endedMs: atMsOrNull,
})
export const breakHistoryShape = breakShape.extend({
  history: list(z.object({ atMs, by: z.string(), action: z.string(), detail: z.unknown() })).describe('every write about it, oldest first'),
})
export const adoptionShape = z.object({
  tradeId: z.string(),
  venue: z.string(),
  market: z.string(),
  outcome: z.enum(['yes', 'no']),
  quantity: contracts,
  price: z.string(),
  feeMicros: micros,
  suspendedMicros: micros,
})
export const resultShape = z.object({
  tradeId: z.string(),
  label: z.string(),
  locked: contracts,
  flat: contracts,
  held: contracts,
  dust: contracts,
  realisedPnlMicros: micros,
  maxRemainingLossMicros: micros,
  reason: z.string(),
})
