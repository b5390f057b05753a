import type { BoxFound, BoxPair } from '../../core/box/finding'
import {
  atOnce,
  BOX_GATES,
  holds,
  notInFlight,
  openNow,
  sameTops,
  changedSince,
  unclaimed,
  waited,
  type Gated,
  type Tops,
  type Wait,
} from '../../core/box/gates'
import type { SubjectId, TradeId } from '../../core/ids'
import type { Closure } from '../../core/market/calendar'
import type { Limits } from '../../core/risk/limits'
import { nothingSent } from '../../core/trade/outcome'
import type { BoxPlan, TradeResult } from '../../core/trade/plan'
import type { Millis } from '../../core/units'
import type { LeaseView } from '../../ports/guard'
import { RiskMirror, type ClaimMirror } from '../mirror'

/** More sagas at once only make each slower: past this the machine queues and an old opportunity is worthless (performance.md §2). */
const MAX_IN_FLIGHT = 20
/** A pair whose run is known to be going on elsewhere, or that Temporal did not take, is left alone this long before the next try. */
const FAILED_START_PAUSE_MS = 500
/** A trade that ended by a bug keeps its claims, so the reserve refuses the next one: tried this rarely until somebody has cleared them (E25). */
const BUG_PAUSE_MS = 60_000
/**
 * What the reserve refuses may pass without a change of the books: the legs of another pair, an order that is asked for, a heartbeat. That takes about
 * this long, and thin books stand for minutes.
 */
const REFUSAL_STANDS_MS = 2_000

export interface GatekeeperOptions {
  readonly lease: LeaseView
  readonly claims: ClaimMirror
  /** null: not known yet, nothing is launched. */
  readonly limits: () => Limits | null
  /** E28: when either venue or market does not trade, as far as it is near; null: not known. */
  readonly closures: (pair: BoxPair, nowMs: Millis) => readonly Closure[] | null
  /** What a find would lift, as the books are now. */
  readonly tops: (pair: BoxPair, found: BoxFound) => Tops
}

/** What a pair's last try saw, while nothing of it has changed. */
interface Tried {
  readonly tops: Tops
  /** What refused it may have passed by itself by then. */
  untilMs: number
}

/**
 * The gates before a trade that have a memory: what runs, what has just run, what was tried in vain, what the ledger was last heard to hold. Answers
 * from memory, in the order in which the gates are written, the cheap ones first.
 */
export class Gatekeeper {
  readonly #options: GatekeeperOptions
  readonly #inFlight = new Map<SubjectId, TradeId>()
  readonly #waits = new Map<SubjectId, Wait>()
  readonly #tried = new Map<SubjectId, Tried>()
  readonly #risk = new RiskMirror()
  #isOpen = true

  constructor(options: GatekeeperOptions) {
    this.#options = options
  }

  get inFlight(): number {
    return this.#inFlight.size
  }
  /** The pairs whose trades run here. */
  traded(): readonly SubjectId[] {
    return [...this.#inFlight.keys()]
  }
  /** No further openings: the process is going down. */
  stop(): void {
    this.#isOpen = false
  }

  /** The first gate that refuses, or null. @param limits those in force. @param nowMs of the event. @param clockMs now. */
  refusal(pair: BoxPair, found: BoxFound, limits: Limits | null, nowMs: Millis, clockMs: Millis): Gated {
    const { lease, claims, closures } = this.#options
    const tried = this.#tried.get(pair.id)
    if (tried && !sameTops(tried.tops, this.#options.tops(pair, found))) this.#tried.delete(pair.id)
    if (limits === null) return holds(BOX_GATES.limits, false, 'not read yet', 'read')
    return (
      holds(BOX_GATES.process, this.#isOpen, 'it is ending', 'running') ??
      holds(BOX_GATES.lease, lease.valid(), 'not held', 'held') ??
      notInFlight(this.#inFlight.get(pair.id)) ??
      atOnce(this.#inFlight.size, MAX_IN_FLIGHT) ??
      waited(this.#waits.get(pair.id), nowMs) ??
      this.#changed(pair, nowMs) ??
      this.#risk.refuses(limits, this.#inFlight.size, clockMs) ??
      unclaimed(pair, { kalshi: found.kalshi.outcome, forecastex: found.forecastex.outcome }, (venue, market) =>
        claims.at(venue, market),
      ) ??
      openNow(nowMs, closures(pair, nowMs), limits.closeMarginMs)
    )
  }

  /** A trade was decided upon what is seen now. */
  opened(pair: BoxPair, found: BoxFound, plan: BoxPlan, clockMs: Millis): void {
    const { tradeId } = plan
    this.#inFlight.set(pair.id, tradeId)
    this.#tried.set(pair.id, { tops: this.#options.tops(pair, found), untilMs: Infinity })
    this.#risk.opened(tradeId, clockMs)
    this.#options.claims.opened(plan)
  }

  ended(pair: BoxPair, plan: BoxPlan, result: TradeResult, coolDownMs: number, clockMs: Millis): void {
    const pauseMs = this.#risk.ended(pair.id, plan.tradeId, result.label)
    this.#options.claims.ended(plan, result, clockMs)
    const tried = this.#tried.get(pair.id)
    if (nothingSent(result.reason)) this.#tried.delete(pair.id)
    else if (tried && result.label === 'refused') tried.untilMs = clockMs + REFUSAL_STANDS_MS
    const isPaused = pauseMs > coolDownMs
    this.#leave(pair, isPaused ? BOX_GATES.refusalPause : BOX_GATES.coolDown, clockMs, isPaused ? pauseMs : coolDownMs)
  }

  /** Its run goes on elsewhere, or nobody took it. */
  notStarted(pair: BoxPair, plan: BoxPlan, clockMs: Millis): void {
    this.#risk.forget(plan.tradeId)
    this.#options.claims.forget(plan)
    this.#tried.delete(pair.id)
    this.#leave(pair, BOX_GATES.failurePause, clockMs, FAILED_START_PAUSE_MS)
  }

  /** It ended by a bug. */
  broken(pair: BoxPair, plan: BoxPlan, clockMs: Millis): void {
    this.#options.claims.forget(plan)
    this.#leave(pair, BOX_GATES.failurePause, clockMs, BUG_PAUSE_MS)
  }

  /** The pair's margin has gone: what comes next is another one. */
  gone({ id }: BoxPair): void {
    this.#tried.delete(id)
  }

  #changed({ id }: BoxPair, nowMs: Millis): Gated {
    const tried = this.#tried.get(id)
    if (!tried || nowMs >= tried.untilMs) return null
    return changedSince(tried.tops, Number.isFinite(tried.untilMs) ? tried.untilMs - nowMs : null)
  }

  #leave({ id }: BoxPair, gate: Wait['gate'], fromMs: Millis, forMs: number): void {
    this.#inFlight.delete(id)
    this.#waits.set(id, { gate, fromMs, forMs })
  }
}
