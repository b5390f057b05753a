import { paced, type Gated } from '../core/risk/gates'
import type { MarketId, SubjectId, TradeId, Venue } from '../core/ids'
import { claimsOf, type Claim } from '../core/risk/claims'
import type { Limits } from '../core/risk/limits'
import type { Scope } from '../core/risk/scope'
import { tradingDayStart } from '../core/risk/trading-day'
import type { OutcomeLabel, Plan, TradeResult } from '../core/trade/plan'
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
  /** Those of the last minute, and those that run and may still turn out to be none. */
  readonly #openings = new Map<TradeId, { readonly atMs: Millis; hasEnded: boolean }>()
  /** The others of a trading day: asked with every find, so that only their number is kept. */
  #earlier = { dayMs: -Infinity, count: 0, latestMs: -Infinity }
  readonly #refusals = new Map<SubjectId, number>()

  /** Openings that are remembered one by one. */
  get remembered(): number {
    return this.#openings.size
  }

  /** What refuses one more opening. */
  refuses(limits: Limits, running: number, nowMs: Millis): Gated {
    const dayMs = tradingDayStart(nowMs)
    this.#sumUp(dayMs, nowMs)
    let { count: today, latestMs } = this.#earlier
    let inMinute = 0
    for (const { atMs } of this.#openings.values()) {
      latestMs = Math.max(latestMs, atMs)
      if (atMs >= dayMs) today++
      if (atMs > nowMs - MINUTE_MS) inMinute++
    }
    return paced({ running, sinceLastMs: nowMs - latestMs, today, inMinute }, limits)
  }

  #sumUp(dayMs: Millis, nowMs: Millis): void {
    if (this.#earlier.dayMs !== dayMs) this.#earlier = { ...this.#earlier, dayMs, count: 0 }
    for (const [trade, { atMs, hasEnded }] of this.#openings) {
      if (atMs > nowMs - MINUTE_MS || (atMs >= dayMs && !hasEnded)) continue
      this.#openings.delete(trade)
      if (atMs >= dayMs) this.#earlier.count++
      this.#earlier.latestMs = Math.max(this.#earlier.latestMs, atMs)
    }
  }

  opened(trade: TradeId, nowMs: Millis): void {
    this.#openings.set(trade, { atMs: nowMs, hasEnded: false })
  }

  /** Only openings count: one that was never reserved, or refused, is none. */
  forget(trade: TradeId): void {
    this.#openings.delete(trade)
  }

  /** @returns how long the subject is left alone because the reserve refused it. */
  ended(subject: SubjectId, trade: TradeId, label: OutcomeLabel): number {
    if (label !== 'refused') {
      const opening = this.#openings.get(trade)
      if (opening) opening.hasEnded = true
      this.#refusals.delete(subject)
      return 0
    }
    this.forget(trade)
    const refused = (this.#refusals.get(subject) ?? 0) + 1
    this.#refusals.set(subject, refused)
    return Math.min(REFUSED_PAUSE_MS * 2 ** (refused - 1), LONGEST_REFUSED_PAUSE_MS)
  }
}

const keyOf = (venue: Venue, market: MarketId): string => `${venue}|${market}`

interface OwnClaim {
  readonly claim: Claim | null
  /** null: a trade of ours runs. */
  readonly sinceMs: number | null
  /** What there was before that trade. */
  readonly before: Claim | null
}

/** E7 as this process sees it: the ledger's claims as they were last read, and what the trades of this process have changed since. Advisory (E5). */
export class ClaimMirror {
  #told: ReadonlyMap<string, Claim> = new Map()
  readonly #own = new Map<string, OwnClaim>()

  /** Asks the ledger. @throws what `read` throws; then what was known stands. */
  async refresh(read: () => Promise<readonly Claim[]>, nowMs: () => number): Promise<void> {
    const askedMs = nowMs()
    this.tell(await read(), askedMs)
  }

  /** The ledger's answer. @param askedMs what ended here later is not in it */
  tell(claims: readonly Claim[], askedMs: number): void {
    this.#told = new Map(claims.map((claim) => [keyOf(claim.venue, claim.market), claim]))
    for (const [key, { sinceMs }] of this.#own) if (sinceMs !== null && sinceMs < askedMs) this.#own.delete(key)
  }

  /** null: nobody, as far as is known here. */
  at(venue: Venue, market: MarketId): Claim | null {
    const key = keyOf(venue, market)
    const own = this.#own.get(key)
    return own ? own.claim : (this.#told.get(key) ?? null)
  }

  /** A trade of ours asks for its markets. */
  opened(plan: Plan): void {
    for (const wanted of claimsOf(plan)) {
      const claim: Claim = { ...wanted, state: 'exclusive', holder: plan.tradeId }
      this.#own.set(keyOf(wanted.venue, wanted.market), { claim, sinceMs: null, before: this.at(wanted.venue, wanted.market) })
    }
  }

  /** What is held waits for its settlement; a trade that left nothing leaves what there was before. */
  ended(plan: Plan, { locked, held, dust }: Pick<TradeResult, 'locked' | 'held' | 'dust'>, nowMs: number): void {
    const isHolding = locked + held + dust > 0
    for (const wanted of claimsOf(plan)) {
      const key = keyOf(wanted.venue, wanted.market)
      const before = this.#own.get(key)?.before ?? null
      const claim: Claim | null = isHolding ? { ...wanted, state: 'settling', holder: plan.tradeId } : before
      this.#own.set(key, { claim, sinceMs: nowMs, before: null })
    }
  }

  /** How the trade stands is not known here: what the ledger tells counts. */
  forget(plan: Plan): void {
    for (const { venue, market } of claimsOf(plan)) this.#own.delete(keyOf(venue, market))
  }
}
