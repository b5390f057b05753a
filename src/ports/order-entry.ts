import type { ClientOrderId, Venue } from '../core/ids'
import type { OrderIntent } from '../core/trade/order'
import type { Final, LegOutcome, RejectReason } from '../core/trade/outcome'

export interface OrderEntry {
  readonly venue: Venue
  /** `mayWrite` (the gate, E11 E20) is asked in the same turn as the socket write. Never throws for the venue's answer or its silence. */
  place(order: OrderIntent, mayWrite: () => RejectReason | null, signal: AbortSignal): Promise<LegOutcome>
  /** 'unknown' = ask again; never-accepted only by E12. */
  find(order: OrderIntent, signal: AbortSignal): Promise<LegOutcome>
  /** null: not yet final (E14). */
  finalise(order: OrderIntent, signal: AbortSignal): Promise<Final | null>
  /** Kill: cancels what rests, by id; returns what still rests. */
  cancelEverything(signal: AbortSignal): Promise<readonly ClientOrderId[]>
}
