import type { Venue } from '../ids'
import { FEE_TERMS_AGE_LIMIT_MS } from '../market/fees'
import { liftedSide } from '../market/ladder'
import { quoteFreshness, venueFreshness, type Freshness } from '../market/liveness'
import type { Verdict } from '../trade/plan'
import { isApproved } from './certificate'
import type { BoxInput, Candidate } from './finding'
import { BOX_CHECKS, verdict, type BoxCheck } from './refusals'

/** What must hold before a margin is worth sizing: approval, known fees, live venues, quotes that somebody still means. */
export function preconditions(input: BoxInput, candidate: Candidate): readonly Verdict[] {
  const { books, limits, nowMs } = input
  const kalshiQuote = books.kalshi.changedAtMs(liftedSide(candidate.outcome))
  const forecastexQuote = candidate.book.changedAtMs('ask')
  return [
    approval(input),
    feeTerms(input),
    alive(input, 'kalshi', BOX_CHECKS.kalshiAlive),
    alive(input, 'forecastex', BOX_CHECKS.forecastexAlive),
    fresh(BOX_CHECKS.kalshiQuote, quoteFreshness(kalshiQuote, nowMs, limits.quoteAgeMs)),
    fresh(BOX_CHECKS.forecastexQuote, quoteFreshness(forecastexQuote, nowMs, limits.quoteAgeMs)),
  ]
}

function approval({ pair: { certificate }, mode }: BoxInput): Verdict {
  const actual = `class ${certificate.class}, approved for ${certificate.approvedFor}`
  return verdict(BOX_CHECKS.certificate, isApproved(certificate, mode), actual, `class S0, approved for ${mode}`)
}

function feeTerms({ fees: { kalshi }, nowMs }: BoxInput): Verdict {
  if (kalshi.kind === 'cannot-be-priced')
    return verdict(BOX_CHECKS.feeTerms, false, `cannot be priced: ${kalshi.reason}`, 'a published formula')
  const ageMs = nowMs - kalshi.knownAtMs
  return verdict(BOX_CHECKS.feeTerms, ageMs <= FEE_TERMS_AGE_LIMIT_MS, `${ageMs} ms old`, `≤ ${FEE_TERMS_AGE_LIMIT_MS} ms`)
}

const alive = ({ confirmedAtMs, nowMs, limits }: BoxInput, venue: Venue, check: BoxCheck): Verdict =>
  fresh(check, venueFreshness(venue, confirmedAtMs[venue], nowMs, limits.livenessMs[venue]))

const fresh = (check: BoxCheck, freshness: Freshness): Verdict =>
  verdict(
    check,
    freshness.kind === 'fresh',
    freshness.kind === 'unknown' ? 'never' : `${freshness.ageMs} ms ago`,
    `≤ ${freshness.limitMs} ms`,
  )
