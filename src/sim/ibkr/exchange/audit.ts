import { ONE_DOLLAR_MICROS, type Account, type SavedAccount } from './account'
import type { Listings } from './listings'
import type { Execution, Order } from './orders'

/** What has moved cash, in µ$, and what has moved positions, in contracts; kept apart from the account that it is held against. */
export interface SavedAudit {
  readonly start: number
  readonly premiums: number
  readonly fees: number
  readonly nettings: number
  readonly settlements: number
  readonly coupons: number
  readonly positions: readonly (readonly [conId: number, size: number])[]
  readonly filled: readonly (readonly [permId: number, size: number])[]
}

type Flow = 'premiums' | 'fees' | 'nettings' | 'settlements' | 'coupons'

/** Recomputes the account from the reports of what happened: cash, positions, and the fills of each order. */
export class Audit {
  readonly #start: number
  readonly #flows: Record<Flow, number>
  readonly #positions: Map<number, number>
  readonly #filled: Map<number, number>
  readonly #known = new Set<string>()
  /** Orders that were filled since they were last looked at. */
  readonly #touched = new Set<Order>()
  /** The same since they were last taken. */
  readonly #unsaved = new Set<Order>()

  /** An account that nobody has audited yet is taken as it is. */
  constructor(account: SavedAccount, orders: readonly Order[], saved: SavedAudit | undefined) {
    this.#start = saved?.start ?? account.cash
    const { premiums = 0, fees = 0, nettings = 0, settlements = 0, coupons = 0 } = saved ?? {}
    this.#flows = { premiums, fees, nettings, settlements, coupons }
    this.#positions = new Map(saved?.positions ?? account.holdings.map(({ conId, size }) => [conId, size]))
    this.#filled = new Map(saved?.filled ?? orders.map(({ permId, filled }) => [permId, filled]))
  }

  /** A purchase, or the newer version of one. */
  purchase(order: Order, now: Execution, before: Execution | null, feePerContract: number): void {
    const size = now.size - (before?.size ?? 0)
    this.#flows.premiums += now.size * now.price - (before ? before.size * before.price : 0)
    this.#flows.fees += size * feePerContract
    this.#move(now.conId, size)
    this.#filled.set(order.permId, this.filledOf(order.permId) + size)
    this.#touched.add(order)
    this.#unsaved.add(order)
  }

  /** One of the two reports of a netting: their prices add up to the dollar that a pair is credited. */
  netting({ conId, size, price }: Execution): void {
    this.#flows.nettings += size * price
    this.#move(conId, -size)
  }

  settlement(conId: number, size: number, pays: boolean): void {
    if (pays) this.#flows.settlements += size * ONE_DOLLAR_MICROS
    this.#move(conId, -size)
  }

  /** What an amended settlement pays more, or takes back. */
  amendment(amount: number): void {
    this.#flows.settlements += amount
  }

  coupon(amount: number): void {
    this.#flows.coupons += amount
  }

  /** What does not hold of the account and of the orders filled since the last look, one sentence each; those that were not there before also go to standard error. */
  checkChanges(account: Account, listings: Listings): readonly string[] {
    const found = this.check(account, [...this.#touched], listings)
    this.#touched.clear()
    return found
  }

  /** The same of these orders. */
  check(account: Account, orders: readonly Order[], listings: Listings): readonly string[] {
    const { premiums, fees, nettings, settlements, coupons } = this.#flows
    const due = this.#start - premiums - fees + nettings + settlements + coupons
    const found: string[] = []
    if (account.cash !== due) found.push(`cash is ${account.cash} µ$ and should be ${due}`)
    if (account.cash < 0) found.push(`cash is negative: ${account.cash} µ$`)
    for (const conId of new Set([...this.#positions.keys(), ...account.holdings().map((holding) => holding.conId)])) {
      const due = this.#positions.get(conId) ?? 0
      if (account.size(conId) !== due) found.push(`${account.size(conId)} of contract ${conId} are held, not ${due}`)
    }
    for (const { orderRef, permId, filled, quantity } of orders) {
      if (filled > quantity) found.push(`order ${orderRef} (${permId}) has ${filled} of ${quantity} filled`)
      const due = this.filledOf(permId)
      if (filled !== due) found.push(`order ${orderRef} (${permId}) says ${filled} filled, its executions ${due}`)
    }
    for (const listing of listings.all()) {
      const [yes, no] = [listing.conId('yes'), listing.conId('no')]
      if (account.size(yes) > 0 && account.size(no) > 0) found.push(`both outcomes are held: ${yes} and ${no}`)
    }
    this.#complain(found)
    return found
  }

  /** Without the counts of the orders, of which only those that are kept are. */
  snapshot(orders: readonly Order[]): Omit<SavedAudit, 'filled'> {
    this.#prune(orders)
    return { start: this.#start, ...this.#flows, positions: [...this.#positions] }
  }

  /** The orders that were filled, or whose fills were corrected, since this was last asked. */
  takeFilled(): readonly Order[] {
    const orders = [...this.#unsaved]
    this.#unsaved.clear()
    return orders
  }

  /** Contracts of an order that its executions have filled. */
  filledOf(permId: number): number {
    return this.#filled.get(permId) ?? 0
  }

  #move(conId: number, size: number): void {
    const now = (this.#positions.get(conId) ?? 0) + size
    if (now === 0) this.#positions.delete(conId)
    else this.#positions.set(conId, now)
  }

  #complain(found: readonly string[]): void {
    for (const sentence of found) {
      if (this.#known.has(sentence)) continue
      this.#known.add(sentence)
      process.stderr.write(`THE SIMULATED EXCHANGE IS WRONG: ${sentence}\n`)
    }
  }

  /** Orders that are no longer kept need no count. */
  #prune(orders: readonly Order[]): void {
    if (this.#filled.size <= 2 * orders.length + 1) return
    const kept = new Set(orders.map(({ permId }) => permId))
    for (const permId of this.#filled.keys()) if (!kept.has(permId)) this.#filled.delete(permId)
  }
}
