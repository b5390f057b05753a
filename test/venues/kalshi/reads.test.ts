import { marketId } from '../../../src/core/ids'
import { millis } from '../../../src/core/units'
import { UnknownSeries } from '../../../src/ports/catalog'
import { createKalshiAccount } from '../../../src/venues/kalshi/account'
import { createKalshiCatalog, feeInForce } from '../../../src/venues/kalshi/catalog'
import { createKalshiRest, KalshiReadError, type KalshiRest } from '../../../src/venues/kalshi/rest/call'
import { clock, json, recordingLog, serve, testSigner, type Reply, type TestServer } from './fakes'

const never = new AbortController().signal
const SETTLED = '2026-11-01T00:00:00Z'
const market = (ticker: string, overrides: object = {}): object => ({
  ticker,
  event_ticker: 'KXU3-25MAR',
  status: 'active',
  yes_sub_title: 'Above 4.0%',
  price_ranges: [{ start: '0.0000', end: '0.1000', step: '0.0010' }],
  close_time: '2026-12-01T13:25:00Z',
  result: '',
  ...overrides,
})
const EVENT = { event_ticker: 'KXU3-25MAR', series_ticker: 'KXU3', title: 'Unemployment', exchange_index: 2 }
const CATALOG: Readonly<Record<string, Reply>> = {
  '/series/fee_changes': json(200, { series_fee_change_arr: [] }),
  '/series/KXU3': json(200, { series: { ticker: 'KXU3', fee_type: 'quadratic', fee_multiplier: 0.5 } }),
  '/events/': json(200, { event: EVENT }),
  '/events': json(200, { events: [{ ...EVENT, fee_type_override: 'quadratic_with_maker_fees' }], cursor: '' }),
  '/markets/NOPE': json(404, { error: { code: 'not_found', message: 'not found' } }),
  '/markets/': json(200, { market: market('KXU3-25MAR-T4.0', { exchange_index: 0 }) }),
  '/markets': json(200, {
    markets: [
      market('OPEN'),
      market('VOID', { status: 'finalized', result: 'scalar', settlement_value_dollars: '0.4150' }),
      market('PAID', { status: 'determined', result: 'yes' }),
    ],
    cursor: '',
  }),
}
const ACCOUNT: Readonly<Record<string, Reply>> = {
  '/exchange/user_data_timestamp': json(200, { as_of_time: '2026-11-01T00:00:01Z' }),
  '/portfolio/balance': json(200, {
    balance: 9801,
    balance_dollars: '98.0186',
    balance_breakdown: [
      { exchange_index: 0, balance: '90.0000' },
      { exchange_index: 2, balance: '8.0186' },
    ],
  }),
  '/portfolio/positions': json(200, {
    market_positions: [
      { ticker: 'A', position_fp: '-3.50' },
      { ticker: 'B', position_fp: '0.00' },
    ],
    cursor: null,
  }),
  '/portfolio/orders': json(200, { orders: [], cursor: '' }),
  '/portfolio/fills': json(200, { fills: [], cursor: '' }),
  '/portfolio/settlements': json(200, { settlements: [{ ticker: 'A', revenue: 4_000, settled_time: SETTLED }], cursor: '' }),
}

describe('reads', () => {
  let server: TestServer
  let rest: KalshiRest
  let replies: Readonly<Record<string, Reply>> = {}
  /** Given first, before the replies. */
  const once: Reply[] = []
  beforeEach(async () => {
    once.length = 0
    server = await serve(({ path }) => {
      const inside = path.replace('/trade-api/v2', '')
      return once.shift() ?? Object.entries(replies).find(([start]) => inside.startsWith(start))?.[1] ?? json(404, {})
    })
    rest = createKalshiRest({ baseUrl: `${server.origin}/trade-api/v2`, signer: testSigner(), clock, frameLog: null, log: recordingLog() })
  })
  afterEach(async () => {
    await rest.close()
    await server.close()
  })

  it('lists a series with grid, fees in force, shard and what YES pays', async () => {
    replies = CATALOG
    const listings = await createKalshiCatalog({ rest, clock }).listings('KXU3', never)
    expect(listings.map(({ market: ticker, status, yesPays }) => [ticker, status, yesPays])).toEqual([
      ['OPEN', 'open', null],
      ['VOID', 'settled', 415_000],
      ['PAID', 'determined', 1_000_000],
    ])
    expect(listings[0]).toMatchObject({
      series: 'KXU3',
      event: 'KXU3-25MAR',
      title: 'Unemployment: Above 4.0%',
      bands: [{ start: 0, end: 1_000, step: 10 }],
      fees: { feeType: 'quadratic_with_maker_fees', multiplier: 5_000 },
      shard: 2,
      contracts: null,
    })
  })

  it('tells a series that the venue does not list from one that it cannot tell now', async () => {
    const catalog = createKalshiCatalog({ rest, clock })
    replies = { ...CATALOG, '/series/KXU3': json(404, {}) }
    await expect(catalog.asked('KXU3', never)).rejects.toThrow(UnknownSeries)
    replies = { ...CATALOG, '/series/KXU3': json(401, {}) }
    await expect(catalog.asked('KXU3', never)).rejects.toThrow('Kalshi did not answer GET /series/KXU3')
  })

  it('finds one listing by its ticker, and none where the venue knows none', async () => {
    replies = CATALOG
    const catalog = createKalshiCatalog({ rest, clock })
    expect(await catalog.listing(marketId('KXU3-25MAR-T4.0'), never)).toMatchObject({
      series: 'KXU3',
      shard: 0,
      fees: { feeType: 'quadratic' },
    })
    expect(await catalog.listing(marketId('NOPE'), never)).toBeNull()
  })

  it('asks once for what the markets of a series inherit, and again when somebody may have heard of a change', async () => {
    replies = CATALOG
    const get = jest.spyOn(rest, 'get')
    const asked = (): readonly string[] => get.mock.calls.map(([path]) => path).filter((path) => !path.startsWith('/markets/'))
    let nowMs = clock.nowMs()
    const catalog = createKalshiCatalog({ rest, clock: { ...clock, nowMs: () => nowMs } })
    const first = await catalog.listing(marketId('A'), never)
    const second = await catalog.listing(marketId('B'), never)
    expect(asked()).toEqual(['/events/KXU3-25MAR', '/events/fee_changes', '/series/KXU3', '/series/fee_changes'])
    nowMs = millis(nowMs + 1_999)
    expect((await catalog.listing(marketId('C'), never))?.fees.fetchedAtMs).toBe(first?.fees.fetchedAtMs)
    expect(second?.fees.fetchedAtMs).toBe(first?.fees.fetchedAtMs)
    nowMs = millis(nowMs + 1)
    await catalog.listing(marketId('D'), never)
    expect(asked().filter((path) => path === '/series/KXU3')).toHaveLength(2)
  })

  it('takes the latest fee change whose time has come', () => {
    const fee = (feeType: string) => ({ feeType, multiplier: 10_000 })
    const change = (feeType: string, fromMs: number, series = 'S') => ({ series, fee: fee(feeType), fromMs: millis(fromMs) })
    const changes = [change('due', 10), change('superseded', 5), change('future', 21), change('other', 15, 'T')]
    expect(feeInForce(fee('now'), changes, 'S', millis(20))).toEqual(fee('due'))
    expect(feeInForce(fee('now'), changes, 'S', millis(4))).toEqual(fee('now'))
  })

  it('tells the account: exact cash, the net as the outcome held, payouts in micro-dollars', async () => {
    replies = ACCOUNT
    expect(await createKalshiAccount({ rest, account: 'acc', clock }).statement(millis(1_789_000_000_000), never)).toMatchObject({
      asOfMs: Date.parse('2026-11-01T00:00:01Z'),
      cash: 98_018_600,
      purses: [
        { purse: 'kalshi', cash: 90_000_000 },
        { purse: 'kalshi/0.2', cash: 8_018_600 },
      ],
      positions: [{ market: 'A', outcome: 'no', quantity: 350 }],
      openOrders: [],
      payouts: [{ market: 'A', paid: 40_000_000, atMs: Date.parse(SETTLED) }],
    })
    expect(server.asked.some(({ path }) => /fills\?.*min_ts=1788999999&/.test(path))).toBe(true)
  })

  it('E8 tells of one subaccount what the venue tells of all unless asked: orders, fills and payouts go with its balance', async () => {
    replies = ACCOUNT
    await createKalshiAccount({ rest, account: 'acc', clock }).statement(millis(0), never)
    const lists = server.asked.map(({ path }) => path).filter((path) => /orders|fills|settlements/.test(path))
    expect(lists).toHaveLength(3)
    for (const path of lists) expect(path).toContain('subaccount=0')
  })

  it.each([
    ['does not sum to the whole', [{ exchange_index: 0, balance: '98.0185' }], 'shards hold 98018500 µ$ in sum, not 98018600'],
    ['tells a shard twice', [0, 0].map((shard) => ({ exchange_index: shard, balance: '49.0093' })), 'a shard is told twice'],
    ['is missing, as for a key that is restricted to a subaccount', undefined, 'balance_breakdown'],
  ])('E8 does not take a balance whose breakdown %s', async (_what, balance_breakdown, message) => {
    replies = { ...ACCOUNT, '/portfolio/balance': json(200, { balance_dollars: '98.0186', balance_breakdown }) }
    await expect(createKalshiAccount({ rest, account: 'acc', clock }).statement(millis(0), never)).rejects.toThrow(message)
  })

  it('follows cursors to the end, and refuses a list that goes in circles', async () => {
    replies = { '/portfolio/fills': json(200, { fills: [], cursor: 'again' }) }
    once.push(json(200, { items: ['a'], cursor: 'two' }), json(200, { items: ['b'], cursor: '' }))
    const page = (body: unknown) => body as { items: string[]; cursor: string }
    expect(await rest.getAll('/x', { limit: 1 }, page, never)).toEqual(['a', 'b'])
    const circle = rest.getAll('/portfolio/fills', {}, (body) => ({ items: [], cursor: (body as { cursor: string }).cursor }), never)
    await expect(circle).rejects.toThrow('repeats the pages of GET /portfolio/fills')
  })

  it('repeats a read after 429, 5xx and a reset, but not one that was understood and refused', async () => {
    replies = ACCOUNT
    once.push({ status: 429, body: '{"error":"too many requests"}' }, { status: 502, body: '' }, 'reset')
    expect(await rest.get('/portfolio/balance', {}, (body) => body, never)).toMatchObject({ balance: 9801 })
    once.push(json(400, { msg: 'Parameter validation failed' }))
    await expect(rest.get('/portfolio/balance', {}, (body) => body, never)).rejects.toThrow(KalshiReadError)
    expect(server.asked).toHaveLength(5)
  })

  it('signs the path without the query', async () => {
    replies = ACCOUNT
    await rest.get('/portfolio/fills', { limit: 5 }, (body) => body, never)
    expect(server.asked[0]?.path).toBe('/trade-api/v2/portfolio/fills?limit=5')
    expect(Object.keys(server.asked[0]?.headers ?? {})).toEqual(expect.arrayContaining(['kalshi-access-key', 'kalshi-access-signature']))
  })
})
