import { money, NO_MONEY, type Money } from '../units'
import type { Account } from './accounts'
import type { Transfer } from './postings'

/** Accounts with a balance; what is absent is zero. */
export type Balances = ReadonlyMap<Account, Money>

export const balanceOf = (balances: Balances, account: Account): Money => balances.get(account) ?? NO_MONEY

/** Adds one transfer to balances of the caller's own. Accounts that reach zero disappear, so that equal ledgers have equal maps. */
export function post(balances: Map<Account, Money>, transfer: Transfer): void {
  for (const { account, amount } of transfer.legs) {
    const balance = money(balanceOf(balances, account) + amount)
    if (balance === 0) balances.delete(account)
    else balances.set(account, balance)
  }
}

/** The balances after all transfers, in their order. */
export function balancesOf(transfers: readonly Transfer[]): Balances {
  const balances = new Map<Account, Money>()
  for (const transfer of transfers) post(balances, transfer)
  return balances
}
