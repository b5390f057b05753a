import { Context } from '@temporalio/activity'
import type { Venue } from '../core/ids'
import type { OrderIntent } from '../core/trade/order'
import type { TradeResult } from '../core/trade/plan'
import type { Quantity } from '../core/units'
import type { Clock } from '../ports/clock'
import type { Guard } from '../ports/guard'
import type { Journal } from '../ports/journal'
import type { Ledger } from '../ports/ledger'
import { withLimit } from '../ports/limit'
import type { Log } from '../ports/log'
import type { OrderEntry } from '../ports/order-entry'
import { askUntil } from './legs'

/** Booking is tried at once for this long; when the ledger is away the journal keeps the fills and `close` waits for them. */
const BOOK_LIMIT_MS = 1_500

export interface BookingDependencies {
  readonly entries: Readonly<Record<Venue, OrderEntry>>
  readonly ledger: Ledger
  readonly journal: Journal
  readonly guard: Guard
  readonly clock: Clock
  readonly log: Log
}
export interface BookingActivities {
  finish(order: OrderIntent): Promise<Quantity>
  close(result: TradeResult): Promise<Pick<TradeResult, 'realisedPnl' | 'maxRemainingLoss'>>
}

/** Books what the journal still holds, oldest first. @throws the first error, after all were tried. */
export async function bookPending(ledger: Ledger, journal: Journal, clock: Clock, signal: AbortSignal): Promise<number> {
  const pending = journal.unbooked()
  const failures: Error[] = []
  for (const { order, fills } of pending) {
    try {
      await ledger.book(order.tradeId, order, fills, signal)
      await journal.append({ mark: 'booked', clientOrderId: order.clientOrderId, atMs: clock.nowMs() })
    } catch (error) {
      failures.push(error as Error) // one that cannot be booked does not keep the others waiting
    }
  }
  if (failures[0]) throw failures[0]
  return pending.length
}

export function createBookingActivities({ entries, ledger, journal, guard, clock, log }: BookingDependencies): BookingActivities {
  return {
    /** E14: asks until nothing about the order can change; its fills are durable in the journal before it is said. */
    async finish(order) {
      const signal = Context.current().cancellationSignal
      const final = await askUntil(clock, signal, `${order.clientOrderId} is not final yet`, () =>
        entries[order.venue].finalise(order, signal),
      )
      if (!journal.marks(order.clientOrderId).some(({ mark }) => mark === 'final')) {
        await journal.append({ mark: 'final', clientOrderId: order.clientOrderId, atMs: clock.nowMs(), order, fills: final.fills })
      }
      await withLimit([signal], BOOK_LIMIT_MS, (limit) => bookPending(ledger, journal, clock, limit)).catch((error: Error) =>
        log.warn({ order: order.clientOrderId, error: error.message }, 'the ledger is away; the fills wait in the journal'),
      )
      return final.quantity
    },
    /** Waits until every fill is booked, then releases what is left (I9). */
    async close(result) {
      const signal = Context.current().cancellationSignal
      await bookPending(ledger, journal, clock, signal)
      const booked = await ledger.close(result, signal)
      guard.forget(result.tradeId)
      return booked
    },
  }
}
