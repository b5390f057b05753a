import { marketId, orderId, otherOutcome } from '../../../src/core/ids'
import { deposit } from '../../../src/core/ledger/postings'
import { purseOf } from '../../../src/core/purse'
import { mulberry32 } from '../../../src/core/random'
import type { Fill, OrderIntent } from '../../../src/core/trade/order'
import {
  formatMoney,
  formatQuantity,
  millis,
  money,
  ONE_CONTRACT,
  price,
  quantity,
  type Money,
  type Quantity,
} from '../../../src/core/units'
import { transact } from '../../../src/stores/postgres/pool'
import { post } from '../../../src/stores/postgres/post'
import { settleMarket } from '../../../src/stores/postgres/settlement'
import { openLots } from '../../../src/stores/postgres/proof/verify'
import { freshLedger, NEVER, NOW } from './support/ledger'
import { Model, type ModelTrade } from './support/model'
import { boxPlan, close, fillOf, resultOf } from './support/trades'

const ledger = freshLedger()
const STEPS = 150
/** Pairs that share markets with one another; one of them trades on another shard. */
const SUBJECTS = [
  { subject: 's0', kalshi: 'K0', forecastex: '800' },
  { subject: 's1', kalshi: 'K1', shard: 2, forecastex: '801' },
  { subject: 's2', kalshi: 'K0', forecastex: '801' },
  { subject: 's3', kalshi: 'K2', forecastex: '802' },
] as const
const PAYOUTS = ['0', '1', '0.5', '0.333333'].map((dollars) => money(dollars))

/** Several trades in any order of steps, in Postgres and in the model. */
class Run {
  readonly model = new Model()
  readonly told: { readonly order: OrderIntent; readonly fill: Fill }[] = []
  #trades = 0
  #executions = 0

  constructor(readonly random: () => number) {
    for (const venue of ['kalshi', 'forecastex'] as const) this.model.deposit([{ purse: venue, cash: money('1000') }])
  }

  /** Money on the other shard, too. */
  async start(): Promise<void> {
    const purses = [{ purse: purseOf('kalshi', 2), cash: money('200') }]
    this.model.deposit(purses)
    await transact(ledger().database, NEVER, (transaction) => post(transaction, deposit({ id: 'more', tradeId: null, atMs: NOW, purses })))
  }

  below = (limit: number): number => this.random() % limit
  pick = <T>(list: readonly T[]): T | undefined => list[this.below(list.length)]

  async step(): Promise<void> {
    const steps = [this.reserve, this.reserve, this.fill, this.fill, this.fill, this.cure, this.repeat, this.close, this.settle]
    await this.pick(steps)?.call(this)
  }

  async reserve(): Promise<void> {
    const contracts = 1 + this.below(40)
    const plan = boxPlan({
      ...this.pick(SUBJECTS),
      id: `t${this.#trades++}`,
      outcome: this.below(4) ? 'yes' : 'no',
      contracts: String(contracts),
      kalshiCost: formatMoney(money(contracts * 450_000)),
      forecastexCost: formatMoney(money(contracts * 570_000)),
      cure: String(this.below(20)),
      seenAtMs: NOW + this.#executions + 1,
      notAfterMs: NOW + 1_000_000,
    })
    const may = this.model.mayReserve(plan)
    expect((await ledger().ledger.reserve(plan, 'run', NEVER)).kind).toBe(may ? 'granted' : 'refused')
    if (may) this.model.reserve(plan)
  }

  /** A part of a leg of a trade, now and then of one that has ended (E14), as long as nobody else has claimed its market since. */
  async fill(): Promise<void> {
    const trade = this.pick([...this.model.trades.values()].filter((each) => !each.ended || this.below(6) === 0))
    const order = trade?.plan.legs[this.below(2)]?.order
    if (!trade || !order || (trade.ended && !this.#isFree(trade, order))) return
    const left = order.quantity - (trade.filled.get(order.clientOrderId) ?? 0)
    if (left < ONE_CONTRACT) return
    const part = order.venue === 'kalshi' ? 1 + this.below(left) : ONE_CONTRACT * (1 + this.below(left / ONE_CONTRACT))
    await this.book(order, quantity(part), 1 + this.below(order.limit))
  }

  #isFree({ plan }: ModelTrade, { venue, market, outcome }: OrderIntent): boolean {
    const claim = this.model.claims.find((each) => each.venue === venue && each.market === market)
    return !claim || (claim.subject === plan.opportunity.subject && claim.outcome === outcome)
  }

  /** Sells a part of what is held at Kalshi, nets a part of what is held at ForecastEx. */
  async cure(): Promise<void> {
    const lot = this.pick(this.model.lots.filter((each) => each.quantity >= ONE_CONTRACT))
    const trade = lot && this.model.trades.get(lot.tradeId)
    const leg = trade?.plan.legs.find(({ order }) => order.venue === lot?.venue)
    if (!lot || !trade || !leg) return
    const sells = lot.venue === 'kalshi'
    const order: OrderIntent = {
      ...leg.order,
      clientOrderId: orderId(trade.plan.tradeId, 'c', 3 + this.told.length),
      action: sells ? 'sell' : 'buy',
      outcome: sells ? lot.outcome : otherOutcome(lot.outcome),
      purpose: 'reducing',
    }
    await this.book(order, quantity(1 + this.below(lot.quantity)), 1 + this.below(9_999))
  }

  async repeat(): Promise<void> {
    const again = this.pick(this.told)
    if (again) await this.tell(again.order, again.fill)
  }

  async book(order: OrderIntent, part: Quantity, at: number): Promise<void> {
    const terms = { id: String(this.#executions++), contracts: formatQuantity(part), fee: formatMoney(money(this.below(100_000))) }
    const fill = { ...fillOf(order, terms), price: price(at), atMs: millis(NOW + this.#executions) }
    this.told.push({ order, fill })
    await this.tell(order, fill)
  }

  async tell(order: OrderIntent, fill: Fill): Promise<void> {
    await ledger().ledger.book(order.tradeId, order, [fill], null, NEVER)
    this.model.book(order, fill)
  }

  async close(): Promise<void> {
    const trade = this.pick([...this.model.trades.values()].filter(({ ended }) => !ended || this.below(5) === 0))
    if (!trade) return
    await close(ledger(), resultOf(trade.plan, 'held', { held: '1' }))
    if (!trade.ended) this.model.close(trade.plan.tradeId)
  }

  async settle(): Promise<void> {
    if (this.below(3)) return
    const subject = this.pick(SUBJECTS)
    const venue = this.below(2) ? 'kalshi' : 'forecastex'
    const market = marketId(subject?.[venue] ?? '')
    const yesPays = this.pick(PAYOUTS) as Money
    await settleMarket(ledger().database, venue, market, yesPays, NOW, NEVER)
    this.model.settle(venue, market, yesPays)
  }

  async expectEqual(): Promise<void> {
    const { database } = ledger()
    const balances = await database.query<{ account: string; amount: number }>(
      'select account, amount_micros as amount from balance where amount_micros <> 0',
    )
    expect(Object.fromEntries(balances.rows.map(({ account, amount }) => [account, amount]))).toEqual(
      Object.fromEntries(this.model.balances),
    )
    const lots = (await openLots(database)).map(({ tradeId, venue, market, outcome, quantity: held, costMicros }) =>
      [tradeId, venue, market, outcome, held, costMicros].join(' '),
    )
    const expected = this.model.lots
      .filter(({ quantity: held }) => held > 0)
      .map(({ tradeId, venue, market, outcome, quantity: held, cost }) => [tradeId, venue, market, outcome, held, cost].join(' '))
    expect(lots.sort()).toEqual(expected.sort())
    const claims = await database.query('select * from claim')
    expect(claims.rows).toHaveLength(this.model.claims.length)
    expect(claims.rows).toEqual(expect.arrayContaining(this.model.claims))
  }
}

describe('any order of steps of several trades', () => {
  it.each([1, 2, Date.now() % 1_000_000])('ends as the pure core says, with the ledger sound all the way (seed %d)', async (seed) => {
    const run = new Run(mulberry32(seed))
    await run.start()
    for (let step = 1; step <= STEPS; step += 1) {
      await run.step()
      if (step % 25 === 0) await ledger().expectSound()
      if (step % 10 === 0) await run.expectEqual()
    }
    expect([...run.model.trades.values()].some(({ ended }) => ended)).toBe(true)
    expect(run.told.length).toBeGreaterThan(20)
  })
})
