import fc from 'fast-check'
import { marketId, orderId, tradeId } from '../../../src/core/ids'
import type { Level } from '../../../src/core/market/event'
import { forecastexFees, kalshiFees, type VenueFees } from '../../../src/core/market/fees'
import { DIRECT_GRID } from '../../../src/core/market/fees-kalshi'
import { chooseCure, CURE_LIFE_MS, cureWays, type CureInput, type CureRoute } from '../../../src/core/trade/cure'
import type { OrderIntent } from '../../../src/core/trade/order'
import type { Unpaired } from '../../../src/core/trade/plan'
import { millis, money, price, quantity, type Price, type Quantity } from '../../../src/core/units'

const NOW = millis(Date.UTC(2026, 10, 21, 15))
const level = (at: string, of: string): Level => ({ price: price(at), quantity: quantity(of) })
const KALSHI = kalshiFees(
  { feeType: 'quadratic', multiplier: 10_000, fetchedAtMs: NOW },
  { balanceGrid: DIRECT_GRID, slackPerContract: money(100) },
) as VenueFees
const FORECASTEX = forecastexFees(NOW)
const unpaired: Unpaired = {
  tradeId: tradeId('t1'),
  venue: 'kalshi',
  market: marketId('KXU3-25MAR-T4.1'),
  outcome: 'yes',
  quantity: quantity('100'),
  n: 2,
}
const missing = { venue: 'forecastex', market: marketId('751'), outcome: 'no' } as const
const [complete, sell] = cureWays(unpaired, missing)

/** What the reserve wrote: completing at up to 0.60, number 3. */
const reserved: OrderIntent = {
  ...missing,
  clientOrderId: orderId(unpaired.tradeId, 'c', 3),
  tradeId: unpaired.tradeId,
  action: 'buy',
  limit: price('0.60'),
  quantity: quantity('100'),
  timeInForce: 'ioc',
  purpose: 'reducing',
  notAfterMs: NOW,
}

const completing = (change: Partial<CureRoute> = {}): CureRoute => ({
  ...complete,
  access: 'open',
  levels: [level('0.57', '500')],
  fees: FORECASTEX,
  worst: price('0.60'),
  chargePerContract: money(0),
  ...change,
})
const selling = (change: Partial<CureRoute> = {}): CureRoute => ({
  ...sell,
  access: 'open',
  levels: [level('0.40', '500')],
  fees: KALSHI,
  worst: price('0.01'),
  chargePerContract: money(0),
  ...change,
})
const cure = (routes: readonly CureRoute[], change: Partial<CureInput> = {}): CureInput => ({
  unpaired,
  reserved,
  heldCost: money(43_715_200),
  routes,
  mayHold: true,
  budgetLeft: money('10'),
  nowMs: NOW,
  ...change,
})

describe('E21 the cheapest way out', () => {
  it('completes where that loses less than selling, and keeps the alternatives', () => {
    const choice = chooseCure(cure([completing(), selling()]))
    // 43.7152 + 58.00 − 100.00 against 43.7152 − 38.31
    expect(choice.chosen).toMatchObject({ way: 'complete', loss: 1_715_200 })
    expect(choice.over).toMatchObject([
      { way: 'sell', loss: 5_405_200 },
      { way: 'hold', loss: 43_715_200 },
    ])
    expect(choice.budgetLeft).toBe(10_000_000)
  })

  it('sells where completing is dearer', () => {
    expect(
      chooseCure(
        cure([
          completing({ levels: [level('0.60', '500')], chargePerContract: money('0.02') }),
          selling({ levels: [level('0.42', '500')] }),
        ]),
      ).chosen,
    ).toMatchObject({ way: 'sell' })
  })

  it('nets at ForecastEx, which has no sale, by buying the opposite outcome', () => {
    const held: Unpaired = { ...unpaired, venue: 'forecastex', market: missing.market, outcome: 'no' }
    const [, net] = cureWays(held, { venue: 'kalshi', market: unpaired.market, outcome: 'yes' })
    expect(net).toEqual({ way: 'net', action: 'buy', venue: 'forecastex', market: '751', outcome: 'yes' })
    const route: CureRoute = {
      ...net,
      access: 'open',
      levels: [level('0.45', '100')],
      fees: FORECASTEX,
      worst: price('0.99'),
      chargePerContract: money(0),
    }
    // 55.00 + 46.00 − 100.00
    expect(chooseCure(cure([route], { unpaired: held, heldCost: money('55') })).chosen).toMatchObject({ way: 'net', loss: 1_000_000 })
  })

  it('sends a whole, executable order with its own id and not-after', () => {
    const odd = { ...unpaired, quantity: quantity('10.37') }
    const { chosen } = chooseCure(
      cure([completing({ levels: [level('0.55', '4'), level('0.57', '500')] })], { unpaired: odd, heldCost: money('4.60') }),
    )
    expect(chosen).toMatchObject({
      way: 'complete',
      order: {
        clientOrderId: 'cb-t1-c3',
        action: 'buy',
        outcome: 'no',
        limit: 5700,
        quantity: 1_000,
        timeInForce: 'ioc',
        purpose: 'reducing',
        notAfterMs: NOW + CURE_LIFE_MS,
      },
    })
  })

  it('cures what the depth allows, compared per contract', () => {
    const { chosen } = chooseCure(cure([completing({ levels: [level('0.57', '30')] }), selling()]))
    expect(chosen).toMatchObject({ way: 'complete', order: { quantity: 3_000 }, loss: 514_560 })
  })

  it('prefers the larger cure that loses less per contract, though more in total', () => {
    const routes = [completing({ levels: [level('0.60', '30')] }), selling({ levels: [level('0.42', '500')] })]
    expect(chooseCure(cure(routes))).toMatchObject({
      chosen: { way: 'sell', loss: 3_430_400 },
      over: [{ way: 'complete', loss: 1_414_560 }, { way: 'hold' }],
    })
  })

  it('counts a gain as no loss, so that it never widens the budget', () => {
    expect(chooseCure(cure([completing({ levels: [level('0.50', '100')] })])).chosen).toMatchObject({ way: 'complete', loss: 0 })
  })

  it('E16 never goes beyond the limit of the plan', () => {
    const choice = chooseCure(cure([completing({ levels: [level('0.57', '40'), level('0.61', '500')] })]))
    expect(choice.chosen).toMatchObject({ order: { quantity: 4_000, limit: 5700 } })
  })

  it('refuses to cure dust', () => {
    expect(() => chooseCure(cure([completing()], { unpaired: { ...unpaired, quantity: quantity('0.99') } }))).toThrow('nothing whole')
  })
})

describe('E23 the budget', () => {
  const poor = { budgetLeft: money('1') }
  it('is over when every way exceeds it: before any order', () => {
    const choice = chooseCure(cure([completing(), selling()], poor))
    expect(choice.chosen).toEqual({ way: 'wait', state: 'over-budget', loss: 0 })
    expect(choice.over.map(({ way }) => way)).toEqual(['complete', 'sell', 'hold'])
  })
  it('permits holding only where the whole premium fits and nothing else is permitted', () => {
    const none = [completing({ levels: [] }), selling({ levels: [] })]
    expect(chooseCure(cure(none, { budgetLeft: money('50') })).chosen).toEqual({ way: 'hold', loss: 43_715_200 })
    expect(chooseCure(cure(none, { budgetLeft: money('50'), mayHold: false })).chosen).toMatchObject({
      way: 'wait',
      state: 'waiting-for-venue',
    })
    expect(chooseCure(cure(none)).chosen).toMatchObject({ way: 'wait', state: 'waiting-for-venue' })
  })
})

describe('E24 a halted or closed venue', () => {
  it('is never sent an order; the other exit is still used', () => {
    const choice = chooseCure(cure([completing({ access: 'halted' }), selling()]))
    expect([choice.chosen.way, choice.over]).toEqual(['sell', []])
  })
  it('is waited for rather than held through', () => {
    const rich = { budgetLeft: money('50') }
    expect(chooseCure(cure([completing({ access: 'closed' }), selling({ access: 'halted' })], rich)).chosen).toMatchObject({
      way: 'wait',
      state: 'waiting-for-venue',
    })
    expect(chooseCure(cure([completing({ access: 'ended' }), selling({ access: 'ended' })], rich)).chosen).toMatchObject({ way: 'hold' })
  })
  it('E23 is not waited for when no market trades any more: holding is a fact then, whatever it may lose', () => {
    const poor = { budgetLeft: money('1') }
    expect(chooseCure(cure([completing({ access: 'ended' }), selling({ access: 'ended' })], poor)).chosen).toMatchObject({ way: 'hold' })
    expect(chooseCure(cure([completing({ access: 'ended' }), selling({ access: 'closed' })], poor)).chosen).toMatchObject({ way: 'wait' })
  })
  it('is waited for while the open exit would exceed the budget', () => {
    expect(chooseCure(cure([completing({ access: 'closed' }), selling()], { budgetLeft: money('1') })).chosen).toMatchObject({
      way: 'wait',
      state: 'waiting-for-venue',
    })
  })
})

const levels = (direction: 1 | -1): fc.Arbitrary<Level[]> =>
  fc
    .uniqueArray(
      fc.record({
        price: fc.integer({ min: 1, max: 99 }).map((cents) => (cents * 100) as Price),
        quantity: fc.integer({ min: 1, max: 20_000 }).map((units) => units as Quantity),
      }),
      { maxLength: 4, selector: ({ price: at }) => at },
    )
    .map((all) => all.sort((a, b) => direction * (a.price - b.price)))
const access = fc.constantFrom('open' as const, 'open' as const, 'halted' as const, 'closed' as const, 'ended' as const)

describe('whatever is offered', () => {
  it('I12 what is sent fits the budget, is whole, no more than is unpaired, and goes to an open venue', () => {
    const worlds = fc.record({
      asks: levels(1),
      bids: levels(-1),
      there: access,
      here: access,
      held: fc.integer({ min: 100, max: 20_000 }),
      budget: fc.integer({ min: 0, max: 60_000_000 }),
      mayHold: fc.boolean(),
    })
    fc.assert(
      fc.property(worlds, ({ asks, bids, there, here, held, budget, mayHold }) => {
        const routes = [completing({ levels: asks, access: there }), selling({ levels: bids, access: here })]
        const { chosen } = chooseCure(
          cure(routes, { unpaired: { ...unpaired, quantity: quantity(held) }, budgetLeft: money(budget), mayHold }),
        )
        expect(chosen.loss).toBeGreaterThanOrEqual(0)
        const isOver = here === 'ended' && there === 'ended' && chosen.way === 'hold'
        if (!isOver) expect(chosen.loss).toBeLessThanOrEqual(budget)
        if (chosen.way === 'hold' || chosen.way === 'wait') return
        expect(chosen.order.quantity % 100).toBe(0)
        expect(chosen.order.quantity).toBeGreaterThan(0)
        expect(chosen.order.quantity).toBeLessThanOrEqual(held)
        expect(chosen.order.venue === 'kalshi' ? here : there).toBe('open')
      }),
      { numRuns: 500 },
    )
  })
})

describe('E2 E3 the number of a cure', () => {
  const idOf = (routes: readonly CureRoute[], change: Partial<CureInput> = {}): string => {
    const { chosen } = chooseCure(cure(routes, change))
    return 'order' in chosen ? chosen.order.clientOrderId : chosen.way
  }

  it('is the reserved one when it completes within what the reserve wrote', () => {
    expect(idOf([completing()])).toBe('cb-t1-c3')
    expect(idOf([completing({ levels: [level('0.60', '100')] })])).toBe('cb-t1-c3')
  })

  it.each<[string, readonly CureRoute[], Partial<CureInput>]>([
    ['sells back', [selling()], {}],
    ['is above the ceiling', [completing({ levels: [level('0.61', '500')], worst: price('0.62') })], {}],
    ['is larger than the first leg', [completing()], { reserved: { ...reserved, quantity: quantity('99') } }],
    ['buys in another market', [completing({ market: marketId('752') })], {}],
  ])('is the one after when it %s', (_what, routes, change) => expect(idOf(routes, change)).toBe('cb-t1-c4'))

  it('goes on from the highest one used, whatever that was', () => {
    expect(idOf([completing()], { unpaired: { ...unpaired, n: 4 } })).toBe('cb-t1-c5')
    expect(idOf([selling()], { unpaired: { ...unpaired, n: 3 } })).toBe('cb-t1-c4')
  })
})
