import { measuresOf } from '../../../src/streaming/audit/measures'
import { createMetrics } from '../../../src/telemetry/metrics'
import { measured } from './measured'

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
  'crossbook_latency_seconds stage at',
  'crossbook_latency_samples_total stage',
  'crossbook_role_state role',
  'crossbook_lease_held_state',
  'crossbook_halts_count scope',
  'crossbook_capture_lost_total',
  'crossbook_cache_dropped_total',
  'crossbook_record_dropped_total',
  'crossbook_record_queued_count',
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
    'crossbook_latency_seconds{stage="reserve",at="p99"} 0.099',
    'crossbook_latency_samples_total{stage="detection_to_wire"} 0',
    'crossbook_role_state{role="trading"} 1',
    'crossbook_role_state{role="standby"} 0',
    'crossbook_lease_held_state 1',
    'crossbook_halts_count{scope="pair"} 2',
    'crossbook_halts_count{scope="all"} 0',
    'crossbook_capture_lost_total 3',
    'crossbook_cache_dropped_total 4',
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
  expect(text).not.toMatch(/^crossbook_latency_seconds{stage="detection_to_wire"/m) // no trade has come so far
  expect(text).not.toMatch(/^crossbook_record_/m) // there is none
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
