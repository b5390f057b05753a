import type { Verdict } from '../trade/plan'

/** Every check of a box, and so every reason not to trade one: what counters, alerts and the runbook call it. */
export const BOX_CHECKS = {
  bothDirections: 'both directions positive',
  certificate: 'certificate approved',
  certificateAge: 'certificate not expired',
  rules: 'rule texts as approved',
  feeTerms: 'fee terms known',
  grid: 'price grid known',
  crossed: 'books not crossed',
  kalshiAlive: 'kalshi books confirmed',
  forecastexAlive: 'forecastex books confirmed',
  kalshiQuote: 'kalshi quote touched',
  forecastexQuote: 'forecastex quote touched',
  displayedSize: 'displayed size',
  exitDepth: 'exit depth',
  size: 'size worth trading',
  netEdge: 'net edge per contract',
  expectedValue: 'expected value',
  worstCase: 'worst-case profit',
  modelledLoss: 'modelled loss',
  maximumLoss: 'loss if nothing cures',
  profit: 'profit of the trade',
  annualReturn: 'annual return',
} as const
export type BoxCheck = (typeof BOX_CHECKS)[keyof typeof BOX_CHECKS]

export const verdict = (check: BoxCheck, passed: boolean, actual: string, limit: string): Verdict => ({ check, passed, actual, limit })
