import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { kalshiScenario, RunningSim, TICKER, writeScenario, type ScenarioFolder } from '../../support/running'

type Row = Record<string, unknown>
type Change = [table: string, key: string, row: Row | null]

/** What is told of an account that has traded. */
const told = async (sim: RunningSim): Promise<unknown[]> =>
  Promise.all(
    [
      '/portfolio/orders',
      '/portfolio/fills',
      '/portfolio/positions',
      '/portfolio/balance?subaccount=0',
      `/markets/${TICKER}/orderbook`,
      '/events/KXU3-25MAR',
    ].map(async (path) => ({ ...(await sim.alpha.get(path)).body, updated_ts: 0 })),
  )

/** A folder as it was written when an account had one sum of cash, and nothing had a subaccount. */
function rewriteAsEarlier(file: string): void {
  const rows = new Map<string, Change>()
  for (const line of readFileSync(file, 'utf8').trim().split('\n'))
    for (const change of JSON.parse(line) as Change[]) rows.set(`${change[0]}|${change[1]}`, change)
  const cashOf = (accountId: string): unknown => rows.get(`pocket|${accountId}|0|0`)?.[2]?.['cash']
  const earlier = [...rows.values()].flatMap(([table, key, row]): Change[] => {
    if (row === null || table === 'pocket') return []
    const { subaccount: _subaccount, groupId: _group, postOnly: _postOnly, ...kept } = row
    if (table === 'event') delete (kept['definition'] as Row)['settlement_sources']
    return [[table, key, table === 'account' ? { ...kept, cash: cashOf(key) } : kept]]
  })
  writeFileSync(file, earlier.map((change) => `${JSON.stringify([change])}\n`).join(''))
}

describe('a state folder of an earlier version', () => {
  let state: string
  let folder: ScenarioFolder
  let sim: RunningSim
  const begin = async (): Promise<void> => void (sim = await RunningSim.startIn(folder, state))
  beforeEach(async () => {
    state = mkdtempSync(join(tmpdir(), 'crossbook-sim-earlier-'))
    folder = writeScenario(kalshiScenario())
    await begin()
    await sim.alpha.order({ ticker: TICKER, price: '0.5200', client_order_id: 'a' })
    await sim.alpha.order({ ticker: TICKER, price: '0.1000', client_order_id: 'b', time_in_force: 'good_till_canceled' })
  })
  afterEach(async () => {
    await sim.stop()
    folder.remove()
    rmSync(state, { recursive: true, force: true })
  })

  it('is taken over: its cash is the pocket of subaccount 0 on shard 0, and what rests can be cancelled', async () => {
    const before = await told(sim)
    expect(before[3]).toMatchObject({ balance_dollars: '99.3625', balance_breakdown: [{ exchange_index: 0, balance: '99.3625' }] })
    await sim.stop()
    rewriteAsEarlier(join(state, 'kalshi.ndjson'))
    await begin()
    expect(await told(sim)).toEqual(before)
    const { orders } = (await sim.alpha.get('/portfolio/orders?status=resting')).body as { orders: { order_id: string }[] }
    expect((await sim.alpha.cancel(orders[0]?.order_id)).status).toBe(200)
    expect((await sim.alpha.get('/portfolio/balance')).body['balance_dollars']).toBe('99.4625')
  })

  it('is taken over once: what was traded since is kept at the next start', async () => {
    await sim.stop()
    rewriteAsEarlier(join(state, 'kalshi.ndjson'))
    await begin()
    expect((await sim.alpha.order({ ticker: TICKER, price: '0.5200', client_order_id: 'c' })).status).toBe(201)
    const before = await told(sim)
    await sim.stop()
    await begin()
    expect(await told(sim)).toEqual(before)
  })
})
