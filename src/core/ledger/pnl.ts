import { invariant } from '../assert'
import type { TradeId } from '../ids'
import { purseOfLeg, type BoxPlan } from '../trade/plan'
import { floorDiv, money, moneyOf, NO_MONEY, notional, ONE_CONTRACT, ONE_DOLLAR, type Money, type Quantity } from '../units'
import { classOf, type AccountClass } from './accounts'
import { balanceOf, balancesOf, type Balances } from './balances'
import { fillBuy, settle, type Transfer } from './postings'

function sumOf(balances: Balances, classes: readonly AccountClass[]): number {
  let sum = 0
  for (const [account, amount] of balances) if (classes.includes(classOf(account))) sum += amount
  return sum
}

/** Profit from results: −(Σ income + Σ expense), since income is credited (market-math §9, invariant 13). */
export const netPnl = (balances: Balances): Money => money(0 - sumOf(balances, ['income', 'expense']))
/** The same profit from holdings: assets less what was deposited, differences in suspense included. Must equal {@link netPnl}. */
export const changeOfAssets = (balances: Balances): Money =>
  money(sumOf(balances, ['asset', 'transit', 'suspense']) + balanceOf(balances, 'equity:capital'))

/** What one trade has earned so far: fees, sales, nettings and settlements posted in its name. */
export const netPnlOfTrade = (transfers: readonly Transfer[], tradeId: TradeId): Money =>
  netPnl(balancesOf(transfers.filter((transfer) => transfer.tradeId === tradeId)))

/** What a settled full box earns whatever the outcome: a dollar per pair less all debits (invariant 14). */
export const lockedProfit = (pairs: Quantity, debits: Money): Money => money(notional(ONE_DOLLAR, pairs) - debits)

/** What an ended trade is worth. `realisedPnl`: so far; `maxRemainingLoss`: what its open lots may still lose beyond that. */
export interface Worth {
  readonly realisedPnl: Money
  readonly maxRemainingLoss: Money
  readonly kind: 'guaranteed' | 'realised' | 'open'
}
/** What the ledger has of an ended trade. */
export interface WorthSums {
  /** Cash that came in less cash that left in the trade's name, what its markets paid included. */
  readonly earned: Money
  /** Of that: what its markets paid. */
  readonly settled: Money
  readonly hasLots: boolean
  /** Of the open lots. */
  readonly cost: Money
  /** Contracts that are matched. */
  readonly locked: Quantity
  /** Of one pair, in the worst state of the plan's certificate. */
  readonly leastPayoff: Money
  /** Something is held or dust. */
  readonly hasOpen: boolean
}
/**
 * Without open lots, a trade has earned what its cash says. A locked contract pays at least what the plan's certificate says of its worst state
 * (market-math invariant 14: a dollar for an identical pair), whichever leg is paid first, so that much of a locked trade's result is guaranteed.
 * What is held or dust is open, with its cost at stake.
 */
export function worthOf({ earned, settled, hasLots, cost, locked, leastPayoff, hasOpen }: WorthSums): Worth {
  if (!hasLots) return { realisedPnl: earned, maxRemainingLoss: NO_MONEY, kind: 'realised' }
  const payoff = moneyOf(floorDiv(BigInt(leastPayoff) * BigInt(locked), BigInt(ONE_CONTRACT)))
  if (!hasOpen) return { realisedPnl: money(earned - settled + payoff), maxRemainingLoss: NO_MONEY, kind: 'guaranteed' }
  // once a leg is paid, what the other one of a locked contract still brings is not counted on
  const certain = settled === 0 ? payoff : 0
  return { realisedPnl: money(earned + cost), maxRemainingLoss: money(Math.max(0, cost - certain)), kind: 'open' }
}

/**
 * Invariant 14, asked before anything is sent: the plan's legs, posted at their bounds and settled, earn the same whichever of them is paid.
 * @throws when they do not: that is no box.
 */
export function assertBoxEntry({ tradeId, legs }: BoxPlan): void {
  const debits = money(legs[0].costBound + legs[1].costBound)
  for (const winner of legs) {
    const entry = { id: tradeId, tradeId, atMs: winner.order.notAfterMs }
    const transfers = legs.flatMap((own) => {
      const { order, costBound } = own
      const { market, outcome: side, quantity } = order
      const leg = { ...entry, purse: purseOfLeg(own), market, side }
      const payout = own === winner ? notional(ONE_DOLLAR, quantity) : NO_MONEY
      return [fillBuy({ ...leg, notional: costBound, fee: NO_MONEY }), settle({ ...leg, payout, costBasis: costBound })]
    })
    const earned = netPnl(balancesOf(transfers))
    const locked = lockedProfit(legs[0].order.quantity, debits)
    invariant(earned === locked, `14: ${tradeId} earns ${earned} µ$ if ${winner.order.venue} pays, a box of it ${locked} µ$`)
  }
}
