import { VENUES, type MarketId, type Outcome, type Venue } from '../ids'
import { isPurse, type Purse } from '../purse'

/** A market's contracts at cost, fees excluded, per outcome. */
export type PositionAccount = `position:${Venue}:${string}:${Outcome}`
/** market-math §9. Debit is positive; all accounts together are zero at any moment. */
export type Account =
  | `cash:${Purse}`
  | `reserved:${Purse}`
  | PositionAccount
  | `receivable:coupon:${Venue}`
  | 'transit'
  | `suspense:${Venue}`
  | 'equity:capital'
  | `income:trading:${Venue}`
  | `income:settlement:${Venue}`
  | `income:coupon:${Venue}`
  | `income:interest:${Venue}`
  | `expense:fee:${Venue}`

export const cash = (purse: Purse): Account => `cash:${purse}`
export const reserved = (purse: Purse): Account => `reserved:${purse}`
/** @throws RangeError when the market's name would make the account ambiguous. */
export function position(venue: Venue, market: MarketId, side: Outcome): PositionAccount {
  if (market === '' || market.includes(':')) throw new RangeError(`not a market an account can be named after: "${market}"`)
  return `position:${venue}:${market}:${side}`
}

/** What an account stands for: assets may not be owed, income and expense make the profit. */
export type AccountClass = 'asset' | 'transit' | 'suspense' | 'equity' | 'income' | 'expense'

const venue = `(?:${VENUES.join('|')})`
const CASH = /^(?:cash|reserved):(.*)$/
const CLASSES: readonly (readonly [RegExp, AccountClass])[] = [
  [new RegExp(`^receivable:coupon:${venue}$`), 'asset'],
  [new RegExp(`^position:${venue}:[^:]+:(?:yes|no)$`), 'asset'],
  [/^transit$/, 'transit'],
  [new RegExp(`^suspense:${venue}$`), 'suspense'],
  [/^equity:capital$/, 'equity'],
  [new RegExp(`^income:(?:trading|settlement|coupon|interest):${venue}$`), 'income'],
  [new RegExp(`^expense:fee:${venue}$`), 'expense'],
]

/** @throws RangeError for a name that is not in the chart of accounts. */
export function classOf(account: string): AccountClass {
  const [, purse] = CASH.exec(account) ?? []
  if (purse !== undefined && isPurse(purse)) return 'asset'
  const found = CLASSES.find(([form]) => form.test(account))
  if (!found) throw new RangeError(`not an account of the chart: "${account}"`)
  return found[1]
}
export const isPosition = (account: string): account is PositionAccount => account.startsWith('position:')
