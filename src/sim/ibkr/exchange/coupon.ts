import type { Account } from './account'
import type { Audit } from './audit'
import type { Listings } from './listings'
import type { SimClock } from '../port'
import { zonedDate, zonedMs } from '../protocol/zoned-time'

/** The day whose closing value earns the coupon ends at midnight of the exchange (§3 "Incentive coupon"). */
const EXCHANGE_ZONE = 'US/Central'
const DAYS_A_YEAR = 365n
const ONE_MICROS = 1_000_000n

export interface SavedCoupon {
  /** µ$ earned and not yet paid. */
  readonly accrued: number
  /** The day up to which it is counted, `YYYYMMDD`. */
  readonly day: string
}

export interface CouponOptions {
  readonly account: Account
  readonly audit: Audit
  readonly listings: Listings
  readonly clock: SimClock
  /** Millionths a year. */
  readonly rate: number
  readonly commit: (work: () => void) => void
}

/** Interest on what is held: a day's worth at each midnight, paid into cash when somebody says so. */
export class Coupon {
  #accrued: number
  #day: string

  constructor(
    private readonly options: CouponOptions,
    saved: SavedCoupon | undefined,
  ) {
    const { clock, rate } = options
    this.#accrued = saved?.accrued ?? 0
    this.#day = saved?.day ?? zonedDate(clock.nowMs(), EXCHANGE_ZONE)
    if (rate > 0) this.#waitForMidnight()
  }

  /** µ$ earned and not yet paid. */
  get accrued(): number {
    return this.#accrued
  }

  /** Pays an amount, or all that is accrued. */
  pay(amount: number | null): void {
    this.#accrue()
    const paid = amount ?? this.#accrued
    this.#accrued = Math.max(0, this.#accrued - paid)
    this.options.account.credit(paid)
    this.options.audit.coupon(paid)
  }

  snapshot(): SavedCoupon {
    return { accrued: this.#accrued, day: this.#day }
  }

  #waitForMidnight(): void {
    const { clock, commit } = this.options
    const midnightMs = zonedMs(zonedDate(clock.nowMs(), EXCHANGE_ZONE, 1), '00:00:00', EXCHANGE_ZONE)
    clock.after(midnightMs - clock.nowMs(), () => {
      commit(() => this.#accrue())
      this.#waitForMidnight()
    })
  }

  /** Each day since the last one counted, at what the positions are worth now. */
  #accrue(): void {
    const { clock, rate } = this.options
    const today = zonedDate(clock.nowMs(), EXCHANGE_ZONE)
    while (this.#day < today) {
      this.#accrued += Number((BigInt(this.#marketValue()) * BigInt(rate)) / (ONE_MICROS * DAYS_A_YEAR))
      this.#day = zonedDate(zonedMs(this.#day, '12:00:00', EXCHANGE_ZONE), EXCHANGE_ZONE, 1)
    }
  }

  /** µ$ at the best bids; what nobody bids for is worth nothing. */
  #marketValue(): number {
    const { account, listings } = this.options
    return account.holdings().reduce((sum, { conId, size }) => {
      const contract = listings.contract(conId)
      const bid = contract?.listing.book.quote(contract.outcome).bid
      return sum + (bid ? bid.price * size : 0)
    }, 0)
  }
}
