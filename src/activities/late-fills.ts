import { FAILURES } from '../core/failures'
import { isOurOrderId, parseOrderId, type ClientOrderId, type MarketId, type TradeId, type Venue } from '../core/ids'
import type { Fill, OrderIntent } from '../core/trade/order'
import { complement, millis, type Millis } from '../core/units'
import type { VenueAccount } from '../ports/account'
import type { Clock } from '../ports/clock'
import type { Journal, JournalMark } from '../ports/journal'
import { withLimit } from '../ports/limit'
import type { Log } from '../ports/log'
import type { OrderEntry } from '../ports/order-entry'
import type { Successors } from '../ports/trader'
import { askUntil } from './legs'

/** Hints are looked at for this long, then again: a venue's lists may be closed for hours. */
const RETRY_MS = 5_000
/** Executions that were looked at and are no news (netting reports, repetitions of a read); the oldest are forgotten and looked at once more. */
const EXAMINED_MAX = 10_000
/** The ledger and Temporal are asked once; the sweep of owners finds what they did not take. */
const SUCCESSION_LIMIT_MS = 5_000
/** How far back a venue's fills are compared with the ledger: what it tells later than a day after is for `reconcile`. */
const LOOK_BACK_MS = 86_400_000

/** An execution of one of our orders, as a venue has told it: a reason to look, never to be booked. */
export interface ExecutionHint {
  readonly clientOrderId: string
  /** As fills carry it; of a correction the venue's own number, which no fill carries. */
  readonly executionId: string
  /** What is told is the fee of the execution, alone. */
  readonly tellsFee?: true
}
export interface LateFillDependencies {
  readonly entries: Readonly<Record<Venue, OrderEntry>>
  readonly journal: Journal
  readonly successors: Successors
  /** Whether the ledger has the end of a trade. */
  readonly hasEnded: (tradeId: TradeId, signal: AbortSignal) => Promise<boolean>
  readonly clock: Clock
  readonly log: Log
}

/**
 * E14, by push: an execution of an order whose journal says `final` without it, or a fee that it has as untold. The order is made final once more,
 * what is new goes to the journal to be booked, and an ended trade gets a cure, unless only a fee is new. Of a trade that still runs the sweep takes
 * care when it has ended.
 */
export class LateFills {
  readonly #dependencies: LateFillDependencies
  readonly #signal: AbortSignal
  readonly #examined = new Set<string>()

  constructor(dependencies: LateFillDependencies, signal: AbortSignal) {
    this.#dependencies = dependencies
    this.#signal = signal
  }

  /** Returns at once; what follows from the hint is done in the background. */
  hear({ clientOrderId, executionId, tellsFee }: ExecutionHint): void {
    if (!isOurOrderId(clientOrderId)) return
    const known = this.#dependencies.journal.fill(clientOrderId, executionId)
    if (known === null) return // without a final mark its saga still asks for its fills
    if (tellsFee ? known !== 'without-fee' : known !== 'news') return // told already
    const key = `${clientOrderId}|${executionId}${tellsFee ? '|fee' : ''}`
    if (this.#examined.has(key)) return
    const [oldest] = this.#examined.size >= EXAMINED_MAX ? this.#examined : []
    if (oldest !== undefined) this.#examined.delete(oldest)
    this.#examined.add(key)
    void this.#untilExamined(clientOrderId)
  }

  async #untilExamined(clientOrderId: ClientOrderId): Promise<void> {
    const { clock, log } = this.#dependencies
    while (!this.#signal.aborted) {
      try {
        return await this.#examine(clientOrderId)
      } catch (error) {
        if (this.#signal.aborted) return
        log.warn({ clientOrderId, error: (error as Error).message }, 'a fill that may be late could not be looked at; trying again')
        await clock.sleep(RETRY_MS, this.#signal).catch(() => undefined)
      }
    }
  }

  async #examine(clientOrderId: ClientOrderId): Promise<void> {
    const { journal, entries, clock, log } = this.#dependencies
    const { order } = await askUntil(clock, this.#signal, `${clientOrderId} is not booked yet`, () =>
      // a second final mark must not be taken for booked with the first one
      Promise.resolve(journal.unbooked().some((mark) => mark.clientOrderId === clientOrderId) ? null : finalMark(journal, clientOrderId)),
    )
    const final = await askUntil(clock, this.#signal, `${clientOrderId} is not final again yet`, () =>
      entries[order.venue].finalise(order, this.#signal),
    )
    const known = finalMark(journal, clientOrderId)?.fills ?? []
    const news = final.fills.filter((fill) => !known.some((each) => figuresOf(each) === figuresOf(fill)))
    if (news.length === 0) return
    await journal.append({ mark: 'final', clientOrderId, atMs: clock.nowMs(), order, fills: final.fills })
    const executions = news.map(({ executionId }) => executionId)
    if (news.every((fill) => known.some((each) => each.fee === null && figuresOf({ ...each, fee: fill.fee }) === figuresOf(fill))))
      return log.info({ clientOrderId, executions }, 'a fee was told late: it takes the place of its estimate')
    log.error({ clientOrderId, tradeId: order.tradeId, executions }, FAILURES.lateFill)
    await this.#succeed(order)
  }

  async #succeed({ tradeId, clientOrderId }: OrderIntent): Promise<void> {
    const { hasEnded, successors, log } = this.#dependencies
    try {
      await withLimit([this.#signal], SUCCESSION_LIMIT_MS, async (limit) => {
        if (await hasEnded(tradeId, limit)) await successors.start(tradeId, `${FAILURES.lateFill} of ${clientOrderId}`, limit)
      })
    } catch (error) {
      log.warn({ tradeId, error: (error as Error).message }, 'a cure could not be started; the next sweep of owners does')
    }
  }
}

type FinalMark = Extract<JournalMark, { readonly mark: 'final' }>
const finalMark = (journal: Journal, id: ClientOrderId): FinalMark | null =>
  journal.marks(id).findLast((mark): mark is FinalMark => mark.mark === 'final') ?? null
/** What makes two tellings of a fill the same (I13). */
const figuresOf = ({ executionId, price, quantity, fee }: Fill): string => `${executionId}|${price}|${quantity}|${fee}`

export interface LateFillsAtVenue {
  readonly account: VenueAccount
  /** When the account was first recorded; null: not yet. */
  readonly openedMs: () => Promise<Millis | null>
  /** Of these fills those that the ledger does not have. */
  readonly unbooked: (fills: readonly Fill[]) => Promise<readonly Fill[]>
  /** Which of the venue's orders of a market are whose: by the venue's number our own id, or the stranger's. */
  readonly orderIds: (market: MarketId, signal: AbortSignal) => Promise<ReadonlyMap<string, string>>
  /** An order of an ended trade; null: there is none of that id, or its trade still books its fills itself. */
  readonly endedOrder: (id: ClientOrderId) => Promise<OrderIntent | null>
  readonly book: (tradeId: TradeId, order: OrderIntent, fills: readonly Fill[], signal: AbortSignal) => Promise<void>
}
export interface LateFillsBooked {
  readonly booked: readonly ClientOrderId[]
  readonly violations: readonly string[]
  readonly unread: readonly string[]
}

/**
 * E14, by poll: what the venue's list of fills has and the ledger has not, of trades that have ended. Read in this order, for a trade books its fills
 * before it ends. A fill that cannot be booked is told, and never keeps the sweep from going on.
 */
export async function bookLateFills(at: LateFillsAtVenue, nowMs: Millis, signal: AbortSignal): Promise<LateFillsBooked> {
  try {
    const openedMs = await at.openedMs()
    if (openedMs === null) return { booked: [], violations: [], unread: [] }
    const sinceMs = millis(Math.max(openedMs, nowMs - LOOK_BACK_MS))
    const { fills } = await at.account.statement(sinceMs, signal)
    return { ...(await adoptFills(at, await at.unbooked(fills.filter(({ atMs }) => atMs >= sinceMs)), signal)), unread: [] }
  } catch (error) {
    signal.throwIfAborted()
    return { booked: [], violations: [], unread: [`fills at ${at.account.venue}: ${(error as Error).message}`] }
  }
}

/**
 * Books fills that the ledger lacks or has otherwise, as far as they are of orders of ended trades of ours: a running trade books its fills itself.
 * @returns what was booked, and a sentence for each that is a stranger's or cannot be booked @throws when the venue does not tell whose orders they are
 */
export async function adoptFills(
  at: Pick<LateFillsAtVenue, 'orderIds' | 'endedOrder' | 'book'>,
  fills: readonly Fill[],
  signal: AbortSignal,
): Promise<Omit<LateFillsBooked, 'unread'>> {
  const booked: ClientOrderId[] = []
  const violations: string[] = []
  const owners = new Map<MarketId, ReadonlyMap<string, string>>()
  for (const fill of fills) {
    const ids = owners.get(fill.market) ?? (await at.orderIds(fill.market, signal))
    owners.set(fill.market, ids)
    const id = ids.get(fill.venueOrderId) ?? ''
    const order = isOurOrderId(id) ? await at.endedOrder(parseOrderId(id).clientOrderId) : null
    if (!isOurOrderId(id))
      violations.push(`${FAILURES.unexplainedFill}: ${fill.executionId} of order ${fill.venueOrderId} in ${fill.market} is not ours`)
    else if (order)
      try {
        await at.book(order.tradeId, order, [asOrdered(fill, order)], signal)
        booked.push(order.clientOrderId)
      } catch (error) {
        const { message } = error as Error
        violations.push(`${FAILURES.lateFill}: ${fill.executionId} of ${order.clientOrderId} cannot be booked: ${message}`)
      }
  }
  return { booked, violations }
}

/** A statement tells a fill as what it buys; its order may have been the sale of the other outcome. */
const asOrdered = (fill: Fill, { outcome, action }: OrderIntent): Fill =>
  fill.outcome === outcome ? fill : { ...fill, outcome, action, price: complement(fill.price) }
