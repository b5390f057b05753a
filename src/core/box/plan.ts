import { orderId, otherVenue, type TradeId, type Venue } from '../ids'
import { buyingCostBound } from '../market/fees'
import { buyingPrice, type Bought, type PriceBand } from '../market/grid'
import { purseOf } from '../purse'
import { EXIT_LIMITS } from '../trade/cure'
import type { OrderIntent } from '../trade/order'
import type { BoxPlan, Leg, Mode, Opportunity } from '../trade/plan'
import { MICROS_PER_PRICE, millis, type Millis, type Money, type Price } from '../units'
import type { BoxFound, BoxPair } from './finding'

/** How much longer than the first leg the second may be sent: E22 gives the plan's price one second before the cheapest way out is taken. */
export const SECOND_LEG_GRACE_MS = 1_000

/** ForecastEx quotes 0.01 to 0.99 (ibkr-forecastex §3), and the order port's collar ends there for both venues. */
const DEAREST_PRICE = 9_900

export interface PlanInput {
  readonly finding: BoxFound
  readonly pair: BoxPair
  /** The shard that Kalshi's market trades on, and whose cash pays for it (kalshi.md §12.3). */
  readonly kalshiShard: number
  readonly tradeId: TradeId
  /** Number of the event that showed it. */
  readonly n: number
  readonly nowMs: Millis
  readonly mode: Mode
  readonly lossBudget: Money
  /** How long after the decision the first leg's bytes may leave (E11). */
  readonly entryLifeMs: number
  readonly rules: BoxPlan['rules']
}

/**
 * The dearest price at which a cure may buy the missing outcome: the second leg's limit and the allowance, at most the highest price of the collar,
 * rounded down to a price of its market.
 * @param bands of that market; null: not known here, the books' own prices are valid ones.
 */
export function completionCeiling(limit: Price, allowance: Money, of: Bought, bands: readonly PriceBand[] | null = null): Price {
  const dearest = Math.min(limit + Math.floor(allowance / MICROS_PER_PRICE), DEAREST_PRICE) as Price
  return bands === null ? dearest : (buyingPrice(dearest, of, bands) ?? limit)
}

/** E8: the cash of the dearest permitted cure, buying the missing outcome at either venue at the ceiling, before any netting credit. */
function dearestCure({ fees, quantity, ceiling }: BoxFound): Money {
  const level = { price: ceiling, quantity }
  const kalshi = buyingCostBound(fees.kalshi, [level])
  const forecastex = buyingCostBound(fees.forecastex, [level])
  return kalshi > forecastex ? kalshi : forecastex
}

/** E8: leaving ForecastEx takes the price of the opposite outcome before its netting pays a dollar; leaving Kalshi is a sale, which takes none. */
const dearestExit = ({ first, fees, quantity }: BoxFound): Pick<BoxPlan, 'dearestExit'> =>
  first === 'kalshi' ? {} : { dearestExit: buyingCostBound(fees.forecastex, [{ price: EXIT_LIMITS.net, quantity }]) }

/** What was seen, as it is recorded and hashed. */
const opportunityOf = ({ finding, pair, n, nowMs }: PlanInput): Opportunity => ({
  strategy: 'box',
  subject: pair.id,
  n,
  seenAtMs: nowMs,
  netEdge: finding.netEdge,
  expectedValue: finding.expectedValue,
  unwindLoss: finding.worst.modelledLoss,
  maximumLoss: finding.worst.maximumLoss,
  limitLoss: finding.worst.limitLoss,
  leastPayoff: finding.leastPayoff,
  ...(finding.annualReturn !== null && { annualReturn: finding.annualReturn }),
  verdicts: finding.verdicts,
})

/** Turns a found box into the saga's whole input: the venue that is first opens, the other reduces, both immediate-or-cancel (E15). */
export function planBox(input: PlanInput): BoxPlan {
  const { finding, tradeId, nowMs, entryLifeMs } = input
  const second = otherVenue(finding.first)
  const opening = leg(input, finding.first, {
    clientOrderId: orderId(tradeId, 'a', 1),
    purpose: 'opening',
    notAfterMs: millis(nowMs + entryLifeMs),
  })
  const answering = leg(input, second, {
    clientOrderId: orderId(tradeId, 'b', 2),
    purpose: 'reducing',
    notAfterMs: millis(nowMs + entryLifeMs + SECOND_LEG_GRACE_MS),
  })
  return {
    strategy: 'box',
    tradeId,
    cure: { ...answering.order, clientOrderId: orderId(tradeId, 'c', 3), limit: finding.ceiling },
    opportunity: opportunityOf(input),
    mode: input.mode,
    lossBudget: input.lossBudget,
    dearestCure: dearestCure(finding),
    ...dearestExit(finding),
    rules: input.rules,
    legs: [opening, answering],
  }
}

function leg(
  { finding, pair, tradeId, kalshiShard }: PlanInput,
  venue: Venue,
  of: Pick<OrderIntent, 'clientOrderId' | 'purpose' | 'notAfterMs'>,
): Leg {
  const { quantity } = finding
  const { outcome, limit, costBound } = finding[venue]
  return {
    order: { ...of, tradeId, venue, market: pair[venue], action: 'buy', outcome, limit, quantity, timeInForce: 'ioc' },
    costBound,
    purse: purseOf(venue, venue === 'kalshi' ? kalshiShard : null),
  }
}
