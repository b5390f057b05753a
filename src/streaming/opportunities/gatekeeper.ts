import type { SubjectId, TradeId } from '../../core/ids'
import {
  atOnce,
  changedSince,
  GATES,
  holds,
  notInFlight,
  openNow,
  sameTops,
  unclaimed,
  waited,
  type Gated,
  type Tops,
  type Wait,
} from '../../core/risk/gates'
import type { Limits } from '../../core/risk/limits'
import { nothingSent } from '../../core/trade/outcome'
import type { Mode, Plan, TradeResult } from '../../core/trade/plan'
import type { Millis } from '../../core/units'
import type { LeaseView } from '../../ports/guard'
import type { Deal } from './deal'
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
  readonly mode: Mode
  readonly lease: LeaseView
  readonly claims: ClaimMirror
  /** null: not known yet, nothing is launched. */
  readonly limits: () => Limits | null
}

/** Of a deal, what the gates ask. */
type Asked = Pick<Deal, 'subject' | 'wanted' | 'tops' | 'closures'>

/** What a subject's last try saw, while nothing of it has changed. */
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
  /** The subjects whose trades run here. */
  traded(): readonly SubjectId[] {
    return [...this.#inFlight.keys()]
  }
  /** No further openings: the process is going down. */
  stop(): void {
    this.#isOpen = false
  }

  /** The first gate that refuses, or null. @param limits those in force. @param nowMs of the event. @param clockMs now. */
  refusal({ subject, wanted, tops, closures }: Asked, limits: Limits | null, nowMs: Millis, clockMs: Millis): Gated {
    const { mode, lease, claims } = this.#options
    const tried = this.#tried.get(subject)
    if (tried && !sameTops(tried.tops, tops())) this.#tried.delete(subject)
    if (mode === 'observe') return holds(GATES.mode, false, mode, 'a mode that trades')
    if (limits === null) return holds(GATES.limits, false, 'not read yet', 'read')
    return (
      holds(GATES.process, this.#isOpen, 'it is ending', 'running') ??
      holds(GATES.lease, lease.valid(), 'not held', 'held') ??
      notInFlight(this.#inFlight.get(subject)) ??
      atOnce(this.#inFlight.size, MAX_IN_FLIGHT) ??
      waited(this.#waits.get(subject), nowMs) ??
      this.#changed(subject, nowMs) ??
      this.#risk.refuses(limits, this.#inFlight.size, clockMs) ??
      unclaimed(wanted, (venue, market) => claims.at(venue, market)) ??
      openNow(nowMs, closures(nowMs), limits.closeMarginMs)
    )
  }

  /** A trade was decided upon what is seen now. */
  opened({ subject, tops }: Asked, plan: Plan, clockMs: Millis): void {
    const { tradeId } = plan
    this.#inFlight.set(subject, tradeId)
    this.#tried.set(subject, { tops: tops(), untilMs: Infinity })
    this.#risk.opened(tradeId, clockMs)
    this.#options.claims.opened(plan)
  }

  ended(subject: SubjectId, plan: Plan, result: TradeResult, coolDownMs: number, clockMs: Millis): void {
    const pauseMs = this.#risk.ended(subject, plan.tradeId, result.label)
    this.#options.claims.ended(plan, result, clockMs)
    const tried = this.#tried.get(subject)
    if (nothingSent(result.reason)) this.#tried.delete(subject)
    else if (tried && result.label === 'refused') tried.untilMs = clockMs + REFUSAL_STANDS_MS
    const isPaused = pauseMs > coolDownMs
    this.#leave(subject, isPaused ? GATES.refusalPause : GATES.coolDown, clockMs, isPaused ? pauseMs : coolDownMs)
  }

  /** Its run goes on elsewhere, or nobody took it. */
  notStarted(subject: SubjectId, plan: Plan, clockMs: Millis): void {
    this.#risk.forget(plan.tradeId)
    this.#options.claims.forget(plan)
    this.#tried.delete(subject)
    this.#leave(subject, GATES.failurePause, clockMs, FAILED_START_PAUSE_MS)
  }

  /** It ended by a bug. */
  broken(subject: SubjectId, plan: Plan, clockMs: Millis): void {
    this.#options.claims.forget(plan)
    this.#leave(subject, GATES.failurePause, clockMs, BUG_PAUSE_MS)
  }

  /** The subject's margin has gone: what comes next is another one. */
  gone(subject: SubjectId): void {
    this.#tried.delete(subject)
  }

  #changed(subject: SubjectId, nowMs: Millis): Gated {
    const tried = this.#tried.get(subject)
    if (!tried || nowMs >= tried.untilMs) return null
    return changedSince(tried.tops, Number.isFinite(tried.untilMs) ? tried.untilMs - nowMs : null)
  }

  #leave(subject: SubjectId, gate: Wait['gate'], fromMs: Millis, forMs: number): void {
    this.#inFlight.delete(subject)
    this.#waits.set(subject, { gate, fromMs, forMs })
  }
}
