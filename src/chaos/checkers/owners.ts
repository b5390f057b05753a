import type { Case } from './case'
import type { Violation } from './violation'
import type { ClaimRow, TradeRow } from '../evidence/tables'

/** I11: whatever a trade holds has exactly one running owner: its workflow while it runs, `settle` by a claim afterwards. */
export function oneOwner(of: Case): readonly Violation[] {
  const { tables } = of.evidence
  return [
    ...tables.trades.flatMap((trade) => ownersOfTrade(trade, of)),
    ...tables.claims.flatMap((claim) => claimsOwner(claim, of)),
    ...ownerlessLots(of),
  ]
}

function ownersOfTrade({ tradeId, reservation, endedMs }: TradeRow, { evidence }: Case): readonly Violation[] {
  const running = evidence.workflows.filter(
    (each) => each.status === 'running' && (each.tradeId === tradeId || each.workflowId === `cure-${tradeId}`),
  )
  const names = running.map(({ workflowId }) => workflowId).join(', ')
  if (running.length > 1) return [{ invariant: 'I11', tradeId, detail: `it has ${running.length} running owners: ${names}` }]
  const isOpen = reservation === 'granted' && endedMs === null
  return isOpen && running.length === 0 ? [{ invariant: 'I11', tradeId, detail: 'it is granted and open, and no workflow runs it' }] : []
}

function claimsOwner(
  { venue, market, state, holder, subject, outcome }: ClaimRow,
  { evidence: { tables }, trades }: Case,
): readonly Violation[] {
  const named = `the ${state} claim on ${venue} ${market}`
  if (state === 'exclusive') {
    const trade = trades.get(holder)
    return trade?.endedMs === null && trade.reservation === 'granted'
      ? []
      : [{ invariant: 'I11', tradeId: holder, detail: `${named} is held by a trade that does not run` }]
  }
  const lots = tables.lots.filter((lot) => lot.venue === venue && lot.market === market && lot.quantity > 0)
  if (lots.length === 0) return [{ invariant: 'I11', tradeId: holder, detail: `${named} has nothing left to settle` }]
  return lots.flatMap((lot): readonly Violation[] =>
    trades.get(lot.tradeId)?.subject === subject && lot.outcome === outcome
      ? []
      : [
          {
            invariant: 'I11',
            tradeId: lot.tradeId,
            detail: `its ${lot.outcome} lot at ${venue} ${market} stands under the claim of ${subject} on ${outcome}`,
          },
        ],
  )
}

function ownerlessLots({ evidence: { tables } }: Case): readonly Violation[] {
  const claimed = new Set(tables.claims.map(({ venue, market }) => `${venue} ${market}`))
  return tables.lots.flatMap(({ tradeId, venue, market, quantity }): readonly Violation[] =>
    quantity > 0 && !claimed.has(`${venue} ${market}`)
      ? [{ invariant: 'I11', tradeId, detail: `its lot at ${venue} ${market} has no claim` }]
      : [],
  )
}
