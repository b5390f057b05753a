import type { MarketId, Outcome, TradeId, Venue } from '../ids'
import { ledgerResultOf, type ResultParts } from '../ledger/attribution'
import type { Plan } from '../trade/plan'
import { formatMoney, money, NO_MONEY, notional, type Millis, type Money, type Quantity } from '../units'
import { sumOf } from './quantiles'

/** What an order of a trade came to, as booked. */
export interface FilledOrder {
  readonly clientOrderId: string
  readonly venue: Venue
  readonly market: MarketId
  readonly outcome: Outcome
  readonly action: 'buy' | 'sell'
  readonly filled: Quantity
  /** Σ price × quantity. */
  readonly notional: Money
  /** As charged, what stands in suspense included. */
  readonly fees: Money
  readonly lastMs: Millis
}
/** A granted trade as reports see it. */
export interface ReportedTrade {
  readonly tradeId: TradeId
  readonly pair: string
  readonly strategy: 'box' | 'edge'
  /** null: it runs. */
  readonly outcome: string | null
  readonly kind: 'guaranteed' | 'realised' | 'open'
  readonly startedMs: Millis
  readonly endedMs: Millis | null
  readonly plan: Plan
  readonly parts: ResultParts
  /** What the ledger has as its result: the parts without carry. */
  readonly ledger: Money
  /** Income less expense, posted in its name. */
  readonly booked: Money
  /** Fees of its fills that no model explains. */
  readonly suspended: Money
  /** What its result counts its open contracts as, beyond their cost: what is guaranteed and not paid yet. */
  readonly beyondCost: Money
  readonly orders: readonly FilledOrder[]
}

/** A leg of a plan and what its own order came to. */
export interface ExecutedLeg {
  readonly order: Plan['legs'][number]['order']
  readonly filled: FilledOrder | null
  /** Decision price less fill price, for all that filled: better is positive. */
  readonly slippage: Money
}
export const legsOf = ({ plan, orders }: Pick<ReportedTrade, 'plan' | 'orders'>): readonly ExecutedLeg[] =>
  plan.legs.map(({ order }) => {
    const filled = orders.find(({ clientOrderId }) => clientOrderId === order.clientOrderId) ?? null
    return { order, filled, slippage: filled === null ? NO_MONEY : money(notional(order.limit, filled.filled) - filled.notional) }
  })

/** The same result computed three times: from its parts, from what the trade's row says, and from the accounts of results. */
export function violationsOf(trade: ReportedTrade): readonly string[] {
  const { tradeId, kind, parts, ledger, booked, suspended, beyondCost } = trade
  const told = ledgerResultOf(parts)
  const posted = money(booked - suspended + beyondCost)
  const slippage = sumOf(legsOf(trade), (leg) => leg.slippage)
  return [
    ...(told === ledger ? [] : [`the parts of trade ${tradeId} make $${formatMoney(told)}, the ledger says $${formatMoney(ledger)}`]),
    ...(posted === ledger
      ? []
      : [`the accounts of trade ${tradeId} make $${formatMoney(posted)}, the ledger says $${formatMoney(ledger)}`]),
    // both sums above take what is not cash from the row: where nothing is at stake, the row must be the cash
    ...(kind !== 'realised' || beyondCost === 0
      ? []
      : [
          `the row of trade ${tradeId} says $${formatMoney(ledger)}, its cash and contracts make $${formatMoney(money(ledger - beyondCost))}`,
        ]),
    ...(slippage === parts.slippage
      ? []
      : [`the fills of trade ${tradeId} slipped by $${formatMoney(money(slippage))}, its parts say $${formatMoney(parts.slippage)}`]),
  ]
}
