import { marketId, type MarketId } from '../../../../src/core/ids'
import { identityOf, type BreakKind } from '../../../../src/core/ledger/breaks'
import type { ToldAccount } from '../../../../src/core/ledger/differences/accounts'
import { compareAccounts } from '../../../../src/core/ledger/differences/compare'
import { money, NO_MONEY, quantity } from '../../../../src/core/units'
import { boughtAtVenue, fillOf, NOW, SECOND_SHARD, shuffled, withCash, worldOf, type World } from './world'

const SEEDS = Number.parseInt(process.env['CROSSBOOK_SEEDS'] ?? '400', 10)
const NOTHING = { differences: [], waiting: new Map(), moved: [], lapsed: [] }

interface Corrupted {
  readonly told: ToldAccount
  readonly kind: BreakKind
  readonly subject: string
}
/** A market that is held, or a new one. */
const somewhere = ({ known, chance }: World): MarketId =>
  chance(3) === 0 ? marketId('NEW') : (known.lots[chance(known.lots.length)]?.market ?? marketId('NEW'))
const alien = (world: World): ReturnType<typeof fillOf> =>
  fillOf(
    'alien',
    somewhere(world),
    world.chance(2) === 0 ? 'yes' : 'no',
    100 * (1 + world.chance(9)),
    100 + world.chance(9_800),
    world.chance(90_000),
  )

/** One thing each that a venue may show and the ledger does not. */
const CORRUPTIONS: readonly ((world: World) => Corrupted)[] = [
  ({ told, chance }) => ({ told: withCash(told, money(1 + chance(90_000_000))), kind: 'cash', subject: 'kalshi' }),
  ({ told, chance }) => ({ told: withCash(told, money(0 - 1 - chance(90_000_000))), kind: 'cash', subject: 'kalshi' }),
  (world) => {
    const market = marketId('NEW')
    const positions = [...world.told.positions, { market, outcome: 'no', quantity: quantity(1 + world.chance(900)) } as const]
    return { told: { ...world.told, positions }, kind: 'position', subject: market }
  },
  ({ told }) => ({ told: { ...told, positions: told.positions.slice(1) }, kind: 'position', subject: told.positions[0]?.market ?? '' }),
  (world) => {
    const fill = alien(world)
    return { told: { ...boughtAtVenue(world.told, fill), fills: [...world.told.fills, fill] }, kind: 'unknown-fill', subject: 'alien' }
  },
  (world) => {
    const fill = alien(world)
    const told = boughtAtVenue(world.told, fill)
    const price = world.chance(2) === 0 ? fill.price : null
    return {
      told: { ...told, strange: [{ ...fill, executionId: 'e1', isNetting: false, price }] },
      kind: 'strange-execution',
      subject: 'e1',
    }
  },
  (world) => ({
    told: { ...boughtAtVenue(world.told, { ...alien(world), market: marketId('NEW') }), ownExecutionsOnly: true },
    kind: 'position',
    subject: 'NEW',
  }),
  (world) => {
    const [first] = world.told.fills
    const more = 1 + world.chance(9_000)
    const fills = world.told.fills.map((fill) => (fill === first ? { ...fill, fee: money((fill.fee ?? 0) + more) } : fill))
    return {
      told: { ...(world.chance(2) === 0 ? world.told : withCash(world.told, money(0 - more))), fills },
      kind: 'fee',
      subject: first?.key ?? '',
    }
  },
  ({ told }) => ({ told: { ...told, openOrders: ['o1'] }, kind: 'resting-order', subject: 'o1' }),
  ({ told }) => ({ told: { ...told, fills: told.fills.slice(1) }, kind: 'missing-execution', subject: told.fills[0]?.key ?? '' }),
]

describe('the ledger against a statement', () => {
  it.each([1, 2, 3])('finds nothing when both agree, whatever the order (round %i)', (round) => {
    for (let seed = round; seed <= SEEDS; seed += 3) {
      const { known, told, chance } = worldOf(seed)
      const mixed = { ...told, positions: shuffled(told.positions, chance), fills: shuffled(told.fills, chance) }
      expect({ seed, ...compareAccounts(known, mixed) }).toEqual({ seed, ...NOTHING })
    }
  })

  it('names one single corruption by exactly one difference', () => {
    for (let seed = 1; seed <= SEEDS; seed++) {
      const world = worldOf(seed)
      const corrupt = CORRUPTIONS[seed % CORRUPTIONS.length]
      const { told, kind, subject } = corrupt?.(world) ?? { told: world.told, kind: 'cash', subject: '' }
      const { differences, moved, lapsed } = compareAccounts(world.known, told)
      expect({ seed, found: differences.map(identityOf), moved, lapsed }).toEqual({
        seed,
        found: [`kalshi|${kind}|${subject}`],
        moved: [],
        lapsed: [],
      })
    }
  })

  it('says the same of the same facts in another order', () => {
    for (let seed = 1; seed <= SEEDS; seed++) {
      const world = worldOf(seed)
      const { told } = CORRUPTIONS[seed % CORRUPTIONS.length]?.(world) ?? world
      const { known, chance } = world
      const mixed = {
        ...told,
        positions: shuffled(told.positions, chance),
        fills: shuffled(told.fills, chance),
        purses: shuffled(told.purses, chance),
      }
      const other = {
        ...known,
        fills: shuffled(known.fills, chance),
        lots: shuffled(known.lots, chance),
        purses: shuffled(known.purses, chance),
      }
      expect({ seed, ...compareAccounts(other, mixed) }).toEqual({ seed, ...compareAccounts(known, told) })
    }
  })

  it('is quiet about what is on record: an execution counts with what it moved, also when the venue tells it no more', () => {
    for (let seed = 1; seed <= SEEDS; seed++) {
      const world = worldOf(seed)
      const { told, subject } = CORRUPTIONS[4]?.(world) ?? { told: world.told, subject: '' }
      const [found] = compareAccounts(world.known, told).differences
      if (!found) throw new Error(`seed ${seed}: no difference`)
      const known = { ...world.known, standing: [{ ...found, id: 1, state: 'open' as const }] }
      expect({ seed, found: compareAccounts(known, told).differences.map(identityOf) }).toEqual({
        seed,
        found: [`kalshi|unknown-fill|${subject}`],
      })
      const later = { ...told, fills: world.told.fills }
      expect({ seed, ...compareAccounts(known, later) }).toEqual({ seed, ...NOTHING })
    }
  })
})

describe('what a person has accepted', () => {
  it('is no difference any more, and lapses when the venue agrees without it', () => {
    for (let seed = 1; seed <= SEEDS; seed++) {
      const world = worldOf(seed)
      const { told } = CORRUPTIONS[seed % 4]?.(world) ?? world
      const [found] = compareAccounts(world.known, told).differences
      if (!found) throw new Error(`seed ${seed}: no difference`)
      const known = { ...world.known, standing: [{ ...found, id: 7, state: 'accepted' as const }] }
      expect({ seed, ...compareAccounts(known, told) }).toEqual({ seed, ...NOTHING })
      expect({ seed, ...compareAccounts(known, world.told) }).toEqual({ seed, ...NOTHING, lapsed: [7] })
    }
  })
})

describe('what is no break', () => {
  it('lets payouts and contracts of ended markets wait for settlement', () => {
    for (let seed = 1; seed <= SEEDS; seed++) {
      const { known, told } = worldOf(seed)
      const [lot] = known.lots
      if (!lot) throw new Error('no lot')
      const paid = seed % 2 === 0 ? money(lot.quantity * 10_000) : NO_MONEY
      const settled = { ...withCash(told, paid), positions: told.positions.slice(1), payouts: [{ market: lot.market, paid, atMs: NOW }] }
      const { differences, waiting } = compareAccounts({ ...known, ended: new Set([lot.market]) }, settled)
      expect({ seed, differences }).toEqual({ seed, differences: [] })
      expect(waiting.size).toBe(paid === 0 ? 1 : 2)
    }
  })

  it('lets a fallen interest that has become cash wait for its coupon', () => {
    const { known, told } = worldOf(1)
    const falls = [{ atMs: NOW, amount: money('0.52') }]
    expect(compareAccounts({ ...known, falls }, withCash(told, money('0.52'))).differences).toEqual([])
    expect(compareAccounts({ ...known, falls }, withCash(told, money('0.53'))).differences).toMatchObject([
      { kind: 'cash', amount: money('0.53') },
    ])
  })

  it('takes cash that moved between our purses for what it is', () => {
    const { known, told } = worldOf(2)
    const purses = told.purses.map(({ purse, cash }) => ({ purse, cash: money(cash + (purse === SECOND_SHARD ? 5 : -5)) }))
    expect(compareAccounts(known, { ...told, purses })).toMatchObject({ differences: [], moved: [{ amount: -5 }, { amount: 5 }] })
  })
})
