import fs from 'node:fs'
import type { WhyTrade } from '../../src/operator/why/why'
import type { Restored } from '../../src/operator/backup/backup'
import type { ScheduleView } from '../../src/operator/schedules/schedules'
import type { DayReplay, TieOutReport } from '../../src/workflows/messages'
import path from 'node:path'
import { Client } from 'pg'
import { readFile } from '../../src/config/files'
import { schedulesSchema } from '../../src/config/schema/schedules'
import { expectBalanced, shortScenario, Stack, temporaryData, type LedgerJson, type TradeJson } from './stack'

/** Cold start, thirty-four seconds of tape, settlement, and a second start: with room for a machine that does something else beside. */
jest.setTimeout(300_000)
const UP_MS = 120_000
const DAY_MS = 86_400_000
/** In UTC. */
const dayBefore = (): string => new Date(Date.now() - DAY_MS).toISOString().slice(0, 10)
/** The history shows its rows after a second or two; captures are pinned every ten. */
const ON_RECORD_MS = 30_000
/** A Monday at noon: `calibrate` would have run once in the hour after it. */
const MONDAY = { from: '2026-11-16T12:00:00Z', to: '2026-11-16T13:00:00Z' } as const
const TAPE_AND_SETTLEMENT_MS = 120_000
/** The prints until 15:27: eleven gaps that paid. */
const LINES = 28
const SPEED = 60

describe('npm start', () => {
  const dataDir = temporaryData()
  const scenario = shortScenario(LINES, SPEED)
  let stack = new Stack(dataDir, scenario)

  afterAll(async () => {
    await stack.interrupt()
    fs.rmSync(dataDir, { recursive: true, force: true })
    fs.rmSync(scenario, { recursive: true, force: true })
  })

  it('comes up and says where to look', async () => {
    await stack.says('Where to look', UP_MS)
    expect(stack.stderr).toContain('npx crossbook status')
  })

  it('locks boxes, settles them, and its ledger equals the venues', async () => {
    await stack.until('trades locked, settled and realised', TAPE_AND_SETTLEMENT_MS, async () => {
      const trades = await stack.ask<TradeJson[]>('trades', '--limit', '500')
      const locked = trades.filter(({ outcome }) => outcome === 'locked')
      return locked.length >= 5 && trades.every(({ pnlKind }) => pnlKind === 'realised')
    })
    await expectBalanced(stack)
  })

  it('tells why of a locked trade: seen, decided, sent, answered and booked, and nothing is missing', async () => {
    const locked = (await stack.ask<TradeJson[]>('trades', '--limit', '500')).find(({ outcome }) => outcome === 'locked')
    const why = (): Promise<WhyTrade> => stack.ask<WhyTrade>('why', locked?.tradeId ?? 'none')
    await stack.until('all of it is on record', ON_RECORD_MS, async () => (await why()).missing.length === 0)
    const { seen, decided, sent, answered, booked, steps } = await why()
    expect([seen?.books.length, decided?.legs.length, sent?.length, answered?.length]).toEqual([2, 2, 2, 2])
    expect(sent?.map(({ bytes }) => bytes?.epoch)).toEqual([1, 1])
    expect(booked?.transfers.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['reserve', 'fillBuy', 'release', 'settle']))
    expect(new Set(steps.map(({ part }) => part))).toEqual(new Set(['seen', 'decided', 'sent', 'answered', 'booked']))
    await stack.until('its captures are pinned', ON_RECORD_MS, async () =>
      fs.readdirSync(`${dataDir}/pinned`).includes(locked?.tradeId ?? ''),
    )
  })

  it('decides the day again from its captures as it was decided', async () => {
    const trades = await stack.ask<(TradeJson & { readonly startedAt: number })[]>('trades', '--limit', '500')
    const day = new Date(trades[0]?.startedAt ?? 0).toISOString().slice(0, 10)
    const report = await stack.ask<DayReplay>('replay', 'day', day)
    expect(report).toMatchObject({ same: true, differing: [], notCompared: [], compared: report.decisions })
    expect(report.compared).toBeGreaterThanOrEqual(5)
    expect(report.replayedSha256).toBe(report.recordedSha256)
  })

  it('answers status with every service up and both feeds connected', async () => {
    const status = await stack.ask<{ services: { name: string; state: string }[]; feeds: { state: string }[]; halts: unknown[] }>('status')
    expect(status.services.filter(({ state }) => state !== 'up')).toEqual([])
    expect(status.feeds.map(({ state }) => state)).toEqual(['connected', 'connected'])
    expect(status.halts).toEqual([])
  })

  it('halts and resumes by command (E26)', async () => {
    const halted = await stack.ask<{ epoch: number }>('halt', '--scope', 'all', '--reason', 'test')
    const halts = (await stack.ask<{ halts: { scope: string }[] }>('status')).halts
    expect(halts.map(({ scope }) => scope)).toEqual(['all'])
    const resumed = await stack.ask<{ epoch: number }>('resume', '--scope', 'all', '--reason', 'test')
    expect(resumed.epoch).toBeGreaterThan(halted.epoch)
    expect((await stack.cli('halt', '--scope', 'moon', '--reason', 'x')).code).toBe(2)
  })

  it('runs its schedules with cron expressions', async () => {
    const schedules = await stack.ask<{ id: string; description: string }[]>('schedules', 'list')
    const file = readFile(path.join(__dirname, '..', '..', 'config', 'schedules.yaml'), schedulesSchema)
    const listed = new Map(schedules.map(({ id, description }) => [id, description]))
    expect(listed).toEqual(new Map(file.schedules.map(({ id, note }) => [id, note])))
  })

  const scheduled = async (): Promise<ReadonlyMap<string, ScheduleView>> =>
    new Map((await stack.ask<ScheduleView[]>('schedules', 'list')).map((each) => [each.id, each]))
  /** Asks for a run of each schedule, and waits until they have ended without a failure. */
  const ran = async (commands: Readonly<Record<string, readonly string[]>>): Promise<void> => {
    const before = await scheduled()
    for (const command of Object.values(commands)) expect(await stack.cli('schedules', ...command)).toMatchObject({ code: 0 })
    await stack.until(`${Object.keys(commands).join()} have run`, UP_MS, async () => {
      const now = await scheduled()
      return Object.keys(commands).every((id) => {
        const { lastAt, running, failures } = now.get(id) ?? { lastAt: null, running: 0, failures: 0 }
        return (lastAt ?? 0) > (before.get(id)?.lastAt ?? 0) && running === 0 && failures === 0
      })
    })
  }
  const tieOuts = async (): Promise<readonly TieOutReport[]> => {
    const client = new Client({ connectionString: stack.endpoints().databaseUrl })
    await client.connect()
    try {
      return (await client.query<{ report: TieOutReport }>('select report from tie_out order by id')).rows.map(({ report }) => report)
    } finally {
      await client.end()
    }
  }

  it('sweeps, ties out the day and backs up when their schedules are triggered: the ledger equals both venues', async () => {
    const jobs = ['reconcileSweep', 'tieOut', 'backup']
    await ran(Object.fromEntries(jobs.map((id) => [id, ['trigger', id]])))
    expect((await tieOuts()).at(-1)).toMatchObject({ ties: true, openBreaks: 0, venues: [{ unread: null }, { unread: null }] })
  })

  it('restores what its schedule has backed up beside the ledger, and proves it', async () => {
    const [file = 'none'] = fs.readdirSync(path.join(dataDir, 'backups')).toSorted().toReversed()
    const { transfers } = await stack.ask<LedgerJson>('ledger', 'verify')
    const restored = await stack.ask<Restored>('restore', path.join(dataDir, 'backups', file), '--into', 'restored')
    expect(restored).toMatchObject({ ledger: { transfers, sumMicros: 0, violations: [] }, chain: [] })
    expect(transfers).toBeGreaterThan(0)
  })

  it('pauses a schedule by command, leaves it so when the file is applied, lets it go on, and a backfill of it runs', async () => {
    expect((await stack.cli('schedules', 'pause', 'calibrate', '--note', 'a test')).code).toBe(0)
    const applied = await stack.ask<string[]>('schedules', 'apply')
    const listed = await scheduled()
    expect(new Set(applied)).toEqual(new Set(listed.keys()))
    expect(listed.get('calibrate')).toMatchObject({ paused: true, note: 'a test' })
    expect((await stack.cli('schedules', 'unpause', 'calibrate')).code).toBe(0)
    await ran({ calibrate: ['backfill', 'calibrate', '--from', MONDAY.from, '--to', MONDAY.to] })
    expect((await scheduled()).get('calibrate')?.paused).toBe(false)
  })

  it('replays a night when its schedule is triggered, and shows what it found', async () => {
    const days = [dayBefore()]
    expect((await stack.cli('schedules', 'trigger', 'nightlyReplay')).code).toBe(0)
    const nights = (): Promise<DayReplay[]> => stack.ask<DayReplay[]>('replay', 'nightly')
    await stack.until('the night is on record', UP_MS, async () => (await nights()).length === 1)
    expect(await nights()).toMatchObject([{ same: true, differing: [], notCompared: [] }])
    expect([...days, dayBefore()]).toContain((await nights())[0]?.day) // midnight may come while it runs
  })

  it('stops everything it started on Ctrl-C, and starts again with yesterday’s trades', async () => {
    const before = await stack.ask<TradeJson[]>('trades', '--limit', '500')
    const first = await stack.interrupt()
    expect(first.code).toBe(0)
    expect(fs.readdirSync(`${dataDir}/run`).filter((file) => file.endsWith('.pid') || file.endsWith('.pid.json'))).toEqual([])
    stack = new Stack(dataDir, scenario)
    await stack.says('Where to look', UP_MS)
    const after = await stack.ask<TradeJson[]>('trades', '--limit', '500')
    expect(after.map(({ tradeId }) => tradeId)).toEqual(expect.arrayContaining(before.map(({ tradeId }) => tradeId)))
  })
})
