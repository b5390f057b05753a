import { invariant } from '../../../core/assert'

/** µ$ that a winning contract pays, and that a netted pair is credited. */
export const ONE_DOLLAR_MICROS = 1_000_000

/** What is held of one contract: whole contracts, and what they cost in µ$ with fees. */
export interface Holding {
  readonly conId: number
  size: number
  cost: number
}

export interface SavedAccount {
  readonly cash: number
  readonly holdings: readonly Holding[]
}

/** Cash and positions of the trading account, in µ$ and whole contracts. */
export class Account {
  #cash: number
  readonly #holdings = new Map<number, Holding>()

  constructor(
    readonly name: string,
    saved: SavedAccount,
  ) {
    this.#cash = saved.cash
    for (const holding of saved.holdings) this.#holdings.set(holding.conId, { ...holding })
  }

  get cash(): number {
    return this.#cash
  }

  holdings(): readonly Holding[] {
    return [...this.#holdings.values()]
  }

  size(conId: number): number {
    return this.#holdings.get(conId)?.size ?? 0
  }

  buy(conId: number, size: number, price: number, fee: number): void {
    const holding = this.#holdings.get(conId) ?? { conId, size: 0, cost: 0 }
    const cost = size * price + fee
    holding.size += size
    holding.cost += cost
    this.#holdings.set(conId, holding)
    this.#cash -= cost
  }

  /** Another version of a purchase: so many contracts more (or fewer), for so many µ$ more (or fewer). */
  correct(conId: number, size: number, amount: number): void {
    this.#cash -= amount
    const holding = this.#holdings.get(conId) ?? { conId, size: 0, cost: 0 }
    invariant(holding.size + size >= 0, `taking back ${-size} of contract ${conId} that are not held`)
    holding.size += size
    holding.cost += amount
    if (holding.size > 0) this.#holdings.set(conId, holding)
    else this.#holdings.delete(conId)
  }

  /** Cash that comes from elsewhere: a coupon, an amended settlement; negative takes it back. */
  credit(amount: number): void {
    this.#cash += amount
  }

  /** Removes contracts for `each` µ$ a piece: 1.00 per netted pair, or the settlement value. */
  close(conId: number, size: number, each: number): void {
    const holding = this.#holdings.get(conId)
    invariant(holding !== undefined && holding.size >= size, `closing ${size} of contract ${conId} that are not held`)
    this.#cash += size * each
    holding.cost -= Math.round((holding.cost * size) / holding.size)
    holding.size -= size
    if (holding.size === 0) this.#holdings.delete(conId)
  }

  snapshot(): SavedAccount {
    return { cash: this.#cash, holdings: this.holdings().map((holding) => ({ ...holding })) }
  }
}
