import path from 'node:path'
import { WorkflowNotFoundError } from '@temporalio/client'
import { MockActivityEnvironment } from '@temporalio/testing'
import { createSupervisionActivities, type SupervisionDependencies } from '../../../src/activities'
import { readFile } from '../../../src/config/files'
import { schedulesSchema } from '../../../src/config/schema/schedules'
import { FAILURES } from '../../../src/core/failures'
import { runsOf } from '../../../src/operator/schedules/schedules'
import { failuresInARow, unpausedMs, unpausedNote, type ScheduleRun } from '../../../src/operator/schedules/runs'
import type { ScheduleActivities, SchedulesReport } from '../../../src/workflows/messages'
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

describe('the schedules of this house', () => {
  it('pause when they only repeat a failure, and never when trades, books or their proof wait for them', () => {
    const { schedules } = readFile(path.join(__dirname, '..', '..', '..', 'config', 'schedules.yaml'), schedulesSchema)
    const pausing = schedules.flatMap(({ id, pause_after_failures: most }) => (most === undefined ? [] : [[id, most]]))
    expect(Object.fromEntries(pausing)).toEqual({ ingestMarkets: 9, ingestContracts: 9, ingestOdds: 9, nightlyReplay: 3, calibrate: 3 })
  })
})

describe('the supervision of schedules', () => {
  const log = new LogBook()
  const paused: string[] = []
  const unpaused: string[] = []
  let left: string | null = null
  const one = (id: string, failures: number, more: { paused?: boolean; note?: string } = {}) => ({
    id,
    failures,
    paused: false,
    note: '',
    ...more,
  })
  const over = (schedules: Awaited<ReturnType<SupervisionDependencies['schedules']>>): ScheduleActivities =>
    createSupervisionActivities({
      schedules: async () => schedules,
      pausedAfter: new Map([
        ['ingestMarkets', 5],
        ['settle', null],
      ]),
      pause: async (id, note) => void paused.push(`${id}: ${note}`),
      unpause: async (id, note) => void unpaused.push(`${id}: ${note}`),
      spending: new Set(['ingestOdds']),
      creditsBack: async () => left,
      log,
    })
  const supervise = (schedules: Awaited<ReturnType<SupervisionDependencies['schedules']>>): Promise<SchedulesReport> =>
    new MockActivityEnvironment().run(() => over(schedules).superviseSchedules())
  const pauseForCredits = (schedules: Awaited<ReturnType<SupervisionDependencies['schedules']>>, reason: string): Promise<void> =>
    new MockActivityEnvironment().run(() => over(schedules).pauseForCredits(reason))
  beforeEach(() => {
    log.lines.length = 0
    paused.length = 0
    unpaused.length = 0
    left = null
  })

  it('is quiet while they end', async () => {
    expect(await supervise([one('ingestMarkets', 2)])).toEqual({ looked: 1, paused: [], resumed: [], failing: [] })
    expect(log.lines).toEqual([])
  })

  it('pauses one that only fails, as often as the file says, with an alarm', async () => {
    const schedules = [4, 5].map((failures) => one('ingestMarkets', failures))
    expect(await supervise(schedules)).toEqual({
      ...{ looked: 2, paused: ['ingestMarkets'], resumed: [], failing: [{ id: 'ingestMarkets', failures: 4 }] },
    })
    expect(paused).toEqual(['ingestMarkets: paused by itself: its last 5 runs failed'])
    expect(log.lines.map(({ message }) => message)).toEqual([FAILURES.scheduleFails, FAILURES.schedulePaused])
  })

  it('never pauses what keeps the books in order, nor what the file does not know', async () => {
    const schedules = ['settle', 'somebody’s'].map((id) => one(id, 10))
    expect((await supervise(schedules)).failing.map(({ id }) => id)).toEqual(['settle', 'somebody’s'])
    expect(paused).toEqual([])
  })

  it('says nothing more of one that is paused', async () => {
    expect(await supervise([one('ingestMarkets', 10, { paused: true })])).toMatchObject({ paused: [], failing: [] })
    expect(log.lines).toEqual([])
  })

  it('B20: pauses what spends credits when they are gone, with an alarm and how to go on; what a person paused keeps their note', async () => {
    await pauseForCredits([one('ingestOdds', 0), one('settle', 0)], 'the credits of the month are gone')
    expect(paused).toEqual([
      'ingestOdds: waits for credits: the credits of the month are gone; goes on by itself when there are some, by hand with crossbook schedules unpause ingestOdds',
    ])
    expect(log.lines).toMatchObject([{ level: 'error', message: FAILURES.oddsCreditsGone, fields: { schedule: 'ingestOdds' } }])
    await pauseForCredits([one('ingestOdds', 0, { paused: true, note: 'no games in July' })], 'gone')
    expect([paused.length, log.lines.length]).toEqual([1, 1])
  })

  it('B20: lets what waits for credits go on when there are some, and nothing else', async () => {
    await pauseForCredits([one('ingestOdds', 0)], 'gone')
    const note = paused[0]?.replace('ingestOdds: ', '') ?? ''
    const waiting = [one('ingestOdds', 0, { paused: true, note })]
    expect((await supervise(waiting)).resumed).toEqual([])
    left = 'there are 20000 credits again'
    expect((await supervise([...waiting, one('ingestMarkets', 0, { paused: true, note })])).resumed).toEqual(['ingestOdds'])
    expect(unpaused).toEqual(['ingestOdds: there are 20000 credits again'])
    expect(
      (await supervise([one('ingestOdds', 0, { paused: true, note: 'no games in July' }), one('ingestOdds', 0, { note })])).resumed,
    ).toEqual([])
    expect(unpaused).toHaveLength(1)
  })
})
