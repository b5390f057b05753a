import { isOurOrderId, type ClientOrderId } from '../../core/ids'
import { NO_QUANTITY, quantity, type Quantity } from '../../core/units'
import { isTerminal } from './wire/orders'
import type { StreamFill, StreamOrder } from './wire/stream'

/** Orders that are remembered at once: eight minutes at the most that the order port lets out (240 a minute); an order is final within seconds. */
const ORDERS_MAX = 2_000

/** What is known of one of our orders without having asked for it. Every field is true as far as it goes; none is complete by itself. */
export interface Told {
  readonly venueOrderIds: readonly string[]
  /** The private channel has shown its end, and the fills it told add up to it; null: not so. */
  readonly end: StreamOrder | null
  /** The venue has said, here or in its answer, that nothing of it is left to happen. */
  readonly over: boolean
  /** No list that shows less can be complete. */
  readonly least: Quantity
  /** Each execution once. */
  readonly fills: readonly StreamFill[]
  /** Two messages that cannot both be true: only the lists count. */
  readonly contradicts: boolean
}

/** One order of the venue, as heard. */
interface Heard {
  readonly venueOrderId: string
  clientOrderId: ClientOrderId | null
  end: StreamOrder | null
  answered: Quantity | null
  contradicts: boolean
  readonly fills: Map<string, StreamFill>
}

/**
 * What the private channels and our own answers say of our orders, in any order and any number of times. The channels carry no sequence: a message may
 * be missing, so nothing here rests on one that did not come. An end counts with the fills that add up to it, which a lost message cannot fake; a lost
 * connection therefore makes nothing here untrue, and what was not complete before it stays incomplete.
 */
export class OrderWatch {
  readonly #heard = new Map<string, Heard>()
  readonly #venueOrderIds = new Map<ClientOrderId, Set<string>>()

  /** The venue accepted it in its own answer; an IOC or FOK is over then. */
  answered(id: ClientOrderId, venueOrderId: string, filled: Quantity): void {
    const heard = this.#of(venueOrderId, id)
    if (heard) heard.answered = filled
  }

  onOrder(order: StreamOrder): void {
    const heard = this.#of(order.venueOrderId, order.clientOrderId)
    if (!heard || !isTerminal(order.status)) return // what is open tells nothing that lasts
    if (heard.end && heard.end.filled !== order.filled) heard.contradicts = true
    heard.end = order
  }

  onFill(fill: StreamFill): void {
    const heard = this.#of(fill.venueOrderId, fill.clientOrderId)
    if (!heard) return
    const known = heard.fills.get(fill.executionId)
    if (known && (known.quantity !== fill.quantity || known.yesPrice !== fill.yesPrice || known.side !== fill.side))
      heard.contradicts = true
    heard.fills.set(fill.executionId, fill)
  }

  /** null: never heard of. That proves nothing (E12). */
  told(id: ClientOrderId): Told | null {
    const all = [...(this.#venueOrderIds.get(id) ?? [])].flatMap((venueOrderId) => this.#heard.get(venueOrderId) ?? [])
    const [only] = all
    if (!only) return null
    const fills = all.flatMap((each) => [...each.fills.values()])
    const filled = fills.reduce((sum, fill) => sum + fill.quantity, 0)
    const contradicts = all.length > 1 || only.contradicts
    return {
      venueOrderIds: all.map(({ venueOrderId }) => venueOrderId),
      end: !contradicts && only.end?.filled === filled ? only.end : null,
      over: only.end !== null || only.answered !== null,
      least: quantity(Math.max(filled, only.end?.filled ?? NO_QUANTITY, only.answered ?? NO_QUANTITY)),
      fills,
      contradicts,
    }
  }

  /** It is final: what comes now is a late fill, and is remembered anew. */
  forget(id: ClientOrderId): void {
    for (const venueOrderId of this.#venueOrderIds.get(id) ?? []) this.#heard.delete(venueOrderId)
    this.#venueOrderIds.delete(id)
  }

  /** null: somebody else's. A fill may come without our id before its order tells it. */
  #of(venueOrderId: string, named: string | null): Heard | null {
    if (named !== null && !isOurOrderId(named)) return null
    const heard = this.#heard.get(venueOrderId) ?? this.#remember(venueOrderId)
    if (named === null) return heard
    if (heard.clientOrderId !== null && heard.clientOrderId !== named) heard.contradicts = true
    heard.clientOrderId ??= named
    const ids = this.#venueOrderIds.get(named) ?? new Set()
    this.#venueOrderIds.set(named, ids.add(venueOrderId))
    return heard
  }

  #remember(venueOrderId: string): Heard {
    const [oldest] = this.#heard.size >= ORDERS_MAX ? this.#heard.values() : []
    if (oldest) this.#heard.delete(oldest.venueOrderId)
    if (oldest?.clientOrderId) this.#venueOrderIds.delete(oldest.clientOrderId)
    const heard: Heard = { venueOrderId, clientOrderId: null, end: null, answered: null, contradicts: false, fills: new Map() }
    this.#heard.set(venueOrderId, heard)
    return heard
  }
}
