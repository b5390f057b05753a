import fs from 'node:fs'
import path from 'node:path'
import { Rig } from './faults/rig'
import { expectBalanced } from './stack'

jest.setTimeout(180_000)

interface DrillJson {
  readonly drillId: string
  readonly outcome: 'passed' | 'failed'
  readonly reasons: readonly string[]
  readonly isResumed: boolean
  readonly canaries: readonly {
    readonly venue: string
    readonly state: string
    readonly canary: { readonly clientOrderId: string } | null
  }[]
  readonly venues: readonly { readonly venue: string; readonly cancelled: number; readonly resting: readonly string[] }[]
  readonly acknowledged: readonly { readonly who: string; readonly afterMs: number | null }[]
  readonly proof: { readonly openings: number } | null
}
interface SimState {
  readonly kalshi: {
    readonly accounts: readonly { readonly orders: readonly object[]; readonly ended_orders: readonly { client_order_id: string }[] }[]
  }
  readonly ibkr: { readonly open_orders: readonly object[]; readonly completed_orders: readonly { orderRef: string; tif: string }[] }
}

const rig = new Rig(['drilled', 'after', 'mute'])
beforeAll(() => rig.up())
afterAll(() => rig.down())

const drill = (): Promise<DrillJson> => rig.stack.ask<DrillJson>('drill', 'kill')
/** What rests in our accounts, as the venues themselves have it. */
async function restingAtVenues(): Promise<readonly object[]> {
  const { kalshi, ibkr } = await rig.stack.sim<SimState>('/state')
  return [...kalshi.accounts.flatMap(({ orders }) => orders), ...ibkr.open_orders]
}
/** A market is far enough from a canary when something is offered on it. */
async function traded(pair: string): Promise<void> {
  expect((await rig.result(await rig.taken(pair))).outcome).toBe('locked')
}

describe('crossbook drill kill, on the real servers and both simulated venues', () => {
  it('E27 passes while the feeds run, and leaves nothing resting at either venue', async () => {
    await traded('drilled')
    const report = await drill()
    expect(report).toMatchObject({ outcome: 'passed', reasons: [], isResumed: true, proof: { openings: 0 } })
    expect(report.canaries.map(({ venue, state }) => `${venue} ${state}`)).toEqual(['kalshi resting', 'forecastex resting'])
    expect(report.venues.map(({ venue, cancelled, resting }) => ({ venue, cancelled, resting }))).toEqual([
      { venue: 'kalshi', cancelled: 1, resting: [] },
      { venue: 'forecastex', cancelled: 1, resting: [] },
    ])
    expect(report.acknowledged.every(({ afterMs }) => afterMs !== null)).toBe(true)
    const { kalshi, ibkr } = await rig.stack.sim<SimState>('/state')
    const [first, second] = report.canaries.map(({ canary }) => canary?.clientOrderId)
    expect(kalshi.accounts.flatMap(({ ended_orders }) => ended_orders.map(({ client_order_id }) => client_order_id))).toContain(first)
    expect(ibkr.completed_orders.find(({ orderRef }) => orderRef === second)).toMatchObject({ tif: 'DAY' })
    expect(await restingAtVenues()).toEqual([])
  })

  it('is kept: drill list, drill show and status tell it', async () => {
    const [last] = await rig.stack.ask<{ drillId: string; outcome: string }[]>('drill', 'list')
    expect(last?.outcome).toBe('passed')
    expect(await rig.stack.ask('drill', 'show', last?.drillId ?? '')).toMatchObject({
      drillId: last?.drillId,
      report: { outcome: 'passed' },
    })
    expect(await rig.stack.ask('status')).toMatchObject({ drill: { drillId: last?.drillId } })
    expect((await rig.stack.cli('status')).stdout).toContain('last kill drill passed')
  })

  it('trading goes on after it, and everything balances', async () => {
    expect(await rig.halts()).toEqual([])
    await traded('after')
    await expectBalanced(rig.stack)
  })
})

describe('crossbook drill kill with a venue that does not answer', () => {
  it('E27 fails, keeps its halt, alarms, and nothing opens until somebody resumes', async () => {
    await rig.kalshi('fault', { name: 'timeout_before_accept', method: 'POST' })
    const { code, stdout } = await rig.stack.cli('drill', 'kill', '--json')
    const report = JSON.parse(stdout) as DrillJson
    expect({ code, outcome: report.outcome, isResumed: report.isResumed }).toEqual({ code: 1, outcome: 'failed', isResumed: false })
    expect(report.reasons[0]).toMatch(/^whether a canary rests at kalshi is not known: /)
    expect(await rig.halts()).toEqual(['all'])
    expect(await restingAtVenues()).toEqual([])
    expect(fs.readFileSync(path.join(rig.stack.dataDir, 'logs', 'worker.log'), 'utf8')).toContain('kill drill failed: all stays halted')
    expect((await rig.stack.cli('drill', 'kill')).stderr).toMatch(/all is halted by .* \(kill drill /)
    const before = rig.wire.ids().size
    const skipped = async (): Promise<number> => (await rig.stack.streaming<{ counters: { skipped: number } }>())?.counters.skipped ?? 0
    const skippedBefore = await skipped()
    await rig.offer('mute')
    await rig.stack.until('the launcher to skip it', 30_000, async () => (await skipped()) > skippedBefore)
    await rig.wire.look()
    expect(rig.wire.ids().size).toBe(before)
    await rig.command('resume', 'all')
    expect(await rig.halts()).toEqual([])
  })
})
