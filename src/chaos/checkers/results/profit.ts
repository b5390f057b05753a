import type { TradeResult } from '../../../core/trade/plan'
import type { LotRow, TradeRow } from '../../evidence/tables'
import type { Case } from '../case'
import type { Violation } from '../violation'
import { cashOf, executedOf, payoffOf, premiumOf, type Executed } from './executed'
import { isAdopted, restsOnVerdict } from './vector'

interface Worth {
  readonly kind: TradeRow['pnlKind']
  readonly earned: number
  /** What its open lots may still lose beyond that. */
  readonly atStake: number
}

/**
 * I13: what an ended trade is said to have earned, and may still lose, is what its executions at the venues, their fees and its payouts come to.
 * Fees that a venue has not told are estimates and prove nothing.
 */
export function profits(of: Case): readonly Violation[] {
  const { trades, fills, settlements, lots } = of.evidence.tables
  const estimated = new Set(fills.filter(({ isEstimate }) => isEstimate).map(({ tradeId }) => tradeId))
  return trades.flatMap((trade): readonly Violation[] => {
    const { tradeId, result, reservation, endedMs } = trade
    if (endedMs === null || reservation === 'refused' || !result || estimated.has(tradeId) || isAdopted(trade) || restsOnVerdict(trade, of))
      return []
    const is = executedOf(trade, of)
    if (is.fills.some(({ fee }) => fee === null)) return []
    const paid = settlements.filter((row) => row.tradeId === tradeId)
    const open = lots.filter((lot) => lot.tradeId === tradeId && lot.quantity > 0)
    const worth = worthOf(trade, is, paid.length === 0 ? null : paid.reduce((sum, row) => sum + row.paid, 0), open)
    const details = worth === null ? [] : differences(trade, result, worth)
    return details.map((detail) => ({ invariant: 'I13', tradeId, detail }))
  })
}

/**
 * Without open lots: the cash. With whole pairs alone: the cash and the pairs' least payoff, whichever leg is paid first. Else what is open counts as
 * what it cost; null: one leg of that was paid already, and what the other one brings is the next payout's to say.
 * @param paid what its markets have paid; null: none has
 */
function worthOf({ plan }: TradeRow, is: Executed, paid: number | null, open: readonly LotRow[]): Worth | null {
  const cash = cashOf(is.fills)
  const payoff = payoffOf(plan, is.locked)
  if (open.length === 0) return { kind: 'realised', earned: cash + (paid ?? 0), atStake: 0 }
  if (is.held + is.dust === 0) return { kind: 'guaranteed', earned: cash + payoff, atStake: 0 }
  if (paid !== null) return null
  const cost = is.flat === 0 ? is.fills.reduce((sum, fill) => sum + premiumOf(fill), 0) : open.reduce((sum, lot) => sum + lot.cost, 0)
  return { kind: 'open', earned: cash + cost, atStake: Math.max(0, cost - payoff) }
}

function differences({ pnlMicros, pnlKind }: TradeRow, { realisedPnl, maxRemainingLoss }: TradeResult, is: Worth): readonly string[] {
  return [
    pnlMicros === is.earned ? null : `it is said to have earned ${pnlMicros} µ$, its executions and payouts come to ${is.earned}`,
    pnlKind === is.kind ? null : `its profit is called ${pnlKind} where it is ${is.kind}`,
    realisedPnl === pnlMicros ? null : `its result says ${realisedPnl} µ$ where the table says ${pnlMicros}`,
    maxRemainingLoss === is.atStake ? null : `it is said to have ${maxRemainingLoss} µ$ at stake, its lots have ${is.atStake}`,
  ].filter((each) => each !== null)
}
