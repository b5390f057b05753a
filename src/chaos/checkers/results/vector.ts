import type { OutcomeLabel, TradeResult } from '../../../core/trade/plan'
import type { TradeRow } from '../../evidence/tables'
import type { Case } from '../case'
import { BY_VERDICT } from '../ends'
import type { Violation } from '../violation'
import { executedOf, type Vector } from './executed'

/** I9: the end of a trade says of its contracts what the venues' executions say, and is called what they make of it (§5). */
export function soundResults(of: Case): readonly Violation[] {
  return of.evidence.tables.trades.flatMap((trade) => {
    if (trade.endedMs === null || isAdopted(trade)) return []
    const details = trade.result ? [...vectorOf(trade, trade.result, of), ...labelOf(trade, trade.result, of)] : withoutResult(trade)
    return details.map((detail): Violation => ({ invariant: 'I9', tradeId: trade.tradeId, detail }))
  })
}

/** Contracts that an operator has found: no order of ours bought them. */
export const isAdopted = ({ plan }: TradeRow): boolean => plan.strategy === 'box' && plan.adopted !== undefined
const withoutResult = ({ reservation }: TradeRow): readonly string[] => (reservation === 'refused' ? [] : ['it has ended without a result'])

/** A verdict's contracts are not the venue's. */
export const restsOnVerdict = ({ tradeId, result }: TradeRow, { evidence: { tables } }: Case): boolean =>
  (result?.verdicts ?? []).length > 0 ||
  tables.fills.some((fill) => fill.tradeId === tradeId && fill.account === BY_VERDICT) ||
  tables.audits.some(({ action, detail }) => action === 'verdict' && detail.includes(`cb-${tradeId}-`))

function vectorOf(trade: TradeRow, result: TradeResult, of: Case): readonly string[] {
  if (restsOnVerdict(trade, of)) return []
  const is = executedOf(trade, of)
  const wrong = textOf(is) === textOf(result) ? [] : [`its result says ${textOf(result)} where its executions come to ${textOf(is)}`]
  const astray = is.astray.map(
    ({ clientOrderId, venue, market }) => `${clientOrderId} was executed at ${venue} ${market}, which its plan has no place for`,
  )
  return [...wrong, ...astray]
}

const textOf = ({ locked, flat, held, dust }: Vector): string => `${locked} locked, ${flat} flat, ${held} held, ${dust} dust`

function labelOf(trade: TradeRow, result: TradeResult, of: Case): readonly string[] {
  const { outcome, reservation, tradeId } = trade
  const anyByte = of.orders.some((order) => order.tradeId === tradeId)
  if (reservation === 'refused' && anyByte) return [] // I3 tells of bytes that nobody granted
  const permitted = restsOnVerdict(trade, of) ? (['surrendered'] as const) : labelsOf(result, anyByte)
  const unlike = outcome === result.label ? [] : [`the table calls it ${outcome}, its result ${result.label}`]
  const bytes = anyByte ? 'bytes left' : 'no byte left'
  return permitted.includes(result.label)
    ? unlike
    : [...unlike, `it is called ${result.label} and not ${permitted.join(' or ')}: ${textOf(result)}, and ${bytes}`]
}

/**
 * §5, from the vector. Of an order whose process was killed nobody but the venue can say that no byte of it left: `missed` is right for what the venue
 * calls absent, and for what a successor has found.
 */
function labelsOf({ locked, flat, held, dust, reason, takenOver }: TradeResult, anyByte: boolean): readonly OutcomeLabel[] {
  if (locked + flat + held + dust === 0) {
    if (anyByte) return ['missed']
    return reason.startsWith('never-accepted') || takenOver !== undefined ? ['refused', 'missed'] : ['refused']
  }
  if (held > 0 || locked + flat === 0) return ['held']
  if (locked === 0) return ['unwound']
  return [flat > 0 ? 'partly-locked' : 'locked']
}
