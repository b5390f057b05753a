import { WorkflowNotFoundError, type Client } from '@temporalio/client'
import type { Scope } from '../../../src/core/risk/scope'
import { changeScope, type HaltDependencies } from '../../../src/operator/halts'
import { createHaltFile, type HaltFile } from '../../../src/stores/files/halt-file'
import { readHalts } from '../../../src/stores/postgres/halts'
import { openDatabase } from '../../../src/stores/postgres/pool'
import { LogBook, temporaryDirectory } from '../../stores/doubles'
import { freshLedger, NOW } from '../ledger/support/ledger'

const ledger = freshLedger()
const dir = temporaryDirectory()
const OPERATOR = { name: 'me', role: 'operator' } as const

interface Signalled {
  readonly id: string
  readonly signal: string
  readonly command: object
}
/** The part of Temporal's client that is used here: running sagas, and what each was told. */
class RunningSagas {
  readonly queries: string[] = []
  readonly told: Signalled[] = []
  failure: Error | null = null

  constructor(readonly ids: readonly string[]) {}

  client(): Promise<Client> {
    const list = ({ query }: { query: string }): AsyncIterable<object> => this.#list(query)
    const getHandle = (id: string): object => ({ signal: (signal: string, command: object) => this.#signal({ id, signal, command }) })
    return Promise.resolve({ workflow: { list, getHandle } } as unknown as Client)
  }

  async *#list(query: string): AsyncIterable<object> {
    this.queries.push(query)
    yield* this.ids.map((workflowId) => ({ workflowId, runId: 'run' }))
  }

  #signal(signalled: Signalled): Promise<void> {
    if (this.failure && signalled.id === this.ids[0]) return Promise.reject(this.failure)
    this.told.push(signalled)
    return Promise.resolve()
  }
}

let haltFile: HaltFile
let time: number
const change = (
  kind: 'halt' | 'resume',
  scope: Scope,
  sagas: RunningSagas,
  other: Partial<HaltDependencies> = {},
): ReturnType<typeof changeScope> =>
  changeScope(
    { database: ledger().database, temporal: () => sagas.client(), haltFile, nowMs: () => time++, ...other },
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
  it('writes the local file, raises the epoch, and signals nothing when nothing runs', async () => {
    const sagas = new RunningSagas([])
    const report = await change('halt', 'all', sagas)
    expect(report).toEqual({ scope: 'all', epoch: 1, effectiveInMs: 2, openTrades: 0, cancelledOrders: 0, resting: [] })
    expect(createHaltFile(dir).read()).toMatchObject({ halted: true, entries: [{ scope: 'all', by: 'me', reason: 'a reason' }] })
    expect(await readHalts(ledger().database)).toMatchObject({ epoch: 1, active: [{ scope: 'all', by: 'me', reason: 'a reason' }] })
    expect(sagas.told).toEqual([])
  })

  it('tells every running saga', async () => {
    const sagas = new RunningSagas(['box-u3', 'box-u4'])
    expect(await change('halt', 'venue:kalshi', sagas)).toMatchObject({ openTrades: 2 })
    const command = { scope: 'venue:kalshi', by: 'me', reason: 'a reason', epoch: 1 }
    expect(sagas.told).toEqual(['box-u3', 'box-u4'].map((id) => ({ id, signal: 'halt', command })))
  })

  it.each<readonly [Scope, string]>([
    ['all', ''],
    ['venue:forecastex', ''],
    ['strategy:box', ` AND CrossbookStrategy = 'box'`],
    ['pair:u3.2', ` AND CrossbookSubject = 'u3.2'`],
    ['trade:t1', ` AND CrossbookTradeId = 't1'`],
  ])('asks for the sagas that %s covers', async (scope, condition) => {
    const sagas = new RunningSagas([])
    await change('halt', scope, sagas)
    expect(sagas.queries).toEqual([`ExecutionStatus = 'Running' AND WorkflowType = 'box'${condition}`])
  })

  it('does not count a saga that ended meanwhile', async () => {
    const sagas = new RunningSagas(['box-u3', 'box-u4'])
    sagas.failure = new WorkflowNotFoundError('workflow not found', 'box-u3', 'run')
    expect(await change('halt', 'all', sagas)).toMatchObject({ openTrades: 1 })
  })

  it('is lifted in the ledger first, then in the file', async () => {
    await change('halt', 'all', new RunningSagas([]))
    await change('halt', 'pair:u3', new RunningSagas([]))
    const sagas = new RunningSagas(['box-u3'])
    expect(await change('resume', 'all', sagas)).toMatchObject({ epoch: 3, openTrades: 1 })
    expect(createHaltFile(dir).read().scopes).toEqual(['pair:u3'])
    expect((await readHalts(ledger().database)).active).toMatchObject([{ scope: 'pair:u3' }])
    expect(sagas.told).toMatchObject([{ signal: 'resume' }])
  })
})

describe('E26: crossbook halt without a ledger', () => {
  const away = openDatabase('postgres://postgres@127.0.0.1:1/none', new LogBook())
  afterAll(() => away.end())

  it('still halts this machine, and says that nothing else does', async () => {
    const sagas = new RunningSagas(['box-u3'])
    await expect(change('halt', 'all', sagas, { database: away })).rejects.toThrow(
      `the halt of all stands in ${haltFile.path} alone, for the ledger cannot be reached`,
    )
    expect(createHaltFile(dir).read().halted).toBe(true)
    expect(sagas.told).toEqual([])
  })

  it('lifts nothing', async () => {
    haltFile.write(['all'], 'me', 'a reason')
    await expect(change('resume', 'all', new RunningSagas([]), { database: away })).rejects.toThrow(
      'all is not resumed: the ledger cannot be reached',
    )
    expect(createHaltFile(dir).read().halted).toBe(true)
  })
})

describe('E26: crossbook halt without Temporal', () => {
  const unavailable = new Error('14 UNAVAILABLE')
  const said = 'all is halted (epoch 1): nothing opens. Running trades could not be told'

  it('halts, and says that running trades do not know of it', async () => {
    const temporal = (): Promise<Client> => Promise.reject(unavailable)
    await expect(change('halt', 'all', new RunningSagas([]), { temporal })).rejects.toThrow(said)
    expect(await readHalts(ledger().database)).toMatchObject({ epoch: 1, active: [{ scope: 'all' }] })
  })

  it('says so too when only one of them could not be told, and tells the others', async () => {
    const sagas = new RunningSagas(['box-u3', 'box-u4'])
    sagas.failure = unavailable
    await expect(change('halt', 'all', sagas)).rejects.toThrow(said)
    expect(sagas.told.map(({ id }) => id)).toEqual(['box-u4'])
  })
})
