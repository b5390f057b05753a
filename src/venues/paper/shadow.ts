import type { ClientOrderId, TradeId, Venue } from '../../core/ids'
import type { Level } from '../../core/market/event'
import { depthOf } from '../../core/market/ladder'
import type { VenueFees } from '../../core/market/fees'
import type { Access } from '../../core/trade/cure'
import { waitFor } from '../../core/trade/fill-model'
import type { Fill, OrderIntent } from '../../core/trade/order'
import { neverSent, type LegOutcome } from '../../core/trade/outcome'
import { chanceOf, type PaperModel } from '../../core/trade/paper'
import type { Mode, Opportunity } from '../../core/trade/plan'
import { putBack, type Displayed, type ShadowReason } from '../../core/trade/shadow'
import { money, notional, type Millis, type Quantity } from '../../core/units'
import type { Tap } from '../../ports/cache'
import type { Clock } from '../../ports/clock'
import { unlessAborted, withLimit } from '../../ports/limit'
import type { Log } from '../../ports/log'
import type { RecordRow, ShadowRow } from '../../ports/record'
import { arrive } from './fills'
import { metBy, type Met } from './market'

/** Twins at once: each has two short ladders. Orders are sent some a second, and a twin waits a second or two: so many is a venue that does not answer. */
const SHADOWS_MAX = 1_000
/** Below it a next shortage is another one, and said again. */
const SHADOWS_FEW = SHADOWS_MAX / 2
/** What an order took is booked within a second or two of its answer. One that nobody can find for longer has no book to be put back into. */
const OWN_FILLS_LIMIT_MS = 30_000
const MICROS_PER_MS = 1_000
const NS_PER_MICRO = 1_000n

/** A book as one order would meet it now. */
export interface Look {
  readonly levels: readonly Level[]
  /** Since its venue vouched for it. */
  readonly ageMs: number
}
/** Twins under way, and orders that had none because too many were. */
export interface TwinCounts {
  readonly waiting: number
  readonly refused: number
}
export interface ShadowOptions {
  readonly mode: Mode
  readonly preset: string
  readonly model: PaperModel
  /** Of the run. */
  readonly seed: string
  /** null: there is no book that its venue vouches for now. */
  readonly look: (order: OrderIntent) => Look | null
  /** null: not known. */
  readonly fees: (venue: Venue, market: string) => VenueFees | null
  readonly access: (venue: Venue, market: string) => Access
  /** null: not known here. */
  readonly strategyOf: (trade: TradeId) => Opportunity['strategy'] | null
  readonly record: Pick<Tap<RecordRow>, 'offer'>
  readonly clock: Clock
  readonly log: Log
}

interface Twin {
  readonly order: OrderIntent
  readonly sentMs: Millis
  readonly sentNs: bigint
  readonly ended: AbortController
  /** What the order itself took. */
  readonly own: Promise<readonly Level[]>
  readonly tellOwn: (levels: readonly Level[]) => void
  isAnswered: boolean
  answeredMicros: number | null
}
/** Where a twin was when it arrived. */
interface Arrival {
  readonly sent: Look | null
  readonly now: Look | null
  readonly fees: VenueFees | null
  readonly access: Access
  readonly atMs: Millis
}
/** fills null: nothing is said. */
interface Twinned {
  readonly fills: readonly Fill[] | null
  readonly displayed: Quantity | null
  readonly why: ShadowReason | null
}

/**
 * Twins on paper of orders that are really sent (docs/decisions/shadow.md): each meets the live book after the wait of a paper order, and what it came to is
 * recorded beside the order's id. Nothing waits for it, and money knows nothing of it. A twin whose process ends is lost, and its order is told as one without.
 */
export class Shadows {
  readonly #options: ShadowOptions
  readonly #twins = new Map<ClientOrderId, Twin>()
  #refused = 0
  #isShort = false

  constructor(options: ShadowOptions) {
    this.#options = options
  }

  get counts(): TwinCounts {
    return { waiting: this.#twins.size, refused: this.#refused }
  }

  /**
   * In the turn in which an order's bytes are released: a microtask, which runs when they are written. The book is read there, before anything can be heard of
   * what they did: a turn later, on a busy machine, it may lack what the order took.
   */
  sent(order: OrderIntent): void {
    queueMicrotask(() => this.#begin(order))
  }

  #begin(order: OrderIntent): void {
    const { clock } = this.#options
    if (this.#twins.has(order.clientOrderId)) return
    if (this.#twins.size >= SHADOWS_MAX) return this.#refuse(order)
    if (this.#twins.size < SHADOWS_FEW) this.#isShort = false
    let tellOwn: Twin['tellOwn'] = () => undefined
    const own = new Promise<readonly Level[]>((resolve) => (tellOwn = resolve))
    const twin: Twin = {
      ...{ order, own, tellOwn, ended: new AbortController(), isAnswered: false, answeredMicros: null },
      ...{ sentMs: clock.nowMs(), sentNs: clock.monoNs() },
    }
    this.#twins.set(order.clientOrderId, twin)
    void this.#follow(twin)
  }

  /** Said once a shortage: the counts have all of them. */
  #refuse({ clientOrderId }: OrderIntent): void {
    this.#refused++
    if (this.#isShort) return
    this.#isShort = true
    const told = { clientOrderId, refused: this.#refused }
    this.#options.log.warn(told, `${SHADOWS_MAX} twins on paper are under way: this order has none, nor have those that follow it`)
  }

  /** What the venue said of an order; a later word on the same order is no first answer. */
  answered({ clientOrderId }: OrderIntent, outcome: LegOutcome): void {
    const twin = this.#twins.get(clientOrderId)
    if (twin === undefined) return
    if (outcome.kind !== 'unknown' && neverSent(outcome)) return twin.ended.abort() // no byte left: it has no twin
    if (!twin.isAnswered && outcome.kind !== 'unknown') twin.answeredMicros = this.#sinceMicros(twin)
    twin.isAnswered = true
    if (outcome.kind === 'rejected' || (outcome.kind === 'done' && outcome.filled === 0)) twin.tellOwn([])
  }

  /** An order's fills are final. */
  booked({ clientOrderId }: OrderIntent, fills: readonly Fill[]): void {
    this.#twins.get(clientOrderId)?.tellOwn(fills)
  }

  /** Ends all twins: those under way are lost, and said. */
  close(): void {
    if (this.#twins.size > 0) this.#options.log.info({ twins: this.#twins.size }, 'twins on paper were under way: their orders have none')
    for (const { ended } of this.#twins.values()) ended.abort()
  }

  #sinceMicros({ sentNs }: Twin): number {
    return Number((this.#options.clock.monoNs() - sentNs) / NS_PER_MICRO)
  }

  /** Never rejects: the order has nothing to do with what becomes of its twin. */
  async #follow(twin: Twin): Promise<void> {
    const { order, ended } = twin
    const { record, log } = this.#options
    try {
      const row = await this.#rowOf(twin)
      record.offer(row)
    } catch (error) {
      if (!ended.signal.aborted)
        log.error(
          { clientOrderId: order.clientOrderId, error: (error as Error).message },
          'the twin of an order has failed: the order has none',
        )
    } finally {
      this.#twins.delete(order.clientOrderId)
    }
  }

  async #rowOf(twin: Twin): Promise<ShadowRow> {
    const { order, sentMs, ended } = twin
    const { mode, preset, model, seed, strategyOf, clock } = this.#options
    const strategy = strategyOf(order.tradeId)
    const sent = this.#options.look(order)
    const waitMs = waitFor(model.way[order.venue], model, seed, order.clientOrderId, 'there')
    const leftMs = waitMs - (clock.nowMs() - sentMs)
    if (leftMs > 0) await clock.sleep(leftMs, ended.signal)
    const metMicros = this.#sinceMicros(twin)
    const arrival = this.#arrived(order, sent)
    const own = await ownFills(twin)
    const { fills, displayed, why } = this.#meet(order, arrival, own)
    return {
      ...{ kind: 'shadow', venue: order.venue, market: order.market, mode, strategy, outcome: order.outcome, action: order.action },
      ...{ purpose: order.purpose, timeInForce: order.timeInForce, preset, clientOrderId: order.clientOrderId, tradeId: order.tradeId },
      ...{ limit: order.limit, quantity: order.quantity, waitMicros: waitMs * MICROS_PER_MS, metMicros },
      ...{ bookAgeMicros: arrival.now && arrival.now.ageMs * MICROS_PER_MS, displayed, why },
      filled: fills && depthOf(fills),
      cost: fills && money(fills.reduce((sum, fill) => sum + notional(fill.price, fill.quantity), 0)),
      fee: fills && money(fills.reduce((sum, { fee }) => sum + (fee ?? 0), 0)),
      answeredMicros: twin.answeredMicros,
      atMs: sentMs,
    }
  }

  #arrived(order: OrderIntent, sent: Look | null): Arrival {
    const { look, fees, access, clock } = this.#options
    const { venue, market } = order
    return { sent, now: look(order), fees: fees(venue, market), access: access(venue, market), atMs: clock.nowMs() }
  }

  /** As a paper venue would have it, in its order: fees, access, not-after, book. */
  #meet(order: OrderIntent, { sent, now, fees, access, atMs }: Arrival, own: readonly Level[] | null): Twinned {
    const { model, seed } = this.#options
    const nothing = (why: ShadowReason): Twinned => ({ fills: [], displayed: null, why })
    if (own === null) return { fills: null, displayed: null, why: 'own-fills' }
    if (fees === null) return nothing('fees')
    if (access !== 'open') return nothing('closed')
    if (atMs > order.notAfterMs) return nothing('late')
    if (now === null) return nothing('no-book')
    const displayed: Displayed = { sent: sent?.levels ?? [], now: now.levels }
    const there = putBack(own, displayed, order.action)
    const meet = (met: OrderIntent): Met => metBy(met, there, model)
    const fills = arrive(order, { meet }, { model, seed, fees, atMs })
    const { displayed: within } = meet(order)
    return { fills, displayed: within, why: this.#shortOf(order, depthOf(fills), within) }
  }

  #shortOf(order: OrderIntent, filled: Quantity, within: Quantity): ShadowReason | null {
    const { model, seed } = this.#options
    if (filled === order.quantity) return null
    const chance = chanceOf(order, model, seed)
    if (chance === null || filled === chance.quantity) return 'chance'
    return within === 0 ? 'limit' : 'depth'
  }
}

/** null: not known in time. @throws the reason of a twin that ended */
const ownFills = ({ own, ended }: Twin): Promise<readonly Level[] | null> =>
  withLimit([ended.signal], OWN_FILLS_LIMIT_MS, (limit) => unlessAborted(own, limit)).catch((error: unknown) => {
    if (ended.signal.aborted) throw error
    return null
  })
