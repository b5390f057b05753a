import { certificateName } from '../core/box/certificate'
import type { BoxFound, BoxPair } from '../core/box/detect'
import { affordable, unhalted, type Gated } from '../core/box/gates'
import { planBox } from '../core/box/plan'
import { mintTradeId, VENUES, type MarketId, type TradeId } from '../core/ids'
import { calendarVerdict, openingMargin } from '../core/market/calendar'
import type { Limits } from '../core/risk/limits'
import type { BoxPlan, Mode, TradeResult } from '../core/trade/plan'
import type { Millis } from '../core/units'
import type { Clock } from '../ports/clock'
import type { HaltView, TokenDesk } from '../ports/guard'
import { withLimit } from '../ports/limit'
import type { Log } from '../ports/log'
import type { Trader } from '../ports/trader'
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
  readonly mode: Mode
  readonly configVersion: string
  /** Which of Kalshi's shards a market trades on. */
  readonly shardOf: (market: MarketId) => number
  /** 32 random bits. */
  readonly random32: () => number
  readonly onDecided: (pair: BoxPair, plan: BoxPlan, found: BoxFound) => void
  readonly onEnded: (pair: BoxPair, plan: BoxPlan, result: TradeResult) => void
  /** However a decided trade came to its end here, what it leased given back: its pair may be looked at again. */
  readonly onOver: (pair: BoxPair, plan: BoxPlan) => void
}

export interface LauncherCounters {
  launched: number
  busy: number
  /** Finds that a gate refused. */
  skipped: number
  failed: number
}

/** Turns a find into a running trade, at most one per pair (E1). Decides from memory alone and never waits for a store. */
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

  /** The pairs whose trades run here. */
  traded(): readonly string[] {
    return this.#gates.traded()
  }

  /** No further openings: the process is going down. */
  stop(): void {
    this.#gates.stop()
  }

  /** The pair's margin has gone. */
  gone(pair: BoxPair): void {
    this.#gates.gone(pair)
  }

  /** Called in the turn of the find. @param n number of the look. @returns the gate that refused it; null: its trade is on its way. */
  offer(pair: BoxPair, found: BoxFound, n: number, nowMs: Millis): Gated {
    const limits = this.#options.limits()
    const clockMs = this.#options.clock.nowMs()
    const refusal = this.#gates.refusal(pair, found, limits, nowMs, clockMs) ?? (limits && this.#start(pair, found, n, limits, nowMs))
    if (refusal) this.counters.skipped++
    return refusal
  }

  /** Halts are asked last, right before the trade is decided; tokens once it is, for what is leased must be given back. */
  #start(pair: BoxPair, found: BoxFound, n: number, limits: Limits, nowMs: Millis): Gated {
    const { clock, halts, tokens, random32, shardOf, onDecided, onOver } = this.#options
    const tradeId = mintTradeId(clock.nowMs(), random32())
    const halted = unhalted(halts.active(), pair, tradeId, VENUES)
    if (halted) return halted
    const plan = this.#plan(pair, found, n, tradeId, limits, nowMs)
    const refusal = affordable(tokens.admit(tradeId, shardOf(pair.kalshi)), () => tokens.state())
    if (refusal) return refusal
    this.#gates.opened(pair, found, plan, clock.nowMs())
    onDecided(pair, plan, found)
    this.#launch(pair, plan)
      .catch((error: Error) => {
        this.counters.failed++
        this.#options.log.error({ tradeId, error: error.message }, 'a trade ended by a bug: its workflow is stuck or failed')
        this.#gates.broken(pair, plan, clock.nowMs())
      })
      .finally(() => {
        tokens.release(tradeId)
        onOver(pair, plan)
      })
    return null
  }

  #plan(pair: BoxPair, found: BoxFound, n: number, tradeId: TradeId, limits: Limits, nowMs: Millis): BoxPlan {
    const { clock, mode, configVersion, shardOf, closures } = this.#options
    const calendar = calendarVerdict(nowMs, closures(pair, nowMs), openingMargin(limits.closeMarginMs))
    return planBox({
      finding: { ...found, verdicts: [...found.verdicts, calendar] },
      pair,
      kalshiShard: shardOf(pair.kalshi),
      tradeId,
      n,
      nowMs: clock.nowMs(),
      mode,
      lossBudget: limits.lossBudgetPerTrade,
      entryLifeMs: limits.entryLifeMs,
      rules: { certificate: certificateName(pair.certificate), limits: limits.version, config: configVersion },
    })
  }

  async #launch(pair: BoxPair, plan: BoxPlan): Promise<void> {
    const { trader, clock, limits, log, onEnded } = this.#options
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
        this.#gates.ended(pair, plan, result, limits()?.coolDownMs ?? 0, clock.nowMs())
        onEnded(pair, plan, result)
        return
      }
    }
    this.#gates.notStarted(pair, plan, clock.nowMs())
  }
}
