import { millis, price, quantity } from '../../../../src/core/units'
import { orderId } from '../../../../src/core/ids'
import type { OrderIntent } from '../../../../src/core/trade/order'
import type { EdgePlan } from '../../../../src/core/trade/plan'
import { ledgerHead } from '../../../../src/stores/postgres/breaks/known'
import { changedEnds, endedOrder, hasEnded } from '../../../../src/stores/postgres/owners'
import { markUnknown } from '../../../../src/stores/postgres/trades'
import { freshLedger, NEVER } from '../support/ledger'
import { book, close, open, resultOf } from '../support/trades'
import { apart, edgePlan } from './support'

const ledger = freshLedger('sound', '100000')
const planOf = (n: number, market: string): EdgePlan =>
  edgePlan({ ...apart(n), subject: market, kalshi: market, seenAtMs: millis(ledger().nowMs + 1) })
async function held(n: number, market: string): Promise<EdgePlan> {
  const plan = planOf(n, market)
  await open(ledger(), plan, [plan.legs[0].order, { fee: '1.7052' }])
  await close(ledger(), resultOf(plan, 'held', { held: '100' }))
  return plan
}
const saleOf = ({ tradeId, legs: [{ order }] }: EdgePlan, of = '100', limit = '0.58'): OrderIntent => ({
  ...order,
  ...{ clientOrderId: orderId(tradeId, 'c', 2), action: 'sell', limit: price(limit), quantity: quantity(of), purpose: 'reducing' },
})
const intend = (order: OrderIntent): Promise<boolean> => ledger().ledger.intend(order, NEVER)

describe('E25 an order of an ended trade that is under way', () => {
  const seen = async (plan: EdgePlan): Promise<unknown[]> => {
    const { database } = ledger()
    const { moving } = await ledgerHead(database, 'kalshi', millis(ledger().nowMs + 1_000_000))
    const { tradeId } = plan
    return [
      await hasEnded(database, tradeId),
      (await endedOrder(database, saleOf(plan).clientOrderId)) !== null,
      await changedEnds(database, millis(0)),
      moving,
    ]
  }

  it('is found by all who look for what has no owner, until its trade is ended anew', async () => {
    const plan = await held(1, 'K1')
    const { tradeId } = plan
    expect(await seen(plan)).toEqual([true, false, [], []])
    expect(await intend(saleOf(plan))).toBe(true)
    expect(await seen(plan)).toEqual([false, false, [tradeId], ['K1']])
    await markUnknown(ledger().database, saleOf(plan).clientOrderId)
    expect(await seen(plan)).toEqual([false, false, [tradeId], ['K1']])
    await close(ledger(), { ...resultOf(plan, 'held', { held: '100' }), takenOver: 'sale' }, 'cure')
    // a late fill of it is booked by whoever hears of it (E14)
    expect(await seen(plan)).toEqual([true, true, [], []])
  })

  it('E9 nothing opens while nobody knows of it', async () => {
    const plan = await held(1, 'K1')
    await intend(saleOf(plan))
    await markUnknown(ledger().database, saleOf(plan).clientOrderId)
    const { kind, verdicts } = await ledger().ledger.reserve(planOf(2, 'K2'), 'run', NEVER)
    expect([kind, verdicts.filter(({ passed }) => !passed).map(({ check }) => check)]).toEqual(['refused', ['no unknown order']])
  })

  it('E2 asked for again before it was sent stands for the wider of both; booked as it was sent', async () => {
    const plan = await held(1, 'K1')
    expect(await intend(saleOf(plan, '100', '0.60'))).toBe(true)
    expect(await intend(saleOf(plan, '40', '0.57'))).toBe(true)
    expect(await ledger().column(`select limit_price || ' ' || quantity from order_intent where purpose = 'reducing'`)).toEqual([
      '5700 10000',
    ])
    await book(ledger(), saleOf(plan, '40', '0.57'), { at: '0.57', fee: '0.69' })
    expect(await intend(saleOf(plan, '40', '0.57'))).toBe(false)
    await close(ledger(), { ...resultOf(plan, 'held', { flat: '40', held: '60' }), takenOver: 'sale' }, 'cure')
  })

  it('I2 is not sent beside another one of its market', async () => {
    const plan = await held(1, 'K1')
    const second = await held(2, 'K1')
    expect(await intend(saleOf(plan))).toBe(true)
    expect(await intend(saleOf(second))).toBe(false)
    await close(ledger(), { ...resultOf(plan, 'held', { held: '100' }), takenOver: 'sale' }, 'cure')
    expect(await intend(saleOf(second))).toBe(true)
    await close(ledger(), { ...resultOf(second, 'held', { held: '100' }), takenOver: 'sale' }, 'cure')
  })
})
