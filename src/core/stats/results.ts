import { marketId, type MarketId } from '../ids'
import { AMENDABLE_MS, type MarketStatus } from '../market/event'
import type { Millis, Money } from '../units'
import type { Claim } from './calibration'

/** By then nearly every game is over and its market settled: asked sooner, most answers would be none. */
const ENDED_AFTER_MS = 6 * 3_600_000
/** So much later than a result could last be amended it is not asked for again: three weekly runs may have failed meanwhile. */
const CONFIRMED_WITHIN_MS = 3 * AMENDABLE_MS

/** What the venue said when it was asked how a market ended. */
export interface Answer {
  readonly market: MarketId
  readonly askedMs: Millis
  /** null: it knows no such market, neither now nor in its archive. */
  readonly status: MarketStatus | null
  /** What one YES pays; null: undecided, contested, or in words that are not known. */
  readonly yesPays: Money | null
  /** null: not settled, or not told when. */
  readonly settledMs: Millis | null
}

type Open = Pick<Claim, 'market' | 'startMs' | 'paid'>

/**
 * The markets whose result has to be asked for: those that have ended and of which none is known, and once more, when it can be amended no longer, those of
 * which one is. Those that were not asked for longest come first, of equal ones the oldest: what the venue never tells keeps none from being asked.
 * @param answers the newest one of each market, by its ticker
 */
export function marketsToAsk(claims: readonly Open[], answers: ReadonlyMap<string, Answer>, nowMs: Millis): readonly MarketId[] {
  const byMarket = new Map(claims.map((claim) => [claim.market, claim]))
  const due = [...byMarket.values()].filter((claim) => isDue(claim, answers.get(claim.market), nowMs))
  const lastMs = ({ market }: Open): number => answers.get(market)?.askedMs ?? 0
  return due.toSorted((a, b) => lastMs(a) - lastMs(b) || a.startMs - b.startMs).map(({ market }) => marketId(market))
}

function isDue({ startMs, paid }: Open, answer: Answer | undefined, nowMs: Millis): boolean {
  const endedMs = startMs + ENDED_AFTER_MS
  if (nowMs < endedMs) return false
  if (paid === null) return true
  const finalMs = (answer?.settledMs ?? endedMs) + AMENDABLE_MS
  return nowMs >= finalMs && nowMs < finalMs + CONFIRMED_WITHIN_MS && (answer?.askedMs ?? 0) < finalMs
}

/** Whether the venue has changed its mind: it had settled the market otherwise. */
export const isChanged = (before: Answer | undefined, { status, yesPays }: Answer): boolean =>
  before?.status === 'settled' && before.yesPays !== null && status !== null && (status !== 'settled' || yesPays !== before.yesPays)

/** Markets of claims whose result was known and is another one now, or none. */
export function changedResults(before: readonly Claim[], after: readonly Claim[]): readonly string[] {
  const now = new Map(after.map(({ id, paid }) => [id, paid]))
  return before.filter(({ id, paid }) => paid !== null && now.has(id) && now.get(id) !== paid).map(({ market }) => market)
}
