import { VENUES, type Venue } from '../../ids'
import type { Book } from '../../market/book'
import { FEE_TERMS_AGE_LIMIT_MS } from '../../market/fees'
import { liftedSide } from '../../market/ladder'
import { quoteFreshness, venueFreshness, type Freshness } from '../../market/liveness'
import { formatMoney, formatPrice, formatQuantity, money, ONE_CONTRACT, type Millis, type Money, type Price } from '../../units'
import { lockedDays } from '../annual'
import { capitalHurdles, type Hurdles } from '../carry'
import { isApproved, otherRules } from '../certificate'
import type { BoxInput, Candidate } from '../finding'
import { DOLLAR, payoffMatrix, unlocked, type LeastPayoff } from '../payoff'
import { BOX_CHECKS, type BoxCheck, type Check } from '../refusals'

/** A margin as it was seen, before it is sized. The books go on; what was seen of them does not change. */
export interface Look {
  readonly input: BoxInput
  readonly candidate: Candidate
  /** Of one contract each at the best prices, in µ$: of the candidate's direction, and of the other (minus infinity without quotes). */
  readonly margin: Money
  readonly opposite: number
  readonly least: LeastPayoff
  /** Until both legs are cash again; null: not told. */
  readonly days: number | null
  /** What the cash has to earn at each venue meanwhile; null: something, and the days are not told. */
  readonly hurdles: Hurdles | null
  readonly crossed: Crossed | null
  readonly offGrid: Venue | null
  readonly kalshiQuoteMs: Millis | null
  readonly forecastexQuoteMs: Millis | null
}
interface Crossed {
  readonly book: string
  readonly bid: Price
  readonly ask: Price
}

export function lookAt(input: BoxInput, candidate: Candidate, margin: Money, opposite: number): Look {
  const { kalshi, forecastexYes, forecastexNo } = input.books
  const days = lockedDays(input.told.payoutMs, input.nowMs)
  return {
    input,
    candidate,
    margin,
    opposite,
    least: payoffMatrix(input.pair.certificate).least[candidate.direction],
    days,
    hurdles: capitalHurdles(input.policy.carry, days),
    crossed: crossing('kalshi', kalshi) ?? crossing('forecastex yes', forecastexYes) ?? crossing('forecastex no', forecastexNo),
    offGrid: kalshi.isOffGrid ? 'kalshi' : candidate.book.isOffGrid ? 'forecastex' : null,
    kalshiQuoteMs: kalshi.changedAtMs(liftedSide(candidate.outcome)),
    forecastexQuoteMs: candidate.book.changedAtMs('ask'),
  }
}
/** Somebody would pay as much as somebody else asks: a wrong book, for its venue would have matched them. */
function crossing(book: string, of: Book): Crossed | null {
  const bid = of.bestPrice('bid')
  const ask = of.bestPrice('ask')
  return bid !== null && ask !== null && bid >= ask ? { book, bid, ask } : null
}

export const dollars = (value: number): string => (Number.isFinite(value) ? `$${formatMoney(money(value))}` : 'no quotes')

/** What must hold before a margin is worth sizing: open markets, a judgement that is in force, known terms, live venues, quotes that somebody still means. */
export const PRECONDITIONS: readonly Check<Look>[] = [
  {
    check: BOX_CHECKS.marketOpen,
    passes: ({ input: { statuses } }) => statuses.kalshi === 'open' && statuses.forecastex === 'open',
    actual: ({ input: { statuses } }) => `${statuses.kalshi} at kalshi, ${statuses.forecastex} at forecastex`,
    limit: () => 'open at both',
  },
  {
    check: BOX_CHECKS.notBarred,
    passes: ({ input: { bars } }) => bars.kalshi === null && bars.forecastex === null,
    actual: ({ input: { bars } }) => barText(bars),
    limit: () => 'none',
  },
  {
    check: BOX_CHECKS.crossed,
    passes: ({ crossed }) => crossed === null,
    actual: ({ crossed }) => (crossed ? `${crossed.book}: bid ${formatPrice(crossed.bid)}, ask ${formatPrice(crossed.ask)}` : 'none'),
    limit: () => 'each bid below its ask',
  },
  {
    check: BOX_CHECKS.bothDirections,
    passes: ({ opposite }) => !(opposite > 0),
    actual: ({ candidate, margin, opposite }) => {
      const [a, b] = candidate.direction === 'A' ? [margin, opposite] : [opposite, margin]
      return `A ${dollars(a)}, B ${dollars(b)} per contract`
    },
    limit: () => 'one at most: a book is stale or the pairing wrong',
  },
  {
    check: BOX_CHECKS.certificate,
    passes: ({ input: { pair, mode } }) => isApproved(pair.certificate, mode),
    actual: ({ input: { pair } }) => `class ${pair.certificate.class}, approved for ${pair.certificate.approvedFor}`,
    limit: ({ input: { mode } }) => `class S0, approved for ${mode}`,
  },
  {
    check: BOX_CHECKS.certificateAge,
    passes: ({ input: { pair, nowMs } }) => (pair.certificate.expiresMs ?? Infinity) > nowMs,
    actual: ({ input: { pair, nowMs } }) => {
      const { expiresMs } = pair.certificate
      return expiresMs === undefined ? 'with its markets' : `${expiresMs - nowMs} ms left`
    },
    limit: () => '> 0 ms left',
  },
  {
    check: BOX_CHECKS.rules,
    passes: ({ input: { pair, mode, told } }) =>
      pair.certificate.rules ? otherRules(pair.certificate, told.rules).length === 0 : mode === 'sim',
    actual: ({ input: { pair, told } }) => (pair.certificate.rules ? ruleText(told.rules) : 'no text was judged'),
    limit: ({ input: { pair, mode } }) => (pair.certificate.rules ? ruleText(pair.certificate.rules) : `judged texts in mode ${mode}`),
  },
  {
    check: BOX_CHECKS.feeTerms,
    passes: ({ input: { fees, nowMs } }) => fees.kalshi.kind === 'priced' && nowMs - fees.kalshi.knownAtMs <= FEE_TERMS_AGE_LIMIT_MS,
    actual: ({ input: { fees, nowMs } }) =>
      fees.kalshi.kind === 'priced' ? `${nowMs - fees.kalshi.knownAtMs} ms old` : `cannot be priced: ${fees.kalshi.reason}`,
    limit: ({ input: { fees } }) => (fees.kalshi.kind === 'priced' ? `≤ ${FEE_TERMS_AGE_LIMIT_MS} ms` : 'a published formula'),
  },
  {
    check: BOX_CHECKS.grid,
    passes: ({ input: { told }, offGrid }) => told.bands.kalshi !== null && told.bands.forecastex !== null && offGrid === null,
    actual: ({ input: { told }, offGrid }) => gridText(told.bands, offGrid),
    limit: () => 'told by both, and every price on it',
  },
  ...VENUES.map((venue) => age(venue === 'kalshi' ? BOX_CHECKS.kalshiAlive : BOX_CHECKS.forecastexAlive, confirmation(venue))),
  age(BOX_CHECKS.kalshiQuote, ({ input, kalshiQuoteMs }) => quoteFreshness(kalshiQuoteMs, input.nowMs, input.limits.quoteAgeMs)),
  age(BOX_CHECKS.forecastexQuote, ({ input, forecastexQuoteMs }) =>
    quoteFreshness(forecastexQuoteMs, input.nowMs, input.limits.quoteAgeMs),
  ),
  {
    check: BOX_CHECKS.locked,
    passes: ({ least, margin }) => unlocked(least, ONE_CONTRACT, costOfOne(margin)) === null,
    actual: ({ least, margin }) => {
      const lost = unlocked(least, ONE_CONTRACT, costOfOne(margin))
      return lost ? `${dollars(lost.loss)} lost per contract in state "${lost.state}"` : `pays ${dollars(least.perContract)} at least`
    },
    limit: ({ margin }) => `pays ${dollars(costOfOne(margin))} in every state`,
  },
  {
    check: BOX_CHECKS.displayedSize,
    passes: ({ candidate }) => candidate.displayed >= ONE_CONTRACT,
    actual: ({ candidate }) => formatQuantity(candidate.displayed),
    limit: () => '≥ 1',
  },
]

/** Both legs of one contract at the best prices, fees at their bound. */
const costOfOne = (margin: Money): Money => money(DOLLAR - margin)

function confirmation(venue: Venue): (look: Look) => Freshness {
  return ({ input: { confirmedAtMs, nowMs, limits } }) => venueFreshness(venue, confirmedAtMs[venue], nowMs, limits.livenessMs[venue])
}

function age(check: BoxCheck, of: (look: Look) => Freshness): Check<Look> {
  return {
    check,
    passes: (look) => of(look).kind === 'fresh',
    actual: (look) => {
      const freshness = of(look)
      return freshness.kind === 'unknown' ? 'never' : `${freshness.ageMs} ms ago`
    },
    limit: (look) => `≤ ${of(look).limitMs} ms`,
  }
}

const barText = (bars: BoxInput['bars']): string =>
  VENUES.flatMap((venue) => {
    const bar = bars[venue]
    return bar ? `${venue}: ${bar.reason} (${bar.by})` : []
  }).join(', ') || 'none'
/** A fingerprint is told apart by its beginning. */
const FINGERPRINT_SHOWN = 12
const ruleText = (rules: Readonly<Record<Venue, string | null>>): string =>
  VENUES.map((venue) => `${venue} ${rules[venue]?.slice(0, FINGERPRINT_SHOWN) ?? 'not told'}`).join(', ')
function gridText(bands: BoxInput['told']['bands'], offGrid: Venue | null): string {
  const unknown = VENUES.filter((venue) => bands[venue] === null)
  if (unknown.length > 0) return `changed or not told: ${unknown.join(', ')}`
  return offGrid === null ? 'told by both' : `a price off the grid at ${offGrid}`
}
