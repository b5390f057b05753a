import { marketId, orderId, otherOutcome, subjectId, tradeId, type Outcome, type Venue } from '../../../src/core/ids'
import { balancesOf } from '../../../src/core/ledger/balances'
import { forecastexFees, kalshiFees, type VenueFees } from '../../../src/core/market/fees'
import { DIRECT_GRID } from '../../../src/core/market/fees-kalshi'
import { mulberry32 } from '../../../src/core/random'
import type { Fill, OrderIntent } from '../../../src/core/trade/order'
import type { BoxPlan } from '../../../src/core/trade/plan'
import { formatMoney, millis, money, price, quantity, type Money } from '../../../src/core/units'
import { PaperLedger } from '../../../src/replay/backtest/paper-ledger'

const NOW = millis(Date.UTC(2026, 10, 21, 17))
const MARKETS = { kalshi: marketId('KXU3-T4'), forecastex: marketId('751') } as const
const DOLLAR = money('1')
const FEES = ((): Readonly<Record<Venue, VenueFees>> => {
  const terms = { feeType: 'quadratic', multiplier: 10_000, fetchedAtMs: NOW } as const
  const kalshi = kalshiFees(terms, { balanceGrid: DIRECT_GRID, slackPerContract: money(100) })
  if (kalshi.kind !== 'priced') throw new Error('the taker fee has a formula')
  return { kalshi, forecastex: forecastexFees(NOW) }
})()

/** Market-math §9: 100 contracts, Kalshi YES at 0.42 and ForecastEx NO at 0.54, limit 0.55. */
function planOf(name = 't1'): BoxPlan {
  const id = tradeId(name)
  const order = (venue: Venue, slot: 'a' | 'b', n: number, outcome: Outcome, limit: string): OrderIntent => ({
    ...{ clientOrderId: orderId(id, slot, n), tradeId: id, venue, market: MARKETS[venue], action: 'buy', outcome, limit: price(limit) },
    ...{ quantity: quantity('100'), timeInForce: 'ioc', purpose: slot === 'a' ? 'opening' : 'reducing', notAfterMs: NOW },
  })
  const [first, second] = [order('kalshi', 'a', 1, 'yes', '0.42'), order('forecastex', 'b', 2, 'no', '0.55')]
  return {
    ...{ tradeId: id, strategy: 'box', mode: 'sim', lossBudget: money('5'), dearestCure: money(0) },
    ...{ rules: { certificate: null, limits: '', config: '' }, cure: { ...second, clientOrderId: orderId(id, 'c', 3) } },
    legs: [
      { order: first, costBound: money('43.72') },
      { order: second, costBound: money('55') },
    ],
    opportunity: {
      ...{ strategy: 'box', subject: subjectId('u3'), n: 1, seenAtMs: NOW, netEdge: money('1.2948'), expectedValue: money(0) },
      ...{ unwindLoss: money('2'), maximumLoss: money('43.72'), verdicts: [] },
    },
  }
}

/** A ledger with $1,000 at each venue, and one trade of it. */
class Books {
  readonly ledger = new PaperLedger()
  #executions = 0
  constructor(readonly plan = planOf()) {
    this.ledger.open(
      (['kalshi', 'forecastex'] as const).map((purse) => ({ purse, cash: money('1000') })),
      NOW,
    )
    this.ledger.grant(plan, NOW)
  }
  buy = (leg: 0 | 1, contracts: string, at: string): this => this.fill(this.plan.legs[leg].order, contracts, at)
  fill(order: OrderIntent, contracts: string, at: string): this {
    const fill: Fill = {
      ...{ venue: order.venue, account: 'paper', venueOrderId: order.clientOrderId, executionId: `x${++this.#executions}`, corrects: null },
      ...{ market: order.market, outcome: order.outcome, action: order.action, price: price(at), quantity: quantity(contracts) },
      ...{ fee: null, atMs: NOW },
    }
    this.ledger.book(order, [fill], FEES[order.venue])
    return this
  }
  cure(leg: 0 | 1, action: 'buy' | 'sell', outcome: Outcome, n = 4): OrderIntent {
    return { ...this.plan.legs[leg].order, clientOrderId: orderId(this.plan.tradeId, 'c', n), action, outcome, purpose: 'reducing' }
  }
  end(): this {
    this.ledger.release(this.plan.tradeId, NOW)
    return this
  }
  settle(venue: Venue, yesPays: string): this {
    this.ledger.settle({ venue, market: MARKETS[venue], yesPays: money(yesPays), atMs: NOW })
    return this
  }
  worth(locked: string, hasOpen: boolean): readonly unknown[] {
    const { kind, realisedPnl, maxRemainingLoss } = this.ledger.worthOf(this.plan.tradeId, quantity(locked), DOLLAR, hasOpen)
    return [kind, formatMoney(realisedPnl), formatMoney(maxRemainingLoss)]
  }
  /** Every account that is not at zero, in dollars. */
  balances(): Readonly<Record<string, string>> {
    return Object.fromEntries([...balancesOf(this.ledger.transfers)].map(([account, amount]) => [account, formatMoney(amount)]))
  }
  expectSound(): void {
    expect(this.ledger.violations()).toEqual([])
    expect([...balancesOf(this.ledger.transfers).values()].reduce<number>((sum, amount) => sum + amount, 0)).toBe(0)
  }
}
let books: Books
beforeEach(() => (books = new Books()))
afterEach(() => books.expectSound())

describe('the worked entries of market-math §9', () => {
  it.each([
    ['1', '1056.2948', '945.00'],
    ['0', '956.2948', '1045.00'],
  ])('full success is +1.2948, before the result and after it (YES pays %s)', (yesPays, kalshi, forecastex) => {
    books.buy(0, '100', '0.42').buy(1, '100', '0.54').end()
    expect(books.balances()).toEqual({
      ...{ 'cash:kalshi': '956.2948', 'cash:forecastex': '945.00', 'equity:capital': '-2000.00' },
      ...{ 'expense:fee:kalshi': '1.7052', 'expense:fee:forecastex': '1.00' },
      ...{ 'position:kalshi:KXU3-T4:yes': '42.00', 'position:forecastex:751:no': '54.00' },
    })
    expect(books.worth('100', false)).toEqual(['guaranteed', '1.2948', '0.00'])
    books.settle('kalshi', yesPays)
    expect(books.worth('100', false)).toEqual(['guaranteed', '1.2948', '0.00'])
    books.settle('forecastex', yesPays)
    expect(books.worth('100', false)).toEqual(['realised', '1.2948', '0.00'])
    expect(books.balances()).toMatchObject({ 'cash:kalshi': kalshi, 'cash:forecastex': forecastex })
    expect([formatMoney(books.ledger.pnl), formatMoney(books.ledger.feesOf(books.plan.tradeId))]).toEqual(['1.2948', '2.7052'])
  })

  it('a part at Kalshi: 60 filled, the rest of both reserves comes back', () => {
    books.buy(0, '60', '0.42').buy(1, '60', '0.54').end()
    expect(books.balances()).toMatchObject({ 'cash:kalshi': '973.7768', 'cash:forecastex': '967.00' })
    expect(books.worth('60', false)).toEqual(['guaranteed', '0.7768', '0.00'])
  })

  it('a first leg sold back at 0.40: −5.3852', () => {
    books
      .buy(0, '100', '0.42')
      .fill(books.cure(0, 'sell', 'yes'), '100', '0.40')
      .end()
    expect(books.worth('0', false)).toEqual(['realised', '-5.3852', '0.00'])
    expect(books.balances()).toEqual({
      ...{ 'cash:kalshi': '994.6148', 'cash:forecastex': '1000.00', 'equity:capital': '-2000.00' },
      ...{ 'expense:fee:kalshi': '3.3852', 'income:trading:kalshi': '2.00' },
    })
  })

  it.each([
    ['1', '13.1188'],
    ['0', '-16.8812'],
    ['0.5', '-1.8812'],
  ])('sold back for 70 only: the rest decides (YES pays %s)', (yesPays, total) => {
    books
      .buy(0, '100', '0.42')
      .fill(books.cure(0, 'sell', 'yes'), '70', '0.40')
      .end()
    expect(books.worth('0', true)).toEqual(['open', '-4.2812', '12.60'])
    expect(books.settle('kalshi', yesPays).worth('0', true)).toEqual(['realised', total, '0.00'])
  })

  it('a part locked, a part held: what the pairs pay is not at stake', () => {
    books.buy(0, '100', '0.42').buy(1, '60', '0.54').end()
    expect(books.worth('60', true)).toEqual(['open', '-2.3052', '14.40'])
  })
})

describe('both outcomes of one market', () => {
  it('at Kalshi are a dollar at once', () => {
    books.buy(0, '100', '0.42').fill(books.cure(0, 'buy', 'no'), '40', '0.55')
    // 40.00 came for what had cost 16.80 and 22.00
    expect(books.balances()).toMatchObject({ 'position:kalshi:KXU3-T4:yes': '25.20', 'income:trading:kalshi': '-1.20' })
    expect(books.balances()).not.toHaveProperty(['position:kalshi:KXU3-T4:no'])
    expect(books.ledger.lotsOf(books.plan.tradeId).map(({ outcome, quantity: size }) => [outcome, size])).toEqual([['yes', 6_000]])
  })

  it('at ForecastEx too, and nothing of them waits for the result', () => {
    books
      .buy(1, '100', '0.54')
      .fill(books.cure(1, 'buy', 'yes'), '100', '0.48')
      .end()
    // 100.00 less 54.00, 48.00 and a cent for each
    expect(books.worth('0', false)).toEqual(['realised', '-4.00', '0.00'])
    expect(books.settle('forecastex', '1').balances()).toMatchObject({ 'cash:forecastex': '996.00' })
  })
})

describe('what pays', () => {
  it('is the reserve while it lasts, then free cash, and what is left comes back first', () => {
    const cure = books.cure(1, 'buy', 'no')
    books.buy(0, '100', '0.42').buy(1, '60', '0.54')
    expect(books.balances()).toMatchObject({ 'reserved:forecastex': '22.00', 'cash:forecastex': '945.00' })
    books.fill(cure, '40', '0.60')
    expect(books.balances()).not.toHaveProperty(['reserved:forecastex'])
    expect(books.balances()).toMatchObject({ 'cash:forecastex': formatMoney(money('942.60')) })
  })

  it('comes back once', () => {
    books.buy(0, '100', '0.42').end()
    const before = books.balances()
    expect(books.end().balances()).toEqual(before)
    expect(before).not.toHaveProperty(['reserved:kalshi'])
    expect(books.ledger.cashOf('forecastex')).toBe(1_000_000_000)
  })

  it('was tied up at most: both reserves', () => {
    books.buy(0, '100', '0.42').buy(1, '100', '0.54').end().settle('kalshi', '1')
    expect(books.ledger.tiedUpMost).toBe(98_720_000)
  })

  it('is never a position that is not there', () => {
    books.buy(0, '10', '0.42')
    expect(() => books.fill(books.cure(0, 'sell', 'yes'), '11', '0.40')).toThrow(RangeError)
  })
})

it('a market pays each trade in it, of its own contracts, and tells which', () => {
  const other = planOf('t2')
  books.ledger.grant(other, NOW)
  books.buy(0, '100', '0.42').fill(other.legs[0].order, '50', '0.41')
  const paid = (venue: Venue): readonly string[] => books.ledger.settle({ venue, market: MARKETS[venue], yesPays: DOLLAR, atMs: NOW })
  expect([paid('forecastex'), paid('kalshi'), paid('kalshi')]).toEqual([[], ['t1', 't2'], []])
  // 50 × 0.59 less the fee of 0.07 × 50 × 0.41 × 0.59
  expect(formatMoney(books.ledger.worthOf(other.tradeId, quantity(0), DOLLAR, false).realisedPnl)).toBe('28.6533')
})

const RUNS = 100
const STEPS = 30
it.each([20_261_122, Date.now() % 1_000_000])(`keeps the invariants whatever happens (${RUNS} runs from seed %d)`, (seed) => {
  for (let run = seed; run < seed + RUNS; run++) {
    const next = mulberry32(run)
    const below = (limit: number): number => next() % limit
    const world = new Books()
    for (let step = 0; step < STEPS; step++) random(world, below, step)
    world
      .end()
      .settle('kalshi', below(2) ? '1' : '0.3333')
      .settle('forecastex', below(2) ? '0' : '1')
    const { pnl, ledger } = { pnl: world.worth('0', true)[1], ledger: world.ledger }
    expect([run, ledger.violations(), [...ledger.lots.all()]]).toEqual([run, [], []])
    expect([run, pnl]).toEqual([run, formatMoney(ledger.pnl)])
    const cash: Money = money(ledger.cashOf('kalshi') + ledger.cashOf('forecastex'))
    expect([run, cash - 2_000_000_000]).toEqual([run, ledger.pnl])
  }
})

/** A purchase of either outcome at either venue, or a sale at Kalshi of a part of what is there. */
function random(world: Books, below: (limit: number) => number, step: number): void {
  const leg = below(2) ? 1 : 0
  const cents = (): string => `0.${String(1 + below(99)).padStart(2, '0')}`
  const held = [...world.ledger.lots.all()].filter(({ purse }) => purse === 'kalshi')[0]
  const order = world.cure(
    leg,
    'buy',
    below(3) ? world.plan.legs[leg].order.outcome : otherOutcome(world.plan.legs[leg].order.outcome),
    step + 4,
  )
  if (held && below(2))
    world.fill({ ...order, ...world.cure(0, 'sell', held.outcome, step + 4) }, String(1 + below(held.quantity / 100)), cents())
  else world.fill(order, String(1 + below(30)), cents())
}
