import { invariant } from '../core/assert'
import type { Clock } from '../ports/clock'

const NS_PER_SECOND = 1e9
/** E18: entries may use half of the rate, so that cures always find the other half. */
const ENTRY_SHARE = 2

export interface TokenRate {
  readonly refillPerSecond: number
  readonly capacity: number
}
/** What one trade may still spend: leased at admission, given back at its end. */
export interface TokenLease {
  readonly left: number
  /** Spends leased tokens first and free ones after that. false: neither is there, wait. */
  spend(tokens: number): boolean
  release(): void
}

/**
 * E18: the request budget of one account at one venue. A trade leases the tokens of its entry and of its cures before it starts; entries
 * together use at most half of the rate, and what is leased for cures is out of reach of every other trade.
 */
export class TokenBudget {
  readonly #clock: Clock
  readonly #all: Bucket
  readonly #entries: Bucket
  #leased = 0

  constructor(rate: TokenRate, clock: Clock) {
    this.#clock = clock
    this.#all = new Bucket(rate, clock.monoNs())
    this.#entries = new Bucket(
      { refillPerSecond: rate.refillPerSecond / ENTRY_SHARE, capacity: rate.capacity / ENTRY_SHARE },
      clock.monoNs(),
    )
  }

  /** The entry's tokens are spent at once, those of the cures kept back. null: the trade is not admitted now. */
  admit(entryTokens: number, cureTokens: number): TokenLease | null {
    const nowNs = this.#clock.monoNs()
    if (this.#all.level(nowNs) - this.#leased < entryTokens + cureTokens || this.#entries.level(nowNs) < entryTokens) return null
    this.#all.take(entryTokens)
    this.#entries.take(entryTokens)
    this.#leased += cureTokens
    return this.#lease(cureTokens)
  }

  #lease(tokens: number): TokenLease {
    let left = tokens
    const giveBack = (amount: number): void => {
      left -= amount
      this.#leased -= amount
    }
    return {
      get left() {
        return left
      },
      spend: (amount) => {
        const fromLease = Math.min(amount, left)
        if (this.#all.level(this.#clock.monoNs()) - this.#leased < amount - fromLease) return false
        giveBack(fromLease)
        this.#all.take(amount)
        return true
      },
      release: () => giveBack(left),
    }
  }
}

/** A bucket that refills evenly up to its capacity. */
class Bucket {
  readonly #rate: TokenRate
  #level: number
  #atNs: bigint

  constructor(rate: TokenRate, nowNs: bigint) {
    invariant(rate.refillPerSecond > 0 && rate.capacity > 0, 'a token rate is positive')
    this.#rate = rate
    this.#level = rate.capacity
    this.#atNs = nowNs
  }

  level(nowNs: bigint): number {
    const refill = (Number(nowNs - this.#atNs) / NS_PER_SECOND) * this.#rate.refillPerSecond
    this.#level = Math.min(this.#rate.capacity, this.#level + refill)
    this.#atNs = nowNs
    return this.#level
  }

  take(tokens: number): void {
    this.#level -= tokens
  }
}
