import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import type { Config } from '../../src/config/load'
import { millis } from '../../src/core/units'
import { openForecastexOrders } from '../../src/wiring/orders/forecastex'
import type { ForecastexSession } from '../../src/wiring/venues'
import { MemoryJournal } from '../activities/doubles'
import { LogBook } from '../stores/doubles'
import {
  ACCOUNT,
  answerRead,
  atEnd,
  fixedCatalog,
  forever,
  MARKET,
  RawGateway,
  startGateway,
  stopAll,
  until,
} from '../venues/forecastex/rig'

afterEach(stopAll)

/** The orders of a shard in front of a gateway that answers the reads of positions when it is told to. */
async function shard() {
  const server = new RawGateway()
  const held: (() => void)[] = []
  let isHolding = true
  server.onFrame = (tokens, send) => {
    if (tokens[0] === '61' && isHolding) held.push(() => answerRead(tokens, send))
    else answerRead(tokens, send)
  }
  atEnd(() => server.close())
  const adapter = startGateway(await server.listen())
  const dataDir = mkdtempSync(path.join(os.tmpdir(), 'crossbook-orders-'))
  atEnd(() => Promise.resolve(rmSync(dataDir, { recursive: true })))
  const forecastex = { finality_grace_ms: 50, calendar: 'open' }
  const config = {
    endpoints: { forecastex: { account: ACCOUNT } },
    mode: 'sim',
    venues: { forecastex },
    shardDir: dataDir,
  } as unknown as Config
  const session = { gateway: adapter.gateway, catalog: fixedCatalog } as unknown as ForecastexSession
  const proof = () => ({ kalshi: millis(1), forecastex: millis(2) })
  const hooks = { proof, access: () => 'open' as const, bandsOf: () => null }
  const orders = await openForecastexOrders(config, session, new MemoryJournal(), adapter.frameLog, hooks, new LogBook())
  atEnd(() => orders.close())
  const answer = (): void => {
    isHolding = false
    for (const go of held.splice(0)) go()
  }
  return { ...orders, adapter, server, held, answer }
}

describe('while the account is read after a reconnect', () => {
  it('E9 the session is unproven, so that nothing opens, and cures find the market closed (E24); afterwards both are as they were', async () => {
    const { entry, proof, access, held, answer } = await shard()
    await until('the first read of positions', () => held.length === 1)
    expect([proof(), access('forecastex', MARKET), access('kalshi', 'KXU3')]).toEqual([{ kalshi: 1, forecastex: null }, 'closed', 'open'])
    answer()
    await entry.whenRecovered(forever)
    expect([proof(), access('forecastex', MARKET)]).toEqual([{ kalshi: 1, forecastex: 2 }, 'open'])
  })

  it('the same again with each new session', async () => {
    const { entry, proof, adapter, server, answer } = await shard()
    answer()
    await entry.whenRecovered(forever)
    server.drop()
    await until('the loss', () => !adapter.gateway.session.up)
    expect(proof().forecastex).toBeNull()
    await entry.whenRecovered(forever)
    expect(adapter.gateway.session.conn).toBe(2)
    expect(proof().forecastex).toBe(2)
  })
})
