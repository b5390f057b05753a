import type { Verdict } from '../trade/plan'

/** Every check of a box, and so every reason not to trade one, in the order of blame: what counters, alerts and the runbook call it. */
export const BOX_CHECKS = {
  marketOpen: 'market open',
  notBarred: 'market not barred',
  crossed: 'books not crossed',
  bothDirections: 'both directions positive',
  certificate: 'certificate approved',
  certificateAge: 'certificate not expired',
  rules: 'rule texts as approved',
  feeTerms: 'fee terms known',
  grid: 'price grid known',
  kalshiAlive: 'kalshi books confirmed',
  forecastexAlive: 'forecastex books confirmed',
  kalshiQuote: 'kalshi quote touched',
  forecastexQuote: 'forecastex quote touched',
  locked: 'locked in every state',
  displayedSize: 'displayed size',
  exitDepth: 'exit depth',
  size: 'size worth trading',
  worstCase: 'worst-case profit',
  netEdge: 'net edge per contract',
  modelledLoss: 'modelled loss',
  maximumLoss: 'loss if nothing cures',
  expectedValue: 'expected value',
  profit: 'profit of the trade',
  annualReturn: 'annual return',
} as const
export type BoxCheck = (typeof BOX_CHECKS)[keyof typeof BOX_CHECKS]

/** What a digest of decisions calls them. Numbers are only ever added, whatever the order of blame becomes. */
export const CHECK_CODES: Readonly<Record<BoxCheck, number>> = {
  [BOX_CHECKS.bothDirections]: 1,
  [BOX_CHECKS.certificate]: 2,
  [BOX_CHECKS.certificateAge]: 3,
  [BOX_CHECKS.rules]: 4,
  [BOX_CHECKS.feeTerms]: 5,
  [BOX_CHECKS.grid]: 6,
  [BOX_CHECKS.crossed]: 7,
  [BOX_CHECKS.kalshiAlive]: 8,
  [BOX_CHECKS.forecastexAlive]: 9,
  [BOX_CHECKS.kalshiQuote]: 10,
  [BOX_CHECKS.forecastexQuote]: 11,
  [BOX_CHECKS.displayedSize]: 12,
  [BOX_CHECKS.exitDepth]: 13,
  [BOX_CHECKS.size]: 14,
  [BOX_CHECKS.netEdge]: 15,
  [BOX_CHECKS.expectedValue]: 16,
  [BOX_CHECKS.worstCase]: 17,
  [BOX_CHECKS.modelledLoss]: 18,
  [BOX_CHECKS.maximumLoss]: 19,
  [BOX_CHECKS.profit]: 20,
  [BOX_CHECKS.annualReturn]: 21,
  [BOX_CHECKS.marketOpen]: 22,
  [BOX_CHECKS.notBarred]: 23,
  [BOX_CHECKS.locked]: 24,
}

/** One check of what was seen: decided in numbers with every margin, put into words only for somebody who reads them. */
export interface Check<Seen> {
  readonly check: BoxCheck
  readonly passes: (seen: Seen) => boolean
  readonly actual: (seen: Seen) => string
  readonly limit: (seen: Seen) => string
}

/** The first that does not pass, in the order of blame; null: all pass. */
export function firstFailure<Seen>(checks: readonly Check<Seen>[], seen: Seen): BoxCheck | null {
  for (const { check, passes } of checks) if (!passes(seen)) return check
  return null
}

export const verdictsOf = <Seen>(checks: readonly Check<Seen>[], seen: Seen): readonly Verdict[] =>
  checks.map(({ check, passes, actual, limit }) => ({ check, passed: passes(seen), actual: actual(seen), limit: limit(seen) }))
