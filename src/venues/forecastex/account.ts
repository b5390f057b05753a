import { isOurOrderId } from '../../core/ids'
import type { Fill } from '../../core/trade/order'
import { quantity, QUANTITY_DECIMALS, type Millis } from '../../core/units'
import type { Position, Statement, StrangeExecution, VenueAccount } from '../../ports/account'
import type { Clock } from '../../ports/clock'
import type { ForecastexCatalog } from './catalog'
import type { Gateway } from './gateway/owner'
import type { HeldPosition } from './gateway/account-reads'
import { RequestFailed } from './gateway/read'
import type { ExecutionReport } from './gateway/executions'
import { holdingsOf } from './orders/looks'
import { onGrid } from './wire/callbacks'
import type { Execution } from './wire/messages'
import { baseOf, BOUGHT, boughtBy, isCorrection, withExecution } from './wire/executions'
import { feeOf, rests } from './wire/order-state'
import { venueTime } from './wire/times'

/** Times of executions are whole seconds, cut off: one of the same second may have been later. */
const TIME_STEP_MS = 1_000

export interface ForecastexAccountOptions {
  readonly gateway: Gateway
  readonly catalog: ForecastexCatalog
  readonly account: string
  readonly clock: Clock
}

/**
 * The account as the gateway tells it. Fills: own orders only, since the later of `sinceMs` and midnight of the gateway's day; every other execution
 * in event contracts of that day, nettings and what others bought, is strange. A gateway tells a client its own executions, the master client all:
 * which of them this is shows in the first execution of somebody else.
 * Payouts: always empty, because IBKR reports no settlements over the API; a settled position disappears and cash moves.
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

  /** @throws RequestFailed also when the gateway does not reach IBKR all the while: what it tells then proves nothing (E12). */
  async statement(sinceMs: Millis, signal: AbortSignal): Promise<Statement> {
    const { gateway, clock } = this.#options
    const { requests, session } = gateway
    if (session.broker === 'lost') throw new RequestFailed('disconnected', BROKEN)
    const asOfMs = clock.nowMs()
    const open = await requests.openOrders(signal)
    const completed = await requests.completedOrders(signal)
    const report = await requests.executions(signal)
    const held = await requests.positions(signal)
    const ordered = new Map([...open, ...completed].map(({ orderRef, conId }) => [orderRef, conId]))
    const { bought, rest } = sorted(report, this.account, ordered)
    const funds = await requests.funds(this.account, signal) // after them: what has left the positions is in the cash by then, or comes later
    const after = await requests.positions(signal)
    if (holdingsOf(held, this.account) !== holdingsOf(after, this.account)) throw new RequestFailed('refused', MOVED)
    const fills = await this.#fills(bought, report, signal)
    const { conn, broker, restoredMs } = gateway.session
    if (conn !== session.conn || broker === 'lost' || restoredMs !== session.restoredMs) throw new RequestFailed('disconnected', BROKEN)
    return {
      asOfMs,
      ...funds,
      purses: [{ purse: this.venue, cash: funds.cash }],
      fills: fills.filter(({ atMs }) => atMs + TIME_STEP_MS > sinceMs),
      openOrders: open
        .filter((echo) => echo.account === this.account && rests(echo))
        .map(({ permId, orderRef }) => String(permId || orderRef)),
      positions: await this.#positions(held, signal),
      payouts: [],
      strange: await this.#strange(rest, report, signal),
      ownExecutionsOnly: report.executions.every(({ clientId }) => clientId === gateway.clientId),
    }
  }

  async #fills(bought: readonly Execution[], { fees }: ExecutionReport, signal: AbortSignal): Promise<readonly Fill[]> {
    const fills: Fill[] = []
    for (const execution of bought) fills.push(await this.#fill(execution, feeOf(execution, fees), signal))
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

  /** Executions in event contracts that no order of ours bought. Whatever else the account trades is not ours to report. */
  async #strange(rest: readonly Execution[], { fees }: ExecutionReport, signal: AbortSignal): Promise<readonly StrangeExecution[]> {
    const strange: StrangeExecution[] = []
    for (const execution of rest) {
      const owner = await this.#options.catalog.outcomeOf(execution.conId, signal)
      if (!owner) continue
      strange.push({
        executionId: baseOf(execution.execId),
        order: execution.orderRef,
        ...owner,
        quantity: execution.quantity,
        isNetting: isOurOrderId(execution.orderRef) || execution.side !== BOUGHT,
        fee: feeOf(execution, fees),
        price: execution.price,
        atMs: venueTime(execution.time) ?? this.#options.clock.nowMs(),
      })
    }
    return strange
  }

  /**
   * By conId: a position's exchange may be empty or differ (trap 7). What is no contract of ForecastEx is not ours to report.
   * @throws RequestFailed when one is and its question is not told, as of a delisted one: left out it would read as gone, and as settled.
   */
  async #positions(held: readonly HeldPosition[], signal: AbortSignal): Promise<readonly Position[]> {
    const positions: Position[] = []
    for (const { account, conId, secType, contracts, isEventContract } of held) {
      if (account !== this.account || contracts === 0 || secType !== 'OPT') continue
      const owner = await this.#options.catalog.outcomeOf(conId, signal)
      const units = onGrid(contracts, QUANTITY_DECIMALS)
      if (!owner && isEventContract) throw new RequestFailed('refused', untold(conId, contracts))
      if (!owner) continue
      if (units === null) throw new RangeError(`position of contract ${conId} is finer than 0.01: ${contracts}`)
      positions.push({ ...owner, quantity: quantity(units) })
    }
    return positions
  }
}

const BROKEN = 'the gateway did not reach IBKR during all of the statement: nothing is concluded from it'
const MOVED = 'positions changed while the account was read: what they and the cash say is not of one moment'

const untold = (conId: number, contracts: number): string =>
  `${contracts} of contract ${conId} are held at ForecastEx, and which question it belongs to is not told: add its product to forecastex.symbols, or wait until it is paid`

/**
 * What our orders bought, and the rest. Netting reports are in the rest even with an order's reference, because they name a contract that was not
 * ordered or lie across its fills. `ordered`: the contract of each reference.
 */
function sorted(
  { executions, fees }: ExecutionReport,
  account: string,
  ordered: ReadonlyMap<string, number>,
): { readonly bought: readonly Execution[]; readonly rest: readonly Execution[] } {
  const latest = new Map<string, ReadonlyMap<string, Execution>>()
  for (const execution of executions) {
    if (execution.account !== account) continue
    const { orderRef, conId } = execution
    const isOrdered = isOurOrderId(orderRef) && conId === (ordered.get(orderRef) ?? conId)
    const key = isOrdered ? `${orderRef}|${conId}` : ''
    latest.set(key, withExecution(latest.get(key) ?? new Map<string, Execution>(), execution))
  }
  const bought = [...latest].flatMap(([key, order]) => (key === '' ? [] : boughtBy(order.values(), null, fees)))
  const all = [...latest.values()].flatMap((order) => [...order.values()])
  return { bought, rest: all.filter((execution) => !bought.includes(execution)) }
}
