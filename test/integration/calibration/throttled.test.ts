import { randomInt } from 'node:crypto'
import { createCalibrationActivities } from '../../../src/activities'
import { FAILURES } from '../../../src/core/failures'
import { marketId } from '../../../src/core/ids'
import type { CalibrationRule } from '../../../src/core/stats/throttle'
import { millis, money, type Millis } from '../../../src/core/units'
import { readClaims } from '../../../src/operator/calibration/claims'
import { lift } from '../../../src/operator/calibration/standings'
import { recordAsker } from '../../../src/operator/reports/record'
import { keepAnswers, readAnswers } from '../../../src/stores/postgres/calibration/answers'
import { keepFindings, readJudged, readLifts, readStanding } from '../../../src/stores/postgres/calibration/standings'
import { saveListings } from '../../../src/stores/postgres/registry'
import { createQuestdbWriter, type RecordTap } from '../../../src/stores/questdb/writer'
import { Throttle } from '../../../src/streaming/edges/throttle'
import type { ProfileCalibrated } from '../../../src/workflows/messages'
import { asActivity, LeapingClock } from '../../activities/doubles'
import { SETTINGS } from '../../core/edge/fixture'
import { systemClock } from '../../stores/clock'
import { LogBook, temporaryDirectory, until } from '../../stores/doubles'
import { freshLedger } from '../ledger/support/ledger'
import { LIMIT_MS, questdb } from '../record/support/questdb'
import { SIGNAL } from '../record/support/signal'
import { listingOf } from './support'

jest.setTimeout(2 * LIMIT_MS)
const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000
const RULE: CalibrationRule = { days: 7, minGames: 40, confidence: 95, maxGap: 0.05, share: 0.25 }
const GAMES = 50
/** Of these the side that was claimed pays; 55.1 % of NO were claimed at some 48c. */
const WON = 10
/** Other tests share the tables: a profile of our own. */
const NUMBER = randomInt(1_000_000)
const PROFILE = `P${NUMBER}`
const AT = millis(Date.UTC(2026, 10, 10))
const CALIBRATE = { name: 'calibrate', role: 'system' } as const
const mode = 'paper'

const ledger = freshLedger()
const dir = temporaryDirectory()
let writer: RecordTap
beforeAll(async () => {
  process.stdout.write(`claims of profile ${PROFILE}\n`)
  const spill = { dir, name: 'test', bytesMax: 1_000_000 }
  writer = createQuestdbWriter({
    ...{ httpUrl: questdb.httpUrl, clock: systemClock, log: new LogBook(), spill, keep: {} },
    ...{ capacity: 1_000, flushEveryMs: 20 },
  })
  await until('the first contact', () => writer.ready(), LIMIT_MS)
})
afterAll(() => writer.close(2_000))

const marketOf = (game: number): ReturnType<typeof marketId> => marketId(`KXP${NUMBER}-G${game}-A`)
/** A run of calibrate over record and ledger, so long after the claims. */
async function run(clock: LeapingClock, log: LogBook): Promise<ProfileCalibrated | undefined> {
  const { database } = ledger()
  const { profiles } = await asActivity(() =>
    createCalibrationActivities({
      ...{ rule: RULE, profiles: [PROFILE, 'SCALP'], clock, log },
      claims: (span) => readClaims({ database, ask: recordAsker(questdb.httpUrl), settings: SETTINGS, mode, withBooks: false }, span),
      lifts: () => readLifts(database, mode),
      // the ledger has most results; of the others the venue is asked
      results: {
        result: (market) => Promise.resolve(market === marketOf(0) ? { status: 'settled', yesPays: money('0'), settledMs: AT } : null),
        answers: (markets) => readAnswers(database, 'kalshi', markets),
        keep: (answers) => keepAnswers(database, 'kalshi', answers),
      },
      judged: () => readJudged(database, mode),
      keep: (name, found, atMs, signal) =>
        keepFindings(database, { run: `${name} ${clock.nowMs()}`, mode, atMs, rule: RULE, by: CALIBRATE }, found, signal),
    }).calibrateProfiles(),
  )
  return profiles.find(({ profile }) => profile === PROFILE)
}
async function shareAt(nowMs: Millis): Promise<number> {
  const throttle = new Throttle()
  throttle.tell(await readStanding(ledger().database, mode, PROFILE), nowMs)
  expect(throttle.gate(nowMs)).toBeNull()
  return throttle.share
}

describe('from recorded signals to a throttled profile', () => {
  it('claims that fail leave a share of each size, until they are lifted; then they count no more', async () => {
    const { database } = ledger()
    for (let game = 0; game < GAMES; game++)
      writer.offer({
        ...{ ...SIGNAL, id: `sig_${game}`, ticker: marketOf(game), event: `KXP${NUMBER}-G${game}`, oddsEvent: `p${NUMBER}-${game}` },
        ...{ mode, profile: PROFILE, atMs: AT, startMs: millis(AT + HOUR_MS) },
      })
    const ask = recordAsker(questdb.httpUrl)
    const written = async (): Promise<boolean> => {
      const told = await ask(`SELECT count() FROM signals WHERE profile = '${PROFILE}'`, ([rows]) => Number(rows))
      return 'known' in told && told.known[0] === GAMES
    }
    await until('all signals', written, LIMIT_MS)
    // NO pays where YES does not
    const listings = Array.from({ length: GAMES - 1 }, (_, at) => listingOf(marketOf(at + 1), 'settled', money(at + 1 < WON ? '0' : '1')))
    await saveListings(database, listings, AT)
    const clock = new LeapingClock()
    clock.advance(AT + 2 * DAY_MS - clock.nowMs())
    const log = new LogBook()
    expect(await shareAt(clock.nowMs())).toBe(1)

    expect(await run(clock, log)).toMatchObject({
      ...{ verdict: 'fails', beforePpm: 1_000_000, sharePpm: 250_000 },
      figures: { claims: GAMES, endedGames: GAMES, unknown: 0, realisedMicros: (1_000_000 * WON) / GAMES - 487_660 },
    })
    expect(log.lines.map(({ message }) => message)).toEqual([FAILURES.profileThrottled])
    expect(await shareAt(clock.nowMs())).toBe(0.25)

    // the claims have left the span a month later: too few are no reason to trust them
    clock.advance(30 * DAY_MS)
    expect(await run(clock, log)).toMatchObject({ verdict: 'few', sharePpm: 250_000, figures: { claims: 0 } })
    expect(await shareAt(clock.nowMs())).toBe(0.25)

    const by = { name: 'me', role: 'operator' } as const
    await lift({ database, clock, mode }, { profile: PROFILE, reason: 'the weights were wrong', by })
    expect(await shareAt(clock.nowMs())).toBe(1)
    clock.advance(7 * DAY_MS)
    expect(await run(clock, log)).toMatchObject({ verdict: 'few', beforePpm: 1_000_000, sharePpm: 1_000_000 })
    expect(await ledger().column(`select action from audit where action like 'calibration%' order by seq`)).toEqual([
      'calibration',
      'calibration-lift',
    ])
    expect((await readStanding(database, mode, PROFILE))?.share).toBe(1)
    // what is configured and never claimed anything has no row
    expect(await ledger().column('select distinct profile from calibration')).toEqual([PROFILE])
  })
})
