import type { OddsDependencies } from '../../../src/activities/odds/ingest'
import { FAILURES } from '../../../src/core/failures'
import { millis } from '../../../src/core/units'
import { SPORT, startOdds, type OddsSim } from '../../sim/odds/rig'
import { BUDGET, desk, quoted, type Desk } from './desk'

const NEVER = new AbortController().signal
const MINUTE = 60_000
const DAY = 86_400_000
const NOT_YET = { startMs: null, fetchedMs: null }
const SPORTS = [SPORT, 'basketball_nba', 'icehockey_nhl']
/** Open markets of which no start is known: each sport is looked at once an hour. */
const looked = (): Partial<OddsDependencies> => ({
  sports: SPORTS.map((sport) => ({ sport, creditsPerCall: 1 })),
  watched: () => Promise.resolve(new Map(SPORTS.map((sport) => [sport, NOT_YET]))),
})
const startSource = (): Promise<OddsSim> =>
  startOdds({ settings: { monthly_credits: 1_000_000 }, events: SPORTS.map((sport) => quoted(sport, { sport_key: sport })) })
/** Sports that a round so much later has asked for, those that came marked so. */
async function askedAt(found: Desk, aheadMs: number): Promise<readonly string[]> {
  found.aheadMs = aheadMs
  const { sports } = await found.rounds.run(NEVER)
  return sports.map(({ sport, failure }) => `${sport}${failure === null ? ' came' : ''}`)
}

describe('rounds of odds, one after the other', () => {
  it('ask for a sport again as soon as a source that was away is back, however seldom it would be looked at', async () => {
    const sim = await startSource()
    const found = desk(sim, looked())
    sim.fault('500', { once: false })
    expect(await askedAt(found, 0)).toEqual([]) // what is left is not known: nothing is asked for
    sim.fault('500', { clear: true })
    for (const sport of SPORTS) sim.fault('500', { sport })
    expect(await askedAt(found, MINUTE / 2)).toEqual(SPORTS.slice(0, 2)) // two in a row are the source's own trouble
    sim.fault('500', { once: false })
    for (const atMs of [MINUTE, 2 * MINUTE, 3 * MINUTE]) expect(await askedAt(found, atMs)).toEqual([])
    sim.fault('500', { clear: true })
    expect(await askedAt(found, 3.5 * MINUTE)).toEqual(SPORTS.map((sport) => `${sport} came`))
    expect(await askedAt(found, 4 * MINUTE)).toEqual([])
    await sim.stop()
  })

  it.each([
    ['500', true],
    ['cut_body', true],
    ['timeout', true],
    ['rate_limit', true],
    ['clock_ahead', true],
    ['refused_key', true],
    ['out_of_credits', true],
    ['html', false], // it was paid for, and would be the same
  ])('that met %s ask again with the next one: %s', async (fault, again) => {
    const sim = await startSource()
    const found = desk(sim, looked())
    sim.fault(fault, { sport: SPORT })
    expect((await askedAt(found, 0))[0]).toBe(SPORT)
    const next = await askedAt(found, MINUTE / 2)
    expect(next.includes(`${SPORT} came`)).toBe(again)
    await sim.stop()
  })

  it('ask ever more seldom where the free question is answered and that for odds is not: it may be counted all the same', async () => {
    const sim = await startSource()
    const found = desk(sim, looked())
    sim.fault('500', { sport: SPORT, once: false })
    const asked: number[] = []
    for (let halfMinutes = 0; halfMinutes <= 250; halfMinutes += 1)
      if ((await askedAt(found, (halfMinutes * MINUTE) / 2)).includes(SPORT)) asked.push(halfMinutes / 2)
    expect(asked).toEqual([0, 0.5, 1, 2, 4, 8, 16, 32, 64, 124])
    await sim.stop()
  })

  it('begin a new process with what the cache knows of the last one: nothing is paid for twice', async () => {
    const sim = await startSource()
    const fetched = millis(Date.now() - 10 * MINUTE)
    const watched = new Map(SPORTS.map((sport, at) => [sport, { startMs: null, fetchedMs: at === 0 ? null : fetched }]))
    const found = desk(sim, { ...looked(), watched: () => Promise.resolve(watched) })
    expect(await askedAt(found, 0)).toEqual([`${SPORT} came`])
    expect(await askedAt(found, 51 * MINUTE)).toEqual(SPORTS.slice(1).map((sport) => `${sport} came`))
    await sim.stop()
  })

  it('B20: notice credits that came an hour after the month had begun, though the rounds are hours apart by then', async () => {
    const month = { startMs: Date.now() - MINUTE, resetMs: Date.now() + 30 * DAY }
    const sim = await startOdds({ settings: { monthly_credits: 20_000, credits_used: 19_850 }, events: [quoted('e1')] })
    const found = desk(sim, {
      budget: { ...BUDGET, keepCredits: 100 },
      monthlyCredits: 40_000,
      month: () => month,
      watched: () => Promise.resolve(new Map([[SPORT, { startMs: millis(Date.now() + 300 * MINUTE), fetchedMs: null }]])),
    })
    expect(await askedAt(found, 0)).toEqual([`${SPORT} came`])
    expect(await askedAt(found, 58 * MINUTE)).toEqual([])
    sim.event({ type: 'credits', remaining: 20_000 })
    expect(await askedAt(found, 62 * MINUTE)).toEqual([]) // asked four minutes ago
    expect(await askedAt(found, 63 * MINUTE)).toEqual([`${SPORT} came`])
    await sim.stop()
  })

  it('go on by what they know where the free question is not answered', async () => {
    const sim = await startOdds({ settings: { monthly_credits: 500 }, events: [quoted('e1')] })
    const month = { startMs: Date.now() - MINUTE, resetMs: Date.now() + 30 * DAY }
    const found = desk(sim, { monthlyCredits: 500, month: () => month })
    expect(await askedAt(found, 0)).toEqual([`${SPORT} came`])
    sim.fault('500')
    expect(await askedAt(found, 6 * MINUTE)).toEqual([])
    expect(found.log.messages('warn')).toEqual([
      expect.stringContaining('whether there are more credits for odds is not known: source down'),
    ])
    await sim.stop()
  })

  it('ask for nothing where nobody tells what is left, and alarm once after ten of them, again after odds have come', async () => {
    const sim = await startSource()
    const found = desk(sim, looked())
    const alarms = (): readonly string[] => found.log.messages('error')
    sim.fault('no_quota', { once: false })
    const rounds = async (count: number): Promise<void> => {
      for (let each = 0; each < count; each += 1) expect(await askedAt(found, 0)).toEqual([])
    }
    await rounds(9)
    expect(alarms()).toEqual([])
    await rounds(10)
    expect(alarms()).toEqual([FAILURES.oddsMissing])
    expect(found.log.messages('warn')).toHaveLength(19)
    expect(found.log.messages('warn')[0]).toContain('x-requests-remaining')
    sim.fault('no_quota', { clear: true })
    expect(await askedAt(found, 0)).toHaveLength(3)
    sim.fault('500', { once: false })
    found.aheadMs = 2 * 60 * MINUTE
    for (let each = 0; each < 11; each += 1) await found.rounds.run(NEVER)
    expect(alarms()).toEqual([FAILURES.oddsMissing, FAILURES.oddsMissing])
    await sim.stop()
  })

  it('know nothing of what is left after an answer without its headers: the next one asks for it first', async () => {
    const sim = await startSource()
    const found = desk(sim, looked())
    for (const sport of SPORTS) sim.fault('no_quota', { sport })
    expect(await found.rounds.run(NEVER)).toMatchObject({
      sports: SPORTS.map((sport) => ({ sport, failure: null })),
      remaining: null,
      paused: null,
    })
    sim.fault('no_quota')
    found.aheadMs = MINUTE
    expect(await found.rounds.run(NEVER)).toMatchObject({ sports: [], failure: expect.stringContaining('unreadable') as string })
    expect(await found.rounds.run(NEVER)).toMatchObject({ sports: [], remaining: 999_997, failure: null })
    await sim.stop()
  })
})
