import { forgetfulStore } from '../../../src/sim/state'
import type { SimClock } from '../../../src/sim/clock'
import type { FillRow, OrderRow } from '../../../src/sim/kalshi/rows'
import { Tables } from '../../../src/sim/kalshi/tables'

const ORDERS = 10_000
const TICKERS = 40
const clock = { nowMs: () => 0, after: () => () => undefined } as unknown as SimClock

const orderOf = (n: number): OrderRow =>
  ({ orderId: `order-${n}`, accountId: 'main', ticker: `KX-${n % TICKERS}`, status: 'executed' }) as unknown as OrderRow
const fillOf = (n: number): FillRow => ({ tradeId: `trade-${n}`, orderId: `order-${n}`, ticker: `KX-${n % TICKERS}` }) as unknown as FillRow

describe('ten thousand orders at the simulated Kalshi', () => {
  const tables = new Tables(forgetfulStore, clock, 1, () => 0)
  for (let n = 0; n < ORDERS; n += 1) {
    tables.put('order', `order-${n}`, { ...orderOf(n), status: 'resting' })
    tables.put('order', `order-${n}`, orderOf(n))
    tables.put('fill', `trade-${n}`, fillOf(n))
  }

  it('a client that asks for one market is shown its rows alone, in their order', () => {
    const own = Array.from({ length: ORDERS / TICKERS }, (_, i) => 3 + i * TICKERS)
    expect(tables.shownAt('order', 'KX-3')).toEqual(own.map(orderOf))
    expect(tables.shownAt('fill', 'KX-3')).toEqual(own.map(fillOf))
    expect(tables.shownAt('order', 'KX-none')).toEqual([])
  })

  it('and the fills of one order are found without the others', () => expect(tables.shownAt('fill', 'order-77')).toEqual([fillOf(77)]))

  it('nothing of them rests', () => expect(tables.shownResting('main')).toEqual([]))
})
