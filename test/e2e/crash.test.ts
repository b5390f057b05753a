import fs from 'node:fs'
import { Redis } from 'ioredis'
import { setTimeout as pause } from 'node:timers/promises'
import { Client } from 'pg'
import { expectBalanced, shortScenario, Stack, temporaryData, type TradeJson } from './stack'
import { WireWatch } from './wire-watch'

/** Three minutes of tape, four accidents, their recovery, and room for a machine that does something else beside. */
jest.setTimeout(500_000)
const UP_MS = 120_000
/** An unknown Kalshi order is proven absent only 35 s after its not-after (E12); two of them, and a settlement, fit. */
const RECOVERY_MS = 200_000
const STOPPED_MS = 10_000
const OUTAGE_MS = 30_000
/** A machine that does something else beside may answer a single question late; the outage lasts until one is answered. */
const ANSWER_MS = 20_000
/** The lease is believed this long without Postgres; an opening decided before that may still leave within its not-after. */
const LAST_OPENING_MS = 4_000

/** A wiped cache is noticed within a second and written again within a tenth; positions are copied every five. */
const CACHE_MS = 30_000

type Started = TradeJson & { readonly startedAt: number }
interface Streaming {
  readonly counters: { readonly events: number; readonly skipped: number }
  readonly feeds: readonly { readonly venue: string; readonly state: string; readonly confirmedAgeMs: number | null }[]
}

/** A process and its children: a stopped postmaster alone would leave its backends answering. */
function withChildren(pid: number): readonly number[] {
  const pids = fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  const children = pids.filter((each) => {
    const stat = fs.existsSync(`/proc/${each}/stat`) ? fs.readFileSync(`/proc/${each}/stat`, 'utf8') : ''
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]) === pid
  })
  return [pid, ...children.map(Number)]
}

/** The keys of a family that the cache has, asked as a reader would. */
const cached = async (stack: Stack, family: string): Promise<readonly string[]> =>
  (await stack.ask<{ keys: readonly string[] }>('cache', 'list', family)).keys

/** Whether the cache has every position that the ledger has, and that has any. */
async function hasPositions(stack: Stack): Promise<boolean> {
  const ledger = new Client({ connectionString: stack.endpoints().databaseUrl })
  await ledger.connect()
  try {
    const { rows } = await ledger.query<{ market: string }>('select distinct market from lot where quantity > 0')
    const keys = await cached(stack, 'positions')
    return rows.length > 0 && rows.every(({ market }) => keys.includes(`positions:active:${market}`))
  } finally {
    await ledger.end()
  }
}

/** What the server had is gone: nothing of ours, and nothing of anybody's. */
async function wipe(url: string): Promise<void> {
  const redis = new Redis(url)
  try {
    await redis.flushall()
  } finally {
    redis.disconnect()
  }
}

/** Frames went on arriving, both feeds are alive, and what was found was let pass. */
function goesOn(before: Streaming | null, during: Streaming | null): boolean {
  if (before === null || during === null) return false
  const alive = during.feeds.every(({ state, confirmedAgeMs }) => state === 'connected' && (confirmedAgeMs ?? Infinity) < 3_000)
  const moved = during.counters.events > before.counters.events && during.counters.skipped > before.counters.skipped
  return during.feeds.length === 2 && alive && moved
}

describe('accidents in mid-trade', () => {
  const dataDir = temporaryData()
  const scenario = shortScenario(73, 25)
  const stack = new Stack(dataDir, scenario)
  const wire = new WireWatch(stack)

  /** Holds the first leg's answer back, so that a trade is surely in mid-leg, and waits until one is. @returns the order's id */
  const holdFirstLeg = async (): Promise<string> => {
    await wire.look()
    const before = wire.ids()
    const held = (): string | undefined => [...wire.ids()].find((id) => id.endsWith('-a1') && !before.has(id))
    await stack.post({ venue: 'kalshi', type: 'fault', name: 'delay', ms: 1_500, once: true, method: 'POST' })
    await stack.until('a held order at Kalshi', 60_000, async () => (await wire.look(), held() !== undefined))
    return held() ?? ''
  }

  beforeAll(async () => {
    await stack.says('Where to look', UP_MS)
    wire.start()
  })
  afterAll(async () => {
    await wire.stop()
    await stack.interrupt()
    fs.rmSync(dataDir, { recursive: true, force: true })
    fs.rmSync(scenario, { recursive: true, force: true })
  })

  it('kill -9 of streaming: its successor takes the lease and finishes the trade (I1, E12, E19)', async () => {
    const before = await stack.streaming<{ leaseEpoch: number }>()
    await holdFirstLeg()
    process.kill(stack.pidOf('streaming'), 'SIGKILL')
    await stack.until('a successor with a higher lease epoch', 60_000, async () => {
      const now = await stack.streaming<{ leaseEpoch: number; ready: boolean }>()
      return now !== null && now.ready && now.leaseEpoch > (before?.leaseEpoch ?? 0)
    })
  })

  it('ten seconds of SIGSTOP in mid-leg: nothing leaves late (E11)', async () => {
    await holdFirstLeg()
    const pid = stack.pidOf('streaming')
    process.kill(pid, 'SIGSTOP')
    await pause(STOPPED_MS) // the length of the stop is what is tested
    process.kill(pid, 'SIGCONT')
    await stack.until(
      'streaming to hold its lease again',
      60_000,
      async () => (await stack.streaming<{ ready: boolean }>())?.ready === true,
    )
  })

  it('Redis is wiped in mid-leg: quotes and positions are back, and trades go on to lock', async () => {
    await wipe(stack.endpoints().redisUrl) // what the process that was killed has left stands still, and nobody tells it again
    await stack.until('quotes and positions in the cache', CACHE_MS, async () => {
      const families = await Promise.all(['kalshi', 'forecastex'].map((family) => cached(stack, family)))
      return families.every((keys) => keys.length > 0) && (await hasPositions(stack))
    })
    const quotes = await Promise.all(['kalshi', 'forecastex'].map((family) => cached(stack, family)))
    const held = await holdFirstLeg()
    await wipe(stack.endpoints().redisUrl)
    const wipedMs = Date.now()
    await stack.until('every quote to be back', CACHE_MS, async () => {
      const now = await Promise.all(['kalshi', 'forecastex'].map((family) => cached(stack, family)))
      return quotes.flat().every((key) => now.flat().includes(key))
    })
    await stack.until('every position to be back', CACHE_MS, () => hasPositions(stack))
    await stack.until('a trade that began after it to lock', 60_000, async () => {
      const trades = await stack.ask<Started[]>('trades', '--limit', '500')
      return trades.some(({ startedAt, outcome }) => startedAt > wipedMs && outcome === 'locked')
    })
    await stack.until('the trade that was in mid-leg to end', 60_000, async () => {
      const trades = await stack.ask<Started[]>('trades', '--limit', '500')
      return trades.some(({ legs, outcome }) => outcome !== null && legs.some(({ clientOrderId }) => clientOrderId === held))
    })
  })

  it('Redis, QuestDB and Postgres stop for 30 s: feeds and books go on, nothing opens, everything recovers', async () => {
    const pids = ['redis', 'questdb', 'postgres'].flatMap((name) => withChildren(stack.pidOf(name)))
    const before = await stack.streaming<Streaming>()
    const stoppedMs = Date.now()
    for (const pid of pids) process.kill(pid, 'SIGSTOP')
    try {
      await pause(OUTAGE_MS) // the length of the outage is what is tested
      await stack.until('feeds and books that go on', ANSWER_MS, async () => goesOn(before, await stack.streaming<Streaming>()))
    } finally {
      for (const pid of pids) process.kill(pid, 'SIGCONT')
    }
    const endedMs = Date.now()
    await stack.until('every service to be up again', 60_000, async () => {
      const { services } = await stack.ask<{ services: { state: string }[] }>('status')
      return services.every(({ state }) => state === 'up')
    })
    await wire.look()
    expect(wire.openingsBetween(stoppedMs + LAST_OPENING_MS, endedMs)).toEqual([])
    await stack.until('trading to go on', 60_000, async () => (await wire.look(), wire.openingsBetween(endedMs, Infinity).length > 0))
  })

  it('after all of it every trade has ended, nothing left twice or late, and the ledger equals the venues (I1, I4, I9)', async () => {
    await stack.until('every trade to end and settle', RECOVERY_MS, async () => {
      const trades = await stack.ask<TradeJson[]>('trades', '--limit', '500')
      return trades.length > 5 && trades.every(({ outcome, pnlKind }) => outcome !== null && pnlKind === 'realised')
    })
    await expectBalanced(stack)
    expect(wire.sentTwice()).toEqual([])
    expect(await wire.sentLate()).toEqual([])
  })
})
