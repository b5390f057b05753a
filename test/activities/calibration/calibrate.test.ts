import { createCalibrationActivities, type CalibrationDependencies } from '../../../src/activities'
import { FAILURES } from '../../../src/core/failures'
import { marketId } from '../../../src/core/ids'
import type { Span } from '../../../src/core/report/span'
import type { Claim } from '../../../src/core/stats/calibration'
import { standingAfter, type CalibrationRule, type Standing } from '../../../src/core/stats/throttle'
import { millis, money, type Millis } from '../../../src/core/units'
import type { Listing } from '../../../src/ports/catalog'
import type { CalibrationReport } from '../../../src/workflows/messages'
import { claim } from '../../core/stats/claims'
import { listingOf } from '../../integration/calibration/support'
import { LogBook } from '../../stores/doubles'
import { asActivity, LeapingClock } from '../doubles'

const RULE: CalibrationRule = { days: 100, minGames: 30, confidence: 95, maxGap: 0.05, share: 0.25 }
const DAY_MS = 86_400_000

/** The back office over claims of the test's. */
class Office {
  readonly clock = new LeapingClock()
  readonly log = new LogBook()
  readonly standings = new Map<string, Standing>()
  readonly lifted = new Map<string, Millis>()
  readonly saved: Listing[] = []
  readonly spans: Span[] = []
  readonly runs: string[] = []
  claims: Claim[] = []
  away: string | null = null
  listing: CalibrationDependencies['listing'] = () => Promise.resolve(null)

  run(change: Partial<CalibrationDependencies> = {}): Promise<CalibrationReport> {
    const dependencies: CalibrationDependencies = {
      ...{ rule: RULE, profiles: ['STANDARD', 'SCALP'], clock: this.clock, log: this.log },
      claims: (span) => {
        this.spans.push(span)
        return Promise.resolve(this.away === null ? { known: this.claims } : { unknown: this.away })
      },
      lifts: () => Promise.resolve(this.lifted),
      listing: (market, signal) => this.listing(market, signal),
      save: (listings) => {
        this.saved.push(...listings)
        this.claims = this.claims.map((each) => ({
          ...each,
          paid: listings.find(({ market }) => market === each.market)?.yesPays ?? each.paid,
        }))
        return Promise.resolve()
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
    return asActivity(() => createCalibrationActivities(dependencies).calibrateProfiles())
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
  it('judges each configured profile, and each that has claimed something', async () => {
    const office = new Office()
    office.games(30, 50)
    office.games(1, 2, { profile: 'OWN' })
    const report = await office.run()
    expect(report).toMatchObject({ unread: null, claims: 52, unknown: 0, asked: 0 })
    expect(report.profiles.map(({ profile, verdict, sharePpm }) => [profile, verdict, sharePpm])).toEqual([
      ['OWN', 'few', 1_000_000],
      ['SCALP', 'few', 1_000_000],
      ['STANDARD', 'holds', 1_000_000],
    ])
    expect(report.profiles[2]?.figures).toMatchObject({ claims: 50, endedGames: 50, realisedMicros: 80_000 })
    expect(office.spans[0]).toEqual({ fromMs: office.clock.nowMs() - 100 * DAY_MS, toMs: office.clock.nowMs() })
    expect(office.alarms()).toEqual([])
  })

  it('alarms once when a profile is throttled, and tells when it is not any more', async () => {
    const office = new Office()
    office.games(10, 60)
    expect((await office.run()).profiles[1]).toMatchObject({ verdict: 'fails', beforePpm: 1_000_000, sharePpm: 250_000 })
    expect(office.alarms()).toMatchObject([{ fields: { profile: 'STANDARD', share: 0.25 } }])
    expect((await office.run()).profiles[1]).toMatchObject({ beforePpm: 250_000, sharePpm: 250_000 })
    expect(office.alarms()).toHaveLength(1)
    office.games(100, 120)
    expect((await office.run()).profiles[1]).toMatchObject({ verdict: 'holds', sharePpm: 1_000_000 })
    expect(office.log.lines.map(({ message }) => message)).toContain('the claims of a profile hold again: it is not throttled any more')
  })

  it('does not count what was claimed before a person lifted the throttle', async () => {
    const office = new Office()
    office.games(10, 60)
    office.lifted.set('STANDARD', office.clock.nowMs())
    expect((await office.run()).profiles[1]).toMatchObject({ verdict: 'few', sharePpm: 1_000_000, figures: { claims: 0 } })
  })

  it('asks the venue how markets ended that nobody knows of, once each, and not before they can have', async () => {
    const office = new Office()
    const [ended, untold, away] = ['KX-ENDED', 'KX-UNTOLD', 'KX-AWAY']
    office.games(1, 2, { market: ended, paid: null })
    office.games(1, 1, { market: untold, paid: null })
    office.games(1, 1, { market: away, paid: null })
    office.games(1, 1, { market: 'KX-PLAYING', paid: null, startMs: office.clock.nowMs() })
    const asked: string[] = []
    office.listing = (market) => {
      asked.push(market)
      if (market === away) return Promise.reject(new Error('429'))
      return Promise.resolve(market === ended ? listingOf(marketId(ended), 'settled', money('1')) : null)
    }
    expect(await office.run()).toMatchObject({ claims: 5, unknown: 3, asked: 3 })
    expect(asked.toSorted()).toEqual([away, ended, untold])
    expect(office.saved.map(({ market }) => market)).toEqual([ended])
    expect(office.log.lines).toMatchObject([{ fields: { market: away, error: '429' } }])
  })

  it('fails where the record does not answer, and everything stands as it stood', async () => {
    const office = new Office()
    office.away = 'QuestDB does not answer (fetch failed)'
    await expect(office.run()).rejects.toThrow('what was claimed is not known: QuestDB does not answer (fetch failed)')
    expect(office.runs).toEqual([])
    expect(await office.run({ claims: null })).toMatchObject({ unread: 'this stack has no QuestDB', profiles: [] })
  })
})
