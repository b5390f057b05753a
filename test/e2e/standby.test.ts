import { spawn, type ChildProcess } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { expectBalanced, shortScenario, Stack, temporaryData, type TradeJson } from './stack'
import { WireWatch } from './wire-watch'

/** A start, two takeovers and the settlement, with room for a machine that does something else beside. */
jest.setTimeout(300_000)
const UP_MS = 120_000
const STANDBY_MS = 30_000
/** The lease lives 3 s; then a worker is built and the client id is taken. */
const TAKEOVER_MS = 30_000
/** An unknown Kalshi order is proven absent only 35 s after its not-after (E12), and a settlement follows. */
const RECOVERY_MS = 120_000
/** The prints until 15:27 in forty seconds: trades before, between and after the accidents. */
const LINES = 28
const SPEED = 50
const MAIN = path.join(__dirname, '..', '..', 'dist', 'streaming', 'main.js')

interface Health {
  readonly role: string
  readonly ready: boolean
  readonly leaseEpoch: number | null
  readonly gateway: { readonly clientId: number; readonly up: boolean; readonly reason: string }
}

/** What a process says of itself on the port that its log named last. */
async function health(log: string): Promise<Health> {
  const port = [...log.matchAll(/"port":(\d+),"msg":"health is served"/g)].at(-1)?.[1] ?? '0'
  return (await (await fetch(`http://127.0.0.1:${port}/status`)).json()) as Health
}

/** A second streaming process of the same shard, started by hand with what the stack's own gets. */
class Standby {
  readonly #child: ChildProcess
  readonly exited: Promise<number | null>
  output = ''

  constructor(dataDir: string) {
    this.#child = spawn(process.execPath, [MAIN], {
      cwd: path.join(__dirname, '..', '..'),
      env: { ...process.env, CROSSBOOK_DATA: dataDir, NODE_ENV: 'production' },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    for (const stream of [this.#child.stdout, this.#child.stderr]) stream?.on('data', (chunk: Buffer) => (this.output += chunk.toString()))
    this.exited = new Promise((resolve) => this.#child.once('close', resolve))
  }
  get pid(): number {
    return this.#child.pid ?? 0
  }
  async stop(): Promise<void> {
    this.#child.kill('SIGCONT')
    this.#child.kill('SIGTERM')
    await this.exited
  }
}

/** A process that may have been ended while it slept. */
function wake(pid: number): void {
  try {
    process.kill(pid, 'SIGCONT')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

describe('E19 a warm standby', () => {
  const dataDir = temporaryData()
  const scenario = shortScenario(LINES, SPEED)
  const stack = new Stack(dataDir, scenario)
  const wire = new WireWatch(stack)
  let standby: Standby
  let firstEpoch = 0

  /** Holds the first leg's answer back, so that a trade is surely in mid-leg, and waits until one is. */
  const holdFirstLeg = async (): Promise<string> => {
    await stack.post({ venue: 'kalshi', type: 'fault', name: 'delay', ms: 1_500, once: true, method: 'POST' })
    const before = wire.ids()
    const fresh = (): string | undefined => [...wire.ids()].find((id) => !before.has(id))
    await stack.until('a held order at Kalshi', 60_000, async () => (await wire.look(), fresh() !== undefined))
    return fresh()?.split('-')[1] ?? ''
  }
  const ownLog = (): string => fs.readFileSync(path.join(dataDir, 'logs', 'streaming.log'), 'utf8')
  /** Both processes, the holder first. */
  const both = async (): Promise<readonly Health[]> => {
    const found = await Promise.all([standby.output, ownLog()].map(health))
    return found.toSorted((a, b) => b.role.localeCompare(a.role))
  }
  const isHolder = (now: Health | null, epoch: number): boolean =>
    now?.role === 'trading' && now.leaseEpoch === epoch && now.gateway.clientId === 7 && now.gateway.up
  const ended = async (tradeId: string): Promise<boolean> => {
    const trades = await stack.ask<TradeJson[]>('trades', '--limit', '500')
    return trades.some((trade) => trade.tradeId === tradeId && trade.outcome !== null)
  }

  beforeAll(async () => {
    await stack.says('Where to look', UP_MS)
    wire.start()
    standby = new Standby(dataDir)
  })
  afterAll(async () => {
    await wire.stop()
    await standby.stop()
    await stack.interrupt()
    fs.rmSync(dataDir, { recursive: true, force: true })
    fs.rmSync(scenario, { recursive: true, force: true })
  })

  it('sees both venues under a client id of its own, and does not trade', async () => {
    await stack.until('the standby to be warm', STANDBY_MS, async () => (await health(standby.output)).ready)
    const holder = await stack.streaming<Health>()
    firstEpoch = holder?.leaseEpoch ?? 0
    expect(holder).toMatchObject({ role: 'trading', gateway: { clientId: 7 } })
    expect(await health(standby.output)).toMatchObject({ role: 'standby', leaseEpoch: null, gateway: { clientId: 10, up: true } })
  })

  it('kill -9 of the holder in mid-leg: one successor takes lease and client id, and finishes the trade (I1, E12)', async () => {
    const tradeId = await holdFirstLeg()
    process.kill(stack.pidOf('streaming'), 'SIGKILL')
    await stack.until('a holder with a higher epoch under the same client id', TAKEOVER_MS, async () =>
      isHolder(await stack.streaming<Health>(), firstEpoch + 1),
    )
    await stack.until('the trade in mid-leg to end', RECOVERY_MS, () => ended(tradeId))
    await stack.until('one holder and one warm standby', STANDBY_MS, async () => {
      const [holder, other] = await both()
      return isHolder(holder ?? null, firstEpoch + 1) && other?.role === 'standby' && other.ready
    })
  })

  it('a holder that slept through a takeover sends nothing when it wakes, and ends (I4, E11)', async () => {
    const holder = (await health(standby.output)).role === 'trading' ? standby.pid : stack.pidOf('streaming')
    const tradeId = await holdFirstLeg()
    process.kill(holder, 'SIGSTOP')
    const logs = (): string => ownLog() + standby.output
    await stack.until('the lease to be another’s', TAKEOVER_MS, async () =>
      logs().includes(`"epoch":${firstEpoch + 2},"msg":"the lease is ours"`),
    )
    wake(holder)
    // whichever is first: it reads its lease and ends itself, or the stack, whose own child it may be, has waited long enough for that
    await stack.until(
      'the sleeper to end',
      TAKEOVER_MS,
      async () => logs().includes('this one is fenced off') || stack.hasSaid('has lost its lease to another process'),
    )
    await stack.until('the successor to hold the client id', TAKEOVER_MS, async () =>
      isHolder(await stack.streaming<Health>(), firstEpoch + 2),
    )
    await stack.until('the trade in mid-leg to end', RECOVERY_MS, () => ended(tradeId))
  })

  it('after both every trade has ended, nothing left twice or late, and the ledger equals the venues (I1, I4, I9)', async () => {
    await stack.until('every trade to end and settle', RECOVERY_MS, async () => {
      const trades = await stack.ask<TradeJson[]>('trades', '--limit', '500')
      return trades.length > 3 && trades.every(({ outcome, pnlKind }) => outcome !== null && pnlKind === 'realised')
    })
    await expectBalanced(stack)
    expect(wire.sentTwice()).toEqual([])
    expect(await wire.sentLate()).toEqual([])
  })
})
