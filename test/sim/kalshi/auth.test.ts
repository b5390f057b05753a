import { signedHeaders } from '../support/client'
import { ALPHA, BETA, kalshiScenario, RunningSim, TICKER } from '../support/running'

const PATH = '/trade-api/v2/portfolio/balance'
/** Recorded answers of the venue, June 2026. */
const RECORDED = {
  bad_signature: { error: { code: 'authentication_error', message: 'authentication_error', details: 'INCORRECT_API_KEY_SIGNATURE' } },
  unknown_key_id: { error: { code: 'authentication_error', message: 'authentication_error', details: 'NOT_FOUND' } },
  missing_signature_header: {
    error: { code: 'signature_is_missing_from_headers', message: 'signature is missing from headers' },
  },
  skew_minus30s: { error: { code: 'header_timestamp_expired', message: 'header timestamp expired' } },
}

describe('request signing', () => {
  let sim: RunningSim
  beforeAll(async () => {
    sim = await RunningSim.start()
  })
  afterAll(() => sim.stop())

  const balance = (headers: Record<string, string>): Promise<{ status: number; body: unknown }> =>
    sim.anyone.raw('GET', '/portfolio/balance', headers)
  const skewed = (ms: number): Promise<{ status: number; body: unknown }> => balance(signedHeaders(ALPHA, 'GET', PATH, Date.now() + ms))

  it('accepts RSA-PSS and Ed25519', async () => {
    expect((await balance(signedHeaders(ALPHA, 'GET', PATH))).status).toBe(200)
    expect((await balance(signedHeaders(BETA, 'GET', PATH))).status).toBe(200)
  })

  it('does not sign the query', async () => {
    const { status } = await sim.alpha.get('/portfolio/orders?limit=5')
    expect(status).toBe(200)
  })

  it('answers a wrong signature as recorded', async () => {
    const reply = await balance(signedHeaders(ALPHA, 'POST', PATH))
    expect(reply).toEqual({ status: 401, body: RECORDED.bad_signature })
  })

  it('answers an unknown key as recorded', async () => {
    const reply = await balance(signedHeaders({ ...ALPHA, keyId: '00000000-0000-0000-0000-000000000000' }, 'GET', PATH))
    expect(reply).toEqual({ status: 401, body: RECORDED.unknown_key_id })
  })

  it('answers a missing header as recorded', async () => {
    const { 'KALSHI-ACCESS-SIGNATURE': _left, ...headers } = signedHeaders(ALPHA, 'GET', PATH)
    expect(await balance(headers)).toEqual({ status: 401, body: RECORDED.missing_signature_header })
  })

  it.each([-300_000, -30_000, 300_000])('refuses a time stamp %d ms off as recorded', async (ms) => {
    expect(await skewed(ms)).toEqual({ status: 401, body: RECORDED.skew_minus30s })
  })

  it.each([-5_000, 5_000, 25_000])('accepts a time stamp %d ms off', async (ms) => {
    expect((await skewed(ms)).status).toBe(200)
  })

  it('serves market data unsigned, but checks a signature that is there', async () => {
    expect((await sim.anyone.get('/markets')).status).toBe(200)
    expect((await sim.anyone.raw('GET', '/markets', signedHeaders(ALPHA, 'GET', PATH))).status).toBe(401)
  })

  it('refuses an unsigned WebSocket with 401', async () => {
    const response = await fetch(sim.wsUrl.replace('ws:', 'http:'), { signal: AbortSignal.timeout(20_000) })
    expect(response.status).toBe(404)
    await expect(sim.stream({ ...ALPHA, keyId: 'nobody' })).rejects.toThrow('401')
  })
})

describe('what a key may do', () => {
  let sim: RunningSim
  afterEach(() => sim.stop())

  /** The key of alpha, restricted. */
  async function start(key: object, series: object = {}): Promise<void> {
    const api_keys = [{ key_id: ALPHA.keyId, public_key_file: 'alpha.pub.pem', name: 'restricted', ...key }]
    sim = await RunningSim.start(kalshiScenario({ alpha: { api_keys }, series }))
  }
  const statuses = async (...paths: string[]): Promise<number[]> =>
    Promise.all(paths.map(async (path) => (await sim.alpha.get(path)).status))

  it('read: no order, with 403', async () => {
    await start({ scopes: ['read'] })
    expect(await sim.alpha.order({ ticker: TICKER })).toMatchObject({ status: 403, body: { error: { code: 'permission_denied' } } })
    expect(await statuses('/portfolio/balance', '/portfolio/orders', '/markets')).toEqual([200, 200, 200])
  })

  it('read::portfolio_balance: the balance alone', async () => {
    await start({ scopes: ['read::portfolio_balance'] })
    expect(await statuses('/portfolio/balance', '/portfolio/fills')).toEqual([200, 403])
  })

  it('write::trade trades and write::transfer transfers, neither does the other', async () => {
    const transfer = { source: 'event_contract', destination: 'event_contract', amount: 100, destination_exchange_shard: 1 }
    const move = async (): Promise<number> => (await sim.alpha.call('POST', '/portfolio/intra_exchange_instance_transfer', transfer)).status
    const trade = async (): Promise<number> => (await sim.alpha.order({ ticker: TICKER })).status
    await start({ scopes: ['write::trade'] })
    expect([await trade(), await move()]).toEqual([201, 403])
    await sim.stop()
    await start({ scopes: ['write::transfer'] })
    expect([await trade(), await move()]).toEqual([403, 200])
  })

  it('a key of one subaccount: no other, and nothing about the whole account', async () => {
    await start({ subaccount: 2 })
    expect((await sim.alpha.order({ ticker: TICKER })).status).toBe(403)
    expect(await statuses('/portfolio/positions', '/portfolio/positions?subaccount=2', '/portfolio/fills', '/api_keys')).toEqual([
      403, 200, 200, 403,
    ])
  })

  it('a lapsed attestation stops Sports, Elections and Entertainment, and is listed', async () => {
    await start({ region_expiration_ts: '-1s' }, { category: 'Sports' })
    expect(await sim.alpha.order({ ticker: TICKER })).toMatchObject({
      status: 403,
      body: { error: { code: 'region_attestation_expired' } },
    })
    const { body } = await sim.alpha.get('/api_keys')
    expect(body['api_keys']).toEqual([{ api_key_id: ALPHA.keyId, name: 'restricted', scopes: ['read', 'write'], subaccount: null }])
    expect(body['api_key_region_expiration_ts']).toBeLessThanOrEqual(Math.floor(Date.now() / 1000))
    await sim.stop()
    await start({ region_expiration_ts: '-1s' }, { category: 'Economics' })
    expect((await sim.alpha.order({ ticker: TICKER })).status).toBe(201)
    await sim.stop()
    await start({ region_expiration_ts: '+1h' }, { category: 'Elections' })
    expect((await sim.alpha.order({ ticker: TICKER })).status).toBe(201)
  })
})
