import type { Money, Price, Quantity } from '../../../core/units'
import type { DepthChange } from './depth'

/** MarketDataType: 1 live. Frozen (2) and delayed (3, 4) quotes must never trade (trap 8). */
export const LIVE_MARKET_DATA = 1

/** An order as the venue echoes it. Numbers that fit our grids are integers; null: not told, or off the grid (other people's orders). */
export interface OrderEcho {
  /** 0 in completed orders. */
  readonly orderId: number
  /** 0 in completed orders: they do not tell it. */
  readonly clientId: number
  readonly permId: number
  readonly orderRef: string
  readonly account: string
  readonly conId: number
  readonly action: string
  readonly orderType: string
  readonly timeInForce: string
  /** 1e-2 contracts; completed orders often say 0. */
  readonly quantity: number | null
  /** 1e-4 USD. */
  readonly limit: number | null
  readonly status: string
  /** 1e-2 contracts; told in completed orders only. */
  readonly filled: number | null
}
export interface Execution {
  readonly execId: string
  readonly orderId: number
  readonly clientId: number
  readonly permId: number
  readonly orderRef: string
  readonly account: string
  readonly conId: number
  readonly side: string
  readonly quantity: Quantity
  readonly cumulative: Quantity
  /** null: not a price of an event contract. */
  readonly price: Price | null
  readonly time: string
}
export interface ContractRow {
  readonly conId: number
  readonly symbol: string
  /** OPT: a contract of a question; IND: the index a product hinges on. */
  readonly secType: string
  readonly tradingClass: string
  /** YYYYMMDD: the date is cut off by us, the library leaves time and zone in it (trap 17). */
  readonly date: string
  /** `YYYYMMDD hh:mm:ss zone` as sent. */
  readonly lastTrade: string
  /** The date that ForecastTrader shows; empty when not told. */
  readonly realExpiration: string
  /** A decimal as the venue wrote it, without needless zeros; empty when there is none, or none that is exact. */
  readonly strike: string
  /** C is YES, P is NO. */
  readonly right: 'C' | 'P' | null
  readonly localSymbol: string
  readonly longName: string
  readonly category: string
  /** 0: not told. */
  readonly underConId: number
  /** 1e-4 USD. */
  readonly minTick: number | null
  /** How the tick depends on the price; null: not told. */
  readonly marketRule: number | null
  readonly timeZone: string
  /** As sent, by the clocks of `timeZone` (wire/hours). */
  readonly tradingHours: string
  readonly liquidHours: string
}
/** What the venue says of the chain of a product's contracts: each date may go with each strike, and need not. */
export interface OptionParameters {
  readonly tradingClass: string
  /** YYYYMMDD. */
  readonly dates: readonly string[]
}
/** From `lowEdge` up prices move in steps of `increment`. Both in 1e-4 USD; null: not on our grid. */
export interface PriceIncrement {
  readonly lowEdge: number | null
  readonly increment: number | null
}
/** The library's callbacks that mean something to us. Every other one reads as null. */
export type Callback =
  | { readonly kind: 'disconnected' }
  | { readonly kind: 'openOrderEnd' | 'completedOrdersEnd' | 'positionEnd' }
  | { readonly kind: 'nextValidId'; readonly orderId: number }
  /** Of the login. */
  | { readonly kind: 'managedAccounts'; readonly accounts: readonly string[] }
  | { readonly kind: 'currentTime'; readonly seconds: number }
  | { readonly kind: 'notice'; readonly code: number; readonly message: string }
  | { readonly kind: 'error'; readonly id: number; readonly code: number; readonly message: string }
  | { readonly kind: 'price'; readonly reqId: number; readonly side: 'bid' | 'ask'; readonly price: Price | null }
  | { readonly kind: 'size'; readonly reqId: number; readonly side: 'bid' | 'ask'; readonly quantity: Quantity | null }
  | { readonly kind: 'marketDataType'; readonly reqId: number; readonly type: number }
  | ({ readonly kind: 'depth'; readonly reqId: number; readonly side: 'bid' | 'ask' } & DepthChange)
  | { readonly kind: 'openOrder' | 'completedOrder'; readonly order: OrderEcho }
  | {
      readonly kind: 'orderStatus'
      readonly orderId: number
      readonly clientId: number
      readonly permId: number
      readonly status: string
      readonly filled: number | null
    }
  | { readonly kind: 'execution'; readonly reqId: number; readonly execution: Execution }
  | { readonly kind: 'executionsEnd' | 'contractEnd' | 'accountSummaryEnd' | 'optionParametersEnd'; readonly reqId: number }
  | { readonly kind: 'commission'; readonly execId: string; readonly fee: Money }
  | {
      readonly kind: 'position'
      readonly account: string
      readonly conId: number
      readonly secType: string
      readonly contracts: number
      readonly isEventContract: boolean
    }
  | {
      readonly kind: 'accountSummary'
      readonly reqId: number
      readonly account: string
      readonly tag: string
      readonly value: string
      /** Empty where the gateway names none. */
      readonly currency: string
    }
  | { readonly kind: 'contract'; readonly reqId: number; readonly contract: ContractRow }
  | { readonly kind: 'optionParameters'; readonly reqId: number; readonly parameters: OptionParameters }
  | { readonly kind: 'marketRule'; readonly ruleId: number; readonly increments: readonly PriceIncrement[] }

/** What may change an order. */
export type OrderCallback = Extract<Callback, { readonly kind: 'openOrder' | 'completedOrder' | 'orderStatus' | 'execution' | 'error' }>
export function isAboutOrder(callback: Callback): callback is OrderCallback {
  return ORDER_KINDS.has(callback.kind)
}
const ORDER_KINDS: ReadonlySet<Callback['kind']> = new Set(['openOrder', 'completedOrder', 'orderStatus', 'execution', 'error'])

/** What may change a quote or the trust in it. */
export type QuoteCallback = Extract<
  Callback,
  { readonly kind: 'disconnected' | 'currentTime' | 'notice' | 'error' | 'marketDataType' | 'price' | 'size' | 'depth' }
>
export function isAboutQuotes(callback: Callback): callback is QuoteCallback {
  return QUOTE_KINDS.has(callback.kind)
}
const QUOTE_KINDS: ReadonlySet<Callback['kind']> = new Set([
  'disconnected',
  'currentTime',
  'notice',
  'error',
  'marketDataType',
  'price',
  'size',
  'depth',
])
