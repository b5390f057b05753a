import { createHash } from 'node:crypto'
import { assertNever } from '../../src/core/assert'
import { IBKR_KINDS, KALSHI_KINDS } from '../../src/chaos/plan/faults'
import { BOUNDARIES, planOf, SLOTS, TARGETS, type Deed } from '../../src/chaos/plan/plan'
import { IBKR_FAULTS, KALSHI_FAULTS } from '../../src/sim/faults'

/** Of seeds 1, 2 and 1000: whoever changes them changes what every seed that was ever noted means. */
const HASHES = ['43a3c7700f7a1e72', '43da93b6c6ba824b', '5ada0ba825820ff5']
const SEEDS = Array.from({ length: 300 }, (_, i) => i + 1)
const hashOf = (seed: number): string =>
  createHash('sha256')
    .update(JSON.stringify(planOf(seed)))
    .digest('hex')
    .slice(0, 16)
const deedsOf = (seed: number): readonly Deed[] => planOf(seed).strikes.map(({ deed }) => deed)
/** What a deed is counted by. */
const nameOf = (deed: Deed): string => {
  switch (deed.kind) {
    case 'fault':
      return `${deed.venue} ${deed.name.split(':')[0]}`
    case 'kill':
    case 'stop':
      return `${deed.kind} ${deed.target}`
    case 'halt':
      return `halt ${deed.scope}`
    case 'terminate':
    case 'close':
      return deed.kind
    default:
      return assertNever(deed, 'deed')
  }
}

describe('the plan of an episode', () => {
  it('is the same for the same seed, on every machine and in every release', () => {
    expect([1, 2, 1_000].map(hashOf)).toEqual(HASHES)
    expect(JSON.stringify(planOf(7))).toBe(JSON.stringify(planOf(7)))
  })

  it('differs from seed to seed', () => {
    expect(new Set(SEEDS.map(hashOf)).size).toBe(SEEDS.length)
  })

  it('knows every fault of the simulated venues', () => {
    expect(Object.keys(KALSHI_KINDS).toSorted()).toEqual([...KALSHI_FAULTS].toSorted())
    expect(Object.keys(IBKR_KINDS).toSorted()).toEqual([...IBKR_FAULTS].toSorted())
  })

  it('has every fault, process and command within three hundred seeds', () => {
    const struck = new Set(SEEDS.flatMap(deedsOf).map(nameOf))
    const wanted = [
      ...Object.keys(KALSHI_KINDS).map((name) => `kalshi ${name}`),
      ...Object.keys(IBKR_KINDS).map((name) => `ibkr ${name}`),
      ...TARGETS.flatMap((target) => [`kill ${target}`, `stop ${target}`]),
      ...['all', 'venue:kalshi', 'venue:forecastex', 'strategy:box', 'pair'].map((scope) => `halt ${scope}`),
      ...['terminate', 'close'],
    ]
    expect(wanted.filter((name) => !struck.has(name))).toEqual([])
  })

  it('strikes at every step of a trade, and at random', () => {
    const occasions = SEEDS.flatMap((seed) => planOf(seed).strikes).map(({ occasion }) =>
      occasion.kind === 'at' ? 'random' : occasion.boundary,
    )
    expect([...new Set(occasions)].toSorted()).toEqual([...BOUNDARIES, 'random'].toSorted())
  })

  it('offers boxes and edges, several at once, some on one market', () => {
    const plans = SEEDS.map(planOf)
    const has = (test: (plan: (typeof plans)[number]) => boolean): number => plans.filter(test).length
    expect(has(({ offers }) => offers.length >= 2)).toBeGreaterThan(100)
    expect(has(({ offers }) => offers.some(({ kind }) => kind === 'edge'))).toBeGreaterThan(50)
    const shared = has(({ offers }) => new Set(offers.map(({ slot }) => slot)).size < offers.length)
    expect(shared).toBeGreaterThan(30)
  })

  it('stays within its bounds', () => {
    for (const { offers, strikes } of SEEDS.map(planOf)) {
      expect(offers.every(({ slot, contracts, outbid }) => slot < SLOTS && contracts > 0 && outbid <= contracts)).toBe(true)
      const lengths = strikes.flatMap(({ deed }) => (deed.kind === 'stop' ? [deed.ms] : []))
      expect(lengths.every((ms) => ms >= 50 && ms <= 8_000)).toBe(true)
    }
  })
})
