import { isOurOrderId } from '../../core/ids'
import type { Fill } from '../../core/trade/order'
import { quantity, QUANTITY_DECIMALS, type Millis } from '../../core/units'
import type { Position, Statement, VenueAccount } from '../../ports/account'
import type { Clock } from '../../ports/clock'
import type { ForecastexCatalog } from './catalog'
import type { Gateway } from './gateway/owner'
import type { HeldPosition } from './gateway/account-reads'
import type { ExecutionReport } from './gateway/requests'
import { onGrid } from './wire/callbacks'
import type { Execution } from './wire/messages'
import { baseOf, boughtBy, isCorrection, withExecution } from './wire/executions'
import { feeOf, rests } from './wire/order-state'
import { venueTime } from './wire/times'

export interface ForecastexAccountOptions {
  readonly gateway: Gateway
  readonly catalog: ForecastexCatalog
  readonly account: string
  readonly clock: Clock
}

/**
 * The account as the gateway tells it. Fills: own orders only, since the later of `sinceMs` and midnight of the gateway's day; netting reports are
 * none. Payouts: always empty, because IBKR reports no settlements over the API; a settled position disappears and cash moves.
 */
export function createForecastexAccount(options: ForecastexAccountOptions): VenueAccount {
  return new GatewayAccount(options)
}

class GatewayAccount implements VenueAccount {
  readonly venue = 'forecastex'
  readonly account: string
  readonly #options: ForecastexAccountOptions

  constructor(options: ForecastexAccountOptions) {
    this.#options = options
    this.account = options.account
  }

  async statement(sinceMs: Millis, signal: AbortSignal): Promise<Statement> {
    const { gateway, clock } = this.#options
    const { requests } = gateway
    const asOfMs = clock.nowMs()
    const open = await requests.openOrders(signal)
    const completed = await requests.completedOrders(signal)
    const report = await requests.executions(signal)
    const held = await requests.positions(signal)
    const ordered = new Map([...open, ...completed].map(({ orderRef, conId }) => [orderRef, conId]))
    const cash = await requests.cash(this.account, signal)
    return {
      asOfMs,
      cash,
      purses: [{ purse: this.venue, cash }],
      fills: (await this.#fills(report, ordered, signal)).filter(({ atMs }) => atMs >= sinceMs),
      openOrders: open
        .filter((echo) => echo.account === this.account && rests(echo))
        .map(({ permId, orderRef }) => String(permId || orderRef)),
      positions: await this.#positions(held, signal),
      payouts: [],
    }
  }

  /**
   * Executions of orders of ours, netting reports left out: also those that carry an order's reference, because they name a contract that was
   * not ordered or lie across its fills. `ordered`: the contract of each reference.
   */
  async #fills({ executions, fees }: ExecutionReport, ordered: ReadonlyMap<string, number>, signal: AbortSignal): Promise<readonly Fill[]> {
    const orders = new Map<string, ReadonlyMap<string, Execution>>()
    for (const execution of executions) {
      const { orderRef, conId, account } = execution
      if (account !== this.account || !isOurOrderId(orderRef) || conId !== (ordered.get(orderRef) ?? conId)) continue
      const key = `${orderRef}|${conId}`
      orders.set(key, withExecution(orders.get(key) ?? new Map<string, Execution>(), execution))
    }
    const fills: Fill[] = []
    for (const order of orders.values()) {
      for (const execution of boughtBy(order.values(), null)) fills.push(await this.#fill(execution, feeOf(execution, fees), signal))
    }
    return fills.sort((a, b) => a.atMs - b.atMs)
  }

  async #fill(execution: Execution, fee: Fill['fee'], signal: AbortSignal): Promise<Fill> {
    const owner = await this.#options.catalog.outcomeOf(execution.conId, signal)
    const atMs = venueTime(execution.time)
    if (!owner || execution.price === null || atMs === null) {
      throw new RangeError(
        `execution ${execution.execId} of ${execution.orderRef} has an unknown contract, price or time: ${JSON.stringify(execution)}`,
      )
    }
    return {
      venue: 'forecastex',
      account: this.account,
      venueOrderId: String(execution.permId || execution.orderRef),
      executionId: baseOf(execution.execId),
      corrects: isCorrection(execution.execId) ? baseOf(execution.execId) : null,
      ...owner,
      action: 'buy',
      price: execution.price,
      quantity: execution.quantity,
      fee,
      atMs,
    }
  }

  /** By conId: a position's exchange may be empty or differ (trap 7). What is no contract of ForecastEx is not ours to report. */
  async #positions(held: readonly HeldPosition[], signal: AbortSignal): Promise<readonly Position[]> {
    const positions: Position[] = []
    for (const { account, conId, secType, contracts } of held) {
      if (account !== this.account || contracts === 0 || secType !== 'OPT') continue
      const owner = await this.#options.catalog.outcomeOf(conId, signal)
      const units = onGrid(contracts, QUANTITY_DECIMALS)
      if (!owner) continue
      if (units === null) throw new RangeError(`position of contract ${conId} is finer than 0.01: ${contracts}`)
      positions.push({ ...owner, quantity: quantity(units) })
    }
    return positions
  }
}
