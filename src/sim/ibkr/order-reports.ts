import { conIdOf, type Contract } from './exchange/listings'
import type { Exchange, ExchangeReports } from './exchange/exchange'
import type { MarketData } from './market-data'
import type { Execution, Order, OrderIdentity } from './exchange/orders'
import type { FaultBook, IbkrSection, SimClock } from './port'
import type { Token } from './protocol/frames'
import { reply } from './protocol/replies'
import { matchOf, type Aim, type Told } from './report-faults'
import type { Session } from './session'

/** A commission report delayed by fault commission_late comes this much after its execution. */
const LATE_COMMISSION_MS = 200

export interface OrderReportsOptions {
  readonly section: IbkrSection
  readonly clock: SimClock
  readonly faults: FaultBook
  readonly clients: ReadonlyMap<number, Session>
  readonly exchange: () => Exchange
  readonly marketData: MarketData
  readonly send: (session: Session, told: Told) => void
}

/** Reports of the exchange as frames to the client they belong to; a client that is away reads them back later. */
export function createOrderReports(options: OrderReportsOptions): ExchangeReports {
  const { clients, exchange, send, marketData, section } = options
  const contractOf = (conId: number): Contract => {
    const contract = exchange().listings.contract(conId)
    if (!contract) throw new Error(`no listing of contract ${conId}, which an order names`)
    return contract
  }
  /** The master client hears of every client's executions. */
  const hearers = (report: Execution): Iterable<number> => new Set([report.ownerClientId, section.settings.master_client_id])
  const to = (clientId: number, aim: Aim, frame: (session: Session) => readonly Token[]): void => {
    const session = clients.get(clientId)
    if (session) send(session, { frame: frame(session), aim })
  }
  const openOrder = (order: Order, whatIf: boolean): void =>
    to(order.clientId, aimOf(order, contractOf(order.conId)), ({ version }) =>
      reply.openOrder(order, contractOf(order.conId), version, whatIf),
    )
  return {
    openOrder: (order) => openOrder(order, false),
    whatIf: (order) => openOrder(order, true),
    orderStatus: (order) => to(order.clientId, aimOf(order, contractOf(order.conId)), () => reply.orderStatus(order)),
    execution: (report, order) => {
      const frame = reply.execution(-1, report, contractOf(report.conId))
      const aim = aimOf(order, contractOf(order.conId))
      for (const clientId of hearers(report)) to(clientId, aim, () => frame)
    },
    commission: (report, order) => {
      const aim = aimOf(order, contractOf(order.conId))
      const tell = (): void => {
        for (const clientId of hearers(report)) to(clientId, aim, () => reply.commission(report))
      }
      const late = options.faults.take('commission_late', matchOf(aim))
      if (late) options.clock.after(typeof late['delay_ms'] === 'number' ? late['delay_ms'] : LATE_COMMISSION_MS, tell)
      else tell()
    },
    orderError: (order, { code, text }) => to(order.clientId, aimOf(order, null), () => reply.error(order.orderId, code, text)),
    position: (contract) => {
      const { account } = exchange()
      const holding = account.holdings().find(({ conId }) => conId === conIdOf(contract))
      for (const session of clients.values())
        if (session.wantsPositions) send(session, { frame: reply.position(account.name, contract, holding), aim: null })
    },
    quotes: (listing) => marketData.changed(listing, (session, frame) => send(session, { frame, aim: null })),
  }
}

/** An error has no contract: the order it is about may never have had one. */
const aimOf = ({ clientId, orderId, orderRef }: OrderIdentity, contract: Contract | null): Aim => {
  const conId = contract ? contract.listing.question[contract.outcome].con_id : 0
  return { clientId, orderId, orderRef, conId }
}
