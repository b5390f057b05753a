import type { Outcome, SubjectId, TradeId, Venue } from '../../../../src/core/ids'
import { cash, type Account } from '../../../../src/core/ledger/accounts'
import { balanceOf, post } from '../../../../src/core/ledger/balances'
import * as postings from '../../../../src/core/ledger/postings'
import { payoutOf } from '../../../../src/core/ledger/settlement'
import { reserveOf } from '../../../../src/core/risk/checks'
import { claimConflict, claimsOf, type Claim } from '../../../../src/core/risk/claims'
import { venueOf, type Purse, type PurseBalance } from '../../../../src/core/purse'
import type { Fill, OrderIntent } from '../../../../src/core/trade/order'
import { purseOfLeg, type BoxPlan } from '../../../../src/core/trade/plan'
import { money, NO_MONEY, notional, ONE_DOLLAR, quantity, type Money, type Quantity } from '../../../../src/core/units'

export interface ModelLot {
  readonly tradeId: TradeId
  readonly subject: SubjectId
  readonly venue: Venue
  readonly market: string
  readonly outcome: Outcome
  quantity: Quantity
  cost: Money
}
export interface ModelTrade {
  readonly plan: BoxPlan
  readonly own: Record<Venue, Money>
  readonly filled: Map<string, Quantity>
  ended: boolean
}

const purseIn = ({ legs }: BoxPlan, venue: Venue): Purse => {
  const leg = legs.find(({ order }) => order.venue === venue)
  return leg ? purseOfLeg(leg) : venue
}

/** The ledger in memory, of the pure core's postings: what Postgres has to say after the same steps. */
export class Model {
  readonly balances = new Map<Account, Money>()
  readonly trades = new Map<TradeId, ModelTrade>()
  readonly lots: ModelLot[] = []
  claims: Claim[] = []
  readonly #booked = new Set<string>()
  #n = 0

  #post(
    transfer: (entry: { id: string; tradeId: TradeId | null; atMs: Fill['atMs'] }) => postings.Transfer,
    tradeId: TradeId | null,
  ): void {
    post(this.balances, transfer({ id: String(this.#n++), tradeId, atMs: 0 as Fill['atMs'] }))
  }

  deposit(purses: readonly PurseBalance[]): void {
    this.#post((entry) => postings.deposit({ ...entry, purses }), null)
  }

  mayReserve(plan: BoxPlan): boolean {
    const conflict = claimsOf(plan).some((wanted) =>
      this.claims.some((held) => held.venue === wanted.venue && held.market === wanted.market && claimConflict(held, wanted) !== null),
    )
    return !conflict && reserveOf(plan).every(({ purse, amount }) => balanceOf(this.balances, cash(purse)) >= amount)
  }

  reserve(plan: BoxPlan): void {
    const { tradeId } = plan
    const own = { kalshi: NO_MONEY, forecastex: NO_MONEY }
    for (const { purse, amount } of reserveOf(plan)) {
      this.#post((entry) => postings.reserve({ ...entry, purse, amount }), tradeId)
      own[venueOf(purse)] = amount
    }
    for (const claim of claimsOf(plan)) {
      this.claims = this.claims.filter(({ venue, market }) => venue !== claim.venue || market !== claim.market)
      this.claims.push({ ...claim, state: 'exclusive', holder: tradeId })
    }
    this.trades.set(tradeId, { plan, own, filled: new Map(), ended: false })
  }

  book(order: OrderIntent, fill: Fill): void {
    const trade = this.#trade(order.tradeId)
    if (this.#booked.has(fill.executionId)) return
    this.#booked.add(fill.executionId)
    trade.filled.set(order.clientOrderId, quantity((trade.filled.get(order.clientOrderId) ?? 0) + fill.quantity))
    if (fill.action === 'buy') this.#buy(trade, fill)
    else this.#sell(trade, fill)
    if (trade.ended) this.#claimLateLots(trade, fill)
  }

  #buy(trade: ModelTrade, fill: Fill): void {
    const { tradeId } = trade.plan
    const { venue, market, outcome: side } = fill
    const value = notional(fill.price, fill.quantity)
    const fee = fill.fee ?? NO_MONEY
    const purse = purseIn(trade.plan, venue)
    const paidFrom = !trade.ended && trade.own[venue] >= value + fee ? 'reserved' : 'cash'
    if (paidFrom === 'cash') this.#release(trade, venue)
    else trade.own[venue] = money(trade.own[venue] - value - fee)
    this.#post((entry) => postings.fillBuy({ ...entry, purse, market, side, notional: value, fee, paidFrom }), tradeId)
    const lot = this.lot(trade, fill)
    lot.quantity = quantity(lot.quantity + fill.quantity)
    lot.cost = money(lot.cost + value)
    this.#net(trade, fill)
  }

  #sell(trade: ModelTrade, fill: Fill): void {
    const { market, outcome: side } = fill
    const purse = purseIn(trade.plan, fill.venue)
    const costBasis = this.#take(this.lot(trade, fill), fill.quantity)
    const value = notional(fill.price, fill.quantity)
    this.#post(
      (entry) => postings.fillSell({ ...entry, purse, market, side, notional: value, fee: fill.fee ?? NO_MONEY, costBasis }),
      trade.plan.tradeId,
    )
  }

  #net(trade: ModelTrade, { venue, market }: Fill): void {
    const yes = this.lot(trade, { venue, market, outcome: 'yes' })
    const no = this.lot(trade, { venue, market, outcome: 'no' })
    const pairs = quantity(Math.min(yes.quantity, no.quantity))
    if (pairs === 0) return
    const [yesCost, noCost] = [this.#take(yes, pairs), this.#take(no, pairs)]
    const proceeds = notional(ONE_DOLLAR, pairs)
    const purse = purseIn(trade.plan, venue)
    this.#post((entry) => postings.netPair({ ...entry, purse, market, proceeds, yesCost, noCost }), trade.plan.tradeId)
  }

  #take(lot: ModelLot, part: Quantity): Money {
    const cost = postings.costShare(lot.cost, lot.quantity, part)
    lot.quantity = quantity(lot.quantity - part)
    lot.cost = money(lot.cost - cost)
    return cost
  }

  #release(trade: ModelTrade, venue: Venue): void {
    const amount = trade.own[venue]
    const purse = purseIn(trade.plan, venue)
    if (amount > 0) this.#post((entry) => postings.release({ ...entry, purse, amount }), trade.plan.tradeId)
    trade.own[venue] = NO_MONEY
  }

  #claimLateLots({ plan }: ModelTrade, { venue, market }: Fill): void {
    this.#dropIdle(venue, market)
    const lot = this.lots.find(
      (each) => each.tradeId === plan.tradeId && each.venue === venue && each.market === market && each.quantity > 0,
    )
    if (!lot || this.claims.some((claim) => claim.venue === venue && claim.market === market)) return
    this.claims.push({ venue, market, subject: lot.subject, outcome: lot.outcome, state: 'settling', holder: plan.tradeId })
  }

  #dropIdle(venue: Venue, market: string): void {
    this.claims = this.claims.filter(
      (claim) => claim.venue !== venue || claim.market !== market || claim.state === 'exclusive' || this.#hasLots(claim),
    )
  }

  #hasLots = ({ venue, market }: Pick<Claim, 'venue' | 'market'>): boolean =>
    this.lots.some((lot) => lot.venue === venue && lot.market === market && lot.quantity > 0)

  close(tradeId: TradeId): void {
    const trade = this.#trade(tradeId)
    trade.ended = true
    for (const venue of ['kalshi', 'forecastex'] as const) this.#release(trade, venue)
    this.claims = this.claims.flatMap((claim) => {
      if (claim.holder !== tradeId) return [claim]
      return this.#hasLots(claim) ? [{ ...claim, state: 'settling' as const }] : []
    })
  }

  settle(venue: Venue, market: OrderIntent['market'], yesPays: Money): void {
    for (const lot of this.lots.filter((each) => each.venue === venue && each.market === market && each.quantity > 0)) {
      const payout = payoutOf(lot.outcome, lot.quantity, yesPays)
      const purse = purseIn(this.#trade(lot.tradeId).plan, venue)
      this.#post((entry) => postings.settle({ ...entry, purse, market, side: lot.outcome, payout, costBasis: lot.cost }), lot.tradeId)
      lot.quantity = quantity(0)
      lot.cost = NO_MONEY
    }
    this.#dropIdle(venue, market)
  }

  lot({ plan }: ModelTrade, { venue, market, outcome }: Pick<ModelLot, 'venue' | 'market' | 'outcome'>): ModelLot {
    const { tradeId, opportunity } = plan
    const found = this.lots.find(
      (each) => each.tradeId === tradeId && each.venue === venue && each.market === market && each.outcome === outcome,
    )
    if (found) return found
    const lot = { tradeId, subject: opportunity.subject, venue, market, outcome, quantity: quantity(0), cost: NO_MONEY }
    this.lots.push(lot)
    return lot
  }

  #trade(tradeId: TradeId): ModelTrade {
    const trade = this.trades.get(tradeId)
    if (!trade) throw new Error(`the model has no trade ${tradeId}`)
    return trade
  }
}
