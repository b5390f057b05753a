import { otherOutcome } from '../../../core/ids'
import { ONE_DOLLAR_MICROS, type Account } from './account'
import type { Agenda } from './agenda'
import type { Audit } from './audit'
import { Corrections } from './corrections'
import type { ExchangeReports, SavedExchange } from './exchange'
import { conIdOf, type Contract } from './listings'
import { isWorking, remaining, type Execution, type Order, type OrderIdentity } from './orders'
import type { FaultBook, FaultSetting, IbkrSection, SimClock } from '../port'

/** Executions kept for re-reading: see the exchange's orders. */
const KEPT_EXECUTIONS = 4000

export interface FillOptions {
  readonly section: IbkrSection
  readonly clock: SimClock
  readonly faults: FaultBook
  readonly reports: ExchangeReports
  readonly account: Account
  readonly audit: Audit
  readonly agenda: Agenda
  /** µ$ per contract of an executed purchase (§5). */
  readonly feePerContract: number
  /** µ$ that no working order has reserved. */
  readonly availableCash: () => number
}

/** Purchases and nettings: what they do to cash and positions, and the reports they make. */
export class Fills {
  readonly executions: Execution[]
  readonly corrections: Corrections
  lastExecution: number

  constructor(
    private readonly options: FillOptions,
    saved: SavedExchange | null,
  ) {
    this.executions = [...(saved?.executions ?? [])]
    this.lastExecution = saved?.lastExecution ?? 0
    this.corrections = new Corrections(options, this)
  }

  /** What a fault may be aimed at; contract ids are those of the scenario. */
  faultMatch(order: OrderIdentity, { listing, outcome }: Contract): Record<string, unknown> {
    const { clientId, orderId, orderRef } = order
    return { con_id: listing.question[outcome].con_id, client_id: clientId, order_id: orderId, order_ref: orderRef }
  }

  /** Takes the resting bids that pair with the order, best first, each at the resting price. */
  take(order: Order, contract: Contract): void {
    const { listing, outcome } = contract
    const { book } = listing
    const bids = book.pairingWith(outcome, order.limit)
    const reach = bids.reduce((sum, bid) => sum + bid.size, 0)
    if (reach === 0) return
    const fault = this.options.faults.take('partial', this.faultMatch(order, contract))
    const pieces = fault ? partialSizes(fault, Math.min(reach, remaining(order))) : [remaining(order)]
    for (const piece of pieces) {
      let left = Math.min(piece, remaining(order))
      for (const bid of bids) {
        const size = Math.min(left, bid.size)
        if (size === 0) continue
        left -= size
        book.take(otherOutcome(outcome), bid, size)
        this.fill(order, contract, size, book.pairPrice - bid.price)
      }
    }
  }

  /** A resting order that is hit: at once, or in the pieces of fault partial. */
  hit(order: Order, contract: Contract, size: number, price: number): void {
    const fault = this.options.faults.take('partial', this.faultMatch(order, contract))
    let left = size
    for (const piece of fault ? partialSizes(fault, size) : []) {
      const now = Math.min(piece, left)
      left -= now
      this.fill(order, contract, now, price)
    }
    this.fill(order, contract, left, price)
  }

  /** One execution of an order, in the frame order of a real gateway (§7), then its netting. */
  fill(order: Order, contract: Contract, size: number, price: number): void {
    if (size <= 0) return
    const { reports, account, audit, feePerContract, faults } = this.options
    const fee = feePerContract * size
    account.buy(order.conId, size, price, fee)
    order.filled += size
    order.paid += size * price
    order.lastPrice = price
    const missing = faults.take('commission_missing', this.faultMatch(order, contract))
    const commission = missing?.['also_in_reads'] === true ? null : fee
    const execution = this.#record(order, { side: 'BOT', size, price, commission })
    audit.purchase(order, execution, null, feePerContract)
    reports.execution(execution, order)
    this.fillStatus(order)
    reports.openOrder(order)
    reports.orderStatus(order)
    order.commission += fee
    reports.openOrder(order)
    if (!missing) reports.commission(execution, order)
    this.corrections.strike(order, contract, execution)
    this.net(order, contract, price)
    reports.position(contract)
  }

  /** The status of an order whose filled quantity has changed. */
  fillStatus(order: Order): void {
    if (order.filled === order.quantity) {
      order.status = 'Filled'
      order.completed = { ms: this.options.clock.nowMs(), text: `Filled Size: ${order.filled}` }
      this.options.agenda.forget(order.permId)
    } else if (isWorking(order) && order.status !== 'PendingCancel') order.status = 'Submitted'
  }

  /** Nobody holds both outcomes: each pair leaves the account for 1.00 (§3 "Netting"). */
  net(order: Order, contract: Contract, price: number): void {
    const { account, reports } = this.options
    const opposite = { listing: contract.listing, outcome: otherOutcome(contract.outcome) }
    const size = Math.min(account.size(conIdOf(contract)), account.size(conIdOf(opposite)))
    if (size === 0) return
    account.close(conIdOf(contract), size, ONE_DOLLAR_MICROS)
    account.close(conIdOf(opposite), size, 0)
    const fault = this.options.faults.take('netting_as_fill', this.faultMatch(order, contract))
    this.#reportNetting(order, conIdOf(opposite), size, ONE_DOLLAR_MICROS - price, fault)
    this.#reportNetting(order, conIdOf(contract), size, price, fault)
    reports.position(opposite)
  }

  keep(execution: Execution): void {
    this.executions.push(execution)
    if (this.executions.length > KEPT_EXECUTIONS) this.executions.splice(0, this.executions.length - KEPT_EXECUTIONS)
  }

  /** A netting report names no order, unless a setting or the fault netting_as_fill makes it look like one. */
  #reportNetting(order: Order, conId: number, size: number, price: number, fault: FaultSetting | null): void {
    const { reports, audit } = this.options
    const { netting_side, netting_carries_ref, netting_order_id, netting_commission } = this.options.section.settings
    const side = typeof fault?.['side'] === 'string' ? fault['side'] : netting_side
    const named = fault !== null || netting_carries_ref ? {} : { clientId: 0, permId: 0, orderRef: '' }
    const orderId = fault !== null || netting_order_id === 'order' ? order.orderId : 0
    const commission = netting_commission === 'never' ? null : 0
    const of = { conId, cumulative: size, averagePrice: price, orderId }
    const execution = this.#record(order, { side, size, price, commission, ...of, ...named })
    audit.netting(execution)
    reports.execution(execution, order)
    if (netting_commission === 'always') reports.commission(execution, order)
  }

  #record(order: Order, what: Partial<Execution> & Pick<Execution, 'side' | 'size' | 'price' | 'commission'>): Execution {
    const ms = this.options.clock.nowMs()
    const execution = {
      execId: `${hex(++this.lastExecution)}.${hex(Math.floor(ms / 1000))}.01.01`,
      ms,
      conId: order.conId,
      account: order.account,
      cumulative: order.filled,
      averagePrice: order.filled > 0 ? Math.round(order.paid / order.filled) : 0,
      orderId: order.orderId,
      clientId: order.clientId,
      permId: order.permId,
      orderRef: order.orderRef,
      ownerClientId: order.clientId,
      ...what,
    }
    this.keep(execution)
    return execution
  }
}

const hex = (value: number): string => value.toString(16).padStart(8, '0')

/** Fault partial: `partial:3` or `chunks: 3` cuts the fill into three; `chunks: [3, 4]` fills these sizes and, of an order that takes, no more. */
function partialSizes(fault: FaultSetting, size: number): readonly number[] {
  const chunks = fault['chunks'] ?? Number(fault.name.split(':')[1] ?? 2)
  if (Array.isArray(chunks)) return chunks.map(Number)
  const count = Math.max(1, Math.min(size, Number(chunks)))
  const each = Math.floor(size / count)
  return Array.from({ length: count }, (_, n) => (n < count - 1 ? each : size - each * (count - 1)))
}
