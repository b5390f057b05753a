import { certificateName } from '../../../src/core/box/certificate'
import { detectBox, type BoxFound, type BoxPair } from '../../../src/core/box/detect'
import { planBox } from '../../../src/core/box/plan'
import { marketId, subjectId, VENUES, type TradeId } from '../../../src/core/ids'
import { FOR_GOOD } from '../../../src/core/market/calendar'
import type { GateRefusal, Tops } from '../../../src/core/risk/gates'
import type { Limits } from '../../../src/core/risk/limits'
import type { Scope } from '../../../src/core/risk/scope'
import type { BoxPlan, Plan, TradeResult, Verdict } from '../../../src/core/trade/plan'
import { millis, money, NO_QUANTITY, quantity } from '../../../src/core/units'
import type { TokenDesk } from '../../../src/ports/guard'
import type { Started, Trader } from '../../../src/ports/trader'
import type { Deal } from '../../../src/streaming/opportunities/deal'
import { Launcher } from '../../../src/streaming/launcher'
import { boxInput, NOW, PAIR } from '../../core/box/fixture'
import { LogBook, SettableClock, until } from '../../stores/doubles'

const PACE = { maxOpenTrades: 100, minOpeningGapMs: 0, maxOpeningsPerDay: 1_000, maxOpeningsPerMinute: 1_000 }
const TIMES = { entryLifeMs: 1_000, closeMarginMs: 600_000, coolDownMs: 5_000 }
export const LIMITS = { version: 'l1', lossBudgetPerTrade: money('5'), ...TIMES, ...PACE } as Limits
const NOTHING = { reason: '', locked: NO_QUANTITY, flat: NO_QUANTITY, held: NO_QUANTITY, dust: NO_QUANTITY }
export const RESULT = { ...NOTHING, label: 'locked', locked: quantity('80') } as TradeResult
export const REFUSED = { ...NOTHING, label: 'refused', reason: 'cash at kalshi: $1.00' } as TradeResult
export const TOO_LATE = { ...NOTHING, label: 'refused', reason: 'too-late: refused in the turn of the write' } as TradeResult
export const MISSED = { ...NOTHING, label: 'missed' } as TradeResult

/** The default box, found. */
export function found(): BoxFound {
  const finding = detectBox(boxInput())
  if (finding.kind !== 'found') throw new Error('the fixture is no box')
  return finding
}

/** Who holds tokens now. */
export class Tokens implements TokenDesk {
  readonly leased: string[] = []
  exhausted = false

  admit(tradeId: TradeId): boolean {
    if (!this.exhausted) this.leased.push(tradeId)
    return !this.exhausted
  }
  release(tradeId: TradeId): void {
    this.leased.splice(this.leased.indexOf(tradeId), 1)
  }
  state(): ReturnType<TokenDesk['state']> {
    return [
      { venue: 'kalshi', level: 9, leased: 0, capacity: 100 },
      { venue: 'forecastex', level: 50, leased: 0, capacity: 50 },
    ]
  }
}

/** A launcher, and everything it asks, answered as a test likes. */
export class TradingDesk implements Trader {
  readonly clock = new SettableClock(NOW)
  readonly log = new LogBook()
  readonly started: BoxPlan[] = []
  readonly decided: BoxPlan[] = []
  readonly ended: TradeResult[] = []
  readonly over: string[] = []
  readonly halts: Scope[] = []
  answer: ((ended: Promise<TradeResult>) => Started) | Error = (ended) => ({ kind: 'started', eagerly: true, ended })
  limits: Limits | null = LIMITS
  leaseValid = true
  closeMs: number | null = NOW + 24 * 3_600_000
  /** What the books offer. */
  tops: Tops = [
    { price: 4_200, size: 10_000 },
    { price: 4_900, size: 8_000 },
  ]
  /** What refused each find that was not taken. */
  readonly refusals: GateRefusal[] = []
  readonly tokens = new Tokens()
  readonly launcher: Launcher
  #looks = 0
  readonly #running: { end: (result: TradeResult) => void; fail: (error: Error) => void }[] = []

  constructor() {
    this.launcher = new Launcher({
      mode: 'sim',
      trader: this,
      clock: this.clock,
      log: this.log,
      halts: { active: () => this.halts },
      lease: { valid: () => this.leaseValid, epoch: 1 },
      tokens: this.tokens,
      limits: () => this.limits,
      shardOf: () => 2,
      random32: () => 7,
    })
  }

  start(plan: Plan): Promise<Started> {
    if (plan.strategy === 'box') this.started.push(plan)
    if (this.answer instanceof Error) return Promise.reject(this.answer)
    const ended = new Promise<TradeResult>((end, fail) => this.#running.push({ end, fail }))
    return Promise.resolve(this.answer(ended))
  }

  warmUp(): Promise<void> {
    return Promise.resolve()
  }

  offer(pair: BoxPair = PAIR): void {
    const refusal = this.launcher.offer(this.#dealOf(pair, found()), ++this.#looks, this.clock.nowMs())
    if (refusal) this.refusals.push(refusal)
  }
  #dealOf(pair: BoxPair, finding: BoxFound): Deal<BoxPlan> {
    const { id: subject, kalshi } = pair
    return {
      ...{ strategy: 'box', subject, venues: VENUES, kalshi },
      wanted: VENUES.map((venue) => ({ venue, market: pair[venue], subject, outcome: finding[venue].outcome })),
      tops: () => this.tops,
      closures: () => (this.closeMs === null ? null : [{ what: 'the close at kalshi', fromMs: millis(this.closeMs), untilMs: FOR_GOOD }]),
      plan: ({ limits, calendar, ...terms }) =>
        planBox({
          ...{ ...terms, pair, mode: 'sim', lossBudget: limits.lossBudgetPerTrade, entryLifeMs: limits.entryLifeMs },
          finding: { ...finding, verdicts: [...finding.verdicts, calendar] },
          rules: { certificate: certificateName(pair.certificate), limits: limits.version, config: 'sim' },
        }),
      onDecided: (plan) => this.decided.push(plan),
      onEnded: (_plan, result) => this.ended.push(result),
      onOver: () => this.over.push(subject),
    }
  }
  /** Somebody else was at Kalshi's book. */
  change(): void {
    this.tops = this.tops.map((top, leg) => (leg === 0 ? { ...top, size: top.size + 100 } : top))
  }
  /** The gates that refused, in order. */
  gates(): readonly string[] {
    return this.refusals.map(({ gate }) => gate)
  }
  verdict(): Verdict | undefined {
    return this.refusals.at(-1)?.verdict()
  }
  async end(outcome: TradeResult | Error = RESULT): Promise<void> {
    const trade = this.#running.shift()
    if (outcome instanceof Error) trade?.fail(outcome)
    else trade?.end(outcome)
    await this.idle()
  }
  idle(): Promise<void> {
    return until('the trade to be over', () => this.launcher.inFlight === 0)
  }
}

/** A pair of its own, with markets of its own. */
export const pairNumber = (i: number): BoxPair => ({
  ...PAIR,
  id: subjectId(`pair-${i}`),
  kalshi: marketId(`${PAIR.kalshi}-${i}`),
  forecastex: marketId(`${PAIR.forecastex}${i}`),
})
