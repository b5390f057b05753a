import type { OutcomeLabel, TradeResult } from '../../src/core/trade/plan'
import { tradeBox } from '../../src/workflows/box'
import { violationsOf } from './audit'
import { MUTANTS, mutate, type Mutant } from './mutants'
import { boxPlan } from './plan'
import { world } from './world'

/** Half a second here; CROSSBOOK_SEEDS=1000000 for a long run. */
const SEEDS = Number.parseInt(process.env['CROSSBOOK_SEEDS'] ?? '5000', 10)
/** A mistake that needs more worlds than this to be seen is not caught. */
const SEEDS_PER_MUTANT = 3_000
const FAILURES_SHOWN = 3

interface Run {
  readonly seed: number
  readonly result: TradeResult | null
  readonly violations: readonly string[]
}

async function run(seed: number, mutant?: Mutant): Promise<Run> {
  const plan = boxPlan(`T${seed}`)
  const { steps, audit } = world(seed, plan)
  try {
    const result = await tradeBox(plan, mutant ? mutate(steps, plan, mutant) : steps)
    return { seed, result, violations: violationsOf(plan, result, audit) }
  } catch (error) {
    return { seed, result: null, violations: [...audit.violations, `throws: ${(error as Error).message}`] }
  }
}

const labels = new Map<OutcomeLabel, number>()
const failures: string[] = []

beforeAll(async () => {
  for (let seed = 1; seed <= SEEDS && failures.length < FAILURES_SHOWN; seed++) {
    const { result, violations } = await run(seed)
    if (violations.length > 0) failures.push(`seed ${seed}: ${violations.join(' | ')}`)
    if (result) labels.set(result.label, (labels.get(result.label) ?? 0) + 1)
  }
}, 3_600_000)

describe('a box trade in scripted worlds', () => {
  it(`keeps E5, E12, E14, E15, E22, E23, E26, I1, I2, I3, I6, I9 and §5 in each of ${SEEDS} worlds`, () => expect(failures).toEqual([]))

  it('ends in every way that a trade can end by itself', () => {
    const reached = [...labels.keys()].sort()
    expect(reached).toEqual(['held', 'locked', 'missed', 'partly-locked', 'refused', 'unwound'])
  })

  it('is decided by the seed alone', async () => expect(await run(4711)).toEqual(await run(4711)))
})

describe('the checker notices', () => {
  it.each(MUTANTS)('$mistake', async (mutant) => {
    for (let seed = 1; seed <= SEEDS_PER_MUTANT; seed++) {
      const { violations } = await run(seed, mutant)
      if (violations.some((violation) => mutant.noticedBy.test(violation))) return
    }
    throw new Error(`not noticed in ${SEEDS_PER_MUTANT} worlds`)
  })
})
