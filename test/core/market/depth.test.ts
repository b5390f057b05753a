import { Book } from '../../../src/core/market/book'
import { isOnGrid, snapDown, snapUp, type PriceBand } from '../../../src/core/market/grid'
import { asksOf, bestAskOf, bidsOf, depthOf, liftedSide, quotedAsks, taken } from '../../../src/core/market/ladder'
import { quoteFreshness, venueFreshness } from '../../../src/core/market/liveness'
import { bookIndex, millis, price, quantity } from '../../../src/core/units'

const level = (at: string, of: string): { price: ReturnType<typeof price>; quantity: ReturnType<typeof quantity> } => ({
  price: price(at),
  quantity: quantity(of),
})

describe('ladders of a Kalshi book in YES terms', () => {
  const book = new Book()
  book.apply(
    { book: bookIndex(0), op: 'replace', bids: [level('0.58', '60'), level('0.57', '80')], asks: [level('0.61', '5'), level('0.63', '7')] },
    1,
    millis(1),
  )

  it('buys YES from the asks and NO from one less the bids', () => {
    expect(asksOf(book, 'yes')).toEqual([level('0.61', '5'), level('0.63', '7')])
    expect(asksOf(book, 'no')).toEqual([level('0.42', '60'), level('0.43', '80')])
    expect([bestAskOf(book, 'yes'), bestAskOf(book, 'no')]).toEqual([6100, 4200])
    expect([liftedSide('yes'), liftedSide('no')]).toEqual(['ask', 'bid'])
  })

  it('sells into the mirror of it', () => {
    expect(bidsOf(book, 'yes')).toEqual([level('0.58', '60'), level('0.57', '80')])
    expect(bidsOf(book, 'no')).toEqual([level('0.39', '5'), level('0.37', '7')])
  })

  it('takes the best part of a ladder', () => {
    expect(taken(asksOf(book, 'no'), quantity('70'))).toEqual([level('0.42', '60'), level('0.43', '10')])
    expect(depthOf(taken(asksOf(book, 'no'), quantity('999')))).toBe(14_000)
  })

  it('never derives what ForecastEx has not quoted', () => {
    const quoted = new Book()
    quoted.apply({ book: bookIndex(1), op: 'top', side: 'bid', price: price('0.44'), quantity: quantity('10') }, 1, millis(1))
    expect(quotedAsks(quoted)).toEqual([])
  })
})

describe('the price grid', () => {
  const band = (start: string, end: string, step: string): PriceBand => ({ start: price(start), end: price(end), step: price(step) })
  const tapered = [band('0', '0.10', '0.001'), band('0.10', '0.90', '0.01'), band('0.90', '1', '0.001')]

  it.each([
    ['0.001', true],
    ['0.0005', false],
    ['0.42', true],
    ['0.425', false],
    ['0.905', true],
    ['0', false],
    ['1', false],
  ])('%s is valid: %s', (at, valid) => expect(isOnGrid(price(at), tapered)).toBe(valid))

  it.each([
    ['0.4299', '0.42', '0.43'],
    ['0.0005', null, '0.001'],
    ['0.9999', '0.999', null],
    ['0.42', '0.42', '0.42'],
    ['0', null, '0.001'],
    ['1', '0.999', null],
  ])('%s snaps down to %s and up to %s', (at, down, up) => {
    expect(snapDown(price(at), tapered)).toBe(down === null ? null : price(down))
    expect(snapUp(price(at), tapered)).toBe(up === null ? null : price(up))
  })
})

describe('freshness keeps two clocks apart', () => {
  it('limits what a venue must have confirmed to 2 s at Kalshi and 4 s at ForecastEx', () => {
    expect(venueFreshness('kalshi', millis(1000), millis(3000)).kind).toBe('fresh')
    expect(venueFreshness('kalshi', millis(1000), millis(3001))).toEqual({ kind: 'stale', ageMs: 2001, limitMs: 2000 })
    expect(venueFreshness('forecastex', millis(1000), millis(5000)).kind).toBe('fresh')
    expect(venueFreshness('forecastex', null, millis(5000)).kind).toBe('unknown')
  })

  it('allows a quote a minute of quiet', () => {
    expect(quoteFreshness(millis(0), millis(60_000)).kind).toBe('fresh')
    expect(quoteFreshness(millis(0), millis(60_001)).kind).toBe('stale')
  })

  it('takes a confirmation from the future for a clock that was set back', () => {
    expect(venueFreshness('kalshi', millis(10_000), millis(7_000)).kind).toBe('stale')
  })
})
