import type { Millis } from '../../../core/units'
import type { Depth } from './captured'
import { leagueOf, RECORDED_LEAGUES } from './leagues'
import { momentsOf } from './moments'

/** What both sides of a league tell together. */
export interface LeagueCount {
  readonly name: string
  readonly fetches: number
  /** Books that were captured. */
  readonly books: number
  /** Those believed when a fetch of the league's odds came: what can be judged by odds that are younger than the book. */
  readonly judged: number
  /** UTC days on which there are such. */
  readonly days: readonly string[]
}
export interface Census {
  readonly markets: ReadonlySet<string>
  readonly captures: number
  readonly books: Readonly<Record<Depth, number>>
  /** First and last capture, and those between which a volume was told. */
  readonly captured: Span
  readonly volumes: Span
  readonly leagues: readonly LeagueCount[]
}
export interface Span {
  readonly fromMs: Millis | null
  readonly toMs: Millis | null
}

/**
 * Reads everything once: what there is to say of it, and whether it can be read at all.
 * @throws RangeError naming file and line
 */
export async function censusOf(folder: string, quoteLifeMs: number): Promise<Census> {
  const counting = new Counting(quoteLifeMs)
  const markets = new Set<string>()
  const books: Record<Depth, number> = { depth: 0, best: 0, priced: 0 }
  const captured: Millis[] = []
  const volumes: Millis[] = []
  for await (const moment of momentsOf(folder)) {
    if (moment.kind === 'odds') {
      counting.fetched(moment.sport, moment.atMs)
      continue
    }
    if (moment.books.length > 0) captured.push(moment.atMs)
    if (moment.books.some(({ volume }) => volume !== null)) volumes.push(moment.atMs)
    for (const { ticker, depth } of moment.books) {
      markets.add(ticker)
      books[depth] += 1
      counting.captured(ticker, moment.atMs)
    }
  }
  return { markets, captures: captured.length, books, captured: spanOf(captured), volumes: spanOf(volumes), leagues: counting.leagues() }
}

const spanOf = (times: readonly Millis[]): Span => ({ fromMs: times[0] ?? null, toMs: times.at(-1) ?? null })

class Counting {
  readonly #leagues = RECORDED_LEAGUES.map(({ name, sport }) => ({
    ...{ name, sport, fetches: 0, books: 0, judged: 0 },
    days: new Set<string>(),
    /** Captured since the last fetch, by market: a later capture replaces an earlier one. */
    waiting: new Map<string, Millis>(),
  }))

  constructor(private readonly quoteLifeMs: number) {}

  captured(ticker: string, atMs: Millis): void {
    const league = this.#leagues.find(({ name }) => name === leagueOf(ticker)?.name)
    if (!league) return
    league.books += 1
    league.waiting.set(ticker, atMs)
  }

  fetched(sport: string, atMs: Millis): void {
    const league = this.#leagues.find((each) => each.sport === sport)
    if (!league) return
    league.fetches += 1
    const believed = [...league.waiting.values()].filter((capturedMs) => atMs - capturedMs < this.quoteLifeMs)
    if (believed.length > 0) league.days.add(new Date(atMs).toISOString().slice(0, 'YYYY-MM-DD'.length))
    league.judged += believed.length
    league.waiting.clear()
  }

  leagues(): readonly LeagueCount[] {
    return this.#leagues.map(({ name, fetches, books, judged, days }) => ({ name, fetches, books, judged, days: [...days] }))
  }
}
