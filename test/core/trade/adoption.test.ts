import { marketId, subjectId, tradeId } from '../../../src/core/ids'
import { adoptedPlan, costOf, heldBy, orHold, type AdoptionInput } from '../../../src/core/trade/adoption'
import type { CureChoice } from '../../../src/core/trade/plan'
import { millis, money, NO_MONEY, price, quantity } from '../../../src/core/units'

const PAIR = { id: subjectId('u3'), kalshiMarket: marketId('KX'), forecastexMarket: marketId('710'), polarity: 'same' } as const
const INPUT: AdoptionInput = {
  ...{ tradeId: tradeId('T1'), pair: PAIR, breakId: 4, by: 'ana', mode: 'sim', nowMs: millis(1_000) },
  rules: { certificate: 'u3@1', limits: 'adopted', config: 'test' },
  found: {
    ...{ venue: 'kalshi', market: marketId('KX'), outcome: 'yes', quantity: quantity('10'), purse: 'kalshi' },
    ...{ price: price('0.40'), fee: money('0.17') },
  },
}

describe('what found contracts cost', () => {
  const TEN = quantity('10')
  it('is what the operator says, with the rest of the cash as fee', () => {
    expect(costOf(TEN, money('4.17'), price('0.40'))).toEqual({ price: price('0.40'), fee: money('0.17') })
  })
  it('is never a fee of more than some cents a contract, or of less than nothing', () => {
    expect(costOf(TEN, money('4.51'), price('0.40')).fee).toBe(0)
    expect(costOf(TEN, money('3.99'), price('0.40')).fee).toBe(0)
    expect(costOf(TEN, money('4.50'), price('0.40')).fee).toBe(money('0.50'))
  })
  it('is what their cash says where nobody says a price', () => {
    expect(costOf(quantity('3'), money('1'), null)).toEqual({ price: price('0.3333'), fee: money('0.0001') })
  })
  it('is said by somebody', () => {
    expect(() => costOf(TEN, NO_MONEY, null)).toThrow('say --price')
    expect(() => costOf(TEN, money('-1'), null)).toThrow('say --price')
    expect(() => costOf(TEN, money('10'), null)).toThrow('less than a dollar')
    expect(() => costOf(TEN, money('4'), price('1'))).toThrow('less than a dollar')
  })
})

it('fewer YES than the ledger has are so many NO', () => {
  expect(heldBy(1_000)).toEqual({ outcome: 'yes', quantity: 1_000 })
  expect(heldBy(-250)).toEqual({ outcome: 'no', quantity: 250 })
})

describe('the plan of adopted contracts', () => {
  it('has them as its first leg, the missing outcome as its second, no budget, and no order that could still leave (E11)', () => {
    const plan = adoptedPlan(INPUT)
    expect(plan).toMatchObject({ adopted: { breakId: 4, by: 'ana' }, lossBudget: 0, opportunity: { subject: 'u3' } })
    expect(
      plan.legs.map(({ order, costBound }) => [order.clientOrderId, order.venue, order.market, order.outcome, order.purpose, costBound]),
    ).toEqual([
      ['cb-T1-a1', 'kalshi', 'KX', 'yes', 'opening', money('4.17')],
      ['cb-T1-b2', 'forecastex', '710', 'no', 'reducing', 0],
    ])
    expect([...plan.legs.map(({ order }) => order), plan.cure].every(({ notAfterMs }) => notAfterMs === INPUT.nowMs)).toBe(true)
  })

  it('of a pair that asks the opposite misses the same outcome', () => {
    const found = { ...INPUT.found, venue: 'forecastex', market: marketId('710'), purse: 'forecastex' } as const
    const { legs } = adoptedPlan({ ...INPUT, found, pair: { ...PAIR, polarity: 'opposite' } })
    expect(legs.map(({ order: { venue, outcome } }) => `${venue} ${outcome}`)).toEqual(['forecastex yes', 'kalshi yes'])
  })

  it('is of a market of the pair', () => {
    const found = { ...INPUT.found, market: marketId('OTHER') }
    expect(() => adoptedPlan({ ...INPUT, found })).toThrow('OTHER is no market of u3')
  })
})

it('what cannot be had now is held, and not waited for', () => {
  const wait: CureChoice = { chosen: { way: 'wait', state: 'over-budget', loss: NO_MONEY }, over: [], budgetLeft: money('1') }
  expect(orHold(wait, money('4')).chosen).toEqual({ way: 'hold', loss: money('4') })
  const { cure } = adoptedPlan(INPUT)
  const sale: CureChoice = { ...wait, chosen: { way: 'sell', order: cure, loss: money('0.5') } }
  expect(orHold(sale, money('4'))).toEqual(sale)
})
