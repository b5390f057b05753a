import fc from 'fast-check'
import { exitOf, HOLDS, type Holding } from '../../../../src/core/edge/leaving/exit'
import { Book } from '../../../../src/core/market/book'
import { sellingProceedsBound } from '../../../../src/core/market/fees'
import { isPriceOf } from '../../../../src/core/market/grid'
import { ONE_CONTRACT, ONE_DOLLAR, quantity, type Price, type Quantity } from '../../../../src/core/units'
import { CENTS, CONSENSUS, FEES, kalshiBook, level } from '../fixture'

const seed = Date.now() % 2 ** 31
const holding = (change: Partial<Holding> = {}): Holding => ({
  outcome: 'yes',
  quantity: quantity('50'),
  book: kalshiBook([level('0.48', '400')], [level('0.50', '500')]),
  consensus: CONSENSUS,
  fees: FEES,
  bands: CENTS,
  ...change,
})
const bid = (...levels: readonly (readonly [string, string])[]): Partial<Holding> => ({
  book: kalshiBook(
    levels.map(([at, of]) => level(at, of)),
    [level('0.98', '5')],
  ),
})

describe('leaving an edge', () => {
  it('is holding to settlement, whatever is lost meanwhile', () =>
    expect(exitOf(holding(bid(['0.05', '400'])))).toEqual({ kind: 'hold', reason: 'worth more than is bid', netBid: 46_500 }))

  it('happens only where a bid, its fee paid, is above what the books think it worth at the most', () => {
    // 0.578125: 0.59 nets 0.5729, 0.60 nets 0.5831
    expect(exitOf(holding(bid(['0.59', '400']))).kind).toBe('hold')
    expect(exitOf(holding(bid(['0.60', '400'])))).toEqual({
      ...{ kind: 'exit', quantity: 5_000, limit: 6_000, netBid: 583_100 },
      proceedsBound: 50 * 583_100,
    })
  })

  it('sells what is bid for above the limit, and asks no less for it', () =>
    expect(exitOf(holding(bid(['0.62', '10.5'], ['0.60', '7'], ['0.59', '400'])))).toMatchObject({
      kind: 'exit',
      quantity: 1_700,
      limit: 6_000,
    }))

  it('counts NO by the lower bound, and sells it to who asks for YES', () => {
    // NO is worth 0.4375 at the most: 0.46 nets 0.4425
    const book = kalshiBook([level('0.40', '5')], [level('0.54', '400'), level('0.55', '400')])
    expect(exitOf(holding({ outcome: 'no', book }))).toMatchObject({ kind: 'exit', limit: 4_600, quantity: 5_000 })
  })

  it.each<[string, Partial<Holding>]>([
    [HOLDS.noConsensus, { consensus: { kind: 'none', reason: 'no lines', detail: '', dropped: [] } }],
    [HOLDS.feeTerms, { fees: { kind: 'cannot-be-priced', reason: 'flat' } }],
    [HOLDS.grid, { bands: null }],
    [HOLDS.noBook, { book: new Book() }],
    [HOLDS.noBid, { book: kalshiBook([], [level('0.50', '5')]) }],
    [HOLDS.noBid, bid(['0.97', '0.5'])],
  ])('is not judged with %s', (reason, change) => expect(exitOf(holding(change))).toMatchObject({ kind: 'hold', reason }))

  it(`never brings less than the upper bound, at its limit and with all fees (seed ${seed})`, () => {
    const parts = fc.integer({ min: 1, max: 99 })
    const lots = fc.integer({ min: 1, max: 900 }).map((n) => (n * ONE_CONTRACT) as Quantity)
    fc.assert(
      fc.property(parts, lots, lots, fc.double({ min: 0, max: 1, noNaN: true }), fc.boolean(), (at, depth, owned, bound, isYes) => {
        const best = (at * 100) as Price
        const book = isYes
          ? kalshiBook([{ price: best, quantity: depth }], [])
          : kalshiBook([], [{ price: (ONE_DOLLAR - best) as Price, quantity: depth }])
        const consensus = { ...CONSENSUS, lower: isYes ? 0 : 1 - bound, upper: isYes ? bound : 1 }
        const outcome = isYes ? 'yes' : 'no'
        const exit = exitOf(holding({ outcome, book, consensus, quantity: owned }))
        const nets = sellingProceedsBound(FEES, [{ price: best, quantity: ONE_CONTRACT }])
        const worth = isYes ? bound : 1 - (1 - bound)
        if (exit.kind === 'hold') return expect(nets).toBeLessThanOrEqual(Math.ceil(worth * 1_000_000))
        expect(exit.proceedsBound).toBeGreaterThanOrEqual((worth * 1_000_000 * exit.quantity) / ONE_CONTRACT)
        expect(exit.limit <= best && isPriceOf(exit.limit, { venue: 'kalshi', outcome }, CENTS)).toBe(true)
        expect(exit.quantity).toBe(Math.min(depth, owned))
      }),
      { seed, numRuns: 2_000 },
    )
  })
})
