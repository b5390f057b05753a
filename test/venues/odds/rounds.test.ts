import type { OddsDependencies } from '../../../src/activities/odds/ingest'
import type { Millis } from '../../../src/core/units'
import { SPORT, startOdds, type OddsSim } from '../../sim/odds/rig'
import { desk, quoted, type Desk } from './desk'

const NEVER = new AbortController().signal
const MINUTE = 60_000
const SPORTS = [SPORT, 'basketball_nba', 'icehockey_nhl']
/** Open markets of which no start is known: each sport is looked at once an hour. */
const looked = (): Partial<OddsDependencies> => ({
  sports: SPORTS.map((sport) => ({ sport, creditsPerCall: 1 })),
  watched: () => Promise.resolve(new Map<string, Millis | null>(SPORTS.map((sport) => [sport, null]))),
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
})
