import { orderId, type TradeId } from '../ids'
import { buyingCostBound } from '../market/fees'
import { purseOf, type Purse } from '../purse'
import type { OrderIntent } from '../trade/order'
import type { BoxPlan, Leg, Mode, Opportunity } from '../trade/plan'
import { millis, type Millis, type Money, type Price, type Quantity } from '../units'
import type { BoxFound, BoxLeg, BoxPair } from './finding'

/** How much longer than the first leg the second may be sent: E22 gives the plan's price one second before the cheapest way out is taken. */
export const SECOND_LEG_GRACE_MS = 1_000

/** ForecastEx quotes 0.01 to 0.99 (ibkr-forecastex §3); the order port's collar ends there too. */
const DEAREST_PRICE = 9_900
/** µ$ in one step of a price, for one contract. */
const MICROS_PER_PRICE = 100

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
  /** Per contract: how far above the second leg's limit a cure may complete; its cash is reserved (E8). */
  readonly completionAllowance: Money
  readonly rules: BoxPlan['rules']
}

/** The dearest price at which a cure may buy the missing outcome: the plan's limit and the allowance, at most the highest price that ForecastEx takes. */
export const completionCeiling = (limit: Price, allowance: Money): Price =>
  Math.min(limit + Math.floor(allowance / MICROS_PER_PRICE), DEAREST_PRICE) as Price

/** E8: the cash of the dearest permitted cure, buying the missing outcome at either venue at the ceiling, before any netting credit. */
function dearestCure({ finding, completionAllowance }: PlanInput): Money {
  const { fees } = finding
  const level = { price: completionCeiling(finding.forecastex.limit, completionAllowance), quantity: finding.quantity }
  const kalshi = buyingCostBound(fees.kalshi, [level])
  const forecastex = buyingCostBound(fees.forecastex, [level])
  return kalshi > forecastex ? kalshi : forecastex
}

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
  verdicts: finding.verdicts,
})

/** Turns a found box into the saga's whole input: Kalshi opens, ForecastEx reduces, both immediate-or-cancel (E15, ruling 10). */
export function planBox(input: PlanInput): BoxPlan {
  const { finding, pair, tradeId, nowMs, entryLifeMs } = input
  const first = leg(finding.kalshi, finding.quantity, purseOf('kalshi', input.kalshiShard), {
    clientOrderId: orderId(tradeId, 'a', 1),
    tradeId,
    venue: 'kalshi',
    market: pair.kalshi,
    purpose: 'opening',
    notAfterMs: millis(nowMs + entryLifeMs),
  })
  const second = leg(finding.forecastex, finding.quantity, purseOf('forecastex', null), {
    clientOrderId: orderId(tradeId, 'b', 2),
    tradeId,
    venue: 'forecastex',
    market: pair.forecastex,
    purpose: 'reducing',
    notAfterMs: millis(nowMs + entryLifeMs + SECOND_LEG_GRACE_MS),
  })
  return {
    strategy: 'box',
    tradeId,
    cure: {
      ...second.order,
      clientOrderId: orderId(tradeId, 'c', 3),
      limit: completionCeiling(second.order.limit, input.completionAllowance),
    },
    opportunity: opportunityOf(input),
    mode: input.mode,
    lossBudget: input.lossBudget,
    dearestCure: dearestCure(input),
    rules: input.rules,
    legs: [first, second],
  }
}

const leg = (
  { outcome, limit, costBound }: BoxLeg,
  quantity: Quantity,
  purse: Purse,
  of: Pick<OrderIntent, 'clientOrderId' | 'tradeId' | 'venue' | 'market' | 'purpose' | 'notAfterMs'>,
): Leg => ({ order: { ...of, action: 'buy', outcome, limit, quantity, timeInForce: 'ioc' }, costBound, purse })
