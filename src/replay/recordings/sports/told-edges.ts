import type { GameMapping, ListedMarket } from '../../../core/edge/games/game'
import { matchGames } from '../../../core/edge/games/match'
import type { OddsGame } from '../../../core/edge/odds'
import { marketId, subjectId } from '../../../core/ids'
import type { PriceBand } from '../../../core/market/grid'
import type { Limits } from '../../../core/risk/limits'
import { price, type Millis, type Quantity } from '../../../core/units'
import type { Listing } from '../../../ports/catalog'
import type { ToldEdgeMarket } from '../../../streaming/edges/edge-desk'
import type { Tape } from '../tape'
import type { CapturedBook } from './captured'
import { closingOf, eventOf, type Closing } from './leagues'
import type { MarketText } from './market-texts'
import type { MarketResult } from './results'

/** Half the age at which fees are too old to open by. */
const RELIST_MS = 12 * 3_600_000
/** Kalshi's `linear_cent`: every record that was kept has it. */
const CENTS: readonly PriceBand[] = [{ start: price('0'), end: price('1'), step: price('0.01') }]
/** 1, in 1e-4 units. */
const MULTIPLIER = 10_000

interface Known {
  readonly listed: ListedMarket
  readonly closing: Closing
  readonly volume: Quantity | null
  readonly listedMs: Millis
}
export interface ToldEdgesOptions {
  readonly limits: Limits
  readonly texts: ReadonlyMap<string, MarketText>
  readonly results: ReadonlyMap<string, MarketResult>
}

/**
 * What the house tells: limits, listings, and which game each market is about by all that both sources have told until then, and nothing later: the
 * texts of the markets alone are taken from records that were kept on the ninth and tenth.
 */
export class ToldEdges {
  readonly #tape: Tape
  readonly #options: ToldEdgesOptions
  readonly #markets = new Map<string, Known>()
  /** Every telling of a game that was another one than the telling before: what the matching wants, and no more. */
  readonly #games: OddsGame[] = []
  readonly #newest = new Map<string, string>()
  #mappings: ReadonlyMap<string, GameMapping> = new Map()
  #isMatched = true
  #isTold = true
  #told = '[]'

  constructor(tape: Tape, options: ToldEdgesOptions) {
    this.#tape = tape
    this.#options = options
  }

  begin(): void {
    this.#tape.stamp('house', 'in', ['limits', this.#options.limits])
  }

  hearGames(games: readonly OddsGame[]): void {
    for (const game of games) {
      const told = `${game.homeTeam}|${game.awayTeam}|${game.commenceMs ?? ''}`
      if (this.#newest.get(game.eventId) === told) continue
      this.#newest.set(game.eventId, told)
      this.#games.push(game)
      this.#isMatched = false
    }
  }

  /** Lists the market where it is new, or where its fees were read too long ago. @returns whether it is new */
  hearBook(book: CapturedBook): boolean {
    const { ticker, place, volume } = book
    const before = this.#markets.get(ticker)
    const text = this.#options.texts.get(ticker)
    const listed = listedOf(book, text, before?.listed)
    const isListed = before !== undefined && this.#tape.nowMs - before.listedMs <= RELIST_MS
    const closing = before?.closing ?? text ?? closingOf(ticker, place)
    const known: Known = {
      ...{ listed, closing, volume: volume ?? before?.volume ?? null },
      listedMs: isListed ? before.listedMs : this.#tape.nowMs,
    }
    this.#markets.set(ticker, known)
    if (!isListed) this.#tape.stamp('house', 'in', ['listing', listingOf(known)])
    if (before === undefined || listed.title !== before.listed.title || listed.subtitle !== before.listed.subtitle) this.#isMatched = false
    if (known.volume !== before?.volume) this.#isTold = false
    return before === undefined
  }

  /** Tells all markets again where one of them, its volume or the game it is about is another than was told. */
  tell(): void {
    if (!this.#isMatched) this.#match()
    if (this.#isTold) return
    this.#isTold = true
    const edges = [...this.#markets.values()].filter((known) => this.#isOpen(known)).flatMap((known) => this.#edgeOf(known))
    const told = JSON.stringify(edges)
    if (told === this.#told) return
    this.#told = told
    this.#tape.stamp('house', 'in', ['edges', edges])
  }

  #match(): void {
    this.#isMatched = true
    this.#isTold = false
    const listed = [...this.#markets.values()].map((known) => known.listed)
    this.#mappings = new Map(matchGames(listed, this.#games).map((mapping) => [mapping.kalshiEvent, mapping]))
  }

  /** What was decided, or can trade no more, is told no more. */
  #isOpen({ listed: { ticker }, closing: { closeMs } }: Known): boolean {
    return this.#tape.nowMs < Math.min(closeMs, this.#options.results.get(ticker)?.closedMs ?? Infinity)
  }

  #edgeOf({ listed: { ticker, eventTicker, title }, volume }: Known): readonly ToldEdgeMarket[] {
    const mapping = this.#mappings.get(eventTicker)
    return mapping ? [{ id: subjectId(ticker), kalshi: marketId(ticker), title, mapping, volume }] : []
  }
}

/** What a capture does not tell of a market is as it was told before. */
function listedOf({ ticker, title, subtitle }: CapturedBook, text: MarketText | undefined, before: ListedMarket | undefined): ListedMarket {
  const eventTicker = eventOf(ticker)
  return {
    ...{ ticker, eventTicker, seriesTicker: ticker.slice(0, ticker.indexOf('-')) },
    title: text?.title ?? (title || before?.title || ''),
    subtitle: text?.subtitle ?? (subtitle || before?.subtitle || ''),
    ...{ rulesPrimary: text?.rulesPrimary ?? '', rulesSecondary: text?.rulesSecondary ?? '' },
  }
}

const listingOf = ({ listed, closing, listedMs }: Known): Listing => ({
  ...{ venue: 'kalshi', market: marketId(listed.ticker), event: listed.eventTicker, series: listed.seriesTicker, title: listed.title },
  ...{ status: 'open', bands: CENTS, closeMs: closing.closeMs, canCloseEarly: true },
  fees: { feeType: 'quadratic', multiplier: MULTIPLIER, fetchedAtMs: listedMs },
  ...{ shard: 0, contracts: null, payoutMs: closing.payoutMs, yesPays: null },
})
