import type { BookSide } from '../../../core/ids'
import type { Level } from '../../../core/market/event'
import type { Price, Quantity } from '../../../core/units'

/** One row of a side as the venue tells it (§10.4, messages 12 and 13). */
export interface DepthRow {
  readonly price: Price
  readonly quantity: Quantity
  /** Whose row it is; '' where the venue tells one row for each price. */
  readonly maker: string
}
export interface DepthChange {
  /** Counted from the best row, which is 0. */
  readonly position: number
  readonly operation: 'insert' | 'update' | 'delete' | 'unknown'
  /** null: off the grid of prices or sizes. A deletion needs neither. */
  readonly price: Price | null
  readonly quantity: Quantity | null
  readonly maker: string
}

/**
 * The rows of one side, kept by the venue's operations at positions. Rows behind `limit` were never asked for: an insertion drops the last of
 * a full ladder, and whether the venue then deletes it in words too does not matter.
 */
export class DepthLadder {
  /** How many rows were asked for. */
  readonly limit: number
  readonly #rows: DepthRow[]

  /** @param rows those that are known, best first */
  constructor(limit: number, rows: readonly DepthRow[] = []) {
    this.limit = limit
    this.#rows = [...rows]
  }

  /** Best first. */
  get rows(): readonly DepthRow[] {
    return this.#rows
  }

  /** @returns false when the change cannot follow what is known: something was lost, and nothing is known any more. */
  apply(change: DepthChange): boolean {
    const isApplied = this.#accept(change)
    if (!isApplied) this.clear()
    return isApplied
  }

  clear(): void {
    this.#rows.length = 0
  }

  #accept({ position, operation, price, quantity, maker }: DepthChange): boolean {
    const known = this.#rows.length
    if (operation === 'unknown' || !Number.isInteger(position) || position < 0) return false
    if (position >= this.limit) return known === this.limit
    if (operation === 'delete') return position < known && this.#rows.splice(position, 1).length === 1
    if (price === null || quantity === null || position > known || (operation === 'update' && position === known)) return false
    this.#rows.splice(position, operation === 'update' ? 1 : 0, { price, quantity, maker })
    if (this.#rows.length > this.limit) this.#rows.pop()
    return true
  }
}

/**
 * What a side offers, best first: never more than either of quote and depth says. Quote and depth are two streams that meet in no message; where
 * they disagree the worse price and the smaller size bind. No rows known: the top alone.
 */
export function executable(side: BookSide, top: Level, rows: readonly DepthRow[]): Level[] {
  if (rows.length === 0) return [top]
  const isBehind = (price: Price): boolean => (side === 'ask' ? price > top.price : price < top.price)
  const levels = byPrice(rows).toSorted((a, b) => (side === 'ask' ? a.price - b.price : b.price - a.price))
  const reached = levels.reduce((sum, { price, quantity }) => sum + (isBehind(price) ? 0 : quantity), 0)
  const first: Level = { price: top.price, quantity: Math.min(top.quantity, reached) as Quantity }
  return [first, ...levels.filter(({ price }) => isBehind(price))].filter(({ quantity }) => quantity > 0)
}

/** While rows move, one may stand twice for a moment: at a price each maker counts once, with the least it was said to have. */
function byPrice(rows: readonly DepthRow[]): Level[] {
  const makers = new Map<Price, Map<string, Quantity>>()
  for (const { price, quantity, maker } of rows) {
    const at = makers.get(price) ?? new Map<string, Quantity>()
    const said = at.get(maker)
    makers.set(price, at.set(maker, said === undefined || quantity < said ? quantity : said))
  }
  return [...makers].map(([price, at]) => ({ price, quantity: [...at.values()].reduce((sum, of) => sum + of, 0) as Quantity }))
}
