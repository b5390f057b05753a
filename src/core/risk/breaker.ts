import { assertNever } from '../assert'
import type { TradeId } from '../ids'
import { formatMoney, millis, NO_MONEY, type Millis, type Money } from '../units'
import type { Limits } from './limits'

/** A breaker that keeps failing its trials needs a person, not a longer timer: its cool-down never exceeds a day. */
export const LONGEST_COOL_DOWN_MS = 24 * 3_600_000

/** One per strategy (E29). `streak`: losses in a row. It refuses openings; orders that reduce are never asked about. */
export type Breaker =
  | { readonly state: 'closed'; readonly streak: number }
  | {
      readonly state: 'open'
      readonly streak: number
      readonly reason: string
      readonly untilMs: Millis
      readonly coolDownMs: number
    }
  /** One trade at the smallest size is its trial. */
  | {
      readonly state: 'half-open'
      readonly streak: number
      readonly reason: string
      readonly trial: TradeId
      readonly coolDownMs: number
    }

export const CLOSED: Breaker = { state: 'closed', streak: 0 }

/** What a trade has earned, told at its end, and again when a late fill or its settlement changes it. */
export interface Earned {
  readonly tradeId: TradeId
  /** Since it was last told. Negative: lost, by the market or by hedging and unwinding. */
  readonly change: Money
  /** Both legs filled as planned, all orders final, nothing cured or left (E29). */
  readonly clean: boolean
  /** It is held until its market is settled, which is how an edge is meant to be: what its fee has cost is no loss yet. Absent: false. */
  readonly open?: boolean
}

/** What the strategy has lost; profits are negative. */
export interface Losses {
  readonly today: Money
  readonly thisWeek: Money
}
type BreakerLimits = Pick<Limits, 'maxConsecutiveLosses' | 'maxDailyLoss' | 'maxWeeklyLoss' | 'breakerCoolDownMs'>

/** normal: it does not matter. trial: one trade at the smallest size may find out. refused: nothing opens. */
export type Admission = 'normal' | 'trial' | 'refused'

export function admission(breaker: Breaker, nowMs: Millis): Admission {
  switch (breaker.state) {
    case 'closed':
      return 'normal'
    case 'open':
      return nowMs >= breaker.untilMs ? 'trial' : 'refused'
    case 'half-open':
      return 'refused'
    default:
      return assertNever(breaker, 'breaker')
  }
}

/** After a grant: a breaker whose cool-down is over makes the trade its trial. */
export function granted(breaker: Breaker, trial: TradeId): Breaker {
  if (breaker.state !== 'open') return breaker
  const { streak, reason, coolDownMs } = breaker
  return { state: 'half-open', streak, reason, coolDownMs, trial }
}

/** After a result. Only losses open it; only its own trial, or the operator, closes it. */
export function told(breaker: Breaker, news: Earned, losses: Losses, limits: BreakerLimits, nowMs: Millis): Breaker {
  const earned = news.open === true ? { ...news, change: NO_MONEY } : news
  const streak = earned.change < 0 ? breaker.streak + 1 : earned.change > 0 ? 0 : breaker.streak
  switch (breaker.state) {
    case 'closed': {
      const reason = earned.change < 0 ? reasonToOpen(streak, losses, limits) : null
      const coolDownMs = limits.breakerCoolDownMs
      return reason === null
        ? { state: 'closed', streak }
        : { state: 'open', streak, reason, coolDownMs, untilMs: millis(nowMs + coolDownMs) }
    }
    case 'open':
      return { ...breaker, streak }
    case 'half-open':
      return earned.tradeId === breaker.trial ? afterTrial(breaker, streak, earned, nowMs) : { ...breaker, streak }
    default:
      return assertNever(breaker, 'breaker')
  }
}

/** E29: a clean execution closes it. A loss opens it for twice as long. A trial that showed neither is repeated. */
function afterTrial(breaker: Extract<Breaker, { state: 'half-open' }>, streak: number, { change, clean }: Earned, nowMs: Millis): Breaker {
  const { reason, coolDownMs } = breaker
  if (change < 0) {
    const longer = Math.min(2 * coolDownMs, LONGEST_COOL_DOWN_MS)
    return { state: 'open', streak, reason: 'its trial lost', coolDownMs: longer, untilMs: millis(nowMs + longer) }
  }
  return clean ? CLOSED : { state: 'open', streak, reason, coolDownMs, untilMs: nowMs }
}

function reasonToOpen(streak: number, { today, thisWeek }: Losses, limits: BreakerLimits): string | null {
  if (streak >= limits.maxConsecutiveLosses) return `${streak} losses in a row, limit ${limits.maxConsecutiveLosses}`
  if (today > limits.maxDailyLoss) return `$${formatMoney(today)} lost today, limit $${formatMoney(limits.maxDailyLoss)}`
  if (thisWeek > limits.maxWeeklyLoss) return `$${formatMoney(thisWeek)} lost this week, limit $${formatMoney(limits.maxWeeklyLoss)}`
  return null
}
