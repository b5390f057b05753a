import { setTimeout as delay } from 'node:timers/promises'
import { ApplicationFailure } from '@temporalio/common'
import { boxPlan } from '../saga/plan'
import { progressOf, rigOfFile, type Trade } from './rig'
import { rejected, script, selling } from './script'

const rig = rigOfFile()
const LIMIT_MS = 15_000
const until = async (ready: () => boolean | Promise<boolean>): Promise<void> => {
  for (const end = Date.now() + LIMIT_MS; !(await ready()); await delay(20)) if (Date.now() > end) throw new Error('it never happened')
}
const stoppedTasks = async (trade: Trade): Promise<readonly string[]> => {
  const { events } = await trade.fetchHistory()
  return (events ?? []).flatMap((event) => event.workflowTaskFailedEventAttributes?.failure?.message ?? [])
}

describe('a bug', () => {
  it('in the reserve stops the task: the trade stays open, nothing is compensated, and it goes on once the code is right', async () => {
    let broken = true
    const plays = script({
      reserve: () => {
        if (broken) throw new TypeError('the rule divides by zero')
        return { kind: 'granted', verdicts: [] }
      },
    })
    const trade = await rig.start(boxPlan('Mended'), plays, { workflowTaskTimeout: '1s' })
    await until(async () => (await stoppedTasks(trade)).length > 0)
    expect((await trade.describe()).status.name).toBe('RUNNING')
    expect(plays.happened.every((what) => what === 'reserve')).toBe(true)
    expect(await stoppedTasks(trade)).toEqual(expect.arrayContaining([expect.stringContaining('the rule divides by zero')]))
    broken = false
    expect((await rig.result(trade)).label).toBe('locked')
    expect(plays.happened.slice(-5)).toEqual(['place a1 1000', 'place b2 1000', 'finish a1', 'finish b2', 'close locked'])
  })

  it('that an activity declares final stops the task too: a naked leg stays visible, nobody sells it by accident', async () => {
    const plays = script({
      place: { b2: () => rejected('price') },
      cure: () => {
        throw ApplicationFailure.nonRetryable('invariant violated: a leg without a plan')
      },
    })
    const trade = await rig.start(boxPlan('Stuck'), plays, { workflowTaskTimeout: '1s' })
    await until(async () => (await stoppedTasks(trade)).length > 0)
    expect((await trade.describe()).status.name).toBe('RUNNING')
    expect(await stoppedTasks(trade)).toEqual(
      expect.arrayContaining([expect.stringContaining('bug: invariant violated: a leg without a plan')]),
    )
    expect(plays.happened.at(-1)).toBe('cure 1000')
    await trade.terminate('the test is over')
  })

  it('in an activity is tried again with back-off, in sight', async () => {
    let asked = 0
    const plays = script({
      place: { b2: () => rejected('price') },
      cure: (unpaired) => {
        if (++asked < 4) throw new Error('invariant violated')
        return selling(unpaired)
      },
    })
    const trade = await rig.start(boxPlan('Again'), plays)
    await until(() => asked >= 2)
    expect((await trade.describe()).raw.pendingActivities?.map(({ lastFailure }) => lastFailure?.message)).toEqual(['invariant violated'])
    expect((await rig.result(trade)).label).toBe('unwound')
  })
})

describe('E16 an order that no worker has begun in time', () => {
  it('was never sent: rejected, and nothing is resolved', async () => {
    const busy = await rig.idleWorker('busy')
    const plays = script()
    const trade = await rig.start(boxPlan('Busy'), plays, { taskQueue: 'busy' })
    await progressOf(trade, ({ step }) => step === 'place a1')
    await progressOf(trade, ({ step }) => step === 'close', 15_000)
    expect(await rig.details('box-Busy')).toContain('rejected: too-late (no worker took it in time: no byte left)')
    expect(plays.happened).toEqual(['reserve'])
    const { events } = await trade.fetchHistory()
    expect((events ?? []).flatMap((event) => event.activityTaskScheduledEventAttributes?.activityType?.name ?? [])).toEqual([
      'place',
      'close',
    ])
    await trade.terminate('nobody begins its close')
    await busy.end()
  }, 60_000)
})
