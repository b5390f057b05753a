import { randomUUID } from 'node:crypto'
import { cancelResting, type CancelDependencies } from '../../../src/activities'
import type { HaltReport } from '../../../src/operator/halts'
import { kill, type KillDependencies, type KilledReport } from '../../../src/operator/kill'
import { readControls } from '../../../src/operator/controls'
import { readHalts } from '../../../src/stores/postgres/halts'
import { ClockOffset } from '../../../src/venues/kalshi/offset'
import { createKalshiOrderEntry } from '../../../src/venues/kalshi/order-entry'
import { createKalshiRest, type KalshiRest } from '../../../src/venues/kalshi/rest/call'
import { createSigner } from '../../../src/venues/kalshi/sign'
import { spell, termsOf } from '../../../src/venues/forecastex/direction'
import { price } from '../../../src/core/units'
import { openOrdersAtForecastex, openOrdersAtKalshi } from '../../../src/wiring/resting'
import { ALPHA, RunningSim, TICKER } from '../../sim/support/running'
import { LogBook } from '../../stores/doubles'
import { ACCOUNT, CLIENT_ID, intent, NO, stopAll, YES } from '../../venues/forecastex/rig'
import { trading } from '../../venues/forecastex/sim-rig'
import { clock } from '../../venues/kalshi/fakes'
import { command, controls, ledger } from './support/office'

jest.setTimeout(60_000)
const ANA = { name: 'ana', role: 'operator' } as const
const OURS = 'cb-K1-a1'
/** Two looks at a loopback gateway take milliseconds. */
const RECOVERED_LIMIT_MS = 10_000

let sim: RunningSim
let rest: KalshiRest
let kalshi: CancelDependencies
beforeEach(async () => {
  sim = await RunningSim.start()
  const log = new LogBook()
  const privateKeyPem = ALPHA.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  const signer = createSigner({ keyId: ALPHA.keyId, privateKeyPem }, new ClockOffset(), clock)
  rest = createKalshiRest({ baseUrl: sim.restUrl, signer, clock, frameLog: null, log })
  const entry = createKalshiOrderEntry({ rest, account: 'alpha', clock, log, shardOf: () => 0 })
  kalshi = { entry, openOrders: openOrdersAtKalshi(rest), log }
})
afterEach(async () => {
  await rest.close()
  await sim.stop()
  await stopAll()
})

/** An order that stays in Kalshi's book, as a rewritten time in force leaves one. @returns its id there. */
async function plantAtKalshi(clientOrderId: string): Promise<string> {
  const fields = { ticker: TICKER, client_order_id: clientOrderId, price: '0.4000', time_in_force: 'good_till_canceled' }
  const { status, body } = await sim.alpha.order(fields)
  expect(status).toBe(201)
  return String(body['order_id'])
}
async function restingAtKalshi(): Promise<readonly string[]> {
  const { body } = await sim.alpha.get('/portfolio/orders?status=resting')
  return (body['orders'] as { client_order_id: string }[]).map(({ client_order_id }) => client_order_id)
}

/** The simulated gateway with one order of ours and one of a person, both resting. */
async function plantAtForecastex(): Promise<CancelDependencies> {
  const { adapter, orders } = await trading()
  // what rests before is cancelled by the recovery already
  await orders.whenRecovered(AbortSignal.timeout(RECOVERED_LIMIT_MS))
  const { gateway } = adapter
  const plant = (orderRef: string, place: number): void => {
    const { contract, order } = spell(termsOf(intent({ limit: price('0.50') }), { yes: YES, no: NO }, ACCOUNT, CLIENT_ID, 'DAY'))
    gateway.send([], (ib) => ib.placeOrder(gateway.nextOrderId + place, contract, { ...order, orderRef }))
  }
  plant('cb-K1-b2', 0)
  plant('by hand', 1)
  return { entry: orders, openOrders: openOrdersAtForecastex(gateway, ACCOUNT), log: new LogBook() }
}

const run = (other: Partial<KillDependencies> = {}): Promise<KilledReport> =>
  kill({ ...command(), shards: [controls().shard], cancelAtKalshi: (signal) => cancelResting(kalshi, signal), ...other }, ANA, 'drill')
const stands = async (report: HaltReport): Promise<void> => {
  expect(command().haltFile.read().scopes).toEqual(['all'])
  expect(await readHalts(ledger().database)).toMatchObject({ epoch: report.epoch, active: [{ scope: 'all', reason: 'drill' }] })
}

describe('E27: crossbook kill', () => {
  it('halts, cancels what rests of ours at both venues by id, leaves manual orders, and reads back that nothing rests', async () => {
    await plantAtKalshi(OURS)
    await plantAtKalshi('by-hand')
    const forecastex = await plantAtForecastex()
    await controls().serveVenues([kalshi, forecastex])
    const report = await run()
    const venue = { cancelled: 1, resting: [], others: 1, unread: null }
    expect(report).toMatchObject({ scope: 'all', epoch: 1, openTrades: 0, cancelledOrders: 2, resting: [], unreached: [] })
    expect(report.venues).toEqual([
      { venue: 'kalshi', ...venue },
      { venue: 'forecastex', ...venue },
    ])
    expect(await restingAtKalshi()).toEqual(['by-hand'])
    await stands(report)
    expect((await readControls(controls().line)).lastKill?.venues).toEqual(report.venues)
    expect(await ledger().column(`select detail ->> 'cancelledOrders' from audit where action = 'kill'`)).toEqual(['2'])
  })

  it('without a streaming process cancels at Kalshi by REST, and says that ForecastEx is not known', async () => {
    await plantAtKalshi(OURS)
    await plantAtKalshi('by-hand')
    const report = await run()
    expect(report).toMatchObject({ cancelledOrders: 1, resting: [] })
    expect(report.unreached).toEqual([expect.stringMatching(/^what rests at forecastex is not known: the streaming process of shard/)])
    expect(await restingAtKalshi()).toEqual(['by-hand'])
    await stands(report)
  })

  it('without Temporal does the same, and says that running trades were not told', async () => {
    await plantAtKalshi(OURS)
    const line = { account: randomUUID(), temporal: () => Promise.reject(new Error('connection refused')) }
    const report = await run({ controls: line })
    expect(report).toMatchObject({ cancelledOrders: 1, openTrades: 0 })
    expect(report.unreached).toEqual([
      expect.stringMatching(/^running trades could not be told \(the risk controller does not answer \(connection refused\)\)/),
      expect.stringMatching(/^what rests at forecastex is not known: the risk controller does not answer/),
    ])
    expect(await restingAtKalshi()).toEqual([])
    await stands(report)
  })

  it('names a venue that cannot be read back, and keeps the halt', async () => {
    await controls().serveVenues([kalshi])
    await sim.stop()
    const report = await run()
    expect(report.unreached).toEqual([expect.stringMatching(/^what rests at kalshi is not known: /)])
    await stands(report)
  })
})
