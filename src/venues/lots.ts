import type { ClientOrderId } from '../core/ids'
import type { OrderIntent } from '../core/trade/order'
import type { Plan } from '../core/trade/plan'
import { formatQuantity, quantity } from '../core/units'
import type { BookedOrder } from '../ports/guard'
import type { JournalMark, TradeJournal } from '../ports/journal'

/** What one of our own orders was sent for, and between which bounds its fill lies as far as this host knows. */
interface FillBounds {
  readonly purpose: string
  readonly sent: number
  readonly least: number
  readonly most: number
  readonly isFinal: boolean
}

/** Nothing is known of an order until it is answered: it may have filled nothing or all of it. Its own answer may be short (E15), a final is exact. */
function fillBounds(marks: readonly JournalMark[]): FillBounds | null {
  let bounds: FillBounds | null = null
  for (const mark of marks) {
    if (mark.mark === 'sending') bounds = { purpose: mark.purpose, sent: mark.quantity, least: 0, most: mark.quantity, isFinal: false }
    if (mark.mark === 'refused') return null // no byte left
    if (mark.mark === 'answered' && bounds)
      bounds = mark.outcome.kind === 'done' ? { ...bounds, least: mark.outcome.filled } : { ...bounds, least: 0, most: 0 }
    if (mark.mark === 'final') {
      const filled = filledBy(mark.fills)
      bounds = { purpose: mark.order.purpose, sent: mark.order.quantity, least: filled, most: filled, isFinal: true }
    }
  }
  return bounds
}

function filledBy(fills: Extract<JournalMark, { readonly mark: 'final' }>['fills']): number {
  const corrected = new Set(fills.map(({ corrects }) => corrects))
  return fills.reduce((sum, fill) => (corrected.has(fill.executionId) ? sum : sum + fill.quantity), 0)
}

/** A final in the ledger ends all doubt; of two finals the larger stands, because a late fill may have reached only one of them (E14). */
function withLedger(known: FillBounds | null, booked: BookedOrder | undefined): FillBounds | null {
  if (!booked) return known
  const { purpose, quantity: sent, filled } = booked
  const most = known?.isFinal ? Math.max(known.most, filled) : filled
  return { purpose, sent, least: most, most, isFinal: true }
}

/**
 * I3: openings never add up to more than the grant, and a reducing order is never longer than what the trade surely holds less what its other
 * reducing orders may have taken. From the journal, and from what the ledger said of a trade that this host did not see from its start.
 * @returns what is wrong, or null.
 */
export function exceedsLots(order: OrderIntent, plan: Plan, journal: TradeJournal, booked: readonly BookedOrder[]): string | null {
  const inLedger = new Map<ClientOrderId, BookedOrder>(booked.map((each) => [each.clientOrderId, each]))
  const others = [...new Set([...journal.ordersOf(order.tradeId), ...inLedger.keys()])]
    .filter((id) => id !== order.clientOrderId)
    .flatMap((id) => withLedger(fillBounds(journal.marks(id)), inLedger.get(id)) ?? [])
  const sum = (purpose: OrderIntent['purpose'], of: 'sent' | 'least' | 'most'): number =>
    others.reduce((total, other) => (other.purpose === purpose ? total + other[of] : total), 0)
  if (order.purpose === 'opening') {
    const granted = plan.legs.reduce((total, leg) => (leg.order.purpose === 'opening' ? total + leg.order.quantity : total), 0)
    const opened = sum('opening', 'sent') + order.quantity
    return opened > granted ? `opens ${shown(opened)} of ${shown(granted)} granted contracts` : null
  }
  const unpaired = Math.max(0, sum('opening', 'least') - sum('reducing', 'most'))
  return order.quantity > unpaired ? `reduces ${shown(order.quantity)} of ${shown(unpaired)} contracts that are surely unpaired` : null
}

const shown = (units: number): string => formatQuantity(quantity(units))
