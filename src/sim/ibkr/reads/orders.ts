import type { Contract } from '../exchange/listings'
import { remaining, type Execution, type Order } from '../exchange/orders'
import { reply } from '../protocol/replies'
import { REQUEST } from '../protocol/requests'
import { GATEWAY_ZONE, zonedDate, zonedMs } from '../protocol/zoned-time'
import type { Session } from '../session'
import { contractOf, type Handlers, type ReadOptions } from './options'

/** The requests for orders and executions. */
export class OrderReads {
  /** Start of the day whose executions and completed orders a gateway returns; moved by the fault midnight (§6 "executions window"). */
  #dayStartMs = 0

  constructor(private readonly options: ReadOptions) {}

  handlers(): Handlers {
    const { exchange, manual } = this.options
    const nextOrderId = (session: Session): void => session.send(...reply.nextValidId(exchange.orders.nextOrderId(session.clientId)))
    return [
      [REQUEST.openOrders, (session) => this.#openOrders(session, (order) => order.clientId === session.clientId, true)],
      [REQUEST.allOpenOrders, (session) => this.#openOrders(session, () => true, false)],
      [REQUEST.autoOpenOrders, (session, [, , isOn = '']) => manual.setAutoBind(session, isOn === '1')],
      [REQUEST.completedOrders, (session) => this.#completedOrders(session)],
      [REQUEST.executions, (session, tokens) => this.#executions(session, tokens)],
      [REQUEST.ids, nextOrderId],
    ]
  }

  /** Client 0 that asks for its own orders also has the manual ones bound to it. */
  #openOrders(session: Session, isWanted: (order: Order) => boolean, binds: boolean): void {
    const { exchange, manual } = this.options
    const orders = exchange.orders.working().filter(isWanted)
    if (binds) manual.bind(session, orders)
    for (const order of orders) {
      session.send(...manual.shown(reply.openOrder(order, contractOf(exchange, order.conId), session.version)))
      session.send(...manual.shown(reply.orderStatus(order)))
    }
    session.send(...reply.openOrdersEnd())
  }

  #completedOrders(session: Session): void {
    const { exchange, section } = this.options
    const since = this.#dayStart(session, REQUEST.completedOrders)
    for (const order of exchange.orders.completed()) {
      if ((order.completed?.ms ?? 0) < since) continue
      const quantity = { remaining: remaining(order), zero: 0, original: order.quantity }[section.settings.completed_quantity]
      session.send(...reply.completedOrder(order, contractOf(exchange, order.conId), session.version, quantity))
    }
    session.send(...reply.completedOrdersEnd())
    exchange.completedOrdersRead()
  }

  /** Tokens: 7, 3, reqId, clientId, acctCode, time, symbol, secType, exchange, side. */
  #executions(session: Session, tokens: readonly string[]): void {
    const { exchange, section, manual } = this.options
    const reqId = tokens[2] ?? ''
    const sinceMs = Math.max(this.#dayStart(session, REQUEST.executions), filterTimeMs(tokens[5] ?? ''))
    for (const report of exchange.executions()) {
      const contract = contractOf(exchange, report.conId)
      const isOwn = report.ownerClientId === session.clientId || session.clientId === section.settings.master_client_id
      if (!isOwn || report.ms < sinceMs || !agrees(tokens, report, contract)) continue
      session.send(...manual.shown(reply.execution(reqId, report, contract)))
      if (report.commission !== null) session.send(...reply.commission(report))
    }
    session.send(...reply.executionsEnd(reqId))
  }

  #dayStart(session: Session, request: number): number {
    const { faults, clock, section } = this.options
    const nowMs = clock.nowMs()
    if (faults.take('midnight', { client_id: session.clientId, request })) this.#dayStartMs = nowMs
    if (section.settings.executions_window === 'all') return this.#dayStartMs
    return Math.max(this.#dayStartMs, zonedMs(zonedDate(nowMs, GATEWAY_ZONE), '00:00:00', GATEWAY_ZONE))
  }
}

/** `yyyymmdd-hh:mm:ss` is UTC; with a blank it is a wall clock of the zone named after it. Empty: no limit. */
function filterTimeMs(text: string): number {
  const match = /^(\d{8})([- ])(\d{2}:\d{2}:\d{2})(?: (\S+))?$/.exec(text)
  if (!match) return 0
  const [, date = '', separator, time = '', zone = GATEWAY_ZONE] = match
  return zonedMs(date, time, separator === '-' ? 'UTC' : zone)
}

/** Whether an execution passes the filter of a request; an empty field (or client 0) does not filter. */
function agrees(tokens: readonly string[], report: Execution, { listing }: Contract): boolean {
  const [, , , clientId = '', account = '', , symbol = '', secType = '', exchange = '', side = ''] = tokens
  const passes = (wanted: string, ...have: readonly string[]): boolean => wanted === '' || have.includes(wanted)
  return (
    passes(clientId === '0' ? '' : clientId, String(report.clientId)) &&
    passes(account, report.account) &&
    passes(symbol, listing.question.symbol) &&
    passes(secType, 'OPT') &&
    passes(exchange, 'FORECASTX') &&
    passes(side, report.side, report.side === 'BOT' ? 'BUY' : report.side)
  )
}
