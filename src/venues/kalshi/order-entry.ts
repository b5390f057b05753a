import { assertNever } from '../../core/assert'
import { FAILURES } from '../../core/failures'
import { isOurOrderId, type ClientOrderId, type MarketId } from '../../core/ids'
import type { OrderIntent } from '../../core/trade/order'
import type { Final, LegOutcome, RejectReason } from '../../core/trade/outcome'
import { ROUTED_BY_VENUE } from '../../ports/catalog'
import { withLimit } from '../../ports/limit'
import type { OrderEntry } from '../../ports/order-entry'
import { toYesOrder } from './direction'
import { OrderLookup, rejected, unknown, type OrderLookupOptions } from './lookup'
import { getExchangeStatus } from './rest/exchange'
import { cancelOrder, createOrder, listOrders } from './rest/orders'
import type { Allowance, RunawayLimiter } from './runaway'
import { OrderWatch } from './watch'
import { DUPLICATE_ORDER, rejectReason, type KalshiFailure } from './wire/errors'
import { createOrderBody, isTerminal, readCreateAnswer, type CreateAnswer, type KalshiOrder } from './wire/orders'

/** The list lags a cancel by up to 1.5 s (kalshi.md §5): ten looks, 300 ms apart, see past that. */
const CANCEL_LOOKS = 10
const CANCEL_LOOK_EVERY_MS = 300
/** E17: the venue surely takes ±10 s. A time known worse than this may be anything, so nothing opens by it (kalshi.md §1.3: keep the skew below 2 s). */
const UNCERTAINTY_MAX_MS = 2_000
/** With the 2.5 s of the write still below the 3 s of an order's activity. */
const CLOCK_READ_LIMIT_MS = 300
/** The venue's words for a refusal by an order group are not documented; all that are known name it. */
const OF_A_GROUP = /order[ _]?group/i

export interface KalshiOrderEntryOptions extends Omit<OrderLookupOptions, 'watch'> {
  /** E18: the `exchange_index` of a market. */
  readonly shardOf: (market: MarketId) => number
  /** What the private channels say. Absent: this process hears none. */
  readonly watch?: OrderWatch
  /** Absent: this process opens nothing, or trades without groups. */
  readonly runaway?: RunawayLimiter
  /** E18: a cancel leaves for this shard. */
  readonly onCancel?: (shard: number) => void
}

/** Orders at Kalshi: IOC and FOK only, V2 endpoints only, every answer compared with the intent (E13). */
export function createKalshiOrderEntry(options: KalshiOrderEntryOptions): OrderEntry {
  return new KalshiOrderEntry(options)
}

/** A hedge or a cure belongs to no group (E27). */
const NO_GROUP: Allowance = { kind: 'allowed', groupId: null }

class KalshiOrderEntry implements OrderEntry {
  readonly venue = 'kalshi'
  readonly #options: KalshiOrderEntryOptions
  readonly #watch: OrderWatch
  readonly #lookup: OrderLookup

  constructor(options: KalshiOrderEntryOptions) {
    this.#options = options
    this.#watch = options.watch ?? new OrderWatch()
    this.#lookup = new OrderLookup({ ...options, watch: this.#watch })
  }

  /** The answer to the POST comes first; what it leaves unknown the private channels and the lists tell (`find`). */
  async place(order: OrderIntent, mayWrite: () => RejectReason | null, signal: AbortSignal): Promise<LegOutcome> {
    const { rest, shardOf } = this.#options
    const shard = shardOf(order.market)
    const allowed = await this.#allowance(order, shard, signal)
    if (allowed.kind === 'refused') return rejected(allowed.reason, allowed.detail)
    const body = createOrderBody(order, toYesOrder(order), shard, allowed.groupId === null ? {} : { orderGroup: allowed.groupId })
    // a group may trigger while the order waits for its connection
    const still = (): RejectReason | null => (this.#group(order, shard).kind === 'refused' ? 'halted' : mayWrite())
    const answer = await createOrder(rest, body, still, signal)
    switch (answer.kind) {
      case 'refused':
        return rejected(answer.reason, 'refused in the turn of the write: no byte left')
      case 'unsent':
        return rejected('guard', `no connection to Kalshi, no byte left: ${answer.detail}`) // §5: `refused`, as of every order that never left
      case 'lost':
        return unknown(answer.cause)
      case 'failed':
        return this.#failed(order, shard, answer.failure)
      case 'accepted':
        return this.#accepted(order, shard, answer.body, signal)
      default:
        return assertNever(answer, 'answer to an order')
    }
  }

  /** A group and the cash that was reserved are on one shard: only what reduces may be routed by the venue (right after a restart). */
  #group({ purpose, market }: OrderIntent, shard: number): Allowance {
    if (purpose !== 'opening') return NO_GROUP
    if (shard !== ROUTED_BY_VENUE) return this.#options.runaway?.allows(shard) ?? NO_GROUP
    const detail = `the shard of ${market} is not known until its listing is read: nothing opens there before`
    return { kind: 'refused', reason: 'guard', detail }
  }

  /** E17: before an opening is given up for its time stamp, the venue's clock is read once more. */
  async #allowance(order: OrderIntent, shard: number, signal: AbortSignal): Promise<Allowance> {
    const { rest, offset } = this.#options
    const isVague = (): boolean => order.purpose === 'opening' && offset !== undefined && !(offset.uncertaintyMs <= UNCERTAINTY_MAX_MS)
    // its answer, whatever it is, carries the venue's time
    if (isVague()) await withLimit([signal], CLOCK_READ_LIMIT_MS, (limit) => getExchangeStatus(rest, limit)).catch(() => undefined)
    if (!isVague()) return this.#group(order, shard)
    const known = offset?.uncertaintyMs === Infinity ? 'not known' : `known only to ±${Math.round(offset?.uncertaintyMs ?? 0)} ms`
    const detail = `the clock of Kalshi is ${known}, so that nothing opens: check that its answers carry a Date header and arrive within ${UNCERTAINTY_MAX_MS} ms`
    return { kind: 'refused', reason: 'guard', detail }
  }

  #failed(order: OrderIntent, shard: number, failure: KalshiFailure): LegOutcome {
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
    if (order.purpose === 'opening' && reason !== null && OF_A_GROUP.test(detail))
      this.#options.runaway?.trigger(shard, `Kalshi refused an opening of shard ${shard} for its order group (${detail})`)
    return reason === null ? unknown('server-error') : rejected(reason, detail)
  }

  /** E13: what the answer says must be what was meant; a 2xx that is no order proves nothing either way. What rests although it must not is cancelled. */
  #accepted(order: OrderIntent, shard: number, body: unknown, signal: AbortSignal): LegOutcome {
    const { log, runaway } = this.#options
    let answer: CreateAnswer
    try {
      answer = readCreateAnswer(body)
    } catch (error) {
      log.error({ clientOrderId: order.clientOrderId, error: String(error) }, 'Kalshi accepted an order in words we cannot read')
      return unknown('server-error')
    }
    const another = answer.clientOrderId !== null && answer.clientOrderId !== order.clientOrderId
    if (another || answer.filled < 0 || answer.filled > order.quantity || answer.remaining !== 0) {
      this.#alarm(order, FAILURES.echoDiffers, 'Kalshi answered an order with another id, too large a fill or a rest in the book')
      // what it did is found by the lists; nobody waits for it here
      if (!another && answer.remaining !== 0) void this.#cancel({ venueOrderId: answer.venueOrderId, market: order.market }, shard, signal)
      return unknown('echo-differs')
    }
    this.#watch.answered(order.clientOrderId, answer.venueOrderId, answer.filled)
    if (order.purpose === 'opening') runaway?.filled(shard, answer.filled)
    return { kind: 'done', filled: answer.filled }
  }

  find(order: OrderIntent, signal: AbortSignal): Promise<LegOutcome> {
    return this.#lookup.find(order, signal)
  }

  finalise(order: OrderIntent, signal: AbortSignal): Promise<Final | null> {
    return this.#lookup.finalise(order, signal)
  }

  /** E27: ours only, by id, read back until nothing rests. @throws KalshiReadError when the list cannot be read: then nothing is known */
  async cancelEverything(signal: AbortSignal): Promise<readonly ClientOrderId[]> {
    const { rest, clock, shardOf } = this.#options
    for (let look = 1; ; look++) {
      const resting = await listOrders(rest, { status: 'resting' }, signal)
      const ours = resting.filter(({ clientOrderId, status }) => isOurOrderId(clientOrderId) && !isTerminal(status))
      if (ours.length === 0 || look > CANCEL_LOOKS) return ours.map(({ clientOrderId }) => clientOrderId as ClientOrderId)
      await Promise.all(ours.map((order) => this.#cancel(order, order.shard ?? shardOf(order.market), signal))) // 404 says nothing: the next look does
      await clock.sleep(CANCEL_LOOK_EVERY_MS, signal)
    }
  }

  #cancel(order: Pick<KalshiOrder, 'venueOrderId' | 'market'>, shard: number, signal: AbortSignal): Promise<unknown> {
    this.#options.onCancel?.(shard)
    return cancelOrder(this.#options.rest, order, shard, signal)
  }

  #alarm({ clientOrderId, tradeId, market }: OrderIntent, name: string, sentence: string): void {
    this.#options.log.error({ clientOrderId, tradeId, market }, `${name}: ${sentence}`)
  }
}
