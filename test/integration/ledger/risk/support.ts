import type { EdgePlan, Reservation } from '../../../../src/core/trade/plan'
import { marketId } from '../../../../src/core/ids'
import { money } from '../../../../src/core/units'
import { settleMarket } from '../../../../src/stores/postgres/settlement'
import { NEVER, type TestLedger } from '../support/ledger'
import { boxPlan, close, cureOf, open, resultOf, type PlanTerms } from '../support/trades'

/** Trades that share no market: the n-th pair. */
export const apart = (n: number): PlanTerms => ({ id: `t${n}`, subject: `s${n}`, kalshi: `K${n}`, forecastex: `${800 + n}` })

/** Asks now, by a plan that was seen now. */
export const reserve = (world: TestLedger, terms: PlanTerms): Promise<Reservation> =>
  world.ledger.reserve(boxPlan({ seenAtMs: world.nowMs, ...terms }), 'run', NEVER)
export const failed = ({ verdicts }: Reservation): string[] => verdicts.filter(({ passed }) => !passed).map(({ check }) => check)

/** A first leg that nothing answered, sold back at two cents less and with fees: −5.3852. */
export async function losing(world: TestLedger, terms: PlanTerms): Promise<void> {
  const plan = boxPlan({ seenAtMs: world.nowMs, ...terms })
  const sale = cureOf(plan, { action: 'sell', venue: 'kalshi', outcome: 'yes', contracts: '100', limit: '0.40' })
  await open(world, plan, [plan.legs[0].order, { fee: '1.7052' }], [sale, { fee: '1.68' }])
  await close(world, resultOf(plan, 'unwound', { flat: '100' }))
}
/** A first leg that is held: 42.00 of premium at stake, 1.7052 of fees gone. */
export async function holding(world: TestLedger, terms: PlanTerms): Promise<void> {
  const plan = boxPlan({ seenAtMs: world.nowMs, ...terms })
  await open(world, plan, [plan.legs[0].order, { fee: '1.7052' }])
  await close(world, resultOf(plan, 'held', { held: '100' }))
}
export const settle = (world: TestLedger, market: string, yesPays: string): ReturnType<typeof settleMarket> =>
  settleMarket(world.database, 'kalshi', marketId(market), money(yesPays), world.nowMs, NEVER)

/** The first leg of a box, alone, for an edge. */
export function edgePlan(terms: PlanTerms, sport = 'nba'): EdgePlan {
  const { tradeId, mode, lossBudget, rules, opportunity, legs } = boxPlan(terms)
  return {
    ...{ strategy: 'edge', tradeId, mode, lossBudget, rules, sport },
    dearestCure: money(0),
    opportunity: { ...opportunity, strategy: 'edge' },
    legs: [legs[0]],
  }
}
