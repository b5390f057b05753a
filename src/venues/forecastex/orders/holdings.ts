import type { ClientOrderId } from '../../../core/ids'
import { ONE_CONTRACT, type Millis, type Quantity } from '../../../core/units'
import type { HeldPosition } from '../gateway/account-reads'
import type { OrderTerms } from '../wire/order-state'
import { forgetOldest, REMEMBERED_MAX } from './forget'

/**
 * Positions that tell another story than the executions for this long are not late any more: IBKR shows both within seconds, while a hand trade in
 * the same market or a settlement moves the position for good. The executions, read again and again, then stand, and reconciliation has the break.
 */
export const PATIENCE_MS = 60_000

/** `late`: the executions stand although the positions never agreed. */
export type Agreement = 'agree' | 'apart' | 'late'

interface Watched {
  /** YES less NO contracts before the order, in 1e-2; null: not known, an earlier process sent it. */
  readonly before: number | null
  /** What the last read showed. */
  readonly last: number | null
  readonly apartSinceMs: Millis | null
}

/** E14, "positions agree": what the account holds of a market has moved by what the order's executions say. Netting leaves YES less NO as it is. */
export class Holdings {
  #known: readonly HeldPosition[] | null = null
  readonly #orders = new Map<ClientOrderId, Watched>()

  /** Orders whose positions are not judged yet, or never will be. */
  get watched(): number {
    return this.#orders.size
  }

  /** Right before the order's bytes. Every earlier order of the market is final by then (I2), so the last read has them all. */
  before(terms: OrderTerms): void {
    const before = this.#known === null ? null : netOf(this.#known, terms)
    this.#orders.set(terms.clientOrderId, { before, last: null, apartSinceMs: null })
    forgetOldest(this.#orders, REMEMBERED_MAX) // an order that was refused is never judged
  }

  /** A complete read of all positions: the baseline of orders to come. */
  note(positions: readonly HeldPosition[]): void {
    this.#known = positions
  }

  /**
   * Compares a complete read, made after the executions were read again, with what they say. An order without a baseline agrees when two reads are
   * equal. `standAlone`: whether the executions may stand although the positions never agree.
   */
  judge(terms: OrderTerms, filled: Quantity, positions: readonly HeldPosition[], nowMs: Millis, standAlone = true): Agreement {
    const { clientOrderId, outcome } = terms
    const { before, last, apartSinceMs } = this.#orders.get(clientOrderId) ?? { before: null, last: null, apartSinceMs: null }
    const now = netOf(positions, terms)
    const agrees = before === null ? now === last : now === before + (outcome === 'yes' ? filled : -filled)
    const late = standAlone && apartSinceMs !== null && nowMs - apartSinceMs > PATIENCE_MS
    if (agrees || late) this.#orders.delete(clientOrderId)
    else this.#orders.set(clientOrderId, { before, last: now, apartSinceMs: apartSinceMs ?? nowMs })
    return agrees ? 'agree' : late ? 'late' : 'apart'
  }

  /**
   * E12, "equal to the no-fill expectation": whether the account has come to hold more of the outcome than before the order and than its executions
   * say. Without a baseline nothing is known of that.
   */
  showsMore(terms: OrderTerms, filled: Quantity, positions: readonly HeldPosition[]): boolean {
    const before = this.#orders.get(terms.clientOrderId)?.before ?? null
    if (before === null) return false
    const moved = netOf(positions, terms) - before
    return (terms.outcome === 'yes' ? moved : -moved) > filled
  }
}

/** YES less NO, in 1e-2 contracts, of the question and the account of an order. */
export function netOf(positions: readonly HeldPosition[], { account, outcome, conId, oppositeConId }: OrderTerms): number {
  const of = (wanted: number): number =>
    positions.reduce((sum, held) => (held.account === account && held.conId === wanted ? sum + held.contracts : sum), 0)
  return (of(conId) - of(oppositeConId)) * (outcome === 'yes' ? ONE_CONTRACT : -ONE_CONTRACT)
}
