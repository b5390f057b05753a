import { price, quantity, millis, money } from '../../../src/core/units'
import { marketId } from '../../../src/core/ids'
import { toFill, toYesOrder } from '../../../src/venues/kalshi/direction'

describe('one book, two names (kalshi.md §6.1)', () => {
  it.each([
    ['buy', 'yes', '0.30', 'bid', '0.30'],
    ['sell', 'yes', '0.30', 'ask', '0.30'],
    ['buy', 'no', '0.30', 'ask', '0.70'],
    ['sell', 'no', '0.30', 'bid', '0.70'],
  ] as const)('%s %s at %s is a %s at %s', (action, outcome, limit, side, yesPrice) => {
    expect(toYesOrder({ action, outcome, limit: price(limit) })).toEqual({ side, price: price(yesPrice) })
  })

  const fill = {
    executionId: 'x1',
    venueOrderId: 'o1',
    market: marketId('M'),
    side: 'ask' as const,
    yesPrice: price('0.62'),
    quantity: quantity('2.50'),
    fee: money('0.017'),
    atMs: millis(1),
  }
  it('tells a fill in the terms of its order', () => {
    expect(toFill(fill, 'acc', { action: 'buy', outcome: 'no' })).toMatchObject({ action: 'buy', outcome: 'no', price: price('0.38') })
    expect(toFill(fill, 'acc', { action: 'sell', outcome: 'yes' })).toMatchObject({ action: 'sell', outcome: 'yes', price: price('0.62') })
  })
  it('tells a fill without its order as what it buys', () => {
    expect(toFill(fill, 'acc', null)).toMatchObject({
      action: 'buy',
      outcome: 'no',
      price: price('0.38'),
      fee: money('0.017'),
      corrects: null,
    })
  })
})
