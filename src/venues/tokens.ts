import { invariant } from '../core/assert'
import { VENUES, type TradeId, type Venue } from '../core/ids'
import type { Clock } from '../ports/clock'
import type { TokenDesk } from '../ports/guard'

const NS_PER_SECOND = 1e9
/** E18: entries may use half of the rate, so that cures always find the other half. */
const ENTRY_SHARE = 2
/** E18: what a trade keeps back. More cures than these use what is free. */
const CURES_LEASED = 4

/** What a venue grants one account. */
export interface TokenRate {
  readonly perSecond: number
  readonly capacity: number
  /** What one new order costs. */
  readonly perOrder: number
  readonly perCancel: number
}
/** Before a venue has told: the smallest a venue grants. Kalshi: Basic tier, writes (kalshi §8). IB Gateway: messages (ibkr-forecastex §6). */
export const SMALLEST_RATES: Readonly<Record<Venue, TokenRate>> = {
  kalshi: { perSecond: 100, capacity: 100, perOrder: 10, perCancel: 2 },
  forecastex: { perSecond: 50, capacity: 50, perOrder: 1, perCancel: 1 },
}

/** Shard 0 is billed to the account's unscoped bucket (kalshi §8); a venue without shards has only this one. */
const UNSCOPED = 0

/** `shard`: Kalshi's `exchange_index` of the market; each above 0 has a bucket of its own, with the same rate. */
export interface Tokens extends TokenDesk {
  admit(tradeId: TradeId, shard?: number): boolean
  /** The venue told what it grants. What trades have leased stays leased. */
  tellRate(venue: Venue, rate: TokenRate): void
  /** An order's bytes leave: its tokens come from its trade's lease, then from what is free. Never refused: a cure must go (E4). */
  spend(tradeId: TradeId, venue: Venue, shard?: number): void
  /** A cancel's bytes leave (E27): nobody leases for it, and it is never refused. */
  spendCancel(venue: Venue, shard?: number): void
  /** A trade that was running when this process began: its cures are leased as if none had been sent. */
  restore(tradeId: TradeId, shard?: number): void
}

/** E18: the budgets of both venues' accounts. A trade gets its tokens at both, or none. */
export function createTokens(clock: Clock): Tokens {
  const venues: Readonly<Record<Venue, VenueBudgets>> = {
    kalshi: new VenueBudgets('kalshi', clock),
    forecastex: new VenueBudgets('forecastex', clock),
  }
  const ofTrade = (shard: number): readonly TokenBudget[] => [venues.kalshi.of(shard), venues.forecastex.of(UNSCOPED)]
  return {
    admit(tradeId, shard = UNSCOPED) {
      const budgets = ofTrade(shard)
      if (!budgets.every((budget) => budget.mayAdmit())) return false
      for (const budget of budgets) budget.admit(tradeId)
      return true
    },
    release: (tradeId) => VENUES.forEach((venue) => venues[venue].all().forEach((budget) => budget.release(tradeId))),
    restore: (tradeId, shard = UNSCOPED) => ofTrade(shard).forEach((budget) => budget.restore(tradeId)),
    tellRate: (venue, rate) => venues[venue].tellRate(rate),
    spend: (tradeId, venue, shard = UNSCOPED) => venues[venue].of(shard).spend(tradeId),
    spendCancel: (venue, shard = UNSCOPED) => venues[venue].of(shard).spendCancel(),
    state: () => VENUES.flatMap((venue) => venues[venue].all().map((budget) => ({ venue, ...budget.state() }))),
  }
}

/** The buckets of an account at one venue, one for each shard that was used. */
class VenueBudgets {
  readonly #clock: Clock
  readonly #budgets = new Map<number, TokenBudget>()
  #rate: TokenRate

  constructor(venue: Venue, clock: Clock) {
    this.#clock = clock
    this.#rate = SMALLEST_RATES[venue]
    this.of(UNSCOPED)
  }

  /** What the venue routes itself is billed to every shard: the bucket that all share stands for them. */
  of(asked: number): TokenBudget {
    const shard = Math.max(asked, UNSCOPED)
    const known = this.#budgets.get(shard)
    if (known) return known
    const budget = new TokenBudget(this.#rate, this.#clock)
    this.#budgets.set(shard, budget)
    return budget
  }
  all(): readonly TokenBudget[] {
    return [...this.#budgets.values()]
  }
  tellRate(rate: TokenRate): void {
    invariant(rate.perSecond > 0 && rate.capacity > 0 && rate.perOrder > 0 && rate.perCancel >= 0, 'a token rate is positive')
    this.#rate = rate
    for (const budget of this.all()) budget.tellRate(rate)
  }
}

/** One request budget of an account: a bucket that refills evenly, and what of it is leased. */
class TokenBudget {
  readonly #clock: Clock
  readonly #leases = new Map<TradeId, number>()
  #rate: TokenRate
  #level: number
  /** The half that entries may use. */
  #entryLevel: number
  #atNs: bigint

  constructor(rate: TokenRate, clock: Clock) {
    this.#clock = clock
    this.#rate = rate
    this.#level = rate.capacity
    this.#entryLevel = rate.capacity / ENTRY_SHARE
    this.#atNs = clock.monoNs()
  }

  tellRate(rate: TokenRate): void {
    this.#refill()
    const { capacity } = this.#rate
    this.#rate = rate
    // what was spent of the old bucket is spent of the new one
    this.#level += rate.capacity - capacity
    this.#entryLevel += (rate.capacity - capacity) / ENTRY_SHARE
  }

  /** Whether an entry and its cures find their tokens beside everything that is leased. */
  mayAdmit(): boolean {
    this.#refill()
    const { perOrder } = this.#rate
    return this.#level - this.#leased() >= perOrder * (CURES_LEASED + 1) && this.#entryLevel >= perOrder
  }

  admit(tradeId: TradeId): void {
    this.#entryLevel -= this.#rate.perOrder
    this.#leases.set(tradeId, CURES_LEASED + 1)
  }
  restore(tradeId: TradeId): void {
    this.#leases.set(tradeId, CURES_LEASED)
  }
  /** An entry that never left was no entry. */
  release(tradeId: TradeId): void {
    if (this.#leases.get(tradeId) === CURES_LEASED + 1) this.#entryLevel += this.#rate.perOrder
    this.#leases.delete(tradeId)
  }

  spend(tradeId: TradeId): void {
    this.#refill()
    this.#level -= this.#rate.perOrder
    const left = this.#leases.get(tradeId)
    if (left !== undefined) this.#leases.set(tradeId, Math.max(0, left - 1))
  }

  spendCancel(): void {
    this.#refill()
    this.#level -= this.#rate.perCancel
  }

  state(): { readonly level: number; readonly leased: number; readonly capacity: number } {
    this.#refill()
    return { level: Math.floor(this.#level), leased: this.#leased(), capacity: this.#rate.capacity }
  }

  #leased(): number {
    return [...this.#leases.values()].reduce((sum, orders) => sum + orders, 0) * this.#rate.perOrder
  }

  #refill(): void {
    const nowNs = this.#clock.monoNs()
    const refill = (Number(nowNs - this.#atNs) / NS_PER_SECOND) * this.#rate.perSecond
    this.#level = Math.min(this.#rate.capacity, this.#level + refill)
    this.#entryLevel = Math.min(this.#rate.capacity / ENTRY_SHARE, this.#entryLevel + refill / ENTRY_SHARE)
    this.#atNs = nowNs
  }
}
