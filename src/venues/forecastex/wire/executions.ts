import type { Money, Quantity } from '../../../core/units'
import type { Execution } from './messages'

/** Told fees by execution id: a report belongs to one correction of an execution, and may come before it. */
export type Fees = Pick<ReadonlyMap<string, Money>, 'get'>

/** The only side that buys. A netting report carries another one (ibkr-forecastex §3). */
export const BOUGHT = 'BOT'
const NO_FEES: Fees = new Map()

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

/** null: not told yet. */
export function feeOf(execution: Execution, fees: Fees): Money | null {
  const exact = fees.get(execution.execId)
  if (exact !== undefined) return exact
  // A correction need not come with a commission report of its own: the fee told for what it corrects stands.
  const base = baseOf(execution.execId)
  for (let number = correctionOf(execution.execId) - 1; number > 0; number -= 1) {
    const told = fees.get(`${base}.${String(number).padStart(2, '0')}`)
    if (told !== undefined) return told
  }
  return null
}

/** Fills that follow one another without overlap; linked backwards. */
interface Chain<T> {
  readonly end: number
  readonly total: number
  /** Of chains that cover as much, the heavier one is taken. */
  readonly weight: number
  readonly last: T | null
  readonly before: Chain<T> | null
}
type Weigh<T> = (execution: T) => number

const isBetter = (chain: Chain<unknown>, than: Chain<unknown>): boolean =>
  chain.total > than.total || (chain.total === than.total && chain.weight > than.weight)

/** The best chain of executions in the order of their cumulative counts; of equals the one that was found first. */
function bestChain<T extends Execution>(inOrder: readonly T[], weigh: Weigh<T>): Chain<T> {
  const none: Chain<T> = { end: 0, total: 0, weight: 0, last: null, before: null }
  const chains: Chain<T>[] = []
  let best = none
  for (const last of inOrder) {
    const start = last.cumulative - last.quantity
    let before: Chain<T> | null = null
    for (const chain of chains) if (chain.end <= start && (before === null || isBetter(chain, before))) before = chain
    const { total, weight } = before ?? none
    const chain: Chain<T> = { end: last.cumulative, total: total + last.quantity, weight: weight + weigh(last), last, before }
    chains.push(chain)
    if (best === none || isBetter(chain, best)) best = chain
  }
  return best
}

function linksOf<T>(chain: Chain<T>): readonly T[] {
  const links: T[] = []
  for (let at: Chain<T> | null = chain; at?.last; at = at.before) links.unshift(at.last)
  return links
}

const isPaid = (execution: Execution, fees: Fees): boolean => (feeOf(execution, fees) ?? 0) > 0
/** Whether two of them cover a part of the order in common. */
const overlap = (a: Execution, b: Execution): boolean =>
  a.cumulative - a.quantity < b.cumulative && b.cumulative - b.quantity < a.cumulative

/** What may have bought. */
const candidates = <T extends Execution>(executions: Iterable<T>, limit: Quantity | null): readonly T[] =>
  [...executions]
    .filter(
      ({ side, quantity, cumulative }) => side === BOUGHT && quantity > 0 && quantity <= cumulative && cumulative <= (limit ?? cumulative),
    )
    .sort((a, b) => a.cumulative - b.cumulative || (a.execId < b.execId ? -1 : 1))

/**
 * A correction is the last word on its stretch: a report that still tells what was netted before it does not count beside it, unless it was paid
 * for. Before the fees are told that may leave a fill out, and never counts one twice.
 */
function uncorrected<T extends Execution>(all: readonly T[], fees: Fees): readonly T[] {
  const corrections = all.filter(({ execId }) => isCorrection(execId))
  const isOverruled = (execution: T): boolean => corrections.some((correction) => overlap(execution, correction))
  return all.filter((execution) => isCorrection(execution.execId) || isPaid(execution, fees) || !isOverruled(execution))
}

/**
 * Which executions bought something for one order. A netting report may carry the order's own ids and even side BOT. But each fill covers the
 * stretch of the order from its cumulative count less its quantity up to that count, and an order's fills lie side by side, where a netting
 * report lies across them. So: the executions without overlap that cover most; of equals those for which more was paid, because netting is free;
 * of these the earlier id. The quantity is never too large, whatever is still on its way: a report nets no more than the order has bought.
 * @param limit the order's quantity, null when it is not known.
 */
export function boughtBy<T extends Execution>(executions: Iterable<T>, limit: Quantity | null, fees: Fees = NO_FEES): readonly T[] {
  return linksOf(bestChain(uncorrected(candidates(executions, limit), fees), (execution) => feeOf(execution, fees) ?? 0))
}

/**
 * Whether what was bought is certain to the cent. It is when every fill has a told fee above zero, which no netting report has. Without that, a
 * report in disguise may stand for a fill: it covers the same stretch, and nothing tells the two apart. Then no paid fill may be left out, no
 * correction may have made it fewer than what it netted, and all ways to cover most must come to the same money.
 */
export function isDecided<T extends Execution>(executions: Iterable<T>, limit: Quantity | null, fees: Fees): boolean {
  const told = candidates(executions, limit)
  const best = bestChain(uncorrected(told, fees), (execution) => feeOf(execution, fees) ?? 0)
  const bought = linksOf(best)
  const paid = bought.every((execution) => isPaid(execution, fees))
  if (!paid && told.some((execution) => isPaid(execution, fees) && !bought.includes(execution))) return false
  if (!paid && bestChain(told, () => 0).total !== best.total) return false
  const inOrder = paid ? told.filter((execution) => isPaid(execution, fees)) : told
  const cost: Weigh<T> = ({ price, quantity }) => (price ?? 0) * quantity
  const fee: Weigh<T> = (execution) => feeOf(execution, fees) ?? 0
  const untold: Weigh<T> = (execution) => (feeOf(execution, fees) === null ? 1 : 0)
  return [cost, fee, untold].every((weigh) => {
    const least = bestChain(inOrder, (execution) => -weigh(execution))
    return bestChain(inOrder, weigh).weight === -least.weight
  })
}
