import fs from 'node:fs'
import path from 'node:path'
import { Client, Connection, WorkflowFailedError } from '@temporalio/client'
import { bundleWorkflowCode, DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker'
import { readFile } from '../../../src/config/files'
import { schedulesSchema } from '../../../src/config/schema/schedules'
import { readProfilesFile } from '../../../src/config/profiles'
import { consensusOf } from '../../../src/core/edge/consensus/consensus'
import { consensusPolicyAt } from '../../../src/core/edge/profile'
import { FAILURES } from '../../../src/core/failures'
import { marketId } from '../../../src/core/ids'
import { millis, price } from '../../../src/core/units'
import type { Listing } from '../../../src/ports/catalog'
import type { OddsEvent } from '../../../src/ports/cache'
import type { RecordTap } from '../../../src/stores/questdb/writer'
import { applySchedules, listSchedules, triggerSchedule, type ScheduleView } from '../../../src/operator/schedules/schedules'
import { openSeries, saveListings } from '../../../src/stores/postgres/registry'
import { connect, connectBlocking } from '../../../src/stores/redis/client'
import { ODDS_TTL_S, oddsEventOf, readOdds } from '../../../src/stores/redis/odds'
import { cursorOf, readPush } from '../../../src/stores/redis/push'
import type { Servers } from '../../../src/stack/servers'
import { openOddsIngest, type OddsIngest } from '../../../src/wiring/odds/ingest'
import { openRecord } from '../../../src/wiring/record/record'
import { createSupervision } from '../../../src/wiring/schedules/supervision'
import { QUEUES, type IngestedOdds, type SchedulesReport } from '../../../src/workflows/messages'
import { API_KEY, game, market, SPORT, startOdds, type OddsSim } from '../../sim/odds/rig'
import { LogBook, temporaryDirectory, until } from '../../stores/doubles'
import { freshLedger } from '../ledger/support/ledger'
import { fresh, questdb, select } from '../record/support/questdb'
import { clock, NEVER, redisUrl } from '../redis/support'

jest.setTimeout(120_000)
const { temporal } = JSON.parse(process.env['CROSSBOOK_TEST_SERVERS'] ?? '{}') as Pick<Servers, 'temporal'>
const WORKFLOWS = path.join(__dirname, '..', '..', '..', 'src', 'workflows', 'index.ts')
const SHIPPED = path.join(__dirname, '..', '..', '..', 'config')
const REDIS = `${redisUrl}/6`
const LIMIT_MS = 30_000
const ledger = freshLedger()
const folder = temporaryDirectory()
const ID = fresh('ingestOdds')
const BOOKS = ['pinnacle', 'draftkings', 'fanduel']
const [HOME, AWAY] = ['Atlanta Braves', 'New York Mets']
const EVENT = fresh('event').replaceAll('-', '')
/** Three books of both sides, ten and twenty seconds old, and one of one side. */
const EVENTS = [
  game(EVENT, {
    bookmakers: [
      ...BOOKS.map((key, at) => ({ key, title: key, markets: [market(-158, 138, { last_update: `-${10 * at + 5}s` })] })),
      { key: 'betmgm', title: 'BetMGM', markets: [market(-110, -110, { outcomes: [{ name: HOME, price: -110 }] })] },
    ],
  }),
]
const LISTING: Listing = {
  ...{ venue: 'kalshi', market: marketId('KXMLBGAME-X-ATL'), event: 'KXMLBGAME-X', series: 'KXMLBGAME', title: 'Who wins?' },
  ...{
    status: 'open',
    bands: [{ start: price('0.01'), end: price('0.99'), step: price('0.01') }],
    closeMs: millis(Date.now() + 86_400_000),
  },
  ...{ fees: { feeType: 'quadratic', multiplier: 10_000, fetchedAtMs: millis(0) }, shard: 0, contracts: null, yesPays: null },
}

/** The shipped configuration; a sport is due again at once, and the schedule never by its clock. */
function configured(): string {
  for (const name of ['profiles.yaml', 'record.yaml']) fs.copyFileSync(path.join(SHIPPED, name), path.join(folder, name))
  const shipped = fs.readFileSync(path.join(SHIPPED, 'odds.yaml'), 'utf8')
  const eager = shipped.replace(/_interval_s: \d+/g, '_interval_s: 1').replace('monthly_credits: 20000', 'monthly_credits: 100000000')
  fs.writeFileSync(path.join(folder, 'odds.yaml'), eager)
  const one = `{ id: ${ID}, cron: '0 0 1 1 *', workflow: ingestOdds, queue: ingest, catch_up_window: 10s, pause_after_failures: 9, note: odds }`
  fs.writeFileSync(path.join(folder, 'schedules.yaml'), `schedules: [${one}]\n`)
  return folder
}

describe('the schedule of odds, from a source on a socket to cache and record', () => {
  const log = new LogBook()
  const redis = connect(REDIS)
  let sim: OddsSim
  let ingest: OddsIngest
  let record: RecordTap
  let native: NativeConnection
  let connection: Connection
  let client: Client
  let workers: readonly Worker[]
  let working: Promise<unknown>

  beforeAll(async () => {
    await redis.flushdb()
    sim = await startOdds({ settings: { monthly_credits: 100_000_000 }, events: EVENTS })
    const configDir = configured()
    record = openRecord({ configDir, dataDir: folder } as never, questdb.httpUrl, 'test', log)
    const endpoints = { redisUrl: REDIS, odds: { url: sim.url, apiKey: API_KEY } }
    ingest = openOddsIngest(
      { configDir, mode: 'sim', endpoints },
      {
        openSeries: () => openSeries(ledger().database, 'kalshi', millis(Date.now())),
        onRow: (row) => record.offer(row),
        log,
      },
    )
    Runtime.install({ logger: new DefaultLogger('ERROR') })
    const workflowBundle = await bundleWorkflowCode({ workflowsPath: WORKFLOWS, logger: new DefaultLogger('ERROR') })
    native = await NativeConnection.connect({ address: temporal.address })
    connection = await Connection.connect({ address: temporal.address })
    client = new Client({ connection })
    const supervision = createSupervision({ configDir }, client, { creditsBack: (signal) => ingest.creditsBack(signal), clock, log })
    const common = { connection: native, workflowBundle }
    workers = [
      await Worker.create({ ...common, taskQueue: QUEUES.ingest, activities: { ...ingest.activities } }),
      await Worker.create({ ...common, taskQueue: QUEUES.backoffice, activities: { ...supervision } }),
    ]
    working = Promise.all(workers.map((worker) => worker.run()))
    await applySchedules(client, readFile(path.join(configDir, 'schedules.yaml'), schedulesSchema))
  })
  beforeEach(() => saveListings(ledger().database, [LISTING], millis(Date.now())))
  afterAll(async () => {
    await client.schedule.getHandle(ID).delete()
    for (const worker of workers) worker.shutdown()
    await working
    await Promise.all([connection.close(), native.close(), ingest.close(), record.close(1_000), sim.stop()])
    redis.disconnect()
  })

  const view = async (): Promise<ScheduleView> => {
    const found = (await listSchedules(client)).find((each) => each.id === ID)
    if (!found) throw new Error(`${ID} is not listed yet`)
    return found
  }
  /** A run of the schedule, started by hand. @throws what it failed with. */
  const run = async (): Promise<IngestedOdds> => {
    const runs = async (): Promise<number> => (await client.schedule.getHandle(ID).describe()).info.numActionsTaken
    const before = await runs()
    await triggerSchedule(client, ID)
    await until('it runs', async () => (await runs()) > before)
    const { info } = await client.schedule.getHandle(ID).describe()
    const { workflowId, firstExecutionRunId } = info.recentActions.at(-1)?.action.workflow ?? { workflowId: '', firstExecutionRunId: '' }
    return (await client.workflow.getHandle(workflowId, firstExecutionRunId).result()) as IngestedOdds
  }
  /** One that asks: what was asked a moment ago is not due. */
  const asking = async (): Promise<IngestedOdds> => {
    for (const late = Date.now() + LIMIT_MS; ;) {
      const round = await run()
      if (round.sports.length > 0 || Date.now() > late) return round
    }
  }
  const supervise = (): Promise<SchedulesReport> =>
    client.workflow.execute('superviseSchedules', { taskQueue: QUEUES.backoffice, workflowId: fresh('supervise') })
  const kept = async (): Promise<OddsEvent> => {
    const [event, ...others] = await readOdds(redis, NEVER)
    if (!event || others.length > 0) throw new Error('there is not one event')
    return event
  }
  const rows = (columns: string): Promise<readonly (readonly unknown[])[]> =>
    select(`SELECT ${columns} FROM sportsbook_odds WHERE event_id = '${EVENT}' ORDER BY ts, book, outcome`)

  it('writes an event with its TTL and what it was made of, tells of it, and records raw and fair probabilities', async () => {
    const before = await cursorOf(redis, 'odds', NEVER)
    expect(await run()).toMatchObject({
      sports: [{ sport: SPORT, games: 1, priced: 1, failure: null }],
      remaining: 99_999_999,
      paused: null,
    })
    const event = await kept()
    expect(event.lines.map(({ team, books }) => [team, books.length])).toEqual([
      [HOME, 3],
      [AWAY, 3],
    ])
    for (const key of [`odds:event:${EVENT}`, `odds:consensus:${EVENT}:atlanta_braves`])
      expect(Math.abs((await redis.ttl(key)) - ODDS_TTL_S)).toBeLessThan(60)
    const blocking = await connectBlocking(REDIS, NEVER)
    const { entries, missed } = await readPush(blocking, 'odds', before, 1_000, NEVER)
    blocking.disconnect()
    expect([entries.map(({ body }) => oddsEventOf(body)), missed]).toEqual([[event], false])

    await until('the rows are there', async () => (await rows('book')).length === 7, LIMIT_MS)
    const told = await rows('book, outcome, odds_american, odds_decimal, implied_prob, devigged_prob')
    expect(told[0]).toEqual(['betmgm', HOME, -110, 19_091, 523_810, null]) // one side: nobody can take its margin off
    expect(told.slice(1, 3).map(([book, outcome, american, , implied]) => [book, outcome, american, implied])).toEqual([
      ['draftkings', HOME, -158, 612_403],
      ['draftkings', AWAY, 138, 420_168],
    ])
    const fair = told.slice(1, 3).map((row) => row[5] as number)
    expect((fair[0] ?? 0) + (fair[1] ?? 0)).toBe(1_000_000)
  })

  it('B6: has each book’s own time in the record, and in what is pushed, from which the consensus is made anew as lines age', async () => {
    const event = await kept()
    const told = await rows('book, last_update, ts')
    const ages = new Map(told.map(([book, updated, ts]) => [book, Date.parse(ts as string) - Date.parse(updated as string)]))
    for (const [at, book] of BOOKS.entries()) expect(Math.abs((ages.get(book) ?? 0) - (10 * at + 5) * 1_000)).toBeLessThan(2_000)
    const settings = readProfilesFile(SHIPPED)
    const later = (ms: number): ReturnType<typeof consensusOf> => {
      const nowMs = millis(event.fetchedMs + ms)
      return consensusOf(event.game, HOME, nowMs, consensusPolicyAt(settings, { sport: SPORT, startMs: event.commenceMs }, nowMs))
    }
    const now = later(500)
    expect(now.kind === 'consensus' ? Math.round(now.probability * 1e6) : now.reason).toBe(event.lines[0]?.consensusMicros)
    expect(later(600_000)).toMatchObject({ kind: 'none', reason: 'no usable book' })
  })

  it('has nothing new of a source that answers 429, and goes on', async () => {
    const [before, count] = [await kept(), (await rows('ts')).length]
    sim.fault('rate_limit', { sport: SPORT })
    const { sports, paused, keyRefused } = await asking()
    expect([sports[0]?.failure, paused, keyRefused]).toEqual([expect.stringContaining('too many: 429'), null, null])
    expect([await kept(), (await rows('ts')).length]).toEqual([before, count])
    expect(await view()).toMatchObject({ paused: false, failures: 0 })
  })

  it('fails when the source answers 401, so that it is told and paused as what only fails is', async () => {
    const before = await kept()
    sim.fault('refused_key', { sport: SPORT })
    await expect(asking()).rejects.toThrow(WorkflowFailedError)
    expect([await kept(), (await view()).failures]).toEqual([before, 1])
    expect(log.messages('warn').at(-1)).toBe(
      `no odds of ${SPORT}: key refused: 401 INVALID_KEY API key is not valid. See usage plans for getting a key`,
    )
  })

  it('B20: pauses itself when the credits are gone, says why, and goes on by itself when there are some', async () => {
    const before = await kept()
    sim.event({ type: 'credits', remaining: 0 })
    const { paused } = await asking()
    // a round after one that failed asks the free question first
    expect(paused).toBe('the credits of the month are gone: 0 are left, 100 of them are kept back, and a call for baseball_mlb costs 1')
    expect(await kept()).toEqual(before)
    expect(await view()).toMatchObject({
      paused: true,
      note: `waits for credits: ${paused}; goes on by itself when there are some, by hand with crossbook schedules unpause ${ID}`,
    })
    expect(log.lines.filter(({ level }) => level === 'error')).toMatchObject([
      { message: FAILURES.oddsCreditsGone, fields: { schedule: ID, reason: paused } },
    ])
    expect((await supervise()).resumed).toEqual([])
    expect(await run()).toMatchObject({ sports: [], paused: expect.stringContaining('0 are left') as string }) // by hand: nothing is asked, or told again
    expect(log.messages('error')).toHaveLength(1)

    sim.event({ type: 'credits', remaining: 50_000_000 })
    expect((await supervise()).resumed).toEqual([ID])
    const { paused: isPaused, note } = await view()
    expect([isPaused, note]).toEqual([false, expect.stringMatching(/^unpaused .+Z: there are 50000000 credits again$/)])
    expect(await asking()).toMatchObject({ sports: [{ games: 1 }], paused: null })
  })

  it('spends nothing when no series is open any more', async () => {
    await saveListings(ledger().database, [{ ...LISTING, status: 'closed' }], millis(Date.now()))
    expect(await openSeries(ledger().database, 'kalshi', millis(Date.now()))).toEqual(new Set())
    expect(await run()).toMatchObject({ sports: [], nextMs: null, paused: null })
    await saveListings(ledger().database, [LISTING], millis(Date.now()))
    expect(await openSeries(ledger().database, 'kalshi', LISTING.closeMs)).toEqual(new Set())
  })
})
