import { marketId, orderId, otherOutcome, otherVenue, subjectId, tradeId, type Outcome, type Venue } from '../../../src/core/ids'
import { saleOrder } from '../../../src/core/edge/leaving/sale'
import type { Level } from '../../../src/core/market/event'
import { buyingCostBound } from '../../../src/core/market/fees'
import { venueOf } from '../../../src/core/purse'
import { mulberry32 } from '../../../src/core/random'
import type { Limits } from '../../../src/core/risk/limits'
import type { OrderIntent } from '../../../src/core/trade/order'
import type { BoxPlan, CureChoice, EdgePlan, Leg, Plan, Reservation, Unpaired } from '../../../src/core/trade/plan'
import { millis, money, NO_MONEY, ONE_CONTRACT, price, quantity, wholeContracts, type Money, type Price } from '../../../src/core/units'
import { unpaired } from '../../../src/workflows/box'
import type { Sent } from '../../../src/workflows/trade'
import { WIDE } from '../ledger/support/ledger'
import { EDGE_MARKETS, FEES, type Twins } from './twins'

/** Pairs that share markets and events with one another. */
const SUBJECTS = [
  { subject: 's0', kalshi: 'K0', forecastex: '800' },
  { subject: 's1', kalshi: 'K1', forecastex: '801' },
  { subject: 's2', kalshi: 'K0', forecastex: '801' },
  { subject: 's3', kalshi: 'K2', forecastex: '802' },
  { subject: 's4', kalshi: 'K3', forecastex: '803' },
  { subject: 's5', kalshi: 'K4', forecastex: '804' },
  { subject: 's6', kalshi: 'K5', forecastex: '805' },
] as const
const PAYOUTS = ['0', '1', '0', '1', '0.5', '0.333333'].map((dollars) => money(dollars))
const WAITS_MS = [100, 6_000, 61_000, 2 * 3_600_000, 26 * 3_600_000] as const
const CONTRACTS_MAX = 60
/** Cents; the other venue's limit is what is left of 97. */
const CHEAPEST = 20
const BOTH = 97

interface Running {
  readonly plan: Plan
  readonly sent: Sent[]
  readonly cures: CureChoice[]
  /** Its fills are all booked: it only ends. */
  isOver: boolean
}

/** Steps that follow from a seed: several trades, interleaved as they like, and what their markets pay. */
export class Sequence {
  readonly counts = { granted: 0, refused: 0, ended: 0, cures: 0, paid: 0, sales: 0 }
  readonly #twins: Twins
  /** What nearly all plans are. */
  readonly #of: 'boxes' | 'edges'
  readonly #random: () => number
  readonly #running: Running[] = []
  /** Edges that have ended, whatever they hold. */
  readonly #edges: EdgePlan[] = []
  #trades = 0

  constructor(twins: Twins, seed: number, of: 'boxes' | 'edges') {
    this.#of = of
    this.#twins = twins
    this.#random = mulberry32(seed)
  }

  below = (limit: number): number => this.#random() % limit
  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)] as T
  }

  /** Tight enough that each check refuses now and then. */
  limits(): Limits {
    const sometimes = <T>(tight: T, wide: T): T => (this.below(5) === 0 ? tight : wide)
    return {
      ...WIDE,
      version: 'random',
      maxOpenTrades: 2 + this.below(4),
      maxConsecutiveLosses: sometimes(1, 3),
      breakerCoolDownMs: this.pick([5_000, 3_600_000]),
      minCashPerVenue: money('300'),
      coolDownMs: sometimes(5_000, 0),
      minOpeningGapMs: sometimes(800, 0),
      maxOpeningsPerMinute: sometimes(2, 1_000),
      maxOpeningsPerDay: sometimes(4, 1_000),
      maxContractsPerDay: sometimes(quantity('150'), quantity('10000')),
      maxContractsPerMarket: sometimes(quantity('70'), quantity('10000')),
      maxContractsPerEvent: sometimes(quantity('90'), quantity('10000')),
      maxUnpairedFirstLegs: sometimes(1, 1_000),
      moreFirstLegsCleanTrades: 2,
      maxUnpairedPremiumTotal: sometimes(money('40'), money('100000')),
      maxUnpairedAgeMs: sometimes(1_000, 100 * 3_600_000),
      firstContracts: quantity('50'),
      firstCleanTrades: sometimes(2, 0),
      maxDailyLoss: sometimes(money('3'), sometimes(money('30'), money('10000'))),
      maxWeeklyLoss: sometimes(money('10'), money('10000')),
    }
  }

  /** @returns the answers to a reserve, when that was the step. */
  async step(): Promise<{ readonly paper: Reservation; readonly real: Reservation } | null> {
    const kind = this.below(14)
    if (this.#of === 'edges' && kind > 10) await this.#sell()
    else if (kind < 3 || this.#running.length === 0) return this.#open()
    else if (kind < 9) await this.#advance()
    else if (kind < 10) await this.#twins.wait(this.pick(WAITS_MS))
    else await this.#settle()
    return null
  }

  /** Ends what runs, then pays every market. */
  async finish(compare: (step: string) => Promise<void>): Promise<void> {
    for (const each of [...this.#running]) await this.#close(each)
    await compare('all have ended')
    for (const venue of ['kalshi', 'forecastex'] as const)
      for (const subject of SUBJECTS) {
        await this.#twins.settle(venue, marketId(subject[venue]), this.pick(PAYOUTS))
        await compare(`${venue} ${subject[venue]} has paid`)
      }
    for (const market of EDGE_MARKETS) {
      await this.#twins.settle('kalshi', market, this.pick(PAYOUTS))
      await compare(`${market} has paid`)
    }
  }

  async #open(): Promise<{ readonly paper: Reservation; readonly real: Reservation }> {
    await this.#twins.wait(this.pick([1, 500, 1_500]))
    const plan = this.#of === 'edges' && this.below(6) > 0 ? this.#edgePlan() : this.#plan()
    const answers = await this.#twins.reserve(plan)
    if (answers.paper.kind === 'granted' && answers.real.kind === 'granted') {
      this.#running.push({ plan, sent: [], cures: [], isOver: false })
      this.counts.granted++
    } else this.counts.refused++
    return answers
  }

  /** A leg, a cure, or the end of one that runs. */
  async #advance(): Promise<void> {
    const running = this.pick(this.#running)
    const { plan, sent } = running
    const [first, second] = sent
    if (running.isOver || first?.filled === 0) return this.#close(running)
    if (!first) return this.#send(running, plan.legs[0].order)
    if (plan.strategy === 'edge') return this.#close(running)
    if (!second) return this.#send(running, { ...plan.legs[1].order, quantity: wholeContracts(first.filled) })
    if (unpaired(plan, sent).quantity < ONE_CONTRACT || this.below(4) === 0) return void (running.isOver = true)
    const order = this.#cure(plan, sent)
    running.cures.push({ chosen: { way: 'complete', loss: NO_MONEY, order }, over: [], budgetLeft: NO_MONEY })
    this.counts.cures++
    await this.#send(running, order)
  }

  async #send({ sent }: Running, order: OrderIntent): Promise<void> {
    sent.push(await this.#twins.send(order, this.#levels(order)))
  }

  /** Nothing, a part or all of it, at the limit and better. */
  #levels({ action, limit, quantity: wanted }: OrderIntent): readonly Level[] {
    const contracts = wanted / ONE_CONTRACT
    const filled = [0, contracts, contracts, this.below(contracts + 1)][this.below(4)] ?? 0
    if (filled === 0) return []
    const better = action === 'buy' ? Math.max(100, limit - 100 * this.below(4)) : Math.min(9_900, limit + 100 * this.below(4))
    const atBest = 1 + this.below(filled)
    const levels = [
      { price: price(better), quantity: quantity(atBest * ONE_CONTRACT) },
      { price: limit, quantity: quantity((filled - atBest) * ONE_CONTRACT) },
    ]
    return levels.filter(({ quantity: size }) => size > 0)
  }

  #cure(plan: BoxPlan, sent: readonly Sent[]): OrderIntent {
    const left = unpaired(plan, sent)
    const { venue, outcome } = left
    const ways = [
      { ...plan.legs[1].order, limit: this.#cents(40, 60) },
      { ...plan.legs[0].order, outcome: otherOutcome(outcome), limit: this.#cents(20, 80) },
      ...(venue === 'kalshi' ? [{ ...plan.legs[0].order, action: 'sell' as const, limit: this.#cents(10, 60) }] : []),
    ]
    // number 3 stands for the reserved cure
    const n = Math.max(left.n, 3) + 1
    const whole = wholeContracts(left.quantity)
    return { ...this.pick(ways), clientOrderId: orderId(plan.tradeId, 'c', n), quantity: whole, purpose: 'reducing' }
  }
  #cents = (from: number, to: number): Price => price(100 * (from + this.below(to - from)))

  async #close(running: Running): Promise<void> {
    const { plan, sent, cures } = running
    this.#running.splice(this.#running.indexOf(running), 1)
    this.counts.ended++
    if (plan.strategy === 'edge') this.#edges.push(plan)
    // a saga has asked for both legs, or for nothing
    const asked: Sent = { order: plan.legs[0].order, filled: quantity(0), known: null, verdict: null, isFinal: true }
    await this.#twins.close(plan, sent.length === 0 ? [asked] : sent, cures)
  }

  /** All or a part of what an ended edge holds. Not while another trade has an order there: that is refused before it is asked (`isMoving`). */
  async #sell(): Promise<void> {
    const { paper, risk } = this.#twins
    const held = this.#edges.filter(
      ({ tradeId: id, legs: [{ order }] }) =>
        paper.lotsOf(id).some(({ quantity: of }) => of >= ONE_CONTRACT) && !risk.isMoving('kalshi', order.market),
    )
    if (held.length === 0) return
    this.counts.sales++
    await this.#twins.sell(
      this.pick(held),
      (left) => this.#saleOf(left),
      (order) => this.#levels(order),
    )
  }

  #saleOf(left: Unpaired): OrderIntent {
    const nowMs = this.#twins.clock.nowMs()
    const contracts = quantity(ONE_CONTRACT * (1 + this.below(left.quantity / ONE_CONTRACT)))
    const exit = { kind: 'exit', netBid: NO_MONEY, proceedsBound: NO_MONEY, startsMs: millis(nowMs + 100_000_000) } as const
    return saleOrder(left, { ...exit, quantity: contracts, limit: this.#cents(5, 95) }, nowMs)
  }

  /** Not while a trade may still buy or sell there. */
  async #settle(): Promise<void> {
    const held = [...this.#twins.paper.lots.all()]
    if (held.length === 0) return
    const { purse, market } = this.pick(held)
    const isBusy = this.#running.some(({ plan, isOver }) => !isOver && plan.legs.some(({ order }) => order.market === market))
    if (isBusy) return
    this.counts.paid++
    await this.#twins.settle(venueOf(purse), market, this.pick(PAYOUTS))
  }

  #plan(): BoxPlan {
    const subject = this.pick(SUBJECTS)
    const id = tradeId(`t${String(this.#trades++).padStart(3, '0')}`)
    const nowMs = this.#twins.clock.nowMs()
    const first: Venue = this.below(3) ? 'kalshi' : 'forecastex'
    const kalshiOutcome: Outcome = this.below(8) ? 'yes' : 'no'
    const cents = CHEAPEST + this.below(BOTH - 2 * CHEAPEST)
    // a breaker's trial is one contract
    const contracts = quantity(ONE_CONTRACT * (this.below(3) ? 1 + this.below(CONTRACTS_MAX) : 1))
    const leg = (venue: Venue, slot: 'a' | 'b', n: number): Leg => {
      const limit = price(100 * (venue === 'kalshi' ? cents : BOTH - cents))
      const bound = buyingCostBound(FEES[venue], [{ price: limit, quantity: contracts }])
      return {
        order: {
          ...{ clientOrderId: orderId(id, slot, n), tradeId: id, venue, market: marketId(subject[venue]), action: 'buy' },
          ...{ outcome: venue === 'kalshi' ? kalshiOutcome : otherOutcome(kalshiOutcome), limit, quantity: contracts },
          ...{ timeInForce: 'ioc', purpose: slot === 'a' ? 'opening' : 'reducing', notAfterMs: millis(nowMs + 100_000_000) },
        } as OrderIntent,
        // now and then too little: the rest is paid from free cash
        costBound: this.below(4) ? bound : money(Math.ceil(bound / 2)),
      }
    }
    const legs = [leg(first, 'a', 1), leg(otherVenue(first), 'b', 2)] as const
    return {
      ...{ tradeId: id, strategy: 'box', mode: 'sim', lossBudget: money('50'), dearestCure: this.#dollars(10), legs },
      ...(this.below(3) ? {} : { dearestExit: this.#dollars(10) }),
      rules: { certificate: null, limits: 'random', config: 'test' },
      cure: { ...legs[1].order, clientOrderId: orderId(id, 'c', 3) },
      opportunity: {
        ...{ strategy: 'box', subject: subjectId(subject.subject), n: 1, verdicts: [] },
        seenAtMs: millis(nowMs - this.pick([0, 0, 0, 300])),
        ...{ netEdge: money('0.5'), expectedValue: money('0.5'), unwindLoss: money('2'), maximumLoss: legs[0].costBound },
        ...(this.below(3) ? {} : { leastPayoff: money('0.995') }),
      },
    }
  }

  /** Kalshi's leg alone, of a market or of the other one of its game. */
  #edgePlan(): EdgePlan {
    const { tradeId: id, opportunity, legs, cure: _none, dearestExit: _neither, ...plan } = this.#plan()
    const market = this.pick(EDGE_MARKETS)
    const leg = legs.find(({ order }) => order.venue === 'kalshi') ?? legs[0]
    const order = { ...leg.order, clientOrderId: orderId(id, 'a', 1), market, purpose: 'opening' as const }
    const siblings = EDGE_MARKETS.filter((each) => each !== market && each.startsWith('G-') && market.startsWith('G-'))
    return {
      ...{ ...plan, tradeId: id, strategy: 'edge', dearestCure: NO_MONEY, sport: this.pick(['nba', 'nfl']), siblings },
      opportunity: { ...opportunity, strategy: 'edge', subject: subjectId(market), maximumLoss: leg.costBound },
      legs: [{ ...leg, order }],
    }
  }
  #dollars = (most: number): Money => money(this.below(most * 100) * 10_000)
}
