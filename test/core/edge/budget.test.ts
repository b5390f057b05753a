import { creditsOf, planFetches, type Budget, type BudgetPolicy, type BudgetState, type SportNeed } from '../../../src/core/edge/budget'
import { millis } from '../../../src/core/units'
import { Chances, seedOf } from '../../chances'

const SECOND = 1_000
const HOUR = 3_600 * SECOND
const DAY = 24 * HOUR
const NOW = Date.UTC(2026, 9, 1)
const RESET = NOW + 30 * DAY

const POLICY: BudgetPolicy = {
  keepCredits: 0,
  nearMs: millis(6 * HOUR),
  horizonMs: millis(72 * HOUR),
  nearIntervalMs: millis(30 * SECOND),
  farIntervalMs: millis(120 * SECOND),
  lookIntervalMs: millis(HOUR),
  aheadMs: millis(6 * HOUR),
}
const need = (sport: string, startsInMs: number | null, more: Partial<SportNeed> = {}): SportNeed => ({
  sport,
  creditsPerCall: 1,
  worthIt: true,
  nearestStartMs: startsInMs === null ? null : millis(NOW + startsInMs),
  askedMs: null,
  ...more,
})
const at = (remaining: number, more: { used?: number; nowMs?: number; resetMs?: number } = {}): BudgetState => {
  const { used = 0, nowMs = NOW, resetMs = RESET } = more
  return { remaining, used, startMs: millis(NOW), nowMs: millis(nowMs), resetMs: millis(resetMs) }
}
const intervals = ({ planned }: Budget): Record<string, number> =>
  Object.fromEntries(planned.map(({ sport, intervalMs }) => [sport, intervalMs / SECOND]))
const urgencies = ({ planned }: Budget): Record<string, string> => Object.fromEntries(planned.map(({ sport, urgency }) => [sport, urgency]))

describe('the budget of credits', () => {
  it('spends where a mapped open market and a near start exist, the nearest first', () => {
    const needs = [
      need('nba', 30 * HOUR),
      need('nfl', 2 * HOUR),
      need('kbo', null),
      need('mlb', HOUR),
      need('nhl', HOUR, { worthIt: false }),
      need('mma', 100 * HOUR),
      need('wnba', -HOUR),
    ]
    const budget = planFetches(needs, POLICY, at(10_000_000))
    expect(urgencies(budget)).toEqual({ mlb: 'near', nfl: 'near', nba: 'far', wnba: 'look', mma: 'look', kbo: 'look' })
    expect(budget.fetch).toEqual(['mlb', 'nfl', 'nba', 'wnba', 'mma', 'kbo'])
    expect(intervals(budget)).toEqual({ mlb: 30, nfl: 30, nba: 120, wnba: 3_600, mma: 3_600, kbo: 3_600 })
    expect([budget.credits, budget.nextMs, budget.paused]).toEqual([6, NOW + 30 * SECOND, null])
  })

  it('asks for what is due, and says when the next is', () => {
    const asked = (agoMs: number): Partial<SportNeed> => ({ askedMs: millis(NOW - agoMs) })
    const needs = [
      need('mlb', HOUR, asked(29 * SECOND)),
      need('nfl', HOUR, asked(30 * SECOND)),
      need('nba', 20 * HOUR, asked(119 * SECOND)),
    ]
    expect(planFetches(needs, POLICY, at(10_000_000))).toMatchObject({ fetch: ['nfl'], credits: 1, nextMs: NOW + SECOND })
  })

  it('asks for nothing where nothing is worth it', () => {
    const budget = planFetches([need('nfl', HOUR, { worthIt: false })], POLICY, at(500))
    expect(budget).toEqual({ fetch: [], credits: 0, nextMs: null, planned: [], paused: null })
  })

  it('B20: stretches the intervals as credits run out, far ones before near ones', () => {
    const needs = [need('mlb', HOUR), need('nfl', 20 * HOUR), need('nba', null)]
    const of = (remaining: number): Record<string, number> => intervals(planFetches(needs, POLICY, at(remaining)))
    // in six hours: near 720 calls, far 180, look 6; the month has 120 such windows
    expect(of(906 * 120)).toEqual({ mlb: 30, nfl: 120, nba: 3_600 })
    expect(of(810 * 120)).toEqual({ mlb: 30, nfl: 240, nba: 3_600 })
    expect(of(600 * 120)).toEqual({ mlb: 36, nfl: 360, nba: 3_600 })
    expect(of(20_000)).toEqual({ mlb: 129.601, nfl: 1_296.052, nba: 3_600 })
    expect(of(500)).toEqual({ mlb: 5_184.83, nfl: 51_923.077, nba: 51_923.077 })
  })

  it('spends in busy hours what quiet ones have saved, and an even share of the rest where more than evenly is gone', () => {
    const mlbAt = (used: number): number | undefined => {
      const nowMs = NOW + 10 * DAY
      const state = at(72_000 - used, { used, nowMs })
      return intervals(planFetches([need('mlb', 10 * DAY + HOUR)], POLICY, state))['mlb']
    }
    // an even pace has spent 24,000 after ten days, and 600 more in the next six hours
    expect(mlbAt(24_000)).toBe(36)
    expect(mlbAt(23_880)).toBe(30)
    expect(mlbAt(24_200)).toBe(36.151) // ahead: 47,800 for the 80 windows left
    expect(mlbAt(48_000)).toBe(72)
  })

  it('B20: is gone with a reason, and keeps back what it was told to keep', () => {
    const policy = { ...POLICY, keepCredits: 100 }
    const needs = [need('mlb', HOUR, { creditsPerCall: 3 }), need('nfl', 2 * HOUR, { creditsPerCall: 3 })]
    expect(planFetches(needs, policy, at(105))).toMatchObject({
      fetch: ['mlb'],
      credits: 3,
      nextMs: null,
      paused: 'the credits of the month are gone: 105 are left, 100 of them are kept back, and a call for nfl costs 3',
    })
    expect(planFetches(needs, policy, at(102))).toMatchObject({
      fetch: [],
      credits: 0,
      nextMs: null,
      paused: expect.stringContaining('102 are left') as string,
    })
    expect(planFetches(needs, policy, at(0))).toMatchObject({ fetch: [], credits: 0, nextMs: null })
    expect(planFetches(needs, policy, at(109)).paused).toBeNull()
  })

  it('does not let a cheap call take what a more urgent one waits for', () => {
    const needs = [need('mlb', HOUR, { creditsPerCall: 4 }), need('nfl', 2 * HOUR, { creditsPerCall: 1 })]
    expect(planFetches(needs, POLICY, at(3))).toMatchObject({ fetch: [], paused: expect.stringContaining('mlb costs 4') as string })
  })

  it.each([
    [{ markets: 1, regions: 1, bookmakers: 0 }, 1],
    [{ markets: 3, regions: 2, bookmakers: 0 }, 6],
    [{ markets: 1, regions: 3, bookmakers: 4 }, 1],
    [{ markets: 2, regions: 1, bookmakers: 11 }, 4],
  ])('a call with %j costs %d', (asked, credits) => expect(creditsOf(asked)).toBe(credits))

  it.each<[string, () => Budget, string]>([
    ['a reset in the past', () => planFetches([], POLICY, at(1, { resetMs: NOW })), 'not the present one'],
    ['credits below zero', () => planFetches([], POLICY, at(-1)), 'whole number from 0 on'],
    ['a call that costs nothing', () => planFetches([need('nfl', 1, { creditsPerCall: 0 })], POLICY, at(1)), 'a call of nfl costs 0'],
    ['a sport twice', () => planFetches([need('nfl', 1), need('nfl', 2)], POLICY, at(1)), 'twice'],
    ['intervals out of order', () => planFetches([], { ...POLICY, farIntervalMs: millis(1) }, at(1)), 'intervals must not shrink'],
    ['no time ahead', () => planFetches([], { ...POLICY, aheadMs: millis(0) }, at(1)), 'planned ahead'],
  ])('refuses %s', (_name, plan, sentence) => expect(plan).toThrow(sentence))
})

/** Random questions per law. */
const ROUNDS = 1_000
const SPORTS = ['nfl', 'nba', 'mlb', 'nhl', 'wnba', 'ncaaf', 'ncaab', 'mma', 'kbo', 'soccer_epl']

describe('the budget of credits, whatever is asked of it', () => {
  const seed = seedOf()
  const chances = new Chances(seed)
  const randomNeeds = (): SportNeed[] =>
    SPORTS.slice(0, chances.upTo(SPORTS.length)).map((sport) =>
      need(sport, chances.below(4) === 0 ? null : chances.below(100 * HOUR) - 10 * HOUR, {
        creditsPerCall: chances.of([1, 1, 1, 2, 6]),
        worthIt: chances.below(5) > 0,
        askedMs: chances.below(3) === 0 ? null : millis(NOW - chances.below(2 * HOUR)),
      }),
    )
  const randomPolicy = (): BudgetPolicy => ({
    ...POLICY,
    keepCredits: chances.of([0, 0, 7, 500]),
    aheadMs: millis(chances.upTo(24) * HOUR),
  })

  it(`never spends more than is left, nor what is kept back (seed ${seed})`, () => {
    for (let i = 0; i < ROUNDS; i += 1) {
      const [needs, policy, remaining] = [randomNeeds(), randomPolicy(), chances.of([0, 1, 5, 20, 700, 20_000]) + chances.below(10)]
      const budget = planFetches(needs, policy, at(remaining))
      const asked = needs.filter(({ sport }) => budget.fetch.includes(sport))
      const found = {
        spent: asked.reduce((sum, { creditsPerCall }) => sum + creditsPerCall, 0) === budget.credits,
        within: budget.credits <= Math.max(0, remaining - policy.keepCredits),
        worthIt: asked.every(({ worthIt }) => worthIt),
        toCome: budget.nextMs === null || budget.nextMs > NOW,
        saysWhy: (budget.nextMs === null) === (budget.paused !== null || budget.planned.length === 0),
      }
      expect([budget, found]).toEqual([budget, { spent: true, within: true, worthIt: true, toCome: true, saysWhy: true }])
    }
  })

  it(`never asks sooner with fewer credits or more time to bridge, nor for anything that more credits would not (seed ${seed})`, () => {
    for (let i = 0; i < ROUNDS; i += 1) {
      const [needs, policy, remaining] = [randomNeeds(), randomPolicy(), chances.below(40_000)]
      const rich = planFetches(needs, policy, at(remaining))
      const poorer = planFetches(needs, policy, at(chances.below(remaining + 1)))
      const longer = planFetches(needs, policy, at(remaining, { resetMs: RESET + chances.upTo(40 * DAY) }))
      for (const less of [poorer, longer]) {
        const sooner = less.planned.filter(({ intervalMs }, index) => intervalMs < (rich.planned[index]?.intervalMs ?? NaN))
        expect([sooner, less.fetch.filter((sport) => !rich.fetch.includes(sport))]).toEqual([[], []])
      }
    }
  })

  it(`never asks less often for a sport whose start is nearer than another's (seed ${seed})`, () => {
    for (let i = 0; i < ROUNDS; i += 1) {
      const { planned } = planFetches(randomNeeds(), randomPolicy(), at(chances.below(40_000)))
      const pace = planned.map(({ intervalMs }) => intervalMs)
      expect(pace).toEqual(pace.toSorted((a, b) => a - b)) // the most urgent stand first
    }
  })

  it(`B20: lasts the month and asks on its last day, where 30 s for each sport would be blocked on the first (seed ${seed})`, () => {
    for (const credits of [500, 20_000]) {
      const { spent, spentByDay } = playMonth(credits, chances)
      expect([credits, spent <= credits, spentByDay.filter((each) => each === 0).length]).toEqual([credits, true, 0])
      expect(Math.max(...spentByDay)).toBeLessThan(credits / 5)
    }
    expect((8 * DAY) / (30 * SECOND)).toBeGreaterThan(20_000) // one day of the first system's plan
  })
})

/** Thirty days of games at evening, each sport every day or on some, with a scheduler that looks every two minutes. */
function playMonth(credits: number, chances: Chances): { spent: number; spentByDay: number[] } {
  const starts = SPORTS.map((_sport, index) =>
    Array.from({ length: 30 }, (_day, day) => NOW + day * DAY + (18 + chances.below(6)) * HOUR).filter(
      () => index === 0 || chances.below(2) === 0,
    ),
  )
  const asked = new Map<string, number>()
  const spentByDay = Array.from({ length: 30 }, () => 0)
  let remaining = credits
  for (let nowMs = NOW; nowMs < RESET; nowMs += 120 * SECOND) {
    const needs = SPORTS.map((sport, index): SportNeed => {
      const next = starts[index]?.find((startMs) => startMs > nowMs)
      const last = asked.get(sport)
      const times = { nearestStartMs: next === undefined ? null : millis(next), askedMs: last === undefined ? null : millis(last) }
      return { sport, creditsPerCall: 1, worthIt: true, ...times }
    })
    const budget = planFetches(needs, POLICY, at(remaining, { used: credits - remaining, nowMs }))
    remaining -= budget.credits
    for (const sport of budget.fetch) asked.set(sport, nowMs)
    const day = Math.floor((nowMs - NOW) / DAY)
    spentByDay[day] = (spentByDay[day] ?? 0) + budget.credits
    if (remaining < 0) throw new Error(`overspent on day ${day}`)
  }
  return { spent: credits - remaining, spentByDay }
}
