import type { Money, Price, Quantity } from '../../../core/units'

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
  readonly tradingClass: string
  /** YYYYMMDD: the date is cut off by us, the library leaves time and zone in it. */
  readonly date: string
  /** `YYYYMMDD hh:mm:ss zone` as sent. */
  readonly lastTrade: string
  readonly strike: number
  /** C is YES, P is NO. */
  readonly right: 'C' | 'P' | null
  readonly localSymbol: string
  readonly longName: string
  /** 1e-4 USD. */
  readonly minTick: number | null
}
/** The library's callbacks that mean something to us. Every other one reads as null. */
export type Callback =
  | { readonly kind: 'disconnected' }
  | { readonly kind: 'openOrderEnd' | 'completedOrdersEnd' | 'positionEnd' }
  | { readonly kind: 'nextValidId'; readonly orderId: number }
  | { readonly kind: 'currentTime'; readonly seconds: number }
  | { readonly kind: 'notice'; readonly code: number; readonly message: string }
  | { readonly kind: 'error'; readonly id: number; readonly code: number; readonly message: string }
  | { readonly kind: 'price'; readonly reqId: number; readonly side: 'bid' | 'ask'; readonly price: Price | null }
  | { readonly kind: 'size'; readonly reqId: number; readonly side: 'bid' | 'ask'; readonly quantity: Quantity | null }
  | { readonly kind: 'marketDataType'; readonly reqId: number; readonly type: number }
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
  | { readonly kind: 'executionsEnd' | 'contractEnd' | 'accountSummaryEnd'; readonly reqId: number }
  | { readonly kind: 'commission'; readonly execId: string; readonly fee: Money }
  | { readonly kind: 'position'; readonly account: string; readonly conId: number; readonly secType: string; readonly contracts: number }
  | { readonly kind: 'accountSummary'; readonly reqId: number; readonly account: string; readonly tag: string; readonly value: string }
  | { readonly kind: 'contract'; readonly reqId: number; readonly contract: ContractRow }

/** What may change an order. */
export type OrderCallback = Extract<Callback, { readonly kind: 'openOrder' | 'completedOrder' | 'orderStatus' | 'execution' | 'error' }>
export function isAboutOrder(callback: Callback): callback is OrderCallback {
  return ORDER_KINDS.has(callback.kind)
}
const ORDER_KINDS: ReadonlySet<Callback['kind']> = new Set(['openOrder', 'completedOrder', 'orderStatus', 'execution', 'error'])

/** What may change a quote or the trust in it. */
export type QuoteCallback = Extract<
  Callback,
  { readonly kind: 'disconnected' | 'currentTime' | 'notice' | 'error' | 'marketDataType' | 'price' | 'size' }
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
])
