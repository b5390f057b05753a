import { BOX_CHECKS, type BoxCheck } from '../../../../src/core/box/refusals'
import { bestOf, type PlainBook } from '../books'
import type { PlainBand } from '../house'
import { leastPayoff } from './payoff'
import type { Sight, Way } from './sight'

/** execution.md §7, for openings. */
const LIVENESS_MS = { kalshi: 2_000, forecastex: 4_000 } as const
const QUOTE_AGE_MS = 60_000
/** market-math §2.1. */
const FEE_AGE_MS = 86_400_000
const DOLLAR = 1_000_000

const isNear = (atMs: number | null, nowMs: number, limitMs: number): boolean => atMs !== null && Math.abs(nowMs - atMs) <= limitMs

function isCrossed(book: PlainBook): boolean {
  const bid = bestOf(book, 'bid')?.price ?? book.sizeless.bid
  const ask = bestOf(book, 'ask')?.price ?? book.sizeless.ask
  return bid !== null && ask !== null && bid >= ask
}

export const isOnGrid = (price: number, bands: readonly PlainBand[]): boolean =>
  price > 0 && price < 10_000 && bands.some(({ start, end, step }) => price >= start && price <= end && (price - start) % step === 0)

/** What must hold before a margin is worth sizing, in the order of blame. @returns the names of all that does not */
export function brokenPreconditions(sight: Sight, { buys, misses }: Way, margin: number, opposite: number): readonly BoxCheck[] {
  const { pair, nowMs, mode, kalshi, forecastex, heardMs, status, listings } = sight
  const { certificate } = pair
  const quote = forecastex[misses]
  const isApproved = certificate.class === 'S0' && (['sim', 'paper'].includes(mode) || certificate.approvedFor === 'all')
  const told = { kalshi: listings.kalshi.rulesSha256 ?? null, forecastex: listings.forecastex?.rulesSha256 ?? null }
  const { rules } = certificate
  const asJudged = rules ? rules.kalshi === told.kalshi && rules.forecastex === told.forecastex : mode === 'sim'
  const gridIsKnown = !sight.isListingDoubted && listings.forecastex !== null && !kalshi.isOffGrid && !quote.isOffGrid
  const feesAreKnown = sight.fees !== null && nowMs - listings.kalshi.fees.fetchedAtMs <= FEE_AGE_MS
  const checks: readonly (readonly [BoxCheck, boolean])[] = [
    [BOX_CHECKS.marketOpen, status.kalshi === 'open' && status.forecastex === 'open'],
    [BOX_CHECKS.notBarred, !sight.isBarred],
    [BOX_CHECKS.crossed, ![kalshi, forecastex.yes, forecastex.no].some(isCrossed)],
    [BOX_CHECKS.bothDirections, !(opposite > 0)],
    [BOX_CHECKS.certificate, isApproved],
    [BOX_CHECKS.certificateAge, certificate.expiresMs === undefined || certificate.expiresMs > nowMs],
    [BOX_CHECKS.rules, asJudged],
    [BOX_CHECKS.feeTerms, feesAreKnown],
    [BOX_CHECKS.grid, gridIsKnown],
    [BOX_CHECKS.kalshiAlive, isNear(heardMs.kalshi, nowMs, LIVENESS_MS.kalshi)],
    [BOX_CHECKS.forecastexAlive, isNear(heardMs.forecastex, nowMs, LIVENESS_MS.forecastex)],
    [BOX_CHECKS.kalshiQuote, isNear(kalshi.toldMs[buys === 'yes' ? 'ask' : 'bid'], nowMs, QUOTE_AGE_MS)],
    [BOX_CHECKS.forecastexQuote, isNear(quote.toldMs.ask, nowMs, QUOTE_AGE_MS)],
    [BOX_CHECKS.locked, leastPayoff(pair, buys) >= DOLLAR - margin],
    [BOX_CHECKS.displayedSize, (bestOf(quote, 'ask')?.quantity ?? 0) >= 100],
  ]
  return checks.filter(([, passes]) => !passes).map(([check]) => check)
}
