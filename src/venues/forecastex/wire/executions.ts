import type { Quantity } from '../../../core/units'
import type { Execution } from './messages'

/** The only side that buys. A netting report carries another one (ibkr-forecastex §3). */
const BOUGHT = 'BOT'

/** An execution's identity without its correction number: all but what follows the last dot. */
export const baseOf = (execId: string): string => execId.slice(0, Math.max(execId.lastIndexOf('.'), 0)) || execId
const correctionOf = (execId: string): number => Number.parseInt(execId.slice(execId.lastIndexOf('.') + 1), 10) || 0
/** Corrections count up from 01, the execution itself. */
export const isCorrection = (execId: string): boolean => correctionOf(execId) > 1

/** Adds an execution: the same one again changes nothing, a correction replaces what it corrects. In any order of arrival. */
export function withExecution<T extends Execution>(known: ReadonlyMap<string, T>, execution: T): ReadonlyMap<string, T> {
  const base = baseOf(execution.execId)
  const held = known.get(base)
  if (held && correctionOf(held.execId) >= correctionOf(execution.execId)) return known
  return new Map(known).set(base, execution)
}

/** Fills that follow one another without overlap; linked backwards. */
interface Chain<T> {
  readonly end: number
  readonly total: number
  readonly last: T | null
  readonly before: Chain<T> | null
}

/**
 * Which executions bought something for one order. A netting report may carry the order's own ids and even side BOT. But each fill covers the
 * stretch of the order from its cumulative count less its quantity up to that count, and an order's fills lie side by side, where a netting
 * report lies across them. So: the executions without overlap that cover most; of equals the earlier id.
 * @param limit the order's quantity, null when it is not known.
 */
export function boughtBy<T extends Execution>(executions: Iterable<T>, limit: Quantity | null): readonly T[] {
  const inOrder = [...executions]
    .filter(
      ({ side, quantity, cumulative }) => side === BOUGHT && quantity > 0 && quantity <= cumulative && cumulative <= (limit ?? cumulative),
    )
    .sort((a, b) => a.cumulative - b.cumulative || (a.execId < b.execId ? -1 : 1))
  const none: Chain<T> = { end: 0, total: 0, last: null, before: null }
  const chains: Chain<T>[] = []
  let best = none
  for (const last of inOrder) {
    const start = last.cumulative - last.quantity
    let before = none
    for (const chain of chains) if (chain.end <= start && chain.total > before.total) before = chain
    const chain: Chain<T> = { end: last.cumulative, total: before.total + last.quantity, last, before }
    chains.push(chain)
    if (chain.total > best.total) best = chain
  }
  const bought: T[] = []
  for (let chain: Chain<T> | null = best; chain?.last; chain = chain.before) bought.unshift(chain.last)
  return bought
}
