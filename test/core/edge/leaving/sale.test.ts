import { HOLDS } from '../../../../src/core/edge/leaving/exit'
import { saleOf, saleOrder } from '../../../../src/core/edge/leaving/sale'
import type { EdgeInput } from '../../../../src/core/edge/finding'
import { EDGE_CHECKS } from '../../../../src/core/edge/refusals'
import { marketId, tradeId } from '../../../../src/core/ids'
import { price, quantity } from '../../../../src/core/units'
import { CONSENSUS, edgeInput, HOUR_MS, kalshiBook, later, level, mapped, NOW, rules, TICKER } from '../fixture'

const HELD = { outcome: 'yes', quantity: quantity('50') } as const
/** 0.62 is bid for what is thought worth 0.578125 at the most, and the books have spoken since. */
const bid = (change: Partial<EdgeInput> = {}): EdgeInput =>
  edgeInput({ book: kalshiBook([level('0.62', '400')], [level('0.64', '500')]), ...change })

describe('a sale', () => {
  it('is made where the bid nets more than the contracts are worth at the most', () => {
    expect(saleOf(HELD, bid())).toEqual({
      ...{ kind: 'exit', quantity: 5_000, limit: 6_000, netBid: 603_400, proceedsBound: expect.any(Number) },
      startsMs: later(12 * HOUR_MS),
    })
  })
  it('is made of NO where somebody asks little for YES', () => {
    const book = kalshiBook([level('0.50', '400')], [level('0.52', '500')])
    expect(saleOf({ ...HELD, outcome: 'no' }, bid({ book }))).toMatchObject({ kind: 'exit', limit: expect.any(Number) })
    expect(saleOf(HELD, bid({ book }))).toMatchObject({ kind: 'hold', reason: HOLDS.worthMore })
  })
  it('asks no condition of a profile: they choose among openings', () => {
    expect(saleOf(HELD, bid({ ...rules({ minEdge: quantity('1') as never, minBooks: 99 }) })).kind).toBe('exit')
  })
  it.each<[string, Partial<EdgeInput>]>([
    [EDGE_CHECKS.mapping, mapped({ status: 'review' })],
    [EDGE_CHECKS.notStarted, { nowMs: later(13 * 3_600_000) }],
    [EDGE_CHECKS.odds, { odds: { eventId: 'e1', commenceMs: later(12 * 3_600_000), fetchedMs: later(-600_000) } }],
    [EDGE_CHECKS.consensus, { consensus: { ...CONSENSUS, oldestMs: later(-600_000) } }],
    [EDGE_CHECKS.marketOpen, { status: 'closed' }],
    [EDGE_CHECKS.kalshiAlive, { confirmedAtMs: later(-10_000) }],
    [EDGE_CHECKS.twoSided, { book: kalshiBook([level('0.62', '400')], []) }],
    [EDGE_CHECKS.crossed, { book: kalshiBook([level('0.62', '400')], [level('0.52', '500')]) }],
    // Kalshi may know what the books do not yet
    [EDGE_CHECKS.oddsAfterMove, { movedAtMs: later(-1_000) }],
    [EDGE_CHECKS.confirmed, { book: kalshiBook([level('0.66', '400')], [level('0.68', '500')]) }],
    [EDGE_CHECKS.review, { book: kalshiBook([level('0.75', '400')], [level('0.77', '500')]), ...rules({ confirmFrom: null }) }],
  ])('is not made against the check %s', (reason, change) => {
    expect(saleOf(HELD, bid(change))).toMatchObject({ kind: 'hold', reason })
  })
  it.each([
    [HOLDS.noConsensus, { consensus: { kind: 'none', reason: 'no lines', detail: '', dropped: [] } }],
    [HOLDS.worthMore, { book: kalshiBook([level('0.59', '400')], [level('0.64', '500')]) }],
  ] as const)('is not made with %s', (reason, change) => {
    expect(saleOf(HELD, bid(change as Partial<EdgeInput>))).toMatchObject({ kind: 'hold', reason })
  })
})

describe('the order of a sale', () => {
  it('E2, E4 is the next of its trade, reduces, and asks no less than the limit', () => {
    const held = { tradeId: tradeId('T1'), market: marketId(TICKER), outcome: 'yes', n: 3 } as const
    const sale = saleOf(HELD, bid())
    expect(sale.kind).toBe('exit')
    if (sale.kind === 'exit')
      expect(saleOrder(held, sale, NOW)).toEqual({
        ...{ clientOrderId: 'cb-T1-c4', tradeId: 'T1', venue: 'kalshi', market: TICKER, outcome: 'yes', action: 'sell' },
        ...{ quantity: 5_000, limit: price('0.60'), timeInForce: 'ioc', purpose: 'reducing', notAfterMs: later(2_500) },
      })
  })
  it('does not leave after the game has begun', () => {
    const sale = saleOf(HELD, bid())
    expect(sale.kind).toBe('exit')
    if (sale.kind === 'exit') {
      const held = { tradeId: tradeId('T1'), market: marketId(TICKER), outcome: 'yes', n: 1 } as const
      expect(saleOrder(held, { ...sale, startsMs: later(100) }, NOW).notAfterMs).toBe(later(100))
    }
  })
})
