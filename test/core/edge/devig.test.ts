import { decimalOfAmerican, impliedOf } from '../../../src/core/edge/consensus/american'
import { DEVIG_METHODS, solve, sumOf, type DevigMethod } from '../../../src/core/edge/consensus/devig-methods'
import {
  BOOKSUM_MAX_TWO_WAY,
  BOOKSUM_MAX_WIDER,
  BOOKSUM_MIN,
  defaultMethod,
  devig,
  methodSpread,
} from '../../../src/core/edge/consensus/devig'
import { Chances, seedOf } from '../../chances'

const ofAmerican = (...odds: readonly number[]): readonly number[] => odds.map(decimalOfAmerican)
const fair = (method: DevigMethod, decimals: readonly number[]): readonly number[] => {
  const result = devig(method, decimals)
  if (result.kind !== 'fair') throw new Error(result.reason)
  return result.probabilities
}
const expectNear = (actual: readonly number[] | undefined, expected: readonly number[], digits = 9): void => {
  expect(actual?.length).toBe(expected.length)
  expected.forEach((p, n) => expect(actual?.[n]).toBeCloseTo(p, digits))
}
/** Quoted probabilities that add up to `sum`. */
const quotedAs = (sum: number, shares: readonly number[]): readonly number[] => shares.map((share) => (share / sumOf(shares)) * sum)

describe('American odds', () => {
  it.each([
    [-110, 1.9090909091, 0.5238095238],
    [150, 2.5, 0.4],
    [-245, 1.4081632653, 0.7101449275],
    [100, 2, 0.5],
    [-100, 2, 0.5],
  ])('%d', (american, decimal, implied) => {
    expect(decimalOfAmerican(american)).toBeCloseTo(decimal, 9)
    expect(impliedOf(decimalOfAmerican(american))).toBeCloseTo(implied, 9)
  })

  it.each([0, 99, -99, 110.5, NaN, Infinity])('refuse %d', (american) => {
    expect(() => decimalOfAmerican(american)).toThrow(`no American odds: ${american}`)
  })
  it.each([1, 0, -2, NaN, Infinity])('no chance is implied by decimal odds of %d', (decimal) => {
    expect(() => impliedOf(decimal)).toThrow(RangeError)
  })
})

describe('the margin of a book (seed-behaviour §6)', () => {
  it.each([
    [-110, -110, [0.5, 0.5], [0.5, 0.5], [0.5, 0.5]],
    [-150, 130, [0.57983, 0.42017], [0.58261, 0.41739], [0.58398, 0.41602]],
    [-300, 250, [0.72414, 0.27586], [0.73214, 0.26786], [0.73631, 0.26369]],
    [-1000, 650, [0.87209, 0.12791], [0.88788, 0.11212], [0.89775, 0.10225]],
  ])('%d / %d', (first, second, multiplicative, additive, power) => {
    const odds = ofAmerican(first, second)
    expectNear(fair('multiplicative', odds), multiplicative, 5)
    expectNear(fair('additive', odds), additive, 5)
    expectNear(fair('shin', odds), additive, 5)
    expectNear(fair('power', odds), power, 5)
  })

  it('B1: both sides of an even game at −110 are 0.5, not 0.524', () => {
    for (const method of DEVIG_METHODS) expect(fair(method, ofAmerican(-110, -110))).toEqual([0.5, 0.5])
  })
})

/** Columns: multiplicative, additive, power, odds-ratio, Shin. */
const TABLE: readonly (readonly [name: string, odds: readonly number[], at: number, values: readonly number[]])[] = [
  ['−150 / +130', ofAmerican(-150, 130), 0, [0.5798319328, 0.5826086957, 0.583982635, 0.5827115743, 0.5826086957]],
  ['2.70', [2.7, 2.3, 4.4], 0, [0.3587380362, 0.3595618016, 0.3591710999, 0.3588103621, 0.3593439196]],
  ['2.30', [2.7, 2.3, 4.4], 1, [0.4211272598, 0.4239740399, 0.423730753, 0.4225614222, 0.4232438482]],
  ['4.40', [2.7, 2.3, 4.4], 2, [0.220134704, 0.2164641585, 0.2170981472, 0.2186282157, 0.2174122322]],
  ['1.04 / 13, the longshot', [1.04, 13], 1, [0.07407407, 0.05769231, 0.04599363, 0.05458364, 0.05769231]],
]

describe('the five methods (market-math §5)', () => {
  it.each(TABLE)('%s', (_name, odds, at, values) => {
    DEVIG_METHODS.forEach((method, n) => expect(fair(method, odds)[at]).toBeCloseTo(values[n] ?? NaN, 8))
  })

  it.each([
    ['power', 1.0529699492],
    ['odds-ratio', 1.0741723111],
    ['shin', 0.0348154187],
    ['additive', 0.0173913043],
  ] as const)('%s tells its parameter', (method, parameter) => {
    expect(devig(method, ofAmerican(-150, 130))).toMatchObject({ kind: 'fair', parameter: expect.closeTo(parameter, 9), weight: 1 })
  })

  it('are by ruling 9 odds-ratio for two outcomes and Shin for more', () => {
    expect([2, 3, 7].map(defaultMethod)).toEqual(['odds-ratio', 'shin', 'shin'])
  })

  it('are apart on a longshot by 2.8c, and nowhere where there is no margin', () => {
    expect(methodSpread([1.04, 13])[1]).toBeCloseTo(0.07407407 - 0.04599363, 7)
    expect(methodSpread([2, 2])).toEqual([0, 0])
    // Shin has no answer below one, the others have
    expect(methodSpread([2.02, 2.05])[0]).toBeGreaterThan(0)
    expect(methodSpread([1.2, 8, 1.9])[1]).toBeGreaterThan(0)
  })
})

describe('what is no price list', () => {
  const twoWay = (sum: number): readonly number[] => quotedAs(sum, [1, 1]).map((q) => 1 / q)
  const threeWay = (sum: number): readonly number[] => quotedAs(sum, [2, 3, 4]).map((q) => 1 / q)

  it.each([
    ['one side', [1.9], 'fewer than two outcomes'],
    ['nothing', [], 'fewer than two outcomes'],
    ['odds of one', [1, 12], 'odds not above 1'],
    ['odds of nothing', [NaN, 2], 'odds not above 1'],
    ['odds without end', [Infinity, 1.01], 'odds not above 1'],
    ['an arbitrage', twoWay(BOOKSUM_MIN - 0.001), 'booksum too low'],
    ['a margin above 12 %', twoWay(BOOKSUM_MAX_TWO_WAY + 0.001), 'booksum too high'],
    ['a margin above 18 % of three', threeWay(BOOKSUM_MAX_WIDER + 0.001), 'booksum too high'],
    // 1/200 less a part of 0.0567 each
    ['an outcome that the part takes whole', [1.25, 2.9, 200], 'method leaves an outcome nothing'],
  ])('%s is dropped', (_what, odds, reason) => {
    expect(devig('additive', odds)).toMatchObject({ kind: 'dropped', reason })
  })

  it('stands at the borders', () => {
    for (const odds of [
      twoWay(BOOKSUM_MIN),
      twoWay(BOOKSUM_MAX_TWO_WAY),
      threeWay(BOOKSUM_MAX_TWO_WAY + 0.01),
      threeWay(BOOKSUM_MAX_WIDER),
    ])
      expect(devig('power', odds).kind).toBe('fair')
  })

  it('below one is scaled up by half a vote, whatever the method', () => {
    const odds = [2.1, 2.05]
    expect(devig('shin', odds)).toMatchObject({ kind: 'dropped', booksum: expect.closeTo(0.9639953542, 9) })
    for (const method of DEVIG_METHODS) {
      const doubted = devig(method, [2.04, 2.03])
      expect(doubted).toMatchObject({ kind: 'fair', weight: 0.5, parameter: null })
      expectNear(doubted.kind === 'fair' ? doubted.probabilities : [], [2.03 / 4.07, 2.04 / 4.07])
    }
  })

  it('is an error for a solver, which has no gates', () => {
    expect(() => solve('power', [0.5])).toThrow('no margin can be taken off [0.5]')
    expect(() => solve('power', [0.5, 1])).toThrow(RangeError)
    expect(() => methodSpread([2])).toThrow(RangeError)
  })
})

/** Bisection of the same equation, to compare with. */
function powerByBisection(quoted: readonly number[]): number {
  let [low, high] = sumOf(quoted) > 1 ? [1, Math.log(quoted.length) / -Math.log(Math.max(...quoted))] : [0, 1]
  for (let n = 0; n < 200; n++) {
    const middle = (low + high) / 2
    if (sumOf(quoted.map((q) => q ** middle)) > 1) low = middle
    else high = middle
  }
  return low
}

const SEED = seedOf()
const RUNS = 1_000

describe(`laws of the methods, CROSSBOOK_SEED=${SEED}`, () => {
  const chances = new Chances(SEED)
  /** 2 … 5 outcomes, from even ones to one in thousand, with a margin of −2 … +18 %. */
  const cases = Array.from({ length: RUNS }, () => {
    const shares = Array.from({ length: 2 + chances.below(4) }, () => chances.upTo(chances.of([10, 100, 1_000])))
    const sum = 0.98 + chances.below(200) / 1_000
    const quoted = quotedAs(sum, shares)
    return Math.max(...quoted) < 0.9999
      ? quoted
      : quotedAs(
          sum,
          shares.map(() => 1),
        )
  })
  const margined = cases.filter((quoted) => sumOf(quoted) > 1 + 1e-6)
  const isNear = (a: readonly number[] = [], b: readonly number[] = [], by = 1e-11): boolean =>
    a.length === b.length && a.every((value, n) => Math.abs(value - (b[n] ?? NaN)) <= by)
  /** The cases that break a law for a method. */
  const broken = (
    holds: (p: readonly number[] | undefined, quoted: readonly number[], method: DevigMethod) => boolean,
    of = cases,
  ): unknown =>
    of.flatMap((quoted) =>
      DEVIG_METHODS.filter((method) => !holds(solve(method, quoted)?.probabilities, quoted, method)).map((method) => ({ method, quoted })),
    )
  const inOrder = (p: readonly number[], quoted: readonly number[]): boolean =>
    p.every((a, i) => p.every((b, j) => (quoted[i] ?? 0) <= (quoted[j] ?? 0) || a >= b))

  it('probabilities add up to one, each within it', () => {
    expect(broken((p) => !p || (Math.abs(sumOf(p) - 1) < 1e-12 && p.every((each) => each > 0 && each < 1)))).toEqual([])
  })
  it('the order of the odds is kept', () => {
    expect(broken((p, quoted) => !p || inOrder(p, quoted))).toEqual([])
  })
  it('with a margin only additive may have no answer, and without one Shin', () => {
    const mayFail = (quoted: readonly number[], method: DevigMethod): boolean =>
      method === 'additive' || (method === 'shin' && sumOf(quoted) < 1)
    expect(broken((p, quoted, method) => p !== undefined || mayFail(quoted, method))).toEqual([])
  })
  it('nothing is taken where there is no margin', () => {
    const fairly = cases.map((quoted) => quotedAs(1, quoted))
    expect(broken((p, quoted) => isNear(p, quoted), fairly)).toEqual([])
  })
  it('outcomes may be told in any order', () => {
    const turned = (quoted: readonly number[], method: DevigMethod): readonly number[] | undefined =>
      solve(method, quoted.toReversed())?.probabilities.toReversed()
    expect(broken((p, quoted, method) => isNear(p, turned(quoted, method)))).toEqual([])
  })
  it('the favourite is worth at least as much by power as by division', () => {
    const isLess = (quoted: readonly number[]): boolean =>
      Math.max(...(solve('power', quoted)?.probabilities ?? [])) < Math.max(...quoted) / sumOf(quoted) - 1e-12
    expect(margined.filter(isLess)).toEqual([])
  })
  it('Shin and additive are one for two outcomes', () => {
    const differs = (quoted: readonly number[]): boolean =>
      !isNear(solve('shin', quoted)?.probabilities, solve('additive', quoted)?.probabilities)
    expect(margined.filter(({ length }) => length === 2).filter(differs)).toEqual([])
  })
  it('the exponent is the one that bisection finds', () => {
    const differs = (quoted: readonly number[]): boolean => {
      const k = solve('power', quoted)?.parameter ?? NaN
      return !(Math.abs(k - powerByBisection(quoted)) <= 1e-9 * k)
    }
    expect(cases.filter((quoted) => Math.abs(sumOf(quoted) - 1) > 1e-6).filter(differs)).toEqual([])
  })
  it('the share of insiders is within one, and solves its equation', () => {
    const differs = (quoted: readonly number[]): boolean => {
      const z = solve('shin', quoted)?.parameter ?? NaN
      const p = quoted.map((q) => (Math.sqrt(z * z + (4 * (1 - z) * q * q) / sumOf(quoted)) - z) / (2 * (1 - z)))
      return !(z > 0 && z < 1 && Math.abs(sumOf(p) - 1) < 1e-11)
    }
    expect(margined.filter(differs)).toEqual([])
  })
})
