import { assertNever } from '../../core/assert'
import { FAILURES } from '../../core/failures'
import { isOurOrderId, type ClientOrderId, type MarketId } from '../../core/ids'
import type { OrderIntent } from '../../core/trade/order'
import type { Final, LegOutcome, Rejected, RejectReason, Unknown } from '../../core/trade/outcome'
import { millis, quantity, type Millis } from '../../core/units'
import type { Clock } from '../../ports/clock'
import type { Log } from '../../ports/log'
import type { OrderEntry } from '../../ports/order-entry'
import { toFill, toYesOrder } from './direction'
import type { KalshiRest } from './rest/call'
import { getUserDataTimestamp } from './rest/exchange'
import { cancelOrder, createOrder, listOrders } from './rest/orders'
import { getFills } from './rest/portfolio'
import { DUPLICATE_ORDER, rejectReason, type KalshiFailure } from './wire/errors'
import { createOrderBody, isTerminal, readCreateAnswer, type CreateAnswer, type KalshiOrder } from './wire/orders'

/** E12: the venue takes a signature for up to 30 s; 5 s more for its clock and ours. */
const ACCEPTANCE_WINDOW_MS = 35_000
/** The list lags a cancel by up to 1.5 s (kalshi.md §5): ten looks, 300 ms apart, see past that. */
const CANCEL_LOOKS = 10
const CANCEL_LOOK_EVERY_MS = 300
/** Where a trade id tells no time, its order is looked for this far back. */
const UNDATED_TRADE_MS = 24 * 3_600_000
/** The venue's clock against ours, when an order's age is judged. */
const CLOCK_SKEW_MS = 30_000
/** A minted trade id begins with its time in base 36 (E1). */
const TRADE_ID_TIME_LENGTH = 9

export interface KalshiOrderEntryOptions {
  readonly rest: KalshiRest
  /** Names the account in fills; the key decides which one it is. */
  readonly account: string
  readonly clock: Clock
  readonly log: Log
  /** Default 35,000. After `notAfter` plus this an order that no fresh list shows was never accepted. */
  readonly acceptanceWindowMs?: number
  /** E18: the `exchange_index` of a market. */
  readonly shardOf: (market: MarketId) => number
}

/** Orders at Kalshi: IOC and FOK only, V2 endpoints only, every answer compared with the intent (E13). */
export function createKalshiOrderEntry(options: KalshiOrderEntryOptions): OrderEntry {
  return new KalshiOrderEntry(options)
}

class KalshiOrderEntry implements OrderEntry {
  readonly venue = 'kalshi'
  readonly #options: KalshiOrderEntryOptions
  readonly #acceptanceWindowMs: number

  constructor(options: KalshiOrderEntryOptions) {
    this.#options = options
    this.#acceptanceWindowMs = options.acceptanceWindowMs ?? ACCEPTANCE_WINDOW_MS
  }

  async place(order: OrderIntent, mayWrite: () => RejectReason | null, signal: AbortSignal): Promise<LegOutcome> {
    const { rest, shardOf } = this.#options
    const answer = await createOrder(rest, createOrderBody(order, toYesOrder(order), shardOf(order.market)), mayWrite, signal)
    switch (answer.kind) {
      case 'refused':
        return rejected(answer.reason, 'refused in the turn of the write: no byte left')
      case 'unsent':
        return rejected('other', `no connection to Kalshi, no byte left: ${answer.detail}`)
      case 'lost':
        return unknown(answer.cause)
      case 'failed':
        return this.#failed(order, answer.failure)
      case 'accepted':
        return this.#accepted(order, answer.body)
      default:
        return assertNever(answer, 'answer to an order')
    }
  }

  #failed(order: OrderIntent, failure: KalshiFailure): LegOutcome {
    if (failure.code === DUPLICATE_ORDER) {
      this.#alarm(
        order,
        FAILURES.duplicateOrderId,
        'Kalshi already knows this id although it is sent once: what lives under it is looked up',
      )
      return unknown('echo-differs')
    }
    const reason = rejectReason(failure)
    const detail = failure.detail === '' ? failure.code : `${failure.code}: ${failure.detail}`
    return reason === null ? unknown('server-error') : rejected(reason, detail)
  }

  /** E13: what the answer says must be what was meant; a 2xx that is no order proves nothing either way. */
  #accepted(order: OrderIntent, body: unknown): LegOutcome {
    let answer: CreateAnswer
    try {
      answer = readCreateAnswer(body)
    } catch (error) {
      this.#options.log.error(
        { clientOrderId: order.clientOrderId, error: String(error) },
        'Kalshi accepted an order in words we cannot read',
      )
      return unknown('server-error')
    }
    const another = answer.clientOrderId !== null && answer.clientOrderId !== order.clientOrderId
    if (another || answer.filled < 0 || answer.filled > order.quantity || answer.remaining !== 0) {
      this.#alarm(order, FAILURES.echoDiffers, 'Kalshi answered an order with another id, too large a fill or a rest in the book')
      return unknown('echo-differs')
    }
    return { kind: 'done', filled: answer.filled }
  }

  async find(order: OrderIntent, signal: AbortSignal): Promise<LegOutcome> {
    try {
      return await this.#find(order, signal)
    } catch (error) {
      return this.#unread(order, error, unknown('disconnected'))
    }
  }

  /** E12: presence is proof at any time; absence only in lists that were complete after `notAfter` plus the acceptance window. */
  async #find(order: OrderIntent, signal: AbortSignal): Promise<LegOutcome> {
    const { rest, log } = this.#options
    const asOfMs = await getUserDataTimestamp(rest, signal)
    const listed = await listOrders(rest, { ticker: order.market }, signal)
    const found = listed.find((candidate) => candidate.clientOrderId === order.clientOrderId)
    if (found) return this.#adopt(order, found)
    if (asOfMs <= order.notAfterMs + this.#acceptanceWindowMs) return unknown('timeout')
    const fills = await getFills(rest, { ticker: order.market, sinceMs: tradeStart(order) }, signal)
    const known = new Set(listed.map(({ venueOrderId }) => venueOrderId))
    const orphan = fills.find(({ venueOrderId }) => !known.has(venueOrderId))
    if (orphan) {
      const { venueOrderId, executionId } = orphan
      log.error({ clientOrderId: order.clientOrderId, venueOrderId, executionId }, `${FAILURES.unexplainedFill}: its order is in no list`)
      return unknown('server-error')
    }
    return rejected('never-accepted', `in no list as of ${asOfMs}, ${asOfMs - order.notAfterMs} ms after its notAfter`)
  }

  #adopt(order: OrderIntent, found: KalshiOrder): LegOutcome {
    if (!this.#agrees(order, found)) return unknown('echo-differs')
    // an IOC never rests: a list that says so is older than its end
    return isTerminal(found.status) ? { kind: 'done', filled: found.filled } : unknown('timeout')
  }

  /** E2: adopted only if ticker, side, quantity and limit agree and it is not older than the trade. */
  #agrees(order: OrderIntent, found: KalshiOrder): boolean {
    const { side, price } = toYesOrder(order)
    const same = found.market === order.market && found.side === side && found.yesPrice === price && found.quantity === order.quantity
    const agrees = same && found.createdMs !== null && found.createdMs >= tradeStart(order) - CLOCK_SKEW_MS
    if (!agrees) this.#alarm(order, FAILURES.echoDiffers, `order ${found.venueOrderId} carries this id and differs in content or age`)
    return agrees
  }

  /** E14: terminal in the list, and its fills add up to its fill count. */
  async finalise(order: OrderIntent, signal: AbortSignal): Promise<Final | null> {
    const { rest, account } = this.#options
    try {
      const listed = await listOrders(rest, { ticker: order.market }, signal)
      const found = listed.find((candidate) => candidate.clientOrderId === order.clientOrderId)
      if (!found || !isTerminal(found.status) || !this.#agrees(order, found)) return null
      const reported = await getFills(rest, { ticker: order.market, order_id: found.venueOrderId }, signal)
      const own = reported.filter(({ venueOrderId }) => venueOrderId === found.venueOrderId)
      const fills = [...new Map(own.map((fill) => [fill.executionId, toFill(fill, account, order)])).values()]
      const total = quantity(fills.reduce((sum, fill) => sum + fill.quantity, 0))
      return total === found.filled ? { quantity: total, fills } : null
    } catch (error) {
      return this.#unread(order, error, null)
    }
  }

  /** E27: ours only, by id, read back until nothing rests. @throws KalshiReadError when the list cannot be read: then nothing is known */
  async cancelEverything(signal: AbortSignal): Promise<readonly ClientOrderId[]> {
    const { rest, clock, shardOf } = this.#options
    for (let look = 1; ; look++) {
      const resting = await listOrders(rest, { status: 'resting' }, signal)
      const ours = resting.filter(({ clientOrderId, status }) => isOurOrderId(clientOrderId) && !isTerminal(status))
      if (ours.length === 0 || look > CANCEL_LOOKS) return ours.map(({ clientOrderId }) => clientOrderId as ClientOrderId)
      await Promise.all(ours.map((order) => cancelOrder(rest, order, order.shard ?? shardOf(order.market), signal)))
      await clock.sleep(CANCEL_LOOK_EVERY_MS, signal)
    }
  }

  #unread<T>(order: OrderIntent, error: unknown, otherwise: T): T {
    const message = error instanceof Error ? error.message : String(error)
    this.#options.log.warn({ clientOrderId: order.clientOrderId }, `the lists could not be read, asked again later: ${message}`)
    return otherwise
  }

  #alarm({ clientOrderId, tradeId, market }: OrderIntent, name: string, sentence: string): void {
    this.#options.log.error({ clientOrderId, tradeId, market }, `${name}: ${sentence}`)
  }
}

const rejected = (reason: RejectReason, detail: string): Rejected => ({ kind: 'rejected', reason, detail })
const unknown = (cause: Unknown['cause']): Unknown => ({ kind: 'unknown', cause })

/** The earliest an order of this trade can be: the time in its id. An id not minted by us tells none; a day before `notAfter` then. */
function tradeStart({ tradeId, notAfterMs }: OrderIntent): Millis {
  const mintedMs = Number.parseInt(tradeId.slice(0, TRADE_ID_TIME_LENGTH), 36)
  const earliestMs = notAfterMs - UNDATED_TRADE_MS
  return millis(mintedMs > earliestMs && mintedMs <= notAfterMs ? mintedMs : earliestMs)
}
