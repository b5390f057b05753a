import { marketId, orderId, tradeId, type Outcome, type Venue } from '../../../src/core/ids'
import type { BookChange, Level } from '../../../src/core/market/event'
import { BookDirectory } from '../../../src/core/market/reference'
import type { FillAssumptions } from '../../../src/core/trade/fill-model'
import type { OrderIntent } from '../../../src/core/trade/order'
import { formatPrice, formatQuantity, millis, price, quantity } from '../../../src/core/units'
import { PaperMarket } from '../../../src/venues/paper/market'
import { Books } from '../../../src/streaming/books'
import { CERTAIN } from '../../replay/backtest/runs'

const MARKETS = { kalshi: marketId('K'), forecastex: marketId('7') } as const
const level = (at: string, of: string): Level => ({ price: price(at), quantity: quantity(of) })
const texts = (levels: readonly Level[] | null): readonly string[] | null =>
  levels && levels.map(({ price: at, quantity: size }) => `${formatPrice(at)} × ${formatQuantity(size)}`)

/** Kalshi YES 0.38 × 30, 0.37 × 10 / 0.40 × 50, 0.41 × 20; ForecastEx NO asked at 0.30 × 20. */
class World {
  readonly #books = new Books()
  readonly #directory = new BookDirectory()
  readonly market: PaperMarket
  #n = 0

  constructor(assumptions: FillAssumptions = CERTAIN) {
    this.market = new PaperMarket(this.#books, this.#directory, assumptions)
  }
  quoted(): this {
    return this.kalshi({
      ...{ op: 'replace', bids: [level('0.38', '30'), level('0.37', '10')] },
      asks: [level('0.40', '50'), level('0.41', '20')],
    }).quote('20')
  }
  kalshi(change: Omit<Extract<BookChange, { op: 'replace' }>, 'book'> | Omit<Extract<BookChange, { op: 'add' }>, 'book'>): this {
    return this.#tell('kalshi', { ...change, book: this.#directory.indexOf('kalshi', MARKETS.kalshi, 'yes') })
  }
  add(side: 'bid' | 'ask', at: string, contracts: number): this {
    return this.kalshi({ op: 'add', side, price: price(at), delta: quantity(contracts * 100) })
  }
  quote(contracts: string, at = '0.30'): this {
    const book = this.#directory.indexOf('forecastex', MARKETS.forecastex, 'no')
    return this.#tell('forecastex', { book, op: 'top', side: 'ask', price: price(at), quantity: quantity(contracts) })
  }
  #tell(venue: Venue, change: BookChange): this {
    const n = ++this.#n
    this.#books.apply({ venue, conn: 1, n, recvMs: millis(n), kind: 'book', change, venueMs: null })
    return this
  }
  levels(venue: Venue, outcome: Outcome, action: OrderIntent['action'] = 'buy'): readonly string[] | null {
    return texts(this.market.levels({ venue, market: MARKETS[venue], outcome, action }))
  }
  meet(venue: Venue, outcome: Outcome, contracts: string, limit: string, action: OrderIntent['action'] = 'buy'): readonly string[] | null {
    return texts(this.market.meet(orderOf(venue, outcome, contracts, limit, action)).levels)
  }
}
const orderOf = (venue: Venue, outcome: Outcome, contracts: string, limit: string, action: OrderIntent['action'] = 'buy'): OrderIntent => ({
  ...{ clientOrderId: orderId(tradeId('t1'), 'a', 1), tradeId: tradeId('t1'), venue, market: MARKETS[venue], outcome, action },
  ...{ limit: price(limit), quantity: quantity(contracts), timeInForce: 'ioc', purpose: 'opening', notAfterMs: millis(0) },
})

describe('a recorded book as a taker meets it', () => {
  it('sells in the order of its prices, up to the limit, and tells what was displayed there', () => {
    const { market } = new World().quoted()
    const met = market.meet(orderOf('kalshi', 'yes', '60', '0.41'))
    expect([texts(met.levels), met.displayed]).toEqual([['0.4000 × 50.00', '0.4100 × 10.00'], 7_000])
    expect(texts(market.meet(orderOf('kalshi', 'yes', '60', '0.40')).levels)).toEqual([])
  })

  it('sells nothing twice', () => {
    const world = new World().quoted()
    expect(world.meet('kalshi', 'yes', '30', '0.40')).toEqual(['0.4000 × 30.00'])
    expect(world.levels('kalshi', 'yes')).toEqual(['0.4000 × 20.00', '0.4100 × 20.00'])
    expect(world.meet('kalshi', 'yes', '30', '0.40')).toEqual(['0.4000 × 20.00'])
    expect(world.meet('kalshi', 'yes', '30', '0.40')).toEqual([])
  })

  it('looking takes nothing', () => {
    const world = new World().quoted()
    for (let n = 0; n < 3; n++) expect(world.levels('forecastex', 'no')).toEqual(['0.3000 × 20.00'])
    expect(world.market.covers(orderOf('forecastex', 'no', '20', '0.30'))).toBe(true)
  })

  it('is one level for both outcomes of Kalshi: what was bought as NO cannot be hit as YES', () => {
    const world = new World().quoted()
    expect(world.levels('kalshi', 'no')).toEqual(['0.6200 × 30.00', '0.6300 × 10.00'])
    expect(world.meet('kalshi', 'no', '20', '0.62')).toEqual(['0.6200 × 20.00'])
    expect(world.levels('kalshi', 'yes', 'sell')).toEqual(['0.3800 × 10.00', '0.3700 × 10.00'])
    expect(world.meet('kalshi', 'yes', '30', '0.37', 'sell')).toEqual(['0.3800 × 10.00', '0.3700 × 10.00'])
    expect(world.levels('kalshi', 'no')).toEqual([])
    // the other side is untouched: NO is sold into the asks
    expect(world.levels('kalshi', 'no', 'sell')).toEqual(['0.6000 × 50.00', '0.5900 × 20.00'])
  })

  it('buys from nobody beyond the limit of a sale', () => {
    expect(new World().quoted().meet('kalshi', 'yes', '50', '0.38', 'sell')).toEqual(['0.3800 × 30.00'])
  })

  it('of ForecastEx buys nothing back', () => {
    const world = new World().quoted()
    expect([world.levels('forecastex', 'no', 'sell'), world.meet('forecastex', 'no', '5', '0.01', 'sell')]).toEqual([[], []])
  })

  it('that nobody told is none: nothing is displayed, nothing taken', () => {
    const world = new World()
    expect([world.levels('kalshi', 'yes'), world.levels('forecastex', 'no')]).toEqual([null, null])
    expect(world.market.meet(orderOf('kalshi', 'yes', '1', '0.99'))).toEqual({ displayed: 0, levels: [] })
    expect(world.quoted().levels('forecastex', 'yes')).toBeNull()
  })

  it('has less for us than it shows: κ behind the best level, a phantom of each', () => {
    const world = new World({ depthFactor: 8_000, phantom: 1_000, waits: 'ninth-decile' }).quoted()
    expect(world.meet('kalshi', 'yes', '70', '0.41')).toEqual(['0.4000 × 45.00', '0.4100 × 14.00'])
    expect(world.levels('kalshi', 'yes')).toEqual(['0.4000 × 5.00', '0.4100 × 6.00'])
  })
})

describe('what was taken here', () => {
  it('is there again when ForecastEx tells the quote anew, and not before', () => {
    const world = new World().quoted()
    expect(world.meet('forecastex', 'no', '20', '0.30')).toEqual(['0.3000 × 20.00'])
    expect([world.levels('forecastex', 'no'), world.market.covers(orderOf('forecastex', 'no', '1', '0.30'))]).toEqual([[], false])
    world.add('ask', '0.41', 1)
    expect(world.levels('forecastex', 'no')).toEqual([])
    expect(world.quote('20').levels('forecastex', 'no')).toEqual(['0.3000 × 20.00'])
  })

  it('stays taken while a level grows and shrinks, and is of no more than the level shows', () => {
    const world = new World().quoted()
    world.meet('kalshi', 'yes', '30', '0.40')
    expect(world.add('ask', '0.40', 10).levels('kalshi', 'yes')?.[0]).toBe('0.4000 × 30.00')
    expect(world.add('ask', '0.40', -15).levels('kalshi', 'yes')?.[0]).toBe('0.4000 × 15.00')
    expect(world.add('ask', '0.40', -44).levels('kalshi', 'yes')).toEqual(['0.4100 × 20.00'])
    expect(world.add('ask', '0.40', 4).levels('kalshi', 'yes')?.[0]).toBe('0.4000 × 4.00')
  })

  it('is not for sale again when others came and went', () => {
    const world = new World().quoted()
    world.meet('kalshi', 'yes', '50', '0.40')
    expect(world.add('ask', '0.40', 50).levels('kalshi', 'yes')?.[0]).toBe('0.4000 × 50.00')
    expect(world.add('ask', '0.40', -50).levels('kalshi', 'yes')).toEqual(['0.4100 × 20.00'])
  })

  it('is another one when the level was seen to be gone', () => {
    const world = new World().quoted()
    world.meet('kalshi', 'yes', '50', '0.40')
    expect(world.add('ask', '0.40', -50).levels('kalshi', 'yes')).toEqual(['0.4100 × 20.00'])
    expect(world.add('ask', '0.40', 7).levels('kalshi', 'yes')?.[0]).toBe('0.4000 × 7.00')
  })

  it('is of its price alone', () => {
    const world = new World().quoted()
    world.meet('kalshi', 'yes', '50', '0.40')
    expect(world.levels('kalshi', 'yes')).toEqual(['0.4100 × 20.00'])
    expect(world.add('ask', '0.39', 5).levels('kalshi', 'yes')).toEqual(['0.3900 × 5.00', '0.4100 × 20.00'])
  })
})
