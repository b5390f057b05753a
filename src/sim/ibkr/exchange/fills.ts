import { otherOutcome } from '../../../core/ids'
import { parseFixed } from '../../../core/units'
import { ONE_DOLLAR_MICROS, type Account } from './account'
import type { ExchangeReports, SavedExchange } from './exchange'
import { conIdOf, type Contract } from './listings'
import { isWorking, LOWEST_PRICE_MICROS, remaining, TICK_MICROS, type Execution, type Order } from './orders'
import type { FaultBook, FaultSetting, IbkrSection, SimClock } from '../port'

/** Executions kept for re-reading: see the exchange's orders. */
const KEPT_EXECUTIONS = 4000

export interface FillOptions {
  readonly section: IbkrSection
  readonly clock: SimClock
  readonly faults: FaultBook
  readonly reports: ExchangeReports
  readonly account: Account
  /** µ$ per contract of an executed purchase (§5). */
  readonly feePerContract: number
}

/** Purchases and nettings: what they do to cash and positions, and the reports they make. */
export class Fills {
  readonly executions: Execution[]
  lastExecution: number

  constructor(
    private readonly options: FillOptions,
    saved: SavedExchange | null,
  ) {
    this.executions = [...(saved?.executions ?? [])]
    this.lastExecution = saved?.lastExecution ?? 0
  }

  /** What a fault may be aimed at; contract ids are those of the scenario. */
  faultMatch(order: Order, { listing, outcome }: Contract): Record<string, unknown> {
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

  /** One execution of an order, in the frame order of a real gateway (§7), then its netting. */
  fill(order: Order, contract: Contract, size: number, price: number): void {
    if (size <= 0) return
    const { reports, account, feePerContract, clock } = this.options
    const fee = feePerContract * size
    account.buy(order.conId, size, price, fee)
    order.filled += size
    order.paid += size * price
    order.lastPrice = price
    const execution = this.#record(order, { side: 'BOT', size, price, commission: fee })
    reports.execution(execution)
    if (order.filled === order.quantity) {
      order.status = 'Filled'
      order.completed = { ms: clock.nowMs(), text: `Filled Size: ${order.filled}` }
    } else if (isWorking(order)) order.status = 'Submitted'
    reports.openOrder(order)
    reports.orderStatus(order)
    order.commission += fee
    reports.openOrder(order)
    reports.commission(execution)
    this.#correct(order, contract, execution)
    this.#net(order, contract, price)
    reports.position(contract)
  }

  /** Fault correction: the same execution again under the next correction number, at another price. */
  #correct(order: Order, contract: Contract, wrong: Execution): void {
    const fault = this.options.faults.take('correction', this.faultMatch(order, contract))
    if (!fault) return
    const better = Math.max(LOWEST_PRICE_MICROS, wrong.price - TICK_MICROS)
    const price = typeof fault['price'] === 'string' ? parseFixed(fault['price'], 6) : better
    const refund = (wrong.price - price) * wrong.size
    this.options.account.refund(order.conId, refund)
    order.paid -= refund
    order.lastPrice = price
    const execId = wrong.execId.replace(/\.\d+$/, '.02')
    const corrected = { ...wrong, execId, price, averagePrice: Math.round(order.paid / order.filled), commission: null }
    this.#keep(corrected)
    this.options.reports.execution(corrected)
  }

  /** Nobody holds both outcomes: each pair leaves the account for 1.00 (§3 "Netting"). */
  #net(order: Order, contract: Contract, price: number): void {
    const { account, reports } = this.options
    const opposite = { listing: contract.listing, outcome: otherOutcome(contract.outcome) }
    const size = Math.min(account.size(conIdOf(contract)), account.size(conIdOf(opposite)))
    if (size === 0) return
    account.close(conIdOf(contract), size, ONE_DOLLAR_MICROS)
    account.close(conIdOf(opposite), size, 0)
    const fault = this.options.faults.take('netting_as_fill', this.faultMatch(order, contract))
    reports.execution(this.#recordNetting(order, conIdOf(opposite), size, ONE_DOLLAR_MICROS - price, fault))
    reports.execution(this.#recordNetting(order, conIdOf(contract), size, price, fault))
    reports.position(opposite)
  }

  /** A netting report names no order, unless a setting or the fault netting_as_fill makes it look like one. */
  #recordNetting(order: Order, conId: number, size: number, price: number, fault: FaultSetting | null): Execution {
    const { netting_side, netting_carries_ref } = this.options.section.settings
    const side = typeof fault?.['side'] === 'string' ? fault['side'] : netting_side
    const named = fault !== null ? {} : netting_carries_ref ? { orderId: 0 } : { orderId: 0, clientId: 0, permId: 0, orderRef: '' }
    return this.#record(order, { side, size, price, commission: 0, conId, cumulative: size, averagePrice: price, ...named })
  }

  #record(order: Order, what: Partial<Execution> & Pick<Execution, 'side' | 'size' | 'price' | 'commission'>): Execution {
    const ms = this.options.clock.nowMs()
    const execution = {
      execId: `${hex(++this.lastExecution)}.${hex(Math.floor(ms / 1000))}.01.01`,
      ms,
      conId: order.conId,
      account: order.account,
      cumulative: order.filled,
      averagePrice: Math.round(order.paid / order.filled),
      orderId: order.orderId,
      clientId: order.clientId,
      permId: order.permId,
      orderRef: order.orderRef,
      ownerClientId: order.clientId,
      ...what,
    }
    this.#keep(execution)
    return execution
  }

  #keep(execution: Execution): void {
    this.executions.push(execution)
    if (this.executions.length > KEPT_EXECUTIONS) this.executions.splice(0, this.executions.length - KEPT_EXECUTIONS)
  }
}

const hex = (value: number): string => value.toString(16).padStart(8, '0')

/** Fault partial: `partial:3` or `chunks: 3` cuts the fill into three; `chunks: [3, 4]` fills these sizes and no more. */
function partialSizes(fault: FaultSetting, size: number): readonly number[] {
  const chunks = fault['chunks'] ?? Number(fault.name.split(':')[1] ?? 2)
  if (Array.isArray(chunks)) return chunks.map(Number)
  const count = Math.max(1, Math.min(size, Number(chunks)))
  const each = Math.floor(size / count)
  return Array.from({ length: count }, (_, n) => (n < count - 1 ? each : size - each * (count - 1)))
}
