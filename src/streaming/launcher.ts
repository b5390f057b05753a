import { mintTradeId, type MarketId, type SubjectId } from '../core/ids'
import { calendarVerdict, openingMargin } from '../core/market/calendar'
import { affordable, unhalted, type Gated } from '../core/risk/gates'
import type { Limits } from '../core/risk/limits'
import type { Plan } from '../core/trade/plan'
import type { Millis } from '../core/units'
import type { Clock } from '../ports/clock'
import type { HaltView, TokenDesk } from '../ports/guard'
import { withLimit } from '../ports/limit'
import type { Log } from '../ports/log'
import type { Trader } from '../ports/trader'
import type { Deal } from './opportunities/deal'
import { ClaimMirror } from './mirror'
import { Gatekeeper, type GatekeeperOptions } from './opportunities/gatekeeper'

/** A Temporal that needs longer to take a trade takes it too late for its not-after. */
const START_LIMIT_MS = 5_000

export interface LauncherOptions extends Omit<GatekeeperOptions, 'claims'> {
  readonly trader: Trader
  readonly clock: Clock
  readonly log: Log
  readonly halts: HaltView
  readonly tokens: TokenDesk
  /** Which of Kalshi's shards a market trades on. */
  readonly shardOf: (market: MarketId) => number
  /** 32 random bits. */
  readonly random32: () => number
}

export interface LauncherCounters {
  launched: number
  busy: number
  /** Finds that a gate refused. */
  skipped: number
  failed: number
}

/** Turns a find into a running trade, at most one per subject (E1). Decides from memory alone and never waits for a store. */
export class Launcher {
  readonly counters: LauncherCounters = { launched: 0, busy: 0, skipped: 0, failed: 0 }
  /** E7 as the ledger was last heard to have it: told from outside. */
  readonly claims = new ClaimMirror()
  readonly #options: LauncherOptions
  readonly #gates: Gatekeeper

  constructor(options: LauncherOptions) {
    this.#options = options
    this.#gates = new Gatekeeper({ ...options, claims: this.claims })
  }

  get inFlight(): number {
    return this.#gates.inFlight
  }

  /** The subjects whose trades run here. */
  traded(): readonly string[] {
    return this.#gates.traded()
  }

  /** No further openings: the process is going down. */
  stop(): void {
    this.#gates.stop()
  }

  /** The subject's margin has gone. */
  gone(subject: SubjectId): void {
    this.#gates.gone(subject)
  }

  /** Called in the turn of the find. @param n number of the look. @returns the gate that refused it; null: its trade is on its way. */
  offer<P extends Plan>(deal: Deal<P>, n: number, nowMs: Millis): Gated {
    const limits = this.#options.limits()
    const clockMs = this.#options.clock.nowMs()
    const refusal = this.#gates.refusal(deal, limits, nowMs, clockMs) ?? (limits && this.#start(deal, n, limits, nowMs))
    if (refusal) this.counters.skipped++
    return refusal
  }

  /** Halts are asked last, right before the trade is decided; tokens once it is, for what is leased must be given back. */
  #start<P extends Plan>(deal: Deal<P>, n: number, limits: Limits, nowMs: Millis): Gated {
    const { clock, halts, tokens, random32, shardOf } = this.#options
    const { strategy, subject, venues, kalshi } = deal
    const tradeId = mintTradeId(clock.nowMs(), random32())
    const halted = unhalted(halts.active(), { strategy, subject, tradeId, venues })
    if (halted) return halted
    const kalshiShard = shardOf(kalshi)
    const calendar = calendarVerdict(nowMs, deal.closures(nowMs), openingMargin(limits.closeMarginMs))
    const plan = deal.plan({ tradeId, n, nowMs: clock.nowMs(), kalshiShard, limits, calendar })
    const refusal = affordable(tokens.admit(tradeId, kalshiShard), () => tokens.state())
    if (refusal) return refusal
    this.#gates.opened(deal, plan, clock.nowMs())
    deal.onDecided(plan)
    this.#launch(deal, plan)
      .catch((error: Error) => {
        this.counters.failed++
        this.#options.log.error({ tradeId, error: error.message }, 'a trade ended by a bug: its workflow is stuck or failed')
        this.#gates.broken(subject, plan, clock.nowMs())
      })
      .finally(() => {
        tokens.release(tradeId)
        deal.onOver(plan)
      })
    return null
  }

  async #launch<P extends Plan>({ subject, onEnded }: Deal<P>, plan: P): Promise<void> {
    const { trader, clock, limits, log } = this.#options
    const started = await withLimit([], START_LIMIT_MS, (limit) => trader.start(plan, limit))
    switch (started.kind) {
      case 'already-running':
        this.counters.busy++
        break
      case 'unreachable':
        this.counters.failed++
        log.warn({ tradeId: plan.tradeId, detail: started.detail }, 'Temporal did not take the trade')
        break
      case 'started': {
        this.counters.launched++
        const result = await started.ended
        this.#gates.ended(subject, plan, result, limits()?.coolDownMs ?? 0, clock.nowMs())
        onEnded(plan, result)
        return
      }
    }
    this.#gates.notStarted(subject, plan, clock.nowMs())
  }
}
