import { consensusPolicyAt, profileOf, rulesFor, rulesOf, type Guards, type Profile } from '../../../src/core/edge/profile'
import { money, price, quantity } from '../../../src/core/units'
import { HOUR_MS, later, NOW, SETTINGS } from './fixture'

type Row = readonly [string, string, string, number, string, string, string, number, number, string, string, number, readonly number[]]
/** seed-behaviour §3.4, and SCALP as ruling 7 has it. */
const TABLE: readonly Row[] = [
  ['CONSERVATIVE', '0.06', '0.04', 3, '0.025', '0.08', '1000', 3, 36, '0.30', '0.80', 0.15, [75, 55, 35]],
  ['STANDARD', '0.05', '0.03', 3, '0.03', '0.10', '500', 2, 48, '0.25', '0.85', 0.25, [70, 50, 30]],
  ['AGGRESSIVE', '0.03', '0.02', 3, '0.04', '0.12', '300', 1, 72, '0.20', '0.88', 0.35, [60, 40, 25]],
  ['VERY_AGGRESSIVE', '0.02', '0.01', 2, '0.05', '0.15', '100', 0.5, 96, '0.15', '0.92', 0.5, [50, 30, 15]],
  ['ANY_EDGE', '0.01', '0.00', 2, '0.10', '0.20', '50', 0.25, 168, '0.05', '0.98', 0.5, [30, 15, 5]],
  ['SCALP', '0.02', '0.02', 3, '0.02', '0.06', '2000', 0.5, 24, '0.30', '0.70', 0.1, [40, 25, 10]],
]
const profileIn = ([name, least, discounted, books, apart, spread, volume, from, to, cheapest, dearest, kelly, tiers]: Row): Profile => ({
  name,
  minEdge: money(least),
  minEdgeHighConfidence: money(discounted),
  minBooks: books,
  maxBookSpread: money(apart),
  maxKalshiSpread: money(spread),
  minVolume: quantity(volume),
  minToStartMs: from * HOUR_MS,
  maxToStartMs: to * HOUR_MS,
  minPrice: price(cheapest),
  maxPrice: price(dearest),
  kellyFraction: kelly,
  tiers: { high: tiers[0] ?? 0, medium: tiers[1] ?? 0, low: tiers[2] ?? 0 },
  maxContracts: quantity('500'),
  bankroll: money('10000'),
})

describe('the six profiles of the first systems', () => {
  it.each(TABLE.map((row) => [row[0], row] as const))('%s is as it was', (name, row) =>
    expect(profileOf(SETTINGS.profiles, name)).toEqual(profileIn(row)),
  )
  it('are all there are, STANDARD in force', () => {
    expect(SETTINGS.profiles.map(({ name }) => name)).toEqual(TABLE.map(([name]) => name))
    expect([SETTINGS.profile, SETTINGS.isGuarded, SETTINGS.policy.confidence]).toEqual(['STANDARD', true, 'bands'])
  })
  it('one that there is not names those that there are', () =>
    expect(() => rulesFor(SETTINGS, 'sim', 'STANDRAD')).toThrow('there is no profile "STANDRAD": use one of CONSERVATIVE, STANDARD,'))
})

describe('the guards of ruling 13', () => {
  // least edge and with the discount in µ$, prices, Kelly
  it.each([
    ['CONSERVATIVE', 60_000, 40_000, 3_000, 8_000, 0.15],
    ['STANDARD', 50_000, 30_000, 2_500, 8_000, 0.25],
    ['AGGRESSIVE', 30_000, 20_000, 2_000, 8_000, 0.25],
    ['VERY_AGGRESSIVE', 20_000, 20_000, 2_000, 8_000, 0.25],
    ['ANY_EDGE', 20_000, 20_000, 2_000, 8_000, 0.25],
    ['SCALP', 20_000, 20_000, 3_000, 7_000, 0.1],
  ])('tighten %s', (name, minEdge, minEdgeHighConfidence, minPrice, maxPrice, kellyFraction) =>
    expect(rulesFor(SETTINGS, 'live', name)).toMatchObject({
      ...{ name, minEdge, minEdgeHighConfidence, minPrice, maxPrice, kellyFraction },
      ...{ sharpForHighConfidence: true, confirmFrom: 50_000, reviewAbove: 120_000, oddsAfterMove: true },
    }),
  )

  it.each(['paper', 'backtest'] as const)('may be off in mode %s', (mode) => {
    expect(rulesFor({ ...SETTINGS, isGuarded: false }, mode, 'ANY_EDGE')).toMatchObject({
      ...{ minEdge: 10_000, minEdgeHighConfidence: 0, minPrice: 500, maxPrice: 9_800, kellyFraction: 0.5 },
      ...{ sharpForHighConfidence: false, confirmFrom: null, reviewAbove: null, oddsAfterMove: false },
    })
  })
  it.each(['sim', 'observe', 'demo', 'live'] as const)('are on in mode %s', (mode) => {
    const off = (): unknown => rulesFor({ ...SETTINGS, isGuarded: false }, mode)
    expect(off).toThrow(RangeError)
    expect(off).toThrow(`off in modes paper and backtest only, not in ${mode}`)
  })
  const LOOSER: readonly (readonly [keyof Guards, Partial<Guards>, string])[] = [
    ['sharpForHighConfidence', { sharpForHighConfidence: false }, 'guards.sharp_for_high_confidence to true'],
    ['minEdge', { minEdge: money('0.019999') }, "guards.min_edge to '0.02' or more"],
    ['minPrice', { minPrice: price('0.1999') }, "guards.min_price to '0.20' or more"],
    ['maxPrice', { maxPrice: price('0.8001') }, "guards.max_price to '0.80' or less"],
    ['maxKellyFraction', { maxKellyFraction: 0.2501 }, 'guards.max_kelly_fraction to 0.25 or less'],
    ['confirmFrom', { confirmFrom: money('0.050001') }, "guards.confirm_from to '0.05' or less"],
    ['reviewAbove', { reviewAbove: money('0.120001') }, "guards.review_above to '0.12' or less"],
    ['oddsAfterMove', { oddsAfterMove: false }, 'guards.odds_after_move to true'],
  ]
  describe.each(LOOSER)('looser than they have to be: %s', (_guard, change, says) => {
    const guards = { ...SETTINGS.guards, ...change }
    it.each(['sim', 'observe', 'demo', 'live'] as const)('is refused in mode %s', (mode) => {
      const loosened = (): unknown => rulesFor({ ...SETTINGS, guards }, mode)
      expect(loosened).toThrow(RangeError)
      expect(loosened).toThrow(`not in ${mode}: in config/profiles.yaml set ${says}`)
    })
    it.each(['paper', 'backtest'] as const)('is permitted in mode %s', (mode) =>
      expect(rulesFor({ ...SETTINGS, guards }, mode, 'ANY_EDGE').name).toBe('ANY_EDGE'),
    )
  })
  it('all of them loosened are named in one sentence', () => {
    const guards = LOOSER.reduce((before, [, change]) => ({ ...before, ...change }), SETTINGS.guards)
    const loosened = (): unknown => rulesFor({ ...SETTINGS, guards }, 'live', 'ANY_EDGE')
    for (const [, , says] of LOOSER) expect(loosened).toThrow(says)
  })
  it('every one of them has its bound', () => expect(LOOSER.map(([guard]) => guard)).toEqual(Object.keys(SETTINGS.guards)))

  it('refuse a profile that has no price within them', () => {
    const cheap = { ...profileOf(SETTINGS.profiles, 'SCALP'), minPrice: price('0.05'), maxPrice: price('0.10') }
    expect(() => rulesOf(cheap, { ...SETTINGS, mode: 'paper' })).toThrow('leave no price between them')
  })
})

describe('the consensus of a game now', () => {
  const at = (sport: string, hours: number): unknown => consensusPolicyAt(SETTINGS, { sport, startMs: later(hours * HOUR_MS) }, NOW)
  it('hears a line for a minute within six hours of the start, for three earlier', () => {
    expect(at('baseball_mlb', 6)).toMatchObject({ maxAgeMs: 60_000, halfLifeMs: 60_000 })
    expect(at('baseball_mlb', 6.01)).toMatchObject({ maxAgeMs: 180_000 })
    expect(consensusPolicyAt(SETTINGS, { sport: 'baseball_mlb', startMs: null }, NOW).maxAgeMs).toBe(60_000)
  })
  it('has three outcomes in soccer alone', () => {
    expect(at('soccer_fifa_world_cup', 1)).toMatchObject({ ways: 3 })
    expect(at('icehockey_nhl', 1)).toMatchObject({ ways: 2 })
  })
})
