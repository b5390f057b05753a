import { otherOutcome, type Outcome } from '../../../core/ids'
import type { Order } from './orders'

/** Who stands behind a resting bid: another participant, a recorded quote, or an order of ours. */
export type BidOwner = 'outside' | 'tape' | Order

/** A resting bid for one outcome: µ$ per contract, whole contracts. */
export interface Bid {
  readonly price: number
  readonly owner: BidOwner
  size: number
}

export interface QuoteSide {
  readonly price: number
  readonly size: number
}

export interface Quote {
  readonly bid: QuoteSide | null
  readonly ask: QuoteSide | null
}

/** The resting bids of one question. There are no sellers: a YES bid and a NO bid execute when they add up to the pair price (§3). */
export class PairBook {
  readonly #bids: Record<Outcome, Bid[]> = { yes: [], no: [] }
  #revision = 0

  constructor(readonly pairPrice: number) {}

  /** Another number whenever the bids of outside participants have changed. */
  get revision(): number {
    return this.#revision
  }

  /** Rests a bid behind all bids of its price. */
  rest(outcome: Outcome, bid: Bid): void {
    if (bid.owner === 'outside') this.#revision += 1
    const bids = this.#bids[outcome]
    const at = bids.findIndex((other) => other.price < bid.price)
    bids.splice(at < 0 ? bids.length : at, 0, bid)
  }

  bids(outcome: Outcome): readonly Bid[] {
    return this.#bids[outcome]
  }

  /** The bids of the other outcome that pair with a bid at `limit`, in price–time priority. */
  pairingWith(outcome: Outcome, limit: number): Bid[] {
    return this.#bids[otherOutcome(outcome)].filter((bid) => bid.price + limit >= this.pairPrice)
  }

  /** Takes `size` contracts from a bid: what is taken is gone. */
  take(outcome: Outcome, bid: Bid, size: number): void {
    bid.size -= size
    if (bid.owner === 'outside') this.#revision += 1
    if (bid.size <= 0) this.#remove(outcome, (other) => other === bid)
  }

  removeOrder(outcome: Outcome, order: Order): void {
    this.#remove(outcome, (bid) => bid.owner === order)
  }

  holds(outcome: Outcome, order: Order): boolean {
    return this.#bids[outcome].some((bid) => bid.owner === order)
  }

  /** Puts an order of ours behind its price again with what is left of it. */
  restAgain(outcome: Outcome, order: Order, size: number): void {
    this.removeOrder(outcome, order)
    if (size > 0) this.rest(outcome, { price: order.limit, size, owner: order })
  }

  removeTape(outcome: Outcome): void {
    this.#remove(outcome, (bid) => bid.owner === 'tape')
  }

  clear(): void {
    this.#revision += 1
    this.#bids.yes = []
    this.#bids.no = []
  }

  /** BID is the best bid of this outcome; ASK, what buying it now costs, is the complement of the other outcome's best bid. */
  quote(outcome: Outcome): Quote {
    const bid = this.#best(outcome)
    const opposite = this.#best(otherOutcome(outcome))
    return { bid, ask: opposite && { price: this.pairPrice - opposite.price, size: opposite.size } }
  }

  #best(outcome: Outcome): QuoteSide | null {
    const best = this.#bids[outcome][0]
    if (!best) return null
    const size = this.#bids[outcome].reduce((sum, bid) => (bid.price === best.price ? sum + bid.size : sum), 0)
    return { price: best.price, size }
  }

  #remove(outcome: Outcome, when: (bid: Bid) => boolean): void {
    this.#bids[outcome] = this.#bids[outcome].filter((bid) => !when(bid))
  }
}
