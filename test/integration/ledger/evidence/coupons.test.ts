import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { checkChain } from '../../../../src/core/ledger/audit-chain'
import type { AccrualFall } from '../../../../src/core/ledger/coupon'
import { marketId } from '../../../../src/core/ids'
import { millis, money, quantity } from '../../../../src/core/units'
import { verifyLedger } from '../../../../src/operator/ledger'
import { bookCoupon, suspendNettingFee } from '../../../../src/stores/postgres/evidence/coupons'
import { noteStatement, pendingFalls } from '../../../../src/stores/postgres/evidence/statements'
import { readChain } from '../../../../src/stores/postgres/proof/audit'
import { readTrade } from '../../../../src/stores/postgres/trades'
import { freshLedger, NEVER, NOW } from '../support/ledger'
import { boxPlan, lockedBox } from '../support/trades'

const ledger = freshLedger()
const ACCOUNT = 'account-forecastex'
const OWNER = { venue: 'forecastex', account: ACCOUNT } as const
/** 100 contracts for a day at the cap of 6 %: a little more than a cent and a half. */
const COUPON: AccrualFall = { atMs: millis(NOW + 60_000), amount: money('0.01') }
const pay = (fall = COUPON, atMs = NOW + 60_000): Promise<boolean> =>
  bookCoupon(ledger().database, 'forecastex', ACCOUNT, fall, millis(atMs), NEVER)
const owed = (accrued: string, afterMs: number): ReturnType<typeof noteStatement> =>
  noteStatement(ledger().database, { ...OWNER, asOfMs: millis(NOW + afterMs), positions: [], accrued: money(accrued) }, NEVER)
const hashOf = (previous: string, text: string): string =>
  createHash('sha256').update(Buffer.from(previous, 'hex')).update(text, 'utf8').digest('hex')

beforeEach(() => lockedBox(ledger()))

describe('a coupon that was paid', () => {
  it('is cash and income of the account, once, and no trade has earned it', async () => {
    const before = await readTrade(ledger().database, boxPlan().tradeId)
    expect([await pay(), await pay()]).toEqual([true, true])
    expect(await ledger().balances()).toMatchObject({ 'cash:forecastex': 945.01, 'income:coupon:forecastex': -0.01 })
    expect(await ledger().balances()).not.toHaveProperty('receivable:coupon:forecastex')
    expect(await readTrade(ledger().database, boxPlan().tradeId)).toEqual(before)
    expect(await ledger().column(`select distinct trade_id from transfer where kind like 'coupon%'`)).toEqual([null])
  })

  it('has its own line in the proof of the ledger, and breaks no invariant, nor the chain', async () => {
    await pay()
    expect(await verifyLedger(ledger().database)).toMatchObject({
      violations: [],
      suspenseMicros: {},
      couponMicros: { forecastex: 10_000 },
    })
    expect(checkChain(await readChain(ledger().database), hashOf, null).violations).toEqual([])
  })

  it('is booked once when it is booked many times at once', async () => {
    await Promise.all(Array.from({ length: 8 }, () => pay()))
    expect(await ledger().balances()).toMatchObject({ 'income:coupon:forecastex': -0.01 })
    expect(await ledger().deadlocks()).toBe(0)
  })

  it('leaves a later fall, and the same one of another account, as they are', async () => {
    await owed('0.02', 0)
    await owed('0.01', 60_000)
    const other = { ...OWNER, account: 'another' }
    for (const [afterMs, accrued] of [
      [0, '0.01'],
      [60_000, '0'],
    ] as const)
      await noteStatement(ledger().database, { ...other, asOfMs: millis(NOW + afterMs), positions: [], accrued: money(accrued) }, NEVER)
    await owed('0', 120_000)
    await pay()
    const later = { atMs: NOW + 120_000, amount: 10_000 }
    expect(await pendingFalls(ledger().database, OWNER, millis(NOW + 121_000))).toEqual([later])
    expect(await pendingFalls(ledger().database, other, millis(NOW + 121_000))).toEqual([COUPON])
  })

  it('takes away the fall that announced it', async () => {
    await owed('0.01', 0)
    const { falls } = await owed('0', 60_000)
    expect(falls).toEqual([COUPON])
    await pay()
    expect(await pendingFalls(ledger().database, OWNER, millis(NOW + 61_000))).toEqual([])
  })
})

describe('invariant 12: coupons are never more than positions can earn', () => {
  it('more is refused, and nothing is booked', async () => {
    expect(await pay({ ...COUPON, amount: money('0.02') })).toBe(false)
    expect(await ledger().balances()).not.toHaveProperty('income:coupon:forecastex')
  })
  it('several together are judged as one', async () => {
    const second = { ...COUPON, atMs: millis(NOW + 120_000) }
    expect([await pay(), await pay(second)]).toEqual([true, false])
  })
  it('each day earns its own', async () => {
    expect(await ledger().column(`select coupon_cap('forecastex', $1::bigint + d * 86400000) from generate_series(0, 2) d`, [NOW])).toEqual(
      [0, 16_438, 32_876],
    )
    expect(await ledger().column(`select coupon_cap('forecastex', $1)`, [NOW - 1])).toEqual([0])
  })
})

describe('falls of what is owed', () => {
  it('are kept with their time until a coupon explains them; rises and what is not told are none', async () => {
    await owed('0.50', 0)
    await owed('0.52', 1)
    expect((await owed('0', 2)).falls).toEqual([{ atMs: NOW + 2, amount: 520_000 }])
    const untold = { ...OWNER, asOfMs: millis(NOW + 3), positions: [], accrued: null }
    expect((await noteStatement(ledger().database, untold, NEVER)).falls).toHaveLength(1)
    await owed('0.02', 4)
    expect((await owed('0', 5)).falls.map(({ amount }) => amount)).toEqual([20_000, 520_000])
  })
  it('are forgotten when no payment followed within a month and a half', async () => {
    await owed('0.50', 0)
    await owed('0', 1)
    expect((await owed('0', 46 * 86_400_000)).falls).toEqual([])
  })
})

describe('what a netting was charged', () => {
  const netting = {
    executionId: 'e9',
    order: 'cb-t1-b2',
    market: marketId('751'),
    outcome: 'yes',
    quantity: quantity('10'),
    isNetting: true,
    fee: money('0.10'),
    atMs: NOW,
  } as const
  it('is paid from cash and stands in suspense, once', async () => {
    const suspend = (): Promise<boolean> => suspendNettingFee(ledger().database, 'forecastex', ACCOUNT, netting, NEVER)
    expect([await suspend(), await suspend()]).toEqual([true, false])
    expect(await ledger().balances()).toMatchObject({ 'cash:forecastex': 944.9, 'suspense:forecastex': 0.1 })
  })
  it('of nothing is nothing', async () => {
    expect(await suspendNettingFee(ledger().database, 'forecastex', ACCOUNT, { ...netting, fee: money(0) }, NEVER)).toBe(false)
  })
})

describe('the migration', () => {
  it('comes to a ledger that has trades, and leaves it as it was', async () => {
    const file = path.join(__dirname, '..', '..', '..', '..', 'migrations', 'postgres', '20261122000000009_coupon.sql')
    const [up = '', down = ''] = readFileSync(file, 'utf8').split('-- Down Migration')
    const { database } = ledger()
    const before = await ledger().balances()
    await database.query(down)
    expect(await ledger().column(`select count(*) from information_schema.columns where column_name = 'fee_estimated'`)).toEqual([0])
    await database.query(up)
    expect(await ledger().column('select fee_estimated from fill')).toEqual([false, false])
    expect(await ledger().balances()).toEqual(before)
    expect(await pay()).toBe(true)
  })
})
