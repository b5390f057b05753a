import type { Client } from '@temporalio/client'
import type { Operator, Scope } from '../../../src/core/risk/scope'
import type { Reservation } from '../../../src/core/trade/plan'
import { changeScope, type HaltDependencies } from '../../../src/operator/halts'
import { createHaltFile, type HaltFile } from '../../../src/stores/files/halt-file'
import { readHalts } from '../../../src/stores/postgres/halts'
import { openDatabase } from '../../../src/stores/postgres/pool'
import type { ToldHalt } from '../../../src/workflows/messages'
import { LogBook, temporaryDirectory } from '../../stores/doubles'
import { freshLedger, NEVER, NOW, TestLedger } from '../ledger/support/ledger'
import { boxPlan } from '../ledger/support/trades'

const ledger = freshLedger()
const dir = temporaryDirectory()
const OPERATOR = { name: 'me', role: 'operator' } as const

/** The part of Temporal's client that is used here: a controller that tells so many trades. */
class Controller {
  readonly asked: unknown[] = []
  refusal: Error | null = null

  constructor(readonly trades: number) {}

  line(): HaltDependencies['controls'] {
    const startUpdateWithStart = (name: string, { args }: { args: readonly [number] }): Promise<object> => {
      if (this.refusal) return Promise.reject(this.refusal)
      this.asked.push([name, ...args])
      const told: ToldHalt[] = [{ scope: 'all', active: true, epoch: args[0], trades: this.trades }]
      return Promise.resolve({ result: () => Promise.resolve(told) })
    }
    const client = { workflow: { startUpdateWithStart }, withAbortSignal: (_signal: AbortSignal, work: () => unknown) => work() }
    return { account: 'alpha', temporal: () => Promise.resolve(client as unknown as Client) }
  }
}

let haltFile: HaltFile
let time: number
const change = (
  kind: 'halt' | 'resume',
  scope: Scope,
  controller: Controller,
  other: Partial<HaltDependencies> = {},
): ReturnType<typeof changeScope> =>
  changeScope(
    { database: ledger().database, controls: controller.line(), haltFile, nowMs: () => time++, ...other },
    kind,
    scope,
    OPERATOR,
    'a reason',
  )

beforeEach(() => {
  time = NOW
  haltFile = createHaltFile(dir, () => NOW)
  haltFile.clear()
})

describe('E26: crossbook halt', () => {
  it('writes the local file, raises the epoch, and has the controller tell running trades', async () => {
    const controller = new Controller(2)
    const report = await change('halt', 'all', controller)
    expect(report).toEqual({ scope: 'all', epoch: 1, effectiveInMs: 2, openTrades: 2, cancelledOrders: 0, resting: [], unreached: [] })
    expect(createHaltFile(dir).read()).toMatchObject({ halted: true, entries: [{ scope: 'all', by: 'me', reason: 'a reason' }] })
    expect(await readHalts(ledger().database)).toMatchObject({ epoch: 1, active: [{ scope: 'all', by: 'me', reason: 'a reason' }] })
    expect(controller.asked).toEqual([['tellHalts', 1]])
  })

  it('is lifted in the ledger first, then in the file; a resume lifts its own scope alone', async () => {
    await change('halt', 'all', new Controller(0))
    await change('halt', 'pair:u3', new Controller(0))
    await change('halt', 'venue:kalshi', new Controller(0))
    expect(await change('resume', 'all', new Controller(1))).toMatchObject({ epoch: 4, openTrades: 1 })
    expect(createHaltFile(dir).read().scopes).toEqual(['pair:u3', 'venue:kalshi'])
    expect((await readHalts(ledger().database)).active).toMatchObject([{ scope: 'pair:u3' }, { scope: 'venue:kalshi' }])
  })

  it('is lifted with a reason only, and by nobody who may only look', async () => {
    haltFile.write(['venue:kalshi'], 'order port', 'echo differs: cb-T1-a1')
    const resume = (by: Operator, reason: string): Promise<unknown> =>
      changeScope(
        { database: ledger().database, controls: new Controller(0).line(), haltFile, nowMs: Date.now },
        'resume',
        'venue:kalshi',
        by,
        reason,
      )
    await expect(resume(OPERATOR, '  ')).rejects.toThrow('a resume needs a reason')
    await expect(resume({ name: 'eva', role: 'viewer' }, 'I looked')).rejects.toThrow('eva is a viewer')
    expect(createHaltFile(dir).read().halted).toBe(true)
    const blank = `insert into halt values ('all', true, 1, 'me', 'operator', ' ', 1)`
    await expect(ledger().database.query(blank)).rejects.toThrow('halt_has_a_reason')
  })
})

describe('E26: crossbook halt without a ledger', () => {
  const away = openDatabase('postgres://postgres@127.0.0.1:1/none', new LogBook())
  afterAll(() => away.end())

  it('still halts this machine, and says that nothing else does', async () => {
    const controller = new Controller(1)
    const report = await change('halt', 'all', controller, { database: away })
    expect(report).toMatchObject({ epoch: null, openTrades: 0 })
    expect(report.unreached).toEqual([
      expect.stringContaining(`the halt of all stands in ${haltFile.path} alone, for the ledger cannot be`),
    ])
    expect(createHaltFile(dir).read().halted).toBe(true)
    expect(controller.asked).toEqual([])
  })

  it('lifts nothing', async () => {
    haltFile.write(['all'], 'me', 'a reason')
    await expect(change('resume', 'all', new Controller(0), { database: away })).rejects.toThrow(
      'all is not resumed: the ledger cannot be reached',
    )
    expect(createHaltFile(dir).read().halted).toBe(true)
  })
})

describe('E26: crossbook halt without Temporal, or without a worker', () => {
  it.each<readonly [string, Partial<HaltDependencies>]>([
    ['the server', { controls: { account: 'alpha', temporal: () => Promise.reject(new Error('14 UNAVAILABLE')) } }],
    ['the controller', {}],
  ])('halts, and says that %s did not answer', async (_who, other) => {
    const controller = new Controller(1)
    controller.refusal = new Error('14 UNAVAILABLE')
    const report = await change('halt', 'all', controller, other)
    expect(report).toMatchObject({ epoch: 1, openTrades: 0 })
    expect(report.unreached).toEqual([
      'running trades could not be told (the risk controller does not answer (14 UNAVAILABLE)): they are told as soon as Temporal and the worker answer',
    ])
    expect(await readHalts(ledger().database)).toMatchObject({ epoch: 1, active: [{ scope: 'all' }] })
  })
})

describe('E26: a halt survives', () => {
  it('every process and the next trading day: who comes later finds it in the file and in the ledger', async () => {
    await change('halt', 'pair:u3', new Controller(0))
    const nextDay = new TestLedger(ledger().url) // another pool, as after a restart
    nextDay.clock.advance(36 * 3_600_000)
    try {
      expect(createHaltFile(dir, () => nextDay.nowMs).read().scopes).toEqual(['pair:u3'])
      const seenAtMs = nextDay.nowMs
      const refused = await nextDay.ledger.reserve(boxPlan({ id: 'H1', subject: 'u3', seenAtMs }), 'run', NEVER)
      expect(failedChecks(refused)).toContain('no halt in force: pair:u3')
      const other = await nextDay.ledger.reserve(boxPlan({ id: 'H2', subject: 'u4', seenAtMs }), 'run', NEVER)
      expect(failedChecks(other).join()).not.toContain('halt')
    } finally {
      await nextDay.database.end()
    }
  })
})

const failedChecks = ({ verdicts }: Reservation): readonly string[] =>
  verdicts.filter(({ passed }) => !passed).map(({ check, actual }) => `${check}: ${actual}`)
