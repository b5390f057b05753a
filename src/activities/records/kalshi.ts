import { FAILURES } from '../../core/failures'
import type { MarketId } from '../../core/ids'
import { differenceOf, type PostedAsTold, type PostedMarket, type ToldPayout } from '../../core/ledger/settlement'
import { AMENDABLE_MS, type MarketStatus } from '../../core/market/event'
import { millis, type Millis, type Money } from '../../core/units'
import type { Clock } from '../../ports/clock'
import type { Log } from '../../ports/log'
import type { SettledMarket } from '../../workflows/messages'

/** The venue does not say which of cash, result and record shows first (kalshi.md §10); its reads lag by seconds, never by minutes. */
const UNRECORDED_AFTER_MS = 600_000
/** Records of a week are one page: often enough to see a changed one before anybody pays out what it says. */
const RECORDS_EVERY_MS = 600_000

export interface MarketResult {
  readonly status: MarketStatus
  /** What one YES pays; null: undecided, contested, or in words that are not known. */
  readonly yesPays: Money | null
  /** null: not told. */
  readonly settledMs: Millis | null
}
export interface KalshiSettlementDependencies {
  /** Also beyond the venue's historical cutoff; null: there is no such market. */
  readonly result: (market: MarketId, signal: AbortSignal) => Promise<MarketResult | null>
  /** The venue's newest record of having settled our position; null: none. */
  readonly payout: (market: MarketId, signal: AbortSignal) => Promise<ToldPayout | null>
  /** All records since then, newest first. */
  readonly payouts: (sinceMs: Millis, signal: AbortSignal) => Promise<readonly (ToldPayout & { readonly market: MarketId })[]>
  /** Whether lots wait in a market, or were paid by another result. */
  readonly isDue: (market: MarketId, yesPays: Money) => Promise<boolean>
  readonly post: (market: MarketId, yesPays: Money, told: ToldPayout, atMs: Millis, signal: AbortSignal) => Promise<PostedAsTold>
  /** Markets whose settlement was posted since then. */
  readonly postedSince: (sinceMs: Millis) => Promise<readonly PostedMarket[]>
  readonly clock: Clock
  readonly log: Log
}
interface Report {
  readonly settled: readonly SettledMarket[]
  readonly waiting: readonly string[]
}
type Step = { readonly settled: SettledMarket } | { readonly waiting: string } | null

/**
 * Kalshi tells results, and keeps a record of each payout. Both are needed: a result is final once the market is settled, and the record says what came
 * of it for our position, in cash. What is posted is the record's cash, shared out over our lots (docs/ledger.md, "How a market ends").
 */
export class KalshiPayouts {
  readonly #dependencies: KalshiSettlementDependencies
  readonly #told = new Set<string>()
  readonly #missedSince = new Map<MarketId, Millis>()
  #lookedMs: Millis | null = null
  #differences: readonly string[] = []

  constructor(dependencies: KalshiSettlementDependencies) {
    this.#dependencies = dependencies
  }

  /** @param held markets with lots of ours */
  async settle(
    held: readonly MarketId[],
    resultOf: (market: MarketId) => Promise<MarketResult | null>,
    signal: AbortSignal,
  ): Promise<Report> {
    const { postedSince, clock } = this.#dependencies
    const posted = (await postedSince(millis(clock.nowMs() - AMENDABLE_MS))).map(({ market }) => market)
    const steps: Step[] = []
    for (const market of new Set([...posted, ...held])) {
      const result = await resultOf(market)
      if (result !== null) steps.push(await this.#settleOne(market, result, posted.includes(market), signal))
      else if (held.includes(market))
        steps.push(this.#wait(market, 'Kalshi knows no market of this name, neither now nor in its archive', null))
    }
    await this.#compareRecords(signal)
    return {
      settled: steps.flatMap((step) => (step !== null && 'settled' in step ? step.settled : [])),
      waiting: [...steps.flatMap((step) => (step !== null && 'waiting' in step ? step.waiting : [])), ...this.#differences],
    }
  }

  async #settleOne(market: MarketId, { status, yesPays, settledMs }: MarketResult, wasPosted: boolean, signal: AbortSignal): Promise<Step> {
    const { isDue, payout, post, clock, log } = this.#dependencies
    if (status !== 'settled')
      return wasPosted ? { waiting: `Kalshi has reopened ${market}: its result stands here until it is settled again` } : null
    if (yesPays === null) return this.#wait(market, 'Kalshi has settled it in words that are not known', settledMs)
    if (!(await isDue(market, yesPays))) return null
    const told = await payout(market, signal)
    if (told === null) return this.#wait(market, 'Kalshi has settled it and has no record of paying us yet', settledMs)
    const posting = await post(market, yesPays, told, clock.nowMs(), signal)
    if (posting.kind === 'differs')
      return posting.isRunning
        ? { waiting: `${market}: ${posting.why}; a trade runs in it, and may have more to book` }
        : this.#alarm(market, posting.why)
    if (posting.lots === 0) return null
    const { lots, paid, amended } = posting
    if (amended > 0) log.error({ market, difference: paid, yesPays }, 'Kalshi has changed a result: reversed and posted anew')
    return { settled: { venue: 'kalshi', market, paid, lots } }
  }

  /** @param settledMs by the venue; null: not told, and counted from when it was first missed */
  #wait(market: MarketId, why: string, settledMs: Millis | null): Step {
    const nowMs = this.#dependencies.clock.nowMs()
    const sinceMs = settledMs ?? this.#missedSince.get(market) ?? nowMs
    this.#missedSince.set(market, sinceMs)
    return nowMs - sinceMs >= UNRECORDED_AFTER_MS ? this.#alarm(market, why) : { waiting: `${market}: ${why}` }
  }

  /** Told once as an alarm, and each time as what waits. */
  #alarm(market: MarketId, why: string): Step {
    const what = `${market}: ${why}`
    if (!this.#told.has(what)) this.#dependencies.log.error({ market, why }, FAILURES.payoutDiffers)
    this.#told.add(what)
    return { waiting: `${what}: a person must look` }
  }

  /** What was posted is what the venue's records say, for as long as they may change. */
  async #compareRecords(signal: AbortSignal): Promise<void> {
    const { payouts, postedSince, clock } = this.#dependencies
    const nowMs = clock.nowMs()
    if (this.#lookedMs !== null && nowMs - this.#lookedMs < RECORDS_EVERY_MS) return
    const sinceMs = millis(nowMs - AMENDABLE_MS)
    const posted = await postedSince(sinceMs)
    if (posted.length === 0) return
    const records = await payouts(sinceMs, signal)
    this.#differences = posted.flatMap((market) => {
      const told = records.find((record) => record.market === market.market)
      const why = told && differenceOf(market, told)
      const step = why ? this.#alarm(market.market, why) : null
      return step !== null && 'waiting' in step ? [step.waiting] : []
    })
    this.#lookedMs = nowMs
  }
}
