import type { BacktestResult, PaperSettlement, PaperTrade } from '../../../src/core/report/backtest/result'
import { millis, money } from '../../../src/core/units'
import { HOUR_MS, later, MARKET, NOW } from '../../core/edge/fixture'
import { Game } from './game'
import { SPREAD } from './runs'

const paid = (yesPays: string, atMs: number = later(16 * HOUR_MS)): readonly PaperSettlement[] => [
  { venue: 'kalshi', market: MARKET.kalshi, yesPays: money(yesPays), atMs: millis(atMs) },
]
const only = ({ trades }: BacktestResult): PaperTrade => {
  const [trade, ...others] = trades
  if (!trade || others.length > 0) throw new Error(`${trades.length} trades`)
  return trade
}
const salesOf = (trade: PaperTrade): readonly (readonly number[])[] =>
  trade.orders.filter(({ leg }) => leg === 'c').map(({ wanted, displayed, filled }) => [wanted, displayed, filled])

describe('ruling 13 in a recording: what an edge holds', () => {
  it('is sold to the micro-dollar, in the turn of the look and after the waits of a sale', async () => {
    const game = new Game().bought()
    const soldMs = game.bid('500.00').nowMs
    const result = await game.pass(20_000).run({ settlements: paid('1') })
    const trade = only(result)
    // 10 × (0.61 − 0.50), less 0.07 × 10 × 0.50 × 0.50 = 0.175 and 0.07 × 10 × 0.61 × 0.39 = 0.16653, which Kalshi makes 0.1666
    expect(trade).toMatchObject({ label: 'unwound', held: 0, fees: 341_600, pnl: 758_400, pnlKind: 'realised', filledAsPlanned: true })
    expect(trade.reason).toBe('sale of 10.00 YES ≥ 0.5900, $0.5932 net is bid for one')
    // 100 to decide, 10 for the step, 20 one way
    expect(trade.sold).toEqual({ quantity: 1_000, brought: 5_933_400, lastMs: soldMs + 130, wouldHavePaid: 10_000_000 })
    expect([trade.settledMs, trade.capital]).toEqual([soldMs + 130, 5_000_000])
    expect(result.pnl).toEqual({ realised: 758_400, guaranteed: 0, open: 0 })
    expect(result.equity.at(-1)).toEqual({ atMs: soldMs + 130, pnl: 758_400 })
    expect(result.ledger).toEqual({ transfers: 5, sumMicros: 0, violations: [] })
  })

  it('is held to settlement where nobody bids enough', async () => {
    const result = await new Game()
      .bought()
      .bid('500.00', '0.5800', '0.5900')
      .run({ settlements: paid('1') })
    // 10 × 0.50 − 0.175
    expect(only(result)).toMatchObject({ label: 'held', sold: null, pnl: 4_825_000, settledMs: later(16 * HOUR_MS) })
  })

  it('is never sold below the price that nets more than it is worth, and of what is bid there no more than is displayed', async () => {
    const game = new Game().bought().book(
      [
        ['0.6100', '4.00'],
        ['0.5800', '500.00'],
      ],
      [['0.6200', '500.00']],
    )
    const trade = only(await game.pass(1_000).odds().pass(5_000).run())
    expect(salesOf(trade)).toEqual([[400, 400, 400]])
    expect(trade).toMatchObject({ label: 'held', held: 600, sold: { quantity: 400 }, pnlKind: 'open' })
    // 4 × 0.61 − 0.066612 (made 0.0667) for four of ten that cost 0.50 each and 0.175 in all
    expect([trade.sold?.brought, trade.pnl]).toEqual([2_373_300, 2_373_300 - 2_000_000 - 175_000])
  })

  it('is sold in part, and the rest is paid with its market', async () => {
    const result = await new Game()
      .bought()
      .bid('4.00')
      .pass(20_000)
      .run({ settlements: paid('0') })
    const trade = only(result)
    expect(trade).toMatchObject({ held: 600, sold: { quantity: 400, wouldHavePaid: 0 }, pnlKind: 'realised', pnl: 2_373_300 - 5_175_000 })
    expect([result.pnl.realised, result.ledger.violations]).toEqual([trade.pnl, []])
  })

  it('meets the book as market-math §7 has it: levels thin out, and some of each is gone', async () => {
    const game = new Game().bought().book(
      [
        ['0.6200', '5.00'],
        ['0.6100', '5.00'],
      ],
      [['0.6300', '500.00']],
    )
    const assumptions = { depthFactor: 5_000, phantom: 2_000, waits: 'ninth-decile' } as const
    const trade = only(await game.pass(1_000).odds().pass(5_000).run({ assumptions }))
    // 5 × 0.8, then 5 × 0.8 × 0.5
    expect(salesOf(trade)).toEqual([[1_000, 1_000, 600]])
  })

  it('is asked for again after ten seconds: what was taken here is taken, until another quote is shown', async () => {
    const game = new Game().bought().bid('4.00').pass(30_000)
    const taken = only(await game.run())
    expect(salesOf(taken)).toEqual([[400, 400, 400]])
    expect(taken.reason).toMatch(/: not sold: taken here before; settle owns what remains$/)
    const more = only(await game.bid('6.00').pass(60_000).run())
    expect(salesOf(more)).toEqual([
      [400, 400, 400],
      [600, 200, 200],
    ])
    const anew = only(await game.bid('4.00', '0.6200', '0.6300').pass(60_000).run())
    expect(salesOf(anew).at(-1)).toEqual([400, 400, 400])
    expect(anew).toMatchObject({ label: 'unwound', held: 0, sold: { quantity: 1_000 } })
  })

  it('is held when the bid has gone on the way', async () => {
    const game = new Game().bought().bid('500.00')
    const beside = game.book([['0.6100', '500.00']], [['0.6200', '500.00']])
    // chosen 100 ms after the look, and there 30 ms later
    const trade = only(
      await beside
        .pass(110)
        .book([['0.5700', '500.00']], [['0.5800', '500.00']])
        .pass(5_000)
        .run(),
    )
    expect(salesOf(trade)).toEqual([[1_000, 0, 0]])
    expect(trade).toMatchObject({ label: 'held', held: 1_000, sold: null })
    expect(trade.reason).toMatch(/^sale of 10\.00 YES .*: not sold: the bid had gone; settle owns what remains$/)
  })

  it('is held when the books say otherwise at the moment of its order', async () => {
    const game = new Game().bought().bid('500.00').pass(50).odds(1.55)
    const trade = only(await game.pass(5_000).run())
    expect(salesOf(trade)).toEqual([])
    expect(trade.reason).toContain('not sold: worth more than is bid')
  })

  it.each<[string, (game: Game) => Game]>([
    [
      'once its game has begun',
      (game) =>
        game
          .book([['0.6100', '9.00']], [['0.6200', '9.00']])
          .pass(1_000)
          .odds(1.7, { commenceMs: NOW }),
    ],
    [
      'by odds that are older than the bid',
      (game) =>
        game
          .odds()
          .pass(3_000)
          .book([['0.6100', '9.00']], [['0.6200', '9.00']]),
    ],
  ])('E28, guard 22: is not sold %s', async (_when, happens) => {
    expect(only(await happens(new Game().bought()).pass(5_000).run())).toMatchObject({ label: 'held', sold: null })
  })

  it('I3 is not sold when its market has paid while the sale was on its way', async () => {
    const game = new Game().bought()
    const atMs = game.bid('500.00').nowMs + 120
    const result = await game.pass(5_000).run({ settlements: paid('1', atMs) })
    expect(only(result)).toMatchObject({ pnl: 4_825_000, pnlKind: 'realised', sold: null, settledMs: atMs })
    expect(only(result).reason).toContain('not sold: lots')
    expect(result.ledger.violations).toEqual([])
  })
})

describe('what a sale leaves', () => {
  it('E7 is a market that may be bought again after the cool-down', async () => {
    const game = new Game().bought().bid('500.00').pass(60_000)
    const again = game
      .book([['0.4900', '500.00']], [['0.5000', '400.00']])
      .pass(1_000)
      .odds()
      .pass(3_000)
    const { trades, ledger } = await again.run({ settlements: paid('1') })
    expect(trades.map(({ label, quantity: size }) => [label, size])).toEqual([
      ['unwound', 1_000],
      ['held', 1_000],
    ])
    expect(ledger.violations).toEqual([])
  })

  it('gives the same digest again, however slowly the frames come, and another one than holding', async () => {
    const game = new Game().bought().bid('4.00').pass(20_000).bid('6.00', '0.6200', '0.6300').pass(20_000)
    const drawn = { waits: SPREAD, assumptions: { depthFactor: 8_000, phantom: 1_000, waits: 'drawn' } } as const
    const first = await game.run(drawn)
    expect(only(first).orders.length).toBeGreaterThan(2)
    expect(await game.run(drawn)).toEqual(first)
    expect(await game.run({ ...drawn, isSlow: true })).toEqual(first)
    const times = ({ trades }: BacktestResult): readonly number[] =>
      trades.flatMap(({ orders }) => orders.map(({ arrivedMs }) => arrivedMs))
    const other = await game.run({ ...drawn, seed: 'run2' })
    expect([times(other), other.sha256]).not.toEqual([times(first), first.sha256])
  })
})
