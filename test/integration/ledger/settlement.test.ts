import { marketId, type Venue } from '../../../src/core/ids'
import { millis, money } from '../../../src/core/units'
import { postedSince } from '../../../src/stores/postgres/results/payouts'
import { amendSettlement, settleMarket } from '../../../src/stores/postgres/settlement'
import { readTrade } from '../../../src/stores/postgres/trades'
import { openLots, verifyLedger } from '../../../src/stores/postgres/proof/verify'
import { freshLedger, NEVER, NOW } from './support/ledger'
import { book, boxPlan, close, cureOf, lockedBox, open, resultOf } from './support/trades'

const ledger = freshLedger()
const settle = (venue: Venue, market: string, yesPays: string): ReturnType<typeof settleMarket> =>
  settleMarket(ledger().database, venue, marketId(market), money(yesPays), millis(NOW + 1), NEVER)
const pnl = async (id: string): Promise<unknown[]> => {
  const row = await readTrade(ledger().database, boxPlan({ id }).tradeId)
  return [row?.pnlKind, row?.pnlMicros]
}
describe('a market that has settled', () => {
  it('pays a dollar to each contract that won', async () => {
    await lockedBox(ledger())
    expect(await settle('kalshi', 'KXU3-T4', '1')).toEqual({ lots: 1, paid: 100_000_000 })
    expect(await ledger().balances()).toMatchObject({ 'cash:kalshi': 1056.2948, 'income:settlement:kalshi': -58 })
    expect(await openLots(ledger().database)).toMatchObject([{ venue: 'forecastex', costMicros: 54_000_000 }])
  })

  it('pays nothing to each that lost', async () => {
    await lockedBox(ledger())
    expect(await settle('forecastex', '751', '1')).toEqual({ lots: 1, paid: 0 })
    expect(await ledger().balances()).toMatchObject({ 'cash:forecastex': 945, 'income:settlement:forecastex': 54 })
  })

  it('pays what a scalar decision says, and the rest of the dollar to NO', async () => {
    await lockedBox(ledger())
    expect(await settle('kalshi', 'KXU3-T4', '0.37')).toEqual({ lots: 1, paid: 37_000_000 })
    expect(await settle('forecastex', '751', '0.37')).toEqual({ lots: 1, paid: 63_000_000 })
    expect(await pnl('t1')).toEqual(['realised', 1_294_800])
  })

  it('is settled once, however often and at whatever price it is settled again', async () => {
    await lockedBox(ledger())
    await settle('kalshi', 'KXU3-T4', '1')
    const before = await ledger().balances()
    expect(await settle('kalshi', 'KXU3-T4', '1')).toEqual({ lots: 0, paid: 0 })
    expect(await settle('kalshi', 'KXU3-T4', '0')).toEqual({ lots: 0, paid: 0 })
    expect(await ledger().balances()).toEqual(before)
  })

  it('is settled once when it is settled many times at once', async () => {
    await lockedBox(ledger())
    const all = await Promise.all(Array.from({ length: 8 }, () => settle('kalshi', 'KXU3-T4', '1')))
    expect(all.reduce((sum, { paid }) => sum + paid, 0)).toBe(100_000_000)
    expect(await ledger().deadlocks()).toBe(0)
  })

  it('pays nothing outside 0 … 1.00', async () => {
    await lockedBox(ledger())
    for (const yesPays of ['1.000001', '-0.01']) {
      await expect(settle('kalshi', 'KXU3-T4', yesPays)).rejects.toThrow('a contract pays between 0 and 1.00')
    }
    expect(await openLots(ledger().database)).toHaveLength(2)
  })

  it('pays each trade that shares it for its own lots', async () => {
    await lockedBox(ledger())
    await lockedBox(ledger(), { id: 't2', contracts: '40', seenAtMs: NOW + 1 })
    expect(await settle('kalshi', 'KXU3-T4', '1')).toEqual({ lots: 2, paid: 140_000_000 })
    const rows = await ledger().database.query('select trade_id, quantity, paid_micros from settlement order by trade_id')
    expect(rows.rows.map(Object.values)).toEqual([
      ['t1', 10_000, 100_000_000],
      ['t2', 4_000, 40_000_000],
    ])
  })

  it('leaves a trade guaranteed until its last lot is paid', async () => {
    await lockedBox(ledger())
    await settle('kalshi', 'KXU3-T4', '0')
    expect(await pnl('t1')).toEqual(['guaranteed', 1_294_800])
    await settle('forecastex', '751', '0')
    expect(await pnl('t1')).toEqual(['realised', 1_294_800])
  })

  it('makes realised what the venues paid, not what was supposed: two decisions that differ', async () => {
    await lockedBox(ledger())
    await settle('kalshi', 'KXU3-T4', '0')
    await settle('forecastex', '751', '1')
    expect(await pnl('t1')).toEqual(['realised', -98_705_200])
  })

  it('does not touch lots of other markets', async () => {
    await lockedBox(ledger())
    expect(await settle('kalshi', 'KXU3-T5', '1')).toEqual({ lots: 0, paid: 0 })
    expect(await settle('forecastex', 'KXU3-T4', '1')).toEqual({ lots: 0, paid: 0 })
    expect(await openLots(ledger().database)).toHaveLength(2)
  })

  it('pays hundredths of a contract to the micro-dollar, rounded down', async () => {
    const plan = boxPlan()
    await open(ledger(), plan, [plan.legs[0].order, { contracts: '0.07' }])
    await close(ledger(), resultOf(plan, 'held', { dust: '0.07' }))
    expect(await settle('kalshi', 'KXU3-T4', '0.333333')).toEqual({ lots: 1, paid: 23_333 })
  })

  it('E14 pays lots that were booked after it had settled, when it is asked again', async () => {
    const plan = boxPlan()
    const [{ order: first }] = plan.legs
    await open(ledger(), plan, [first, { id: '1', contracts: '60' }])
    await settle('kalshi', 'KXU3-T4', '1')
    await book(ledger(), first, { id: '2', contracts: '40' })
    expect(await settle('kalshi', 'KXU3-T4', '1')).toEqual({ lots: 1, paid: 40_000_000 })
    await close(ledger(), resultOf(plan, 'held', { held: '100' }))
    expect(await pnl('t1')).toEqual(['realised', 58_000_000])
    expect(await ledger().column('select sum(quantity) from settlement')).toEqual([10_000])
  })

  it('knows what was netted before', async () => {
    const plan = boxPlan()
    const net = cureOf(plan, { action: 'buy', venue: 'forecastex', outcome: 'yes', contracts: '40', limit: '0.48' })
    await open(ledger(), plan, [plan.legs[1].order, { at: '0.54' }], [net, {}])
    await close(ledger(), resultOf(plan, 'held', { flat: '40', held: '60' }))
    expect(await settle('forecastex', '751', '0')).toEqual({ lots: 1, paid: 60_000_000 })
    expect(await pnl('t1')).toEqual(['realised', 26_800_000])
  })
})

describe('§8 a result that the venue changes after it was posted', () => {
  const amend = (yesPays: string): ReturnType<typeof amendSettlement> =>
    amendSettlement(ledger().database, 'kalshi', marketId('KXU3-T4'), money(yesPays), millis(NOW + 2), NEVER)

  it('is reversed as it was and posted anew, once, and the ledger proves itself', async () => {
    await lockedBox(ledger())
    await settle('kalshi', 'KXU3-T4', '1')
    const before = await ledger().balances()
    expect(await amend('1')).toEqual({ lots: 0, paid: 0 })
    expect(await amend('0')).toEqual({ lots: 1, paid: -100_000_000 })
    expect(await amend('0')).toEqual({ lots: 0, paid: 0 })
    const after = await ledger().balances()
    expect(Number(before['cash:kalshi']) - Number(after['cash:kalshi'])).toBeCloseTo(100, 6)
    expect((await verifyLedger(ledger().database)).violations).toEqual([])
  })

  it('changes again, and back: what is posted is always the last one', async () => {
    await lockedBox(ledger())
    await settle('kalshi', 'KXU3-T4', '0')
    const before = await ledger().balances()
    await amend('1')
    await amend('0.37')
    expect(await postedSince(ledger().database, 'kalshi', millis(NOW + 2))).toEqual([
      { market: 'KXU3-T4', paid: 37_000_000, fees: 1_705_200 },
    ])
    expect(await amend('0')).toEqual({ lots: 1, paid: -37_000_000 })
    expect(await ledger().balances()).toEqual(before)
    expect((await verifyLedger(ledger().database)).violations).toEqual([])
  })

  it('changes what a realised trade has earned', async () => {
    await lockedBox(ledger())
    await settle('kalshi', 'KXU3-T4', '1')
    await settle('forecastex', '751', '1')
    const [, earned] = await pnl('t1')
    await amend('0')
    expect(await pnl('t1')).toEqual(['realised', Number(earned) - 100_000_000])
  })
})
