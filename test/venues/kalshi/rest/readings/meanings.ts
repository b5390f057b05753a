import { cursorOf, inside, levels, listOf, optionalList, readTable, sideOf, type Table } from './twin'

/** What each answer means, by the second reading. The names of the result are those of the product's readers. */

const MARKET: Table = {
  market: ['ticker', 'id'],
  event: ['event_ticker', 'text'],
  statusWord: ['status', 'text'],
  kind: ['market_type', 'text', ''],
  title: ['title', 'text', ''],
  subTitle: ['subtitle', 'text', ''],
  yesTitle: ['yes_sub_title', 'text', ''],
  noTitle: ['no_sub_title', 'text', ''],
  openMs: ['open_time', 'time', null],
  closeMs: ['close_time', 'time'],
  expectedExpirationMs: ['expected_expiration_time', 'time', null],
  latestExpirationMs: ['latest_expiration_time', 'time', null],
  occursMs: ['occurrence_datetime', 'time', null],
  settledMs: ['settlement_ts', 'time', null],
  feeWaiverUntilMs: ['fee_waiver_expiration_time', 'time', null],
  canCloseEarly: ['can_close_early', 'flag', false],
  shard: ['exchange_index', 'whole', null],
  result: ['result', 'text', ''],
  lastPrice: ['last_price_dollars', 'emptyPrice', null],
  volume: ['volume_fp', 'contracts', null],
  volume24h: ['volume_24h_fp', 'contracts', null],
  openInterest: ['open_interest_fp', 'contracts', null],
  strikeType: ['strike_type', 'text', ''],
  floorStrike: ['floor_strike', 'number', null],
  capStrike: ['cap_strike', 'number', null],
  functionalStrike: ['functional_strike', 'text', null],
  customStrike: ['custom_strike', 'record', null],
  rulesPrimary: ['rules_primary', 'text', ''],
  rulesSecondary: ['rules_secondary', 'text', ''],
  earlyCloseCondition: ['early_close_condition', 'text', ''],
  isProvisional: ['is_provisional', 'flag', false],
}
/** Read for what follows from them. */
const MARKET_BASIS: Table = {
  bid: ['yes_bid_dollars', 'emptyPrice', null],
  bidSize: ['yes_bid_size_fp', 'count', null],
  ask: ['yes_ask_dollars', 'emptyPrice', null],
  askSize: ['yes_ask_size_fp', 'count', null],
  value: ['settlement_value_dollars', 'emptyPrice', null],
  floor: ['settlement_floor_dollars', 'emptyPrice', null],
  bounds: ['settlement_bounds_type', 'text', ''],
  timer: ['settlement_timer_seconds', 'whole', null],
  combo: ['mve_collection_ticker', 'text', ''],
}
const STATUS: Readonly<Record<string, string>> = {
  active: 'open',
  closed: 'closed',
  determined: 'determined',
  disputed: 'determined',
  amended: 'determined',
  finalized: 'settled',
}
const DECIDED = new Set(['determined', 'amended', 'finalized'])

function market(raw: unknown): unknown {
  const told = readTable(raw, MARKET)
  const basis = readTable(raw, MARKET_BASIS)
  const range = (each: unknown): unknown => readTable(each, { start: ['start', 'price'], end: ['end', 'price'], step: ['step', 'price'] })
  const statusWord = String(told['statusWord'])
  const level = (price: unknown, size: unknown): unknown =>
    statusWord === 'active' && price !== null && price !== 0 && price !== 10_000 && size !== null && Number(size) > 0
      ? { price, quantity: size }
      : null
  const pays: Readonly<Record<string, unknown>> = {
    yes: 1_000_000,
    no: 0,
    scalar: basis['value'] === null ? null : Number(basis['value']) * 100,
  }
  return {
    ...told,
    status: STATUS[statusWord] ?? 'paused',
    bands: optionalList(raw, 'price_ranges', range),
    yesPays: DECIDED.has(statusWord) ? (pays[String(told['result'])] ?? null) : null,
    settlementFloor: basis['bounds'] === 'floor' ? basis['floor'] : null,
    settlementTimerMs: basis['timer'] === null ? null : Number(basis['timer']) * 1_000,
    quote: { bid: level(basis['bid'], basis['bidSize']), ask: level(basis['ask'], basis['askSize']) },
    lastPrice: told['lastPrice'] === 0 ? null : told['lastPrice'],
    isCombo: basis['combo'] !== '',
  }
}

const ORDER: Table = {
  venueOrderId: ['order_id', 'id'],
  clientOrderId: ['client_order_id', 'text', ''],
  market: ['ticker', 'id'],
  status: ['status', 'text'],
  yesPrice: ['yes_price_dollars', 'price'],
  quantity: ['initial_count_fp', 'contracts'],
  filled: ['fill_count_fp', 'contracts'],
  createdMs: ['created_time', 'time', null],
  shard: ['exchange_index', 'whole', null],
  remaining: ['remaining_count_fp', 'contracts', null],
  takerCost: ['taker_fill_cost_dollars', 'money', null],
  makerCost: ['maker_fill_cost_dollars', 'money', null],
  takerFees: ['taker_fees_dollars', 'money', null],
  makerFees: ['maker_fees_dollars', 'money', null],
  updatedMs: ['last_update_time', 'time', null],
  expiresMs: ['expiration_time', 'time', null],
  orderGroup: ['order_group_id', 'text', null],
  subaccount: ['subaccount_number', 'whole', 0],
}
const order = (raw: unknown): unknown => {
  const told = readTable(raw, ORDER)
  return { ...told, side: sideOf(raw), orderGroup: told['orderGroup'] === '' ? null : told['orderGroup'] }
}

const FILL: Table = {
  venueOrderId: ['order_id', 'id'],
  yesPrice: ['yes_price_dollars', 'price'],
  quantity: ['count_fp', 'contracts'],
  fee: ['fee_cost', 'money'],
  isTaker: ['is_taker', 'flag', null],
  subaccount: ['subaccount_number', 'whole', 0],
  shard: ['exchange_index', 'whole', null],
}
const FILL_BASIS: Table = {
  trade: ['trade_id', 'text', ''],
  fill: ['fill_id', 'text', ''],
  ticker: ['ticker', 'id', null],
  market: ['market_ticker', 'id', null],
  at: ['created_time', 'time', null],
  ts: ['ts', 'seconds', null],
}
function fill(raw: unknown): unknown {
  const told = readTable(raw, FILL)
  const { trade, fill: id, ticker, market: other, at, ts } = readTable(raw, FILL_BASIS)
  const executionId = trade === '' ? id : trade
  const atMs = at ?? ts
  const market = ticker ?? other
  if (executionId === '' || atMs === null || market === null) throw new Error('no fill')
  return { ...told, executionId, market, atMs, side: sideOf(raw) }
}

const TRADE: Table = {
  tradeId: ['trade_id', 'id'],
  market: ['ticker', 'id'],
  quantity: ['count_fp', 'contracts'],
  yesPrice: ['yes_price_dollars', 'price'],
  isBlock: ['is_block_trade', 'flag', false],
  atMs: ['created_time', 'time'],
}
const trade = (raw: unknown): unknown => {
  readTable(raw, { shard: ['exchange_index', 'whole', null] })
  return { ...readTable(raw, TRADE), taker: sideOf(raw, 'taker_book_side', 'taker_outcome_side') }
}

const POSITION: Table = {
  market: ['ticker', 'id'],
  net: ['position_fp', 'count'],
  exposure: ['market_exposure_dollars', 'money'],
  traded: ['total_traded_dollars', 'money'],
  realised: ['realized_pnl_dollars', 'money'],
  fees: ['fees_paid_dollars', 'money'],
  updatedMs: ['last_updated_ts', 'time', null],
  shard: ['exchange_index', 'whole', null],
}
const SETTLEMENT: Table = {
  market: ['ticker', 'id'],
  event: ['event_ticker', 'text', ''],
  result: ['market_result', 'text'],
  yes: ['yes_count_fp', 'contracts'],
  yesCost: ['yes_total_cost_dollars', 'money'],
  no: ['no_count_fp', 'contracts'],
  noCost: ['no_total_cost_dollars', 'money'],
  paid: ['revenue', 'cents'],
  perYes: ['value', 'cents', null],
  fees: ['fee_cost', 'money'],
  atMs: ['settled_time', 'time'],
  shard: ['exchange_index', 'whole', null],
}
const CREATED: Table = {
  venueOrderId: ['order_id', 'id'],
  clientOrderId: ['client_order_id', 'text', null],
  filled: ['fill_count', 'contracts'],
  remaining: ['remaining_count', 'contracts'],
  averagePrice: ['average_fill_price', 'money', null],
  averageFee: ['average_fee_paid', 'money', null],
  atMs: ['ts_ms', 'millis', null],
}
const CANCELLED: Table = {
  venueOrderId: ['order_id', 'id'],
  clientOrderId: ['client_order_id', 'text', null],
  reducedBy: ['reduced_by', 'contracts'],
  atMs: ['ts_ms', 'millis', null],
}
const SERIES: Table = {
  series: ['ticker', 'text'],
  title: ['title', 'text', ''],
  frequency: ['frequency', 'text', ''],
  category: ['category', 'text', ''],
  tags: ['tags', 'texts', []],
  shard: ['exchange_index', 'whole', null],
  contractTermsUrl: ['contract_terms_url', 'text', ''],
}
const fee = (raw: unknown): unknown => readTable(raw, { feeType: ['fee_type', 'text'], multiplier: ['fee_multiplier', 'multiplier'] })
const source = (raw: unknown): unknown => readTable(raw, { name: ['name', 'text', ''], url: ['url', 'text', ''] })
const series = (raw: unknown): unknown => ({
  ...readTable(raw, SERIES),
  fee: fee(raw),
  settlementSources: optionalList(raw, 'settlement_sources', source),
})
const feeChange = (raw: unknown): unknown => ({
  ...readTable(raw, { series: ['series_ticker', 'text'], fromMs: ['scheduled_ts', 'time'] }),
  fee: fee(raw),
})
const bucket = (raw: unknown): unknown =>
  readTable(raw, { perSecond: ['refill_rate', 'positive'], capacity: ['bucket_capacity', 'positive'] })
const shardStatus = (raw: unknown): unknown =>
  readTable(raw, {
    shard: ['exchange_index', 'whole'],
    exchangeActive: ['exchange_active', 'flag'],
    tradingActive: ['trading_active', 'flag'],
    transfersActive: ['intra_exchange_transfers_active', 'flag', null],
  })
const STATUS_TABLE: Table = {
  exchangeActive: ['exchange_active', 'flag'],
  tradingActive: ['trading_active', 'flag'],
  transfersActive: ['intra_exchange_transfers_active', 'flag', null],
  resumesMs: ['exchange_estimated_resume_time', 'time', null],
}
const COST: Table = { method: ['method', 'text'], path: ['path', 'text'], cost: ['cost', 'whole'] }

const page = (key: string, read: (item: unknown) => unknown) => (body: unknown) => ({
  items: listOf(body, key, read),
  cursor: cursorOf(body),
})
const table = (of: Table) => (raw: unknown) => readTable(raw, of)

export const MEANINGS = {
  market: (body: unknown) => market(inside(body, 'market')),
  markets: page('markets', market),
  order: (body: unknown) => order(inside(body, 'order')),
  orders: page('orders', order),
  fills: page('fills', fill),
  trades: page('trades', trade),
  positions: page('market_positions', table(POSITION)),
  settlements: page('settlements', table(SETTLEMENT)),
  created: table(CREATED),
  cancelled: table(CANCELLED),
  series: (body: unknown) => series(inside(body, 'series')),
  feeChanges: (body: unknown) => optionalList(body, 'series_fee_change_arr', feeChange),
  limits: (body: unknown) => ({
    ...readTable(body, { tier: ['usage_tier', 'text', ''] }),
    read: bucket(inside(body, 'read')),
    write: bucket(inside(body, 'write')),
  }),
  costs: (body: unknown) => ({
    ...readTable(body, { standard: ['default_cost', 'whole'] }),
    special: listOf(body, 'endpoint_costs', table(COST)),
  }),
  status: (body: unknown) => ({ ...readTable(body, STATUS_TABLE), shards: optionalList(body, 'exchange_index_statuses', shardStatus) }),
  orderbook: (body: unknown) => {
    const sides = inside(body, 'orderbook_fp')
    const bids = levels(inside(sides, 'yes_dollars')).toReversed()
    const no = levels(inside(sides, 'no_dollars')).toReversed()
    return { bids, asks: no.map(({ price, quantity }) => ({ price: 10_000 - price, quantity })) }
  },
  balance: (body: unknown) => {
    const shards = listOf(body, 'balance_breakdown', table({ shard: ['exchange_index', 'whole'], cash: ['balance', 'money'] }))
    const cash = readTable(body, { cash: ['balance_dollars', 'money'] })['cash']
    const sum = shards.reduce((total, each) => total + Number(each['cash']), 0)
    const numbers = new Set(shards.map((each) => each['shard']))
    if (shards.length === 0 || sum !== cash || numbers.size < shards.length) throw new Error('no balance')
    return { cash, shards }
  },
} as const
export type Meaning = keyof typeof MEANINGS

/** The words of an error body in whichever of its shapes (kalshi.md §2.5). */
export function errorWords(body: string): { code: string | null; details: string | null } {
  const raw = JSON.parse(body) as { error?: string | { code?: string; details?: string }; code?: string; details?: string; msg?: string }
  if (typeof raw.msg === 'string') return { code: 'parameter_validation', details: raw.msg }
  if (typeof raw.error === 'string') return { code: null, details: raw.error }
  const at = raw.error ?? raw
  return { code: at.code ?? null, details: at.details ?? null }
}
