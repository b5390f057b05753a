import { kalshiScenario, OTHER, RunningSim, TICKER } from '../support/running'

/** The fields that the venue's own specification requires (Market, Event, Series), with the newer ones of kalshi.md §3. */
const MARKET_FIELDS =
  'ticker event_ticker market_type yes_sub_title no_sub_title created_time updated_time open_time close_time latest_expiration_time settlement_timer_seconds status notional_value_dollars yes_bid_dollars yes_ask_dollars no_bid_dollars no_ask_dollars yes_bid_size_fp yes_ask_size_fp last_price_dollars previous_yes_bid_dollars previous_yes_ask_dollars previous_price_dollars volume_fp volume_24h_fp open_interest_fp result can_close_early expiration_value rules_primary rules_secondary price_level_structure price_ranges exchange_index settlement_bounds_type'
const EVENT_FIELDS =
  'event_ticker series_ticker sub_title title collateral_return_type mutually_exclusive available_on_brokers settlement_sources exchange_index'
const SERIES_FIELDS =
  'ticker frequency title category categories tags settlement_sources contract_url contract_terms_url fee_type fee_multiplier additional_prohibitions'

describe('reading the market', () => {
  let sim: RunningSim
  beforeAll(async () => {
    sim = await RunningSim.start({
      ...kalshiScenario({ first: { trades: [{ yes_price: '0.6700', count: '10.00', taker_book_side: 'bid', created_time: '-2d' }] } }),
    })
  })
  afterAll(() => sim.stop())

  it('gives whole objects', async () => {
    const market = (await sim.anyone.get(`/markets/${TICKER}`)).body['market'] as object
    expect(Object.keys(market)).toEqual(expect.arrayContaining(MARKET_FIELDS.split(' ')))
    expect(market).toMatchObject({
      yes_bid_dollars: '0.4700',
      yes_ask_dollars: '0.5200',
      no_bid_dollars: '0.4800',
      no_ask_dollars: '0.5300',
      yes_bid_size_fp: '3.00',
      last_price_dollars: '0.6700',
      volume_fp: '10.00',
      price_ranges: [{ start: '0.0000', end: '1.0000', step: '0.0100' }],
    })
    const { event, markets } = (await sim.anyone.get('/events/KXU3-25MAR')).body as { event: object; markets: unknown[] }
    expect(Object.keys(event)).toEqual(expect.arrayContaining(EVENT_FIELDS.split(' ')))
    expect(markets).toHaveLength(2)
    expect(Object.keys((await sim.anyone.get('/series/KXU3')).body['series'] as object)).toEqual(
      expect.arrayContaining(SERIES_FIELDS.split(' ')),
    )
  })

  it('shows an empty side as 0 and 1', async () => {
    expect((await sim.anyone.get(`/markets/${OTHER}`)).body['market']).toMatchObject({
      yes_bid_dollars: '0.0000',
      yes_ask_dollars: '1.0000',
      no_bid_dollars: '0.0000',
      no_ask_dollars: '1.0000',
      yes_ask_size_fp: '0.00',
    })
  })

  it('gives the book as bids of both outcomes, as recorded', async () => {
    const expected = { no_dollars: [['0.4800', '3.00']], yes_dollars: [['0.4700', '3.00']] }
    expect((await sim.anyone.get(`/markets/${TICKER}/orderbook`)).body).toEqual({ orderbook_fp: expected })
    const { body } = await sim.anyone.get(`/markets/orderbooks?tickers=${TICKER}&tickers=${OTHER}`)
    expect(body['orderbooks']).toEqual([
      { ticker: TICKER, orderbook_fp: expected },
      { ticker: OTHER, orderbook_fp: { no_dollars: [], yes_dollars: [] } },
    ])
  })

  it('pages with an opaque cursor that ends empty', async () => {
    const first = (await sim.anyone.get('/markets?limit=1')).body as { markets: { ticker: string }[]; cursor: string }
    const second = (await sim.anyone.get(`/markets?limit=1&cursor=${first.cursor}`)).body as typeof first
    expect([first, second].map((page) => page.markets.map((market) => market.ticker))).toEqual([[TICKER], [OTHER]])
    expect(second.cursor).toBe('')
    expect((await sim.anyone.get('/markets?limit=1&cursor=garbage')).body).toEqual(first)
  })

  it('refuses a limit above the maximum as recorded', async () => {
    expect(await sim.anyone.get('/markets?limit=1001')).toEqual({
      status: 400,
      body: {
        msg: "Parameter validation failed for GetMarkets: Key: 'GetMarketsParams.Limit' Error:Field validation for 'Limit' failed on the 'lte' tag",
      },
    })
  })

  it('filters by status in the query’s own words', async () => {
    const count = async (query: string): Promise<number> =>
      ((await sim.anyone.get(`/markets?${query}`)).body['markets'] as unknown[]).length
    expect([
      await count('status=open'),
      await count('status=settled'),
      await count('series_ticker=KXU3'),
      await count('event_ticker=X'),
    ]).toEqual([2, 0, 2, 0])
    expect((await sim.anyone.get('/markets?status=active')).status).toBe(400)
  })
})

describe('scheduled fee changes', () => {
  it('are listed until they begin, and then apply', async () => {
    const scenario = kalshiScenario() as { kalshi: Record<string, unknown> }
    const change = (at: string, fee_multiplier: number): object => ({
      series_ticker: 'KXU3',
      fee_type: 'quadratic',
      fee_multiplier,
      scheduled_ts: at,
    })
    scenario.kalshi['fee_changes'] = [change('-1d', 0.5), change('+1d', 2)]
    const sim = await RunningSim.start(scenario)
    expect((await sim.anyone.get('/series/fee_changes')).body['series_fee_change_arr']).toMatchObject([
      { fee_multiplier: 2, series_ticker: 'KXU3' },
    ])
    expect((await sim.anyone.get('/series/fee_changes?show_historical=true')).body['series_fee_change_arr']).toHaveLength(2)
    expect((await sim.anyone.get('/series/KXU3')).body['series']).toMatchObject({ fee_multiplier: 0.5 })
    expect((await sim.alpha.order({ ticker: TICKER, price: '0.5200' })).body['average_fee_paid']).toBe('0.0088')
    await sim.stop()
  })
})

describe('the read model', () => {
  it('runs behind the engine by read_lag_ms', async () => {
    const scenario = { ...kalshiScenario({ settings: { read_lag_ms: 1000, max_skew_ms: 10_000_000_000_000 } }) }
    const sim = await RunningSim.start({ ...scenario, clock: { mode: 'manual', start: '2026-11-02T00:00:00Z' } })
    await sim.event({ venue: 'clock', type: 'advance', ms: 1000 })
    const { body } = await sim.alpha.order({ ticker: TICKER, price: '0.5200' })
    const read = async (): Promise<unknown[]> => [
      (await sim.alpha.get(`/portfolio/orders/${String(body['order_id'])}`)).status,
      ((await sim.alpha.get('/portfolio/fills')).body['fills'] as unknown[]).length,
      (await sim.alpha.get('/portfolio/balance')).body['balance_dollars'],
    ]
    expect(await read()).toEqual([404, 0, '100.0000'])
    await sim.event({ venue: 'clock', type: 'advance', ms: 1000 })
    expect(await read()).toEqual([200, 1, '99.4625'])
    await sim.stop()
  })
})
