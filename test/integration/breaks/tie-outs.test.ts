import { coupon } from '../../../src/core/ledger/coupon'
import { parsePurse } from '../../../src/core/purse'
import { millis, money } from '../../../src/core/units'
import { verifyLedger } from '../../../src/operator/ledger'
import { bookMovedCash, couponsBooked, lastTieOutMs, saveTieOut } from '../../../src/stores/postgres/breaks/tie-outs'
import { transact } from '../../../src/stores/postgres/pool'
import { post } from '../../../src/stores/postgres/post'
import { freshLedger, NEVER, NOW } from '../ledger/support/ledger'
import { lockedBox } from '../ledger/support/trades'
import { BY } from './world'

const ledger = freshLedger()
const SHARD = parsePurse('kalshi/0.2')
const DAY_MS = 86_400_000

describe('cash that moved between our own purses', () => {
  it('is booked and audited, and in sum nothing changes', async () => {
    const moved = [
      { purse: 'kalshi', amount: money('-30') },
      { purse: SHARD, amount: money('30') },
    ] as const
    const before = await ledger().balances()
    await bookMovedCash(ledger().database, moved, BY, NOW, NEVER)
    const after = await ledger().balances()
    expect(after['cash:kalshi']).toBe((before['cash:kalshi'] ?? 0) - 30)
    expect(after['cash:kalshi/0.2']).toBe((before['cash:kalshi/0.2'] ?? 0) + 30)
    expect(await ledger().column(`select detail ->> 'reason' from audit where action = 'cash-moved'`)).toHaveLength(1)
    expect(await verifyLedger(ledger().database)).toMatchObject({ sumMicros: 0, violations: [] })
  })

  it('is not booked where it would overdraw a purse', async () => {
    const before = await ledger().balances()
    const moved = [
      { purse: 'kalshi', amount: money('-5000') },
      { purse: SHARD, amount: money('5000') },
    ] as const
    await expect(bookMovedCash(ledger().database, moved, BY, NOW, NEVER)).rejects.toThrow('balance_not_negative')
    expect(await ledger().balances()).toEqual(before)
    expect(await ledger().column(`select 1 from audit where action = 'cash-moved'`)).toEqual([])
  })
})

describe('reports of days', () => {
  it('are kept beside each other; the newest says until when', async () => {
    expect(await lastTieOutMs(ledger().database)).toBeNull()
    for (const toMs of [NOW, NOW + 5]) await saveTieOut(ledger().database, { day: '2026-11-22', toMs, ties: true }, millis(toMs))
    expect(await lastTieOutMs(ledger().database)).toBe(NOW + 5)
    expect(await ledger().column('select count(*) from tie_out')).toEqual([2])
  })

  it('count a coupon in the day it was booked in, once', async () => {
    await lockedBox(ledger())
    const paidMs = NOW + DAY_MS
    const fall = { atMs: millis(paidMs), amount: money('0.001') }
    await transact(ledger().database, NEVER, async (transaction) => {
      for (const transfer of coupon('forecastex', 'DU1', fall, fall.atMs)) await post(transaction, transfer)
    })
    const between = (fromMs: number, toMs: number): Promise<number> =>
      couponsBooked(ledger().database, 'forecastex', millis(fromMs), millis(toMs))
    expect([await between(NOW, paidMs), await between(paidMs, paidMs + 10), await between(paidMs + 1, paidMs + 10)]).toEqual([0, 1_000, 0])
  })
})
