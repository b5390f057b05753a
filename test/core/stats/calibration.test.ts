import fc from 'fast-check'
import { calibrationBy, calibrationOf, type Claim, type Scored } from '../../../src/core/stats/calibration'
import { clusteredMean, wilson } from '../../../src/core/stats/estimates'
import { claim } from './claims'

const scored = (claims: readonly Claim[]): Scored => {
  const found = calibrationOf(claims, 95).scored
  if (found === null) throw new Error('expected claims that have ended')
  return found
}

describe('an estimate', () => {
  it('without dependence has the ordinary standard error', () => {
    const values = [1, 2, 4, 5].map((value, at) => ({ cluster: String(at), value }))
    // variance 10/3, its root over the root of four
    expect(clusteredMean(values, 95)).toMatchObject({ mean: 3, error: expect.closeTo(Math.sqrt(10 / 3) / 2, 12) as number })
  })
  it('of one cluster has no interval, and of nothing there is none', () => {
    expect(clusteredMean([{ cluster: 'g', value: 7 }], 95)).toEqual({ mean: 7, error: null, low: null, high: null })
    expect(clusteredMean([], 95)).toBeNull()
  })
  it('is no surer for an observation that is told again', () => {
    const once = [1, 2, 4, 5].map((value, at) => ({ cluster: String(at), value }))
    const thrice = [...once, ...once, ...once]
    expect(clusteredMean(thrice, 95)?.error).toBeCloseTo(clusteredMean(once, 95)?.error ?? NaN, 12)
  })
  it('of a share is Wilson’s', () => {
    expect(wilson(0.5, 10, 95)).toEqual({ low: expect.closeTo(0.23659, 5) as number, high: expect.closeTo(0.76341, 5) as number })
    expect(wilson(1, 1, 95)).toEqual({ low: expect.closeTo(0.20655, 5) as number, high: 1 })
    expect(() => wilson(0.5, 0, 95)).toThrow(RangeError)
  })
})

describe('calibration', () => {
  /** Two claims of one game that won, one that lost, one whose market was void at 50c. */
  const four = [
    claim({ game: 'a', edge: 30_000 }),
    claim({ game: 'a', edge: 30_000, isFilled: true }),
    claim({ game: 'b', probability: 550_000, price: 480_000, cost: 500_000, edge: 20_000, paid: 0 }),
    claim({ game: 'c', probability: 700_000, price: 640_000, cost: 660_000, edge: 10_000, paid: 500_000 }),
  ]

  it('is what can be counted by hand', () => {
    const found = scored(four)
    expect(found).toMatchObject({ claims: 4, games: 3 })
    expect(found.brier).toBeCloseTo(0.165625, 12)
    expect(found.priceBrier).toBeCloseTo(0.1875, 12)
    expect(found.skill).toBeCloseTo(1 - 0.165625 / 0.1875, 12)
    expect(found.logLoss).toBeCloseTo((-2 * Math.log(0.6) - Math.log(0.45) - (Math.log(0.7) + Math.log(0.3)) / 2) / 4, 12)
    expect(found.gap.mean).toBeCloseTo(-0.0125, 12)
    // residuals by game: −0.775, 0.5625, 0.2125
    expect(found.gap.error).toBeCloseTo(Math.sqrt(1.5 * 0.9621875) / 4, 12)
    expect(found.realised.mean).toBeCloseTo(0.075, 12)
    expect(found.claimed).toBeCloseTo(0.0625, 12)
    expect(found.claimedAtLeast).toBeCloseTo(0.0225, 12)
    expect(found.filled).toMatchObject({ mean: expect.closeTo(0.48, 12) as number, error: null })
  })

  it('has a reliability curve, with games as the trials of its intervals', () => {
    const bins = scored(four).bins.map(({ from, claims, games, predicted, observed }) => [from, claims, games, predicted, observed])
    expect(bins).toEqual([
      [0.5, 1, 1, 0.55, 0],
      [0.6, 2, 1, 0.6, 1],
      [0.7, 1, 1, 0.7, 0.5],
    ])
    expect(scored([claim({ probability: 1_000_000 })]).bins).toMatchObject([{ from: 0.9, to: 1, low: wilson(1, 1, 95).low, high: 1 }])
  })

  it('counts what nobody knows, and drops none of it', () => {
    const untold = calibrationOf([...four, claim({ paid: null }), claim({ paid: null, closing: 580_000 })], 95)
    expect(untold).toMatchObject({ claims: 6, games: 5, unknown: 2, withoutClosing: 5, scored: { claims: 4 } })
    expect(calibrationOf([claim({ paid: null })], 95)).toMatchObject({ claims: 1, unknown: 1, scored: null, closing: null })
    expect(calibrationOf([], 95)).toEqual({ claims: 0, games: 0, unknown: 0, scored: null, closing: null, withoutClosing: 0 })
  })

  it('has the value of the closing line, fee included, of results that are not known too', () => {
    const { closing } = calibrationOf([claim({ closing: 550_000 }), claim({ closing: 510_000, paid: null })], 95)
    expect(closing).toMatchObject({ mean: expect.closeTo(0.01, 12) as number, error: expect.closeTo(0.02, 12) as number })
  })

  it('does not lose without end where certainty was claimed', () => {
    expect(scored([claim({ probability: 1_000_000, paid: 0 })]).logLoss).toBeCloseTo(-Math.log(1e-6), 6)
    expect(scored([claim({ price: 1_000_000, paid: 1_000_000 })]).skill).toBeNull()
  })

  it('by book takes each book’s own probability', () => {
    const byBook = calibrationBy('book', four, 95)
    expect(byBook.map(({ name, calibration }) => [name, calibration.claims])).toEqual([
      ['draftkings', 4],
      ['pinnacle', 4],
    ])
    expect(byBook[1]?.calibration.scored?.gap.mean).toBeCloseTo(0.61 - 0.625, 12)
  })

  it('by profile keeps each to its own', () => {
    const groups = calibrationBy('profile', [...four, claim({ profile: 'SCALP' })], 95)
    expect(groups.map(({ name, calibration }) => [name, calibration.claims])).toEqual([
      ['SCALP', 1],
      ['STANDARD', 4],
    ])
  })
})

const anyClaims = fc.array(
  fc.record({
    game: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
    probability: fc.integer({ min: 0, max: 1_000_000 }),
    price: fc.integer({ min: 10_000, max: 990_000 }),
    cost: fc.integer({ min: 10_000, max: 1_010_000 }),
    paid: fc.option(fc.integer({ min: 0, max: 1_000_000 })),
    closing: fc.option(fc.integer({ min: 0, max: 1_000_000 })),
  }),
  { maxLength: 40 },
)

describe('calibration, whatever is claimed', () => {
  it('does not depend on the order of the claims', () => {
    fc.assert(
      fc.property(
        anyClaims.chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length }))),
        ([all, shuffled]) => {
          const ids = new Map(all.map((each, at) => [each, String(at)]))
          const made = (of: typeof all): readonly Claim[] => of.map((each) => claim({ ...each, id: ids.get(each) ?? '' }))
          expect(calibrationOf(made(shuffled), 95)).toEqual(calibrationOf(made(all), 95))
        },
      ),
    )
  })

  it('counts every claim once, and its intervals hold what was seen', () => {
    fc.assert(
      fc.property(anyClaims, (all) => {
        const found = calibrationOf(all.map(claim), 95)
        expect(found.unknown + (found.scored?.claims ?? 0)).toBe(all.length)
        expect(found.scored?.bins.reduce((sum, { claims }) => sum + claims, 0) ?? 0).toBe(found.scored?.claims ?? 0)
        for (const { low, observed, high } of found.scored?.bins ?? []) {
          expect(low).toBeLessThanOrEqual(observed + 1e-12)
          expect(high).toBeGreaterThanOrEqual(observed - 1e-12)
        }
      }),
    )
  })

  it('of a forecaster who is right as often as he says has no gap, and no price is better than him', () => {
    const tenths = fc.array(fc.record({ chance: fc.integer({ min: 0, max: 10 }), price: fc.integer({ min: 1, max: 99 }) }), {
      minLength: 1,
      maxLength: 8,
    })
    fc.assert(
      fc.property(tenths, (calls) => {
        const claims = calls.flatMap(({ chance, price }) =>
          Array.from({ length: 10 }, (_, at) =>
            claim({ probability: chance * 100_000, price: price * 10_000, cost: price * 10_000, paid: at < chance ? 1_000_000 : 0 }),
          ),
        )
        const { gap, skill, realised, claimed, bins } = scored(claims)
        expect(gap.mean).toBeCloseTo(0, 12)
        expect(skill).toBeGreaterThanOrEqual(-1e-12)
        expect(realised.mean).toBeCloseTo(claimed, 12)
        for (const { predicted, observed } of bins) expect(observed).toBeCloseTo(predicted, 12)
      }),
    )
  })
})
