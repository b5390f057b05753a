import { FAILURES } from '../../core/failures'
import type { Plan, TradeResult } from '../../core/trade/plan'
import { formatMoney, money, type Money } from '../../core/units'
import type { Log } from '../../ports/log'

/** How a trade's end stands to what its plan said might be lost (E10). */
export type Standing = 'withinModel' | 'beyondModel' | 'beyondMaximum' | 'notJudged'

/** The most that a result lost or may still lose; below zero: what it earned at least. */
export const lossOf = ({ realisedPnl, maxRemainingLoss }: Pick<TradeResult, 'realisedPnl' | 'maxRemainingLoss'>): Money =>
  money(maxRemainingLoss - realisedPnl)

/**
 * Beyond the model: the books moved while the trade ran. Beyond the maximum: fees, fills or payouts were not what the plan took them for. Both legs
 * filled at their limits or better and nothing left to cure: then the plan's bounds say that nothing is lost at all (market-math §2.5).
 */
export function standingOf({ opportunity }: Plan, result: TradeResult): Standing {
  if (result.label === 'surrendered') return 'notJudged' // it rests on somebody's word; the difference is in suspense
  const loss = lossOf(result)
  const isClean = result.label === 'locked' && result.dust === 0 && result.cures.length === 0
  if (loss > (isClean ? 0 : opportunity.maximumLoss)) return 'beyondMaximum'
  return loss > opportunity.unwindLoss ? 'beyondModel' : 'withinModel'
}

/** Holds every trade that ended here against its plan, and counts. */
export class ModelCheck {
  readonly counts: Record<Standing, number> = { withinModel: 0, beyondModel: 0, beyondMaximum: 0, notJudged: 0 }
  readonly #log: Log

  constructor({ log }: { readonly log: Log }) {
    this.#log = log
  }

  ended(plan: Plan, result: TradeResult): Standing {
    const standing = standingOf(plan, result)
    this.counts[standing]++
    const { unwindLoss, limitLoss, maximumLoss } = plan.opportunity
    const dollars = (value: Money | undefined): string => (value === undefined ? 'not known' : formatMoney(value))
    const figures = {
      tradeId: plan.tradeId,
      ended: result.label,
      ...{ lost: dollars(lossOf(result)), modelled: dollars(unwindLoss), atItsLimit: dollars(limitLoss), most: dollars(maximumLoss) },
    }
    if (standing === 'beyondMaximum') this.#log.error(figures, FAILURES.beyondMaximum)
    if (standing === 'beyondModel') this.#log.warn(figures, 'a trade lost more than its model: the books moved while it ran')
    return standing
  }
}
