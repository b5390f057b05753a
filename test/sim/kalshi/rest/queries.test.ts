import { OTHER, RunningSim, TICKER } from '../../support/running'
import { COMBO, OLD, wideScenario } from './course'

const seconds = (offset: number): number => Math.floor(Date.now() / 1000) + offset
const DAY = 86_400

describe('queries', () => {
  let sim: RunningSim
  beforeAll(async () => {
    sim = await RunningSim.start(wideScenario())
    await sim.alpha.order({ ticker: TICKER, price: '0.5200', count: '2.00' })
    await sim.alpha.order({ ticker: TICKER, side: 'ask', price: '0.4700', count: '1.00' })
  })
  afterAll(() => sim.stop())

  const tickers = async (query: string): Promise<string[]> =>
    ((await sim.anyone.get(`/markets?${query}`)).body['markets'] as { ticker: string }[]).map(({ ticker }) => ticker)
  const message = async (query: string): Promise<unknown> => (await sim.anyone.get(`/markets?${query}`)).body['msg']

  it('markets by event, series, ticker, combination and times', async () => {
    expect(await tickers('')).toEqual([TICKER, OTHER, COMBO, 'KXBTC-1-A'])
    expect(await tickers('mve_filter=exclude')).toEqual([TICKER, OTHER, 'KXBTC-1-A'])
    expect(await tickers('mve_filter=only')).toEqual([COMBO])
    expect(await tickers(`tickers=${OTHER},${COMBO}`)).toEqual([OTHER, COMBO])
    expect(await tickers('event_ticker=KXBTC-1')).toEqual(['KXBTC-1-A'])
    expect(await tickers(`min_close_ts=${seconds(2 * DAY)}`)).toEqual([])
    expect(await tickers(`max_created_ts=${seconds(-2 * DAY)}`)).toEqual([COMBO, 'KXBTC-1-A'])
    expect(await tickers(`min_settled_ts=${seconds(-30 * DAY)}`)).toEqual([])
    expect(await tickers(`min_updated_ts=${seconds(3600)}&mve_filter=exclude`)).toEqual([])
  })

  it('filters that exclude each other are refused', async () => {
    expect(await message(`min_close_ts=1&min_created_ts=1`)).toContain('mutually exclusive')
    expect(await message('min_updated_ts=1')).toContain('requires mve_filter=exclude')
    expect(await message('min_updated_ts=1&mve_filter=exclude&status=open')).toContain('only series_ticker')
    expect(await message('status=active')).toContain("'oneof' tag")
  })

  it('status in the words of the query', async () => {
    await sim.event({ venue: 'kalshi', type: 'market_status', ticker: 'KXBTC-1-A', status: 'inactive' })
    expect(await tickers('status=paused')).toEqual(['KXBTC-1-A'])
    expect(await tickers('status=open')).toEqual([TICKER, OTHER, COMBO])
    await sim.event({ venue: 'kalshi', type: 'market_status', ticker: 'KXBTC-1-A', status: 'closed' })
    expect(await tickers('status=closed')).toEqual(['KXBTC-1-A'])
  })

  it('pages: an opaque cursor, "" at the end, page one for a cursor that is none, 400 above the limit', async () => {
    const page = async (query: string): Promise<{ markets: { ticker: string }[]; cursor: string }> =>
      (await sim.anyone.get(`/markets?${query}`)).body as never
    const first = await page('limit=3')
    expect(first.cursor).not.toBe('')
    const second = await page(`limit=3&cursor=${first.cursor}`)
    expect([second.markets.map(({ ticker }) => ticker), second.cursor]).toEqual([['KXBTC-1-A'], ''])
    expect((await page('limit=3&cursor=nonsense')).markets).toEqual(first.markets)
    for (const path of ['/markets?limit=1001', '/events?limit=201', '/milestones?limit=501', '/markets/trades?limit=1001'])
      expect((await sim.anyone.get(path)).status).toBe(400)
    expect((await sim.alpha.get('/portfolio/deposits?limit=501')).status).toBe(400)
  })

  it('what is old is historical, and only there', async () => {
    expect((await sim.anyone.get(`/historical/markets`)).body['markets']).toMatchObject([{ ticker: OLD }])
    expect((await sim.anyone.get(`/historical/markets/${TICKER}`)).status).toBe(404)
    expect((await sim.anyone.get(`/historical/trades?ticker=${OLD}`)).body['trades']).toHaveLength(1)
    expect((await sim.anyone.get(`/markets/trades?ticker=${OLD}`)).body['trades']).toEqual([])
    expect((await sim.alpha.get('/historical/fills')).body['fills']).toEqual([])
  })

  it('candlesticks of trades and quotes', async () => {
    const span = `start_ts=${seconds(-120)}&end_ts=${seconds(120)}&period_interval=1`
    const { candlesticks } = (await sim.anyone.get(`/series/KXU3/markets/${TICKER}/candlesticks?${span}`)).body as {
      candlesticks: Record<string, unknown>[]
    }
    const total = candlesticks.reduce((sum, candle) => sum + Number(candle['volume_fp']), 0)
    expect(total).toBe(3)
    const end = Number(candlesticks.at(-1)?.['end_period_ts'])
    expect([end % 60, end > seconds(-60), end <= seconds(60)]).toEqual([0, true, true])
    expect(candlesticks.at(-1)).toMatchObject({
      price: { close_dollars: '0.4700' },
      yes_bid: { close_dollars: '0.4700' },
      yes_ask: { close_dollars: '0.5200' },
    })
    const several = await sim.anyone.get(`/markets/candlesticks?market_tickers=${TICKER},${OTHER}&${span}`)
    expect(several.body['markets']).toMatchObject([
      { market_ticker: TICKER, candlesticks },
      { market_ticker: OTHER, candlesticks: [] },
    ])
    expect((await sim.anyone.get(`/markets/candlesticks?market_tickers=${TICKER}&${span.replace('=1', '=7')}`)).status).toBe(400)
    expect((await sim.anyone.get(`/series/KXNONE/markets/${TICKER}/candlesticks?${span}`)).status).toBe(404)
  })

  it('events leave combinations to their own endpoint; milestones need a limit', async () => {
    const events = async (path: string): Promise<string[]> =>
      ((await sim.anyone.get(path)).body['events'] as { event_ticker: string }[]).map((each) => each.event_ticker)
    expect(await events('/events')).not.toContain('KXMVECROSS-S1')
    expect(await events('/events/multivariate')).toEqual(['KXMVECROSS-S1'])
    expect((await sim.anyone.get('/milestones')).status).toBe(400)
    expect((await sim.anyone.get('/milestones?limit=5&related_event_ticker=KXBTC-1')).body['milestones']).toEqual([])
  })

  it('a path with a slash at its end is moved', async () => {
    const response = await fetch(`${sim.restUrl}/markets/`, { redirect: 'manual', signal: AbortSignal.timeout(20_000) })
    expect([response.status, response.headers.get('location')]).toEqual([301, '/trade-api/v2/markets'])
  })
})

describe('setting extra_fields', () => {
  it('puts unknown fields into every object of every answer', async () => {
    const sim = await RunningSim.start(wideScenario({ extra_fields: { new_in_2027: { deep: 1 } } }))
    const { body } = await sim.anyone.get('/markets?limit=1')
    expect(body).toMatchObject({
      new_in_2027: { deep: 1 },
      markets: [{ ticker: TICKER, new_in_2027: { deep: 1 }, price_ranges: [{ new_in_2027: { deep: 1 } }] }],
    })
    await sim.stop()
  })
})
