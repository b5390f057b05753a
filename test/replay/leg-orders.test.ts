import { compareLegOrders, type RegimeFigures } from '../../src/replay/leg-orders'
import { legWorld, REGIMES } from '../../src/replay/leg-worlds'
import { judged } from '../../src/replay/leg-steps'

const SEED = 'legs'
const WORLDS = 300
const CONTRACTS = 1e6

const of = (figures: readonly RegimeFigures[], regime: string): RegimeFigures => {
  const found = figures.find((each) => each.regime === regime)
  if (!found) throw new Error(`no regime ${regime}`)
  return found
}

describe('kalshi-first and by-expected-value over the same seeded worlds', () => {
  const once = compareLegOrders(SEED, WORLDS)

  it('are decided by the seed alone', async () => {
    expect(await compareLegOrders(SEED, WORLDS)).toEqual(await once)
    expect(await compareLegOrders(`${SEED}2`, WORLDS)).not.toEqual(await once)
  })

  it('market-math §4: where ForecastEx is thin, by-expected-value is not worse, gated or not', async () => {
    const { comparisons, policies } = of(await once, 'thin ForecastEx')
    expect(comparisons.map(({ gated, difference }) => [gated, difference >= 0])).toEqual([
      [true, true],
      [false, true],
    ])
    expect(policies.find(({ policy, gated }) => policy === 'by-expected-value' && gated)?.forecastexFirst).toBeGreaterThan(WORLDS / 2)
  })

  it('market-math §4: where Kalshi is thin, Kalshi is first by either policy', async () => {
    const { policies } = of(await once, 'thin Kalshi')
    for (const { forecastexFirst, opened } of policies) expect([forecastexFirst, opened > 0]).toEqual([0, true])
  })

  it('E10 what is gated opens no more than what is not', async () => {
    for (const { policies, finds } of await once)
      for (const { policy, gated, opened } of policies) {
        if (!gated) expect(opened).toBe(finds)
        expect({ policy, fits: opened <= finds }).toEqual({ policy, fits: true })
      }
  })

  it('every way that a trade can end happens, and each trade in one of them', async () => {
    const labels = new Set<string>()
    for (const { policies } of await once)
      for (const { labels: counts, opened } of policies) {
        for (const label of Object.keys(counts)) labels.add(label)
        expect(Object.values(counts).reduce((sum, count) => sum + count, 0)).toBe(opened)
      }
    expect([...labels]).toEqual(expect.arrayContaining(['locked', 'partly-locked', 'unwound', 'missed']))
  })
})

describe('the worlds', () => {
  it.each([
    ['thin ForecastEx', 0.0129, 0.0539, 0.04],
    ['thin Kalshi', 0.0205, 0.03, 0.06],
    ['fast decay', 0.03, 0.03, 0.03],
  ])('of %s have the edge and the ways back of the table, on average', (name, edge, lossK, lossF) => {
    const regime = REGIMES.find((each) => each.name === name)
    if (!regime) throw new Error(`no regime ${name}`)
    const all = Array.from({ length: 500 }, (_, n) => legWorld(SEED, regime, n))
    const mean = (value: (world: (typeof all)[number]) => number): number =>
      all.reduce((sum, world) => sum + (value(world) * 100) / world.contracts, 0) / all.length / CONTRACTS
    expect(mean((world) => judged(world).edge)).toBeCloseTo(edge, 2)
    // the levels behind the best one are worse: somewhat more than the table's
    for (const [loss, table] of [
      [mean((world) => judged(world).unwindLoss.kalshi), lossK],
      [mean((world) => judged(world).unwindLoss.forecastex), lossF],
    ] as const) {
      expect(loss).toBeGreaterThan(table - 0.002)
      expect(loss).toBeLessThan(table + 0.008)
    }
  })
  it('an order draws the same whichever leg is first', () => {
    const [regime] = REGIMES
    if (!regime) throw new Error('there are regimes')
    const { filled, isThere } = legWorld(SEED, regime, 7)
    const again = legWorld(SEED, regime, 7)
    expect(isThere).toEqual(again.isThere)
    const wanted = again.contracts
    expect(filled('kalshi', 'b', wanted)).toBe(again.filled('kalshi', 'b', wanted))
  })
})
