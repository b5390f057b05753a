import type { TradeId } from '../ids'
import type { BoxPlan } from '../trade/plan'
import { ceilDiv, money, NO_MONEY, type Millis, type Money } from '../units'
import type { LotEvent } from './lots'

/** What of a box nothing at the other venue answered, and for how long. */
export interface Naked {
  readonly tradeId: TradeId
  readonly peak: Money
  /** Time with any. */
  readonly forMs: number
  /** Unpaired premium × time in 1e-3 dollar-seconds, rounded up. */
  readonly dollarSeconds: number
}
interface Side {
  held: number
  cost: number
  /** Its market was paid: nothing of it is at risk any more, and what it held still answers the other leg. */
  paid: boolean
}

/** µ$ × ms in a thousandth of a dollar-second. */
const AREA_PER_UNIT = 1_000_000n

/** ForecastEx tells when a fill was in whole seconds: it was up to so much later. */
const REST_OF_SECOND_MS = 999

/**
 * Unpaired premium of a box over time: the cost of the contracts that one leg holds beyond the other one, at average cost, rounded up, until they are
 * answered, sold, netted or paid, or until `untilMs`. What ForecastEx tells in whole seconds counts against us: a first leg from the beginning of its
 * second, what answers it at the end, unless the record has when that was.
 * @param events of this trade
 * @param answeredMs when the second leg's order was answered; null: nobody knows
 */
export function nakedOf(plan: BoxPlan, events: readonly LotEvent[], answeredMs: Millis | null, untilMs: Millis): Naked {
  const { tradeId, legs } = plan
  const sides: [Side, Side] = [
    { held: 0, cost: 0, paid: false },
    { held: 0, cost: 0, paid: false },
  ]
  let [area, peak, forMs, sinceMs, premium] = [0n, NO_MONEY, 0, 0, NO_MONEY]
  const pass = (atMs: number): void => {
    if (premium > 0 && atMs > sinceMs) {
      peak = money(Math.max(peak, premium))
      area += BigInt(premium) * BigInt(atMs - sinceMs)
      forMs += atMs - sinceMs
    }
    sinceMs = atMs
  }
  const timed = events.map((event) => ({ event, atMs: timeOf(plan, event, answeredMs) })).toSorted((a, b) => a.atMs - b.atMs)
  for (const { event, atMs } of timed) {
    const side =
      sides[legs.findIndex(({ order }) => order.venue === event.venue && order.market === event.market && order.outcome === event.outcome)]
    if (side === undefined || atMs >= untilMs) continue // the answer that nets a leg at its own venue is no leg: netting takes both out
    pass(atMs)
    apply(side, event)
    premium = unpaired(sides)
  }
  pass(Math.max(sinceMs, untilMs))
  return { tradeId, peak, forMs, dollarSeconds: Number(ceilDiv(area, AREA_PER_UNIT)) }
}

function timeOf({ legs: [first, second] }: BoxPlan, { kind, order, venue, atMs }: LotEvent, answeredMs: Millis | null): number {
  if (order === second.order.clientOrderId && answeredMs !== null) return answeredMs
  return venue === 'kalshi' || kind === 'settled' || order === first.order.clientOrderId ? atMs : atMs + REST_OF_SECOND_MS
}

function apply(side: Side, event: LotEvent): void {
  if (event.kind === 'settled') side.paid = true
  else if (event.kind === 'bought') {
    side.held += event.quantity
    side.cost += event.cost
  } else {
    side.held -= event.quantity
    side.cost -= event.basis
  }
}

function unpaired([a, b]: readonly [Side, Side]): Money {
  const [more, less] = a.held > b.held ? [a, b] : [b, a]
  if (more.paid || more.held === less.held) return NO_MONEY
  return money(Number(ceilDiv(BigInt(more.cost) * BigInt(more.held - less.held), BigInt(more.held))))
}
