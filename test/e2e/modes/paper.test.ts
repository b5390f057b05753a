import fs from 'node:fs'
import path from 'node:path'
import { Client } from 'pg'
import { configWith, expectBalanced, shortScenario, Stack, temporaryData, type TradeJson } from '../stack'

/** Cold start, thirty-four seconds of tape, an accident, settlement: with room for a machine that does something else beside. */
jest.setTimeout(300_000)
const UP_MS = 120_000
const TAPE_AND_SETTLEMENT_MS = 150_000
/** The prints until 15:27: eleven gaps that paid. */
const LINES = 28
const SPEED = 60

interface SimState {
  readonly kalshi: { readonly accounts: readonly { readonly orders: readonly object[]; readonly ended_orders: readonly object[] }[] }
  readonly ibkr: { readonly open_orders: readonly object[]; readonly completed_orders: readonly object[] }
}
interface WireLine {
  readonly venue: string
  readonly dir: 'in' | 'out'
  readonly text: string
}
interface DrillJson {
  readonly outcome: string
  readonly reasons: readonly string[]
  readonly canaries: readonly { readonly venue: string; readonly state: string }[]
}

/** What a simulated venue was asked to change: a call of Kalshi's that is no reading, or the gateway's placeOrder, cancelOrder, globalCancel. */
const asksForOrder = ({ venue, dir, text }: WireLine): boolean =>
  dir === 'in' && (venue === 'kalshi' ? /^(POST|PUT|PATCH|DELETE) /.test(text) : /^\W*(3|4|58)\W/.test(text) || text.includes('cb-'))

describe('npm start with mode: paper, on simulated feeds', () => {
  const dataDir = temporaryData()
  const scenario = shortScenario(LINES, SPEED)
  // a way long enough that an order can be met on it
  const config = configWith(
    'paper: { seed: rehearsal, starting_balance: { kalshi: "500.00", forecastex: "500.00" }, way_ms: { kalshi: [200, 200], forecastex: [200, 200] } }',
  )
  const file = path.join(config, 'venues.yaml')
  fs.writeFileSync(file, fs.readFileSync(file, 'utf8').replace(/^mode: sim$/m, 'mode: paper'))
  const stack = new Stack(dataDir, scenario, [], { CROSSBOOK_CONFIG: config })
  const trades = (): Promise<TradeJson[]> => stack.ask<TradeJson[]>('trades', '--limit', '500')
  const paperOrders = async (where: string): Promise<readonly string[]> => {
    const client = new Client({ connectionString: stack.endpoints().databaseUrl })
    await client.connect()
    const read = await client
      .query<{ id: string }>(`select client_order_id as id from paper_order where ${where}`)
      .finally(() => client.end())
    return read.rows.map(({ id }) => id)
  }
  const orderLines: WireLine[] = []
  let inbound = 0
  let last = 0
  let watching: NodeJS.Timeout | undefined
  /** The simulator forgets old lines: somebody has to look all the time. */
  const look = async (): Promise<void> => {
    const lines = (await stack.sim<readonly (WireLine & { readonly n: number })[]>(`/wire?after=${last}`)).filter(({ n }) => n > last)
    last = Math.max(last, ...lines.map(({ n }) => n))
    inbound += lines.filter(({ dir }) => dir === 'in').length
    orderLines.push(...lines.filter(asksForOrder))
  }

  beforeAll(async () => {
    await stack.says('Where to look', UP_MS)
    watching = setInterval(() => void look().catch(() => undefined), 500)
  })
  afterAll(async () => {
    clearInterval(watching)
    await stack.interrupt()
    for (const folder of [dataDir, scenario, config]) fs.rmSync(folder, { recursive: true, force: true })
  })

  it('fills against the books that it sees', async () => {
    await stack.until('a trade whose legs were filled on paper', TAPE_AND_SETTLEMENT_MS, async () =>
      (await trades()).some(({ outcome }) => outcome === 'locked'),
    )
  })

  it('loses nothing when streaming is killed while an order is on its way (E12, E19)', async () => {
    const before = await stack.streaming<{ leaseEpoch: number }>()
    let underWay: readonly string[] = []
    await stack.until('an order on its way', 60_000, async () => (underWay = await paperOrders(`state = 'accepted'`)).length > 0)
    process.kill(stack.pidOf('streaming'), 'SIGKILL')
    await stack.until('a successor with a higher lease epoch', 60_000, async () => {
      const now = await stack.streaming<{ leaseEpoch: number; ready: boolean }>()
      return now !== null && now.ready && now.leaseEpoch > (before?.leaseEpoch ?? 0)
    })
    await stack.until('the end of every order that was on its way', 60_000, async () => {
      const ended = await paperOrders(`state = 'ended'`)
      return underWay.every((id) => ended.includes(id))
    })
  })

  it('ends and settles every trade, and its ledger equals the paper accounts', async () => {
    await stack.until('every trade ended, settled and realised', TAPE_AND_SETTLEMENT_MS, async () => {
      const all = await trades()
      return all.length >= 2 && all.every(({ pnlKind, outcome }) => outcome !== null && pnlKind === 'realised')
    })
    await expectBalanced(stack)
    expect(await paperOrders(`state <> 'ended'`)).toEqual([])
    const fills = await paperOrders('filled > 0')
    expect(fills.length).toBeGreaterThanOrEqual(2)
  })

  it('E27 rehearses a kill with canaries that rest on paper', async () => {
    const drill = await stack.ask<DrillJson>('drill', 'kill')
    expect(drill.reasons.filter((reason) => !reason.includes('was not asked'))).toEqual([])
  })

  it('no byte of an order has reached a venue', async () => {
    await look()
    expect(inbound).toBeGreaterThan(50)
    expect(orderLines).toEqual([])
    const { kalshi, ibkr } = await stack.sim<SimState>('/state')
    expect(kalshi.accounts.flatMap(({ orders, ended_orders: ended }) => [...orders, ...ended])).toEqual([])
    expect([...ibkr.open_orders, ...ibkr.completed_orders]).toEqual([])
  })
})
