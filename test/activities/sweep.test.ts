import { createSweepActivities, type OpenTrade, type SweepDependencies, type WorkflowState } from '../../src/activities/sweep'
import { tradeId, type TradeId } from '../../src/core/ids'
import { millis, type Millis } from '../../src/core/units'
import type { Succession } from '../../src/ports/trader'
import type { OwnersReport, Progress } from '../../src/workflows/messages'
import { DECIDED_MS } from '../saga/plan'
import { LogBook } from '../stores/doubles'
import { asActivity, LeapingClock } from './doubles'

const T1 = tradeId('T1')
const RUNNING: WorkflowState = { kind: 'running', runId: 'r1', tradeId: 'T1', taskAttempt: 0 }
const TRADE: OpenTrade = { tradeId: T1, runId: 'r1', strategy: 'box', subject: 'u3', startedMs: millis(DECIDED_MS - 10_000) }
const progress = (state: Progress['state'], ageMs: number): Progress => ({
  state,
  step: 'resolve a1',
  sinceMs: DECIDED_MS - ageMs,
  halts: [],
})

/** One open trade in the ledger, and what the server says of its workflows; each look may see something else. */
class Office {
  looks: (readonly OpenTrade[])[] = [[TRADE]]
  violations: string[][] = [[]]
  changed: TradeId[] = []
  lots = 0
  opened: Millis | null = null
  settle: 'active' | 'paused' | 'absent' = 'active'
  readonly workflows = new Map<string, WorkflowState>()
  progress: Progress | null = progress('running', 0)
  answer: Succession = { kind: 'started' }
  readonly started: string[] = []
  readonly log = new LogBook()
  readonly clock = new LeapingClock()
  /** Of Temporal's clock, in a simulation that moves its own. */
  aheadMs = 0

  run(): Promise<OwnersReport> {
    const activities = createSweepActivities(this.#dependencies)
    return asActivity(() => activities.sweepOwners())
  }
  get #dependencies(): SweepDependencies {
    const next = <T>(answers: T[]): T => (answers.length > 1 ? answers.shift() : answers[0]) as T
    return {
      ledger: {
        openTrades: () => Promise.resolve(next(this.looks)),
        settlingLots: () => Promise.resolve(this.lots),
        changedEnds: () => Promise.resolve(this.changed),
        violations: () => Promise.resolve(next(this.violations)),
        repair: () => Promise.resolve([]),
      },
      workflows: {
        describe: (id, run) => Promise.resolve(this.workflows.get(run === null ? id : `${id}/${run}`) ?? { kind: 'absent' }),
        progress: () => Promise.resolve(this.progress),
        schedule: () => Promise.resolve(this.settle),
      },
      successors: {
        start: (id, reason) => {
          this.started.push(`${id}: ${reason}`)
          return Promise.resolve(this.answer)
        },
      },
      lateFills: {
        account: { venue: 'kalshi', account: 'main', statement: () => Promise.reject(new Error('503 from Kalshi')) },
        openedMs: () => Promise.resolve(this.opened),
        unbooked: () => Promise.resolve([]),
        orderIds: () => Promise.resolve(new Map()),
        endedOrder: () => Promise.resolve(null),
        book: () => Promise.resolve(),
      },
      clock: this.clock,
      workflowNowMs: () => this.clock.nowMs() - this.aheadMs,
      log: this.log,
    }
  }
}
const NOTHING: OwnersReport = { openTrades: 1, orphans: [], stuck: [], lateFills: [], repaired: [], violations: [], unread: [] }

describe('I11 every open trade has exactly one running owner', () => {
  it('of an edge: the workflow of its market', async () => {
    const office = new Office()
    office.looks = [[{ ...TRADE, strategy: 'edge', subject: 'KXU3-T4' }]]
    office.workflows.set('edge-KXU3-T4/r1', RUNNING)
    expect(await office.run()).toEqual(NOTHING)
  })

  it('its own run, or its cure', async () => {
    const own = new Office()
    own.workflows.set('box-u3/r1', RUNNING)
    const cured = new Office()
    cured.workflows.set('cure-T1', { ...RUNNING, runId: 'r2' })
    expect([await own.run(), await cured.run()]).toEqual([NOTHING, NOTHING])
    expect([...own.started, ...cured.started, ...own.log.lines, ...own.clock.slept]).toEqual([])
  })

  it.each<[string, WorkflowState, string]>([
    ['terminated', { kind: 'closed', how: 'terminated' }, 'box-u3 ended as terminated without a close'],
    ['failed', { kind: 'closed', how: 'failed' }, 'box-u3 ended as failed without a close'],
    ['completed without a close', { kind: 'closed', how: 'completed' }, 'box-u3 ended as completed without a close'],
    ['without a history', { kind: 'absent' }, 'box-u3 is not known to the server'],
  ])('E25 one that is %s gets a cure', async (_what, state, why) => {
    const office = new Office()
    office.workflows.set('box-u3/r1', state)
    office.workflows.set('cure-T1', { kind: 'closed', how: 'terminated' })
    expect((await office.run()).orphans).toEqual([{ tradeId: 'T1', why, cure: 'started' }])
    expect([office.started, office.log.messages('error')]).toEqual([[`T1: ${why}`], ['trade without owner']])
  })

  it('E25 the next trade of the pair is not the owner of this one', async () => {
    const office = new Office()
    office.workflows.set('box-u3', { ...RUNNING, runId: 'r9', tradeId: 'T9' })
    expect((await office.run()).orphans).toMatchObject([{ tradeId: 'T1', cure: 'started' }])
  })

  it('I11 a reset run that goes on with the trade is told, and no second owner is put beside it', async () => {
    const office = new Office()
    office.workflows.set('box-u3/r1', { kind: 'closed', how: 'terminated' })
    office.workflows.set('box-u3', { ...RUNNING, runId: 'r2' })
    const { orphans, violations } = await office.run()
    expect([orphans, violations]).toEqual([
      [],
      ['box-u3 was reset and goes on with trade T1 in a run of its own: a cure starts when it has ended'],
    ])
  })

  it('I11 two owners are told', async () => {
    const office = new Office()
    office.workflows.set('box-u3/r1', RUNNING)
    office.workflows.set('cure-T1', { ...RUNNING, runId: 'r2' })
    expect((await office.run()).violations).toEqual(['trade T1 has two owners: box-u3, cure-T1'])
  })

  it('says so when Temporal does not take the cure: the next sweep tries again', async () => {
    const office = new Office()
    office.answer = { kind: 'unreachable', detail: 'UNAVAILABLE' }
    expect((await office.run()).orphans).toMatchObject([{ cure: 'unreachable' }])
  })
})

describe('E25 two looks', () => {
  it('a trade that has ended meanwhile is no orphan', async () => {
    const office = new Office()
    office.looks = [[TRADE], []]
    expect(await office.run()).toEqual({ ...NOTHING, openTrades: 0 })
    expect([office.started, office.clock.slept]).toEqual([[], [3_000]])
  })

  it('a trade of which only the second look knows is left to the next sweep', async () => {
    const office = new Office()
    office.looks = [[TRADE], [{ ...TRADE, tradeId: tradeId('T2') }]]
    expect((await office.run()).orphans).toEqual([])
  })

  it('what the ledger breaks between two statements is no violation', async () => {
    const office = new Office()
    office.workflows.set('box-u3/r1', RUNNING)
    office.violations = [['passing', 'lasting'], ['lasting']]
    expect((await office.run()).violations).toEqual(['lasting'])
    expect(office.log.messages('error')).toEqual(['claim or lot without owner'])
  })
})

describe('E25 what waits for a result', () => {
  it.each(['paused', 'absent'] as const)('has no owner while settle is %s', async (settle) => {
    const office = new Office()
    office.workflows.set('box-u3/r1', RUNNING)
    Object.assign(office, { lots: 2, settle })
    expect((await office.run()).violations).toEqual([`2 lots wait for settle, whose schedule is ${settle}`])
  })
})

describe('E14 an end whose lots are not what its result says', () => {
  it('gets a cure, once', async () => {
    const office = new Office()
    office.looks = [[]]
    office.changed = [T1]
    expect((await office.run()).orphans).toMatchObject([{ tradeId: 'T1', cure: 'started' }])
    office.workflows.set('cure-T1', RUNNING)
    expect(await office.run()).toEqual({ ...NOTHING, openTrades: 0 })
    expect(office.started).toEqual(['T1: late fill: its lots are not what its result says'])
  })
})

describe('a trade that does not get on', () => {
  it.each<[Progress['state'], number, boolean]>([
    ['running', 299_999, false],
    ['running', 300_000, true],
    ['resolving', 119_999, false],
    ['resolving', 120_000, true],
    ['waiting-for-venue', 599_999, false],
    ['waiting-for-venue', 600_000, true],
    ['over-budget', 0, true],
  ])('E24 %s for %i ms is told: %p', async (state, ageMs, isTold) => {
    const office = new Office()
    office.workflows.set('box-u3/r1', RUNNING)
    office.progress = progress(state, ageMs)
    const stuck = isTold ? [{ tradeId: 'T1', workflowId: 'box-u3', state, step: 'resolve a1', ageMs }] : []
    expect((await office.run()).stuck).toEqual(stuck)
    expect(office.log.messages('error')).toEqual(isTold ? ['open too long'] : [])
  })

  it('whose workflow task fails again and again is a bug', async () => {
    const office = new Office()
    office.workflows.set('box-u3/r1', { ...RUNNING, taskAttempt: 5 } as WorkflowState)
    expect((await office.run()).stuck).toMatchObject([{ state: 'task-fails', step: 'attempt 5' }])
    expect(office.log.messages('error')).toEqual(['bug'])
  })

  it.each([
    [10_000, []],
    [60_000, ['silent']],
  ])('that does not answer and began %i ms ago: %p', async (ageMs, told) => {
    const office = new Office()
    office.looks = [[{ ...TRADE, startedMs: millis(DECIDED_MS - ageMs) }]]
    office.workflows.set('box-u3/r1', RUNNING)
    office.progress = null
    expect((await office.run()).stuck.map(({ state }) => state)).toEqual(told)
  })
})

it('a venue that does not answer does not keep the sweep from the rest', async () => {
  const office = new Office()
  office.opened = millis(0)
  const { unread, orphans } = await office.run()
  expect([unread, orphans.length]).toEqual([['fills at kalshi: 503 from Kalshi'], 1])
  expect(office.log.messages('warn')).toEqual(['a sweep could not look at everything'])
})
