import fs from 'node:fs'
import path from 'node:path'
import { pairUp } from '../../../src/core/box/matching/pair-up'
import type { Venue } from '../../../src/core/ids'
import type { Asked, Listing } from '../../../src/ports/catalog'
import { createForecastexCatalog, type ForecastexCatalog } from '../../../src/venues/forecastex/catalog'
import { createKalshiCatalog } from '../../../src/venues/kalshi/catalog'
import { ClockOffset } from '../../../src/venues/kalshi/offset'
import { createKalshiRest, type KalshiRest } from '../../../src/venues/kalshi/rest/call'
import { createSigner } from '../../../src/venues/kalshi/sign'
import { money } from '../../../src/core/units'
import { ALPHA, RunningSim } from '../../sim/support/running'
import { forever, startGateway, stopAll, TestClock } from '../forecastex/rig'
import { recordingLog } from '../kalshi/fakes'

const EXAMPLE = path.resolve(__dirname, '../../../examples/first-trade/scenario.json')
const FIRST = 'KXU3-25MAR-T4.0'
const FIRST_YES = 710_000_001
const clock = new TestClock()

type Section = Readonly<Record<string, unknown>>
/** The example's venues without its tapes, for an account of ours. */
function quiet(): Section {
  const { kalshi, ibkr } = JSON.parse(fs.readFileSync(EXAMPLE, 'utf8')) as { kalshi: Section; ibkr: Section }
  const api_keys = [{ key_id: ALPHA.keyId, public_key_file: 'alpha.pub.pem' }]
  const account = { account_id: 'alpha', usage_tier: 'prestige', balance_dollars: '100.0000', api_keys }
  return { schema_version: 1, kalshi: { ...kalshi, accounts: [account] }, ibkr }
}

describe('the first scenario', () => {
  let sim: RunningSim
  let rest: KalshiRest
  let kalshi: ReturnType<typeof createKalshiCatalog>
  let forecastex: ForecastexCatalog
  beforeEach(async () => {
    sim = await RunningSim.start(quiet())
    const privateKeyPem = ALPHA.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
    const signer = createSigner({ keyId: ALPHA.keyId, privateKeyPem }, new ClockOffset(), clock)
    rest = createKalshiRest({ baseUrl: sim.restUrl, signer, clock, frameLog: null, log: recordingLog() })
    kalshi = createKalshiCatalog({ rest, clock })
    const { gateway } = startGateway(sim.ibkrPort)
    await gateway.whenUp(forever)
    forecastex = createForecastexCatalog({ gateway, clock, feePerContract: () => money('0.01') })
  })
  afterEach(async () => {
    await stopAll()
    await rest.close()
    await sim.stop()
  })

  const questions = async (): Promise<readonly Asked[]> => {
    const found = await forecastex.product('UNR', forever)
    return found.kind === 'read' ? found.questions : []
  }
  const first = (venue: Venue): Promise<Listing | null> =>
    venue === 'kalshi' ? kalshi.listing(FIRST as never, forever) : forecastex.listing(String(FIRST_YES) as never, forever)
  const change = async (event: Section): Promise<void> => {
    expect((await sim.event(event)).status).toBe(200)
    clock.offsetMs += 2_000 // what the markets of a series share is asked for again
  }

  it('suggests its four pairs, each of one strike, and no other', async () => {
    const readable = (asked: readonly Asked[]) => asked.map(({ listing, reading }) => ({ ...listing, reading }))
    const found = pairUp(readable(await kalshi.asked('KXU3', forever)), readable(await questions()))
    const strikes = found.map(({ kalshi: { market }, forecastex: { contracts } }) => `${market.slice(-3)} ${contracts?.yes}`)
    expect(strikes.toSorted()).toEqual(['4.0', '4.1', '4.2', '4.3'].map((strike, i) => `${strike} ${FIRST_YES + 2 * i}`))
    expect(found.map(({ judgement: { polarity } }) => polarity)).toEqual(['same', 'same', 'same', 'same'])
  })

  it.each<[string, Venue, Section]>([
    ['rules that Kalshi words anew', 'kalshi', { type: 'metadata', ticker: FIRST, rules_primary: 'If it is at least 4.0%, then Yes.' }],
    ['a strike that it sets', 'kalshi', { type: 'metadata', ticker: FIRST, floor_strike: 4.05, told: false }],
    ['contract details with another name', 'forecastex', { type: 'contract_details', con_id: FIRST_YES, long_name: 'US U-3 April 2025' }],
    ['contract details with another date', 'forecastex', { type: 'contract_details', con_id: FIRST_YES, real_expiration_date: '20991231' }],
  ])('has another fingerprint after %s, and only then', async (_what, venue, event) => {
    const before = await first(venue)
    clock.offsetMs += 2_000
    expect((await first(venue))?.rulesSha256).toBe(before?.rulesSha256)
    await change({ venue: venue === 'kalshi' ? 'kalshi' : 'ibkr', ...event })
    const after = await first(venue)
    expect(after?.rulesSha256).toMatch(/^[0-9a-f]{64}$/)
    expect(after?.rulesSha256).not.toBe(before?.rulesSha256)
  })

  it('tells the same fingerprint whether its market or its series is asked for', async () => {
    const [listed] = (await kalshi.asked('KXU3', forever)).filter(({ listing: { market } }) => market === FIRST)
    const [question] = (await questions()).filter(({ listing: { contracts } }) => contracts?.yes === FIRST_YES)
    expect((await first('kalshi'))?.rulesSha256).toBe(listed?.listing.rulesSha256)
    expect((await first('forecastex'))?.rulesSha256).toBe(question?.listing.rulesSha256)
  })
})
