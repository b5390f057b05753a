import { tradeId } from '../../../src/core/ids'
import { millis } from '../../../src/core/units'
import {
  bookedFills,
  changedEnds,
  endedOrder,
  hasEnded,
  openedMs,
  openTrades,
  ownerViolations,
  repairOwners,
  settlingLots,
} from '../../../src/stores/postgres/owners'
import { settleMarket } from '../../../src/stores/postgres/settlement'
import { fillKey } from '../../../src/stores/postgres/booking'
import { money } from '../../../src/core/units'
import { freshLedger, NEVER, NOW } from '../ledger/support/ledger'
import { book, boxPlan, close, cureOf, fillOf, lockedBox, open, resultOf } from '../ledger/support/trades'

const ledger = freshLedger()
const plan = boxPlan()
const [{ order: first }, { order: second }] = plan.legs
const sale = cureOf(plan, { action: 'sell', venue: 'kalshi', outcome: 'yes', contracts: '100', limit: '0.40' })
const EVER = millis(0)
const repair = (): Promise<readonly string[]> => repairOwners(ledger().database, NEVER)
const run = (statement: string): Promise<unknown> => ledger().database.query(statement)
const claims = (): Promise<unknown[]> => ledger().column(`select market || ' ' || state || ' ' || holder from claim order by 1`)

describe('I11 who must have an owner', () => {
  it('a granted trade until it has ended, with the run that reserved for it', async () => {
    await open(ledger(), plan)
    expect(await openTrades(ledger().database)).toEqual([
      { tradeId: 't1', runId: 'run', strategy: 'box', subject: 'u3', startedMs: NOW, shard: null },
    ])
    expect(await hasEnded(ledger().database, plan.tradeId)).toBe(false)
    await close(ledger(), resultOf(plan, 'missed'))
    expect(await openTrades(ledger().database)).toEqual([])
    expect(await hasEnded(ledger().database, plan.tradeId)).toBe(true)
  })

  it('the lots of ended trades, which settle owns', async () => {
    await open(ledger(), boxPlan({ id: 't0', subject: 'u4', kalshi: 'KXU4', forecastex: '761' }))
    await lockedBox(ledger())
    expect([await settlingLots(ledger().database), await ownerViolations(ledger().database)]).toEqual([2, []])
  })

  it('a sound ledger is repaired by nothing', async () => {
    await open(ledger(), boxPlan({ id: 't0', subject: 'u4', kalshi: 'KXU4', forecastex: '761' }))
    await lockedBox(ledger())
    const before = await claims()
    expect(await repair()).toEqual([])
    expect(await claims()).toEqual(before)
  })
})

describe('E25 what only one thing can be right for is repaired', () => {
  it('an exclusive claim of an ended trade: dropped without lots, passed to settle with them', async () => {
    await lockedBox(ledger())
    await run(`update claim set state = 'exclusive' where venue = 'kalshi'`)
    await run(`insert into claim values ('kalshi', 'KXU9', 'u3', 'yes', 'exclusive', 't1')`)
    expect(await repair()).toEqual([
      'claim of t1 on kalshi KXU3-T4 passed to settle',
      'claim of t1 on kalshi KXU9 dropped: the trade has ended and nothing is held',
    ])
    expect(await claims()).toEqual(['751 settling t1', 'KXU3-T4 settling t1'])
  })

  it('a claim that waits for nothing, and lots that nobody claims', async () => {
    await lockedBox(ledger())
    await run(`update claim set market = 'KXU9' where venue = 'kalshi'`)
    expect(await repair()).toEqual([
      'claim on kalshi KXU9 dropped: nothing is left to settle',
      'claim on kalshi KXU3-T4 taken for the lots of u3',
    ])
    expect(await claims()).toEqual(['751 settling t1', 'KXU3-T4 settling t1'])
  })

  it('the claims of a running trade are its own', async () => {
    await open(ledger(), plan)
    expect([await repair(), await claims()]).toEqual([[], ['751 exclusive t1', 'KXU3-T4 exclusive t1']])
  })
})

describe('E14 an end whose lots are not what its result says', () => {
  const changed = (): Promise<readonly unknown[]> => changedEnds(ledger().database, EVER)

  it('is no trade that ended as it says: locked, missed, sold again, held', async () => {
    await lockedBox(ledger())
    const missed = boxPlan({ id: 't2', subject: 'u4', kalshi: 'KXU4', forecastex: '761' })
    await open(ledger(), missed)
    await close(ledger(), resultOf(missed, 'missed'))
    const held = boxPlan({ id: 't3', subject: 'u5', kalshi: 'KXU5', forecastex: '771' })
    await open(ledger(), held, [held.legs[0].order, { contracts: '12.5' }])
    await close(ledger(), resultOf(held, 'held', { held: '12', dust: '0.5' }))
    expect(await changed()).toEqual([])
  })

  it('is one whose first leg filled late, until its successor has ended it anew', async () => {
    await open(ledger(), plan)
    await close(ledger(), resultOf(plan, 'missed'))
    await book(ledger(), first, { fee: '1.7052' })
    expect(await changed()).toEqual(['t1'])
    await book(ledger(), sale, { fee: '1.68' })
    await close(ledger(), { ...resultOf(plan, 'unwound', { flat: '100' }), takenOver: 'late fill' })
    expect(await changed()).toEqual([])
  })

  it('is one whose second leg filled late', async () => {
    await open(ledger(), plan, [first, { fee: '1.7052' }])
    await close(ledger(), resultOf(plan, 'held', { held: '100' }))
    await book(ledger(), second, { contracts: '40', fee: '0.4' })
    expect(await changed()).toEqual(['t1'])
    await close(ledger(), { ...resultOf(plan, 'held', { locked: '40', held: '60' }), takenOver: 'late fill' })
    expect(await changed()).toEqual([])
  })

  it('is none once a market has paid: the lots are gone by right', async () => {
    await lockedBox(ledger())
    await settleMarket(ledger().database, 'kalshi', first.market, money('1'), NOW, NEVER)
    expect(await changed()).toEqual([])
  })

  it('is left alone when it ended before the time that is asked about', async () => {
    await open(ledger(), plan)
    await close(ledger(), resultOf(plan, 'missed'))
    await book(ledger(), first, { fee: '1.7052' })
    expect(await changedEnds(ledger().database, NOW)).toEqual([])
  })
})

describe('E14 whose fill it is', () => {
  it('an order is told only when its trade has ended, as it was intended', async () => {
    await open(ledger(), plan)
    expect(await endedOrder(ledger().database, first.clientOrderId)).toBeNull()
    await close(ledger(), resultOf(plan, 'missed'))
    expect(await endedOrder(ledger().database, first.clientOrderId)).toEqual(first)
  })

  it('I13 fills are known by their keys, and nothing is older than its account', async () => {
    await open(ledger(), plan, [first, { fee: '1.7052' }])
    const keys = [fillKey(fillOf(first)), fillKey(fillOf(first, { id: '2' }))]
    expect([...(await bookedFills(ledger().database, keys))]).toEqual([keys[0]])
    expect([await openedMs(ledger().database, 'kalshi'), tradeId('t1')]).toEqual([NOW, 't1'])
    await close(ledger(), resultOf(plan, 'held', { held: '100' }))
  })
})
