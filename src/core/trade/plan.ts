import type { MarketId, Outcome, SubjectId, TradeId, Venue } from '../ids'
import type { Purse } from '../purse'
import type { Millis, Money, Quantity } from '../units'
import type { OrderIntent } from './order'
import type { Done, OrderVerdict, Rejected } from './outcome'

export type Mode = 'sim' | 'paper' | 'observe' | 'demo' | 'live'

/** One check, its verdict, and the two figures that decided it: what the operator reads. */
export interface Verdict {
  readonly check: string
  readonly passed: boolean
  readonly actual: string
  readonly limit: string
}

/** Seen: recorded and hashed, traded only if all verdicts passed. */
export interface Opportunity {
  readonly strategy: 'box' | 'edge'
  readonly subject: SubjectId
  readonly n: number
  readonly seenAtMs: Millis
  readonly netEdge: Money
  readonly expectedValue: Money
  readonly unwindLoss: Money
  readonly maximumLoss: Money
  /** Of the dearest end when its cure is paid at its limit. Like what follows: absent in what was decided before it was known. */
  readonly limitLoss?: Money
  /** What one pair pays at least, in the worst state of its certificate. */
  readonly leastPayoff?: Money
  /** Simple, in 1e-4. Absent too where it is not told when the payouts are cash. */
  readonly annualReturn?: number
  readonly verdicts: readonly Verdict[]
}

export interface Leg {
  readonly order: OrderIntent
  /** Price and fee at the limit, any fragmentation (market-math §2.5). */
  readonly costBound: Money
  /** What its market is paid from, and pays into (E8). Absent in plans of before there was more than one: the venue's default. */
  readonly purse?: Purse
}
export const purseOfLeg = ({ purse, order }: Leg): Purse => purse ?? order.venue

interface PlanBase {
  readonly tradeId: TradeId
  readonly opportunity: Opportunity
  readonly mode: Mode
  readonly lossBudget: Money
  readonly dearestCure: Money
  /** Versions of what decided. */
  readonly rules: { readonly certificate: string | null; readonly limits: string; readonly config: string }
}
/** Decided: the saga's whole input, immutable. Legs in sending order; the second reduces. */
export interface BoxPlan extends PlanBase {
  readonly strategy: 'box'
  readonly legs: readonly [Leg, Leg]
  /** E3: the dearest permitted cure, completing at the ceiling. Its id stands for that; the "sent" mark fixes limit, quantity and not-after. */
  readonly cure: OrderIntent
  /** E8: cash of the dearest exit at the first leg's venue, in that leg's purse. Absent where leaving is a sale, which takes none. */
  readonly dearestExit?: Money
  /** Contracts that an operator has bought or found, and not the launcher (core/trade/adoption): nothing is done about them but by his word. */
  readonly adopted?: { readonly breakId: number; readonly by: string }
}
export interface EdgePlan extends PlanBase {
  readonly strategy: 'edge'
  readonly legs: readonly [Leg]
  /** What its event belongs to: exposures of one sport are limited together. */
  readonly sport: string
  /** E7: the other markets of its game. Who holds one of them holds the same bet, or its opposite. Absent in plans of before it was known. */
  readonly siblings?: readonly MarketId[]
}
export type Plan = BoxPlan | EdgePlan

export interface Reservation {
  readonly kind: 'granted' | 'refused'
  readonly verdicts: readonly Verdict[]
}

/** What the first leg's venue holds and nothing answers: of an edge, all that it holds. `n` is the highest order number used so far (E2). */
export interface Unpaired {
  readonly tradeId: TradeId
  readonly venue: Venue
  readonly market: MarketId
  readonly outcome: Outcome
  readonly quantity: Quantity
  readonly n: number
}

export type CureOption = { readonly loss: Money } & (
  | { readonly way: 'complete' | 'sell' | 'net'; readonly order: OrderIntent }
  | { readonly way: 'hold' }
  | { readonly way: 'wait'; readonly state: 'waiting-for-venue' | 'over-budget' }
)
export interface CureChoice {
  readonly chosen: CureOption
  readonly over: readonly CureOption[]
  readonly budgetLeft: Money
}

/** What is done now about the contracts of an edge: sold where somebody pays more, net, than they are thought worth at the most (ruling 13). */
export type SaleChoice =
  | { readonly kind: 'hold'; readonly reason: string }
  /** `netBid`: of one contract at the best bid. */
  | { readonly kind: 'sell'; readonly order: OrderIntent; readonly netBid: Money }

export type OutcomeLabel = 'refused' | 'missed' | 'locked' | 'partly-locked' | 'unwound' | 'held' | 'surrendered'

/** execution.md §5: the vector, and the label derived from it. */
export interface TradeResult {
  readonly tradeId: TradeId
  readonly label: OutcomeLabel
  readonly locked: Quantity
  readonly flat: Quantity
  readonly held: Quantity
  readonly dust: Quantity
  readonly realisedPnl: Money
  readonly maxRemainingLoss: Money
  readonly reason: string
  readonly cures: readonly CureChoice[]
  /** The verdicts the result rests on. Any makes it `surrendered`: what they claim and no venue has shown is in suspense. */
  readonly verdicts?: readonly OrderVerdict[]
  /** Why a successor had to end the trade. Its end amends one that was booked before (E14). */
  readonly takenOver?: string
}

/** One order of a trade that lost its owner. `known`: final and booked, or proven never sent; null: its bytes may have left. */
export interface EstateOrder {
  readonly order: OrderIntent
  readonly known: Done | Rejected | null
}
/** What a successor takes over (E25), orders by number. `verdicts`: those given before. */
export interface Estate {
  readonly plan: Plan
  /** Its own budget (E14): the limits' of today. */
  readonly lossBudget: Money
  readonly orders: readonly EstateOrder[]
  readonly verdicts: readonly OrderVerdict[]
}
