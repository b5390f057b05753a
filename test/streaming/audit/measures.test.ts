import type { MeasuredGateway } from '../../../src/streaming/audit/gateway-measures'
import { measuresOf, type Measured } from '../../../src/streaming/audit/measures'
import type { ReconcilerState } from '../../../src/streaming/reconcile/reconciler'
import { createMetrics } from '../../../src/telemetry/metrics'
import { NOW } from '../../core/box/fixture'
import { Desk } from '../feed'
import { NEVER, Overseer, TRADING } from './overseen'

/** Every family, with the labels of its samples: what a dashboard or an alarm may be built on. */
const FAMILIES = [
  'crossbook_feed_up_state venue',
  'crossbook_feed_confirmed_age_seconds venue',
  'crossbook_books_count venue state',
  'crossbook_book_confirmed_age_max_seconds venue',
  'crossbook_feed_events_total',
  'crossbook_feed_gaps_total',
  'crossbook_feed_unreadable_total',
  'crossbook_scanner_frames_total outcome',
  'crossbook_book_inconsistent_total',
  'crossbook_finds_total verdict',
  'crossbook_refusals_total gate',
  'crossbook_opportunities_total outcome',
  'crossbook_opportunities_open_count',
  'crossbook_trades_launched_total',
  'crossbook_trades_running_count',
  'crossbook_twins_running_count',
  'crossbook_twins_refused_total',
  'crossbook_audit_reads_total',
  'crossbook_audit_books_total',
  'crossbook_audit_differed_total',
  'crossbook_audit_mismatches_total',
  'crossbook_audit_void_total',
  'crossbook_audit_unanswered_total',
  'crossbook_audit_degraded_markets_count',
  'crossbook_audit_read_age_seconds',
  'crossbook_openings_barred_count venue by scope',
  'crossbook_request_budget_tokens venue bucket',
  'crossbook_request_budget_capacity_tokens venue bucket',
  'crossbook_clock_offset_seconds',
  'crossbook_clock_uncertainty_seconds',
  'crossbook_exchange_windows_announced_count',
  'crossbook_attestation_left_days',
  'crossbook_gateway_up_state',
  'crossbook_gateway_broker_up_state',
  'crossbook_gateway_outage_planned_state',
  'crossbook_gateway_trouble_state kind',
  'crossbook_gateway_connections_total',
  'crossbook_gateway_heartbeat_age_seconds',
  'crossbook_market_data_lines_count state',
  'crossbook_quotes_missing_count reason',
  'crossbook_quote_probes_total outcome',
  'crossbook_recovering_state',
  'crossbook_recoveries_total',
  'crossbook_recovery_last_seconds',
  'crossbook_executions_told_total',
  'crossbook_breaks_open_count venue',
  'crossbook_break_oldest_age_seconds',
  'crossbook_reconciliation_look_age_seconds venue',
  'crossbook_alarms_total failure',
]

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

async function measured(): Promise<Measured> {
  const desk = new Desk()
  desk.tell(...desk.box(), { kind: 'unreadable', venue: 'kalshi', cause: 'not JSON' })
  const overseer = new Overseer(desk.engine, desk.directory)
  overseer.exchange = { ...TRADING, tradingActive: false }
  await overseer.oversight.heed(NEVER)
  await overseer.oversight.inspect(NEVER)
  const counters = { ...desk.engine.counters, inconsistent: 3 }
  const launcher = { counters: { launched: 4 }, inFlight: 1 }
  const bucket = { bucket: 'read', level: 190, capacity: 200 }
  return {
    shard: { engine: desk.engine, launcher, opportunities: OPPORTUNITIES, counters: () => counters } as never,
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

it('every family has its name, and its samples the labels it declares', async () => {
  const families = measuresOf(await measured())
  expect(families.map(({ name, labels = [] }) => [name, ...labels].join(' '))).toEqual(FAMILIES)
  for (const { labels = [], read, help } of families) {
    expect(help).not.toBe('')
    for (const sample of read()) expect(Object.keys(sample.labels ?? {})).toEqual([...labels])
  }
})

it('the page tells what the process knows, in base units', async () => {
  const text = await createMetrics(measuresOf(await measured())).text()
  for (const line of [
    'crossbook_feed_up_state{venue="kalshi"} 1',
    'crossbook_feed_confirmed_age_seconds{venue="kalshi"} 1.994',
    'crossbook_books_count{venue="forecastex",state="live"} 2',
    'crossbook_feed_events_total 7',
    'crossbook_feed_unreadable_total 1',
    'crossbook_scanner_frames_total{outcome="scanned"} 7',
    'crossbook_scanner_frames_total{outcome="kind"} 1',
    'crossbook_book_inconsistent_total 3',
    'crossbook_finds_total{verdict="found"} 1',
    'crossbook_refusals_total{gate="cool-down"} 3',
    'crossbook_opportunities_total{outcome="taken"} 2',
    'crossbook_opportunities_total{outcome="vanished"} 0',
    'crossbook_opportunities_open_count 1',
    'crossbook_trades_launched_total 4',
    'crossbook_trades_running_count 1',
    'crossbook_twins_running_count 2',
    'crossbook_twins_refused_total 1',
    'crossbook_openings_barred_count{venue="kalshi",by="exchange",scope="venue"} 1',
    'crossbook_openings_barred_count{venue="kalshi",by="inspection",scope="venue"} 0',
    'crossbook_request_budget_tokens{venue="kalshi",bucket="read"} 190',
    'crossbook_request_budget_capacity_tokens{venue="kalshi",bucket="trades"} 100',
    'crossbook_clock_offset_seconds 0.25',
    'crossbook_clock_uncertainty_seconds 0.04',
    'crossbook_exchange_windows_announced_count 2',
  ])
    expect(text.split('\n')).toContain(line)
  expect(text).not.toMatch(/^crossbook_attestation_left_days/m) // not told
})

it('the page tells of the gateway, its quotes and the orders over it', async () => {
  const text = await createMetrics(measuresOf(await measured())).text()
  for (const line of [
    'crossbook_request_budget_tokens{venue="forecastex",bucket="messages"} 12',
    'crossbook_request_budget_capacity_tokens{venue="forecastex",bucket="messages"} 45',
    'crossbook_gateway_up_state 1',
    'crossbook_gateway_broker_up_state 0',
    'crossbook_gateway_outage_planned_state 1',
    'crossbook_gateway_trouble_state{kind="throttled"} 1',
    'crossbook_gateway_connections_total 3',
    'crossbook_gateway_heartbeat_age_seconds 1.5',
    'crossbook_market_data_lines_count{state="free"} 91',
    'crossbook_quotes_missing_count{reason="unlisted"} 2',
    'crossbook_quote_probes_total{outcome="differed"} 1',
    'crossbook_recovering_state 1',
    'crossbook_recovery_last_seconds 0.04',
    'crossbook_executions_told_total 7',
    'crossbook_breaks_open_count{venue="kalshi"} 1',
    'crossbook_break_oldest_age_seconds 2',
    'crossbook_reconciliation_look_age_seconds{venue="kalshi"} 2',
    'crossbook_alarms_total{failure="fee differs from the model"} 2',
  ])
    expect(text.split('\n')).toContain(line)
})

it('a standby has no account to know again', async () => {
  const text = await createMetrics(measuresOf({ ...(await measured()), orders: null })).text()
  expect(text).not.toMatch(/^crossbook_(recovering_state|recovery_last_seconds)/m)
})
