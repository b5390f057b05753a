import { WorkflowNotFoundError } from '@temporalio/client'
import { MockActivityEnvironment } from '@temporalio/testing'
import { createSupervisionActivities, type SupervisionDependencies } from '../../../src/activities'
import { schedulesSchema } from '../../../src/config/schema/schedules'
import { FAILURES } from '../../../src/core/failures'
import { runsOf } from '../../../src/operator/schedules/schedules'
import { failuresInARow, unpausedMs, unpausedNote, type ScheduleRun } from '../../../src/operator/schedules/runs'
import type { SchedulesReport } from '../../../src/workflows/messages'
import { LogBook } from '../../stores/doubles'

const runs = (...ends: readonly ScheduleRun['end'][]): readonly ScheduleRun[] => ends.map((end, i) => ({ takenMs: i * 1_000, end }))

describe('failed runs in a row', () => {
  it.each([
    ['none ran', runs(), null, 0],
    ['since the last that completed', runs('failed', 'completed', 'failed', 'failed'), null, 2],
    ['what runs or was cancelled says nothing', runs('failed', 'other', 'failed', 'other'), null, 2],
    ['those before an unpause count no more', runs('failed', 'failed', 'failed', 'failed'), 1_500, 2],
    ['nor does one at that very moment', runs('failed', 'failed'), 1_000, 0],
  ] as const)('%s', (_what, all, sinceMs, failures) => expect(failuresInARow(all, sinceMs)).toBe(failures))

  it('a note of an unpause says when it was', () => {
    const atMs = Date.parse('2026-11-22T22:00:00.123Z')
    expect(unpausedMs(unpausedNote('the source is back', atMs))).toBe(atMs)
    expect(['', 'paused: no budget', 'unpaused by the UI', 'unpaused soonZ: x'].map(unpausedMs)).toEqual([null, null, null, null])
  })
})

describe('how runs ended', () => {
  const asked = (error: Error) => {
    const workflow = { getHandle: () => ({ describe: () => Promise.reject(error) }) }
    const recentActions = [{ takenAt: new Date(5), action: { workflow: { workflowId: 'w', firstExecutionRunId: 'r' } } }]
    return runsOf({ workflow } as never, { recentActions } as never)
  }
  it('is not known of a run whose history is deleted; a server that does not answer is no run that says nothing', async () => {
    expect(await asked(new WorkflowNotFoundError('', '', ''))).toEqual([{ takenMs: 5, end: 'other' }])
    await expect(asked(new Error('away'))).rejects.toThrow('away')
  })
  it('ten failures are out of reach while one run is under way', () => {
    const one = { id: 'settle', cron: '* * * * *', workflow: 'settle', queue: 'backoffice', catch_up_window: '10s', note: '' }
    expect([9, 10].map((n) => schedulesSchema.safeParse({ schedules: [{ ...one, pause_after_failures: n }] }).success)).toEqual([
      true,
      false,
    ])
  })
})

describe('the supervision of schedules', () => {
  const log = new LogBook()
  const paused: string[] = []
  const supervise = (schedules: Awaited<ReturnType<SupervisionDependencies['schedules']>>): Promise<SchedulesReport> => {
    const activities = createSupervisionActivities({
      schedules: async () => schedules,
      pausedAfter: new Map([
        ['ingestMarkets', 5],
        ['settle', null],
      ]),
      pause: async (id, note) => void paused.push(`${id}: ${note}`),
      log,
    })
    return new MockActivityEnvironment().run(() => activities.superviseSchedules())
  }
  beforeEach(() => {
    log.lines.length = 0
    paused.length = 0
  })

  it('is quiet while they end', async () => {
    expect(await supervise([{ id: 'ingestMarkets', paused: false, failures: 2 }])).toEqual({ looked: 1, paused: [], failing: [] })
    expect(log.lines).toEqual([])
  })

  it('pauses one that only fails, as often as the file says, with an alarm', async () => {
    const schedules = [4, 5].map((failures) => ({ id: 'ingestMarkets', paused: false, failures }))
    expect(await supervise(schedules)).toEqual({ looked: 2, paused: ['ingestMarkets'], failing: [{ id: 'ingestMarkets', failures: 4 }] })
    expect(paused).toEqual(['ingestMarkets: paused by itself: its last 5 runs failed'])
    expect(log.lines.map(({ message }) => message)).toEqual([FAILURES.scheduleFails, FAILURES.schedulePaused])
  })

  it('never pauses what keeps the books in order, nor what the file does not know', async () => {
    const schedules = ['settle', 'somebody’s'].map((id) => ({ id, paused: false, failures: 10 }))
    expect((await supervise(schedules)).failing.map(({ id }) => id)).toEqual(['settle', 'somebody’s'])
    expect(paused).toEqual([])
  })

  it('says nothing more of one that is paused', async () => {
    expect(await supervise([{ id: 'ingestMarkets', paused: true, failures: 10 }])).toMatchObject({ paused: [], failing: [] })
    expect(log.lines).toEqual([])
  })
})
