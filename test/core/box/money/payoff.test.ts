import type { Certificate, JointState } from '../../../../src/core/box/certificate'
import { missingOutcome } from '../../../../src/core/box/certificate'
import { payoffMatrix, payoffOf, unlocked } from '../../../../src/core/box/payoff'
import type { Outcome } from '../../../../src/core/ids'
import { money, quantity, type Money } from '../../../../src/core/units'
import { Chances, seedOf } from '../../../chances'
import { CERTIFICATE } from '../fixture'

const seed = seedOf()
const RUNS = 2_000
/** Points of a published value between its ends. */
const GRID = 50
const dollars = (amount: string): Money => money(amount)
const fixed = (amount: string) => ({ least: dollars(amount), most: dollars(amount) })
const certificate = (polarity: Certificate['polarity'], ...states: JointState[]): Certificate => ({ ...CERTIFICATE, polarity, states })

/** Ends that differ by a multiple of the grid, so that every point between them is whole. */
function anyState(chances: Chances): JointState {
  const payout = () => {
    const least = chances.below(1_000_001)
    const most = least + GRID * chances.below(Math.floor((1_000_000 - least) / GRID) + 1)
    return { least: money(least), most: money(most) }
  }
  return { name: 'scalar', kalshiYes: payout(), forecastexYes: payout(), together: chances.below(2) === 0 }
}
/** What the two legs pay over a fine grid of published values: one for both, or one for each. */
function* paid(
  { kalshiYes, forecastexYes, together }: JointState,
  polarity: Certificate['polarity'],
  box: Readonly<Record<'k' | 'f', Outcome>>,
) {
  const at = ({ least, most }: JointState['kalshiYes'], point: number): number => least + ((most - least) * point) / GRID
  const pays = (outcome: Outcome, yes: number): number => (outcome === 'yes' ? yes : 1_000_000 - yes)
  for (let one = 0; one <= GRID; one++)
    for (let other = together ? one : 0; other <= (together ? one : GRID); other++) {
      const value = together && polarity === 'opposite' ? GRID - other : other // the value that helps one's YES helps the other's NO
      yield pays(box.k, at(kalshiYes, one)) + pays(box.f, at(forecastexYes, value))
    }
}

describe(`the payoff of a box (seed ${seed})`, () => {
  it('of a value between two ends is least and most at the ends: random payouts against a fine grid', () => {
    const chances = new Chances(seed)
    for (let n = 0; n < RUNS; n++) {
      const state = anyState(chances)
      const polarity = chances.of(['same', 'opposite'] as const)
      const judged = certificate(polarity, state)
      for (const [direction, kalshi] of [
        ['A', 'yes'],
        ['B', 'no'],
      ] as const) {
        const all = [...paid(state, polarity, { k: kalshi, f: missingOutcome(judged, kalshi) })]
        expect(payoffMatrix(judged).rows[2]?.[direction]).toEqual({ least: Math.min(...all), most: Math.max(...all) })
        expect(payoffMatrix(judged).least[direction].perContract).toBe(Math.min(1_000_000, ...all))
      }
    }
  })
  it.each(['same', 'opposite'] as const)('of a pair of %s polarity that follows one value is a dollar at every value', (polarity) => {
    const anywhere = { least: dollars('0'), most: dollars('1') }
    const scalar: JointState = { name: 'scalar', kalshiYes: anywhere, forecastexYes: anywhere, together: true }
    const { rows, least } = payoffMatrix(certificate(polarity, scalar))
    expect(rows[2]).toEqual({ state: 'scalar', A: fixed('1'), B: fixed('1') })
    expect(least).toEqual({ A: { state: 'yes', perContract: 1_000_000 }, B: { state: 'yes', perContract: 1_000_000 } })
    const apart = payoffMatrix(certificate(polarity, { ...scalar, together: false }))
    expect(apart.least).toEqual({ A: { state: 'scalar', perContract: 0 }, B: { state: 'scalar', perContract: 0 } })
  })
  it.each([
    ['same', 'kalshi', 'A'],
    ['same', 'forecastex', 'B'],
    ['opposite', 'kalshi', 'A'],
    ['opposite', 'forecastex', 'B'],
  ] as const)(
    'of nested thresholds (%s polarity, the wider set at %s) is one or two in direction %s, and nothing in the gap in the other',
    (polarity, wider, safe) => {
      // in the gap the wider set has happened and the narrower has not; with opposite polarity ForecastEx's NO is the set
      const forecastexHappens = wider === 'forecastex'
      const yes = polarity === 'same' ? forecastexHappens : !forecastexHappens
      const gap: JointState = {
        name: 'gap',
        kalshiYes: fixed(wider === 'kalshi' ? '1' : '0'),
        forecastexYes: fixed(yes ? '1' : '0'),
        together: false,
      }
      const { rows, least } = payoffMatrix(certificate(polarity, gap))
      const other = safe === 'A' ? 'B' : 'A'
      expect(rows.find(({ state }) => state === 'gap')).toEqual({ state: 'gap', [safe]: fixed('2'), [other]: fixed('0') })
      expect(least[safe].perContract).toBe(1_000_000)
      expect(least[other]).toEqual({ state: 'gap', perContract: 0 })
    },
  )
  it('of a tie at one venue and a loss at the other, and of a void that only one of them knows', () => {
    const tie: JointState = { name: 'tie', kalshiYes: fixed('0.50'), forecastexYes: fixed('0'), together: true }
    const { least } = payoffMatrix(certificate('same', tie))
    expect(least.A).toEqual({ state: 'yes', perContract: 1_000_000 }) // in the tie 0.50 + 1.00
    expect(least.B).toEqual({ state: 'tie', perContract: 500_000 }) // 0.50 + 0.00
    const refund: JointState = {
      name: 'void',
      kalshiYes: { least: dollars('0.30'), most: dollars('0.60') },
      forecastexYes: fixed('0'),
      together: false,
    }
    expect(payoffMatrix(certificate('same', tie, refund)).least.B).toEqual({ state: 'void', perContract: 400_000 })
  })
  it('is made once of each certificate', () => {
    const judged = certificate('same')
    expect(payoffMatrix(judged)).toBe(payoffMatrix(judged))
    expect(payoffMatrix(judged).rows.map(({ state }) => state)).toEqual(['yes', 'no'])
  })
})

describe('what is called locked', () => {
  const least = { state: 'tie', perContract: money(500_000) }
  it('pays its cost in the worst state, to the µ$', () => {
    const locked = { state: 'yes', perContract: money(1_000_000) }
    expect(unlocked(locked, quantity('100'), money(100_000_000))).toBeNull()
    expect(unlocked(locked, quantity('100'), money(100_000_001))).toEqual({ state: 'yes', loss: 1 })
  })
  it('is not what loses in one state: that state and its loss are named', () =>
    expect(unlocked(least, quantity('80'), money('76.50'))).toEqual({ state: 'tie', loss: 36_500_000 }))
  it('pays fractions of a contract rounded down', () => {
    expect(payoffOf(money(999_999), quantity('0.37'))).toBe(369_999)
    expect(() => payoffOf(money(1_000_000), quantity(90_000_000_000))).toThrow('not a safe integer')
  })
})
