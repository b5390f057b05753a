import { marketId } from '../../../src/core/ids'
import type { EdgePlan } from '../../../src/core/trade/plan'
import type { Millis } from '../../../src/core/units'
import type { EdgeCounters } from '../../../src/operator/executor/counters'
import { runExecutor, type ExecutorDependencies, type ExecutorReport, type ExecutorWish } from '../../../src/operator/executor/run'
import { disarmExecutor, executorStatus } from '../../../src/operator/executor/status'
import { readEdgeTrades } from '../../../src/stores/postgres/arming/edge-trades'
import { disarm, readArming } from '../../../src/stores/postgres/arming/arming'
import { LogBook, SettableClock } from '../../stores/doubles'
import { openDatabase } from '../../../src/stores/postgres/pool'
import { apart, edgePlan } from '../ledger/risk/support'
import { close, resultOf } from '../ledger/support/trades'
import { freshLedger, NEVER, NOW } from '../ledger/support/ledger'

const ledger = freshLedger()
const ME = { name: 'me', role: 'operator' } as const
const SYSTEM = { mode: 'sim', account: 'acc1', armLive: undefined } as const
const WISH: ExecutorWish = { mode: 'sim', profile: 'STANDARD', maxSignals: null, forMs: 10_000, waitMs: 5_000 }

/** Time that passes while somebody sleeps. */
class SleepingClock extends SettableClock {
  /** What happens at which sleep, from 1. */
  readonly at = new Map<number, () => unknown>()
  sleeps = 0

  override async sleep(ms = 0): Promise<void> {
    this.advance(ms)
    await this.at.get(++this.sleeps)?.()
  }
}

let clock: SleepingClock
let told: string[]
beforeEach(() => {
  clock = new SleepingClock(NOW)
  told = []
})

const countersOf = async (sinceMs: Millis): Promise<EdgeCounters> => ({
  desk: null,
  trades: await readEdgeTrades(ledger().database, sinceMs),
  refusedMost: [],
  credits: null,
})
const dependencies = (change: Partial<ExecutorDependencies> = {}): ExecutorDependencies => ({
  database: ledger().database,
  clock,
  system: SYSTEM,
  by: ME,
  counters: countersOf,
  onLook: () => undefined,
  onTrouble: (sentence) => told.push(sentence),
  ...change,
})
const run = (
  wish: Partial<ExecutorWish> = {},
  change: Partial<ExecutorDependencies> = {},
  stop: AbortSignal = NEVER,
): Promise<ExecutorReport> => runExecutor(dependencies(change), { ...WISH, ...wish }, stop, NEVER)
const read = (): ReturnType<typeof readArming> => readArming(ledger().database, NEVER)
const planOf = (n: number): EdgePlan => edgePlan({ ...apart(n), subject: `K${n}`, seenAtMs: clock.nowMs() })
async function trade(n: number): Promise<void> {
  ledger().clock.advance(clock.nowMs() - ledger().nowMs)
  await ledger().ledger.reserve(planOf(n), 'run', NEVER)
}

describe('crossbook executor run', () => {
  it('refuses another profile than the one that judges, and arms nothing', async () => {
    const counters = async (sinceMs: Millis): Promise<EdgeCounters> => ({
      ...(await countersOf(sinceMs)),
      desk: { profile: 'AGGRESSIVE' } as never,
    })
    await expect(run({}, { counters })).rejects.toThrow(
      'judges by profile AGGRESSIVE and would take nothing of STANDARD: leave --profile out',
    )
    expect(await read()).toBeNull()
    expect(await run({ profile: 'AGGRESSIVE' }, { counters })).toMatchObject({ end: 'time is up' })
  })

  it('arms, keeps armed, and disarms when its time is up', async () => {
    const seen: number[] = []
    const report = await run({ forMs: 40_000 }, { onLook: ({ untilMs }) => seen.push(untilMs - clock.nowMs()) })
    expect(report).toMatchObject({
      end: 'time is up',
      why: null,
      disarmed: true,
      armedMs: NOW,
      endedMs: NOW + 40_000,
      by: 'me',
      running: [],
    })
    expect(Math.min(...seen)).toBeGreaterThan(10_000)
    expect(await read()).toMatchObject({ disarmedMs: NOW + 40_000 })
    expect(told).toEqual([])
  })

  it('disarms at once when it is stopped', async () => {
    const stop = new AbortController()
    clock.at.set(3, () => stop.abort())
    expect(await run({ forMs: null }, {}, stop.signal)).toMatchObject({ end: 'stopped', disarmed: true, endedMs: NOW + 3_000 })
    expect(await read()).toMatchObject({ disarmedMs: NOW + 3_000 })
  })

  it('disarms after so many signals, and waits for what runs', async () => {
    clock.at.set(2, () => trade(1))
    clock.at.set(4, () => trade(2))
    clock.at.set(6, () => close(ledger(), resultOf(planOf(1) as never, 'missed')))
    const report = await run({ maxSignals: 2, forMs: null })
    expect(report).toMatchObject({
      end: 'signals used up',
      endedMs: NOW + 4_000,
      counters: { trades: { outcomes: { missed: 1, running: 1 } } },
    })
    expect(report.running).toEqual([{ tradeId: 't2', market: marketId('K2'), state: 'running' }])
    expect(clock.nowMs()).toBe(NOW + 9_000) // 5 s of waiting, and no more
  })

  it('ends when somebody else disarms it, and leaves a later arming alone', async () => {
    clock.at.set(2, () => disarm(ledger().database, null, { name: 'boss', role: 'approver' }, clock.nowMs(), NEVER))
    const report = await run({ forMs: null })
    expect(report).toMatchObject({ end: 'lost', why: expect.stringContaining('somebody disarmed it') })
    expect(await ledger().column(`select by_name from audit where action = 'disarm'`)).toEqual(['boss'])
  })

  it('ends when it could not be renewed in time', async () => {
    clock.at.set(1, () => clock.advance(20_000))
    expect(await run({ forMs: null })).toMatchObject({ end: 'lost', disarmed: true })
  })

  it('goes on without Postgres until its time is up, and says that it could not disarm', async () => {
    const database = openDatabase(ledger().url, new LogBook())
    clock.at.set(1, () => database.end())
    const report = await run({ forMs: null }, { database })
    expect(report).toMatchObject({ end: 'lost', disarmed: false, untilMs: NOW + 15_000, running: null })
    expect(report.endedMs).toBeGreaterThanOrEqual(NOW + 15_000)
    expect(told.join('\n')).toMatch(/could not be renewed[^]*could not be told to disarm/)
  })

  it('counters that cannot be read are told, and nothing ends by it', async () => {
    const report = await run({}, { counters: () => Promise.reject(new Error('no counters')) })
    expect(report).toMatchObject({ end: 'time is up', counters: null })
    expect(told[0]).toBe('the counters cannot be read: no counters')
    expect(told.at(-1)).toBe('the counters cannot be read at the end, the report has the last that could be: no counters')
  })

  it('a second one is told whose it is', async () => {
    let second: Error | null = null
    clock.at.set(1, () => run({}, { by: { name: 'you', role: 'operator' } }).catch((error: Error) => (second = error)))
    await run()
    expect(second).toMatchObject({ message: expect.stringContaining('armed already, by me with profile STANDARD') })
  })

  it.each<[string, Partial<ExecutorWish>, Partial<ExecutorDependencies>, string]>([
    ['another mode', { mode: 'paper' }, {}, 'this system runs in mode sim and cannot be armed for paper'],
    ['a viewer', {}, { by: { name: 'v', role: 'viewer' } }, 'v is a viewer'],
    [
      'live without its second flag',
      { mode: 'live' },
      { system: { ...SYSTEM, mode: 'live' } },
      'CROSSBOOK_ARM_LIVE=acc1 in the environment, which is not set',
    ],
    ['live for another account', { mode: 'live' }, { system: { ...SYSTEM, mode: 'live', armLive: 'acc2' } }, 'which is "acc2"'],
  ])('nothing is armed for %s', async (_what, wish, change, sentence) => {
    await expect(run(wish, change)).rejects.toThrow(sentence)
    expect(await read()).toBeNull()
  })

  it('live with both flags is armed', async () => {
    expect(await run({ mode: 'live' }, { system: { mode: 'live', account: 'acc1', armLive: 'acc1' } })).toMatchObject({ mode: 'live' })
  })
})

describe('crossbook executor status and disarm', () => {
  const status = (): ReturnType<typeof executorStatus> =>
    executorStatus({ database: ledger().database, clock, mode: 'sim', counters: countersOf })

  it('tell that it never was armed', async () => {
    expect(await status()).toMatchObject({ arming: null, refused: { actual: 'not armed' }, counters: null, running: [] })
    expect(await disarmExecutor(ledger().database, clock, ME)).toBeNull()
  })

  it('tell of a running one, and end it', async () => {
    let during: unknown = null
    clock.at.set(2, async () => {
      during = await status()
      await disarmExecutor(ledger().database, clock, { name: 'boss', role: 'operator' })
    })
    expect(await run({ forMs: null })).toMatchObject({ end: 'lost' })
    expect(during).toMatchObject({ arming: { by: ME, epoch: 1 }, refused: null, counters: { trades: { outcomes: {} } } })
    expect(await status()).toMatchObject({ refused: { actual: 'not armed' } })
    await expect(disarmExecutor(ledger().database, clock, { name: 'v', role: 'viewer' })).rejects.toThrow('viewer')
  })

  it('tell that nobody has renewed it', async () => {
    const stop = new AbortController()
    clock.at.set(1, async () => {
      clock.advance(16_000)
      expect(await status()).toMatchObject({ refused: { actual: 'expired 2000 ms ago' } })
      stop.abort()
    })
    await run({ forMs: null }, {}, stop.signal)
  })
})
