import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { readDemo } from '../../../src/config/demo'
import type { Finding } from '../../../src/operator/health/doctor'
import { validateDemo } from '../../../src/operator/drills/demo'
import { systemClock } from '../../../src/wiring/clock'
import { openDemo } from '../../../src/wiring/drills/demo'
import { ALPHA, kalshiScenario, OTHER, RunningSim, TICKER } from '../../sim/support/running'

const LIMIT_MS = 60_000
jest.setTimeout(LIMIT_MS)

describe('crossbook doctor demo, at a simulated venue', () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'crossbook-demo-'))
  const keyFile = path.join(folder, 'demo.pem')
  const venues = fs.readFileSync(path.join(__dirname, '..', '..', '..', 'config', 'venues.yaml'), 'utf8')
  const configured = (restUrl: string) => {
    const demo = `demo: { rest_url: '${restUrl}', key_id: ${ALPHA.keyId}, private_key_file: ${keyFile} }`
    fs.writeFileSync(path.join(folder, 'venues.yaml'), venues.replace('series: [KXU3]', `series: [KXU3]\n  ${demo}`))
    return readDemo({ CROSSBOOK_CONFIG: folder })
  }
  const validated = async (sim: RunningSim): Promise<readonly Finding[]> => {
    const venue = openDemo(configured(sim.restUrl))
    try {
      return await validateDemo(venue, systemClock(), 7, AbortSignal.timeout(LIMIT_MS))
    } finally {
      await venue.close()
    }
  }
  /** What the venue was asked to do about orders, as it lists them. */
  const orders = async (sim: RunningSim) =>
    ((await sim.alpha.get('/portfolio/orders')).body as { orders: readonly { status: string; fill_count_fp: string }[] }).orders
  beforeAll(() => fs.writeFileSync(keyFile, ALPHA.privateKey.export({ type: 'pkcs8', format: 'pem' })))
  afterAll(() => fs.rmSync(folder, { recursive: true, force: true }))

  it('checks the account, rests one order, cancels it, and leaves nothing', async () => {
    const sim = await RunningSim.start()
    const rows = await validated(sim)
    expect(rows.filter(({ verdict }) => verdict === 'failed')).toEqual([])
    expect(rows.map(({ check }) => check)).toEqual(expect.arrayContaining(['key scopes', 'clock']))
    expect(rows.slice(-4)).toMatchObject([
      { check: 'balance', verdict: 'ok', detail: '$100.00 of mock funds' },
      { check: 'order', verdict: 'ok', detail: expect.stringContaining('1.00 yes of KXU3-25MAR-T4.0 at $0.0100 rests') as string },
      { check: 'cancel', verdict: 'ok' },
      { check: 'left', verdict: 'ok' },
    ])
    expect(await orders(sim)).toMatchObject([{ status: 'canceled', fill_count_fp: '0.00' }])
  })

  it('sends nothing where cash is missing', async () => {
    const sim = await RunningSim.start(kalshiScenario({ alpha: { balance_dollars: '0.0050' } }))
    expect((await validated(sim)).at(-1)).toMatchObject({ check: 'balance', verdict: 'failed', remedy: 'add mock funds on demo.kalshi.co' })
    expect(await orders(sim)).toEqual([])
  })

  it('sends nothing where no market is open', async () => {
    const sim = await RunningSim.start()
    for (const ticker of [TICKER, OTHER]) await sim.event({ venue: 'kalshi', type: 'market_status', ticker, status: 'inactive' })
    expect((await validated(sim)).at(-1)).toMatchObject({
      check: 'order',
      verdict: 'failed',
      detail: expect.stringContaining('not sent') as string,
    })
  })

  it('is refused by another address than a demo venue', () => {
    for (const url of [
      'https://api.elections.kalshi.com/trade-api/v2',
      'https://external-api.kalshi.com/trade-api/v2',
      'http://external-api.demo.kalshi.co/x',
    ])
      expect(() => configured(url)).toThrow(/is not Kalshi's demo venue/)
  })

  it('names what to write where no account is configured', () => {
    fs.writeFileSync(path.join(folder, 'venues.yaml'), venues)
    expect(() => readDemo({ CROSSBOOK_CONFIG: folder })).toThrow(/create an API key on demo\.kalshi\.co, and write kalshi\.demo/)
  })
})
