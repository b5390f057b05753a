import type { MeasuredGateway } from '../../../src/streaming/audit/gateway-measures'
import type { Measured } from '../../../src/streaming/audit/measures'
import type { ReconcilerState } from '../../../src/streaming/reconcile/reconciler'
import { NOW } from '../../core/box/fixture'
import { LatencyWindow } from '../../../src/streaming/latency'
import { Desk } from '../feed'
import { NEVER, Overseer, TRADING } from './overseen'

/** A session without a way to IBKR, over which two markets have no quotes, and what the orders then know. */
const GATEWAY: MeasuredGateway = {
  gateway: {
    session: {
      ...{ up: true, conn: 3, lastHeartbeatMs: NOW + 500, planned: 'the daily reset of IBKR' },
      broker: 'lost',
      troubles: [{ kind: 'broker-lost' }, { kind: 'throttled' }],
    },
    messages: { left: 12, limit: 45 },
  },
  quotes: () => ({
    ...{ lines: { used: 9, of: 100 }, withheld: ['a'], unlisted: ['b', 'c'], beyondLines: [] },
    probes: { agreed: 5, differed: 1, unanswered: 0 },
  }),
}
const ENTRY = { recovering: 'recovering after a reconnect', recoveries: 2, lastRecoveryMs: 40, executions: 7 }
const OPPORTUNITIES = {
  open: 1,
  ended: { taken: 2, refused: 5, superseded: 0, vanished: 0 },
  refusals: new Map([['cool-down', 3]]),
}

const RECONCILED: ReconcilerState = {
  ...{ unresolved: [], suspicions: 0 },
  openBreaks: [{ id: 1, venue: 'kalshi', kind: 'cash', market: null, openedMs: NOW }],
  venues: [{ venue: 'kalshi', looks: 1, lookedMs: NOW, failure: null }],
}

/** What a streaming process is made of, as far as its figures ask. */
export async function measured(): Promise<Measured> {
  const desk = new Desk()
  desk.tell(...desk.box(), { kind: 'unreadable', venue: 'kalshi', cause: 'not JSON' })
  const overseer = new Overseer(desk.engine, desk.directory)
  overseer.exchange = { ...TRADING, tradingActive: false }
  await overseer.oversight.heed(NEVER)
  await overseer.oversight.inspect(NEVER)
  const counters = { ...desk.engine.counters, inconsistent: 3 }
  const launcher = { counters: { launched: 4 }, inFlight: 1 }
  const reserveMs = new LatencyWindow()
  for (let ms = 1; ms <= 100; ms++) reserveMs.add(ms)
  const stopwatch = { windows: { reserveMs, detectionToWireMs: new LatencyWindow() } }
  const bucket = { bucket: 'read', level: 190, capacity: 200 }
  return {
    shard: { engine: desk.engine, launcher, opportunities: OPPORTUNITIES, counters: () => counters, stopwatch } as never,
    ...{ role: { name: 'trading' }, lease: { valid: () => true }, halts: { active: () => ['venue:kalshi', 'pair:a', 'pair:b'] } },
    stores: { frameLog: { lost: 3 }, cache: { dropped: 4, queued: 0 }, record: null },
    ...{ directory: desk.directory, oversight: overseer.oversight, nowMs: () => NOW + 2_000 },
    orders: { forecastex: () => ENTRY, twins: () => ({ waiting: 2, refused: 1 }) },
    reconciler: { state: () => RECONCILED },
    log: { alarms: () => new Map([['fee differs from the model', 2]]) },
    sessions: {
      ...GATEWAY,
      overseen: {
        scanned: () => ({ scanned: 7, kind: 1 }),
        clock: () => ({ offsetMs: 250, uncertaintyMs: 40 }),
        announcedWindows: () => 2,
      },
      tokens: { state: () => [{ venue: 'kalshi', level: 90, leased: 10, capacity: 100 }] } as never,
      kalshi: { rest: { budget: () => [bucket] } },
    },
  }
}
