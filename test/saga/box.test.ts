import { VENUES, type Venue } from '../../src/core/ids'
import type { OutcomeLabel } from '../../src/core/trade/plan'
import { MUTANTS, SUCCESSOR_MUTANTS, type Mutant } from './mutants'
import { run, runKilled, type Run } from './run'

/** A second here; CROSSBOOK_SEEDS=100000 for a long run (docs/decisions/saga.md). */
const SEEDS = Number.parseInt(process.env['CROSSBOOK_SEEDS'] ?? '5000', 10)
/** A mistake that needs more worlds than this to be seen is not caught. */
const SEEDS_PER_MUTANT = 3_000
const FAILURES_SHOWN = 3
const BY_THEMSELVES: readonly OutcomeLabel[] = ['held', 'locked', 'missed', 'partly-locked', 'refused', 'unwound']

type Runner = (seed: number, first: Venue, mutant?: Mutant) => Promise<Run>

/** Runs all seeds once. */
async function worldsOf(
  runner: Runner,
  first: Venue,
): Promise<{ readonly labels: ReadonlySet<OutcomeLabel>; readonly failures: readonly string[] }> {
  const labels = new Set<OutcomeLabel>()
  const failures: string[] = []
  for (let seed = 1; seed <= SEEDS && failures.length < FAILURES_SHOWN; seed++) {
    const { result, violations } = await runner(seed, first)
    if (violations.length > 0) failures.push(`seed ${seed}: ${violations.join(' | ')}`)
    if (result) labels.add(result.label)
  }
  return { labels, failures }
}

async function expectNoticed(runner: Runner, first: Venue, mutant: Mutant): Promise<void> {
  for (let seed = 1; seed <= SEEDS_PER_MUTANT; seed++) {
    const { violations } = await runner(seed, first, mutant)
    if (violations.some((violation) => mutant.noticedBy.test(violation))) return
  }
  throw new Error(`not noticed in ${SEEDS_PER_MUTANT} worlds`)
}

describe.each(VENUES)('a box trade in scripted worlds, %s first', (first) => {
  const worlds = worldsOf(run, first)
  it(
    `keeps E2, E5, E12, E14, E15, E22, E23, E26, I1, I2, I3, I6, I9 and §5 in each of ${SEEDS} worlds`,
    async () => expect((await worlds).failures).toEqual([]),
    3_600_000,
  )

  it('ends in every way that a trade can end', async () =>
    expect([...(await worlds).labels].sort()).toEqual([...BY_THEMSELVES, 'surrendered'].sort()))

  it('is decided by the seed alone', async () => expect(await run(4711, first)).toEqual(await run(4711, first)))
})

describe.each(VENUES)('E25 a trade with %s first that is terminated at any step, and its successor', (first) => {
  const worlds = worldsOf(runKilled, first)
  it(
    `keep E2, E12, E14, E15, E22, E23, I1, I2, I3, I6, I9 and §5 in each of ${SEEDS} worlds`,
    async () => expect((await worlds).failures).toEqual([]),
    3_600_000,
  )

  it('end in every way that a trade can end', async () =>
    expect([...(await worlds).labels].sort()).toEqual([...BY_THEMSELVES, 'surrendered'].sort()))
})

describe.each(VENUES)('with %s first the checker notices', (first) => {
  it.each(MUTANTS)('$mistake', (mutant) => expectNoticed(run, first, mutant))
  it.each(SUCCESSOR_MUTANTS)('of a successor: $mistake', (mutant) => expectNoticed(runKilled, first, mutant))
})
