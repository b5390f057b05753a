import type { TradeId } from '../ids'
import type { Purse, PurseBalance } from '../purse'
import { money, type Millis, type Money } from '../units'
import { suspend, transferCash, type Transfer } from './postings'

/** What a venue says more of a purse than the ledger does; negative: less. */
export interface CashDifference {
  readonly purse: Purse
  readonly amount: Money
}

/** Where ledger and venue differ, by name. A purse that one of them does not name holds nothing there. */
export function cashDifferences(known: readonly PurseBalance[], told: readonly PurseBalance[]): readonly CashDifference[] {
  const amounts = new Map<Purse, number>()
  for (const { purse, cash } of told) amounts.set(purse, (amounts.get(purse) ?? 0) + cash)
  for (const { purse, cash } of known) amounts.set(purse, (amounts.get(purse) ?? 0) - cash)
  return [...amounts]
    .flatMap(([purse, amount]) => (amount === 0 ? [] : [{ purse, amount: money(amount) }]))
    .sort((a, b) => (a.purse < b.purse ? -1 : 1))
}

/**
 * The entries after which the ledger says of one venue's purses what the venue says (market-math §9, invariant 9). Money that one purse lacks and
 * another has too much of was moved between them; what is left has no explanation, and stands in suspense. In sum, suspense changes by the sum of
 * the differences either way.
 */
export function adoptCash(
  entry: { readonly tradeId: TradeId | null; readonly atMs: Millis },
  differences: readonly CashDifference[],
): readonly Transfer[] {
  const left = new Map<Purse, number>(differences.map(({ purse, amount }) => [purse, amount]))
  const transfers: Transfer[] = []
  for (const { purse: to } of differences)
    for (const { purse: from } of differences) {
      const amount = money(Math.max(0, Math.min(left.get(to) ?? 0, -(left.get(from) ?? 0))))
      if (amount === 0) continue
      transfers.push(transferCash({ ...entry, id: `transfer:${from}:${to}:${entry.atMs}`, from, to, amount }))
      left.set(to, (left.get(to) ?? 0) - amount)
      left.set(from, (left.get(from) ?? 0) + amount)
    }
  for (const [purse, amount] of left)
    if (amount !== 0) transfers.push(suspend({ ...entry, id: `suspend:${purse}:${entry.atMs}`, purse, amount: money(amount) }))
  return transfers
}
