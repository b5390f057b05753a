import { ownerViolations, repairOwners } from '../../../src/stores/postgres/owners'
import { freshLedger, NEVER, NOW } from '../ledger/support/ledger'
import { boxPlan, lockedBox, open } from '../ledger/support/trades'

const ledger = freshLedger('damaged')
const run = (statement: string): Promise<unknown> => ledger().database.query(statement)
const repair = (): Promise<readonly string[]> => repairOwners(ledger().database, NEVER)
const violations = (): Promise<readonly string[]> => ownerViolations(ledger().database)

describe('I11 what no repair is certain for is told, and left as it is', () => {
  it('a claim of nobody', async () => {
    await run(`insert into claim values ('kalshi', 'KXU9', 'u9', 'yes', 'exclusive', 'ghost')`)
    expect([await repair(), await violations()]).toEqual([[], ['claim on kalshi KXU9 is held by ghost, which does not run']])
  })

  it('lots in a market that another subject claims', async () => {
    await lockedBox(ledger())
    await run(`update claim set subject = 'u9' where venue = 'kalshi'`)
    expect([await repair(), await violations()]).toEqual([[], ['lot of t1 at kalshi KXU3-T4 yes has no claim of u3']])
  })

  it('lots of two subjects without a claim', async () => {
    await lockedBox(ledger())
    await run(`delete from claim where venue = 'kalshi'`)
    await lockedBox(ledger(), { id: 't2', subject: 'u4', forecastex: '761', seenAtMs: NOW + 1 })
    await run(`delete from claim where venue = 'kalshi'`)
    expect(await repair()).toEqual([])
    expect(await violations()).toEqual([
      'lot of t1 at kalshi KXU3-T4 yes has no claim of u3',
      'lot of t2 at kalshi KXU3-T4 yes has no claim of u4',
    ])
  })

  it('lots of a running trade without a claim', async () => {
    const plan = boxPlan()
    await open(ledger(), plan, [plan.legs[0].order, { fee: '1.7052' }])
    await run(`delete from claim where venue = 'kalshi'`)
    expect([await repair(), await violations()]).toEqual([[], ['lot of t1 at kalshi KXU3-T4 yes has no claim of u3']])
  })

  it('a reservation of a trade that has ended: the database refuses it, unless somebody has gone round it', async () => {
    await open(ledger(), boxPlan())
    const ended = `delete from claim; update trade set ended_ms = ${NOW}, state = 'ended', reservation = 'released' where trade_id = 't1'`
    await expect(run(ended)).rejects.toThrow('invariant 3')
    await run(`begin; set local session_replication_role = replica; ${ended}; commit`)
    expect([await repair(), await violations()]).toEqual([
      [],
      ['trade t1 reserves 43720000 µ$ at kalshi and does not run', 'trade t1 reserves 55000000 µ$ at forecastex and does not run'],
    ])
  })

  it('E6 a trade that runs although it was released', async () => {
    await open(ledger(), boxPlan())
    await run(`insert into tombstone values ('t1', ${NOW})`)
    expect([await repair(), await violations()]).toEqual([[], ['trade t1 runs although it was released']])
  })
})
