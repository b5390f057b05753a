import { z } from 'zod'
import { describeIssues } from '../describe'
import type { ArmedFaults } from '../faults'
import type { Board } from './board'
import { oddsEvent } from './section'

const event = z.discriminatedUnion('type', [
  z.strictObject({ venue: z.string().optional(), type: z.literal('event'), event: oddsEvent }),
  z.strictObject({ venue: z.string().optional(), type: z.literal('remove'), id: z.string() }),
  z.strictObject({
    venue: z.string().optional(),
    type: z.literal('price'),
    id: z.string(),
    book: z.string(),
    market: z.string().default('h2h'),
    prices: z.record(z.string(), z.number()),
  }),
  z.strictObject({ venue: z.string().optional(), type: z.literal('move'), id: z.string(), by_ms: z.number() }),
  z.strictObject({ venue: z.string().optional(), type: z.literal('credits'), remaining: z.int().min(0) }),
])

export interface OddsFloor {
  readonly board: Board
  readonly faults: ArmedFaults
  readonly nowMs: number
  setRemaining(credits: number): void
}

/** @throws Error with one sentence, when the event is none or names what is not there. */
export function applyOdds(told: Record<string, unknown>, { board, faults, nowMs, setRemaining }: OddsFloor): void {
  if (told['type'] === 'fault') return faults.arm(told)
  const parsed = event.safeParse(told)
  if (!parsed.success) throw new Error(describeIssues(parsed.error, event, 'event'))
  const { data } = parsed
  switch (data.type) {
    case 'event':
      return board.put(data.event, nowMs)
    case 'remove':
      return board.remove(data.id)
    case 'price':
      return board.price(data.id, data.book, data.market, data.prices)
    case 'move':
      return board.move(data.id, data.by_ms, nowMs)
    case 'credits':
      return setRemaining(data.remaining)
  }
}
