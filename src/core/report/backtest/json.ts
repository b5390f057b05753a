import { formatQuantity } from '../../units'
import type { BacktestResult } from './result'
import { saleSums } from './sales'
import { LABELS, pairSums, totalFees, totalPnl } from './sums'

/** The stable shape of `crossbook backtest --json` (design.md §6): contracts as decimal strings, money in integer micro-dollars, times in UTC ms. */
export interface BacktestView {
  readonly name: string
  readonly from: number
  readonly to: number
  readonly messages: number
  readonly opportunities: number
  /** All that were decided, those the reserve refused among them. */
  readonly trades: number
  /** Trades by label, each label of execution.md §5 there. */
  readonly labels: Readonly<Record<string, number>>
  /** Trades that had not ended when the frames did: they have no label. */
  readonly unfinished: number
  /** Edges sold before settlement, in part too; `decided`: those whose market has a result. */
  readonly sold: {
    readonly trades: number
    /** Contracts. */
    readonly contracts: string
    readonly broughtMicros: number
    readonly decided: { readonly trades: number; readonly broughtMicros: number; readonly wouldHavePaidMicros: number }
  }
  /** All three of `pnl`. */
  readonly pnlMicros: number
  readonly pnl: { readonly realisedMicros: number; readonly guaranteedMicros: number; readonly openMicros: number }
  readonly feesMicros: number
  readonly capitalMostMicros: number
  readonly byPair: readonly {
    readonly pair: string
    readonly opportunities: number
    readonly trades: number
    /** Contracts. */
    readonly locked: string
    readonly pnlMicros: number
    readonly feesMicros: number
  }[]
  /** Looks by the check or gate that refused them. */
  readonly refused: Readonly<Record<string, number>>
  /** Opportunities of which it refused any look, those that were taken in the end too. */
  readonly refusedOpportunities: Readonly<Record<string, number>>
  readonly ledger: BacktestResult['ledger']
  readonly seed: string
  readonly assumptions: BacktestResult['assumptions']
  readonly sha256: string
  readonly caveats: readonly string[]
}

export function backtestJson(result: BacktestResult): BacktestView {
  const { trades, pnl, ledger } = result
  const sold = saleSums(trades)
  return {
    name: result.name,
    from: result.fromMs,
    to: result.toMs,
    messages: result.messages,
    opportunities: result.opportunities.length,
    trades: trades.length,
    labels: Object.fromEntries(LABELS.map(({ label }) => [label, trades.filter((trade) => trade.label === label).length])),
    unfinished: trades.filter(({ label }) => label === null).length,
    sold: {
      ...{ trades: sold.trades, contracts: formatQuantity(sold.contracts), broughtMicros: sold.brought },
      decided: {
        ...{ trades: sold.decided.trades, broughtMicros: sold.decided.brought },
        wouldHavePaidMicros: sold.decided.wouldHavePaid,
      },
    },
    pnlMicros: totalPnl(result),
    pnl: { realisedMicros: pnl.realised, guaranteedMicros: pnl.guaranteed, openMicros: pnl.open },
    feesMicros: totalFees(result),
    capitalMostMicros: result.capitalMost,
    byPair: pairSums(result).map(({ pair, opportunities, trades: count, locked, pnl: came, fees }) => ({
      ...{ pair, opportunities, trades: count, locked: formatQuantity(locked), pnlMicros: came, feesMicros: fees },
    })),
    refused: result.refused,
    refusedOpportunities: result.refusedOpportunities,
    ledger,
    seed: result.seed,
    assumptions: result.assumptions,
    sha256: result.sha256,
    caveats: result.caveats,
  }
}
