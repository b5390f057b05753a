import { readControls } from '../../../src/operator/controls'
import { changeScope } from '../../../src/operator/halts'
import { decide, propose, showHistory, showLimits } from '../../../src/operator/limits'
import { quantity } from '../../../src/core/units'
import { changeHalt } from '../../../src/stores/postgres/halts'
import { importLimits, readLimits } from '../../../src/stores/postgres/limits'
import { alertOnHalts } from '../../../src/wiring/backoffice'
import { alertControls } from '../../../src/wiring/temporal'
import { until } from '../../stores/doubles'
import { NEVER, NOW, WIDE } from '../ledger/support/ledger'
import './kill' // in the same process, one after the other: both tell every running trade of the server
import { heard } from './support/controls'
import { command, controls, ledger, office } from './support/office'

jest.setTimeout(30_000)
const ANA = { name: 'ana', role: 'operator' } as const
const BEN = { name: 'ben', role: 'approver' } as const
const audit = (): Promise<unknown[]> => ledger().column('select action from audit order by seq')
const listed = async (count: number): Promise<void> =>
  until('the list of workflows knows them', async () => {
    const { count: found } = await controls().client.workflow.count(`ExecutionStatus = 'Running' AND WorkflowType = 'box'`)
    return found === count
  })

describe('E26: a halt by command', () => {
  it('reaches the running trades it covers through a controller that nobody has started', async () => {
    const trade = await controls().startTrade({ id: 'C1', subject: 'u3-c1' })
    const other = await controls().startTrade({ id: 'C2', subject: 'u3-c2' })
    await listed(2)
    expect(await changeScope(command(), 'halt', 'pair:u3-c1', ANA, 'drill')).toMatchObject({ epoch: 1, openTrades: 1, unreached: [] })
    expect(await changeScope(command(), 'halt', 'all', ANA, 'drill')).toMatchObject({ epoch: 2, openTrades: 2, unreached: [] })
    expect(await changeScope(command(), 'resume', 'all', ANA, 'over')).toMatchObject({ epoch: 3, openTrades: 2, unreached: [] })
    expect(await heard(trade)).toEqual(['halt pair:u3-c1', 'halt all', 'resume all'])
    expect(await heard(other)).toEqual(['halt all', 'resume all'])
    expect((await readControls(controls().line)).facts?.halts).toMatchObject([{ scope: 'pair:u3-c1', by: 'ana', reason: 'drill' }])
  })

  it.each([
    ['strategy:box', 2],
    ['strategy:edge', 0],
    ['venue:kalshi', 2],
    ['trade:C4', 1],
  ] as const)('of %s is told to %d of two trades', async (scope, openTrades) => {
    await controls().startTrade({ id: 'C4', subject: 'u3-c4' })
    await controls().startTrade({ id: 'C5', subject: 'u3-c5' })
    await listed(2)
    expect(await changeScope(command(), 'halt', scope, ANA, 'drill')).toMatchObject({ openTrades, unreached: [] })
  })

  it('that dies after the ledger has it leaves no trade untold: the worker watches the ledger', async () => {
    const trade = await controls().startTrade({ id: 'C3', subject: 'u3-c3' })
    await listed(1)
    await changeHalt(ledger().database, 'all', true, ANA, 'the command was killed here', NOW, NEVER)
    const ended = new AbortController()
    const { database, url, log } = ledger()
    const watching = alertOnHalts(
      database,
      url,
      () => alertControls(controls().client, controls().account, controls().line.queue),
      log,
      ended.signal,
    )
    await until('what happened before the watch', async () => (await heard(trade)).join() === 'halt all')
    await changeHalt(database, 'venue:kalshi', true, { name: 'order port', role: 'system' }, 'echo differs', NOW, NEVER)
    await until('what happened since', async () => (await heard(trade)).join() === 'halt all,halt venue:kalshi')
    ended.abort()
    await watching
  })
})

describe('limits by command', () => {
  const tight = { ...WIDE, version: 'tight', maxContractsPerTrade: quantity('1') }
  const wider = { ...WIDE, version: 'wider', maxOpenTrades: WIDE.maxOpenTrades + 1 }
  beforeEach(async () => {
    office.mode = 'sim'
    await importLimits(ledger().database, WIDE, ANA, NOW, NEVER)
  })

  it('lowered are in force at once, and stay when the file they came from is imported again', async () => {
    const change = { limit: 'maxContractsPerTrade', from: '1000.00', to: '1.00', raises: false }
    expect(await propose(controls().line, tight, ANA)).toMatchObject({
      id: 1,
      base: 'wide',
      state: 'applied',
      decidedBy: 'ana',
      changes: [change],
    })
    expect(await readLimits(ledger().database)).toEqual(tight)
    await importLimits(ledger().database, WIDE, ANA, NOW, NEVER)
    expect((await readLimits(ledger().database)).version).toBe('tight')
    expect(await audit()).toEqual(['limits', 'limits proposed', 'limits'])
  })

  it('raised wait for a second person in mode live, and are in force when he approves', async () => {
    office.mode = 'live'
    const { line } = controls()
    const { id } = await propose(line, wider, BEN)
    expect(await showLimits(ledger().database)).toMatchObject({ version: 'wide', open: [{ id, version: 'wider' }] })
    await expect(decide(line, 'approve', id, BEN, '')).rejects.toThrow('in mode live a second person approves')
    await expect(decide(line, 'approve', id, ANA, '')).rejects.toThrow('in mode live limits are raised by an approver')
    expect((await readLimits(ledger().database)).version).toBe('wide')
    expect(await decide(line, 'approve', id, { name: 'cyd', role: 'approver' }, '')).toMatchObject({ state: 'applied', decidedBy: 'cyd' })
    expect(await showLimits(ledger().database)).toMatchObject({ version: 'wider', by: 'cyd', open: [] })
  })

  it('are not approved on top of others than they were compared with', async () => {
    const { line } = controls()
    const { id } = await propose(line, wider, ANA)
    await propose(line, tight, ANA)
    await expect(decide(line, 'approve', id, ANA, '')).rejects.toThrow(
      `proposal ${id} changes limits "wide", but "tight" are in force now: reject it and propose again`,
    )
    expect(await decide(line, 'reject', id, ANA, 'stale')).toMatchObject({ state: 'rejected', reason: 'stale' })
    expect((await showHistory(ledger().database)).map(({ version, state }) => [version, state])).toEqual([
      ['tight', 'applied'],
      ['wider', 'rejected'],
    ])
  })

  it('are refused by the ledger when nothing would change, or the version means something else', async () => {
    const { line } = controls()
    await expect(propose(line, { ...WIDE, version: 'same' }, ANA)).rejects.toThrow(
      'nothing would change: limits "wide" have the same figures',
    )
    await propose(line, tight, ANA)
    await expect(propose(line, { ...tight, version: 'wide', maxOpenTrades: 1 }, ANA)).rejects.toThrow(
      'limits "wide" are on record with other figures',
    )
    expect(await propose(line, WIDE, ANA)).toMatchObject({ version: 'wide', state: 'open' }) // back to what was: a raise
  })
})
