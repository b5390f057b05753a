import {
  AccountApi,
  ApiKeysApi,
  Configuration,
  EventsApi,
  ExchangeApi,
  HistoricalApi,
  MarketApi,
  MilestoneApi,
  OrderGroupsApi,
  OrdersApi,
  PortfolioApi,
} from 'kalshi-typescript'
import { ALPHA, RunningSim, TICKER } from '../support/running'
import { wideScenario } from '../kalshi/rest/course'

/** The venue's official client 3.30.0 trades here unchanged: only its base URL and its key are ours. */

const RESTING = { time_in_force: 'good_till_canceled', self_trade_prevention_type: 'taker_at_cross' } as const
const TAKING = { time_in_force: 'immediate_or_cancel', self_trade_prevention_type: 'taker_at_cross' } as const

interface Client {
  readonly orders: OrdersApi
  readonly markets: MarketApi
  readonly portfolio: PortfolioApi
  readonly groups: OrderGroupsApi
}

let sim: RunningSim
let client: Client
let configuration: Configuration
beforeAll(async () => {
  sim = await RunningSim.start(wideScenario())
  const privateKeyPem = ALPHA.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  configuration = new Configuration({ apiKey: ALPHA.keyId, privateKeyPem, basePath: sim.restUrl })
  client = {
    orders: new OrdersApi(configuration),
    markets: new MarketApi(configuration),
    portfolio: new PortfolioApi(configuration),
    groups: new OrderGroupsApi(configuration),
  }
})
afterAll(() => sim.stop())

/** The status and the body of a refusal, as the client throws it. */
async function refused(call: Promise<unknown>): Promise<{ status: unknown; data: unknown }> {
  try {
    await call
  } catch (error) {
    const { response } = error as { response?: { status: unknown; data: unknown } }
    return { status: response?.status, data: response?.data }
  }
  throw new Error('the call was not refused')
}

describe('the official client reads', () => {
  it('markets, a book and trades', async () => {
    const { data } = await client.markets.getMarkets(100, undefined, 'KXU3-25MAR')
    expect(data.markets.map((market) => market.ticker)).toContain(TICKER)
    const one = (await client.markets.getMarket(TICKER)).data.market
    expect([one.yes_bid_dollars, one.yes_ask_dollars, one.status]).toEqual(['0.4700', '0.5200', 'active'])
    const book = (await client.markets.getMarketOrderbook(TICKER)).data.orderbook_fp
    expect([book.yes_dollars, book.no_dollars]).toEqual([[['0.4700', '3.00']], [['0.4800', '3.00']]])
    const many = (await client.markets.getMarketOrderbooks([TICKER, 'KXU3-25MAR-T4.1'])).data.orderbooks
    expect(many.map(({ ticker }) => ticker)).toEqual([TICKER, 'KXU3-25MAR-T4.1'])
  })

  it('events, milestones, history, exchange and account', async () => {
    const event = (await new EventsApi(configuration).getEvent('KXU3-25MAR')).data
    expect(event.markets).toHaveLength(2)
    expect((await new MilestoneApi(configuration).getMilestones(10)).data.milestones).toHaveLength(1)
    expect((await new HistoricalApi(configuration).getHistoricalMarkets()).data.markets).toHaveLength(1)
    expect((await new ExchangeApi(configuration).getExchangeStatus()).data.trading_active).toBe(true)
    expect((await new AccountApi(configuration).getAccountApiLimits()).data.usage_tier).toBe('prestige')
    expect((await new ApiKeysApi(configuration).getApiKeys()).data.api_keys).toMatchObject([{ scopes: ['read', 'write'] }])
  })
})

describe('the official client trades', () => {
  it('takes, and sees the fill, the position and the balance', async () => {
    const { data, status } = await client.orders.createOrderV2({ ticker: TICKER, side: 'bid', count: '2.00', price: '0.5200', ...TAKING })
    expect([status, data.fill_count, data.remaining_count, data.average_fill_price]).toEqual([201, '2.00', '0.00', '0.5200'])
    const fills = (await client.portfolio.getFills(TICKER)).data.fills
    expect(fills).toMatchObject([{ order_id: data.order_id, count_fp: '2.00', fee_cost: '0.035000', exchange_index: 0 }])
    const positions = (await client.portfolio.getPositions()).data.market_positions
    expect(positions).toMatchObject([{ ticker: TICKER, position_fp: '2.00', market_exposure_dollars: '1.040000' }])
    expect((await client.portfolio.getBalance()).data.balance_dollars).toBe('118.9250')
  })

  it('rests, amends, decreases and cancels', async () => {
    const order = { ticker: TICKER, side: 'bid' as const, count: '5.00', price: '0.1000', client_order_id: 'sdk-1', ...RESTING }
    const { order_id: id } = (await client.orders.createOrderV2(order)).data
    const amended = (await client.orders.amendOrderV2(id, { ticker: TICKER, side: 'bid', price: '0.1200', count: '4.00' })).data
    expect(amended).toMatchObject({ order_id: id, remaining_count: '4.00' })
    expect((await client.orders.decreaseOrderV2(id, { reduce_by: '1.00' })).data.remaining_count).toBe('3.00')
    expect((await client.orders.getOrderQueuePosition(id)).data.queue_position_fp).toBe('0.00')
    expect((await client.orders.getOrder(id)).data.order).toMatchObject({ yes_price_dollars: '0.1200', remaining_count_fp: '3.00' })
    expect((await client.orders.cancelOrderV2(id)).data).toMatchObject({ order_id: id, reduced_by: '3.00' })
    expect((await client.orders.getOrders(TICKER, undefined, undefined, undefined, 'resting')).data.orders).toEqual([])
  })

  it('creates and cancels in batches, and cancels everything', async () => {
    const one = { ticker: TICKER, side: 'bid' as const, count: '1.00', price: '0.0200', ...RESTING }
    const { data, status } = await client.orders.batchCreateOrdersV2({ orders: [one, { ...one, price: '0.0250' }] })
    expect(status).toBe(201)
    expect(data.orders).toMatchObject([{ remaining_count: '1.00' }, { error: { code: 'invalid_price' } }])
    const cancelled = await client.orders.batchCancelOrdersV2({
      orders: [{ order_id: data.orders[0]?.order_id ?? '' }, { order_id: 'nobody' }],
    })
    expect(cancelled.data.orders).toMatchObject([{ reduced_by: '1.00' }, { reduced_by: '0.00', error: { code: 'not_found' } }])
    await client.orders.createOrderV2(one)
    expect((await client.orders.cancelAllOrders()).status).toBe(204)
    expect((await client.orders.getOrders(undefined, undefined, undefined, undefined, 'resting')).data.orders).toEqual([])
  })

  it('limits itself with an order group', async () => {
    const group = (await client.groups.createOrderGroup({ contracts_limit: 5 })).data.order_group_id
    const one = { ticker: TICKER, side: 'bid' as const, count: '1.00', price: '0.0200', order_group_id: group, ...RESTING }
    const { order_id: id } = (await client.orders.createOrderV2(one)).data
    expect((await client.groups.getOrderGroup(group)).data.orders).toEqual([id])
    await client.groups.triggerOrderGroup(group)
    expect((await client.orders.getOrder(id)).data.order.status).toBe('canceled')
    expect((await refused(client.orders.createOrderV2(one))).status).toBe(400)
    await client.groups.resetOrderGroup(group)
    expect((await client.orders.createOrderV2(one)).status).toBe(201)
    expect((await client.groups.deleteOrderGroup(group)).status).toBe(200)
    expect((await client.groups.getOrderGroups()).data.order_groups).toEqual([])
  })
})

describe('the official client manages its cash', () => {
  it('over subaccounts and shards', async () => {
    const to = (await client.portfolio.createSubaccount({})).data.subaccount_number
    const wish = { client_transfer_id: '5d937db7-0c71-43cb-8b60-b56a4387af64', from_subaccount: 0, to_subaccount: to, amount_cents: 250 }
    await client.portfolio.applySubaccountTransfer(wish)
    expect((await refused(client.portfolio.applySubaccountTransfer(wish))).status).toBe(409)
    expect((await client.portfolio.getBalance(to)).data.balance).toBe(250)
    const move = { source: 'event_contract', destination: 'event_contract', amount: 10_000, destination_exchange_shard: 2 } as const
    const { transfer_id: id } = (await client.portfolio.intraExchangeInstanceTransfer(move)).data
    expect((await client.portfolio.getIntraExchangeInstanceTransfer(id)).data.transfer).toMatchObject({
      amount: '1.0000',
      status: 'complete',
    })
    const shares = (await client.portfolio.getBalance()).data.balance_breakdown ?? []
    expect(shares.find((share) => share.exchange_index === 2)?.balance).toBe('21.0000')
  })
})

describe('the official client is told', () => {
  it('what is wrong, with the status and the body of the venue', async () => {
    const order = { ticker: TICKER, side: 'bid' as const, count: '1.00', price: '0.5150', ...TAKING }
    expect(await refused(client.orders.createOrderV2(order))).toEqual({
      status: 400,
      data: { error: { code: 'invalid_price', message: 'invalid price' } },
    })
    expect((await refused(client.markets.getMarkets(1001))).data).toEqual({
      msg: "Parameter validation failed for GetMarkets: Key: 'GetMarketsParams.Limit' Error:Field validation for 'Limit' failed on the 'lte' tag",
    })
    expect(await refused(client.orders.cancelOrderV2('nobody'))).toMatchObject({ status: 404, data: { error: { code: 'not_found' } } })
    await sim.fault('rate_limit')
    expect(await refused(client.portfolio.getFills())).toEqual({ status: 429, data: { error: 'too many requests' } })
  })

  it('how its market ended', async () => {
    await sim.event({ venue: 'kalshi', type: 'settle', ticker: TICKER, result: 'yes' })
    expect((await client.markets.getMarket(TICKER)).data.market).toMatchObject({ status: 'finalized', result: 'yes' })
    const settlements = (await client.portfolio.getSettlements()).data.settlements
    expect(settlements).toMatchObject([{ ticker: TICKER, market_result: 'yes', yes_count_fp: '2.00', revenue: 200, exchange_index: 0 }])
    expect((await client.portfolio.getPositions()).data.market_positions).toEqual([])
  })
})
