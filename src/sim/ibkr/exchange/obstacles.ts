import type { Account } from './account'
import { conIdOf, type Contract } from './listings'
import { isWorking, rejected, remaining, type Order, type Refusal } from './orders'
import type { IbkrSection } from '../port'

export interface ObstacleOptions {
  readonly section: IbkrSection
  readonly account: Account
  /** µ$ per contract of an executed purchase. */
  readonly feePerContract: number
  readonly orders: () => readonly Order[]
}

/** What stops an order that obeys the order rules: permission, cash, limits, an order of our own. */
export class Obstacles {
  constructor(private readonly options: ObstacleOptions) {}

  /** Cash that no working order (but `except`) has reserved, in µ$. */
  availableCash(except?: Order): number {
    const others = this.options.orders().filter((order) => order !== except)
    return others.reduce((left, order) => left - this.#cost(order), this.options.account.cash)
  }

  /** The first obstacle of an order, new or changed. */
  of(order: Order, { listing, outcome }: Contract): Refusal | null {
    const { missing_permission, orders_per_side, position_limit } = this.options.section.settings
    if (missing_permission !== undefined) return NO_PERMISSION[missing_permission]
    if (this.#cost(order) > this.availableCash(order)) return rejected('The available cash does not cover the premium and the fee.')
    const side = this.options.orders().filter((other) => other !== order && isWorking(other) && other.conId === order.conId)
    if (side.length >= orders_per_side) return rejected(`More than ${orders_per_side} working orders on one side of a contract.`)
    const bid = side.reduce((sum, other) => sum + remaining(other), remaining(order))
    if (this.options.account.size(conIdOf({ listing, outcome })) + bid > position_limit)
      return rejected(`The position would exceed the limit of ${position_limit} contracts.`)
    const meetsOwn = listing.book.pairingWith(outcome, order.limit).some((other) => typeof other.owner === 'object')
    return meetsOwn ? rejected('The order would trade with a resting order of the same account.') : null
  }

  /** µ$ that the rest of an order can still cost, also after its end. */
  #cost(order: Order): number {
    return (order.limit + this.options.feePerContract) * (isWorking(order) ? remaining(order) : order.late)
  }
}

/** Which of them a real gateway sends is uncertain (§8). */
const NO_PERMISSION: Readonly<Record<201 | 203 | 460, Refusal>> = {
  201: rejected('No trading permissions for event contracts.'),
  203: { code: 203, text: 'The security is not available or allowed for this account.' },
  460: { code: 460, text: 'No trading permissions.' },
}
