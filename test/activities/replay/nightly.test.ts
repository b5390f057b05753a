import { MockActivityEnvironment } from '@temporalio/testing'
import { createReplayActivities } from '../../../src/activities/replay/nightly'
import { readReplays, saveReplay } from '../../../src/stores/files/replays'
import type { DayReplay } from '../../../src/workflows/messages'
import { LogBook, SettableClock, temporaryDirectory } from '../../stores/doubles'

const NOW_MS = Date.UTC(2026, 10, 23, 0, 30)
const REPORT: DayReplay = {
  ...{ day: '2026-11-22', files: 2, frames: 9, decisions: 1, compared: 1, recordedSha256: 'a', replayedSha256: 'a', same: true },
  ...{ differing: [], notCompared: [], warnings: [], elapsedMs: 5 },
}
const DIFFERS = { tradeId: 'T1', pair: 'u3', seenMs: 1, recorded: [1], replayed: null }

class Office {
  readonly log = new LogBook()
  readonly saved: DayReplay[] = []
  readonly asked: string[] = []
  readonly environment = new MockActivityEnvironment()
  constructor(readonly replay: (day: string, signal: AbortSignal) => Promise<DayReplay>) {}

  run(): Promise<DayReplay> {
    const activities = createReplayActivities({
      replay: (day, signal) => {
        this.asked.push(day)
        return this.replay(day, signal)
      },
      save: async (report) => void this.saved.push(report),
      clock: new SettableClock(NOW_MS),
      log: this.log,
    })
    return this.environment.run(() => activities.replayDay())
  }
}

describe('replayDay', () => {
  it('decides yesterday again and keeps the report', async () => {
    const office = new Office(async () => REPORT)
    expect(await office.run()).toEqual(REPORT)
    expect([office.asked, office.saved, office.log.lines]).toEqual([['2026-11-22'], [REPORT], []])
  })

  it('alarms for what would be decided otherwise, with both figures', async () => {
    const office = new Office(async () => ({ ...REPORT, same: false, differing: [DIFFERS] }))
    await office.run()
    expect(office.log.lines).toMatchObject([
      { level: 'error', message: 'replay differs', fields: { tradeId: 'T1', recorded: [1], replayed: null } },
    ])
    expect(office.saved).toHaveLength(1)
  })

  it('alarms when decisions could not be compared for want of a beginning', async () => {
    const notCompared = [{ tradeId: 'T1', reason: 'its pair was told in files that the ring has no more' }]
    const office = new Office(async () => ({ ...REPORT, compared: 0, same: false, withoutBeginning: 1, notCompared }))
    await office.run()
    expect(office.log.lines).toMatchObject([
      {
        level: 'error',
        message: 'replay without a beginning',
        fields: { day: '2026-11-22', withoutBeginning: 1, compared: 0, decisions: 1 },
      },
      { level: 'warn', fields: { notCompared } },
    ])
  })

  it('ends its process when it is cancelled, and keeps nothing', async () => {
    const office = new Office(
      (_day, signal) => new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('killed')))),
    )
    const running = office.run()
    office.environment.cancel()
    await expect(running).rejects.toThrow('killed')
    expect(office.saved).toEqual([])
  })
})

describe('reports of nights', () => {
  const dir = temporaryDirectory()
  it('are kept by day, a day once, the newest first', async () => {
    expect(await readReplays(dir, 5)).toEqual([])
    for (const day of ['2026-11-20', '2026-11-22', '2026-11-21', '2026-11-22']) await saveReplay(dir, { ...REPORT, day })
    expect((await readReplays<DayReplay>(dir, 2)).map(({ day }) => day)).toEqual(['2026-11-22', '2026-11-21'])
  })
})
