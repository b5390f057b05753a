import { conIdOf, type Contract } from './exchange/listings'
import type { Exchange, ExchangeReports } from './exchange/exchange'
import type { MarketData } from './market-data'
import type { Execution, Order } from './exchange/orders'
import type { FaultBook, SimClock } from './port'
import type { Token } from './protocol/frames'
import { reply } from './protocol/replies'
import type { Session } from './session'

/** A commission report delayed by fault commission_late comes this much after its execution. */
const LATE_COMMISSION_MS = 200

export interface OrderReportsOptions {
  readonly clock: SimClock
  readonly faults: FaultBook
  readonly clients: ReadonlyMap<number, Session>
  readonly exchange: () => Exchange
  readonly marketData: MarketData
  readonly send: (session: Session, frame: readonly Token[]) => void
}

/** Reports of the exchange as frames to the client they belong to; a client that is away reads them back later. */
export function createOrderReports(options: OrderReportsOptions): ExchangeReports {
  const { clients, exchange, send, marketData } = options
  const contractOf = (conId: number): Contract => {
    const contract = exchange().listings.contract(conId)
    if (!contract) throw new Error(`no listing of contract ${conId}, which an order names`)
    return contract
  }
  const to = (clientId: number, frame: (session: Session) => readonly Token[]): void => {
    const session = clients.get(clientId)
    if (session) send(session, frame(session))
  }
  const openOrder = (order: Order, whatIf: boolean): void =>
    to(order.clientId, ({ version }) => reply.openOrder(order, contractOf(order.conId), version, whatIf))
  return {
    openOrder: (order) => openOrder(order, false),
    whatIf: (order) => openOrder(order, true),
    orderStatus: (order) => to(order.clientId, () => reply.orderStatus(order)),
    execution: (report) => {
      const frame = reply.execution(-1, report, contractOf(report.conId))
      to(report.ownerClientId, () => frame)
      if (options.faults.take('duplicate_exec', faultMatch(report, contractOf))) to(report.ownerClientId, () => frame)
    },
    commission: (report) => sendCommission(options, report, faultMatch(report, contractOf)),
    orderError: (clientId, orderId, { code, text }) => to(clientId, () => reply.error(orderId, code, text)),
    position: (contract) => {
      const { account } = exchange()
      const holding = account.holdings().find(({ conId }) => conId === conIdOf(contract))
      for (const session of clients.values()) if (session.wantsPositions) send(session, reply.position(account.name, contract, holding))
    },
    quotes: (listing) => marketData.changed(listing, send),
  }
}

const faultMatch = (report: Execution, contractOf: (conId: number) => Contract): Record<string, unknown> => {
  const { listing, outcome } = contractOf(report.conId)
  return { con_id: listing.question[outcome].con_id, client_id: report.clientId, order_id: report.orderId, order_ref: report.orderRef }
}

/** Faults commission_missing (only a later read shows it) and commission_late. */
function sendCommission({ faults, clients, clock, send }: OrderReportsOptions, report: Execution, match: Record<string, unknown>): void {
  const frame = reply.commission(report)
  const session = (): Session | undefined => clients.get(report.ownerClientId)
  if (faults.take('commission_missing', match)) return
  const late = faults.take('commission_late', match)
  if (late) {
    const delayMs = typeof late['delay_ms'] === 'number' ? late['delay_ms'] : LATE_COMMISSION_MS
    clock.after(delayMs, () => session()?.send(...frame))
    return
  }
  const now = session()
  if (now) send(now, frame)
}

/** Faults status_missing and status_reordered, for one order: the frames of an order without its statuses, or each status before the openOrder that precedes it. */
export function withStatusFault(frames: readonly (readonly Token[])[], fault: 'missing' | 'reordered'): readonly (readonly Token[])[] {
  const isStatus = (frame: readonly Token[] | undefined): boolean => frame?.[0] === 3
  if (fault === 'missing') return frames.filter((frame) => !isStatus(frame))
  const reordered = [...frames]
  for (let at = 1; at < reordered.length; at++) {
    const [before, status] = [reordered[at - 1], reordered[at]]
    if (before?.[0] === 5 && status && isStatus(status)) reordered.splice(at - 1, 2, status, before)
  }
  return reordered
}
