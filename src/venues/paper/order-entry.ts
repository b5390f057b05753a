import { assertNever } from '../../core/assert'
import { FAILURES } from '../../core/failures'
import type { ClientOrderId, Venue } from '../../core/ids'
import { buyingCostBound, type VenueFees } from '../../core/market/fees'
import type { Purse } from '../../core/purse'
import type { Access } from '../../core/trade/cure'
import { waitFor } from '../../core/trade/fill-model'
import type { OrderIntent } from '../../core/trade/order'
import type { Final, LegOutcome, Rejected, RejectReason } from '../../core/trade/outcome'
import type { PaperModel } from '../../core/trade/paper'
import { money, NO_MONEY, NO_QUANTITY, notional, quantity, type Millis, type Money } from '../../core/units'
import type { Clock } from '../../ports/clock'
import { unlessAborted, withLimit } from '../../ports/limit'
import type { Log } from '../../ports/log'
import type { OrderEntry } from '../../ports/order-entry'
import type { PaperBooks, PaperEnd, PaperState } from '../../ports/account'
import { arrive } from './fills'
import type { PaperMarket } from './market'

/** One small transaction, of some milliseconds. One that takes longer leaves the order unknown, as the 3 s of its activity would. */
const BOOKS_LIMIT_MS = 2_000

export interface PaperOrderEntryOptions {
  readonly venue: Venue
  readonly books: PaperBooks
  readonly market: PaperMarket
  readonly model: PaperModel
  /** Of the run. */
  readonly seed: string
  /** null: not known, then nothing is sent there. */
  readonly fees: (market: string) => VenueFees | null
  readonly access: (market: string) => Access
  /** null: not known now. */
  readonly purseOf: (market: OrderIntent['market']) => Purse | null
  readonly clock: Clock
  readonly log: Log
}

/** The port of a paper venue. */
export interface PaperOrderEntry extends OrderEntry {
  /** A canary's way (E27): post-only, meets nobody while it rests, and ends by itself. Nothing that a workflow can call comes here (E15). */
  placeResting(
    order: OrderIntent,
    untilMs: Millis,
    mayWrite: () => RejectReason | null,
    signal: AbortSignal,
  ): Promise<LegOutcome | 'resting'>
  resting(signal: AbortSignal): Promise<readonly ClientOrderId[]>
  /** Orders on their way arrive first. */
  close(): Promise<void>
}

/**
 * Orders at a paper venue: taken into the durable account, and filled against the live book after the measured wait, here and never later than their
 * not-after. What this process did not live to fill ends without a fill by the next question (docs/paper.md).
 */
export function createPaperOrderEntry(options: PaperOrderEntryOptions): PaperOrderEntry {
  return new LivePaper(options)
}

class LivePaper implements PaperOrderEntry {
  readonly venue: Venue
  readonly #options: PaperOrderEntryOptions
  readonly #underWay = new Set<Promise<unknown>>()

  constructor(options: PaperOrderEntryOptions) {
    this.venue = options.venue
    this.#options = options
  }

  async place(order: OrderIntent, mayWrite: () => RejectReason | null, signal: AbortSignal): Promise<LegOutcome> {
    return outcomeOf(await this.#send(order, null, mayWrite, signal))
  }

  async placeResting(
    order: OrderIntent,
    untilMs: Millis,
    mayWrite: () => RejectReason | null,
    signal: AbortSignal,
  ): Promise<LegOutcome | 'resting'> {
    const state = await this.#send(order, untilMs, mayWrite, signal)
    return state !== 'lost' && state.kind === 'resting' ? 'resting' : outcomeOf(state)
  }

  async find(order: OrderIntent, signal: AbortSignal): Promise<LegOutcome> {
    return outcomeOf(await this.#look(order, signal))
  }

  async finalise(order: OrderIntent, signal: AbortSignal): Promise<Final | null> {
    const state = await this.#look(order, signal)
    if (state === 'lost') return null
    if (state.kind === 'rejected') return { quantity: NO_QUANTITY, fills: [] }
    return state.kind === 'done' ? { quantity: filledOf(state), fills: state.fills } : null
  }

  async cancelEverything(signal: AbortSignal): Promise<readonly ClientOrderId[]> {
    const { books, clock, venue } = this.#options
    await books.cancelResting(venue, clock.nowMs(), signal)
    return this.resting(signal)
  }

  resting(signal: AbortSignal): Promise<readonly ClientOrderId[]> {
    const { books, clock, venue } = this.#options
    return books.resting(venue, clock.nowMs(), signal)
  }

  async close(): Promise<void> {
    await Promise.all(this.#underWay)
  }

  /** The taking begins in the turn in which the gate is asked: from then on the order lives, whatever becomes of whoever waits for it. */
  async #send(
    order: OrderIntent,
    restsUntilMs: Millis | null,
    mayWrite: () => RejectReason | null,
    signal: AbortSignal,
  ): Promise<PaperState | 'lost'> {
    const { fees, clock } = this.#options
    const terms = fees(order.market)
    if (terms === null)
      return refused('guard', `the fees of ${order.market} are not known: a paper order cannot be charged as the venue would`)
    if (this.venue === 'forecastex' && order.action === 'sell') return refused('guard', 'ForecastEx has no sales')
    const sentMs = clock.nowMs()
    const reason = mayWrite()
    if (reason !== null) return refused(reason, 'refused in the turn of the write: nothing was sent')
    const carried = this.#carry(order, { sentMs, restsUntilMs, fees: terms })
    this.#underWay.add(carried)
    void carried.finally(() => this.#underWay.delete(carried))
    return unlessAborted(carried, signal).catch((error: unknown) => {
      if (!signal.aborted) throw error
      return 'lost'
    })
  }

  /** Never rejects: what the account did not hear, or did not answer, is unknown. */
  async #carry(
    order: OrderIntent,
    sent: { readonly sentMs: Millis; readonly restsUntilMs: Millis | null; readonly fees: VenueFees },
  ): Promise<PaperState | 'lost'> {
    const { books, purseOf, clock, log } = this.#options
    const { sentMs, restsUntilMs } = sent
    const purse = purseOf(order.market)
    try {
      const taking = await limited((limit) => books.take({ order, purse, sentMs, restsUntilMs }, limit))
      if (taking === 'known') return await this.#known(order)
      if (taking === 'no-purse')
        return refused('funds', `the paper account has no purse ${purse}: name it under paper.starting_balance, in a database of its own`)
      await this.#wait(order, 'there', clock.nowMs() - sentMs)
      const state = await limited((limit) => this.#arrive(order, sent, limit))
      await this.#wait(order, 'back', 0)
      return state
    } catch (error) {
      log.error({ venue: this.venue, clientOrderId: order.clientOrderId, error: (error as Error).message }, 'a paper order is unknown')
      return 'lost'
    }
  }

  /** An id stands for one intention: the second order of an id is the first one's answer, or an alarm. */
  async #known(order: OrderIntent): Promise<PaperState | 'lost'> {
    const { log } = this.#options
    log.error({ clientOrderId: order.clientOrderId, tradeId: order.tradeId }, FAILURES.duplicateOrderId)
    return limited((limit) => this.#look(order, limit))
  }

  /** The book of this turn is the one that it meets. */
  #arrive(
    order: OrderIntent,
    { restsUntilMs, fees }: { readonly restsUntilMs: Millis | null; readonly fees: VenueFees },
    signal: AbortSignal,
  ): Promise<PaperState> {
    const { books, market, model, seed, access, clock, log } = this.#options
    const atMs = clock.nowMs()
    const isOpen = access(order.market) === 'open'
    if (!isOpen) return books.end(order, refused('closed', `${order.market} takes no orders`), atMs, signal)
    if (restsUntilMs !== null)
      return market.meets(order)
        ? books.end(order, refused('price', 'post-only: it would meet an offer'), atMs, signal)
        : books.rest(order, atMs, signal)
    const lateMs = atMs - order.notAfterMs
    if (lateMs > 0) log.warn({ venue: this.venue, clientOrderId: order.clientOrderId, lateMs }, 'a paper order arrived after its not-after')
    const fills = lateMs > 0 ? [] : arrive(order, market, { model, seed, fees, atMs })
    return books.end(order, { fills, needs: needsOf(order, fills, fees) }, atMs, signal)
  }

  async #look(order: OrderIntent, signal: AbortSignal): Promise<PaperState | 'lost'> {
    const { books, clock, log } = this.#options
    const { clientOrderId } = order
    try {
      const state = await books.find(order, clock.nowMs(), signal)
      if (state.kind === 'differs') log.error({ clientOrderId }, `${FAILURES.echoDiffers}: the paper account has another order of this id`)
      return state
    } catch (error) {
      if (signal.aborted) throw error
      log.warn({ clientOrderId, error: (error as Error).message }, 'the paper account could not be asked')
      return 'lost'
    }
  }

  /** @param goneMs of the wait already */
  async #wait(order: OrderIntent, purpose: 'there' | 'back', goneMs: number): Promise<void> {
    const { model, seed, clock } = this.#options
    const waitMs = waitFor(model.way[this.venue], model, seed, order.clientOrderId, purpose) - goneMs
    if (waitMs > 0) await clock.sleep(waitMs, new AbortController().signal) // at most a second (config/schema/paper)
  }
}

/** Whoever asks is not kept by an account that is slow: what it answers later is found by the next question. */
const limited = <T>(ask: (limit: AbortSignal) => Promise<T>): Promise<T> =>
  withLimit([], BOOKS_LIMIT_MS, (limit) => unlessAborted(ask(limit), limit))

const refused = (reason: RejectReason, detail: string): Rejected => ({ kind: 'rejected', reason, detail })
const filledOf = ({ fills }: Extract<PaperEnd, { kind: 'done' }>) => quantity(fills.reduce((sum, fill) => sum + fill.quantity, 0))

/** A venue sets aside a purchase's limit with its fees before it fills anything, and of a sale what its fees exceed it by. */
function needsOf(order: OrderIntent, fills: Parameters<typeof filledOf>[0]['fills'], fees: VenueFees): Money {
  if (fills.length === 0) return NO_MONEY
  const charged = fills.reduce((sum, { fee }) => sum + (fee ?? 0), 0)
  const value = fills.reduce((sum, fill) => sum + notional(fill.price, fill.quantity), 0)
  if (order.action === 'sell') return money(Math.max(0, charged - value))
  return money(Math.max(value + charged, buyingCostBound(fees, [{ price: order.limit, quantity: order.quantity }])))
}

function outcomeOf(state: PaperState | 'lost'): LegOutcome {
  if (state === 'lost') return { kind: 'unknown', cause: 'disconnected' }
  switch (state.kind) {
    case 'done':
      return { kind: 'done', filled: filledOf(state) }
    case 'rejected':
      return state
    case 'differs':
      return { kind: 'unknown', cause: 'echo-differs' }
    case 'under-way':
    case 'resting':
    case 'unheard':
      return { kind: 'unknown', cause: 'timeout' }
    default:
      return assertNever(state, 'state of a paper order')
  }
}
