import { FAILURES } from '../../core/failures'
import type { BookSide, MarketId } from '../../core/ids'
import type { OrderIntent } from '../../core/trade/order'
import type { Final, LegOutcome, Rejected, RejectReason, Unknown } from '../../core/trade/outcome'
import { millis, quantity, type Millis, type Price, type Quantity } from '../../core/units'
import type { Clock } from '../../ports/clock'
import type { Log } from '../../ports/log'
import { toFill, toYesOrder } from './direction'
import type { ClockOffset } from './offset'
import type { KalshiRest } from './rest/call'
import { getUserDataTimestamp } from './rest/exchange'
import { secondsFrom } from './rest/history'
import { listOrders, listOrdersAcross } from './rest/orders'
import { getFills, getFillsAcross } from './rest/portfolio'
import type { OrderWatch, Told } from './watch'
import { isTerminal, type KalshiOrder } from './wire/orders'
import type { KalshiFill } from './wire/portfolio'

/** E12: the venue takes a signature for up to 30 s; 5 s more for its clock and ours. */
const ACCEPTANCE_WINDOW_MS = 35_000
/** The lists lag by up to 1.5 s (kalshi.md §5). Once the venue has said that an order is over, only the list is waited for: five looks, a second. */
const LOOKS = 5
const LOOK_EVERY_MS = 200
/** Where a trade id tells no time, its order is looked for this far back. */
const UNDATED_TRADE_MS = 24 * 3_600_000
/** The venue's clock against ours, when an order's age is judged. */
const CLOCK_SKEW_MS = 30_000
/** A minted trade id begins with its time in base 36 (E1). */
const TRADE_ID_TIME_LENGTH = 9
/** The live lists reach back about two weeks (kalshi.md §3), wherever the venue moves the cutoff to; a day is surely live. */
const SURELY_LIVE_MS = 24 * 3_600_000

export interface OrderLookupOptions {
  readonly rest: KalshiRest
  /** Names the account in fills. */
  readonly account: string
  readonly clock: Clock
  readonly log: Log
  readonly watch: OrderWatch
  /** E17: openings wait for it to be known well enough, and absence is judged by it. Absent: the venue's clock is taken for ours. */
  readonly offset?: ClockOffset
  /** Default 35,000. After `notAfter` plus this an order that no fresh list shows was never accepted. */
  readonly acceptanceWindowMs?: number
}

/** What became of an order that was sent: by what the private channels told first, by the lists second. */
export class OrderLookup {
  readonly #options: OrderLookupOptions
  readonly #acceptanceWindowMs: number

  constructor(options: OrderLookupOptions) {
    this.#options = options
    this.#acceptanceWindowMs = options.acceptanceWindowMs ?? ACCEPTANCE_WINDOW_MS
  }

  async find(order: OrderIntent, signal: AbortSignal): Promise<LegOutcome> {
    try {
      return this.#fromStream(order) ?? (await this.#fromLists(order, signal))
    } catch (error) {
      return this.#unread(order, error, unknown('disconnected'))
    }
  }

  /** E12: presence is proof at any time. The stream answers only with an end whose fills add up; null: the lists are asked. */
  #fromStream(order: OrderIntent): LegOutcome | null {
    const told = this.#told(order)
    if (!told?.end) return null
    const agrees = this.#agrees(order, { ...told.end, createdMs: told.end.atMs }) && told.fills.every((fill) => this.#isOf(order, fill))
    return agrees ? { kind: 'done', filled: told.end.filled } : unknown('echo-differs')
  }

  /** Absence only in lists that were complete after `notAfter` plus the acceptance window, and only of an order that nothing ever mentioned. */
  async #fromLists(order: OrderIntent, signal: AbortSignal): Promise<LegOutcome> {
    const { rest, log } = this.#options
    const { clientOrderId } = order
    const asOfMs = await getUserDataTimestamp(rest, signal)
    const listed = await this.#listed(order, null, signal)
    const found = this.#only(order, listed)
    if (found === 'several') return unknown('echo-differs')
    if (found) return this.#adopt(order, found)
    if (asOfMs <= this.#lastAcceptedMs(order)) return unknown('timeout')
    const fills = await this.#fills(order, { sinceMs: this.#earliestMs(order) }, signal)
    const known = new Set(listed.map(({ venueOrderId }) => venueOrderId))
    const orphan = fills.find(({ venueOrderId }) => !known.has(venueOrderId))
    if (orphan) {
      const { venueOrderId, executionId } = orphan
      log.error({ clientOrderId, venueOrderId, executionId }, `${FAILURES.unexplainedFill}: its order is in no list`)
      return unknown('server-error')
    }
    if (this.#told(order)) {
      log.error({ clientOrderId, asOfMs }, 'the private channel knows this order and no list does: it cannot be called absent')
      return unknown('server-error')
    }
    return rejected('never-accepted', `in no list as of ${asOfMs}, ${asOfMs - order.notAfterMs} ms after its notAfter`)
  }

  /** By the venue's clock. Bytes leave until `notAfter` by ours; a venue that is ahead of it takes them for so much longer by its own. */
  #lastAcceptedMs({ notAfterMs }: OrderIntent): number {
    return notAfterMs + Math.max(0, this.#options.offset?.ms ?? 0) + this.#acceptanceWindowMs
  }

  /** By the venue's clock, whichever of the two is behind. */
  #earliestMs(order: OrderIntent): Millis {
    return millis(tradeStart(order) + Math.min(0, this.#options.offset?.ms ?? 0) - CLOCK_SKEW_MS)
  }

  #adopt(order: OrderIntent, found: KalshiOrder): LegOutcome {
    if (!this.#agrees(order, found)) return unknown('echo-differs')
    // an IOC never rests: a list that says so, or shows less than was told, is older than its end
    return isTerminal(found.status) && found.filled >= this.#least(order) ? { kind: 'done', filled: found.filled } : unknown('timeout')
  }

  /** E14: terminal in the list, and the fills of the fill list add up to its fill count. */
  async finalise(order: OrderIntent, signal: AbortSignal): Promise<Final | null> {
    const { clock, watch } = this.#options
    try {
      for (let look = 1; ; look++) {
        const isLast = look === LOOKS || !this.#told(order)?.over
        // an order that is over is surely listed since its trade began; a market's whole list, which grows with the day, is read at the last
        const final = await this.#look(order, isLast ? null : this.#earliestMs(order), signal)
        if (final) watch.forget(order.clientOrderId)
        if (final !== null || isLast) return final
        await clock.sleep(LOOK_EVERY_MS, signal)
      }
    } catch (error) {
      return this.#unread(order, error, null)
    }
  }

  /** @param sinceMs of the orders that are looked at; null: all of its market. */
  async #look(order: OrderIntent, sinceMs: Millis | null, signal: AbortSignal): Promise<Final | null> {
    const { account, log } = this.#options
    const found = this.#only(order, await this.#listed(order, sinceMs, signal))
    if (found === 'several' || !found || !isTerminal(found.status) || !this.#agrees(order, found)) return null
    const reported = await this.#fills(order, { order_id: found.venueOrderId }, signal)
    const own = new Map(
      reported.filter(({ venueOrderId }) => venueOrderId === found.venueOrderId).map((fill) => [fill.executionId, fill] as const),
    )
    if (![...own.values()].every((fill) => this.#isOf(order, fill))) return null
    const total = quantity([...own.values()].reduce((sum, fill) => sum + fill.quantity, 0))
    if (total !== found.filled) return null
    const isComplete = total >= this.#least(order) && this.#hasAll(order, own)
    if (isComplete) return { quantity: total, fills: [...own.values()].map((fill) => toFill(fill, account, order)) }
    log.warn(
      { clientOrderId: order.clientOrderId, listed: total },
      'the lists show less than Kalshi told of this order: it is not final yet',
    )
    return null
  }

  /** A fill that was told and is not listed: the list is not complete, whatever it adds up to. */
  #hasAll(order: OrderIntent, own: ReadonlyMap<string, unknown>): boolean {
    return this.#told(order)?.fills.every(({ executionId }) => own.has(executionId)) ?? true
  }

  /** An order of long ago is in the historical list: not to be in the live one proves nothing then. */
  #listed(order: OrderIntent, sinceMs: Millis | null, signal: AbortSignal): Promise<readonly KalshiOrder[]> {
    const { rest } = this.#options
    const since = sinceMs === null ? {} : { min_ts: secondsFrom(sinceMs) }
    if (this.#isSurelyLive(order)) return listOrders(rest, { ticker: order.market, ...since }, signal)
    return listOrdersAcross(rest, { market: order.market, sinceMs: this.#earliestMs(order) }, signal)
  }
  #fills(
    order: OrderIntent,
    of: { readonly order_id: string } | { readonly sinceMs: Millis },
    signal: AbortSignal,
  ): Promise<readonly KalshiFill[]> {
    const { rest } = this.#options
    if (this.#isSurelyLive(order)) return getFills(rest, { ticker: order.market, ...of }, signal)
    return getFillsAcross(rest, { markets: [order.market], sinceMs: this.#earliestMs(order) }, signal)
  }
  #isSurelyLive({ notAfterMs }: OrderIntent): boolean {
    return this.#options.clock.nowMs() - notAfterMs < SURELY_LIVE_MS
  }

  /** The one listed order of this id; a row that moved from one page to the next while they were read counts once, as it is later. */
  #only(order: OrderIntent, listed: readonly KalshiOrder[]): KalshiOrder | 'several' | null {
    const rows = listed.filter(({ clientOrderId }) => clientOrderId === order.clientOrderId)
    const ids = new Set([...rows.map(({ venueOrderId }) => venueOrderId), ...(this.#told(order)?.venueOrderIds ?? [])])
    if (rows.length > 0 && ids.size > 1) {
      this.#alarm(order, FAILURES.duplicateOrderId, `Kalshi has several orders under it: ${[...ids].join(', ')}`)
      return 'several'
    }
    return rows.find(({ status }) => isTerminal(status)) ?? rows[0] ?? null
  }

  /** E2: adopted only if ticker, side, quantity and limit agree and it is not older than the trade. */
  #agrees(order: OrderIntent, found: Described): boolean {
    const { side, price } = toYesOrder(order)
    const same = found.market === order.market && found.side === side && found.yesPrice === price && found.quantity === order.quantity
    const possible = found.filled >= 0 && found.filled <= order.quantity
    const agrees = same && possible && found.createdMs !== null && found.createdMs >= this.#earliestMs(order)
    if (!agrees) this.#alarm(order, FAILURES.echoDiffers, `order ${found.venueOrderId} carries this id and differs in content or age`)
    return agrees
  }

  /** Ledger §8: a fill is ours only if contract and side agree too. */
  #isOf(order: OrderIntent, fill: KalshiFill): boolean {
    const agrees = fill.market === order.market && fill.side === toYesOrder(order).side && fill.quantity > 0
    if (!agrees)
      this.#alarm(order, FAILURES.echoDiffers, `fill ${fill.executionId} of this order is in another market or on the other side`)
    return agrees
  }

  #told(order: OrderIntent): Told | null {
    return this.#options.watch.told(order.clientOrderId)
  }
  /** Of messages that contradict each other none binds the list. */
  #least(order: OrderIntent): number {
    const told = this.#told(order)
    return told && !told.contradicts ? told.least : 0
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

/** What a listed and a told order have in common. `createdMs`: not before it was made. */
interface Described {
  readonly venueOrderId: string
  readonly market: MarketId
  readonly side: BookSide
  readonly yesPrice: Price
  readonly quantity: Quantity
  readonly filled: Quantity
  readonly createdMs: Millis | null
}

export const rejected = (reason: RejectReason, detail: string): Rejected => ({ kind: 'rejected', reason, detail })
export const unknown = (cause: Unknown['cause']): Unknown => ({ kind: 'unknown', cause })

/** The earliest an order of this trade can be: the time in its id. An id not minted by us tells none; a day before `notAfter` then. */
function tradeStart({ tradeId, notAfterMs }: OrderIntent): Millis {
  const mintedMs = Number.parseInt(tradeId.slice(0, TRADE_ID_TIME_LENGTH), 36)
  const earliestMs = notAfterMs - UNDATED_TRADE_MS
  return millis(mintedMs > earliestMs && mintedMs <= notAfterMs ? mintedMs : earliestMs)
}
