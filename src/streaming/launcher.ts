import type { BoxFound, BoxPair } from '../core/box/detect'
import { planBox } from '../core/box/plan'
import { mintTradeId, type MarketId, type TradeId } from '../core/ids'
import { calendarVerdict, openingMargin, type Closure } from '../core/market/calendar'
import type { Limits } from '../core/risk/limits'
import { haltsOpening } from '../core/risk/scope'
import type { BoxPlan, Mode, TradeResult, Verdict } from '../core/trade/plan'
import type { Millis, Money } from '../core/units'
import type { Clock } from '../ports/clock'
import type { HaltView, LeaseView, TokenDesk } from '../ports/guard'
import { withLimit } from '../ports/limit'
import type { Log } from '../ports/log'
import type { Trader } from '../ports/trader'
import { RiskMirror } from './mirror'

/** More sagas at once only make each slower: past this the machine queues and an old opportunity is worthless (performance.md §2). */
const MAX_IN_FLIGHT = 20
/** A Temporal that needs longer to take a trade takes it too late for its not-after. */
const START_LIMIT_MS = 5_000
/** A pair whose run is known to be going on elsewhere is left alone this long before the next try. */
const BUSY_PAUSE_MS = 500
/** A trade that ended by a bug keeps its claims, so the reserve refuses the next one: tried this rarely until somebody has cleared them (E25). */
const FAILED_PAUSE_MS = 60_000

export interface LauncherOptions {
  readonly trader: Trader
  readonly clock: Clock
  readonly log: Log
  readonly halts: HaltView
  readonly lease: LeaseView
  readonly tokens: TokenDesk
  readonly mode: Mode
  readonly configVersion: string
  readonly completionAllowance: Money
  /** null: not known yet, nothing is launched. */
  readonly limits: () => Limits | null
  /** E28: when either venue or market does not trade, as far as it is near; null: not known. */
  readonly closures: (pair: BoxPair, nowMs: Millis) => readonly Closure[] | null
  /** Which of Kalshi's shards a market trades on. */
  readonly shardOf: (market: MarketId) => number
  /** 32 random bits. */
  readonly random32: () => number
  readonly onDecided: (plan: BoxPlan) => void
  readonly onEnded: (pair: BoxPair, plan: BoxPlan, result: TradeResult) => void
}

export interface LauncherCounters {
  launched: number
  busy: number
  skipped: number
  /** Found while the venues' request budgets had no room for a trade and its cures (E18). */
  unaffordable: number
  failed: number
}

/** Turns a find into a running trade, at most one per pair (E1). Decides from memory alone and never waits for a store. */
export class Launcher {
  readonly counters: LauncherCounters = { launched: 0, busy: 0, skipped: 0, unaffordable: 0, failed: 0 }
  readonly #options: LauncherOptions
  readonly #inFlight = new Map<string, TradeId>()
  readonly #notBeforeMs = new Map<string, number>()
  readonly #risk = new RiskMirror()
  #seen = 0
  #open = true

  constructor(options: LauncherOptions) {
    this.#options = options
  }

  get inFlight(): number {
    return this.#inFlight.size
  }

  /** The pairs whose trades run here. */
  traded(): readonly string[] {
    return [...this.#inFlight.keys()]
  }

  /** No further openings: the process is going down. */
  stop(): void {
    this.#open = false
  }

  /** Called in the turn of the find. */
  offer(pair: BoxPair, found: BoxFound, nowMs: Millis): void {
    const { limits, lease, clock, mode, configVersion, completionAllowance } = this.#options
    const inForce = limits()
    if (!inForce || !this.#open || !lease.valid() || !this.#mayTry(pair, nowMs)) {
      this.counters.skipped++
      return
    }
    const calendar = this.#calendar(pair, nowMs, inForce)
    if (!calendar.passed || this.#risk.refuses(inForce, this.#inFlight.size, clock.nowMs()) !== null) {
      this.counters.skipped++
      return
    }
    const tradeId = mintTradeId(clock.nowMs(), this.#options.random32())
    const plan = planBox({
      finding: { ...found, verdicts: [...found.verdicts, calendar] },
      pair,
      kalshiShard: this.#options.shardOf(pair.kalshi),
      tradeId,
      n: ++this.#seen,
      nowMs: clock.nowMs(),
      mode,
      lossBudget: inForce.lossBudgetPerTrade,
      entryLifeMs: inForce.entryLifeMs,
      completionAllowance,
      rules: { certificate: `${pair.certificate.id}@${pair.certificate.version}`, limits: inForce.version, config: configVersion },
    })
    if (this.#halted(plan)) {
      this.counters.skipped++
      return
    }
    if (!this.#options.tokens.admit(tradeId, this.#options.shardOf(pair.kalshi))) {
      this.counters.unaffordable++
      return
    }
    this.#inFlight.set(pair.id, tradeId)
    this.#risk.opened(tradeId, clock.nowMs())
    this.#options.onDecided(plan)
    this.#launch(pair, plan)
      .catch((error: Error) => {
        this.counters.failed++
        this.#options.log.error({ tradeId, error: error.message }, 'a trade ended by a bug: its workflow is stuck or failed')
        this.#leaveAlone(pair, FAILED_PAUSE_MS)
      })
      .finally(() => this.#options.tokens.release(tradeId))
  }

  #leaveAlone(pair: BoxPair, pauseMs: number): void {
    this.#inFlight.delete(pair.id)
    this.#notBeforeMs.set(pair.id, this.#options.clock.nowMs() + pauseMs)
  }

  #mayTry(pair: BoxPair, nowMs: Millis): boolean {
    if (this.#inFlight.has(pair.id) || this.#inFlight.size >= MAX_IN_FLIGHT) return false
    return nowMs >= (this.#notBeforeMs.get(pair.id) ?? 0)
  }

  /** E28: nothing opens near an edge of either venue's calendar. */
  #calendar(pair: BoxPair, nowMs: Millis, { closeMarginMs }: Limits): Verdict {
    return calendarVerdict(nowMs, this.#options.closures(pair, nowMs), openingMargin(closeMarginMs))
  }

  /** E5: the mirror refuses cheaply and is advisory; the reserve decides. */
  #halted(plan: BoxPlan): boolean {
    const venues = plan.legs.map(({ order }) => order.venue)
    return (
      haltsOpening(this.#options.halts.active(), { strategy: 'box', subject: plan.opportunity.subject, tradeId: plan.tradeId, venues })
        .length > 0
    )
  }

  async #launch(pair: BoxPair, plan: BoxPlan): Promise<void> {
    const { trader, limits, log, onEnded } = this.#options
    const started = await withLimit([], START_LIMIT_MS, (limit) => trader.startBox(plan, limit))
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
        this.#leaveAlone(pair, Math.max(limits()?.coolDownMs ?? 0, this.#risk.ended(pair.id, plan.tradeId, result.label)))
        onEnded(pair, plan, result)
        return
      }
    }
    this.#risk.forget(plan.tradeId)
    this.#leaveAlone(pair, BUSY_PAUSE_MS)
  }
}
