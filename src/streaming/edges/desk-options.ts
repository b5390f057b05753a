import type { EdgeDecided } from '../../core/edge/decided'
import type { EdgeInput } from '../../core/edge/detect'
import type { EdgeLimits, EdgeMarket } from '../../core/edge/finding'
import type { EdgeRules, EdgeSettings } from '../../core/edge/profile'
import type { MarketId, SubjectId } from '../../core/ids'
import type { Closure } from '../../core/market/calendar'
import type { BookDirectory } from '../../core/market/reference'
import type { Gated, GateRefusal } from '../../core/risk/gates'
import type { EdgePlan, Mode, TradeResult, Verdict } from '../../core/trade/plan'
import type { Millis, Quantity } from '../../core/units'
import type { RecordRow } from '../../ports/record'
import type { Engine } from '../engine'
import type { Deal } from '../opportunities/deal'
import type { Reason } from '../opportunities/episode'
import type { OpportunitiesOptions } from '../opportunities/opportunities'
import type { EdgeLook } from './look'
import type { Sales } from './sales'

/** What the rest of the process knows of a market and of our money. */
export type EdgeTerms = Pick<EdgeInput, 'fees' | 'bands'> & { readonly limits: EdgeLimits }
export type EdgeMoney = Pick<EdgeInput, 'equity' | 'cash' | 'spent' | 'share'>

export interface EdgeDeskOptions {
  readonly mode: Mode
  readonly configVersion: string
  readonly rules: EdgeRules
  readonly settings: EdgeSettings
  readonly directory: BookDirectory
  readonly engine: () => Pick<Engine, 'books' | 'statusOf' | 'barAt'>
  /** null: limits or listing are not known yet, and nothing is judged. */
  readonly terms: (market: MarketId) => EdgeTerms | null
  readonly money: (market: EdgeMarket, nowMs: Millis) => EdgeMoney
  /** The most contracts of one trade by the strategy's own standing (E10); null: not known, and nothing is judged. Absent: as the limits say. */
  readonly maxContracts?: () => Quantity | null
  readonly closures: (market: MarketId, nowMs: Millis) => readonly Closure[] | null
  readonly persistence: OpportunitiesOptions['persistence']
  /** Whether edges may become trades now; what is not armed is seen, recorded and refused. */
  readonly armed: () => Gated
  /** What ended edges hold and how it is sold. Absent: it is held to settlement. */
  readonly sales?: Pick<Sales, 'heldOf' | 'begin'>
  readonly offer: (deal: Deal<EdgePlan>, n: number, nowMs: Millis) => Gated
  /** Its subject's edge has gone. */
  readonly onGone: (subject: SubjectId) => void
  /** Looks again when what refused a find is over. */
  readonly later: (subject: SubjectId, refusal: GateRefusal, look: (nowMs: Millis) => void) => void
  readonly onFound: () => void
  /** In the turn in which it was decided, with what it was decided upon. */
  readonly onDecided: (plan: EdgePlan, decided: EdgeDecided) => void
  readonly onEnded: (plan: EdgePlan, result: TradeResult) => void
  /** However it ended; null: it never began, or nobody knows. */
  readonly onOver: (plan: EdgePlan, result: TradeResult | null) => void
  readonly onRefused: (
    market: EdgeMarket,
    look: EdgeLook,
    reason: Reason,
    verdict: () => Verdict | undefined,
    n: number,
    nowMs: Millis,
  ) => void
  readonly record: (row: RecordRow) => void
  readonly nowMs: () => Millis
}

/** What a shard has to be told to trade edges: how they are judged, what our money allows, and who hears of those that are decided and of their end. */
export type EdgeOptions = Pick<EdgeDeskOptions, 'armed' | 'rules' | 'settings' | 'money' | 'maxContracts' | 'sales'> & {
  readonly onDecided?: (plan: EdgePlan) => void
  readonly onOver?: EdgeDeskOptions['onOver']
}
