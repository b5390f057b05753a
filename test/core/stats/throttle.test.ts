import { calibrationOf, type Claim } from '../../../src/core/stats/calibration'
import { judge, standingAfter, type CalibrationRule, type Judged } from '../../../src/core/stats/throttle'
import { claim } from './claims'

const RULE: CalibrationRule = { days: 180, minGames: 40, confidence: 95, maxGap: 0.05, share: 0.25 }
/** So many games, of which so many are won. */
const games = (won: number, of: number, change: Partial<Claim> = {}): readonly Claim[] =>
  Array.from({ length: of }, (_, at) => claim({ paid: at < won ? 1_000_000 : 0, ...change }))
const judged = (claims: readonly Claim[], rule: CalibrationRule = RULE): Judged => judge(calibrationOf(claims, rule.confidence), rule)

describe('the claims of a profile', () => {
  it('hold while chance may explain what they lost', () => {
    expect(judged(games(36, 60))).toEqual({ kind: 'holds', isEarned: true })
    expect(judged(games(28, 60))).toEqual({ kind: 'holds', isEarned: false }) // 46.7 %: −5.3c, and chance is 12.7c
  })

  it('fail when contracts lose beyond chance', () => {
    const found = judged(games(20, 60))
    // a third is paid what cost 52c: −18.67c, and the interval is 12.03c to either side
    expect(found).toEqual({
      kind: 'fails',
      reasons: [
        'a contract earned -18.67c on average, at most -6.64c with 95 % confidence, by 60 games',
        'wins were claimed 26.67 % too often, at least 14.64 % with 95 % confidence, and 5 % is permitted',
      ],
    })
  })

  it('fail by their gap alone where the price was still lower', () => {
    const found = judged(games(80, 200, { probability: 600_000, price: 300_000, cost: 310_000 }))
    expect(found).toMatchObject({ kind: 'fails', reasons: [expect.stringContaining('too often') as string] })
    expect(judged(games(80, 200, { probability: 600_000, price: 300_000, cost: 310_000 }), { ...RULE, maxGap: 0.25 })).toEqual({
      kind: 'holds',
      isEarned: true,
    })
  })

  it('are too few to judge by, however many claims one game makes', () => {
    const one = games(0, 39)
    expect(judged(one)).toEqual({ kind: 'few', games: 39 })
    expect(judged([...one, ...one, ...one])).toEqual({ kind: 'few', games: 39 })
    expect(judged(games(0, 100, { paid: null }))).toEqual({ kind: 'few', games: 0 })
    expect(judged(games(0, 100, { game: 'g', paid: 0 }))).toEqual({ kind: 'few', games: 1 })
  })
})

describe('how a profile stands', () => {
  const fails: Judged = { kind: 'fails', reasons: ['it lost'] }
  const throttled = { profile: 'STANDARD', share: 0.25, reasons: ['it lost'] }
  const free = { profile: 'STANDARD', share: 1, reasons: [] }

  it('is throttled when its claims fail, and not when they hold', () => {
    expect(standingAfter(null, 'STANDARD', fails, RULE)).toEqual(throttled)
    expect(standingAfter(throttled, 'STANDARD', { kind: 'holds', isEarned: true }, RULE)).toEqual(free)
  })
  it('does not end because fewer games prove less: the same losses throttle no more, and free nobody', () => {
    const few = judged(games(28, 60))
    expect(judged(games(280, 600)).kind).toBe('fails')
    expect(standingAfter(throttled, 'STANDARD', few, RULE)).toEqual(throttled)
    expect(standingAfter(null, 'STANDARD', few, RULE)).toEqual(free)
  })
  it('stays as it was where nobody can say: too few claims lift no throttle', () => {
    expect(standingAfter(throttled, 'STANDARD', { kind: 'few', games: 3 }, RULE)).toEqual(throttled)
    expect(standingAfter(null, 'STANDARD', { kind: 'few', games: 3 }, RULE)).toEqual(free)
  })
})
