import { marketId, orderId, tradeId } from '../../../src/core/ids'
import { CANARY_PRICE, CANARY_QUANTITY, type Canary, type DrillReport } from '../../../src/core/risk/drill'
import { millis } from '../../../src/core/units'
import { drillLine, readLastDrill } from '../../../src/operator/drills/drills'
import {
  closeDrill,
  liftOwnHalt,
  listDrills,
  noteCanaries,
  openDrill,
  readCanaryIds,
  readDrill,
  readDrillTimes,
  type NewDrill,
} from '../../../src/stores/postgres/drills/drills'
import { changeHalt, readHalts } from '../../../src/stores/postgres/halts'
import { freshLedger, NEVER, NOW } from '../ledger/support/ledger'

const ledger = freshLedger()
const ANA = { name: 'ana', role: 'operator' } as const
const drillOf = (id: string, atMs: number = NOW): NewDrill => ({
  ...{ drillId: tradeId(id), mode: 'sim', by: ANA, shards: ['main'], startedMs: millis(atMs) },
})
const open = (run: string, drill: NewDrill) => openDrill(ledger().database, run, drill, NEVER)
const canary = (id: string, n: number): Canary => ({
  ...{ clientOrderId: orderId(tradeId(id), 'a', n), venue: 'kalshi', market: marketId('KX'), outcome: 'yes' },
  ...{ limit: CANARY_PRICE, quantity: CANARY_QUANTITY, notAfterMs: millis(NOW) },
})
const report = (drill: NewDrill, outcome: DrillReport['outcome'], endedMs: number): DrillReport => ({
  ...{ ...drill, places: [], steps: [], canaries: [], epoch: 1, effectiveInMs: 1, acknowledged: [], venues: [], proof: null },
  ...{ isResumed: outcome === 'passed', kept: null, outcome, reasons: outcome === 'failed' ? ['why'] : [], slow: [] },
  endedMs: millis(endedMs),
})
const actions = () => ledger().column(`select action from audit order by seq`)

describe('the table of kill drills', () => {
  it('has one that runs, whoever began it, and finds it again by its run', async () => {
    expect(await open('r1', drillOf('D1'))).toEqual({ drillId: 'D1', startedMs: NOW })
    expect(await open('r1', drillOf('D2'))).toEqual({ drillId: 'D1', startedMs: NOW })
    expect(await open('r2', drillOf('D2'))).toBeNull()
    const both = await Promise.all([open('r3', drillOf('D3')), open('r4', drillOf('D4'))])
    expect(both).toEqual([null, null])
    const second = `insert into drill (id, run, mode, shards, by_name, role, started_ms) values ('D9', 'r9', 'sim', '{main}', 'ana', 'operator', 1)`
    await expect(ledger().database.query(second)).rejects.toThrow('drill_running')
    expect(await actions()).toEqual(['drill-began'])
  })

  it('ends one that was cut off, as failed', async () => {
    await open('r1', drillOf('D1'))
    expect(await open('r2', drillOf('D2', NOW + 600_001))).toMatchObject({ drillId: 'D2' })
    expect(await readDrill(ledger().database, 'D1')).toMatchObject({
      outcome: 'failed',
      report: { reasons: ['it was cut off: its workflow has not ended'] },
    })
    expect(await actions()).toEqual(['drill-began', 'drill-cut-off', 'drill-began'])
  })

  it('keeps the intents of canaries once, before their bytes (E3), and knows them for ever', async () => {
    const { database } = ledger()
    await open('r1', drillOf('D1'))
    await noteCanaries(database, tradeId('D1'), [canary('D1', 1)], NEVER)
    await noteCanaries(database, tradeId('D1'), [canary('D1', 2)], NEVER)
    await expect(noteCanaries(database, tradeId('D1'), [canary('D1', 2)], NEVER)).rejects.toThrow('has placed these canaries before')
    await expect(noteCanaries(database, tradeId('D7'), [canary('D7', 1)], NEVER)).rejects.toThrow('drill D7 does not run')
    await closeDrill(database, report(drillOf('D1'), 'passed', NOW + 5), NEVER)
    await expect(noteCanaries(database, tradeId('D1'), [canary('D1', 3)], NEVER)).rejects.toThrow('drill D1 does not run')
    expect([...(await readCanaryIds(database))].sort()).toEqual(['cb-D1-a1', 'cb-D1-a2'])
  })

  it('stores how each ended, once, and tells how old the last passed one is', async () => {
    const { database } = ledger()
    expect(await readDrillTimes(database)).toMatchObject({ lastPassedMs: null, runningSinceMs: null })
    expect(drillLine(await readLastDrill(database))).toBe('no kill drill has ended yet: crossbook drill kill')
    await open('r1', drillOf('D1'))
    expect(await readDrillTimes(database)).toMatchObject({ runningSinceMs: NOW })
    await closeDrill(database, report(drillOf('D1'), 'passed', NOW + 5), NEVER)
    await closeDrill(database, report(drillOf('D1'), 'failed', NOW + 9), NEVER)
    await open('r2', drillOf('D2', NOW + 10))
    expect(drillLine(await readLastDrill(database))).toBe('last kill drill passed 2026-11-21 17:00 (mode sim)')
    await closeDrill(database, report(drillOf('D2', NOW + 10), 'failed', NOW + 20), NEVER)
    expect(await readDrillTimes(database)).toMatchObject({ lastPassedMs: NOW + 5, runningSinceMs: null })
    expect((await listDrills(database, 9)).map(({ drillId, outcome }) => `${drillId} ${outcome}`)).toEqual(['D2 failed', 'D1 passed'])
    expect(drillLine(await readLastDrill(database))).toContain('last kill drill failed 2026-11-21 17:00 (mode sim); why')
    expect(await actions()).toEqual(['drill-began', 'drill-ended', 'drill-began', 'drill-ended'])
  })

  it.each(['live', 'observe'])('has none in mode %s', async (mode) => {
    await expect(open('r1', { ...drillOf('D1'), mode } as NewDrill)).rejects.toThrow('drill_mode_check')
  })
})

describe('E26: a drill lifts its own halt', () => {
  const halt = (reason: string) => changeHalt(ledger().database, 'all', true, ANA, reason, NOW, NEVER)
  const lift = (epoch: number) => liftOwnHalt(ledger().database, epoch, ANA, 'drill passed', NOW, NEVER)
  const scopes = async () => (await readHalts(ledger().database)).active.map(({ scope }) => scope)

  it('and its own only, audited', async () => {
    await changeHalt(ledger().database, 'pair:u3', true, ANA, 'a pair', NOW, NEVER)
    expect(await lift(await halt('kill drill D1'))).toBeNull()
    expect(await scopes()).toEqual(['pair:u3'])
    expect(await actions()).toEqual(['halt', 'halt', 'resume'])
  })

  it('and none that somebody ordered meanwhile, nor one that was lifted', async () => {
    const own = await halt('kill drill D1')
    await halt('fire')
    expect(await lift(own)).toBe('ana has halted all meanwhile: fire')
    expect(await scopes()).toEqual(['all'])
    await changeHalt(ledger().database, 'all', false, ANA, 'out', NOW, NEVER)
    expect(await lift(own)).toBe('it was lifted by somebody else')
  })
})
