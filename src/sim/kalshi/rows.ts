import type { Money, Price, Quantity } from '../../core/units'
import type { KalshiEventSection, KalshiMarketSection } from '../schema'

/** What the simulated venue remembers, as rows of plain JSON: money in 1e-6 USD, prices in 1e-4 USD, counts in 1e-2 contract, times in ms. */

/** On the YES leg: bid buys YES, ask sells YES (which is buying NO at 1 − p). */
export type BookSide = 'bid' | 'ask'
export type MarketStatus = 'initialized' | 'inactive' | 'active' | 'closed' | 'determined' | 'disputed' | 'amended' | 'finalized'
export type MarketResult = '' | 'yes' | 'no' | 'scalar'

/** One listing of an event. `base` is its name in the scenario, `listing` 1, 2, … */
export interface EventRow {
  readonly ticker: string
  readonly base: string
  readonly listing: number
  readonly definition: Omit<KalshiEventSection, 'markets'>
  readonly markets: readonly string[]
  readonly createdMs: number
}

export interface MarketRow {
  readonly ticker: string
  readonly base: string
  readonly eventTicker: string
  readonly marketId: string
  readonly definition: Omit<KalshiMarketSection, 'book' | 'trades'>
  readonly status: MarketStatus
  readonly openMs: number
  readonly closeMs: number
  readonly createdMs: number
  readonly updatedMs: number
  readonly result: MarketResult
  readonly settlementValue: Price | null
  readonly settledMs: number | null
  readonly lastPrice: Price | null
  readonly previousPrice: Price | null
  readonly volume: Quantity
  readonly openInterest: Quantity
}

export interface AccountRow {
  readonly accountId: string
  readonly userId: string
}

/** Where cash lies: every subaccount of an account has its own on every shard (kalshi.md §12.3). */
export interface Pocket {
  readonly accountId: string
  readonly subaccount: number
  readonly shard: number
}

export interface PocketRow extends Pocket {
  readonly cash: Money
  /** Whether positions of one event guarantee each other (collateral return, kalshi.md §6.2). */
  readonly netting: boolean
  readonly updatedMs: number
}

/** What collateral return has paid out ahead of settlement for one event. */
export interface ReturnedRow extends Pocket {
  readonly eventTicker: string
  readonly amount: Money
}

/** Orders whose fills are counted together over a rolling window (kalshi.md §4.8). */
export interface GroupRow extends Pocket {
  readonly groupId: string
  readonly limit: Quantity
  readonly triggered: boolean
  readonly fills: readonly { readonly atMs: number; readonly quantity: Quantity }[]
  readonly createdMs: number
}

/** Cash moved between two pockets of an account. */
export interface TransferRow {
  readonly transferId: string
  /** The client's idempotency key; "" when it gave none. */
  readonly clientId: string
  readonly kind: 'subaccount' | 'shard'
  readonly accountId: string
  readonly from: Pocket
  readonly to: Pocket
  readonly amount: Money
  readonly atMs: number
}

/** How an account wants its cash spread over the shards, in percent. */
export interface AllocationRow {
  readonly accountId: string
  readonly shares: readonly { readonly shard: number; readonly percent: number }[]
  readonly reservation: 'max' | 'sum' | 'none'
}

export type TimeInForce = 'good_till_canceled' | 'immediate_or_cancel' | 'fill_or_kill'
export type SelfTradePrevention = 'taker_at_cross' | 'maker'
export type UpdateReason =
  | ''
  | 'Trade'
  | 'Amend'
  | 'Decrease'
  | 'Canceled'
  | 'SelfTradeCancel'
  | 'ExpiryCancel'
  | 'CloseCancel'
  | 'HaltCancel'
  | 'PostOnlyCrossCancel'
  | 'ReduceOnlyCancel'

export interface OrderRow {
  readonly orderId: string
  readonly accountId: string
  readonly subaccount: number
  readonly groupId: string | null
  readonly clientOrderId: string
  readonly ticker: string
  readonly side: BookSide
  readonly price: Price
  readonly initial: Quantity
  readonly filled: Quantity
  readonly remaining: Quantity
  readonly status: 'resting' | 'executed' | 'canceled'
  readonly reason: UpdateReason
  readonly timeInForce: TimeInForce
  readonly selfTradePrevention: SelfTradePrevention
  readonly postOnly: boolean
  readonly cancelOnPause: boolean
  readonly expirationMs: number | null
  /** Unrebated rounding of this order's fills (market-math §2.2). */
  readonly accumulator: Money
  /** Σ YES price × count, at execution prices. */
  readonly takerCost: Money
  readonly makerCost: Money
  readonly takerFees: Money
  readonly makerFees: Money
  readonly createdMs: number
  readonly updatedMs: number
  /** Place in the queue: smaller is earlier. */
  readonly priority: number
}

export interface FillRow {
  readonly tradeId: string
  readonly orderId: string
  readonly accountId: string
  readonly subaccount: number
  readonly ticker: string
  readonly side: BookSide
  readonly price: Price
  readonly quantity: Quantity
  readonly isTaker: boolean
  readonly fee: Money
  readonly atMs: number
  /** Signed position after the fill: + YES, − NO. */
  readonly positionAfter: Quantity
}

export interface TradeRow {
  readonly tradeId: string
  readonly ticker: string
  readonly price: Price
  readonly quantity: Quantity
  readonly takerSide: BookSide
  readonly atMs: number
}

export interface PositionRow {
  readonly accountId: string
  readonly subaccount: number
  readonly ticker: string
  /** + YES, − NO: one signed net per market. */
  readonly position: Quantity
  /** What the open position cost, without fees. */
  readonly cost: Money
  readonly realized: Money
  readonly fees: Money
  readonly traded: Money
  readonly updatedMs: number
  readonly settled: boolean
}

export interface SettlementRow {
  readonly accountId: string
  readonly subaccount: number
  readonly ticker: string
  readonly eventTicker: string
  readonly result: MarketResult
  readonly yesCount: Quantity
  readonly yesCost: Money
  readonly noCount: Quantity
  readonly noCost: Money
  readonly revenue: Money
  readonly value: Price
  readonly fees: Money
  readonly atMs: number
}

/** A resting order of an outside participant. */
export interface OutsideRow {
  readonly id: string
  readonly ticker: string
  readonly side: BookSide
  readonly price: Price
  readonly remaining: Quantity
  readonly priority: number
}

export interface RowTypes {
  readonly event: EventRow
  readonly market: MarketRow
  readonly account: AccountRow
  readonly order: OrderRow
  readonly fill: FillRow
  readonly trade: TradeRow
  readonly position: PositionRow
  readonly settlement: SettlementRow
  readonly outside: OutsideRow
  readonly pocket: PocketRow
  readonly returned: ReturnedRow
  readonly group: GroupRow
  readonly transfer: TransferRow
  readonly allocation: AllocationRow
  readonly counter: { readonly value: number }
}
export type TableName = keyof RowTypes

/** The first subaccount has no number in its key. */
export const positionKey = (accountId: string, ticker: string, subaccount = 0): string =>
  subaccount === 0 ? `${accountId}|${ticker}` : `${accountId}|${ticker}|${subaccount}`
export const pocketKey = ({ accountId, subaccount, shard }: Pocket): string => `${accountId}|${subaccount}|${shard}`
