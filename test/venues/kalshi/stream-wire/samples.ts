import { existsSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { readLines, SHARED } from '../fakes'

export const MARKET = 'KXFED-26DEC-T4.25'
const msg = { market_ticker: MARKET, market_id: '8a1c0b7e-0000-4000-8000-000000000000' }
const delta = {
  ...msg,
  price_dollars: '0.4800',
  delta_fp: '-40.00',
  side: 'no',
  ts: '2026-11-21T15:00:00.566273Z',
  ts_ms: 1_795_273_200_566,
}
const snapshot = {
  ...msg,
  yes_dollars_fp: [
    ['0.4600', '120.00'],
    ['0.4700', '3.50'],
  ],
  no_dollars_fp: [
    ['0.4800', '140.00'],
    ['0.5100', '2.00'],
  ],
}
const trade = {
  ...{ trade_id: 'd17a9849-1111-4222-8333-444455556666', market_ticker: MARKET, yes_price_dollars: '0.3100', no_price_dollars: '0.6900' },
  ...{ count_fp: '25.00', taker_side: 'no', taker_outcome_side: 'no', taker_book_side: 'ask', is_block_trade: false },
  ...{ ts: 1_795_273_200, ts_ms: 1_795_273_200_130 },
}
const ticker = {
  ...{
    ...msg,
    price_dollars: '0.4700',
    yes_bid_dollars: '0.4600',
    yes_ask_dollars: '0.4800',
    volume_fp: '33896.00',
    open_interest_fp: '20422.00',
  },
  ...{
    yes_bid_size_fp: '300.00',
    yes_ask_size_fp: '0.50',
    last_trade_size_fp: '1.00',
    dollar_volume: 16_948,
    dollar_open_interest: 10_211,
  },
  ...{ ts: 1_795_273_200, ts_ms: 1_795_273_200_400, time: '2026-11-21T15:00:00.4Z' },
}
const created = {
  ...{ market_ticker: MARKET, event_type: 'created', exchange_index: 1, open_ts: 1_795_200_000, close_ts: 1_797_000_000 },
  ...{ price_level_structure: 'linear_cent', price_ranges: [{ start: '0.0000', end: '1.0000', step: '0.0100' }] },
  additional_metadata: { title: 'Above 4.25%?', can_close_early: true, floor_strike: 4.25 },
}
const determined = {
  market_ticker: MARKET,
  event_type: 'determined',
  result: 'scalar',
  determination_ts: 1_797_000_100,
  settlement_value: '0.5000',
}
const event = {
  event_ticker: 'KXFED-26DEC',
  exchange_index: 1,
  title: 'Fed',
  subtitle: '',
  collateral_return_type: 'MECNET',
  series_ticker: 'KXFED',
}
const feeUpdate = { event_ticker: 'KXFED-26DEC', fee_type_override: 'quadratic_with_maker_fees', fee_multiplier_override: 0.5 }
const fill = {
  ...{ trade_id: trade.trade_id, order_id: 'o-1', client_order_id: 'cb-t1-a1', market_ticker: MARKET, exchange_index: 1, is_taker: true },
  ...{ side: 'yes', outcome_side: 'yes', book_side: 'bid', yes_price_dollars: '0.4800', count_fp: '2.50', fee_cost: '0.017500' },
  ...{ action: 'buy', purchased_side: 'yes', post_position_fp: '-12.50', ts: 1_795_273_200, ts_ms: 1_795_273_200_131 },
}
const order = {
  ...{ order_id: 'o-1', user_id: 'u-1', ticker: MARKET, exchange_index: 1, status: 'executed', outcome_side: 'yes', book_side: 'bid' },
  ...{
    yes_price_dollars: '0.4800',
    initial_count_fp: '10.00',
    fill_count_fp: '10.00',
    remaining_count_fp: '0.00',
    client_order_id: 'cb-t1-a1',
  },
  ...{ taker_fill_cost_dollars: '4.8000', maker_fill_cost_dollars: '0.0000', taker_fees_dollars: '0.1748', maker_fees_dollars: '0.0002' },
  ...{ created_ts_ms: 1_795_273_200_100, last_updated_ts_ms: 1_795_273_200_131, last_update_reason: 'fill' },
}
const position = {
  ...{ user_id: 'u-1', market_ticker: MARKET, position_fp: '-300.00', position_cost_dollars: '144.0000', realized_pnl_dollars: '-1.2500' },
  ...{ fees_paid_dollars: '0.0175', position_fee_cost_dollars: '0.0175', volume_fp: '300.00' },
}
const group = { event_type: 'limit_updated', order_group_id: 'g-1', contracts_limit_fp: '100.00', ts_ms: 1_795_273_200_131 }

/** One frame of every message there is, in the venue's words, by what it shows. */
export const SAMPLES: Readonly<Record<string, object>> = {
  delta: { type: 'orderbook_delta', sid: 1, seq: 2, msg: delta },
  'own delta': {
    type: 'orderbook_delta',
    sid: 1,
    seq: 3,
    msg: { ...delta, client_order_id: 'cb-t1-a1', subaccount: 0 },
    sending_ts_ms: 1_795_273_200_567,
  },
  snapshot: { type: 'orderbook_snapshot', sid: 1, seq: 1, msg: snapshot },
  'answered snapshot': { type: 'orderbook_snapshot', sid: 1, seq: 4, id: 9, msg: { ...msg, yes_dollars_fp: snapshot.yes_dollars_fp } },
  'empty snapshot': { type: 'orderbook_snapshot', sid: 1, seq: 5, msg },
  trade: { type: 'trade', sid: 2, seq: 1, msg: trade },
  'older trade': {
    type: 'trade',
    sid: 2,
    msg: { ...trade, taker_outcome_side: undefined, taker_book_side: undefined, is_block_trade: undefined },
  },
  block: { type: 'trade', sid: 2, seq: 2, msg: { ...trade, is_block_trade: true }, sending_ts_ms: 1_795_273_200_131 },
  ticker: { type: 'ticker', sid: 3, msg: ticker, sending_ts_ms: 1_795_273_200_401 },
  created: { type: 'market_lifecycle_v2', sid: 4, seq: 1, msg: created },
  determined: { type: 'market_lifecycle_v2', sid: 4, seq: 2, msg: determined },
  deactivated: {
    type: 'market_lifecycle_v2',
    sid: 4,
    seq: 3,
    msg: { market_ticker: MARKET, event_type: 'deactivated', is_deactivated: true },
  },
  event: { type: 'event_lifecycle', sid: 4, seq: 4, msg: event },
  fees: { type: 'event_fee_update', sid: 4, seq: 5, msg: feeUpdate },
  'fees cleared': {
    type: 'event_fee_update',
    sid: 4,
    seq: 6,
    msg: { ...feeUpdate, fee_type_override: null, fee_multiplier_override: null },
  },
  fill: { type: 'fill', sid: 5, msg: fill },
  order: { type: 'user_order', sid: 6, msg: order },
  position: { type: 'market_position', sid: 7, msg: position },
  group: { type: 'order_group_updates', sid: 8, seq: 1, msg: group },
  subscribed: { type: 'subscribed', id: 1, msg: { channel: 'orderbook_delta', sid: 1 }, sending_ts_ms: 1_795_273_200_131 },
  ok: { type: 'ok', id: 2, sid: 1, seq: 7, msg: { market_tickers: [MARKET, 'KXFED-26DEC-T4.50'] } },
  'bare ok': { type: 'ok', id: 2, sid: 1, seq: 7 },
  listed: { type: 'ok', id: 3, msg: [{ channel: 'orderbook_delta', sid: 1 }] },
  unsubscribed: { type: 'unsubscribed', id: 3, sid: 2, seq: 4 },
  error: { type: 'error', id: 4, sid: 1, seq: 8, msg: { code: 16, msg: 'Market not found', market_ticker: MARKET } },
  quote: { type: 'quote_created', sid: 9, seq: 1, msg: { quote_id: 'q', market_ticker: MARKET, yes_bid_dollars: '0.35' } },
}
export const sample = (name: string): Buffer => Buffer.from(JSON.stringify(SAMPLES[name]))

const GOLD = 'kalshi_ws/gold15m'
/** Names of the recorded windows, one market each. */
export const windows = (): string[] =>
  existsSync(path.join(SHARED, GOLD))
    ? readdirSync(path.join(SHARED, GOLD))
        .filter((name) => name.endsWith('.gz'))
        .sort()
        .map((name) => `${GOLD}/${name}`)
    : []
/** The venue's own bytes of each line of a recording: without the recorder's envelope where there is one. */
export const frames = (name: string): string[] =>
  readLines(name).map((line) => /^\{(?:"recv_ms":\d+|"provenance": ?"[a-z-]+"), ?"event": ?(.*)\}$/.exec(line)?.[1] ?? line)
/** All recordings of single streams besides the windows. */
export const OTHERS: readonly string[] = [
  ...['kalshi_ws/mlb_20260807_orderbook.ndjson.gz', 'kalshi_ws/message_samples.jsonl'],
  ...['kalshi_wire_captures/ws__orderbook_trade_yes.jsonl', 'kalshi_wire_captures/ws__orderbook_trade_noleg.jsonl'],
]
