import { kalshiScenario, RunningSim, TICKER } from '../support/running'

const refused = (code: string, details?: string): unknown => ({
  error: { code, message: code.replaceAll('_', ' '), ...(details === undefined ? {} : { details }) },
})

describe('orders that are not taken', () => {
  let sim: RunningSim
  beforeAll(async () => {
    sim = await RunningSim.start()
  })
  afterAll(() => sim.stop())

  it('refuses numbers in the decoder’s recorded words', async () => {
    const { status, body } = await sim.alpha.order({ ticker: TICKER, count: 1, price: 0.01 })
    expect({ status, body }).toEqual({
      status: 400,
      body: {
        code: 'bad_request',
        message: 'bad request',
        details: 'json: cannot unmarshal number into Go struct field CreateOrderV2Request.count of type string',
      },
    })
  })

  it.each([
    ['off the grid', { price: '0.5150' }, 400, refused('invalid_price')],
    ['zero price', { price: '0.0000' }, 400, refused('invalid_price')],
    ['a dollar', { price: '1.0000' }, 400, refused('invalid_price')],
    ['more than the balance', { price: '0.9900', count: '10099.00' }, 400, refused('insufficient_balance')],
    ['a count of zero', { count: '0.00' }, 400, refused('invalid_order_size')],
    ['an unknown market', { ticker: 'KXNONE-1' }, 404, refused('market_not_found')],
    ['a dot in the client id', { client_order_id: 'a.b' }, 400, refused('invalid_parameters', 'client_order_id')],
    ['expiry of an IOC', { expiration_time: 4_000_000_000 }, 400, refused('invalid_order', 'expiration_time needs good_till_canceled')],
  ])('refuses %s', async (_name, fields, status, body) => {
    expect(await sim.alpha.order({ ticker: TICKER, ...fields })).toEqual({ status, body })
  })

  it('refuses a missing field and broken JSON flatly', async () => {
    expect((await sim.alpha.order({ ticker: TICKER, side: undefined })).body).toMatchObject({ code: 'bad_request' })
    expect((await sim.alpha.call('POST', '/portfolio/events/orders', '{')).body).toMatchObject({ code: 'bad_request' })
  })

  it('answers legacy writes with 410', async () => {
    const reply = await sim.alpha.call('POST', '/portfolio/orders', { ticker: TICKER })
    expect(reply).toEqual({ status: 410, body: refused('deprecated_v1_order_endpoint') })
    expect((await sim.alpha.call('DELETE', '/portfolio/orders/x')).status).toBe(410)
  })

  it('takes no order while paused, and says so in the status', async () => {
    await sim.event({ venue: 'kalshi', type: 'pause', scope: 'trading', on: true })
    expect(await sim.alpha.order({ ticker: TICKER })).toEqual({ status: 409, body: refused('trading_is_paused') })
    expect((await sim.anyone.get('/exchange/status')).body).toMatchObject({ exchange_active: true, trading_active: false })
    await sim.event({ venue: 'kalshi', type: 'pause', scope: 'trading', on: false })
  })
})

describe('rate limits', () => {
  it('answers 429 with a string when the bucket is empty', async () => {
    const settings = { rate_limits: true, max_skew_ms: 10_000_000_000_000 }
    const scenario = kalshiScenario({ settings, alpha: { usage_tier: 'basic' } })
    const sim = await RunningSim.start({ ...scenario, clock: { mode: 'manual', start: '2026-11-02T00:00:00Z' } })
    const replies = await Promise.all(Array.from({ length: 15 }, () => sim.alpha.order({ ticker: TICKER, price: '0.0100' })))
    expect(replies.filter((reply) => reply.status === 201)).toHaveLength(10)
    expect(replies.find((reply) => reply.status === 429)?.body).toEqual({ error: 'too many requests' })
    expect((await sim.alpha.get('/account/limits')).body).toMatchObject({
      usage_tier: 'basic',
      write: { refill_rate: 100, bucket_capacity: 100 },
    })
    await sim.stop()
  })
})
