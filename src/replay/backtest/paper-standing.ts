import type { TradeId } from '../../core/ids'
import { CLOSED, granted, told, type Breaker, type Earned, type Losses } from '../../core/risk/breaker'
import type { Limits } from '../../core/risk/limits'
import type { Standing } from '../../core/risk/size'
import { tradingDayStart, tradingWeekStart } from '../../core/risk/trading-day'
import type { Plan, TradeResult } from '../../core/trade/plan'
import { money, type Millis, type Money } from '../../core/units'

type Strategy = Plan['strategy']
interface Change {
  readonly strategy: Strategy
  readonly atMs: Millis
  readonly amount: Money
}

/** What the strategies of a backtest have shown (E29): a breaker each, their clean trades, and what they have earned this week. */
export class PaperStanding {
  readonly #limits: () => Limits | null
  readonly #breakers: Record<Strategy, Breaker> = { box: CLOSED, edge: CLOSED }
  readonly #clean: Record<Strategy, number> = { box: 0, edge: 0 }
  /** Of this week; older ones count no more. */
  #changes: Change[] = []

  constructor(limits: () => Limits | null) {
    this.#limits = limits
  }

  of(strategy: Strategy): Standing {
    return { breaker: this.#breakers[strategy], cleanTrades: this.#clean[strategy] }
  }
  granted({ strategy, tradeId }: Plan): void {
    this.#breakers[strategy] = granted(this.#breakers[strategy], tradeId)
  }
  /** A trade is clean now, or no more: a sale may leave what it did not. */
  clean(strategy: Strategy, before: boolean, now: boolean): void {
    this.#clean[strategy] += Number(now) - Number(before)
  }
  earned(strategy: Strategy, amount: Money, atMs: Millis): void {
    if (amount !== 0) this.#changes.push({ atMs, amount, strategy })
  }

  tell(
    { strategy, tradeId }: { readonly strategy: Strategy; readonly tradeId: TradeId },
    earned: Omit<Earned, 'tradeId'>,
    atMs: Millis,
  ): void {
    const limits = this.#limits()
    if (limits === null) return
    this.#breakers[strategy] = told(this.#breakers[strategy], { tradeId, ...earned }, this.losses(atMs, strategy), limits, atMs)
  }

  /** Of one strategy, or of both together. */
  losses(nowMs: Millis, of: Strategy | null = null): Losses {
    const [dayMs, weekMs] = [tradingDayStart(nowMs), tradingWeekStart(nowMs)]
    this.#changes = this.#changes.filter(({ atMs }) => atMs >= weekMs)
    const own = this.#changes.filter(({ strategy }) => of === null || strategy === of)
    const lost = (fromMs: number): Money => money(0 - own.reduce((sum, { atMs, amount }) => (atMs >= fromMs ? sum + amount : sum), 0))
    return { today: lost(dayMs), thisWeek: lost(weekMs) }
  }
}

/** E29: filled as planned, nothing cured, nothing left that should not be. An edge is meant to be held, or sold for more. */
export const isCleanEnd = ({ strategy }: Plan, { label, cures, held, dust, verdicts = [] }: TradeResult): boolean =>
  cures.length === 0 &&
  dust === 0 &&
  (strategy === 'edge' ? (label === 'held' || label === 'unwound') && verdicts.length === 0 : label === 'locked' && held === 0)
