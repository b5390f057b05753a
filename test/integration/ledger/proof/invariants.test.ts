import { marketId } from '../../../../src/core/ids'
import { millis, money, type Money } from '../../../../src/core/units'
import { suspendCash } from '../../../../src/operator/ledger'
import type { VenueAccount } from '../../../../src/ports/account'
import { settleMarket } from '../../../../src/stores/postgres/settlement'
import { verifyLedger } from '../../../../src/stores/postgres/proof/verify'
import { freshLedger, NEVER, NOW } from '../support/ledger'
import { book, boxPlan, close, cureOf, fillOf, lockedBox, open, resultOf } from '../support/trades'

const ledger = freshLedger()
const plan = boxPlan()
const [{ order: first }, { order: second }] = plan.legs
const query = (statement: string): Promise<unknown> => ledger().database.query(statement)
/** Posts as anybody with a connection could. */
const post = (id: string, trade: string | null, legs: Readonly<Record<string, number>>): Promise<unknown> =>
  ledger().database.query(`select ledger_post($1, 'test', $2, 1, '{}', $3, $4)`, [id, trade, Object.keys(legs), Object.values(legs)])

describe('invariant 1: every entry sums to zero', () => {
  it('whoever writes the rows', async () => {
    const uneven = `begin; insert into transfer (id, kind, at_ms) values ('u', 'test', 1); insert into posting values ('u', 1, 'cash:kalshi', 1); commit`
    await expect(query(uneven)).rejects.toThrow('invariant 1: transfer u has 1 postings that sum to 1')
    await expect(query(`insert into transfer (id, kind, at_ms) values ('e', 'test', 1)`)).rejects.toThrow(
      'invariant 1: transfer e has 0 postings',
    )
  })
})

describe('invariant 2: assets are never negative', () => {
  it.each(['cash:kalshi', 'reserved:kalshi', 'position:kalshi:M:yes', 'receivable:coupon:kalshi'])('%s', async (account) => {
    await expect(post('n', null, { [account]: -1_000_000_001, 'suspense:kalshi': 1_000_000_001 })).rejects.toThrow('balance_not_negative')
  })
})

describe('invariant 3: what is reserved belongs to running trades', () => {
  it('and no trade spends what another one reserved', async () => {
    const ended = boxPlan({ id: 't9', subject: 'u9', kalshi: 'KXU9', forecastex: '759' })
    await open(ledger(), ended)
    await close(ledger(), resultOf(ended, 'missed'))
    await open(ledger(), plan)
    const theft = post('theft', 't9', { 'reserved:kalshi': -1, 'cash:kalshi': 1 })
    await expect(theft).rejects.toThrow('invariant 3: trade t9 has -1 micro-dollars in reserved:kalshi')
    await expect(post('nobody', null, { 'reserved:kalshi': 1, 'cash:kalshi': -1 })).rejects.toThrow(
      'invariant 3: transfer nobody reserves for no trade',
    )
  })

  it('I9 so a trade does not end with a reserve', async () => {
    await open(ledger(), plan)
    await expect(query(`update trade set ended_ms = 1, state = 'ended' where trade_id = 't1'`)).rejects.toThrow('invariant 3: trade t1 has')
    await close(ledger(), resultOf(plan, 'missed'))
    expect(await ledger().column(`select account from balance where account like 'reserved:%' and amount_micros <> 0`)).toEqual([])
    await expect(post('again', 't1', { 'reserved:kalshi': 1, 'cash:kalshi': -1 })).rejects.toThrow(
      'invariant 3: trade t1 has 1 micro-dollars',
    )
  })
})

describe('invariant 4: the money of one venue is not the money of the other', () => {
  it('but through transit', async () => {
    const across = post('across', null, { 'cash:kalshi': -5, 'cash:forecastex': 5 })
    await expect(across).rejects.toThrow('invariant 4: transfer across moves money between venues without transit')
    await post('out', null, { 'cash:kalshi': -5, transit: 5 })
    await post('in', null, { transit: -5, 'cash:forecastex': 5 })
  })
})

describe('invariant 5: contracts are what fills, nettings and settlements leave', () => {
  beforeEach(() => open(ledger(), plan, [first, {}]))
  it.each([
    ['more', 'update lot set quantity = quantity + 100'],
    ['fewer', 'update lot set quantity = quantity - 100'],
    ['none', 'update lot set quantity = 0, cost_micros = 0'],
    ['of another market', `insert into lot values ('t1', 'kalshi', 'OTHER', 'no', 100, 1)`],
  ])('and not %s', async (_what, statement) => {
    await expect(query(statement)).rejects.toThrow('invariant 5: trade t1 holds')
  })
})

describe('invariant 6: fills are those of the order, each once', () => {
  const fill = (execution: string, key: string): string =>
    `insert into fill (key, client_order_id, trade_id, venue, account, venue_order_id, execution_id, market, outcome, action, price, quantity, fee_micros, at_ms)
     values ('${key}', 'cb-t1-a1', 't1', 'kalshi', 'a', 'v', '${execution}', 'KXU3-T4', 'yes', 'buy', 4200, 1, 0, 1)`
  beforeEach(() => open(ledger(), plan, [first, {}]))

  it('in sum never more than was ordered', async () => {
    await expect(query(fill('x', 'kalshi|a|v|x'))).rejects.toThrow('invariant 6: order cb-t1-a1 filled 10001 of 10000')
  })
  it('I13 under the key venue|account|order|execution and no other', async () => {
    await expect(query(fill('x', 'kalshi|a|v|y'))).rejects.toThrow('fill_key_of_execution')
    expect(await ledger().column('select key from fill')).toEqual(['kalshi|account-kalshi|v-cb-t1-a1|x1'])
  })
})

describe('invariant 7: no contracts, no cost, and never more than they can pay', () => {
  beforeEach(() => open(ledger(), plan, [first, {}]))
  it.each(['quantity = 0', 'cost_micros = 0', 'cost_micros = 100000001', 'cost_micros = -1'])('not %s', async (change) => {
    await expect(query(`update lot set ${change}`)).rejects.toThrow(/lot_cost_of_contracts|lot_cost_micros_check|lot_check/)
  })
})

describe('invariant 9: cash and reserves are what the venue says, or the difference is in suspense', () => {
  const account = (cash: Money): VenueAccount => ({
    venue: 'kalshi',
    account: 'account-kalshi',
    statement: () =>
      Promise.resolve({ asOfMs: NOW, cash, purses: [{ purse: 'kalshi', cash }], fills: [], openOrders: [], positions: [], payouts: [] }),
  })
  const by = { name: 'me', role: 'operator' } as const
  const suspend = (cash: string): Promise<Money> =>
    suspendCash(ledger().database, account(money(cash)), by, 'test', millis(NOW + ids++), NEVER)
  let ids = 0

  it('booked with a name and a reason, told by verify, and gone when it is explained', async () => {
    expect(await suspend('1000.05')).toBe(50_000)
    expect(await ledger().balances()).toMatchObject({ 'cash:kalshi': 1000.05, 'suspense:kalshi': -0.05 })
    expect((await verifyLedger(ledger().database)).suspenseMicros).toEqual({ kalshi: -50_000 })
    expect(await ledger().column(`select detail ->> 'reason' from audit where action = 'suspend'`)).toEqual(['test'])
    expect(await suspend('1000.05')).toBe(0)
    expect(await suspend('1000')).toBe(-50_000)
    expect((await verifyLedger(ledger().database)).suspenseMicros).toEqual({})
  })
  it('but not while a trade runs', async () => {
    await open(ledger(), plan)
    await expect(suspend('1000.05')).rejects.toThrow('1 trades run and their cash moves')
  })
})

describe('invariant 10: what of a box is naked is on record, with its time', () => {
  const pairing = async (): Promise<unknown> => (await ledger().database.query('select * from box_pairing')).rows[0]
  it('from the first fill until it is answered', async () => {
    await open(ledger(), plan, [first, { contracts: '60' }])
    const naked = { trade_id: 't1', matched: 0, naked: 6_000, naked_venue: 'kalshi', naked_since_ms: NOW }
    expect(await pairing()).toEqual(naked)
    expect((await verifyLedger(ledger().database)).naked).toEqual([{ tradeId: 't1', venue: 'kalshi', quantity: 6_000, sinceMs: NOW }])
    const later = { ...fillOf(second, { contracts: '40' }), atMs: millis(NOW + 1_000) }
    await ledger().ledger.book(plan.tradeId, second, [later], null, NEVER)
    expect(await pairing()).toEqual({ ...naked, matched: 4_000, naked: 2_000 })
    await book(ledger(), cureOf(plan, { action: 'sell', venue: 'kalshi', outcome: 'yes', contracts: '20', limit: '0.40' }), {})
    expect(await pairing()).toEqual({ ...naked, matched: 4_000, naked: 0, naked_venue: null, naked_since_ms: null })
  })
  it('and a leg that was paid is no naked one', async () => {
    await lockedBox(ledger())
    await settleMarket(ledger().database, 'kalshi', marketId('KXU3-T4'), money('1'), NOW, NEVER)
    expect(await pairing()).toMatchObject({ matched: 10_000, naked: 0 })
  })
})

describe('invariant 11: a position is paid once, and anything but nothing or a dollar is flagged', () => {
  it.each([
    ['1', false],
    ['0', false],
    ['0.37', true],
  ])('%s a contract: scalar %s', async (yesPays, scalar) => {
    await lockedBox(ledger())
    for (let i = 0; i < 2; i += 1) await settleMarket(ledger().database, 'kalshi', marketId('KXU3-T4'), money(yesPays), NOW, NEVER)
    expect(await ledger().column('select scalar from settlement')).toEqual([scalar])
  })
  it('and never more than a dollar', async () => {
    await lockedBox(ledger())
    const paid = `insert into settlement values ('kalshi', 'KXU3-T4', 't1', 'yes', 10000, 100000001, 1)`
    await expect(query(paid)).rejects.toThrow('settlement_pays_a_dollar_at_most')
  })
})

describe('invariant 13: every account is a holding, a result or a deposit', () => {
  it.each(['cash:nyse', 'income:luck:kalshi', 'position:kalshi:M:maybe', 'cash'])('and %s is none', async (account) => {
    await expect(post('c', null, { [account]: 1, 'cash:kalshi': -1 })).rejects.toThrow('posting_account_of_chart')
  })
})

describe('invariant 15: a ledger belongs to one mode', () => {
  it('a live trade does not reserve in a simulated one', async () => {
    await lockedBox(ledger())
    const live = { ...boxPlan({ id: 't2', subject: 'u4', kalshi: 'KXU4', forecastex: '761' }), mode: 'live' as const }
    await expect(ledger().ledger.reserve(live, 'run', NEVER)).rejects.toThrow(
      'invariant 15: this ledger is of mode sim, trade t2 is of mode live: give each mode a database of its own',
    )
    await expect(query(`update trade set mode = 'live'`)).rejects.toThrow('invariant 15')
  })
})
