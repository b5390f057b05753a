import { signedHeaders } from '../support/client'
import { ALPHA, BETA, RunningSim } from '../support/running'

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

  it.each([-5_000, 5_000])('accepts a time stamp %d ms off', async (ms) => {
    expect((await skewed(ms)).status).toBe(200)
  })

  it('serves market data unsigned, but checks a signature that is there', async () => {
    expect((await sim.anyone.get('/markets')).status).toBe(200)
    expect((await sim.anyone.raw('GET', '/markets', signedHeaders(ALPHA, 'GET', PATH))).status).toBe(401)
  })

  it('refuses an unsigned WebSocket with 401', async () => {
    const response = await fetch(sim.wsUrl.replace('ws:', 'http:'), { signal: AbortSignal.timeout(4_000) })
    expect(response.status).toBe(404)
    await expect(sim.stream({ ...ALPHA, keyId: 'nobody' })).rejects.toThrow('401')
  })
})
