import { marketId, otherOutcome } from '../../../../src/core/ids'
import { money, quantity } from '../../../../src/core/units'
import { settleMarket } from '../../../../src/stores/postgres/settlement'
import { readOrders, readTrade } from '../../../../src/stores/postgres/trades'
import { openLots } from '../../../../src/stores/postgres/proof/verify'
import { freshLedger, NEVER, NOW } from '../support/ledger'
import { book, boxPlan, close, cureOf, open, resultOf } from '../support/trades'

const ledger = freshLedger()
const plan = boxPlan()
const [{ order: first }, { order: second }] = plan.legs
const sale = cureOf(plan, { action: 'sell', venue: 'kalshi', outcome: 'yes', contracts: '100', limit: '0.40' })
const settle = (venue: 'kalshi' | 'forecastex', market: string, yesPays: string): Promise<unknown> =>
  settleMarket(ledger().database, venue, marketId(market), money(yesPays), NOW, NEVER)

describe('an unwound trade', () => {
  it('A7 leaves the ledger at zero: no reserve, no lot, and the loss is in the cash', async () => {
    await open(ledger(), plan, [first, { fee: '1.7052' }], [sale, { fee: '1.68' }])
    expect(await close(ledger(), resultOf(plan, 'unwound', { flat: '100' }))).toEqual({ realisedPnl: -5_385_200, maxRemainingLoss: 0 })
    expect(await ledger().balances()).toEqual({
      'cash:kalshi': 1000 - 5.3852,
      'cash:forecastex': 1000,
      'expense:fee:kalshi': 3.3852,
      'income:trading:kalshi': 2,
      'equity:capital': -2000,
    })
    expect(await openLots(ledger().database)).toEqual([])
  })
})

describe('what is recorded', () => {
  it('A10 is the quantity that was executed, not the one that was planned', async () => {
    await open(ledger(), plan, [first, { contracts: '60' }])
    await book(ledger(), { ...second, quantity: quantity('60') }, { contracts: '60', at: '0.54' })
    await close(ledger(), resultOf(plan, 'locked', { locked: '60' }))
    expect((await readOrders(ledger().database, [plan.tradeId])).map(({ filled }) => filled)).toEqual([6_000, 6_000])
    expect((await openLots(ledger().database)).map((lot) => lot.quantity)).toEqual([6_000, 6_000])
    expect((await readTrade(ledger().database, plan.tradeId))?.result?.locked).toBe(6_000)
  })

  it('A11 is the price of the fill and its own outcome: a NO that was bought below its limit', async () => {
    const no = boxPlan({ outcome: 'no', kalshiCost: '60' })
    const [{ order }] = no.legs
    await open(ledger(), { ...no, legs: [{ ...no.legs[0], order }, no.legs[1]] }, [order, { at: '0.40', fee: '1.68' }])
    expect(await openLots(ledger().database)).toMatchObject([{ outcome: 'no', costMicros: 40_000_000 }])
    expect(await ledger().balances()).toMatchObject({ 'position:kalshi:KXU3-T4:no': 40, 'reserved:kalshi': 60 - 41.68 })
    expect((await readOrders(ledger().database, [no.tradeId]))[0]).toMatchObject({ limit: 4_200, notionalMicros: 40_000_000 })
  })

  it('A12 has no floating point anywhere in the schema', async () => {
    const columns = await ledger().column(
      `select table_name || '.' || column_name || ' ' || data_type from information_schema.columns
       where table_schema = 'public' and data_type in ('real', 'double precision', 'money', 'numeric')`,
    )
    expect(columns).toEqual([])
    expect(await ledger().column(`select count(*) > 50 from information_schema.columns where table_schema = 'public'`)).toEqual([true])
  })
})

describe('a winner', () => {
  it('B13 ends with the cash it began with, less cost and fee, plus the payout', async () => {
    await open(ledger(), plan, [first, { fee: '1.7052' }])
    await close(ledger(), resultOf(plan, 'held', { held: '100' }))
    await settle('kalshi', 'KXU3-T4', '1')
    expect(await ledger().balances()).toMatchObject({ 'cash:kalshi': 1056.2948 })
    expect(await readTrade(ledger().database, plan.tradeId)).toMatchObject({ pnlMicros: 56_294_800, pnlKind: 'realised' })
  })
})

describe('two entries in one market', () => {
  it('B14 are both still there when the exit of one fails', async () => {
    await open(ledger(), plan, [first, { contracts: '10' }])
    await close(ledger(), resultOf(plan, 'held', { held: '10' }))
    const other = boxPlan({ id: 't2', seenAtMs: NOW + 1 })
    await open(ledger(), other, [other.legs[0].order, { contracts: '20' }])
    await book(ledger(), sale)
    expect(await openLots(ledger().database)).toMatchObject([
      { tradeId: 't1', quantity: 1_000, costMicros: 4_200_000 },
      { tradeId: 't2', quantity: 2_000, costMicros: 8_400_000 },
    ])
  })
})

describe('both outcomes of one market', () => {
  it.each(['kalshi', 'forecastex'] as const)('are a dollar a pair at %s, at once', async (venue) => {
    const leg = venue === 'kalshi' ? first : second
    const opposite = cureOf(plan, { action: 'buy', venue, outcome: otherOutcome(leg.outcome), contracts: '100', limit: '0.50' })
    await open(ledger(), plan, [leg, {}], [opposite, { at: '0.50' }])
    const paid = Number(leg.limit) / 100 + 50
    expect(await ledger().column(`select sum(amount_micros) from balance where account in ('cash:${venue}', 'reserved:${venue}')`)).toEqual(
      [(1000 - paid + 100) * 1_000_000],
    )
    expect(await openLots(ledger().database)).toEqual([])
  })
})

describe('I9 a trade that has ended', () => {
  it('has final orders, no reserve, and the lots and the cash of its fills', async () => {
    await open(ledger(), plan, [first, { contracts: '60', fee: '1.0232' }])
    await close(ledger(), resultOf(plan, 'held', { held: '60' }))
    expect(await ledger().column('select distinct state from order_intent order by 1')).toEqual(['final', 'rejected'])
    expect(await ledger().balances()).not.toHaveProperty('reserved:kalshi')
    expect(await ledger().balances()).toMatchObject({ 'cash:kalshi': 1000 - 25.2 - 1.0232 })
    expect(await openLots(ledger().database)).toMatchObject([{ quantity: 6_000 }])
  })

  it('B13 and its box earns a dollar a pair less all debits, whichever outcome it is', async () => {
    for (const [id, kalshi, forecastex, yesPays] of [
      ['t1', 'KXA', '771', '1'],
      ['t2', 'KXB', '772', '0'],
    ] as const) {
      const box = boxPlan({ id, subject: id, kalshi, forecastex })
      await open(ledger(), box, [box.legs[0].order, { fee: '1.7052' }], [box.legs[1].order, { at: '0.54', fee: '1' }])
      await close(ledger(), resultOf(box, 'locked', { locked: '100' }))
      await settle('kalshi', kalshi, yesPays)
      await settle('forecastex', forecastex, yesPays)
      expect(await readTrade(ledger().database, box.tradeId)).toMatchObject({ pnlMicros: 1_294_800, pnlKind: 'realised' })
    }
  })
})
