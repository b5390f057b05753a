import type { SubjectId, TradeId } from '../core/ids'
import type { Limits } from '../core/risk/limits'
import type { Scope } from '../core/risk/scope'
import { tradingDayStart } from '../core/risk/trading-day'
import type { OutcomeLabel } from '../core/trade/plan'
import type { Millis } from '../core/units'
import type { HaltView } from '../ports/guard'

export interface LocalHalts {
  read(): { readonly scopes: readonly string[] }
}

/** E26 as this process sees it: what the ledger last told, and the local file that works with everything else down. */
export class HaltMirror implements HaltView {
  readonly #file: LocalHalts
  #told: readonly Scope[] = []
  epoch = 0

  constructor(file: LocalHalts) {
    this.#file = file
  }

  /** The ledger's answer. @returns whether it changed anything. */
  tell(epoch: number, scopes: readonly Scope[]): boolean {
    const changed = epoch !== this.epoch || scopes.join() !== this.#told.join()
    this.epoch = epoch
    this.#told = scopes
    return changed
  }

  active(): readonly Scope[] {
    const local = this.#file.read().scopes as readonly Scope[]
    return local.length === 0 ? this.#told : [...new Set([...this.#told, ...local])]
  }
}

const MINUTE_MS = 60_000
/**
 * A pair that was refused is asked for again this much later, and twice as late with each refusal in a row: what refuses it (a breaker, a limit of
 * the day, cash) seldom passes within a tick, and each asking is a workflow and a transaction.
 */
const REFUSED_PAUSE_MS = 250
/** An opportunity may last longer than this, and a breaker's trial must not wait much for its chance. */
const LONGEST_REFUSED_PAUSE_MS = 30_000

/**
 * E5: the pace of this process's own openings, so that what the reserve would refuse is refused without asking. Advisory: it forgets with the
 * process and knows nothing of other shards; the reserve decides.
 */
export class RiskMirror {
  readonly #openedMs = new Map<TradeId, Millis>()
  readonly #refusals = new Map<SubjectId, number>()

  /** The name of the check that one more opening would fail, or null. */
  refuses(limits: Limits, running: number, nowMs: Millis): string | null {
    const dayMs = tradingDayStart(nowMs)
    for (const [trade, atMs] of this.#openedMs) if (atMs < dayMs && atMs <= nowMs - MINUTE_MS) this.#openedMs.delete(trade)
    const opened = [...this.#openedMs.values()]
    const latestMs = opened.at(-1) ?? -Infinity
    if (running + 1 > limits.maxOpenTrades) return 'open trades'
    if (nowMs - latestMs < limits.minOpeningGapMs) return 'gap between openings'
    if (opened.filter((atMs) => atMs >= dayMs).length + 1 > limits.maxOpeningsPerDay) return 'openings today'
    const inMinute = opened.filter((atMs) => atMs > nowMs - MINUTE_MS).length
    return inMinute + 1 > limits.maxOpeningsPerMinute ? 'openings in a minute' : null
  }

  opened(trade: TradeId, nowMs: Millis): void {
    this.#openedMs.set(trade, nowMs)
  }

  /** Only openings count: one that was never reserved, or refused, is none. */
  forget(trade: TradeId): void {
    this.#openedMs.delete(trade)
  }

  /** @returns how long the pair is left alone because the reserve refused it. */
  ended(pair: SubjectId, trade: TradeId, label: OutcomeLabel): number {
    if (label !== 'refused') {
      this.#refusals.delete(pair)
      return 0
    }
    this.forget(trade)
    const refused = (this.#refusals.get(pair) ?? 0) + 1
    this.#refusals.set(pair, refused)
    return Math.min(REFUSED_PAUSE_MS * 2 ** (refused - 1), LONGEST_REFUSED_PAUSE_MS)
  }
}
