import { parseOrderId, type TradeId } from '../core/ids'
import { haltCovers, haltsOpening } from '../core/risk/scope'
import { cureWays } from '../core/trade/cure'
import type { OrderIntent } from '../core/trade/order'
import type { Rejected, RejectReason } from '../core/trade/outcome'
import type { Leg, Plan } from '../core/trade/plan'
import { price, type Price } from '../core/units'
import type { Clock } from '../ports/clock'
import type { Guard, HaltView, LeaseView, Permit } from '../ports/guard'

/** No order of ours is priced outside this collar, whatever asked for it: at 1c or 99c a contract can hardly be worth trading. */
const COLLAR: { readonly lowest: Price; readonly highest: Price } = { lowest: price(100), highest: price(9_900) }
/** More orders of one process in a minute than this is a runaway loop, not trading: the busiest plan allows 60 openings and their hedges. */
const MAX_ORDERS_PER_MINUTE = 240
const MINUTE_MS = 60_000

export interface GateOptions {
  readonly clock: Clock
  readonly halts: HaltView
  readonly lease: LeaseView
  /** The plan of a granted trade that this process has not seen being granted (it was restarted); null: there is no such grant. */
  readonly grantOf: (tradeId: TradeId, signal: AbortSignal) => Promise<Plan | null>
}

const guard = (detail: string): Rejected => ({ kind: 'rejected', reason: 'guard', detail })

/**
 * E11, E20: the order port's own last line. `admit` compares an order with what its trade was granted; the `mayWrite` it returns is asked in the
 * turn of the socket write and refuses what has become too late, halted or fenced meanwhile. It needs neither Postgres nor Temporal for a trade
 * that was granted in this process.
 */
export function createGate({ clock, halts, lease, grantOf }: GateOptions): Guard {
  const grants = new Map<TradeId, Plan>()
  const written: number[] = []

  const mayWrite = (order: OrderIntent, plan: Plan): RejectReason | null => {
    const nowMs = clock.nowMs()
    if (nowMs > order.notAfterMs) return 'too-late'
    if (!lease.valid()) return 'lease'
    const active = halts.active()
    if (
      order.purpose === 'opening'
        ? haltsOpening(active, subjectOf(plan)).length > 0
        : active.some((scope) => coversReducing(scope, order, plan))
    )
      return 'halted'
    while (written[0] !== undefined && written[0] < nowMs - MINUTE_MS) written.shift()
    if (written.length >= MAX_ORDERS_PER_MINUTE) return 'guard'
    written.push(nowMs)
    return null
  }

  const planOf = async (tradeId: TradeId, signal: AbortSignal): Promise<Plan | null> => {
    const plan = grants.get(tradeId) ?? (await grantOf(tradeId, signal))
    if (plan) grants.set(tradeId, plan)
    return plan
  }

  return {
    planOf,
    remember: (plan) => void grants.set(plan.tradeId, plan),
    forget: (tradeId) => void grants.delete(tradeId),
    async admit(order, signal): Promise<Permit> {
      const plan = await planOf(order.tradeId, signal)
      if (!plan) return guard(`trade ${order.tradeId} has no grant`)
      const wrong = contradicts(order, plan)
      if (wrong !== null) return guard(wrong)
      return { kind: 'granted', mayWrite: () => mayWrite(order, plan) }
    },
  }
}

const subjectOf = (plan: Plan): Parameters<typeof haltsOpening>[1] => ({
  strategy: plan.strategy,
  subject: plan.opportunity.subject,
  tradeId: plan.tradeId,
  venues: plan.legs.map(({ order }) => order.venue),
})

/** A reducing order is stopped only by a halt of its own venue, or of its own pair when it is the second leg (E26). */
const coversReducing = (scope: Parameters<typeof haltCovers>[0], order: OrderIntent, plan: Plan): boolean =>
  haltCovers(scope, order) && (!scope.startsWith('pair:') || scope === `pair:${plan.opportunity.subject}`)

/** What is wrong with an order in the light of its trade's grant, or null. Cures are bounded by the first leg's size and the collar. */
function contradicts(order: OrderIntent, plan: Plan): string | null {
  if (parseOrderId(order.clientOrderId).tradeId !== order.tradeId) return `${order.clientOrderId} is not an id of trade ${order.tradeId}`
  if (order.limit < COLLAR.lowest || order.limit > COLLAR.highest) return `limit ${order.limit} is outside the collar`
  const granted = plan.legs.find((leg) => leg.order.clientOrderId === order.clientOrderId)
  if (granted) return exceeds(order, granted)
  if (order.purpose !== 'reducing') return `${order.clientOrderId} opens without a grant`
  if (!isWayOut(order, plan)) return `${order.clientOrderId} is no way out of what trade ${order.tradeId} may hold`
  const first = plan.legs[0].order
  return order.quantity > first.quantity ? `cures ${order.quantity} of at most ${first.quantity}` : null
}

/** E4: what calls itself reducing must reduce. It buys the missing outcome, or leaves what the first leg holds (E21). */
function isWayOut(order: OrderIntent, plan: Plan): boolean {
  const first = plan.legs[0].order
  const [complete, exit] = cureWays({ ...first, n: plan.legs.length }, plan.legs[plan.legs.length - 1]?.order ?? first)
  const ways = plan.strategy === 'box' ? [complete, exit] : [exit]
  return ways.some(
    ({ venue, market, outcome, action }) =>
      order.venue === venue && order.market === market && order.outcome === outcome && order.action === action,
  )
}

/** What of a leg the grant fixes for ever (E2). */
const GRANTED = ['venue', 'market', 'outcome', 'action', 'purpose', 'timeInForce'] as const satisfies readonly (keyof OrderIntent)[]

function exceeds(order: OrderIntent, { order: granted }: Leg): string | null {
  if (GRANTED.some((field) => order[field] !== granted[field]) || order.notAfterMs > granted.notAfterMs)
    return `${order.clientOrderId} was granted for something else`
  if (order.quantity > granted.quantity) return `${order.quantity} is more than the granted ${granted.quantity}`
  return order.limit > granted.limit ? `limit ${order.limit} is above the granted ${granted.limit}` : null
}
