import { z } from 'zod'
import type { OddsGame } from '../core/edge/odds'
import type { Frame } from '../core/market/event'
import { millis } from '../core/units'
import { readOdds } from '../venues/odds/wire'

/** What the clocks of a source and a recorder may differ by: no honest line is later than this after its fetch. */
const CLOCKS_DIFFER_MS = 2_000

const fetchSchema = z.strictObject({
  sport: z.string().min(1),
  format: z.enum(['american', 'decimal']).default('american'),
  events: z.array(z.unknown()),
})

const time = z.int().transform((ms) => millis(ms))
/** A game as the streaming process was told it, by whoever fetched it. */
const gameSchema: z.ZodType<OddsGame> = z.strictObject({
  eventId: z.string().min(1),
  sport: z.string().min(1),
  homeTeam: z.string(),
  awayTeam: z.string(),
  commenceMs: time.nullable(),
  fetchedMs: time,
  lines: z.array(
    z.strictObject({
      book: z.string(),
      outcomes: z.array(z.strictObject({ name: z.string(), odds: z.number() })),
      updatedMs: time.nullable(),
    }),
  ),
})
const toldSchema = z.tuple([z.literal('game'), gameSchema])

/**
 * The games of an odds frame. In a capture of the streaming process it is one game as it was told: `["game", OddsGame]`. In a recording it is one fetch of
 * one sport, `{"sport", "format", "events": [as the source told them]}`, fetched when the frame came; an event that cannot be read is left out, as it is live.
 * @throws RangeError naming the frame, for one that is neither
 */
export function gamesOf({ n, recvMs, payload }: Frame): readonly OddsGame[] {
  const body = payload instanceof Uint8Array ? jsonOf(payload, n) : payload
  if (Array.isArray(body)) return [toldGame(body, n)]
  const told = fetchSchema.safeParse(body)
  if (!told.success) throw new RangeError(`frame ${n} is of the odds and no fetch: ${told.error.issues[0]?.message ?? 'not readable'}`)
  const { sport, format, events } = told.data
  return readOdds(JSON.stringify(events), { sport, format, fetchedMs: recvMs, latestMs: millis(recvMs + CLOCKS_DIFFER_MS) }).games
}

function toldGame(body: unknown, n: number): OddsGame {
  const told = toldSchema.safeParse(body)
  if (told.success) return told.data[1]
  const [issue] = told.error.issues
  throw new RangeError(`frame ${n} is of the odds and tells no game: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not readable'}`)
}

function jsonOf(payload: Uint8Array, n: number): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(payload))
  } catch {
    throw new RangeError(`frame ${n} is of the odds and not JSON: the file was damaged, or written by something else`)
  }
}
