import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { z } from 'zod'
import { offsetMs, timeOf } from '../times'
import { oddsEvent, type OddsEvent } from './section'

/** One recorded answer: what the source said of some sports at a moment. */
export interface RecordedAnswer {
  readonly atMs: number
  readonly sports: ReadonlySet<string>
  readonly events: readonly OddsEvent[]
}
export interface RecordedAnswers {
  readonly items: readonly RecordedAnswer[]
  readonly firstMs: number
  readonly lastMs: number
}

const moment = z.union([z.number(), z.string().transform((text) => Date.parse(text)), z.null()]).optional()
const line = z.looseObject({
  fetched_at: moment,
  fetched_ms: moment,
  captured_ms: moment,
  committed_at: moment,
  sport_key: z.string().optional(),
  events: z.array(oddsEvent).optional(),
  payload: z.array(oddsEvent).optional(),
})

/**
 * Recorded answers of the source, a fetch a line, plain or gzip: `{"fetched_at"|"fetched_ms"|"captured_ms"|"committed_at", "events"|"payload"}`.
 * @throws Error naming the file and the line.
 */
export function readAnswers(path: string): RecordedAnswers {
  let bytes: Buffer
  try {
    bytes = readFileSync(path)
  } catch {
    throw new Error(`tape ${path} cannot be read`)
  }
  const text = (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString()
  const items = text.split('\n').flatMap((each, at) => (each.trim() === '' ? [] : [answerOf(each, `tape ${path} line ${at + 1}`)]))
  const known = new Set(items.flatMap(({ sports }) => [...sports]))
  if (known.size === 0) throw new Error(`tape ${path} has no event`)
  const [only] = known.size === 1 ? known : []
  // of a file of one sport an answer without events says that there is no game any more
  const named = items.map((item) => (item.sports.size === 0 && only !== undefined ? { ...item, sports: known } : item))
  const sorted = named.toSorted((a, b) => a.atMs - b.atMs)
  return { items: sorted, firstMs: sorted[0]?.atMs ?? 0, lastMs: sorted.at(-1)?.atMs ?? 0 }
}

function answerOf(text: string, place: string): RecordedAnswer {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new Error(`${place}: not JSON`)
  }
  const read = line.safeParse(value)
  if (!read.success) throw new Error(`${place}: ${read.error.issues[0]?.path.join('.') ?? ''} ${read.error.issues[0]?.message ?? ''}`)
  const { fetched_at, fetched_ms, captured_ms, committed_at, events, payload } = read.data
  const atMs = fetched_at ?? fetched_ms ?? captured_ms ?? committed_at
  if (atMs === null || atMs === undefined || Number.isNaN(atMs)) throw new Error(`${place}: does not tell when it was fetched`)
  const told = events ?? payload
  if (told === undefined) throw new Error(`${place}: has neither "events" nor "payload"`)
  return { atMs, sports: new Set(told.map(({ sport_key: sport }) => sport)), events: told }
}

/** The events with every time moved by so much: what was recorded becomes the simulated present. */
export const shifted = (events: readonly OddsEvent[], byMs: number): readonly OddsEvent[] =>
  events.map((event) => ({
    ...event,
    commence_time: event.commence_time === null ? null : later(event.commence_time, byMs),
    bookmakers: event.bookmakers.map((book) => ({
      ...book,
      ...updated(book.last_update, byMs),
      markets: book.markets.map((market) => ({ ...market, ...updated(market.last_update, byMs) })),
    })),
  }))

/** A relative time is one of the present already. */
const later = (text: string, byMs: number): string => (offsetMs(text) === null ? timeOf(Date.parse(text) + byMs) : text)
const updated = (text: string | undefined, byMs: number): { last_update?: string } =>
  text === undefined ? {} : { last_update: later(text, byMs) }
