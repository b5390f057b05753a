import type { Venue } from '../../src/core/ids'
import type { TradeResult } from '../../src/core/trade/plan'
import { tradeBox } from '../../src/workflows/box'
import { tradeCure } from '../../src/workflows/cure'
import { violationsOf } from './audit'
import { chance } from './chance'
import { killedAt, Terminated } from './killed'
import { mutate, type Mutant } from './mutants'
import { planFrom } from './plan'
import { world } from './world'

export interface Run {
  readonly seed: number
  readonly result: TradeResult | null
  readonly orders: readonly string[]
  readonly violations: readonly string[]
}

/** One trade in the world of a seed, the leg of a venue first. */
export async function run(seed: number, first: Venue, mutant?: Mutant): Promise<Run> {
  const plan = planFrom[first](`T${seed}`)
  const { steps, audit } = world(seed, plan)
  const orders = (): string[] => [...audit.placed.keys()]
  try {
    const result = await tradeBox(plan, mutant ? mutate(steps, plan, mutant) : steps)
    return { seed, result, orders: orders(), violations: violationsOf(plan, result, audit) }
  } catch (error) {
    return { seed, result: null, orders: orders(), violations: [...audit.violations, `throws: ${(error as Error).message}`] }
  }
}

/** Long enough for two legs, a cure or two and the end. */
const STEPS_TO_LIVE = 16
/** Keeps the throws that end a saga apart from those of its world. */
const OTHER_SEED = 7_919

/** The same trade, terminated at a random step, and its successor. A trade that has ended by then is ended once more. */
export async function runKilled(seed: number, first: Venue, mutant?: Mutant): Promise<Run> {
  const plan = planFrom[first](`T${seed}`)
  const { steps, audit } = world(seed, plan)
  const throws = chance(seed * OTHER_SEED)
  const mortal = killedAt(steps, 1 + throws.upTo(STEPS_TO_LIVE), throws.of(0.5) ? 'before' : 'after')
  const orders = (): string[] => [...audit.placed.keys()]
  try {
    await tradeBox(plan, mortal).catch((error: unknown) => {
      if (!(error instanceof Terminated)) throw error
    })
    const result = await tradeCure(plan.tradeId, 'terminated', mutant ? mutate(steps, plan, mutant) : steps)
    return { seed, result, orders: orders(), violations: violationsOf(plan, result, audit) }
  } catch (error) {
    return { seed, result: null, orders: orders(), violations: [...audit.violations, `throws: ${(error as Error).message}`] }
  }
}
