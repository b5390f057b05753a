import { otherOutcome, type Outcome } from '../../../core/ids'
import { parseFixed } from '../../../core/units'
import { Account, ONE_DOLLAR_MICROS, type SavedAccount } from './account'
import { Fills } from './fills'
import { Listings, type Contract, type Listing, type SavedListing } from './listings'
import { OrderDesk } from './order-desk'
import type { Execution, Order, Refusal } from './orders'
import type { FaultBook, IbkrSection, OutsideAsk, SimClock } from '../port'

/** Who hears what happens; called in the order of a real gateway's frames (§7). */
export interface ExchangeReports {
  openOrder(order: Order): void
  orderStatus(order: Order): void
  execution(execution: Execution): void
  commission(execution: Execution): void
  /** An error or a warning that carries an order's id. */
  orderError(clientId: number, orderId: number, refusal: Refusal): void
  /** The broker's answer to an order that was only asked about. */
  whatIf(order: Order): void
  position(contract: Contract): void
  quotes(listing: Listing): void
}

export interface ExchangeOptions {
  readonly section: IbkrSection
  readonly clock: SimClock
  readonly faults: FaultBook
  readonly reports: ExchangeReports
  readonly saved: SavedExchange | null
  /** Runs a change that must be durable before anybody is told of it. */
  readonly commit: (work: () => void) => void
}

/** Everything that survives the process, as plain JSON. */
export interface SavedExchange {
  readonly version: 1
  readonly account: SavedAccount
  readonly listings: readonly SavedListing[]
  readonly orders: readonly Order[]
  readonly executions: readonly Execution[]
  readonly lastOrderIds: readonly (readonly [clientId: number, orderId: number])[]
  readonly lastPermId: number
  readonly lastExecution: number
}

/** The market and the broker behind the gateway: pair books, one trading account, its orders and their fills. */
export class Exchange {
  readonly listings: Listings
  readonly account: Account
  readonly orders: OrderDesk
  readonly #fills: Fills
  readonly #pairPrice: number

  constructor(private readonly options: ExchangeOptions) {
    const { section, saved } = options
    const [trading] = section.accounts
    if (!trading) throw new Error('section "ibkr" needs at least one account')
    const feePerContract = parseFixed(section.settings.fee_per_contract, 6)
    this.#pairPrice = parseFixed(section.settings.pair_price, 6)
    this.listings = new Listings(section.contracts, saved?.listings ?? [], this.#pairPrice)
    this.account = new Account(trading.account, saved?.account ?? { cash: parseFixed(trading.cash, 6), holdings: [] })
    this.#fills = new Fills({ ...options, account: this.account, feePerContract }, saved)
    this.orders = new OrderDesk({ ...options, listings: this.listings, account: this.account, fills: this.#fills, feePerContract })
  }

  executions(): readonly Execution[] {
    return this.#fills.executions
  }

  /** An outside participant's bid: pairs with what rests, in price–time priority at the resting price; the rest of it rests. */
  bidFromOutside(contract: Contract, price: number, size: number): void {
    const { listing, outcome } = contract
    const left = this.#hit(contract, price, size, true)
    if (left > 0) listing.book.rest(outcome, { price, size: left, owner: 'outside' })
    this.options.reports.quotes(listing)
  }

  /** Replaces the tape's ask of an outcome, which is a bid for the other one; our resting orders that it reaches are filled. */
  setTapeAsk(listing: Listing, outcome: Outcome, ask: OutsideAsk | null): void {
    const { reports, commit } = this.options
    const bidder = { listing, outcome: otherOutcome(outcome) }
    listing.book.removeTape(bidder.outcome)
    const price = ask ? this.#pairPrice - parseFixed(ask.price, 6) : 0
    const replace = (hit: (size: number) => number): void => {
      const left = ask ? hit(ask.size) : 0
      if (left > 0) listing.book.rest(bidder.outcome, { price, size: left, owner: 'tape' })
      reports.quotes(listing)
    }
    const reachesOwn = ask !== null && listing.book.pairingWith(bidder.outcome, price).some((bid) => typeof bid.owner === 'object')
    // A tape may change quotes a thousand times a second: only what touches an order is saved.
    if (reachesOwn) commit(() => replace((size) => this.#hit(bidder, price, size, false)))
    else replace((size) => size)
  }

  /** Pays the winner 1.00 and the loser nothing; positions vanish, without an execution (§3 "Settlement"). */
  settle(listing: Listing, result: Outcome): void {
    for (const order of this.orders.working()) if (listing.outcomeOf(order.conId)) this.orders.end(order)
    listing.state = { kind: 'settled', result }
    listing.book.clear()
    for (const outcome of ['yes', 'no'] as const) {
      const conId = listing.conId(outcome)
      const held = this.account.size(conId)
      if (held === 0) continue
      this.account.close(conId, held, outcome === result ? ONE_DOLLAR_MICROS : 0)
      this.options.reports.position({ listing, outcome })
    }
    this.options.reports.quotes(listing)
  }

  snapshot(): SavedExchange {
    return {
      version: 1,
      account: this.account.snapshot(),
      listings: this.listings.all().map((listing) => listing.snapshot()),
      executions: this.#fills.executions,
      lastExecution: this.#fills.lastExecution,
      ...this.orders.snapshot(),
    }
  }

  /** Pairs an outside bid with what rests on the other side. @returns the contracts left over. */
  #hit({ listing, outcome }: Contract, price: number, size: number, everybody: boolean): number {
    const other = otherOutcome(outcome)
    let left = size
    for (const bid of listing.book.pairingWith(outcome, price)) {
      if (!everybody && typeof bid.owner !== 'object') continue
      const taken = Math.min(left, bid.size)
      if (taken === 0) break
      left -= taken
      listing.book.take(other, bid, taken)
      if (typeof bid.owner === 'object') this.#fills.fill(bid.owner, { listing, outcome: other }, taken, bid.price)
    }
    return left
  }
}
