import type { Price, Quantity } from '../../core/units'
import type { BookSide, SelfTradePrevention } from './rows'

/** A resting order: of an account (`accountId`), or of an outside participant (null). */
export interface Resting {
  readonly id: string
  readonly accountId: string | null
  readonly clientOrderId: string
  readonly side: BookSide
  readonly price: Price
  readonly priority: number
  remaining: Quantity
}

export interface Incoming {
  readonly side: BookSide
  readonly price: Price
  readonly accountId: string | null
  readonly selfTradePrevention: SelfTradePrevention
}

export const opposite = (side: BookSide): BookSide => (side === 'bid' ? 'ask' : 'bid')

/** One book of YES prices, price-time priority. It knows neither accounts nor fees. */
export class Book {
  readonly #bids: Resting[] = []
  readonly #asks: Resting[] = []

  /** Best price first, then first come. Not to be changed by the caller. */
  side(side: BookSide): readonly Resting[] {
    return side === 'bid' ? this.#bids : this.#asks
  }

  best(side: BookSide): Resting | undefined {
    return this.side(side)[0]
  }

  add(order: Resting): void {
    const queue = order.side === 'bid' ? this.#bids : this.#asks
    let at = queue.length
    while (at > 0 && comesBefore(order, queue[at - 1])) at -= 1
    queue.splice(at, 0, order)
  }

  /** Takes `by` off an order; at zero the order leaves the book. */
  reduce(order: Resting, by: Quantity): void {
    order.remaining = (order.remaining - by) as Quantity
    if (order.remaining > 0) return
    const queue = order.side === 'bid' ? this.#bids : this.#asks
    const at = queue.indexOf(order)
    if (at >= 0) queue.splice(at, 1)
  }

  find(id: string): Resting | undefined {
    return this.#bids.find((order) => order.id === id) ?? this.#asks.find((order) => order.id === id)
  }

  /** Orders on the other side that an incoming order would meet, best first. */
  crossing(side: BookSide, price: Price): readonly Resting[] {
    const queue = this.side(opposite(side))
    const end = queue.findIndex((order) => !crosses(side, price, order.price))
    return end === -1 ? queue : queue.slice(0, end)
  }

  /** Aggregated levels, best first. */
  levels(side: BookSide): readonly (readonly [Price, Quantity])[] {
    const levels: [Price, Quantity][] = []
    for (const order of this.side(side)) {
      const last = levels.at(-1)
      if (last && last[0] === order.price) last[1] = (last[1] + order.remaining) as Quantity
      else levels.push([order.price, order.remaining])
    }
    return levels
  }
}

const crosses = (side: BookSide, limit: Price, resting: Price): boolean => (side === 'bid' ? resting <= limit : resting >= limit)

function comesBefore(order: Resting, other: Resting | undefined): boolean {
  if (!other) return false
  if (order.price !== other.price) return order.side === 'bid' ? order.price > other.price : order.price < other.price
  return order.priority < other.priority
}
