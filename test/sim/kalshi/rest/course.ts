import { RestClient, type Reply, type Signer } from '../../support/client'
import { kalshiScenario, OTHER, TICKER, type RunningSim } from '../../support/running'
import type { Exchange } from './openapi'

/** One walk through the whole REST surface, with every answer written down. */

export class RecordingClient extends RestClient {
  constructor(
    restUrl: string,
    signer: Signer | null,
    private readonly exchanges: Exchange[],
  ) {
    super(restUrl, signer)
  }

  override async raw(method: string, path: string, headers: Record<string, string>, body?: unknown, limitMs?: number): Promise<Reply> {
    const reply = await super.raw(method, path, headers, body, limitMs)
    this.exchanges.push({ method, path: path.split('?')[0] ?? '', status: reply.status, body: reply.body })
    return reply
  }
}

export const COMBO = 'KXMVECROSS-S1-A'
export const OLD = 'KXOLD-25JAN-T1'
const SHARD = 2

/** The scenario of the other tests with what the rest of the surface shows: combinations, milestones, history, a second shard. */
export function wideScenario(settings: object = {}): Record<string, unknown> {
  const base = kalshiScenario({ settings: { historical_cutoff: '-5d', ...settings }, alpha: ALPHA_EXTRAS })
  const kalshi = base['kalshi'] as { events: object[]; series: object[] } & Record<string, unknown>
  const times = { open_time: '-30d', close_time: '+1d' }
  const trades = [{ yes_price: '0.4000', count: '2.00', taker_book_side: 'bid', created_time: '-9d' }]
  const combo = {
    ticker: COMBO,
    ...times,
    mve_collection_ticker: 'KXMVECROSS',
    mve_selected_legs: [{ event_ticker: 'KXU3-25MAR', market_ticker: TICKER, side: 'yes' }],
  }
  const old = { ticker: OLD, open_time: '-30d', close_time: '-8d', status: 'finalized', result: 'yes', settled_time: '-7d', trades }
  const event = (event_ticker: string, market: object, more: object = {}): object => ({
    event_ticker,
    series_ticker: 'KXU3',
    title: event_ticker,
    markets: [market],
    ...more,
  })
  const crypto = event('KXBTC-1', { ticker: 'KXBTC-1-A', ...times }, { exchange_index: SHARD })
  return {
    ...base,
    kalshi: {
      ...kalshi,
      events: [...kalshi.events, event('KXMVECROSS-S1', combo), event('KXOLD-25JAN', old), crypto],
      fee_changes: [{ series_ticker: 'KXU3', fee_type: 'quadratic_with_combo_maker_fees', fee_multiplier: 2, scheduled_ts: '+2d' }],
      event_fee_changes: [{ event_ticker: 'KXU3-25MAR', fee_type_override: null, fee_multiplier_override: 0.5, scheduled_ts: '+2d' }],
      milestones: [
        { id: 'm-1', category: 'Economics', type: 'release', title: 'Release', start_date: '+1d', related_event_tickers: ['KXU3-25MAR'] },
      ],
    },
  }
}

const movement = { amount_cents: 5000, created_time: '-3d' }
const ALPHA_EXTRAS = {
  balances: [{ exchange_index: SHARD, balance_dollars: '20.0000' }],
  deposits: [movement, { ...movement, status: 'pending' }],
  withdrawals: [movement],
}

const GTC = { time_in_force: 'good_till_canceled' }
const seconds = (offset: number): number => Math.floor(Date.now() / 1000) + offset

export async function walkMarkets(anyone: RestClient): Promise<void> {
  const span = `start_ts=${seconds(-86_400 * 20)}&end_ts=${seconds(86_400)}&period_interval=60`
  for (const path of [
    ...['/exchange/status', '/exchange/schedule', '/exchange/user_data_timestamp', '/account/endpoint_costs'],
    ...['/series?include_volume=true', '/series/KXU3', '/series/fee_changes', '/events/fee_changes'],
    ...[
      '/events?with_nested_markets=true&with_milestones=true',
      '/events/multivariate',
      '/events/KXU3-25MAR',
      '/events/KXU3-25MAR/metadata',
    ],
    ...['/milestones?limit=10', '/milestones/m-1', '/markets', `/markets/${TICKER}`, `/markets/${COMBO}`, '/markets/trades'],
    ...[
      `/markets/${TICKER}/orderbook`,
      `/markets/orderbooks?tickers=${TICKER}&tickers=${OTHER}`,
      `/markets/candlesticks?market_tickers=${TICKER},${OTHER}&${span}`,
    ],
    ...[`/series/KXU3/markets/${TICKER}/candlesticks?${span}`, `/series/KXU3/events/KXU3-25MAR/candlesticks?${span}`],
    ...[
      '/historical/cutoff',
      '/historical/markets',
      `/historical/markets/${OLD}`,
      '/historical/trades',
      `/historical/markets/${OLD}/candlesticks?${span}`,
    ],
  ])
    await anyone.get(path)
}

export async function walkOrders(client: RestClient): Promise<void> {
  await client.order({ ticker: TICKER, price: '0.5200', count: '2.00', client_order_id: 'taken' })
  const group = (await client.call('POST', '/portfolio/order_groups/create', { contracts_limit: 10 })).body['order_group_id']
  const rested = await client.order({
    ticker: TICKER,
    price: '0.1000',
    count: '5.00',
    order_group_id: group,
    expiration_time: seconds(3600),
    ...GTC,
  })
  const id = String(rested.body['order_id'])
  for (const path of [
    `/portfolio/orders/${id}`,
    `/portfolio/orders/${id}/queue_position`,
    `/portfolio/orders/queue_positions?market_tickers=${TICKER}`,
    '/portfolio/orders',
  ])
    await client.get(path)
  await client.call('POST', `/portfolio/events/orders/${id}/amend`, { ticker: TICKER, side: 'bid', price: '0.1200', count: '4.00' })
  await client.call('POST', `/portfolio/events/orders/${id}/decrease`, { reduce_by: '1.00' })
  for (const path of ['/portfolio/order_groups', `/portfolio/order_groups/${String(group)}`]) await client.get(path)
  await client.cancel(id)
  const item = { ticker: TICKER, side: 'bid', count: '1.00', price: '0.0200', self_trade_prevention_type: 'maker', ...GTC }
  const batch = await client.call('POST', '/portfolio/events/orders/batched', {
    orders: [
      { ...item, client_order_id: 'b' },
      { ...item, client_order_id: 'b' },
    ],
  })
  const placed = batch.body['orders'] as { order_id?: string }[]
  await client.call('DELETE', '/portfolio/events/orders/batched', { orders: [{ order_id: placed[0]?.order_id }, { order_id: 'nobody' }] })
  await client.call('PUT', `/portfolio/order_groups/${String(group)}/limit`, { contracts_limit_fp: '20.00' })
  for (const verb of ['trigger', 'reset']) await client.call('PUT', `/portfolio/order_groups/${String(group)}/${verb}`, {})
  await client.call('DELETE', `/portfolio/order_groups/${String(group)}`)
  await client.call('DELETE', '/portfolio/events/orders')
}

export async function walkAccount(client: RestClient): Promise<void> {
  const { subaccount_number: to } = (await client.call('POST', '/portfolio/subaccounts', {})).body
  const transfer = { client_transfer_id: '5d937db7-0c71-43cb-8b60-b56a4387af64', from_subaccount: 0, to_subaccount: to, amount_cents: 100 }
  for (const _ of ['moved', 'refused']) await client.call('POST', '/portfolio/subaccounts/transfer', transfer)
  await client.call('PUT', '/portfolio/subaccounts/netting', { subaccount_number: to, enabled: true })
  const moved = await client.call('POST', '/portfolio/intra_exchange_instance_transfer', {
    source: 'event_contract',
    destination: 'event_contract',
    amount: 10_000,
    destination_exchange_shard: SHARD,
  })
  const allocations = [
    { exchange_index: 0, percent: 60 },
    { exchange_index: SHARD, percent: 40 },
  ]
  await client.call('POST', '/portfolio/target_balance_allocation', { allocations })
  for (const path of [
    ...[
      '/portfolio/balance',
      '/portfolio/summary/total_resting_order_value',
      '/portfolio/positions',
      '/portfolio/fills',
      '/portfolio/settlements',
    ],
    ...[
      '/portfolio/deposits',
      '/portfolio/withdrawals',
      '/portfolio/subaccounts/balances',
      '/portfolio/subaccounts/transfers',
      '/portfolio/subaccounts/netting',
    ],
    ...[
      '/portfolio/intra_exchange_instance_transfers',
      `/portfolio/intra_exchange_instance_transfers/${String(moved.body['transfer_id'])}`,
    ],
    ...['/portfolio/target_balance_allocation', '/account/limits', '/api_keys', '/historical/orders', '/historical/fills'],
  ])
    await client.get(path)
}

/** What the venue refuses, in each of its ways. */
export async function walkRefusals(client: RestClient, anyone: RestClient): Promise<void> {
  await anyone.get('/portfolio/balance')
  await anyone.get('/markets?limit=1001')
  await anyone.get('/markets/KXNONE')
  await client.order({ ticker: TICKER, price: '0.5150' })
  await client.order({ ticker: TICKER, count: 1 })
  await client.order({ ticker: TICKER, client_order_id: 'taken' })
  await client.order({ ticker: TICKER, price: '0.5200', count: '99.00', time_in_force: 'fill_or_kill' })
  await client.order({ ticker: 'KXNONE' })
  await client.cancel('nobody')
}

export async function settleAll(sim: RunningSim): Promise<void> {
  await sim.event({ venue: 'kalshi', type: 'settle', ticker: TICKER, result: 'scalar', settlement_value_dollars: '0.3333' })
}
