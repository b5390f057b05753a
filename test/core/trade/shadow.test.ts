import type { Level } from '../../../src/core/market/event'
import { putBack } from '../../../src/core/trade/shadow'
import { formatPrice, formatQuantity, price, quantity } from '../../../src/core/units'

const level = (at: string, of: string): Level => ({ price: price(at), quantity: quantity(of) })
const texts = (levels: readonly Level[]): readonly string[] =>
  levels.map(({ price: at, quantity: size }) => `${formatPrice(at)} × ${formatQuantity(size)}`)
const sent = [level('0.40', '50'), level('0.41', '20')]

describe('what an order took', () => {
  it('is there again for its twin, where the book has heard of it', () => {
    const own = [level('0.40', '25'), level('0.40', '25'), level('0.41', '5')]
    expect(texts(putBack(own, { sent, now: [level('0.41', '15')] }, 'buy'))).toEqual(['0.4000 × 50.00', '0.4100 × 20.00'])
  })

  it('is not there twice, where the book has not', () => {
    expect(texts(putBack([level('0.40', '50')], { sent, now: sent }, 'buy'))).toEqual(['0.4000 × 50.00', '0.4100 × 20.00'])
  })

  it('does not bring back what others took, nor what nobody showed', () => {
    expect(texts(putBack([level('0.40', '10')], { sent, now: [level('0.40', '5')] }, 'buy'))).toEqual(['0.4000 × 15.00'])
    expect(texts(putBack([level('0.39', '10')], { sent, now: [] }, 'buy'))).toEqual([])
    expect(texts(putBack([level('0.40', '10')], { sent: [], now: [level('0.40', '5')] }, 'buy'))).toEqual(['0.4000 × 5.00'])
  })

  it('stands among what came since, best first, of a sale the dearest', () => {
    const now = [level('0.41', '30'), level('0.42', '1')]
    expect(texts(putBack([level('0.40', '50')], { sent, now }, 'buy'))).toEqual(['0.4000 × 50.00', '0.4100 × 30.00', '0.4200 × 1.00'])
    expect(texts(putBack([level('0.38', '5')], { sent: [level('0.38', '5')], now: [level('0.37', '9')] }, 'sell'))).toEqual([
      '0.3800 × 5.00',
      '0.3700 × 9.00',
    ])
  })
})
