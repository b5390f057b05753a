import { Context } from '@temporalio/activity'
import { invariant } from '../core/assert'
import { FAILURES } from '../core/failures'
import type { TradeId, Venue } from '../core/ids'
import { modelFees } from '../core/ledger/fee-model'
import type { VenueFees } from '../core/market/fees'
import { VERDICT_ACCOUNT, type Fill, type OrderIntent } from '../core/trade/order'
import type { Final, OrderVerdict } from '../core/trade/outcome'
import type { TradeResult } from '../core/trade/plan'
import type { Unfinished } from '../core/trade/steps'
import { NO_MONEY, NO_QUANTITY, type Millis, type Quantity } from '../core/units'
import type { Clock } from '../ports/clock'
import type { Guard } from '../ports/guard'
import type { Journal } from '../ports/journal'
import type { Ledger } from '../ports/ledger'
import { withLimit } from '../ports/limit'
import type { Log } from '../ports/log'
import type { OrderEntry } from '../ports/order-entry'
import { isOutage } from './alarm'
import { askUntil } from './legs'

/** Booking is tried at once for this long; when the ledger is away the journal keeps the fills and `close` waits for them. */
const BOOK_LIMIT_MS = 1_500

/** What books the journal's fills. `fees`: null for a market whose fees are unknown or older than a day. */
export interface PendingDependencies {
  readonly ledger: Ledger
  readonly journal: Journal
  readonly fees: (venue: Venue, market: string) => VenueFees | null
  /** Told what the ledger has booked, for the record; must not wait. */
  readonly onBooked?: (order: OrderIntent, fills: readonly Fill[]) => void
  readonly clock: Clock
  readonly log: Log
}
export interface BookingDependencies extends PendingDependencies {
  readonly entries: Readonly<Record<Venue, OrderEntry>>
  readonly guard: Guard
}
export interface BookingActivities {
  finish(order: OrderIntent, verdict: OrderVerdict | null): Promise<Quantity>
  finishAll(all: readonly Unfinished[]): Promise<readonly Quantity[]>
  close(result: TradeResult): Promise<Pick<TradeResult, 'realisedPnl' | 'maxRemainingLoss'>>
}

/**
 * Books what the journal still holds, oldest first, each fee against its model (market-math §9, invariant 8). A fee that was never told is booked as
 * the model says, with an alarm; the fill that tells it later is journalled anew and corrects it.
 * @param tradeId whose fills alone: one that only a person can book, of another trade, is nothing to wait for. Default: everybody's.
 * @throws the first error, after all were tried.
 */
export async function bookPending(dependencies: PendingDependencies, signal: AbortSignal, tradeId: TradeId | null = null): Promise<number> {
  const { journal, clock } = dependencies
  const pending = journal.unbooked().filter(({ order }) => tradeId === null || order.tradeId === tradeId)
  const failures: Error[] = []
  for (const { order, fills } of pending) {
    try {
      await bookFills(dependencies, order, fills, signal)
      dependencies.onBooked?.(order, fills)
      await journal.append({ mark: 'booked', clientOrderId: order.clientOrderId, atMs: clock.nowMs() })
    } catch (error) {
      failures.push(error as Error) // one that cannot be booked does not keep the others waiting
    }
  }
  if (failures[0]) throw failures[0]
  return pending.length
}

async function bookFills(
  { ledger, fees, log }: PendingDependencies,
  order: OrderIntent,
  fills: readonly Fill[],
  signal: AbortSignal,
): Promise<void> {
  const terms = fees(order.venue, order.market)
  if (terms === null && fills.length > 0)
    log.warn({ clientOrderId: order.clientOrderId, market: order.market }, 'the fees of this market are not known: booked as charged')
  const model = terms === null ? null : modelFees(terms, fills)
  const differences = await ledger.book(order.tradeId, order, fills, model, signal)
  for (const { key, charged, modelled } of differences)
    log.error({ clientOrderId: order.clientOrderId, fill: key, told: charged, expected: modelled }, FAILURES.feeDiffers)
  fills.forEach(({ fee, executionId }, place) => {
    if (fee === null)
      log.error({ clientOrderId: order.clientOrderId, execution: executionId, estimate: model?.fees[place] ?? null }, FAILURES.feeUntold)
  })
}

export function createBookingActivities(dependencies: BookingDependencies): BookingActivities {
  const { ledger, guard } = dependencies
  const finishAll: BookingActivities['finishAll'] = async (all) => {
    const signal = Context.current().cancellationSignal
    const known = await Promise.allSettled(all.map((each) => makeFinal(dependencies, each, signal)))
    await bookNow(dependencies, all[0]?.order ?? null, signal) // of one that is final too, while another is not yet
    return known.map((each) => {
      if (each.status === 'rejected') throw each.reason
      return each.value.quantity
    })
  }
  return {
    async finish(order, verdict) {
      const [filled] = await finishAll([{ order, verdict }])
      invariant(filled !== undefined, `${order.clientOrderId} has an end`)
      return filled
    },
    finishAll,
    /** Waits until every fill of the trade is booked, then releases what is left (I9). */
    async close(result) {
      const { cancellationSignal: signal, info } = Context.current()
      await bookPending(dependencies, signal, result.tradeId)
      const booked = await ledger.close(result, info.workflowExecution?.runId ?? '', signal)
      guard.forget(result.tradeId)
      return booked
    },
  }
}

/** E14: asks until nothing about the order can change; its fills are durable in the journal before it is said. A verdict stands (E12). */
async function makeFinal(
  { entries, journal, clock }: BookingDependencies,
  { order, verdict }: Unfinished,
  signal: AbortSignal,
): Promise<Final> {
  const { clientOrderId } = order
  const ask = (): Promise<Final | null> => entries[order.venue].finalise(order, signal)
  const final = verdict ? claimed(order, verdict, clock.nowMs()) : await askUntil(clock, signal, `${clientOrderId} is not final yet`, ask)
  if (!journal.marks(clientOrderId).some(({ mark }) => mark === 'final')) {
    const signed = verdict ? { verdict } : {}
    await journal.append({ mark: 'final', clientOrderId, atMs: clock.nowMs(), order, fills: final.fills, ...signed })
  }
  return final
}

/** Books what the journal holds of the order's trade, if the ledger can be asked; what it cannot book now waits for the close. */
async function bookNow(dependencies: BookingDependencies, order: OrderIntent | null, signal: AbortSignal): Promise<void> {
  if (order === null) return
  const { log } = dependencies
  const { tradeId, clientOrderId } = order
  await withLimit([signal], BOOK_LIMIT_MS, (limit) => bookPending(dependencies, limit, tradeId)).catch((error: Error) =>
    isOutage(error)
      ? log.warn({ clientOrderId, error: error.message }, 'the ledger is away; the fills wait in the journal')
      : log.error({ clientOrderId, error: error.message }, `${FAILURES.bug}: fills cannot be booked now; the close tries again`),
  )
}

/** A verdict as the venue would have told it: at the limit, its fee unknown. Whatever is true of it later shows against suspense. */
function claimed(order: OrderIntent, { outcome }: OrderVerdict, atMs: Millis): Final {
  if (outcome.kind === 'rejected' || outcome.filled === 0) return { quantity: NO_QUANTITY, fills: [] }
  const { venue, market, outcome: side, action, limit: price, clientOrderId } = order
  const fill = { venue, account: VERDICT_ACCOUNT, venueOrderId: clientOrderId, executionId: VERDICT_ACCOUNT, corrects: null }
  return {
    quantity: outcome.filled,
    fills: [{ ...fill, market, outcome: side, action, price, quantity: outcome.filled, fee: NO_MONEY, atMs }],
  }
}
