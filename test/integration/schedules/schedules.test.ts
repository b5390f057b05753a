import { Client, Connection } from '@temporalio/client'
import { bundleWorkflowCode, DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker'
import { join } from 'node:path'
import { BACKFILL_RUNS_MAX, backfillSchedule } from '../../../src/operator/schedules/backfill'
import type { SchedulesFile } from '../../../src/config/schema/schedules'
import {
  applySchedules,
  listSchedules,
  pauseSchedule,
  triggerSchedule,
  unpauseSchedule,
  type ScheduleView,
} from '../../../src/operator/schedules/schedules'
import type { Servers } from '../../../src/stack/servers'
import type { DayReplay } from '../../../src/workflows/messages'

const { temporal } = JSON.parse(process.env['CROSSBOOK_TEST_SERVERS'] ?? '{}') as Pick<Servers, 'temporal'>
const WORKFLOWS = join(__dirname, '..', '..', '..', 'src', 'workflows', 'index.ts')
/** A run starts, fails and is told within a second; the machine may be busy. */
const LIMIT_MS = 30_000
const MINUTE_MS = 60_000
const NOTHING_DECIDED: Omit<DayReplay, 'day'> = {
  ...{ files: 0, frames: 0, decisions: 0, compared: 0, recordedSha256: '', replayedSha256: '', same: true },
  ...{ differing: [], notCompared: [], warnings: [], elapsedMs: 0 },
}

/** Schedules of this test alone, on a queue whose activity fails as long as it is told to. */
describe('schedules on the server', () => {
  const id = `settle-${Date.now()}`
  const queue = `queue-${id}`
  let fails = true
  const replayedDays: (string | undefined)[] = []
  const replayDay = (day?: string): Promise<DayReplay> => {
    replayedDays.push(day)
    return Promise.resolve({ ...NOTHING_DECIDED, day: day ?? 'yesterday' })
  }
  let native: NativeConnection
  let connection: Connection
  let client: Client
  let worker: Worker
  let working: Promise<void>
  type Made = SchedulesFile['schedules'][number]
  const file = (cron: string, note: string, workflow: Made['workflow'] = 'superviseSchedules'): SchedulesFile => ({
    schedules: [{ id, cron, workflow, queue: queue as 'backoffice', catch_up_window: '10s', note }],
  })
  const view = async (): Promise<ScheduleView> => {
    const found = (await listSchedules(client)).find((each) => each.id === id)
    if (!found) throw new Error(`${id} is not listed yet`)
    return found
  }
  const until = async (holds: (now: ScheduleView) => boolean): Promise<ScheduleView> => {
    for (const late = Date.now() + LIMIT_MS; ;) {
      const now = await view().catch(() => null)
      if (now && holds(now)) return now
      if (Date.now() > late) throw new Error(`not in time: ${JSON.stringify(now)}`)
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }
  const run = async (): Promise<void> => {
    const before = (await view()).lastAt
    await triggerSchedule(client, id)
    await until(({ lastAt, running }) => lastAt !== before && running === 0)
  }

  beforeAll(async () => {
    Runtime.install({ logger: new DefaultLogger('ERROR') })
    const workflowBundle = await bundleWorkflowCode({ workflowsPath: WORKFLOWS, logger: new DefaultLogger('ERROR') })
    native = await NativeConnection.connect({ address: temporal.address })
    connection = await Connection.connect({ address: temporal.address })
    client = new Client({ connection })
    const superviseSchedules = (): Promise<unknown> =>
      fails ? Promise.reject(new Error('the source is away')) : Promise.resolve({ looked: 0, paused: [], failing: [] })
    const activities = { superviseSchedules, replayDay }
    worker = await Worker.create({ connection: native, taskQueue: queue, workflowBundle, activities })
    working = worker.run()
  }, 120_000)
  afterAll(async () => {
    await client.schedule.getHandle(id).delete()
    worker.shutdown()
    await working
    await connection.close()
    await native.close()
  }, 60_000)

  it('are made from the file, with what they do, and follow it', async () => {
    await applySchedules(client, file('0 0 1 1 *', 'what it does'))
    expect(await until(() => true)).toMatchObject({
      paused: false,
      description: 'what it does',
      note: 'what it does',
      failures: 0,
      lastAt: null,
    })
    await applySchedules(client, file('0 12 1 1 *', 'what it does now'))
    const { description, note, nextAt } = await until((now) => now.note === 'what it does now')
    expect([description, note, new Date(nextAt ?? 0).getUTCHours()]).toEqual(['what it does now', 'what it does now', 12])
  }, 60_000)

  it('count their failures in a row, until one completes', async () => {
    await run()
    await run()
    expect((await until(({ failures }) => failures === 2)).paused).toBe(false)
    fails = false
    await run()
    expect((await until(({ failures }) => failures === 0)).lastAt).not.toBeNull()
    fails = true
    await run()
    await until(({ failures }) => failures === 1)
  }, 120_000)

  it('stay paused when the file is applied again, and forget failures when they are unpaused', async () => {
    await pauseSchedule(client, id, 'no budget')
    await applySchedules(client, file('0 12 1 1 *', 'what it does now'))
    expect(await until(({ paused }) => paused)).toMatchObject({ note: 'no budget', description: 'what it does now', failures: 1 })
    await unpauseSchedule(client, id, 'the budget is back', Date.now())
    const { note, failures } = await until(({ paused }) => !paused)
    expect([note.endsWith('Z: the budget is back'), failures]).toEqual([true, 0])
  }, 60_000)

  it('make up a span of time, each run after the other; a span that ends before it begins is refused', async () => {
    fails = false
    await applySchedules(client, file('* * * * *', 'every minute'))
    const toMs = Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS - 10 * MINUTE_MS
    await backfillSchedule(client, id, toMs - 3 * MINUTE_MS + 1, toMs)
    const scheduled = async (): Promise<number> => {
      const { info } = await client.schedule.getHandle(id).describe()
      return info.recentActions.filter(({ scheduledAt }) => scheduledAt.getTime() <= toMs && scheduledAt.getTime() > toMs - 3 * MINUTE_MS)
        .length
    }
    for (const late = Date.now() + LIMIT_MS; (await scheduled()) < 3;) {
      if (Date.now() > late) throw new Error(`only ${await scheduled()} of 3 were made up`)
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    await expect(backfillSchedule(client, id, toMs, toMs)).rejects.toThrow('ends before it begins')
  }, 60_000)

  it('make up no span of too many runs: nothing of it runs, and the span that would is told', async () => {
    await applySchedules(client, file('* * * * *', 'every minute'))
    const actions = async (): Promise<number> => (await client.schedule.getHandle(id).describe()).info.numActionsTaken
    const before = await actions()
    const fromMs = Date.UTC(2026, 0, 1)
    const refused = backfillSchedule(client, id, fromMs, fromMs + (BACKFILL_RUNS_MAX + 1) * MINUTE_MS)
    await expect(refused).rejects.toThrow(
      new RegExp(`^${id} would run more than 500 times from 2026-01-01T00:00:00.000Z to .+: say --to 2026-01-01T08:(19|20):00.000Z`),
    )
    await expect(backfillSchedule(client, id, 0, fromMs)).rejects.toThrow('would run more than 500 times')
    expect(await actions()).toBe(before)
  }, 60_000)

  it('make up years of a schedule that runs seldom', async () => {
    await applySchedules(client, file('0 12 1 1 *', 'every year'))
    await backfillSchedule(client, id, Date.UTC(2000, 0, 2), Date.UTC(2001, 0, 2))
  }, 60_000)

  it('make up three nights of replays: each decides the day before its own, and a triggered one what is yesterday to the product', async () => {
    await applySchedules(client, file('30 0 * * *', 'each night', 'nightlyReplay'))
    await backfillSchedule(client, id, Date.UTC(2026, 10, 20), Date.UTC(2026, 10, 22, 12))
    const told = async (runs: number): Promise<void> => {
      for (const late = Date.now() + LIMIT_MS; replayedDays.length < runs;) {
        if (Date.now() > late) throw new Error(`only ${replayedDays.join()} of ${runs} were replayed`)
        await new Promise((resolve) => setTimeout(resolve, 100))
      }
    }
    await told(3)
    expect(replayedDays).toEqual(['2026-11-19', '2026-11-20', '2026-11-21'])
    await run()
    await told(4)
    expect(replayedDays[3]).toBeUndefined()
  }, 60_000)
})
