import type { Outcome } from '../ids'
import type { Verdict } from '../trade/plan'
import {
  complement,
  floorMulDiv,
  formatFixed,
  formatMoney,
  formatPrice,
  formatQuantity,
  MICROS_PER_PRICE,
  money,
  NO_MONEY,
  NO_QUANTITY,
  notional,
  ONE_DOLLAR,
  type Millis,
  type Price,
} from '../units'
import type { Side } from './checks/preconditions'
import type { Consensus } from './consensus/consensus'
import type { EdgeFigures, EdgeFound, EdgeRefused } from './finding'
import { CONDITIONS, type EdgeCheck } from './refusals'
import { DOLLAR_MICROS, microsOf } from './value'

/** One of the seven conditions, with both figures. */
export interface SignalCondition {
  readonly name: string
  readonly passed: boolean
  readonly actual: string
  readonly limit: string
}
/** The first systems' figures, which forget the fee and trust the probability itself: displayed to compare with, never decided by (ruling 8). In cents. */
export interface GrossEdge {
  readonly side: Outcome
  readonly cents: string
  readonly yes_edge: string | null
  readonly no_edge: string | null
}
/** The document of seed-behaviour §3.7: plain JSON, money in dollars, edges and spreads in cents, all as decimals in text. */
export interface SignalDocument {
  readonly signal: {
    readonly id: string
    /** UTC milliseconds. */
    readonly timestamp: number
    readonly action: 'BUY_YES' | 'BUY_NO'
    readonly should_trade: boolean
    readonly profile: string
    readonly kalshi: {
      readonly ticker: string
      readonly title: string
      readonly yes_ask: string | null
      readonly no_ask: string | null
      readonly spread: string | null
      readonly volume: string | null
    }
    readonly sportsbook: {
      readonly event_id: string | null
      readonly consensus: string
      readonly lower: string
      readonly upper: string
      readonly books: Readonly<Record<string, string>>
      readonly book_count: number
      readonly book_spread: string
    }
    readonly edge: {
      readonly cents: string
      readonly percent: string
      readonly side: Outcome
      readonly yes_edge: string | null
      readonly no_edge: string | null
      readonly gross: GrossEdge
    }
    readonly confidence: { readonly score: number; readonly tier: string; readonly reasons: readonly string[] } | null
    readonly position: {
      readonly recommended_contracts: string
      readonly max_price: string | null
      readonly risk_amount: string
      readonly potential_profit: string
    }
  }
  readonly validation: {
    readonly all_conditions_met: boolean
    readonly conditions: readonly SignalCondition[]
    /** What refused it, the seven or another check; null: nothing. */
    readonly reason: EdgeCheck | null
  }
}

/** A cent is so many decimals of a dollar less than µ$ has. */
const CENT_DECIMALS = 4
const CENT_DECIMALS_SHOWN = 2
const cents = (micros: number): string => formatFixed(micros, CENT_DECIMALS, CENT_DECIMALS_SHOWN)
const centsOrNone = (micros: number): string | null => (Number.isFinite(micros) ? cents(micros) : null)
const PROBABILITY_DECIMALS = 4
const shown = (probability: number): string => formatFixed(Math.round(probability * ONE_DOLLAR), PROBABILITY_DECIMALS)

/** Unique per market and moment: what calibration follows to its settlement. */
export const signalId = (atMs: Millis, ticker: string): string => `sig_${atMs}_${ticker}`

/** What a finding says, in the words of the first systems. null: it never came to a side, and a signal has one. */
export function signalOf(finding: EdgeFound | EdgeRefused): SignalDocument | null {
  const { input, side, bid, ask } = finding.look
  if (side === null) return null
  const conditions = conditionsOf(finding.verdicts)
  const noAsk = bid === null ? null : complement(bid)
  const found = finding.kind === 'found'
  return {
    signal: {
      id: signalId(input.nowMs, input.market.kalshi),
      timestamp: input.nowMs,
      action: side.outcome === 'yes' ? 'BUY_YES' : 'BUY_NO',
      should_trade: found,
      profile: input.rules.name,
      kalshi: {
        ticker: input.market.kalshi,
        title: input.market.title,
        yes_ask: ask === null ? null : formatPrice(ask),
        no_ask: noAsk === null ? null : formatPrice(noAsk),
        spread: bid === null || ask === null ? null : cents((ask - bid) * MICROS_PER_PRICE),
        volume: input.volume === null ? null : formatQuantity(input.volume),
      },
      sportsbook: sportsbookOf(side.consensus, input.odds?.eventId ?? null),
      edge: { ...edgeFigures(side), gross: grossOf(side.consensus, ask, noAsk) },
      confidence: finding.confidence,
      position: positionOf(finding.kind === 'found' ? finding : finding.figures),
    },
    validation: {
      all_conditions_met: conditions.every(({ passed }) => passed),
      conditions,
      reason: finding.kind === 'found' ? null : finding.reason,
    },
  }
}

const conditionsOf = (verdicts: readonly Verdict[]): readonly SignalCondition[] =>
  CONDITIONS.flatMap((name) => verdicts.filter(({ check }) => check === name)).map(({ check, passed, actual, limit }) => ({
    name: check,
    passed,
    actual,
    limit,
  }))

const sportsbookOf = (of: Consensus, eventId: string | null): SignalDocument['signal']['sportsbook'] => ({
  event_id: eventId,
  consensus: shown(of.probability),
  lower: shown(of.lower),
  upper: shown(of.upper),
  books: Object.fromEntries(of.books.map(({ book, probability }) => [book, shown(probability)])),
  book_count: of.bookCount,
  book_spread: cents(microsOf(of.bookSpread)),
})

const PERCENT = 10_000
const PERCENT_DECIMALS = 2
function edgeFigures({ outcome, edge, opposite, ask }: Side): Omit<SignalDocument['signal']['edge'], 'gross'> {
  return {
    cents: cents(edge),
    percent: formatFixed(floorMulDiv(edge, PERCENT, ask * MICROS_PER_PRICE), PERCENT_DECIMALS),
    side: outcome,
    yes_edge: centsOrNone(outcome === 'yes' ? edge : opposite),
    no_edge: centsOrNone(outcome === 'no' ? edge : opposite),
  }
}

function grossOf({ probability }: Consensus, ask: Price | null, noAsk: Price | null): GrossEdge {
  const worth = microsOf(probability)
  const yes = ask === null ? -Infinity : worth - ask * MICROS_PER_PRICE
  const no = noAsk === null ? -Infinity : DOLLAR_MICROS - worth - noAsk * MICROS_PER_PRICE
  return {
    side: yes >= no ? 'yes' : 'no',
    cents: cents(Math.max(yes, no)),
    yes_edge: centsOrNone(yes),
    no_edge: centsOrNone(no),
  }
}

/** Both at the limit, fees included: what may be lost, and what is won beyond it. */
function positionOf(figures: EdgeFigures | null): SignalDocument['signal']['position'] {
  if (figures === null)
    return {
      recommended_contracts: formatQuantity(NO_QUANTITY),
      max_price: null,
      risk_amount: formatMoney(NO_MONEY),
      potential_profit: formatMoney(NO_MONEY),
    }
  const { quantity, limit, costBound } = figures
  return {
    recommended_contracts: formatQuantity(quantity),
    max_price: formatPrice(limit),
    risk_amount: formatMoney(costBound),
    potential_profit: formatMoney(money(notional(ONE_DOLLAR, quantity) - costBound)),
  }
}
