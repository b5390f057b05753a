import type { Mode } from '../../core/trade/plan'
import type { OpportunityRow, Sizing } from '../../ports/record'
import type { Episode, Reason, Seen, Sized, Subject } from './episode'

/** As the record keeps it. @param n number of the last look */
export const opportunityRow = (episode: Episode, mode: Mode, n: number): OpportunityRow => rowOf(episode, mode, n, sizingOf)

export function rowOf<S extends Subject, L extends Seen<OpportunityRow['direction']>>(
  episode: Episode<S, L>,
  mode: Mode,
  n: number,
  sizing: (look: Sized<L>) => Sizing,
): OpportunityRow {
  const { pair, direction, outcome, best, last, firstSeenMs, lastSeenMs, endedMs, looks, finds, trades, refusals } = episode
  const [first = 'none'] = refusals.keys()
  return {
    kind: 'opportunity',
    subject: pair.id,
    direction: direction ?? 'both',
    mode,
    n,
    outcome: outcome.kind,
    reason: first,
    tradeId: outcome.kind === 'taken' ? outcome.tradeId : null,
    trades,
    firstSeenMs,
    lastSeenMs,
    endedMs,
    looks,
    finds,
    best: best && sizing(best),
    last: last && { quantity: last.quantity, netEdge: last.netEdge },
    refusals: refusalsText(refusals),
  }
}

function sizingOf(look: Sized): Sizing {
  const { quantity, netEdge, annualReturn, worst } = look
  const [capital, lockedDays] = look.kind === 'found' ? [look.capital, look.lockedDays] : [null, null]
  return {
    quantity,
    netEdge,
    annualReturn,
    unwindLoss: worst?.modelledLoss ?? null,
    maximumLoss: worst?.maximumLoss ?? null,
    capital,
    lockedDays,
  }
}

/** "cool-down 3, calendar 1" */
export const refusalsText = (refusals: ReadonlyMap<Reason, number>): string =>
  [...refusals].map(([reason, count]) => `${reason} ${count}`).join(', ')
