import { marketId, orderId, type MarketId, type TradeId } from '../ids'
import { invariant } from '../assert'
import { purseOf } from '../purse'
import type { EdgePlan, Mode, Opportunity } from '../trade/plan'
import { millis, NO_MONEY, type Millis, type Money } from '../units'
import type { EdgeFound, EdgeMarket } from './finding'

export interface EdgePlanInput {
  readonly finding: EdgeFound
  /** The shard that the market trades on, and whose cash pays for it (kalshi.md §12.3). */
  readonly kalshiShard: number
  readonly tradeId: TradeId
  /** Number of the event that showed it. */
  readonly n: number
  readonly nowMs: Millis
  readonly mode: Mode
  readonly lossBudget: Money
  /** How long after the decision the order's bytes may leave (E11). */
  readonly entryLifeMs: number
  /** Versions of what decided. */
  readonly rules: Pick<EdgePlan['rules'], 'limits' | 'config'>
}

/**
 * Turns a found edge into its trade's whole input: one opening leg, immediate-or-cancel (E15), at the limit that still earns the least edge (B15). What it
 * buys is held to settlement: nothing is to pair it, so no cure is reserved and all that is paid may be lost. It never leaves after the game has begun.
 */
export function planEdge(input: EdgePlanInput): EdgePlan {
  const { finding, tradeId, kalshiShard, nowMs, mode, lossBudget, entryLifeMs, rules } = input
  const { market, odds } = finding.look.input
  const { sport, startMs } = market.mapping
  invariant(sport !== null && startMs !== null, 'an edge is found only for a game with a sport and a start')
  const starts = Math.min(startMs, odds?.commenceMs ?? startMs)
  return {
    strategy: 'edge',
    tradeId,
    sport,
    siblings: siblingsOf(market),
    opportunity: opportunityOf(input),
    mode,
    lossBudget,
    dearestCure: NO_MONEY,
    rules: { certificate: null, ...rules },
    legs: [
      {
        order: {
          clientOrderId: orderId(tradeId, 'a', 1),
          tradeId,
          venue: 'kalshi',
          market: market.kalshi,
          action: 'buy',
          outcome: finding.outcome,
          limit: finding.limit,
          quantity: finding.quantity,
          timeInForce: 'ioc',
          purpose: 'opening',
          notAfterMs: millis(Math.min(nowMs + entryLifeMs, starts)),
        },
        costBound: finding.costBound,
        purse: purseOf('kalshi', kalshiShard),
      },
    ],
  }
}

/** E7: the other markets on the winner of its game. */
export const siblingsOf = ({ kalshi, mapping }: EdgeMarket): readonly MarketId[] =>
  Object.keys(mapping.yesTeams).flatMap((ticker) => (ticker === kalshi ? [] : marketId(ticker)))

/** What was seen, as it is recorded and hashed. Without a pair the worst is that all of it is lost. */
const opportunityOf = ({ finding, n, nowMs }: EdgePlanInput): Opportunity => ({
  strategy: 'edge',
  subject: finding.look.input.market.id,
  n,
  seenAtMs: nowMs,
  netEdge: finding.netEdge,
  expectedValue: finding.expectedValue,
  unwindLoss: finding.unwindLoss,
  maximumLoss: finding.costBound,
  limitLoss: finding.costBound,
  verdicts: finding.verdicts,
})
