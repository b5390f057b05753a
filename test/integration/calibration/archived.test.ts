import { createCalibrationActivities } from '../../../src/activities'
import { millis, type Millis } from '../../../src/core/units'
import { readYesPaid } from '../../../src/stores/postgres/calibration/ends'
import { inSnapshot } from '../../../src/stores/postgres/reports/snapshot'
import { getMarketAcross } from '../../../src/venues/kalshi/rest/markets'
import { resultsIn } from '../../../src/wiring/calibration/calibrate'
import type { CalibrationReport } from '../../../src/workflows/messages'
import { asActivity, LeapingClock } from '../../activities/doubles'
import { claim } from '../../core/stats/claims'
import { LogBook } from '../../stores/doubles'
import { clock as now } from '../../venues/kalshi/fakes'
import { freshLedger } from '../ledger/support/ledger'
import { Exchange, MARKET } from '../ledger/results/exchange'

const DAY_MS = 86_400_000
const RULE = { days: 30, minGames: 30, confidence: 95, maxGap: 0.05, share: 0.25 } as const
const ledger = freshLedger()
let exchange: Exchange
afterEach(() => exchange.close())

/** A run of calibrate at that time, over a claim of the exchange's market and one of a market that it does not know. */
function runAt(atMs: Millis): Promise<CalibrationReport> {
  const { database } = ledger()
  const startMs = millis(now.nowMs() - DAY_MS)
  const markets = [MARKET, 'KXNONE']
  const clock = new LeapingClock()
  clock.advance(atMs - clock.nowMs())
  return asActivity(() =>
    createCalibrationActivities({
      ...{ rule: RULE, profiles: [], clock, log: new LogBook() },
      claims: async () => {
        const paid = await inSnapshot(database, (snapshot) => readYesPaid(snapshot, markets))
        return { known: markets.map((market) => claim({ market, startMs, paid: paid.get(market) ?? null })) }
      },
      ...{ judged: () => Promise.resolve(new Set()), lifts: () => Promise.resolve(new Map()), keep: () => Promise.resolve([]) },
      results: resultsIn(database, (market, signal) => getMarketAcross(exchange.rest, market, signal)),
    }).calibrateProfiles(),
  )
}

describe('results of claims, at the simulated exchange', () => {
  it('are read from its archive once it lists the market no more, and one that it changes there is changed here', async () => {
    exchange = await Exchange.open(ledger(), { historical_cutoff: '+1h' })
    const startMs = now.nowMs()
    expect(await runAt(startMs)).toMatchObject({ claims: 2, unknown: 2, asked: 2, left: 0 })
    await exchange.event('settle', 'yes')
    expect((await exchange.sim.anyone.get(`/markets/${MARKET}`)).status).toBe(404)
    expect(await runAt(millis(startMs + DAY_MS))).toMatchObject({ unknown: 1, asked: 2, changed: [] })
    await exchange.event('amend_settlement', 'no')
    // a result that stands is asked for once more, a week after it was settled
    expect(await runAt(millis(startMs + 5 * DAY_MS))).toMatchObject({ unknown: 1, asked: 1, changed: [] })
    expect(await runAt(millis(startMs + 9 * DAY_MS))).toMatchObject({ unknown: 1, asked: 2, changed: [MARKET] })
    expect(await inSnapshot(ledger().database, (snapshot) => readYesPaid(snapshot, [MARKET]))).toEqual(new Map([[MARKET, 0]]))
    expect(await runAt(millis(startMs + 20 * DAY_MS))).toMatchObject({ asked: 1, changed: [] })
  })
})
