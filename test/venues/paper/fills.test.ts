import { orderId, tradeId, type Venue } from '../../../src/core/ids'
import type { Level } from '../../../src/core/market/event'
import { depthOf } from '../../../src/core/market/ladder'
import { Book } from '../../../src/core/market/book'
import { BookDirectory } from '../../../src/core/market/reference'
import type { Fill, OrderIntent } from '../../../src/core/trade/order'
import { PAPER_PRESETS, type PaperModel, type PaperPreset } from '../../../src/core/trade/paper'
import { price, quantity } from '../../../src/core/units'
import { arrive } from '../../../src/venues/paper/fills'
import { PaperMarket } from '../../../src/venues/paper/market'
import { Chances, seedOf } from '../../chances'
import { AT, displayed, FEES, MARKET, randomBook, randomOrder } from './worlds'

const WORLDS = 150
const ORDERS = 6
const PRESETS = Object.keys(PAPER_PRESETS) as PaperPreset[]

const sum = (fills: readonly Fill[], of: (fill: Fill) => number): number => fills.reduce((total, fill) => total + of(fill), 0)

/** One order against what its book displays. */
function judge(order: OrderIntent, fills: readonly Fill[], levels: readonly Level[]): void {
  const sign = order.action === 'buy' ? 1 : -1
  for (const { price: at, fee } of fills) {
    expect(at * sign).toBeLessThanOrEqual(order.limit * sign)
    expect(fee).toBeGreaterThanOrEqual(0)
    // no better than the best that is displayed
    expect(at * sign).toBeGreaterThanOrEqual((levels[0]?.price ?? NaN) * sign)
  }
  const filled = sum(fills, ({ quantity: size }) => size)
  expect(filled).toBeLessThanOrEqual(order.quantity)
  if (order.timeInForce === 'fok') expect([0, order.quantity]).toContain(filled)
  if (filled > 0) expect(sum(fills, ({ fee }) => fee ?? 0)).toBeGreaterThan(0)
}

describe('B12 a paper fill', () => {
  const seed = seedOf()
  it.each(PRESETS)(
    `under %s is within its limit, all fills within the depth, and charged as the venue charges (seed ${seed})`,
    (preset) => {
      const chances = new Chances(seed)
      let filledAtAll = 0
      for (let world = 0; world < WORLDS; world++) {
        const venue = chances.of<Venue>(['kalshi', 'forecastex'])
        const book = randomBook(chances, venue)
        const directory = new BookDirectory()
        if (venue === 'kalshi') directory.indexOf(venue, MARKET, 'yes')
        else for (const outcome of ['yes', 'no'] as const) directory.indexOf(venue, MARKET, outcome)
        const model: PaperModel = PAPER_PRESETS[preset]
        const market = new PaperMarket({ at: () => book }, directory, model)
        const taken = new Map<string, number>()
        for (let n = 0; n < ORDERS; n++) {
          const order = randomOrder(chances, venue, n)
          const levels = displayed(book, order)
          const fills = arrive(order, market, { model, seed: String(world), fees: FEES[venue], atMs: AT })
          judge(order, fills, levels)
          // both outcomes of a side of Kalshi's book are the same contracts; ForecastEx's outcomes here show one book each
          const side = venue === 'kalshi' ? String((order.outcome === 'yes') === (order.action === 'buy')) : order.outcome
          const all = (taken.get(side) ?? 0) + sum(fills, ({ quantity: size }) => size)
          taken.set(side, all)
          expect(all).toBeLessThanOrEqual(depthOf(levels))
          filledAtAll += fills.length
        }
      }
      expect(filledAtAll).toBeGreaterThan(WORLDS / 10)
    },
  )

  it('that prices have moved away from is dearer than displayed by so much, and none beyond its limit', () => {
    const directory = new BookDirectory()
    const book = new Book()
    const index = directory.indexOf('kalshi', MARKET, 'yes')
    const asks = [
      { price: price('0.40'), quantity: quantity('30') },
      { price: price('0.42'), quantity: quantity('30') },
    ]
    book.apply({ book: index, op: 'replace', bids: [], asks }, 1, AT)
    const most = price('0.01')
    const slips: PaperModel = { ...PAPER_PRESETS['first-default'], fillRate: 10_000, slippage: { rate: 10_000, most }, part: WHOLE }
    const seen = new Set<string>()
    for (let n = 0; n < 40; n++) {
      const market = new PaperMarket({ at: () => book }, directory, slips)
      const order: OrderIntent = {
        ...{ clientOrderId: orderId(tradeId('t1'), 'c', n + 1), tradeId: tradeId('t1'), venue: 'kalshi', market: MARKET },
        ...{ outcome: 'yes', action: 'buy', limit: price('0.42'), quantity: quantity('60') },
        ...{ timeInForce: 'ioc', purpose: 'opening', notAfterMs: AT },
      }
      const fills = arrive(order, market, { model: slips, seed: 's', fees: FEES.kalshi, atMs: AT })
      seen.add([...new Set(fills.map(({ price: at }) => at))].join(' '))
    }
    expect(seen).toEqual(new Set(['4000 4200', '4100']))
  })
})
const WHOLE = { rate: 0, least: 10_000, most: 10_000 }
