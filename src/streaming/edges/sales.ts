import { saleOrder, type HeldPosition, type Sale, type Worth } from '../../core/edge/leaving/sale'
import { subjectId, type MarketId, type TradeId } from '../../core/ids'
import { unhalted, type Gated } from '../../core/risk/gates'
import type { SaleChoice, Unpaired } from '../../core/trade/plan'
import { formatMoney, formatPrice, formatQuantity, type Millis, type Quantity } from '../../core/units'
import type { Clock } from '../../ports/clock'
import type { HaltView, LeaseView } from '../../ports/guard'
import { withLimit } from '../../ports/limit'
import type { Log } from '../../ports/log'
import type { Sellers } from '../../ports/trader'

/** As for a trade: what Temporal takes later finds another book. */
const START_LIMIT_MS = 5_000
/**
 * Between two sales in one market. Longer than an order of an earlier sale can leave (2.5 s after it was chosen), so that none follows one that may still be
 * sent, however that ended; and what it sold is in the ledger by then.
 */
const SALE_AGAIN_MS = 10_000
/** A sale that sold nothing is tried again ever more rarely: the bid that misled it stands perhaps for hours. */
const SALE_AGAIN_MOST_MS = 1_280_000
/** Later a position is held to settlement: the journal keeps the orders of a trade for two days, and a sale's are to be among them. */
const SOLD_WITHIN_MS = 86_400_000

export interface SalesOptions {
  readonly sellers: Sellers
  readonly lease: Pick<LeaseView, 'valid'>
  readonly halts: Pick<HaltView, 'active'>
  /** Whether the strategy may trade now. */
  readonly armed: () => Gated
  /** What ended edges hold of a market, by the last reading of the ledger; nothing while that is not known. */
  readonly heldOf: (market: MarketId, nowMs: Millis) => readonly HeldPosition[]
  readonly clock: Clock
  readonly log: Log
}

/** What a trade held when its sale was begun, and how long it is left alone while it holds that. */
interface Tried {
  readonly atMs: Millis
  readonly quantity: Quantity
  readonly pauseMs: number
}

/**
 * Leaving before settlement (ruling 13): what ended edges hold is sold where somebody pays more for it, net, than the books think it worth at the most. A
 * sale is the successor of its trade, durable as that was. It is nobody's duty: what stops openings stops it too.
 */
export class Sales {
  readonly counters = { begun: 0, notBegun: 0 }
  readonly #options: SalesOptions
  readonly #tried = new Map<TradeId, Tried>()
  /** When the last sale of a market was begun, while none may follow it. */
  readonly #begunMs = new Map<MarketId, Millis>()

  constructor(options: SalesOptions) {
    this.#options = options
  }

  /** What may be sold now: one trade of a market at a time, none for long after one that sold nothing. */
  heldOf(market: MarketId, nowMs: Millis): readonly HeldPosition[] {
    const held = this.#options.heldOf(market, nowMs)
    if (held.length === 0) return []
    const begunMs = this.#begunMs.get(market) ?? -Infinity
    if (nowMs - begunMs < SALE_AGAIN_MS && nowMs >= begunMs) return []
    return held.filter((each) => nowMs - each.startedMs <= SOLD_WITHIN_MS && this.#mayBegin(each, nowMs))
  }

  #mayBegin({ tradeId, quantity }: HeldPosition, nowMs: Millis): boolean {
    const tried = this.#tried.get(tradeId)
    return tried === undefined || tried.quantity !== quantity || nowMs - tried.atMs >= tried.pauseMs || nowMs < tried.atMs
  }

  /** Somebody pays enough for it: begins its sale, in the turn of the look. The books may be others when it asks. */
  begin(held: HeldPosition, sale: Worth, nowMs: Millis): void {
    const { tradeId, market, outcome, quantity } = held
    if (!this.#options.lease.valid() || this.#stoppedBy(held) !== null) return
    const before = this.#tried.get(tradeId)
    const pauseMs = before?.quantity === quantity ? Math.min(before.pauseMs * 2, SALE_AGAIN_MOST_MS) : SALE_AGAIN_MS
    for (const [id, { atMs }] of this.#tried) if (nowMs - atMs > SOLD_WITHIN_MS) this.#tried.delete(id)
    for (const [of, begunMs] of this.#begunMs) if (nowMs - begunMs >= SALE_AGAIN_MS) this.#begunMs.delete(of)
    this.#tried.set(tradeId, { atMs: nowMs, quantity, pauseMs })
    this.#begunMs.set(market, nowMs)
    const { sellers, log } = this.#options
    const reason = `sale of ${formatQuantity(sale.quantity)} ${outcome.toUpperCase()} ≥ ${formatPrice(sale.limit)}, $${formatMoney(sale.netBid)} net is bid for one`
    withLimit([], START_LIMIT_MS, (limit) => sellers.sell(tradeId, reason, limit))
      .then((succession) => {
        if (succession.kind === 'started') this.counters.begun++
        else this.counters.notBegun++
        log.info({ tradeId, market, succession: succession.kind }, reason)
      })
      .catch((error: Error) => {
        this.counters.notBegun++
        log.warn({ tradeId, market, error: error.message }, 'a sale could not be begun')
      })
  }

  /** Asked by the sale itself, right before its order. @param saleOf as the desk sees the market now */
  choose(
    held: Unpaired,
    saleOf: (market: MarketId, position: { readonly outcome: Unpaired['outcome']; readonly quantity: Quantity }) => Sale,
  ): SaleChoice {
    const stopped = this.#stoppedBy(held)
    if (stopped !== null) return { kind: 'hold', reason: stopped }
    const sale = saleOf(held.market, held)
    if (sale.kind === 'hold') return { kind: 'hold', reason: sale.reason }
    return { kind: 'sell', order: saleOrder(held, sale, this.#options.clock.nowMs()), netBid: sale.netBid }
  }

  #stoppedBy({ tradeId, market }: Pick<Unpaired, 'tradeId' | 'market'>): string | null {
    const { halts, armed } = this.#options
    const refusal = unhalted(halts.active(), { strategy: 'edge', subject: subjectId(market), tradeId, venues: ['kalshi'] }) ?? armed()
    return refusal && `${refusal.gate}: ${refusal.verdict().actual}`
  }
}
