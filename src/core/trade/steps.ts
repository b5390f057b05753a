import type { TradeId } from '../ids'
import type { Money, Quantity } from '../units'
import type { OrderIntent } from './order'
import type { LegOutcome, OrderVerdict, Resolved } from './outcome'
import type { OperatorsWord } from './adoption'
import type { CureChoice, Estate, Plan, Reservation, SaleChoice, TradeResult, Unpaired } from './plan'

/** E22: a trade's first cure may be the plan's own price, re-quoted for at most a second; after that, the cheapest way at once. */
export type CurePace = 'requote' | 'at-once'

/** An order whose end is to be waited for. */
export interface Unfinished {
  readonly order: OrderIntent
  /** Set when it is known by the operator's word alone (E12). */
  readonly verdict: OrderVerdict | null
}

/** What a saga may do. Bound to activities in a workflow, to virtual time in a backtest, to a script in a property test. */
export interface TradeSteps {
  /** E5: one step decides; its verdicts are its summary in the UI. */
  checkRiskAndReserve(plan: Plan): Promise<Reservation>
  /** One attempt. */
  place(order: OrderIntent): Promise<LegOutcome>
  /** Asks until it knows, or the operator says. */
  resolve(order: OrderIntent): Promise<Resolved>
  /** Asks until final; fills go to the journal and are posted later; `close` waits until they are booked. A verdict is booked as it stands. */
  finish(order: OrderIntent, verdict: OrderVerdict | null): Promise<Quantity>
  /** The same for several at once, in their order: none of them waits for another. */
  finishAll(all: readonly Unfinished[]): Promise<readonly Quantity[]>
  /** Sees the books; never an order at a halted or closed venue. */
  chooseCure(unpaired: Unpaired, budgetLeft: Money, pace: CurePace, word?: OperatorsWord): Promise<CureChoice>
  close(result: TradeResult): Promise<Pick<TradeResult, 'realisedPnl' | 'maxRemainingLoss'>>
  /** Halted or cancelled as far as this order goes. */
  stopped(order: OrderIntent): boolean
  wait(durationMs: number): Promise<void>
  /** From here a cancel only stops what has not been sent. */
  shielded<T>(work: () => Promise<T>): Promise<T>
}

/** What the successor of a trade may do besides. */
export interface SuccessorSteps extends TradeSteps {
  /** E25: books what waits in the journal, then tells what the trade did and which of its orders may have been sent. */
  takeOver(tradeId: TradeId): Promise<Estate>
  /** What is done now about what an edge holds: books and odds as they are when it is asked. */
  chooseSale(held: Unpaired): Promise<SaleChoice>
}

/** Why a successor of an ended edge was begun: its desk has seen a bid that is worth selling to. */
export interface SaleWord {
  readonly way: 'sell'
}

/** `finishAll` of steps that have nothing to gain from asking at once: one order after the other. */
export const inTurn =
  (finish: TradeSteps['finish']): TradeSteps['finishAll'] =>
  async (all) => {
    const filled: Quantity[] = []
    for (const { order, verdict } of all) filled.push(await finish(order, verdict))
    return filled
  }
