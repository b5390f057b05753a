import { formatFixed, parseFixed } from '../../../core/units'
import type { Contract } from './listings'
import type { FaultSetting, IbkrSection } from '../port'

export type OrderStatus = 'PreSubmitted' | 'Submitted' | 'PendingCancel' | 'Filled' | 'Cancelled' | 'Inactive'
export type TimeInForce = 'DAY' | 'GTC' | 'IOC'

/** What a client asked for, as text from the wire. */
export interface OrderTicket extends OrderIdentity {
  readonly action: string
  readonly quantity: string
  readonly orderType: string
  readonly limit: string
  readonly tif: string
  readonly account: string
  /** The size is given as an amount of money. */
  readonly buysByCash: boolean
  readonly transmit: boolean
  readonly whatIf: boolean
}

/** The part of an order that a client may change while it works. */
export interface OrderTerms {
  readonly quantity: number
  /** µ$ per contract. */
  readonly limit: number
  readonly tif: TimeInForce
}

/** Who an order is: a client's id for it, and the text it was given. */
export interface OrderIdentity {
  readonly clientId: number
  readonly orderId: number
  readonly orderRef: string
}

/** An order at the exchange. Plain JSON: it is saved as it is. Money in µ$, sizes in whole contracts. */
export interface Order extends OrderIdentity {
  readonly permId: number
  readonly conId: number
  readonly account: string
  quantity: number
  limit: number
  tif: TimeInForce
  status: OrderStatus
  filled: number
  /** Premium paid, without fees. */
  paid: number
  commission: number
  lastPrice: number
  /** It waits in the gateway until the exchange opens. */
  queued: boolean
  /** Contracts that will be executed after its end (fault late_fill_after_cancel): their cash stays reserved. */
  late: number
  completed: { readonly ms: number; readonly text: string } | null
}

/** A report of the exchange: a purchase, or one side of a netted pair. Plain JSON: it is saved as it is. */
export interface Execution {
  readonly execId: string
  readonly ms: number
  readonly conId: number
  readonly account: string
  readonly side: string
  readonly size: number
  readonly price: number
  readonly cumulative: number
  readonly averagePrice: number
  readonly orderId: number
  readonly clientId: number
  readonly permId: number
  readonly orderRef: string
  /** The client whose order caused it: it alone hears of it. */
  readonly ownerClientId: number
  /** µ$; null when no commission report belongs to it. */
  readonly commission: number | null
}

/** An answer with an error code (§4, §8). */
export interface Refusal {
  readonly code: number
  readonly text: string
}

/** 0.01 in µ$: minTick of contractDetails. */
export const TICK_MICROS = 10_000

/** What of the order rules is uncertain at the real venue, and so a setting (§3 "Price range", §4). */
export interface OrderRules {
  readonly account: string
  /** µ$. */
  readonly lowest: number
  readonly highest: number
  readonly unsupportedTif: number
  readonly unsupportedType: number
}

export function orderRules({ settings, accounts }: IbkrSection): OrderRules {
  return {
    account: accounts[0]?.account ?? '',
    lowest: parseFixed(settings.lowest_price, 6),
    highest: parseFixed(settings.highest_price, 6),
    unsupportedTif: settings.unsupported_tif_code,
    unsupportedType: settings.unsupported_type_code,
  }
}

export const NO_DEFINITION: Refusal = { code: 200, text: 'No security definition has been found for the request' }
/** The order ended at the exchange, not in the gateway: it is reported Inactive and stays readable. */
export const REJECTED_BY_EXCHANGE = 201

export const rejected = (reason: string): Refusal => ({ code: REJECTED_BY_EXCHANGE, text: `Order rejected - reason:${reason}` })
/** The code of a fault that was armed as `name:<code>` or with the field `code`. */
export const faultCode = (fault: FaultSetting): number => Number(fault.name.split(':')[1] ?? fault['code'] ?? REJECTED_BY_EXCHANGE)
export const isWorking = (order: Order): boolean => order.completed === null
export const remaining = (order: Order): number => order.quantity - order.filled

const fixed = (text: string, decimals: number): number | null => {
  try {
    return parseFixed(text, decimals)
  } catch {
    return null
  }
}

const isTimeInForce = (text: string): text is TimeInForce => text === 'DAY' || text === 'GTC' || text === 'IOC'

/** Reads the terms of a ticket against the order rules of event contracts (§4). */
export function readTerms(ticket: OrderTicket, contract: Contract | null, rules: OrderRules): OrderTerms | Refusal {
  if (!contract) return NO_DEFINITION
  if (ticket.action !== 'BUY') {
    return { code: 10343, text: 'Selling Event Contracts is neither allowed directly nor as an attached profit taker.' }
  }
  if (ticket.orderType !== 'LMT') {
    return { code: rules.unsupportedType, text: 'Unsupported order type for this exchange and security type.' }
  }
  const tif = ticket.tif === '' ? 'DAY' : ticket.tif
  if (!isTimeInForce(tif)) return { ...rejected(`Invalid time in force ${tif}`), code: rules.unsupportedTif }
  if (ticket.account !== '' && ticket.account !== rules.account) {
    return { code: 203, text: 'The security is not available or allowed for this account.' }
  }
  const size = readSize(ticket)
  if (typeof size !== 'number') return size
  const limit = fixed(ticket.limit, 6)
  if (limit === null || limit % TICK_MICROS !== 0) {
    return { code: 110, text: 'The price does not conform to the minimum price variation for this contract.' }
  }
  if (limit < rules.lowest || limit > rules.highest) {
    const range = `between ${formatFixed(rules.lowest, 6, 2)} and ${formatFixed(rules.highest, 6, 2)}`
    return { code: 10344, text: `Price value must be ${range} with a maximum of two decimal places.` }
  }
  return { quantity: size, limit, tif }
}

function readSize(ticket: OrderTicket): number | Refusal {
  const size = fixed(ticket.quantity, 0)
  if (size !== null && size <= 0) return { code: 434, text: 'The order size cannot be zero.' }
  if (size === null || ticket.buysByCash) {
    return { code: 10318, text: "This order doesn't support fractional quantity trading" }
  }
  return size
}

export const isRefusal = (value: OrderTerms | Refusal): value is Refusal => 'code' in value
