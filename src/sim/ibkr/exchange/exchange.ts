import { assertNever } from '../../../core/assert'
import { otherOutcome, type Outcome } from '../../../core/ids'
import { parseFixed } from '../../../core/units'
import { Account, ONE_DOLLAR_MICROS, type SavedAccount } from './account'
import { Agenda, type Plan, type Planned } from './agenda'
import { Audit, type SavedAudit } from './audit'
import { Coupon, type SavedCoupon } from './coupon'
import { Fills } from './fills'
import { Listings, type Contract, type Listing, type SavedListing } from './listings'
import { Obstacles } from './obstacles'
import { OrderDesk } from './order-desk'
import type { Execution, Order, OrderIdentity, Refusal } from './orders'
import type { FaultBook, IbkrSection, OutsideAsk, SimClock } from '../port'

/** Who hears what happens; called in the order of a real gateway's frames (§7). */
export interface ExchangeReports {
  openOrder(order: Order): void
  orderStatus(order: Order): void
  /** An execution, and the order that it is of, or whose netting it is. */
  execution(execution: Execution, order: Order): void
  commission(execution: Execution, order: Order): void
  /** An error or a warning that carries an order's id. */
  orderError(order: OrderIdentity, refusal: Refusal): void
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
export interface SavedExchange extends SavedState {
  readonly listings: readonly SavedListing[]
  readonly orders: readonly Order[]
  readonly executions: readonly Execution[]
  readonly audit?: SavedAudit
}

/** What of it does not grow with the history. */
export interface SavedState {
  readonly version: 1
  readonly account: SavedAccount
  readonly lastOrderIds: readonly (readonly [clientId: number, orderId: number])[]
  readonly lastPermId: number
  readonly lastExecution: number
  /** Absent in the states of earlier versions. */
  readonly agenda?: readonly Planned[]
  readonly audit?: Omit<SavedAudit, 'filled'>
  readonly coupon?: SavedCoupon
}

/** The market and the broker behind the gateway: pair books, one trading account, its orders and their fills. */
export class Exchange {
  readonly listings: Listings
  readonly account: Account
  readonly orders: OrderDesk
  readonly coupon: Coupon
  readonly fills: Fills
  readonly #agenda: Agenda
  readonly #audit: Audit
  readonly #pairPrice: number

  constructor(private readonly options: ExchangeOptions) {
    const { section, saved, clock, commit } = options
    const { settings } = section
    const [trading] = section.accounts
    if (!trading) throw new Error('section "ibkr" needs at least one account')
    const feePerContract = parseFixed(settings.fee_per_contract, 6)
    this.#pairPrice = parseFixed(settings.pair_price, 6)
    const market = { pairPrice: this.#pairPrice, hours: settings.trading_hours }
    this.listings = new Listings(section.contracts, saved?.listings ?? [], market)
    const account = saved?.account ?? { cash: parseFixed(trading.cash, 6), holdings: [] }
    this.account = new Account(trading.account, account)
    this.#audit = new Audit(account, saved?.orders ?? [], saved?.audit)
    this.#agenda = new Agenda(clock, commit, (plan) => this.#run(plan))
    const obstacles = new Obstacles({ section, account: this.account, feePerContract, orders: () => this.orders.live() })
    const parts = { ...options, account: this.account, audit: this.#audit, agenda: this.#agenda, feePerContract, obstacles }
    this.fills = new Fills({ ...parts, availableCash: () => obstacles.availableCash() }, saved)
    this.orders = new OrderDesk({ ...parts, listings: this.listings, fills: this.fills })
    this.orders.resume()
    this.#agenda.resume(saved?.agenda ?? [])
    this.coupon = new Coupon({ ...parts, listings: this.listings, rate: parseFixed(settings.coupon_rate, 6) }, saved?.coupon)
  }

  executions(): readonly Execution[] {
    return this.fills.executions
  }

  /** What does not hold of cash, positions and fills; empty unless the simulator is wrong. */
  violations(): readonly string[] {
    return this.#audit.check(this.account, this.orders.all(), this.listings)
  }

  /** After each change: complains on standard error of what it has broken. */
  verify(): void {
    this.#audit.checkChanges(this.account, this.listings)
  }

  /** The client has read the completed orders: late fills that waited for that happen now. */
  completedOrdersRead(): void {
    this.#agenda.release()
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
    const held = { yes: this.account.size(listing.conId('yes')), no: this.account.size(listing.conId('no')) }
    listing.state = { kind: 'settled', result, held }
    for (const order of this.orders.working()) if (listing.outcomeOf(order.conId)) this.orders.endings.end(order)
    listing.book.clear()
    for (const outcome of ['yes', 'no'] as const) {
      const conId = listing.conId(outcome)
      if (held[outcome] === 0) continue
      this.account.close(conId, held[outcome], outcome === result ? ONE_DOLLAR_MICROS : 0)
      this.#audit.settlement(conId, held[outcome], outcome === result)
      this.options.reports.position({ listing, outcome })
    }
    this.options.reports.quotes(listing)
  }

  /** Pays a settled question as if the other outcome had won. @throws Error when it is not settled, is settled so, or the cash does not cover it. */
  amendSettlement(listing: Listing, result: Outcome): void {
    const { state } = listing
    if (state.kind !== 'settled') throw new Error('the question is not settled: settle it before its result is amended')
    if (state.result === result) throw new Error(`the question is settled as "${result}" already`)
    const { held = { yes: 0, no: 0 } } = state
    const amount = (held[result] - held[state.result]) * ONE_DOLLAR_MICROS
    if (amount < 0 && this.orders.availableCash() < -amount) throw new Error('the available cash does not cover what would be taken back')
    this.options.commit(() => {
      listing.state = { ...state, result }
      this.account.credit(amount)
      this.#audit.amendment(amount)
    })
  }

  savedState(): SavedState {
    return {
      version: 1,
      account: this.account.snapshot(),
      lastExecution: this.fills.lastExecution,
      agenda: this.#agenda.snapshot(),
      audit: this.#audit.snapshot(this.orders.all()),
      coupon: this.coupon.snapshot(),
      ...this.orders.lastIds(),
    }
  }

  /** The orders that were filled, or whose fills were corrected, since this was last asked. */
  takeFilled(): readonly Order[] {
    return this.#audit.takeFilled()
  }

  /** Contracts of an order that its executions have filled. */
  audited(permId: number): number {
    return this.#audit.filledOf(permId)
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
      if (typeof bid.owner === 'object') this.fills.hit(bid.owner, { listing, outcome: other }, taken, bid.price)
    }
    return left
  }

  #run(plan: Plan): void {
    const order = this.orders.byPermId(plan.permId)
    if (!order) return
    switch (plan.kind) {
      case 'late_fill':
        return this.orders.endings.lateFill(order, plan.size)
      case 'correction':
        return this.#correct(order, plan)
      case 'cancel':
        return order.completed === null ? this.orders.endings.end(order) : undefined
      case 'expire':
        return this.orders.expire(order, plan.atMs)
      case 'open':
        return this.orders.open(order)
      default:
        assertNever(plan)
    }
  }

  #correct(order: Order, { execId, steps }: Extract<Plan, { kind: 'correction' }>): void {
    const execution = this.fills.executions.findLast((candidate) => candidate.execId === execId)
    const contract = this.listings.contract(order.conId)
    if (!execution || !contract) return
    this.fills.corrections.go(order, contract, execution, steps)
    if (contract.listing.state.kind === 'open') this.fills.net(order, contract, order.lastPrice)
  }
}
