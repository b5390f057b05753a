import type { OrderIntent } from '../../../core/trade/order'
import type { LegOutcome, Unknown } from '../../../core/trade/outcome'
import type { Clock } from '../../../ports/clock'
import type { Log } from '../../../ports/log'
import type { Gateway } from '../gateway/owner'
import { reachesVenue } from '../gateway/session'
import { filledOf, isEnded, lacksExecutions, settledAnswer } from '../wire/order-state'
import { dayIn } from '../wire/times'
import type { Cancels } from './cancels'
import type { Holdings } from './holdings'
import type { Look, Looks } from './looks'
import type { TrackedOrder, TrackedOrders } from './tracked'

/** The gateway forgets executions at midnight of its day (trap 9). Which zone's is not documented: the venue's own reset follows New York. */
export const EXECUTIONS_ZONE = 'America/New_York'
/** Neither clock nor the moment of forgetting is exact: no verdict this close to midnight, on either side. */
const MIDNIGHT_MARGIN_MS = 5 * 60_000
/** IBKR delays execution reports until a reset is complete (§6): nothing is proven right after the gateway has regained it. */
const AFTER_RESTORATION_MS = 10_000
/** Between the two looks that absence takes: reads answered from one and the same state of the gateway would be one look. */
const SECOND_LOOK_MS = 500

export interface AbsenceContext {
  readonly gateway: Gateway
  readonly orders: TrackedOrders
  readonly looks: Looks
  readonly clock: Clock
  readonly log: Log
  /** Whose midnight ends the executions window; null where it never ends (simulated venues keep all). */
  readonly executionsZone: string | null
  readonly cancels: Cancels
  readonly holdings: Holdings
}

const STILL: Unknown = { kind: 'unknown', cause: 'timeout' }
const AWAY: Unknown = { kind: 'unknown', cause: 'disconnected' }

/**
 * E12 and §7: what became of an order whose own answer was lost. Traces count at once; absence only when every read was complete twice, with
 * equal positions that show no fill either, after `notAfter`, in a later session of the same client id than the one that sent it, with IBKR reached, and within one
 * executions window. Everything else is 'unknown': ask again.
 * @throws RequestFailed when a read fails, or the signal's reason.
 */
export async function resolveUnknown(context: AbsenceContext, order: OrderIntent, signal: AbortSignal): Promise<LegOutcome> {
  const { gateway, clock, looks } = context
  if (!reachesVenue(gateway.session)) return AWAY
  const first = await looks.take(signal)
  const early = await traced(context, order, first, signal)
  if (early) return early
  if (first.startedMs <= order.notAfterMs) return STILL
  await clock.sleep(SECOND_LOOK_MS, signal)
  if (!reachesVenue(gateway.session)) return AWAY
  const second = await looks.take(signal)
  const late = await traced(context, order, second, signal)
  if (late) return late
  const sameSession = first.conn === second.conn && gateway.session.conn === second.conn && reachesVenue(gateway.session)
  if (!sameSession || first.holdings !== second.holdings) return STILL
  return untraced(context, order, second)
}

/** The outcome that the traces prove, 'unknown' while it rests or more executions must come, null without a verdict. */
async function traced(
  { orders, cancels }: AbsenceContext,
  order: OrderIntent,
  look: Look,
  signal: AbortSignal,
): Promise<LegOutcome | null> {
  const tracked = orders.find(order.clientOrderId)
  if (tracked && isEnded(tracked.state)) return settledAnswer(tracked.state) ?? STILL
  return (await cancels.ifResting(order.clientOrderId, look, signal)) ? STILL : null
}

/** Two complete looks without a rest and without an end. */
function untraced(context: AbsenceContext, order: OrderIntent, { positions }: Look): LegOutcome {
  const { orders, gateway, clock, log, holdings } = context
  const tracked = orders.find(order.clientOrderId)
  const nowMs = clock.nowMs()
  const { restoredMs } = gateway.session
  const settling = restoredMs !== null && nowMs - restoredMs < AFTER_RESTORATION_MS
  if (!tracked || settling || !windowHolds(context, order)) return STILL
  if (tracked.sentConn === gateway.session.conn) {
    gateway.renew(`order ${order.clientOrderId} left no trace in the session that sent it`)
    return AWAY
  }
  const { state } = tracked
  const filled = filledOf(state)
  // a status has named more than the executions show, or the account holds it: they are still on their way
  if (lacksExecutions(state) || holdings.showsMore(state.terms, filled, positions)) {
    log.warn(
      { venue: 'forecastex', clientOrderId: order.clientOrderId, filled, hinted: state.hinted },
      'An order has filled more than its executions show: no verdict',
    )
    return STILL
  }
  const accepted = filled > 0 || state.permId !== 0
  orders.end(order.clientOrderId, nowMs, !accepted)
  log.info(
    { venue: 'forecastex', clientOrderId: order.clientOrderId, filled, accepted },
    'Two complete reads agree: nothing rests of the order',
  )
  return accepted ? { kind: 'done', filled } : neverAccepted()
}

/** Whether all executions the order can have had are still told: its last moment and now lie in one executions day, clear of midnight. */
function windowHolds({ clock, executionsZone }: AbsenceContext, order: OrderIntent): boolean {
  if (executionsZone === null) return true
  return dayIn(executionsZone, order.notAfterMs - MIDNIGHT_MARGIN_MS) === dayIn(executionsZone, clock.nowMs() + MIDNIGHT_MARGIN_MS)
}

const neverAccepted = (): LegOutcome => ({
  kind: 'rejected',
  reason: 'never-accepted',
  detail: 'two complete reads of orders, executions and positions show no trace of it',
})
/** What an earlier proof said of an order; null without one. */
export const provenAbsent = (tracked: TrackedOrder | null): LegOutcome | null =>
  tracked?.neverAccepted && filledOf(tracked.state) === 0 ? neverAccepted() : null
