import type { EdgeFound, EdgeMarket, EdgeRefused } from '../../core/edge/finding'
import { EDGE_CHECKS, type EdgeCheck } from '../../core/edge/refusals'
import type { EdgeInput } from '../../core/edge/detect'
import type { Outcome } from '../../core/ids'
import type { Mode } from '../../core/trade/plan'
import { NO_MONEY, type Money, type Quantity } from '../../core/units'
import type { OpportunityRow, Sizing } from '../../ports/record'
import type { Episode, Sized } from '../opportunities/episode'
import { rowOf } from '../opportunities/row'

/** One judgement of a market that showed an edge, as its episode keeps it. */
export type EdgeLook = {
  readonly direction: Outcome
  readonly quantity: Quantity
  readonly netEdge: Money | null
} & (
  | { readonly kind: 'found'; readonly finding: EdgeFound }
  | { readonly kind: 'refused'; readonly finding: EdgeRefused; readonly reason: EdgeCheck }
)

export const lookOfFound = (finding: EdgeFound): EdgeLook & { readonly kind: 'found' } => ({
  kind: 'found',
  direction: finding.outcome,
  quantity: finding.quantity,
  netEdge: finding.netEdge,
  finding,
})

/** null: it shows no edge. What cannot be judged, or earns nothing, is no opportunity that was missed. */
export function lookOfRefused(finding: EdgeRefused): (EdgeLook & { readonly kind: 'refused' }) | null {
  const { outcome, edge, reason, quantity, figures } = finding
  if (outcome === null || edge === null || edge <= NO_MONEY) return null
  return { kind: 'refused', direction: outcome, quantity, netEdge: figures?.netEdge ?? null, finding, reason }
}

export const edgeRow = (episode: Episode<EdgeMarket, EdgeLook>, mode: Mode, n: number): OpportunityRow => rowOf(episode, mode, n, sizingOf)

/** Without another leg the worst is that all of it is lost; when it is cash again depends on the game. */
function sizingOf({ quantity, netEdge, finding }: Sized<EdgeLook>): Sizing {
  const figures = finding.kind === 'found' ? finding : finding.figures
  return {
    quantity,
    netEdge,
    annualReturn: null,
    unwindLoss: figures?.unwindLoss ?? null,
    maximumLoss: figures?.costBound ?? null,
    capital: figures?.costBound ?? null,
    lockedDays: null,
  }
}

/** That there is no consensus has many causes, and its own reason names them. */
export function countUnjudged(counts: Map<string, number>, check: EdgeCheck, { consensus }: Pick<EdgeInput, 'consensus'>): void {
  const reason = check === EDGE_CHECKS.consensus && consensus.kind === 'none' ? `${check}: ${consensus.reason}` : check
  counts.set(reason, (counts.get(reason) ?? 0) + 1)
}
