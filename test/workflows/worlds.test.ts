import type { OrderVerdict } from '../../src/core/trade/outcome'
import type { BoxPlan, TradeResult } from '../../src/core/trade/plan'
import { inTurn, type SuccessorSteps } from '../../src/core/trade/steps'
import { tradeBox } from '../../src/workflows/box'
import { UPDATES, type TradeActivities } from '../../src/workflows/messages'
import { violationsOf } from '../saga/audit'
import { planFrom } from '../saga/plan'
import { world } from '../saga/world'
import { rigOfFile } from './rig'

/** A tenth of a second each. */
const SEEDS = 150

const rig = rigOfFile()

interface Told {
  readonly result: TradeResult
  readonly orders: readonly string[]
}

/** The world's steps as activities. A verdict comes from outside: it is given to the workflow as the operator would. */
const activitiesOf = (steps: SuccessorSteps, plan: BoxPlan): TradeActivities => ({
  checkRiskAndReserve: (each) => steps.checkRiskAndReserve(each),
  place: (order) => steps.place(order),
  finish: (order, verdict) => steps.finish(order, verdict && { ...verdict }),
  finishAll: inTurn((order, verdict) => steps.finish(order, verdict && { ...verdict })),
  chooseCure: (unpaired, budgetLeft, pace) => steps.chooseCure(unpaired, budgetLeft, pace),
  chooseSale: (held) => steps.chooseSale(held),
  close: (result) => steps.close(result),
  takeOver: (tradeId) => steps.takeOver(tradeId),
  async resolve(order) {
    const resolved = await steps.resolve(order)
    if (resolved.kind !== 'verdict') return resolved
    const trade = rig.environment.client.workflow.getHandle(`box-${plan.tradeId}`)
    await trade.executeUpdate<void, [OrderVerdict]>(UPDATES.verdict, { args: [resolved.verdict] })
    throw new Error('the verdict has ended this')
  },
})

/** Either leg may be first. */
const planOf = (seed: number): BoxPlan => planFrom[seed % 2 === 0 ? 'kalshi' : 'forecastex'](`T${seed}`)

async function plainly(seed: number): Promise<Told> {
  const plan = planOf(seed)
  const { steps, audit } = world(seed, plan, false)
  const result = await tradeBox(plan, steps)
  expect(violationsOf(plan, result, audit)).toEqual([])
  return { result, orders: [...audit.placed.keys()] }
}

async function throughTemporal(seed: number): Promise<Told> {
  const plan = planOf(seed)
  const { steps, audit } = world(seed, plan, false)
  const result = await rig.run(plan, activitiesOf(steps, plan))
  return { result, orders: [...audit.placed.keys()] }
}

describe('the saga in a workflow', () => {
  it(`gives in each of ${SEEDS} worlds the result and the orders of the plain function`, async () => {
    const labels = new Set<string>()
    for (let seed = 1; seed <= SEEDS; seed++) {
      const told = await throughTemporal(seed) // one at a time: all of them share the clock that is skipped
      expect(told).toEqual(await plainly(seed))
      labels.add(told.result.label)
    }
    expect([...labels].sort()).toEqual(['held', 'locked', 'missed', 'partly-locked', 'refused', 'surrendered', 'unwound'])
  }, 240_000)
})
