import { formatQuantity, ONE_CONTRACT, type Millis, type Quantity } from '../units'
import { admission, type Breaker } from './breaker'
import type { Limits } from './limits'

/** What a strategy has shown so far. */
export interface Standing {
  readonly breaker: Breaker
  /** Trades that filled as planned, in this mode; counted up to {@link CLEAN_TRADES_COUNTED}. */
  readonly cleanTrades: number
}
/** More clean trades than this change nothing: no limit may ask for more. */
export const CLEAN_TRADES_COUNTED = 1_000

export interface LargestSize {
  readonly contracts: Quantity
  /** As the operator reads it. */
  readonly text: string
}

/** The most contracts that a trade may have now: the limit, the ramp of execution.md §10, one contract for a breaker's trial. */
export function largestSize(limits: Limits, { breaker, cleanTrades }: Standing, nowMs: Millis): LargestSize {
  const cap = limits.maxContractsPerTrade
  const capped = (to: Quantity, because: string): LargestSize =>
    to < cap ? { contracts: to, text: `${formatQuantity(to)} (${because})` } : { contracts: cap, text: formatQuantity(cap) }
  if (admission(breaker, nowMs) === 'trial') return capped(ONE_CONTRACT, "the breaker's trial")
  if (cleanTrades < limits.firstCleanTrades) return capped(limits.firstContracts, ramp(cleanTrades, limits.firstCleanTrades))
  if (cleanTrades < limits.nextCleanTrades) return capped(limits.nextContracts, ramp(cleanTrades, limits.nextCleanTrades))
  return capped(cap, '')
}
const ramp = (done: number, until: number): string => `${done} of ${until} clean trades`

/** The limits as they bind this strategy now: what sizes a find, so that the reserve need not refuse it. */
export const limitsNow = (limits: Limits, standing: Standing, nowMs: Millis): Limits => ({
  ...limits,
  maxContractsPerTrade: largestSize(limits, standing, nowMs).contracts,
})
