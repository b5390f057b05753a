import { ClockOffset } from '../../../../src/venues/kalshi/offset'
import { createKalshiRest } from '../../../../src/venues/kalshi/rest/call'
import { inspectKalshi, type Check, type InspectOptions, type InspectionReport } from '../../../../src/venues/kalshi/sentinel/inspect'
import { createSigner } from '../../../../src/venues/kalshi/sign'
import { makeKey } from '../../../sim/support/client'
import { ALPHA, kalshiScenario, RunningSim } from '../../../sim/support/running'
import { clock, recordingLog, serve, testSigner, type Answer } from '../fakes'

const NEVER = new AbortController().signal
const DAY_MS = 86_400_000
const find = ({ checks }: InspectionReport, name: string): Check | undefined => checks.find(({ check }) => check === name)
const pem = (key: typeof ALPHA.privateKey): string => key.export({ type: 'pkcs8', format: 'pem' }).toString()

describe('an inspection of the simulated venue', () => {
  let sim: RunningSim
  beforeEach(async () => void (sim = await RunningSim.start(kalshiScenario())))
  afterEach(() => sim.stop())
  const inspect = async (key = ALPHA.privateKey): Promise<InspectionReport> => {
    const signer = createSigner({ keyId: ALPHA.keyId, privateKeyPem: pem(key) }, new ClockOffset(), clock)
    const rest = createKalshiRest({ baseUrl: sim.restUrl, signer, clock, frameLog: null, log: recordingLog() })
    try {
      return await inspectKalshi({ rest, signer, keyId: ALPHA.keyId, series: ['KXU3'], mode: 'sim', clock }, NEVER)
    } finally {
      await rest.close()
    }
  }

  it('finds nothing that stops trading', async () => {
    const report = await inspect()
    expect(report.checks.filter(({ verdict }) => verdict === 'failed')).toEqual([])
    expect(find(report, 'GET /markets/{market}/orderbook')).toMatchObject({ verdict: 'ok', detail: 'as expected' })
    expect(Math.abs(report.clockOffsetMs)).toBeLessThan(2_000)
  })

  it('says once what to do about a wrong key', async () => {
    const { checks } = await inspect(makeKey('rsa').privateKey)
    const failed = checks.filter(({ verdict }) => verdict === 'failed')
    expect(failed).toHaveLength(1)
    expect(failed[0]).toMatchObject({ check: 'API key', remedy: expect.stringContaining('private key') as string })
  })
})

/** A venue that answers what it is told to, and 404 otherwise: only the account is looked at here. */
async function account(answers: Readonly<Record<string, unknown>>, change: Partial<InspectOptions> = {}): Promise<InspectionReport> {
  const answerOf = (path: string): Answer => {
    const body = answers[path.replace(/^\/v2/, '').replace(/\?.*/, '')]
    return body === undefined ? { status: 404, body: '{"error":{"code":"not_found"}}' } : { status: 200, body: JSON.stringify(body) }
  }
  const server = await serve(({ path }) => answerOf(path))
  const signer = testSigner()
  const rest = createKalshiRest({ baseUrl: `${server.origin}/v2`, signer, clock, frameLog: null, log: recordingLog() })
  try {
    return await inspectKalshi({ rest, signer, keyId: 'key-1', series: ['KXNBAGAME'], mode: 'sim', clock, ...change }, NEVER)
  } finally {
    await rest.close()
    await server.close()
  }
}
const keys = (change: object = {}): object => ({
  api_keys: [{ api_key_id: 'key-1', name: 'a', scopes: ['read', 'write::trade'], ...change }],
})
const endsIn = (days: number): object => keys({ api_key_region_expiration_ts: new Date(Date.now() + days * DAY_MS).toISOString() })

it('an unknown series of the configuration is a warning, an endpoint that is gone forbids openings', async () => {
  const report = await account({})
  expect(find(report, 'GET /series/{series}')).toMatchObject({ verdict: 'warning', remedy: 'correct kalshi.series in venues.yaml' })
  expect(find(report, 'GET /portfolio/fills')).toMatchObject({ verdict: 'failed', detail: 'the venue refuses it: not_found' })
})

describe('what must be true of the key', () => {
  it.each([
    [['read', 'write'], 'ok', 'read, write'],
    [['read'], 'failed', 'API key key-1 has read and lacks write::trade'],
    [['write::transfer'], 'failed', 'API key key-1 has write::transfer and lacks read and write::trade'],
  ])('scopes %j: %s', async (scopes, verdict, detail) => {
    expect(find(await account({ '/api_keys': keys({ scopes }) }), 'key scopes')).toMatchObject({ verdict, detail })
  })

  it.each([
    [30, 'ok'],
    [13.5, 'warning'],
    [2.5, 'warning'],
  ])('an attestation of %d more days is %s', async (days, verdict) => {
    const report = await account({ '/api_keys': endsIn(days) })
    expect(find(report, 'location attestation')).toMatchObject({ verdict })
    expect(report.attestationEndsMs).toBeGreaterThan(Date.now())
  })

  it.each([
    ['Sports', 'failed'],
    ['Economics', 'warning'],
  ])('a lapsed attestation with a series of %s is %s', async (category, verdict) => {
    const series = { series: { ticker: 'KXNBAGAME', category, fee_type: 'quadratic', fee_multiplier: 1 } }
    const report = await account({ '/api_keys': endsIn(-1), '/series/KXNBAGAME': series })
    expect(find(report, 'location attestation')).toMatchObject({
      verdict,
      remedy: expect.stringContaining('attest the location again') as string,
    })
  })
})

describe('§8 collateral return and target allocation must read back off before live', () => {
  const netting = (enabled: boolean): object => ({ netting_configs: [{ subaccount_number: 0, enabled, exchange_index: 0 }] })
  const off = {
    '/portfolio/subaccounts/netting': netting(false),
    '/portfolio/target_balance_allocation': { allocations: [], resting_margin_reservation: 'sum' },
  }
  const on = {
    '/portfolio/subaccounts/netting': netting(true),
    '/portfolio/target_balance_allocation': { allocations: [{ exchange_index: 0, percent: 100 }], resting_margin_reservation: 'sum' },
  }
  it.each([
    ['off', 'live', off, 'ok'],
    ['on', 'live', on, 'failed'],
    ['not told', 'live', {}, 'failed'],
    ['on', 'sim', on, 'warning'],
    ['not told', 'sim', {}, 'notice'],
  ] as const)('%s in %s', async (_what, mode, answers, verdict) => {
    const report = await account(answers, { mode })
    expect([find(report, 'collateral return')?.verdict, find(report, 'target allocation')?.verdict]).toEqual([verdict, verdict])
  })
})

it('a clock that is off is named with its remedy', async () => {
  const slow = { ...clock, nowMs: () => (clock.nowMs() - 5_000) as ReturnType<typeof clock.nowMs> }
  const report = await account({}, { clock: slow })
  expect(find(report, 'clock')).toMatchObject({ verdict: 'warning', detail: expect.stringMatching(/s behind Kalshi's/) as string })
})
