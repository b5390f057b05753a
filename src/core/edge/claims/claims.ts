import type { Outcome, TradeId } from '../../ids'
import { groupBy } from '../../report/quantiles'
import type { Claim } from '../../stats/calibration'
import { millis, MICROS_PER_PRICE, ONE_CONTRACT, type Millis, type Money, type Price, type Quantity } from '../../units'
import { decimalOfAmerican } from '../consensus/american'
import { consensusFor } from '../index'
import type { BookLine, OddsGame } from '../odds'
import type { EdgeSettings } from '../profile'
import { DOLLAR_MICROS, microsOf } from '../value'

/** A signal as the record has it: probabilities of YES in 1e-6, figures in the units of the core. */
export interface Signal {
  readonly id: string
  readonly atMs: Millis
  readonly ticker: string
  /** Kalshi's, and the odds source's. */
  readonly event: string
  readonly oddsEvent: string
  readonly sport: string
  /** What YES pays for, as the source names it. */
  readonly yesTeam: string
  /** What a tie pays a YES, in 1e-6; null: it is none of its ends. */
  readonly tiePays: number | null
  /** The earlier one of ticker and odds. */
  readonly startMs: Millis
  readonly side: Outcome
  readonly profile: string
  readonly method: string
  readonly tier: string
  readonly probability: number
  readonly ask: Price
  readonly quantity: Quantity
  readonly cost: Money
  readonly netEdge: Money
  /** The first trade of the edge, whatever the reserve made of it; null: it became none. */
  readonly tradeId: TradeId | null
}
/** What one of its books thought of YES, in 1e-6. */
export interface SignalBook {
  /** Of the signal. */
  readonly atMs: Millis
  readonly ticker: string
  readonly side: Outcome
  readonly book: string
  readonly probability: number
}
/** All that a trade has bought. */
export interface Bought {
  readonly tradeId: TradeId
  readonly quantity: Quantity
  /** Without and with their fees. */
  readonly price: Money
  readonly fees: Money
}
/** A line of a sportsbook as the record has it. */
export interface RecordedLine {
  readonly fetchedMs: Millis
  readonly oddsEvent: string
  readonly book: string
  readonly outcome: string
  /** In 1e-4. */
  readonly oddsDecimal: number
  /** null: the book said decimal odds. */
  readonly american: number | null
  readonly updatedMs: Millis | null
}

/** What became of signals, as far as it is known. */
export interface Ends {
  readonly books: readonly SignalBook[]
  readonly bought: readonly Bought[]
  /** What one YES paid, by ticker. */
  readonly yesPaid: ReadonlyMap<string, Money>
  /** Lines of the games of signals, told before their start: those of the newest fetch of a game count. */
  readonly lines: readonly RecordedLine[]
}

/** Signals with what became of them. What is bought counts at what it cost, every other signal at what was displayed. */
export function claimsOf(signals: readonly Signal[], { books, bought, yesPaid, lines }: Ends, settings: EdgeSettings): readonly Claim[] {
  const heard = groupBy(books, keyOf)
  const trades = new Map(bought.map((each) => [each.tradeId, each]))
  const told = groupBy(lines, ({ oddsEvent }) => oddsEvent)
  return signals.map((signal) => {
    const { id, atMs, ticker, event, startMs, side, profile, method, tier, probability, quantity, netEdge, tradeId } = signal
    const trade = tradeId === null ? undefined : trades.get(tradeId)
    const pays = yesPaid.get(ticker)
    const closing = closingOf(signal, told.get(signal.oddsEvent) ?? [], settings)
    return {
      ...{ id, atMs, market: ticker, startMs, game: event, profile, method, tier, probability: sided(probability, side) },
      books: (heard.get(keyOf(signal)) ?? []).map((each) => ({ book: each.book, probability: sided(each.probability, side) })),
      price: trade ? perContract(trade.price, trade.quantity) : signal.ask * MICROS_PER_PRICE,
      cost: trade ? perContract(trade.price + trade.fees, trade.quantity) : perContract(signal.cost, quantity),
      edge: perContract(netEdge, quantity),
      isFilled: trade !== undefined,
      paid: pays === undefined ? null : sided(pays, side),
      closing: closing === null ? null : sided(closing, side),
    }
  })
}

const keyOf = ({ atMs, ticker, side }: Pick<SignalBook, 'atMs' | 'ticker' | 'side'>): string => `${atMs} ${ticker} ${side}`
const sided = (ofYes: number, side: Outcome): number => (side === 'yes' ? ofYes : DOLLAR_MICROS - ofYes)
const perContract = (micros: number, of: Quantity): number => (micros * ONE_CONTRACT) / of

/** A closing line is of the last fetch before the start, and no older: what a game was thought of an hour earlier is no closing line. */
export const CLOSING_WITHIN_MS = 900_000

/**
 * What the books thought of YES last before the start, in 1e-6, by today's configuration: the consensus of the newest fetch, at its time.
 * null: nothing was told near the start, or no consensus comes of it.
 */
export function closingOf(signal: Signal, lines: readonly RecordedLine[], settings: EdgeSettings): number | null {
  const { ticker, oddsEvent, sport, yesTeam, tiePays, startMs } = signal
  const before = lines.filter(({ fetchedMs }) => fetchedMs < startMs && fetchedMs >= startMs - CLOSING_WITHIN_MS)
  if (before.length === 0) return null
  const fetchedMs = millis(Math.max(...before.map((line) => line.fetchedMs)))
  const game: OddsGame = {
    ...{ eventId: oddsEvent, sport, homeTeam: '', awayTeam: '', commenceMs: startMs, fetchedMs },
    lines: linesOf(before.filter((line) => line.fetchedMs === fetchedMs)),
  }
  const tie = tiePays === null ? 'none' : { value: tiePays / DOLLAR_MICROS }
  const asked = { kalshi: ticker, mapping: { oddsEventId: oddsEvent, yesTeams: { [ticker]: yesTeam }, startMs, tie } } as const
  const found = consensusFor(asked, game, fetchedMs, settings)
  return found.kind === 'none' ? null : microsOf(found.probability)
}

const ODDS_UNITS = 10_000
function linesOf(lines: readonly RecordedLine[]): readonly BookLine[] {
  return [...groupBy(lines, ({ book }) => book)].map(([book, own]) => ({
    book,
    updatedMs: own[0]?.updatedMs ?? null,
    outcomes: own.map(({ outcome, oddsDecimal, american }) => ({
      name: outcome,
      odds: american === null ? oddsDecimal / ODDS_UNITS : decimalOfAmerican(american),
    })),
  }))
}
