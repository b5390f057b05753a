import { kalshiScenario, OTHER, RunningSim, TICKER } from '../support/running'
import { control, external, flush, openStream } from './ws/rig'

const settle = (ticker: string, result: string, more: object = {}): Record<string, unknown> => ({
  venue: 'kalshi',
  type: 'settle',
  ticker,
  result,
  ...more,
})

describe('settlement', () => {
  let sim: RunningSim
  beforeEach(async () => {
    sim = await RunningSim.start()
    await sim.alpha.order({ ticker: TICKER, price: '0.5200', count: '2.00' })
  })
  afterEach(() => sim.stop())

  const balance = async (): Promise<unknown> => (await sim.alpha.get('/portfolio/balance')).body['balance_dollars']

  it('pays a winning YES one dollar, records it, and the position is gone', async () => {
    expect((await sim.event(settle(TICKER, 'yes'))).status).toBe(200)
    expect(await balance()).toBe('100.9250')
    expect((await sim.alpha.get('/portfolio/positions')).body['market_positions']).toEqual([])
    expect((await sim.alpha.get('/portfolio/positions?settlement_status=settled')).body['market_positions']).toMatchObject([
      { ticker: TICKER, position_fp: '0.00', realized_pnl_dollars: '0.960000' },
    ])
    expect((await sim.alpha.get('/portfolio/settlements')).body['settlements']).toMatchObject([
      {
        ticker: TICKER,
        event_ticker: 'KXU3-25MAR',
        market_result: 'yes',
        yes_count_fp: '2.00',
        yes_total_cost_dollars: '1.040000',
        no_count_fp: '0.00',
        revenue: 200,
        value: 100,
        fee_cost: '0.035000',
      },
    ])
    expect((await sim.anyone.get(`/markets/${TICKER}`)).body['market']).toMatchObject({
      status: 'finalized',
      result: 'yes',
      settlement_value_dollars: '1.0000',
    })
  })

  it('pays a losing YES nothing', async () => {
    await sim.event(settle(TICKER, 'no'))
    expect(await balance()).toBe('98.9250')
  })

  it('pays a scalar value, whole cents only', async () => {
    await sim.event(settle(TICKER, 'scalar', { settlement_value_dollars: '0.3333' }))
    expect(await balance()).toBe('99.5850')
    expect((await sim.alpha.get('/portfolio/settlements')).body['settlements']).toMatchObject([{ revenue: 66, fee_cost: '0.041600' }])
  })

  it('refuses to settle twice, with a reason', async () => {
    await sim.event(settle(TICKER, 'yes'))
    expect(await sim.event(settle(TICKER, 'no'))).toEqual({ status: 400, body: { error: `${TICKER} is settled already as yes` } })
  })

  it('tells the stream: empty book, determined, settled', async () => {
    const stream = await openStream(sim)
    await stream.subscribe(['orderbook_delta'], [TICKER])
    await stream.subscribe(['market_lifecycle_v2'])
    await sim.event(settle(TICKER, 'yes'))
    const settled = await stream.next((message) => message.msg?.['event_type'] === 'settled')
    expect(settled.msg).toMatchObject({ market_ticker: TICKER })
    const determined = stream.messages.find((message) => message.msg?.['event_type'] === 'determined')
    expect(determined?.msg).toMatchObject({ result: 'yes', settlement_value: '1.0000' })
    const last = stream.messages.filter((message) => message.type === 'orderbook_snapshot').at(-1)
    expect(Object.keys(last?.msg ?? {}).sort()).toEqual(['market_id', 'market_ticker'])
  })
})

const START = '2026-11-02T00:00:00Z'
/** A simulator whose time only moves when it is told to. */
const startManual = (overrides: Parameters<typeof kalshiScenario>[0] = {}, start = START): Promise<RunningSim> =>
  RunningSim.start({
    ...kalshiScenario({ ...overrides, settings: { max_skew_ms: 10_000_000_000_000, ...overrides.settings } }),
    clock: { mode: 'manual', start },
  })
const advance = (sim: RunningSim, ms: number): Promise<unknown> => sim.event({ venue: 'clock', type: 'advance', ms })
const marketOf = async (sim: RunningSim, ticker = TICKER): Promise<Record<string, unknown>> =>
  (await sim.anyone.get(`/markets/${ticker}`)).body['market'] as Record<string, unknown>
const ordersOf = async (sim: RunningSim): Promise<unknown> => (await sim.alpha.get('/portfolio/orders')).body['orders']
const rest = (sim: RunningSim, ticker = TICKER, more: object = {}) =>
  sim.alpha.order({ ticker, price: '0.1000', time_in_force: 'good_till_canceled', ...more })

describe('time alone', () => {
  let sim: RunningSim
  afterEach(() => sim.stop())

  it('opens and closes a market without a message', async () => {
    sim = await startManual({ first: { status: 'initialized', open_time: '+10s', close_time: '+60s', book: undefined } })
    const stream = await openStream(sim)
    await stream.subscribe(['market_lifecycle_v2', 'orderbook_delta'], [TICKER])
    expect(await sim.alpha.order({ ticker: TICKER })).toMatchObject({ status: 409, body: { error: { code: 'market_inactive' } } })
    await advance(sim, 10_000)
    expect((await sim.alpha.order({ ticker: TICKER })).status).toBe(201)
    await advance(sim, 50_000)
    expect(await marketOf(sim)).toMatchObject({ status: 'closed', result: '' })
    await flush(stream)
    expect(stream.messages.filter(({ type }) => type === 'market_lifecycle_v2')).toEqual([])
  })

  it('closes: cancels are refused until the venue cancels what rests, and sends the empty book alone', async () => {
    sim = await startManual({ first: { close_time: '+60s' } })
    const { body } = await rest(sim)
    const stream = await openStream(sim)
    await stream.subscribe(['orderbook_delta'], [TICKER])
    await advance(sim, 60_000)
    const inactive = { status: 409, body: { error: { code: 'market_inactive' } } }
    expect(await sim.alpha.cancel(body['order_id'], `?market_ticker=${TICKER}`)).toMatchObject(inactive)
    expect(await sim.alpha.order({ ticker: TICKER })).toMatchObject(inactive)
    expect((await sim.alpha.call('DELETE', '/portfolio/events/orders')).status).toBe(204)
    expect(await ordersOf(sim)).toMatchObject([{ status: 'resting' }])
    await advance(sim, 700)
    expect(await ordersOf(sim)).toMatchObject([{ status: 'canceled' }])
    await flush(stream)
    const [, snapshot, empty] = stream.messages
    expect([snapshot?.type, empty?.type]).toEqual(['orderbook_snapshot', 'orderbook_snapshot'])
    expect(Object.keys(empty?.msg ?? {})).toEqual(['market_ticker', 'market_id'])
    expect(stream.messages.filter(({ type }) => type === 'orderbook_delta')).toEqual([])
  })

  it('expires orders', async () => {
    sim = await startManual()
    await rest(sim, OTHER, { expiration_time: Date.parse('2026-11-02T00:00:30Z') / 1000 })
    await advance(sim, 30_000)
    expect(await ordersOf(sim)).toMatchObject([{ status: 'canceled', remaining_count_fp: '0.00' }])
  })

  it('closes when the close time has moved to, not before, and says that it moved', async () => {
    sim = await startManual({ first: { close_time: '+60s' } })
    const stream = await openStream(sim)
    await stream.subscribe(['market_lifecycle_v2'])
    await sim.event(control('close_time', { ticker: TICKER, close_time: '+90s' }))
    expect((await stream.ofType('market_lifecycle_v2')).msg).toMatchObject({
      event_type: 'close_date_updated',
      close_ts: Date.parse(START) / 1000 + 90,
    })
    await advance(sim, 60_000)
    expect(await marketOf(sim)).toMatchObject({ status: 'active', close_time: '2026-11-02T00:01:30Z' })
    await advance(sim, 30_000)
    expect(await marketOf(sim)).toMatchObject({ status: 'closed' })
  })
})

describe('an operator', () => {
  it('pauses a market, and everything that rests is cancelled when it comes back', async () => {
    const sim = await RunningSim.start()
    const stream = await openStream(sim)
    await stream.subscribe(['market_lifecycle_v2'])
    await rest(sim)
    await rest(sim, TICKER, { cancel_order_on_pause: true })
    await sim.event(control('market_status', { ticker: TICKER, status: 'inactive' }))
    expect(await sim.alpha.order({ ticker: TICKER })).toMatchObject({ status: 409, body: { error: { code: 'trading_is_paused' } } })
    expect(await ordersOf(sim)).toMatchObject([{ status: 'canceled' }, { status: 'resting' }])
    await sim.event(control('market_status', { ticker: TICKER, status: 'active' }))
    expect(await ordersOf(sim)).toMatchObject([{ status: 'canceled' }, { status: 'canceled' }])
    await flush(stream)
    expect(stream.messages.flatMap(({ msg }) => msg?.['event_type'] ?? [])).toEqual(['deactivated', 'activated'])
    await sim.stop()
  })

  it('changes the grid, the strike and the fees, and lists new events', async () => {
    const sim = await RunningSim.start()
    const stream = await openStream(sim)
    await stream.subscribe(['market_lifecycle_v2', 'multivariate_market_lifecycle'])
    const told = async (fits: string): Promise<unknown> =>
      (await stream.next(({ type, msg }) => type === fits || msg?.['event_type'] === fits)).msg
    await sim.event(control('price_level_structure', { ticker: TICKER, price_level_structure: 'deci_cent' }))
    expect(await told('price_level_structure_updated')).toMatchObject({
      price_ranges: [{ start: '0.0000', end: '1.0000', step: '0.0010' }],
    })
    expect((await sim.alpha.order({ ticker: TICKER, price: '0.1010' })).status).toBe(201)
    await sim.event(control('metadata', { ticker: TICKER, floor_strike: 4.2, yes_sub_title: 'Above 4.2%' }))
    expect(await told('metadata_updated')).toMatchObject({ floor_strike: 4.2, yes_sub_title: 'Above 4.2%' })
    await sim.event(control('event_fee', { event_ticker: 'KXU3-25MAR', fee_type_override: 'quadratic', fee_multiplier_override: 0 }))
    expect(await told('event_fee_update')).toMatchObject({ fee_type_override: 'quadratic', fee_multiplier_override: 0 })
    expect((await sim.alpha.order({ ticker: TICKER, price: '0.5200' })).body).toMatchObject({ average_fee_paid: '0.0000' })
    await sim.event(control('event_fee', { event_ticker: 'KXU3-25MAR', fee_type_override: null, fee_multiplier_override: null }))
    expect(await told('event_fee_update')).toMatchObject({ fee_type_override: null, fee_multiplier_override: null })
    await sim.event(control('series_fee', { series_ticker: 'KXU3', fee_type: 'quadratic', fee_multiplier: 2 }))
    expect((await sim.alpha.order({ ticker: TICKER, price: '0.5200' })).body).toMatchObject({ average_fee_paid: '0.0350' })
    const event = { event_ticker: 'KXMVE-1', series_ticker: 'KXU3', title: 'Combo' }
    await sim.event(control('list', { event: { ...event, markets: [{ ticker: 'KXMVE-1-A', open_time: '-1s', close_time: '+1d' }] } }))
    expect(await told('event_lifecycle')).toMatchObject({ event_ticker: 'KXMVE-1', series_ticker: 'KXU3' })
    expect(await told('created')).toMatchObject({ market_ticker: 'KXMVE-1-A', price_level_structure: 'linear_cent' })
    expect(stream.messages.at(-1)?.type).toBe('multivariate_market_lifecycle')
    expect((await rest(sim, 'KXMVE-1-A')).status).toBe(201)
    await sim.stop()
  })
})

describe('from the outcome to the money', () => {
  let sim: RunningSim
  beforeEach(async () => {
    sim = await startManual({ first: { settlement_timer_seconds: 60 } })
    await sim.alpha.order({ ticker: TICKER, price: '0.5200', count: '2.00' })
  })
  afterEach(() => sim.stop())

  const positions = async (): Promise<unknown> => (await sim.alpha.get('/portfolio/positions')).body['market_positions']
  const outcome = (type: string, result: string, more: object = {}) => sim.event(control(type, { ticker: TICKER, result, ...more }))

  it('waits for the settlement timer', async () => {
    await outcome('determine', 'yes')
    await advance(sim, 59_999)
    expect(await marketOf(sim)).toMatchObject({ status: 'determined', result: 'yes', settlement_value_dollars: '1.0000' })
    expect(await positions()).toMatchObject([{ position_fp: '2.00' }])
    await advance(sim, 1)
    expect(await marketOf(sim)).toMatchObject({ status: 'finalized' })
    expect(await positions()).toEqual([])
    expect((await sim.alpha.get('/portfolio/settlements')).body['settlements']).toMatchObject([{ revenue: 200 }])
  })

  it('a dispute stops the timer, an amendment starts it anew with another outcome, and no message says so', async () => {
    const stream = await openStream(sim)
    await stream.subscribe(['market_lifecycle_v2'])
    await outcome('determine', 'yes')
    await sim.event(control('dispute', { ticker: TICKER }))
    await advance(sim, 120_000)
    expect(await marketOf(sim)).toMatchObject({ status: 'disputed', result: 'yes' })
    await outcome('amend', 'yes')
    await advance(sim, 30_000)
    await outcome('amend', 'scalar', { settlement_value_dollars: '0.2500' })
    await advance(sim, 30_000)
    expect(await marketOf(sim)).toMatchObject({ status: 'amended', result: 'scalar', settlement_value_dollars: '0.2500' })
    await advance(sim, 30_000)
    expect((await sim.alpha.get('/portfolio/settlements')).body['settlements']).toMatchObject([{ revenue: 50, market_result: 'scalar' }])
    await flush(stream)
    expect(stream.messages.flatMap(({ msg }) => msg?.['event_type'] ?? [])).toEqual(['close_date_updated', 'determined', 'settled'])
  })

  it('says what cannot be done', async () => {
    const said = async (type: string, result: string): Promise<unknown> => (await outcome(type, result)).body.error
    expect(await said('amend', 'yes')).toContain('only an outcome that was not paid yet can be amended')
    expect(await said('determine', 'scalar')).toBe('a scalar settlement needs "settlement_value_dollars"')
    await outcome('determine', 'no')
    expect(await said('determine', 'yes')).toBe(`${TICKER} is determined already as no`)
    expect((await sim.event(control('dispute', { ticker: OTHER }))).body.error).toContain('only a determined market can be disputed')
  })
})

describe('the calendar', () => {
  const status = async (sim: RunningSim): Promise<unknown> => (await sim.anyone.get('/exchange/status')).body
  /** Thursday, 5 November 2026, 02:59 in New York: an hour ahead of what it was in October. */
  const THURSDAY = '2026-11-05T07:59:00Z'

  it('pauses trading on Thursdays from 03:00 to 05:00 Eastern, in winter and in summer time', async () => {
    for (const start of [THURSDAY, '2026-10-29T06:59:00Z']) {
      const sim = await startManual({ settings: { thursday_pause: true } }, start)
      const stream = await openStream(sim)
      const { body } = await rest(sim)
      await advance(sim, 60_000)
      await stream.until(() => (stream.closed ? true : null))
      expect(await status(sim)).toMatchObject({ exchange_active: true, trading_active: false })
      expect(await sim.alpha.order({ ticker: TICKER })).toMatchObject({ status: 409, body: { error: { code: 'trading_is_paused' } } })
      expect((await sim.alpha.cancel(body['order_id'], `?market_ticker=${TICKER}`)).status).toBe(200)
      await advance(sim, 2 * 3_600_000 - 1)
      expect(await status(sim)).toMatchObject({ trading_active: false })
      await advance(sim, 1)
      expect(await status(sim)).toMatchObject({ trading_active: true })
      await flush(await openStream(sim))
      await sim.stop()
    }
  })

  it('pauses the exchange in an announced window: nothing is taken, not even a cancel', async () => {
    const window = { start_time: '+60s', end_time: '+120s', scope: 'exchange' }
    const sim = await startManual({ settings: { maintenance_windows: [window] } })
    const { body } = await rest(sim)
    await advance(sim, 60_000)
    expect(await status(sim)).toMatchObject({
      ...{ exchange_active: false, trading_active: false, exchange_estimated_resume_time: '2026-11-02T00:02:00Z' },
    })
    const paused = { status: 409, body: { error: { code: 'exchange_is_paused' } } }
    expect(await sim.alpha.order({ ticker: TICKER })).toMatchObject(paused)
    expect(await sim.alpha.cancel(body['order_id'])).toMatchObject(paused)
    await advance(sim, 60_000)
    expect(await ordersOf(sim)).toMatchObject([{ status: 'resting' }])
    expect((await sim.alpha.cancel(body['order_id'])).status).toBe(200)
    await sim.stop()
  })

  it('is open at all times by default', async () => {
    const sim = await startManual({}, THURSDAY)
    await sim.event(external(TICKER, 'bid', '0.3000'))
    await advance(sim, 60_000)
    expect(await status(sim)).toMatchObject({ trading_active: true })
    await sim.stop()
  })
})
