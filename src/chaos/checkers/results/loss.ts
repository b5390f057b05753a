import type { TradeRow } from '../../evidence/tables'
import type { Case } from '../case'
import type { Violation } from '../violation'
import { cashOf, executedOf, payoffOf } from './executed'
import { isAdopted, restsOnVerdict } from './vector'

/**
 * What a trade lost in the worst case, by the venues' own executions: a box within its loss budget, an edge within the premium that it was granted. More
 * is permitted where somebody was told of it: an alarm that names the trade, a wait that was recorded as over-budget, an operator's verdict. A successor
 * has a budget of its own (E14).
 */
export function lossWithinBudget(of: Case): readonly Violation[] {
  return of.evidence.tables.trades.flatMap((trade): readonly Violation[] => {
    const { tradeId, plan, strategy, endedMs } = trade
    if (endedMs === null || isAdopted(trade) || restsOnVerdict(trade, of)) return []
    const { fills, locked } = executedOf(trade, of)
    const lost = -(cashOf(fills) + payoffOf(plan, locked))
    const successors = of.evidence.workflows.filter(({ workflowId }) => workflowId === `cure-${tradeId}`).length
    const budget = strategy === 'edge' ? plan.opportunity.maximumLoss : plan.lossBudget * (1 + successors)
    return lost > budget && !wasTold(trade, of)
      ? [{ invariant: 'budget', tradeId, detail: `it lost ${lost} µ$ at worst, its budget was ${budget}, and nobody was told` }]
      : []
  })
}

function wasTold({ tradeId, result }: TradeRow, { evidence }: Case): boolean {
  const waited = (result?.cures ?? []).some(({ chosen }) => chosen.way === 'wait' && chosen.state === 'over-budget')
  return waited || evidence.alarms.some(({ detail }) => detail.includes(tradeId))
}
