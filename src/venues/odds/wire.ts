import { z } from 'zod'
import type { BookLine, OddsGame, OutcomeOdds } from '../../core/edge/odds'
import { millis, type Millis } from '../../core/units'
import type { OddsRow } from '../../ports/record'
import { priceOf, shown, type OddsFormat, type ToldPrice } from './price'

/** The market that is kept: who wins. Exchanges send "h2h_lay" along unasked, which is another price. */
export const WINNER = 'h2h'
/** What the source calls a game without a winner. */
export const DRAW = 'Draw'

/** An answer that is none of the API's as a whole. */
export class UnreadableOdds extends Error {
  override readonly name = 'UnreadableOdds'
}

export interface AskedOdds {
  readonly sport: string
  /** The one that was asked for: an answer does not name it. */
  readonly format: OddsFormat
  /** When it was asked. */
  readonly fetchedMs: Millis
  /** When the answer had come, and what clocks may differ by: no honest line is later. */
  readonly latestMs: Millis
}
export interface ReadOdds {
  /** Events in the answer, read or not. */
  readonly events: number
  readonly games: readonly OddsGame[]
  readonly rows: readonly OddsRow[]
  readonly problems: readonly string[]
  readonly otherMarkets: Readonly<Record<string, number>>
}

const name = z.string().min(1)
/** RFC 3339. What is there and cannot be read is a problem; only what is not there is "not told". */
const time = z.iso
  .datetime({ offset: true, error: 'is no RFC 3339 time' })
  .nullish()
  .transform((text): Millis | null => (typeof text === 'string' ? millis(Date.parse(text)) : null))
const eventSchema = z
  .object({ id: name, sport_key: name, home_team: name, away_team: name, commence_time: time, bookmakers: z.array(z.unknown()) })
  .refine((event) => event.home_team !== event.away_team, { message: 'is the home team too', path: ['away_team'] })
const bookSchema = z.object({ key: name, last_update: time, markets: z.array(z.unknown()) })
const marketSchema = z.object({ key: name, last_update: time, outcomes: z.array(z.unknown()) })
const outcomeSchema = z.object({ name, price: z.unknown() })

type Event = z.output<typeof eventSchema>
type Book = z.output<typeof bookSchema>
type Market = z.output<typeof marketSchema>
interface ToldOutcome extends ToldPrice {
  readonly name: string
}

/**
 * An answer of `/v4/sports/{sport}/odds`. What cannot be read is left out with one sentence, and takes nothing else along: an event, a book, a line.
 * A line keeps its book's own time and never that of the fetch (B6): that of the market, else of the book, else null.
 * A start that is not told is null; a book that prices one side only is kept, for the consensus to refuse it by name.
 * @throws UnreadableOdds for what is no list of events, or one of which no event could be read.
 */
export function readOdds(body: string, asked: AskedOdds): ReadOdds {
  const events = listOf(body)
  const reading = new Reading(asked)
  const ids = new Map<string, number>()
  for (const event of events) reading.take(event, ids)
  const twice = new Set([...ids].flatMap(([id, count]) => (count > 1 ? [id] : [])))
  for (const id of twice) reading.problems.push(`event ${id}: is in the answer twice`)
  const [first] = reading.problems
  if (events.length > 0 && reading.games.length === 0)
    throw new UnreadableOdds(`none of its ${events.length} events could be read: ${first ?? 'no reason'}`)
  return {
    events: events.length,
    games: reading.games.filter(({ eventId }) => !twice.has(eventId)),
    rows: reading.rows.filter(({ eventId }) => !twice.has(eventId)),
    problems: reading.problems,
    otherMarkets: Object.fromEntries(reading.others),
  }
}

function listOf(body: string): readonly unknown[] {
  let value: unknown
  try {
    value = JSON.parse(body)
  } catch {
    throw new UnreadableOdds(`the answer is not JSON: it begins with ${shown(body)}`)
  }
  if (!Array.isArray(value)) throw new UnreadableOdds(`the answer is no list of events: it begins with ${shown(value)}`)
  return value
}

class Reading {
  readonly games: OddsGame[] = []
  readonly rows: OddsRow[] = []
  readonly problems: string[] = []
  readonly others = new Map<string, number>()
  #place = 0

  constructor(private readonly asked: AskedOdds) {}

  take(value: unknown, ids: Map<string, number>): void {
    this.#place += 1
    const event = this.#read(eventSchema, value, `event ${idOf(value) ?? `number ${this.#place}`}`)
    if (event === null) return
    ids.set(event.id, (ids.get(event.id) ?? 0) + 1)
    if (event.sport_key !== this.asked.sport)
      return void this.problems.push(`event ${event.id}: is of ${shown(event.sport_key)}, and ${this.asked.sport} was asked for`)
    this.games.push({
      eventId: event.id,
      sport: event.sport_key,
      homeTeam: event.home_team,
      awayTeam: event.away_team,
      commenceMs: event.commence_time,
      fetchedMs: this.asked.fetchedMs,
      lines: this.#lines(event),
    })
  }

  /** Of two lines of one book neither is believed. */
  #lines(event: Event): readonly BookLine[] {
    const lines = new Map<string, BookLine[]>()
    const rows = new Map<string, readonly OddsRow[]>()
    for (const [at, value] of event.bookmakers.entries()) {
      const book = this.#read(bookSchema, value, `event ${event.id}, book number ${at + 1}`)
      if (book === null) continue
      for (const { line, told } of this.#winnersOf(event, book)) {
        lines.set(book.key, [...(lines.get(book.key) ?? []), line])
        rows.set(book.key, told)
      }
    }
    for (const [key, all] of lines) {
      if (all.length === 1) this.rows.push(...(rows.get(key) ?? []))
      else this.problems.push(`event ${event.id}, ${key}: has ${all.length} lines of the winner`)
    }
    return [...lines.values()].flatMap((all) => (all.length === 1 ? all : []))
  }

  #winnersOf(event: Event, book: Book): readonly { readonly line: BookLine; readonly told: readonly OddsRow[] }[] {
    return book.markets.flatMap((value) => {
      const key = keyOf(value)
      if (key !== null && key !== WINNER) {
        this.others.set(key, (this.others.get(key) ?? 0) + 1)
        return []
      }
      const market = this.#read(marketSchema, value, `event ${event.id}, ${book.key}`)
      if (market === null) return []
      const where = `event ${event.id}, ${book.key}`
      const outcomes = this.#outcomes(event, market, where)
      return outcomes === null ? [] : [this.#line(event, book, market.last_update ?? book.last_update, outcomes, where)]
    })
  }

  #line(
    event: Event,
    book: Book,
    toldMs: Millis | null,
    told: readonly ToldOutcome[],
    where: string,
  ): { readonly line: BookLine; readonly told: readonly OddsRow[] } {
    const hasCome = toldMs === null || toldMs <= this.asked.latestMs
    if (!hasCome) this.problems.push(`${where}: tells a time that has not come, ${new Date(toldMs).toISOString()}: it counts as not told`)
    const outcomes = told.map(({ name: outcome, odds }): OutcomeOdds => ({ name: outcome, odds }))
    const { id: eventId } = event
    const rows = told.map(({ name: outcome, oddsDecimal, impliedProbability, american }): OddsRow => ({
      ...{ kind: 'odds', eventId, book: book.key, marketType: WINNER, outcome, point: null },
      ...{ oddsDecimal, impliedProbability, american, updatedMs: toldMs, atMs: this.asked.fetchedMs },
    }))
    return { line: { book: book.key, outcomes, updatedMs: hasCome ? toldMs : null }, told: rows }
  }

  /** null: the line is no line, and the problem is told. */
  #outcomes(event: Event, market: Market, where: string): readonly ToldOutcome[] | null {
    const known = [event.home_team, event.away_team, DRAW]
    const outcomes: ToldOutcome[] = []
    for (const value of market.outcomes) {
      const outcome = this.#read(outcomeSchema, value, where)
      if (outcome === null) return null
      if (!known.includes(outcome.name))
        return this.#refuse(`${where}: has an outcome ${shown(outcome.name)}, which is neither team nor draw`)
      if (outcomes.some((other) => other.name === outcome.name)) return this.#refuse(`${where}: has ${shown(outcome.name)} twice`)
      try {
        outcomes.push({ name: outcome.name, ...priceOf(outcome.price, this.asked.format) })
      } catch (error) {
        return this.#refuse(`${where}: ${shown(outcome.name)} ${(error as RangeError).message}`)
      }
    }
    return outcomes.length === 0 ? this.#refuse(`${where}: has no outcome`) : outcomes
  }

  #refuse(problem: string): null {
    this.problems.push(problem)
    return null
  }

  #read<T extends z.ZodType>(schema: T, value: unknown, where: string): z.output<T> | null {
    const read = schema.safeParse(value)
    if (read.success) return read.data
    const issue = read.error.issues[0]
    const place = issue?.path.join('.') ?? ''
    return this.#refuse(`${where}: ${place === '' ? '' : `${place} `}${issue?.message ?? 'cannot be read'}`)
  }
}

/** Two of three markets are not kept, and are not read for that. null: it has no name. */
function keyOf(value: unknown): string | null {
  const key = typeof value === 'object' && value !== null && 'key' in value ? value.key : null
  return typeof key === 'string' && key !== '' ? key : null
}

/** The id of what may be no event, for the sentence about it. */
function idOf(value: unknown): string | null {
  const id = typeof value === 'object' && value !== null && 'id' in value ? value.id : null
  return typeof id === 'string' && id !== '' ? id : null
}
