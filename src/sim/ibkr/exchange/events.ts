import { formatFixed, parseFixed } from '../../../core/units'
import type { Exchange } from './exchange'
import { TradingHours } from './hours'
import { conIdOf, localSymbolOf, type Contract, type Description } from './listings'
import { isWorking, type Order } from './orders'
import type { SimClock } from '../port'

type Event = Record<string, unknown>

const BY_HAND = {
  ...{ clientId: 0, orderRef: '', action: 'BUY', orderType: 'LMT', tif: 'GTC', account: '' },
  ...{ buysByCash: false, transmit: true, whatIf: false },
} as const

const ORDER_NAMES = ['order_ref', 'perm_id', 'client_id', 'order_id'] as const
/** The control events that change the exchange, and the fields of each: any other would be left out silently. */
export const EXCHANGE_EVENTS = {
  external_order: ['con_id', 'price', 'size'],
  settle: ['con_id', 'result'],
  amend_settlement: ['con_id', 'result'],
  coupon: ['amount'],
  trading_hours: ['con_id', 'hours'],
  contract_details: ['con_id', 'long_name', 'strike', 'real_expiration_date'],
  hand_trade: ['con_id', 'price', 'size'],
  end_order: [...ORDER_NAMES, 'status', 'code', 'text'],
  order_error: [...ORDER_NAMES, 'code', 'text'],
} as const satisfies Readonly<Record<string, readonly string[]>>
type EventType = keyof typeof EXCHANGE_EVENTS
const isEventType = (type: unknown): type is EventType => typeof type === 'string' && Object.hasOwn(EXCHANGE_EVENTS, type)
/** What every event has. */
const ENVELOPE: readonly string[] = ['venue', 'type', 'at_ms']

/** Applies them; every handler throws an Error with one sentence when its event cannot be applied. */
export class ExchangeEvents {
  readonly #handlers: Readonly<Record<EventType, (event: Event) => void>> = {
    external_order: (event) => this.#externalOrder(event),
    settle: (event) => this.#settle(event),
    amend_settlement: (event) => this.#amend(event),
    coupon: (event) => this.#coupon(event),
    trading_hours: (event) => this.#tradingHours(event),
    contract_details: (event) => this.#contractDetails(event),
    hand_trade: (event) => this.#handTrade(event),
    end_order: (event) => this.#endOrder(event),
    order_error: (event) => this.#orderError(event),
  }

  constructor(
    private readonly exchange: Exchange,
    private readonly clock: SimClock,
    private readonly commit: (work: () => void) => void,
  ) {}

  /** @returns false when the type is none of these. */
  apply(event: Event): boolean {
    const { type } = event
    if (!isEventType(type)) return false
    const known: readonly string[] = EXCHANGE_EVENTS[type]
    const unknown = Object.keys(event).find((field) => !known.includes(field) && !ENVELOPE.includes(field))
    if (unknown !== undefined) throw new Error(`event "${type}" has no field "${unknown}": use ${known.join(', ')}`)
    this.#handlers[type](event)
    return true
  }

  #externalOrder(event: Event): void {
    const contract = this.#tradable(event)
    const [price, size] = [readPrice(event['price']), readSize(event['size'])]
    if (!contract.listing.isOpenAt(this.clock.nowMs())) throw new Error(`contract ${String(event['con_id'])} is outside its trading hours`)
    this.commit(() => this.exchange.bidFromOutside(contract, price, size))
  }

  #settle({ con_id, result }: Event): void {
    const outcome = readResult(result)
    const listings = this.exchange.listings.toSettle(con_id)
    if (listings.length === 0) throw new Error(`the question of contract ${String(con_id)} is settled already`)
    this.commit(() => {
      for (const listing of listings) this.exchange.settle(listing, outcome)
    })
  }

  #amend({ con_id, result }: Event): void {
    this.exchange.amendSettlement(this.exchange.listings.forEvent(con_id).listing, readResult(result))
  }

  /** Pays what has accrued, or `amount`. */
  #coupon({ amount }: Event): void {
    const micros = amount === undefined ? null : readDollars(amount)
    this.commit(() => this.exchange.coupon.pay(micros))
  }

  #tradingHours({ con_id, hours }: Event): void {
    const contract = this.exchange.listings.forEvent(con_id)
    const { listing } = contract
    const read = new TradingHours(typeof hours === 'string' ? hours : '', listing.question.time_zone)
    this.commit(() => {
      listing.hours = read
      this.exchange.orders.replan(contract)
    })
  }

  /** What the question is called, and what it hinges on: nobody is told, whoever asks again sees it. */
  #contractDetails({ con_id, long_name, strike, real_expiration_date }: Event): void {
    const { listing } = this.exchange.listings.forEvent(con_id)
    const change: Description = {
      ...(long_name === undefined ? {} : { long_name: readText(long_name) }),
      ...(strike === undefined ? {} : { strike: readStrike(strike) }),
      ...(real_expiration_date === undefined ? {} : { real_expiration_date: readDate(real_expiration_date) }),
    }
    if (Object.keys(change).length === 0) throw new Error('say what changes: "long_name", "strike" or "real_expiration_date"')
    this.commit(() => listing.describe(change))
  }

  /** A purchase by hand that is filled as it is made, against nobody in the book. */
  #handTrade(event: Event): void {
    const contract = this.#tradable(event)
    const { orders, fills } = this.exchange
    const orderId = Math.min(0, ...orders.all().map((order) => order.orderId)) - 1
    const terms = { quantity: String(readSize(event['size'])), limit: formatFixed(readPrice(event['price']), 6, 2) }
    this.commit(() => {
      const order = orders.enter({ ...BY_HAND, ...terms, orderId }, contract)
      fills.fill(order, contract, order.quantity, order.limit)
    })
  }

  #endOrder(event: Event): void {
    const { status = 'Cancelled', code, text } = event
    if (status !== 'Cancelled' && status !== 'Inactive') throw new Error('"status" must be "Cancelled" or "Inactive"')
    const order = this.#order(event)
    if (!isWorking(order)) throw new Error(`order ${order.orderRef} (${order.permId}) is ${order.status} already`)
    const refusal = code === undefined ? null : { code: readId(code, 'code'), text: readText(text) }
    this.commit(() => this.exchange.orders.endings.endByBroker(order, status, refusal))
  }

  #orderError(event: Event): void {
    const order = this.#order(event)
    const refusal = { code: readId(event['code'], 'code'), text: readText(event['text']) }
    this.commit(() => this.exchange.orders.endings.tell(order, refusal))
  }

  /** By `order_ref`, `perm_id`, or `client_id` and `order_id`: the newest that agrees. */
  #order({ order_ref, perm_id, client_id, order_id }: Event): Order {
    const isMeant = (order: Order): boolean =>
      (order_ref === undefined || order.orderRef === order_ref) &&
      (perm_id === undefined || order.permId === perm_id) &&
      (client_id === undefined || order.clientId === client_id) &&
      (order_id === undefined || order.orderId === order_id)
    const namesOne = order_ref !== undefined || perm_id !== undefined || order_id !== undefined
    const found = namesOne ? this.exchange.orders.all().findLast(isMeant) : undefined
    if (!found) throw new Error('no such order: name it by "order_ref", "perm_id", or "client_id" and "order_id"')
    return found
  }

  #tradable({ con_id }: Event): Contract {
    const contract = this.exchange.listings.forEvent(con_id)
    if (contract.listing.isTradable(this.clock.nowMs())) return contract
    throw new Error(`contract ${String(con_id)} (${localSymbolOf(contract)}, ${conIdOf(contract)}) is not open for trading`)
  }
}

function readStrike(strike: unknown): string {
  if (typeof strike === 'string' && /^-?\d+(\.\d{1,6})?$/.test(strike)) return strike
  throw new Error('"strike" must be a decimal string like "4.1"')
}

function readDate(date: unknown): string {
  if (typeof date === 'string' && /^\d{8}$/.test(date)) return date
  throw new Error('"real_expiration_date" must be YYYYMMDD')
}

function readPrice(price: unknown): number {
  const micros = typeof price === 'string' ? parseFixed(price, 6) : NaN
  if (!(micros > 0 && micros < 1_000_000)) throw new Error('"price" must be a decimal string between 0 and 1 like "0.56"')
  return micros
}

function readSize(size: unknown): number {
  if (typeof size === 'number' && Number.isInteger(size) && size > 0) return size
  throw new Error('"size" must be a positive whole number of contracts')
}

function readId(value: unknown, name: string): number {
  if (typeof value === 'number' && Number.isInteger(value)) return value
  throw new Error(`"${name}" must be a whole number`)
}

const readText = (value: unknown): string => (typeof value === 'string' ? value : '')

function readDollars(amount: unknown): number {
  const micros = typeof amount === 'string' ? parseFixed(amount, 6) : NaN
  if (!(micros > 0)) throw new Error('"amount" must be a positive decimal string of dollars like "1.25"')
  return micros
}

function readResult(result: unknown): 'yes' | 'no' {
  if (result === 'yes' || result === 'no') return result
  throw new Error('"result" must be "yes" or "no"')
}
