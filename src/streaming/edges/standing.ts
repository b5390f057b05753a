import type { EdgeMarket } from '../../core/edge/finding'
import type { HeldPosition } from '../../core/edge/leaving/sale'
import type { MarketId, Outcome, TradeId } from '../../core/ids'
import { purseOf, type Purse } from '../../core/purse'
import { ArmingMirror, type Arming } from '../../core/risk/arming'
import { GATES, type Gated } from '../../core/risk/gates'
import { tradingDayStart } from '../../core/risk/trading-day'
import { verdict } from '../../core/risk/verdicts'
import { purseOfLeg, type EdgePlan, type Mode, type TradeResult } from '../../core/trade/plan'
import { money, NO_MONEY, NO_QUANTITY, ONE_CONTRACT, wholeContracts, type Millis, type Money, type Quantity } from '../../core/units'
import type { EdgeMoney } from './desk-options'

/** What was read longer ago is not known any more: five readings may fail. */
export const KNOWN_FOR_MS = 5_000

/** Premium of one edge that is not settled: what a running trade may cost, what an ended one holds at cost. */
export interface AtRisk {
  readonly tradeId: TradeId
  readonly market: MarketId
  readonly startedMs: Millis
  readonly held: Money
  /** What it has paid, or may: what was sold of it since is spent all the same. */
  readonly paid: Money
  readonly outcome: Outcome
  /** Contracts of an ended one that may be sold; null: it runs. */
  readonly contracts: Quantity | null
}
/** What Kalshi's account is worth, what of it is free, and what edges have at risk, in one reading of the ledger. */
export interface Funds {
  /** Cash, reserved cash and positions at cost, all purses; null: no balance was ever booked. */
  readonly equity: Money | null
  readonly cash: ReadonlyMap<Purse, Money>
  readonly atRisk: readonly AtRisk[]
  /** What edges of the trading day have paid that are settled already: spent all the same. */
  readonly settledToday: Money
  /** The most contracts of one trade by the strategy's ramp and breaker (E10). */
  readonly maxContracts: Quantity
}

/** Kalshi's name of a game: a market's ticker without its side. */
export const eventOf = (market: string): string => market.slice(0, Math.max(0, market.lastIndexOf('-')))

interface Pending {
  readonly plan: EdgePlan
  /** When it was over here; null: it runs. */
  overMs: Millis | null
}

/**
 * What the ledger has of our money at Kalshi, as it was read last, and what this process has decided since: between a decision and the next reading the
 * ledger knows nothing of it, and another market of the same game would be sized as if there were none.
 */
export class MoneyMirror {
  readonly #shardOf: (market: MarketId) => number
  readonly #own = new Map<TradeId, Pending>()
  #funds: Funds | null = null
  #readMs = -Infinity
  #byEvent: ReadonlyMap<string, number> = new Map()
  #held: ReadonlyMap<MarketId, readonly HeldPosition[]> = new Map()
  #today = { dayMs: -Infinity, spent: 0 }

  /** @param shardOf Kalshi's shard of a market; below zero: not known */
  constructor(shardOf: (market: MarketId) => number) {
    this.#shardOf = shardOf
  }

  /** @param beganMs when the ledger was asked: what was booked afterwards is perhaps not in it. */
  tell(funds: Funds, beganMs: Millis): void {
    this.#funds = funds
    this.#readMs = beganMs
    const known = new Set(funds.atRisk.map(({ tradeId }) => tradeId))
    for (const [tradeId, { overMs }] of this.#own)
      if (known.has(tradeId) || (overMs !== null && overMs < beganMs)) this.#own.delete(tradeId)
    const byEvent = new Map<string, number>()
    for (const { market, held } of funds.atRisk) byEvent.set(eventOf(market), (byEvent.get(eventOf(market)) ?? 0) + held)
    this.#byEvent = byEvent
    this.#held = heldByMarket(funds.atRisk)
    this.#sumUpDay(beganMs)
  }

  #sumUpDay(nowMs: Millis): void {
    const dayMs = tradingDayStart(nowMs)
    const opened = (this.#funds?.atRisk ?? []).filter(({ startedMs }) => startedMs >= dayMs)
    this.#today = { dayMs, spent: opened.reduce((sum, { paid }) => sum + paid, this.#funds?.settledToday ?? 0) }
  }

  decided(plan: EdgePlan): void {
    this.#own.set(plan.tradeId, { plan, overMs: null })
  }
  /** @param result null: it never began. */
  over({ tradeId }: EdgePlan, result: TradeResult | null, nowMs: Millis): void {
    const own = this.#own.get(tradeId)
    if (own && result === null) this.#own.delete(tradeId)
    else if (own) own.overMs = nowMs
  }

  /** What ended edges hold of a market, in whole contracts, the oldest trade first; nothing while that is not known. */
  heldOf(market: MarketId, nowMs: Millis): readonly HeldPosition[] {
    return this.#isKnown(nowMs) ? (this.#held.get(market) ?? []) : []
  }

  maxContracts(nowMs: Millis): Quantity | null {
    return this.#isKnown(nowMs) ? (this.#funds?.maxContracts ?? null) : null
  }

  /** Kalshi's worth by the last reading; null: never read, or too long ago. */
  equity(nowMs: Millis): Money | null {
    return this.#isKnown(nowMs) ? (this.#funds?.equity ?? null) : null
  }

  /** What is not known sizes nothing. */
  of({ kalshi }: EdgeMarket, nowMs: Millis): EdgeMoney {
    const event = eventOf(kalshi)
    const pending = [...this.#own.values()].map(({ plan }) => plan.legs[0])
    const ofEvent = pending.filter(({ order }) => eventOf(order.market) === event)
    return {
      equity: this.equity(nowMs),
      cash: this.#cashOf(kalshi, nowMs),
      spent: {
        event: money((this.#byEvent.get(event) ?? 0) + costOf(ofEvent)),
        day: money(this.#today.spent + costOf(pending)),
      },
    }
  }

  #cashOf(market: MarketId, nowMs: Millis): Money | null {
    const shard = this.#shardOf(market)
    if (shard < 0 || !this.#isKnown(nowMs)) return null
    const purse = purseOf('kalshi', shard)
    const free = this.#funds?.cash.get(purse) ?? NO_MONEY
    const taken = costOf([...this.#own.values()].map(({ plan }) => plan.legs[0]).filter((leg) => purseOfLeg(leg) === purse))
    return money(Math.max(0, free - taken))
  }

  #isKnown(nowMs: Millis): boolean {
    return nowMs - this.#readMs <= KNOWN_FOR_MS
  }
}

function heldByMarket(atRisk: readonly AtRisk[]): ReadonlyMap<MarketId, readonly HeldPosition[]> {
  const held = new Map<MarketId, HeldPosition[]>()
  for (const { tradeId, market, outcome, contracts, startedMs } of atRisk) {
    const whole = wholeContracts(contracts ?? NO_QUANTITY)
    if (whole >= ONE_CONTRACT) held.set(market, [...(held.get(market) ?? []), { tradeId, market, outcome, quantity: whole, startedMs }])
  }
  return held
}

const costOf = (legs: readonly { readonly costBound: Money }[]): number => legs.reduce((sum, { costBound }) => sum + costBound, 0)

/** Whether a person has armed the strategy, as the ledger was last heard to have it. What was heard too long ago is not armed. */
export class ArmingGate {
  readonly #mirror = new ArmingMirror()
  readonly #mode: Mode
  readonly #profile: string
  #toldMs = -Infinity

  constructor(mode: Mode, profile: string) {
    this.#mode = mode
    this.#profile = profile
  }

  tell(arming: Arming | null, nowMs: Millis): void {
    this.#mirror.tell(arming)
    this.#toldMs = nowMs
  }
  decided({ tradeId }: EdgePlan): void {
    this.#mirror.decided(tradeId)
  }
  /** @param result null: it never began. What the reserve refused has used up nothing either. */
  over({ tradeId }: EdgePlan, result: TradeResult | null): void {
    if (result === null || result.label === 'refused') this.#mirror.refused(tradeId)
  }

  gate(nowMs: Millis): Gated {
    return this.#tooOld(nowMs) ?? this.#mirror.gate(this.#mode, this.#profile, nowMs)
  }
  /** The same for sales, which are no signals. */
  sellingGate(nowMs: Millis): Gated {
    return this.#tooOld(nowMs) ?? this.#mirror.sellingGate(this.#mode, this.#profile, nowMs)
  }

  #tooOld(nowMs: Millis): Gated {
    const ageMs = nowMs - this.#toldMs
    return ageMs <= KNOWN_FOR_MS ? null : unknown(ageMs)
  }
}

const unknown = (ageMs: number): Gated => ({
  gate: GATES.armed,
  verdict: () =>
    verdict(GATES.armed, false, ageMs === Infinity ? 'not read yet' : `read ${ageMs} ms ago`, `read at most ${KNOWN_FOR_MS} ms ago`),
  passesInMs: null,
})
