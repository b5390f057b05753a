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
}
/** Before a venue has told: the smallest a venue grants. Kalshi: Basic tier, writes (kalshi §8). IB Gateway: messages (ibkr-forecastex §6). */
export const SMALLEST_RATES: Readonly<Record<Venue, TokenRate>> = {
  kalshi: { perSecond: 100, capacity: 100, perOrder: 10 },
  forecastex: { perSecond: 50, capacity: 50, perOrder: 1 },
}

export interface Tokens extends TokenDesk {
  /** The venue told what it grants. What trades have leased stays leased. */
  tellRate(venue: Venue, rate: TokenRate): void
  /** An order's bytes leave: its tokens come from its trade's lease, then from what is free. Never refused: a cure must go (E4). */
  spend(tradeId: TradeId, venue: Venue): void
  /** A trade that was running when this process began: its cures are leased as if none had been sent. */
  restore(tradeId: TradeId): void
}

/** E18: the budgets of both venues' accounts. A trade gets its tokens at both, or none. */
export function createTokens(clock: Clock): Tokens {
  const budgets: Readonly<Record<Venue, TokenBudget>> = {
    kalshi: new TokenBudget(SMALLEST_RATES.kalshi, clock),
    forecastex: new TokenBudget(SMALLEST_RATES.forecastex, clock),
  }
  return {
    admit(tradeId) {
      if (!VENUES.every((venue) => budgets[venue].mayAdmit())) return false
      for (const venue of VENUES) budgets[venue].admit(tradeId)
      return true
    },
    release: (tradeId) => VENUES.forEach((venue) => budgets[venue].release(tradeId)),
    restore: (tradeId) => VENUES.forEach((venue) => budgets[venue].restore(tradeId)),
    tellRate: (venue, rate) => budgets[venue].tellRate(rate),
    spend: (tradeId, venue) => budgets[venue].spend(tradeId),
    state: () => VENUES.map((venue) => ({ venue, ...budgets[venue].state() })),
  }
}

/** The request budget of one account at one venue: a bucket that refills evenly, and what of it is leased. */
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
    invariant(rate.perSecond > 0 && rate.capacity > 0 && rate.perOrder > 0, 'a token rate is positive')
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
