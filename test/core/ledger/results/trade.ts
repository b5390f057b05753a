import { mulberry32 } from '../../../../src/core/random'
import { otherOutcome, type ClientOrderId, type Outcome, type Venue } from '../../../../src/core/ids'
import type { Executed, Kept, TradeFlows } from '../../../../src/core/ledger/attribution'
import { balancesOf } from '../../../../src/core/ledger/balances'
import { correctFee, costShare, fillBuy, fillSell, netPair, settle, unsettle, type Transfer } from '../../../../src/core/ledger/postings'
import { payoutOf } from '../../../../src/core/ledger/settlement'
import type { BoxPlan } from '../../../../src/core/trade/plan'
import { millis, money, notional, ONE_DOLLAR, price, quantity, type Money, type Quantity } from '../../../../src/core/units'
import { boxPlan, forecastexFirst } from '../../../saga/plan'

const AT = millis(1)
interface Lot extends Kept {
  cost: Money
}

/** A trade that goes as a seed has it, booked by the postings of the ledger: what it has earned is in their cash, and nowhere else. */
export class RandomTrade {
  readonly plan: BoxPlan
  readonly transfers: Transfer[] = []
  readonly #next: () => number
  readonly #fills: Executed[] = []
  readonly #lots = new Map<string, Lot>()
  readonly #settled = new Map<string, Kept & { paid: Money; basis: Money }>()
  #netted = 0

  constructor(seed: number) {
    this.#next = mulberry32(seed)
    this.plan = (this.#one(2) === 0 ? boxPlan : forecastexFirst)('t1', quantity(100 * (1 + this.#one(40))))
    const [first, second] = this.plan.legs
    const whole = first.order.venue === 'forecastex'
    const entered = this.#part(first.order.quantity, whole)
    this.#buyInParts(first.order.clientOrderId, first.order, entered, first.order.limit)
    const answered = this.#part(quantity(entered - (entered % 100)), true)
    this.#buyInParts(second.order.clientOrderId, second.order, answered, second.order.limit)
    this.#cure(quantity(entered - answered))
    this.#end()
  }

  /** What its markets were paid, and its open contracts at their cost. */
  flows(): TradeFlows {
    const open = [...this.#lots.values()].filter((lot) => lot.quantity > 0)
    const openValue = money(open.reduce((sum, lot) => sum + lot.cost, 0))
    const { plan } = this
    return { plan, fills: this.#fills, netted: money(this.#netted), settled: [...this.#settled.values()], open, openValue }
  }

  /** By its transfers alone: cash that came in less cash that left. */
  get earned(): Money {
    let sum = 0
    for (const [account, amount] of balancesOf(this.transfers)) if (/^(cash|reserved):/.test(account)) sum += amount
    return money(sum)
  }

  #one(of: number): number {
    return this.#next() % of
  }
  #part(of: Quantity, whole: boolean): Quantity {
    if (of === 0 || this.#one(3) === 0) return of
    const part = this.#one(of + 1)
    return quantity(whole ? part - (part % 100) : part)
  }

  /** Up to three fills at the limit or better; a fee that no model explains stands in suspense, one that is told late is corrected. */
  #buyInParts(order: string, of: Pick<Kept, 'venue' | 'market' | 'outcome'>, total: Quantity, limit: number): void {
    let left: number = total
    while (left > 0) {
      const quantityNow = this.#one(3) === 0 ? left : 1 + this.#one(left)
      this.#buy(order, of, quantity(quantityNow), Math.max(1, limit - this.#one(300)))
      left -= quantityNow
    }
  }

  #buy(order: string, { venue, market, outcome }: Pick<Kept, 'venue' | 'market' | 'outcome'>, of: Quantity, at: number): void {
    const cost = notional(price(at), of)
    const fee = money(this.#one(20_000))
    const suspended = this.#one(4) === 0 ? money(this.#one(3_000) - 1_500) : money(0)
    const entry = { tradeId: this.plan.tradeId, atMs: AT, purse: venue, market, side: outcome }
    this.transfers.push(fillBuy({ ...entry, id: `fill:${this.transfers.length}`, notional: cost, fee, suspended }))
    const told = this.#one(5) === 0 ? money(this.#one(2_000) - 1_000) : money(0)
    if (told !== 0) this.transfers.push(correctFee({ ...entry, id: `fee:${this.transfers.length}`, fee: told }))
    this.#fills.push({ order, action: 'buy', price: price(at), quantity: of, fee: money(fee + told) })
    const lot = this.#lot(venue, market, outcome)
    this.#put({ ...lot, quantity: quantity(lot.quantity + of), cost: money(lot.cost + cost) })
    this.#net(venue, market)
  }

  #lot(venue: Venue, market: Kept['market'], outcome: Outcome): Lot {
    return this.#lots.get(`${venue} ${market} ${outcome}`) ?? { venue, market, outcome, quantity: quantity(0), cost: money(0) }
  }
  #put(lot: Lot): void {
    this.#lots.set(`${lot.venue} ${lot.market} ${lot.outcome}`, lot)
  }
  #take(lot: Lot, of: Quantity): Money {
    const cost = costShare(lot.cost, lot.quantity, of)
    this.#put({ ...lot, quantity: quantity(lot.quantity - of), cost: money(lot.cost - cost) })
    return cost
  }

  #net(venue: Venue, market: Kept['market']): void {
    const [yes, no] = [this.#lot(venue, market, 'yes'), this.#lot(venue, market, 'no')]
    const pairs = quantity(Math.min(yes.quantity, no.quantity))
    if (pairs === 0) return
    const costs = { yesCost: this.#take(yes, pairs), noCost: this.#take(no, pairs) }
    const proceeds = notional(ONE_DOLLAR, pairs)
    this.#netted += proceeds
    const id = `net:${this.transfers.length}`
    this.transfers.push(netPair({ id, tradeId: this.plan.tradeId, atMs: AT, purse: venue, market, proceeds, ...costs }))
  }

  /** Completed, sold, netted or held, each in part. */
  #cure(unpaired: Quantity): void {
    const [first, second] = this.plan.legs
    const cures = `cb-${this.plan.tradeId}-c` as ClientOrderId
    let left = quantity(unpaired - (unpaired % 100))
    for (let n = 3; left > 0 && n < 6; n++) {
      const now = this.#part(left, true)
      const way = this.#one(4)
      if (now === 0 || way === 0) continue
      if (way === 1) this.#buyInParts(`${cures}${n}`, second.order, now, second.order.limit + 200)
      else if (first.order.venue === 'kalshi' && way === 2) this.#sell(`${cures}${n}`, first.order, now)
      else this.#buyInParts(`${cures}${n}`, { ...first.order, outcome: otherOutcome(first.order.outcome) }, now, 9_000)
      left = quantity(left - now)
    }
  }

  #sell(order: string, { venue, market, outcome }: Pick<Kept, 'venue' | 'market' | 'outcome'>, of: Quantity): void {
    const [at, fee] = [price(1 + this.#one(9_000)), money(this.#one(20_000))]
    const costBasis = this.#take(this.#lot(venue, market, outcome), of)
    const entry = { id: `sell:${this.transfers.length}`, tradeId: this.plan.tradeId, atMs: AT, purse: venue, market, side: outcome }
    this.transfers.push(fillSell({ ...entry, notional: notional(at, of), fee, costBasis }))
    this.#fills.push({ order, action: 'sell', price: at, quantity: of, fee })
  }

  /** Paid, or not yet; by results that agree or not, void or not; changed afterwards; and paid again for a fill that came late. */
  #end(): void {
    for (const leg of this.plan.legs) {
      const { venue, market, outcome, clientOrderId, limit } = leg.order
      if (this.#one(4) === 0) continue
      this.#settle(venue, market, this.#result())
      if (this.#one(3) === 0) this.#settle(venue, market, this.#result())
      if (this.#one(4) !== 0) continue
      this.#buyInParts(clientOrderId, { venue, market, outcome }, quantity(100), limit)
      if (this.#one(2) === 0) this.#settle(venue, market, this.#result())
    }
  }
  #result(): Money {
    return money([0, 1_000_000, 100 * this.#one(10_001)][this.#one(3)] ?? 0)
  }

  /** All that is held, and anew what was paid by another result. */
  #settle(venue: Venue, market: Kept['market'], yesPays: Money): void {
    for (const outcome of ['yes', 'no'] as const) {
      const key = `${venue} ${market} ${outcome}`
      const before = this.#settled.get(key)
      const lot = this.#lot(venue, market, outcome)
      const all = quantity(lot.quantity + (before?.quantity ?? 0))
      if (all === 0) continue
      const entry = { tradeId: this.plan.tradeId, atMs: AT }
      if (before) {
        const id = `reversed:${this.transfers.length}`
        const moved = [...balancesOf(this.transfers.filter((each) => each.id.startsWith(`settle:${key}`)))]
        this.transfers.push(
          unsettle({ ...entry, id: `settle:${key}:${id}`, reverses: moved.map(([account, amount]) => ({ account, amount })) }),
        )
      }
      const basis = money(this.#take(lot, lot.quantity) + (before?.basis ?? 0))
      const paid = payoutOf(outcome, all, yesPays)
      const id = `settle:${key}:${this.transfers.length}`
      this.transfers.push(settle({ ...entry, id, purse: venue, market, side: outcome, payout: paid, costBasis: basis }))
      this.#settled.set(key, { venue, market, outcome, quantity: all, paid, basis })
    }
  }
}
