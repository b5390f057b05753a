import { createCalibrationActivities, type CalibrationDependencies } from '../../../src/activities'
import { FAILURES } from '../../../src/core/failures'
import type { Span } from '../../../src/core/report/span'
import type { Claim } from '../../../src/core/stats/calibration'
import type { Answer } from '../../../src/core/stats/results'
import { standingAfter, type CalibrationRule, type Standing } from '../../../src/core/stats/throttle'
import { millis, money, type Millis } from '../../../src/core/units'
import type { CalibrationReport } from '../../../src/workflows/messages'
import { claim } from '../../core/stats/claims'
import { LogBook } from '../../stores/doubles'
import { asActivity, environment, LeapingClock } from '../doubles'

const RULE: CalibrationRule = { days: 100, minGames: 30, confidence: 95, maxGap: 0.05, share: 0.25 }
const DAY_MS = 86_400_000
const SETTLED = { status: 'settled', yesPays: money('1') } as const

/** The back office over claims of the test's. */
class Office {
  readonly clock = new LeapingClock()
  readonly log = new LogBook()
  readonly standings = new Map<string, Standing>()
  readonly lifted = new Map<string, Millis>()
  readonly answers = new Map<string, Answer>()
  readonly asked: string[] = []
  readonly spans: Span[] = []
  readonly runs: string[] = []
  claims: Claim[] = []
  away: string | null = null
  result: CalibrationDependencies['results']['result'] = () => Promise.resolve(null)

  run(change: Partial<CalibrationDependencies> = {}, around = environment()): Promise<CalibrationReport> {
    const dependencies: CalibrationDependencies = {
      ...{ rule: RULE, profiles: ['STANDARD', 'SCALP'], clock: this.clock, log: this.log },
      claims: (span) => {
        this.spans.push(span)
        return Promise.resolve(this.away === null ? { known: this.claims } : { unknown: this.away })
      },
      lifts: () => Promise.resolve(this.lifted),
      judged: () => Promise.resolve(new Set(this.standings.keys())),
      results: {
        result: (market, signal) => {
          this.asked.push(market)
          return this.result(market, signal)
        },
        answers: () => Promise.resolve(new Map(this.answers)),
        keep: (answers) => {
          for (const answer of answers) this.answers.set(answer.market, answer)
          this.claims = this.claims.map((each) => {
            const answer = answers.find(({ market }) => market === each.market)
            return answer ? { ...each, paid: answer.status === 'settled' ? answer.yesPays : null } : each
          })
          return Promise.resolve()
        },
      },
      keep: (run, found) => {
        this.runs.push(run)
        return Promise.resolve(
          found.map(({ profile, judged, figures }) => {
            const before = this.standings.get(profile) ?? null
            const after = standingAfter(before, profile, judged, RULE)
            this.standings.set(profile, after)
            return { verdict: judged.kind, figures, before, after }
          }),
        )
      },
      ...change,
    }
    return asActivity(() => createCalibrationActivities(dependencies).calibrateProfiles(), around)
  }
  alarms(): readonly unknown[] {
    return this.log.lines.filter(({ message }) => message === FAILURES.profileThrottled)
  }
  /** So many games that began a day ago, of which so many are won. */
  games(won: number, of: number, change: Partial<Claim> = {}): void {
    const startMs = millis(this.clock.nowMs() - DAY_MS)
    const made = Array.from({ length: of }, (_, at) => claim({ paid: at < won ? 1_000_000 : 0, startMs, atMs: startMs, ...change }))
    this.claims.push(...made)
  }
}

describe('calibrate', () => {
  it('judges each profile that has claimed something, now or when it was judged before', async () => {
    const office = new Office()
    office.games(30, 50)
    office.games(1, 2, { profile: 'OWN' })
    const report = await office.run()
    expect(report).toMatchObject({ unread: null, claims: 52, unknown: 0, asked: 0, left: 0, changed: [] })
    // SCALP is configured and never claimed anything: no row says so each week
    expect(report.profiles.map(({ profile, verdict, sharePpm }) => [profile, verdict, sharePpm])).toEqual([
      ['OWN', 'few', 1_000_000],
      ['STANDARD', 'holds', 1_000_000],
    ])
    expect(report.profiles[1]?.figures).toMatchObject({ claims: 50, endedGames: 50, realisedMicros: 80_000 })
    expect(office.spans[0]).toEqual({ fromMs: office.clock.nowMs() - 100 * DAY_MS, toMs: office.clock.nowMs() })
    expect(office.alarms()).toEqual([])
    office.claims = []
    expect((await office.run()).profiles.map(({ profile }) => profile)).toEqual(['STANDARD'])
  })

  it('alarms once when a profile is throttled, and tells when it is not any more', async () => {
    const office = new Office()
    office.games(10, 60)
    expect((await office.run()).profiles[0]).toMatchObject({ verdict: 'fails', beforePpm: 1_000_000, sharePpm: 250_000 })
    expect(office.alarms()).toMatchObject([{ fields: { profile: 'STANDARD', share: 0.25 } }])
    expect((await office.run()).profiles[0]).toMatchObject({ beforePpm: 250_000, sharePpm: 250_000 })
    expect(office.alarms()).toHaveLength(1)
    office.games(100, 120)
    expect((await office.run()).profiles[0]).toMatchObject({ verdict: 'holds', sharePpm: 1_000_000 })
    expect(office.log.lines.map(({ message }) => message)).toContain('the claims of a profile hold again: it is not throttled any more')
  })

  it('does not count what was claimed before a person lifted the throttle', async () => {
    const office = new Office()
    office.games(10, 60)
    office.lifted.set('STANDARD', office.clock.nowMs())
    expect((await office.run()).profiles[0]).toMatchObject({ verdict: 'few', sharePpm: 1_000_000, figures: { claims: 0 } })
  })

  it('asks the venue how markets ended that nobody knows of, once each, and not before they can have', async () => {
    const office = new Office()
    const [ended, untold, away] = ['KX-ENDED', 'KX-UNTOLD', 'KX-AWAY']
    office.games(1, 2, { market: ended, paid: null })
    office.games(1, 1, { market: untold, paid: null })
    office.games(1, 1, { market: away, paid: null })
    office.games(1, 1, { market: 'KX-PLAYING', paid: null, startMs: office.clock.nowMs() })
    office.result = (market) => {
      if (market === away) return Promise.reject(new Error('429'))
      return Promise.resolve(market === ended ? { ...SETTLED, settledMs: office.clock.nowMs() } : null)
    }
    expect(await office.run()).toMatchObject({ claims: 5, unknown: 3, asked: 2, left: 1 })
    expect(office.asked.toSorted()).toEqual([away, ended, untold])
    expect([...office.answers.values()].map(({ market, status }) => [market, status])).toEqual([
      [ended, 'settled'],
      [untold, null],
    ])
    expect(office.log.lines).toMatchObject([{ fields: { market: away, error: '429' } }, { fields: { left: 1 } }])
    // what was not answered is the first of the next run
    office.clock.advance(DAY_MS)
    await office.run()
    expect(office.asked.slice(3)).toEqual([away, 'KX-PLAYING', untold])
  })

  it('asks for more than a run may in the next one, the oldest first', async () => {
    const office = new Office()
    const startMs = office.clock.nowMs() - DAY_MS
    const markets = Array.from({ length: 2_005 }, (_, at) => `KX-${at}`)
    for (const [at, market] of markets.toReversed().entries())
      office.games(1, 1, { market, paid: null, startMs: millis(startMs - at * 1_000) })
    office.result = () => Promise.resolve({ ...SETTLED, settledMs: office.clock.nowMs() })
    expect(await office.run()).toMatchObject({ asked: 2_000, left: 5, unknown: 5 })
    expect(office.asked).toEqual(markets.slice(0, 2_000))
    expect(await office.run()).toMatchObject({ asked: 5, left: 0, unknown: 0 })
    expect(office.asked.slice(2_000)).toEqual(markets.slice(2_000))
  })

  it('leaves most of what the account may ask to what trades, and ends between two markets', async () => {
    const office = new Office()
    for (let at = 0; at < 6; at++) office.games(1, 1, { market: `KX-${at}`, paid: null })
    const askedMs: number[] = []
    office.result = () => {
      askedMs.push(office.clock.nowMs())
      return Promise.resolve(null)
    }
    await office.run()
    expect(askedMs.slice(1).map((ms, at) => ms - (askedMs[at] ?? NaN))).toEqual([400, 400, 400, 400, 400])
    const ended = new Office()
    ended.games(1, 1, { market: 'KX-0', paid: null })
    ended.games(1, 1, { market: 'KX-1', paid: null })
    const around = environment()
    ended.result = () => {
      around.cancel()
      return Promise.resolve(null)
    }
    await expect(ended.run({}, around)).rejects.toThrow('CANCELLED')
    expect(ended.asked).toEqual(['KX-0'])
  })

  it('asks no further where the venue is away', async () => {
    const office = new Office()
    for (let at = 0; at < 300; at++) office.games(1, 1, { market: `KX-${at}`, paid: null })
    office.result = () => Promise.reject(new Error('503'))
    expect(await office.run()).toMatchObject({ asked: 0, left: 300, unknown: 300 })
    expect(office.asked).toHaveLength(5)
  })

  it('asks once more when a result can be amended no longer, and tells of one that was', async () => {
    const office = new Office()
    const settledMs = office.clock.nowMs()
    office.games(1, 1, { market: 'KX-AMENDED', paid: null })
    office.games(1, 1, { market: 'KX-STANDS', paid: null })
    office.result = () => Promise.resolve({ ...SETTLED, settledMs })
    expect(await office.run()).toMatchObject({ asked: 2, changed: [] })
    office.clock.advance(settledMs + 7 * DAY_MS - 1 - office.clock.nowMs())
    expect(await office.run()).toMatchObject({ asked: 0 })
    office.clock.advance(1)
    office.result = (market) => Promise.resolve({ ...SETTLED, yesPays: money(market === 'KX-AMENDED' ? '0' : '1'), settledMs })
    const report = await office.run()
    expect(report).toMatchObject({ asked: 2, unknown: 0, changed: ['KX-AMENDED'] })
    expect(report.profiles[0]?.figures).toMatchObject({ endedClaims: 2, realisedMicros: -20_000, changed: 1 })
    expect(office.log.lines).toMatchObject([{ fields: { market: 'KX-AMENDED' }, message: expect.stringContaining('has changed a result') }])
    office.clock.advance(DAY_MS)
    expect(await office.run()).toMatchObject({ asked: 0, changed: [] })
  })

  it('fails where the record does not answer, and everything stands as it stood', async () => {
    const office = new Office()
    office.away = 'QuestDB does not answer (fetch failed)'
    await expect(office.run()).rejects.toThrow('what was claimed is not known: QuestDB does not answer (fetch failed)')
    expect(office.runs).toEqual([])
    expect(await office.run({ claims: null })).toMatchObject({ unread: 'this stack has no QuestDB', profiles: [] })
  })
})
