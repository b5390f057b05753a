import { createSweepActivities, type OpenTrade, type SweepDependencies } from '../../src/activities/sweep'
import { orderId, tradeId } from '../../src/core/ids'
import { millis } from '../../src/core/units'
import { createWorkflows } from '../../src/wiring/workflows'
import { systemClock } from '../../src/wiring/clock'
import { WORKFLOWS, type OwnersReport } from '../../src/workflows/messages'
import { boxPlan } from '../saga/plan'
import { LogBook } from '../stores/doubles'
import { progressOf, rigOfFile, type Trade } from './rig'
import { script, silence } from './script'

const NOTHING: OwnersReport = { openTrades: 0, orphans: [], stuck: [], lateFills: [], repaired: [], violations: [], unread: [] }
/** What the sweep looks at: the ledger's open trades, and who was started for them. */
const world = { open: [] as OpenTrade[], started: [] as string[], report: null as OwnersReport | null }

const others = {
  warmLocally: () => Promise.resolve(),
  sweepOwners: async (): Promise<OwnersReport> => {
    if (world.report) return world.report
    const { workflows, ...ledger } = sweepOf()
    return createSweepActivities({ ...ledger, workflows: { ...workflows, schedule: () => Promise.resolve('active') } }).sweepOwners()
  },
}
const rig = rigOfFile(others)

const sweepOf = (): SweepDependencies => ({
  ledger: {
    openTrades: () => Promise.resolve(world.open),
    settlingLots: () => Promise.resolve(0),
    changedEnds: () => Promise.resolve([]),
    violations: () => Promise.resolve([]),
    repair: () => Promise.resolve([]),
  },
  workflows: createWorkflows(rig.environment.client),
  successors: {
    start: (id, reason) => {
      world.started.push(`${id}: ${reason}`)
      return Promise.resolve({ kind: 'started' })
    },
  },
  lateFills: {
    account: { venue: 'kalshi', account: 'main', statement: () => Promise.reject(new Error('not asked')) },
    openedMs: () => Promise.resolve(null),
    unbooked: () => Promise.resolve([]),
    orderIds: () => Promise.resolve(new Map()),
    endedOrder: () => Promise.resolve(null),
    book: () => Promise.resolve(),
  },
  clock: { ...systemClock(), sleep: () => Promise.resolve() },
  workflowNowMs: Date.now,
  log: new LogBook(),
})

const sweep = (): Promise<OwnersReport> => rig.runOther<OwnersReport>(WORKFLOWS.sweepOwners)
const openTrade = ({ workflowId, firstExecutionRunId }: Trade & { readonly firstExecutionRunId?: string }, id: string): OpenTrade => ({
  tradeId: tradeId(id),
  runId: firstExecutionRunId ?? '',
  strategy: 'box',
  subject: workflowId.slice('box-'.length),
  startedMs: millis(Date.now()),
})

beforeEach(() => Object.assign(world, { open: [], started: [], report: null }))

describe('sweepOwners', () => {
  it('says that all is well', async () => {
    expect(await sweep()).toEqual(NOTHING)
    expect(await rig.details(WORKFLOWS.sweepOwners)).toBe('0 open trades, each with its owner')
  })

  it('I11 a trade whose own run goes on has its owner; terminated, it gets a cure', async () => {
    const trade = await rig.start(boxPlan('Orphan'), script({ place: { a1: silence } }))
    await progressOf(trade, ({ step }) => step === 'place a1')
    world.open = [openTrade(trade, 'Orphan')]
    expect(await sweep()).toEqual({ ...NOTHING, openTrades: 1 })
    await trade.terminate('by a test')
    expect(await sweep()).toEqual({
      ...NOTHING,
      openTrades: 1,
      orphans: [{ tradeId: 'Orphan', why: 'box-Orphan ended as terminated without a close', cure: 'started' }],
    })
    expect(world.started).toEqual(['Orphan: box-Orphan ended as terminated without a close'])
  })

  it('I11 a trade whose history is lost gets a cure', async () => {
    world.open = [
      { tradeId: tradeId('Lost'), runId: '0198c0de-0000-7000-8000-000000000000', strategy: 'box', subject: 'gone', startedMs: millis(0) },
    ]
    expect((await sweep()).orphans).toMatchObject([{ tradeId: 'Lost', why: 'box-gone is not known to the server' }])
  })

  it('tells what it found, where the operator looks', async () => {
    world.report = {
      openTrades: 2,
      orphans: [{ tradeId: tradeId('T1'), why: 'box-u3 ended as failed without a close', cure: 'started' }],
      stuck: [{ tradeId: tradeId('T2'), workflowId: 'box-u4', state: 'resolving', step: 'resolve a1', ageMs: 125_400 }],
      lateFills: [orderId(tradeId('T3'), 'a', 1)],
      repaired: ['claim on kalshi KXU9 dropped: nothing is left to settle'],
      violations: ['trade T4 has two owners: box-u5, cure-T4'],
      unread: ['fills at kalshi: 503 from Kalshi'],
    }
    expect(await sweep()).toEqual(world.report)
    expect((await rig.details(WORKFLOWS.sweepOwners)).split('\n')).toEqual([
      '- trade T1 has no owner: box-u3 ended as failed without a close; cure started',
      '- box-u4: resolving for 125 s (resolve a1)',
      '- late fill of cb-T3-a1 booked',
      '- repaired: claim on kalshi KXU9 dropped: nothing is left to settle',
      '- **trade T4 has two owners: box-u5, cure-T4**',
      '- not looked at: fills at kalshi: 503 from Kalshi',
    ])
  })
})
