import type { BoxPair } from '../../../src/core/box/finding'
import { marketId, subjectId, type MarketId, type Venue } from '../../../src/core/ids'
import type { Limits } from '../../../src/core/risk/limits'
import { forecastexFees, kalshiFees, type VenueFees } from '../../../src/core/market/fees'
import { DIRECT_GRID } from '../../../src/core/market/fees-kalshi'
import type { BoxPlan, Reservation, TradeResult } from '../../../src/core/trade/plan'
import { millis, money, NO_MONEY, quantity, type Millis } from '../../../src/core/units'
import { PaperLedger } from '../../../src/replay/backtest/paper-ledger'
import { PaperRisk, type Revalued } from '../../../src/replay/backtest/paper-risk'
import { LIMITS } from '../../core/risk/fixture'
import { boxPlan, DECIDED_MS } from '../../saga/plan'

export const NOW = DECIDED_MS
const MANY = quantity('1000000')
const MUCH = money('1000000')
/** No limit that any of these plans could meet: a test narrows the one it is about. */
export const WIDE: Limits = {
  ...LIMITS,
  ...{ maxContractsPerTrade: MANY, firstCleanTrades: 0, nextCleanTrades: 0, maxContractsPerMarket: MANY, maxContractsPerEvent: MANY },
  ...{ maxContractsPerDay: MANY, maxDustPerMarket: MANY, maxPremiumPerTrade: MUCH, maxDailyLoss: MUCH, maxWeeklyLoss: MUCH },
  ...{
    maxUnpairedPremium: MUCH,
    maxUnpairedPremiumTotal: MUCH,
    maxOpeningsPerMinute: 1_000,
    maxOpeningsPerDay: 1_000,
    maxOpenTrades: 1_000,
  },
  ...{ minOpeningGapMs: 0, coolDownMs: 0, maxUnpairedAgeMs: 1_000_000_000_000, maxUnpairedFirstLegs: 1_000, maxConsecutiveLosses: 1_000 },
  ...{ minCashPerVenue: NO_MONEY, minExpectedValue: NO_MONEY, lossBudgetPerTrade: money('5') },
}
const FEES = ((): Readonly<Record<Venue, VenueFees>> => {
  const terms = { feeType: 'quadratic', multiplier: 10_000, fetchedAtMs: NOW } as const
  const kalshi = kalshiFees(terms, { balanceGrid: DIRECT_GRID, slackPerContract: money(100) })
  if (kalshi.kind !== 'priced') throw new Error('the taker fee has a formula')
  return { kalshi, forecastex: forecastexFees(NOW) }
})()

/** What is asked for: ten contracts of a pair of its own, now, unless told. */
export interface Ask {
  readonly atMs?: Millis
  readonly subject?: string
  /** Kalshi's; ForecastEx' begins with "1" and ends alike. */
  readonly market?: string
  readonly contracts?: string
  readonly firstBound?: string
  readonly lifeMs?: number
  readonly opportunity?: Partial<BoxPlan['opportunity']>
  /** Certificates of its subject that are in force; none: the registry never had one. */
  readonly pairs?: readonly string[]
  readonly expiresMs?: Millis
  /** When ForecastEx last answered. */
  readonly provenMs?: number
}

type EventOf = (venue: Venue, market: MarketId) => string

/** A reserve of a backtest, with a ledger of $10,000 at each venue, and trades by name. */
export class Desk {
  readonly ledger = new PaperLedger()
  readonly risk: PaperRisk
  readonly #plans = new Map<string, BoxPlan>()
  /** What was done, to be done again by a desk that only asks. */
  readonly #done: ((desk: Desk) => void)[] = []
  #executions = 0
  #provenMs: Millis | null = null

  constructor(
    readonly limits: Partial<Limits> | null = {},
    readonly kalshiCash = '10000',
    readonly eventOf: EventOf = (_venue, market) => market,
  ) {
    const cash = { kalshi: money(kalshiCash), forecastex: money('10000') }
    this.ledger.open(
      (['kalshi', 'forecastex'] as const).map((purse) => ({ purse, cash: cash[purse] })),
      NOW,
    )
    this.risk = new PaperRisk({
      ...{ ledger: this.ledger, limits: () => (limits === null ? null : { ...WIDE, ...limits }), eventOf },
      sessions: () => ({ kalshi: null, forecastex: this.#provenMs }),
    })
  }

  plan(name: string, ask: Ask): BoxPlan {
    const atMs = ask.atMs ?? NOW
    const market = ask.market ?? `K${name}`
    const base = boxPlan(name, quantity(ask.contracts ?? '10'))
    const [first, second] = base.legs
    const timed = { notAfterMs: millis(atMs + (ask.lifeMs ?? 1_000)) }
    return {
      ...base,
      opportunity: { ...base.opportunity, subject: subjectId(ask.subject ?? name), seenAtMs: atMs, ...ask.opportunity },
      legs: [
        { order: { ...first.order, ...timed, market: marketId(market) }, costBound: money(ask.firstBound ?? '4.37') },
        { ...second, order: { ...second.order, ...timed, market: marketId(`1${market.slice(1)}`) } },
      ],
    }
  }

  reserve(plan: BoxPlan, ask: Ask = {}): Reservation {
    const atMs = ask.atMs ?? NOW
    this.#provenMs = millis(ask.provenMs ?? atMs)
    const { subject } = plan.opportunity
    const [kalshi, forecastex] = plan.legs.map(({ order }) => order.market)
    for (const name of ask.pairs ?? []) {
      const [id, version] = name.split('@')
      const certificate = { id, version, ...(ask.expiresMs === undefined ? {} : { expiresMs: ask.expiresMs }) }
      this.risk.tellPairs([{ id: subject, kalshi, forecastex, certificate } as unknown as BoxPair])
    }
    return this.risk.reserve(plan, atMs)
  }

  /** @returns the checks that refuse. It is asked of a desk to which the same has happened, so this one stays as it is. */
  ask(ask: Ask = {}): readonly string[] {
    const other = new Desk(this.limits, this.kalshiCash, this.eventOf)
    for (const act of this.#done) act(other)
    return other.reserve(other.plan('asked', ask), ask).verdicts.flatMap(({ check, passed }) => (passed ? [] : [check]))
  }

  granted(name: string, ask: Ask = {}): this {
    return this.#do((desk) => {
      const plan = desk.plan(name, ask)
      expect([name, desk.reserve(plan, ask).verdicts.filter(({ passed }) => !passed)]).toEqual([name, []])
      desk.#plans.set(name, plan)
    })
  }

  refused(name: string, ask: Ask = {}): this {
    return this.#do((desk) => expect([name, desk.reserve(desk.plan(name, ask), ask).kind]).toEqual([name, 'refused']))
  }

  /** A leg fills at its limit. */
  buy(name: string, leg: 0 | 1, contracts: string): this {
    return this.#do((desk) => {
      const { order } = desk.#of(name).legs[leg]
      const { venue, market, outcome, action, limit, clientOrderId: venueOrderId } = order
      const fill = { venue, account: 'paper', venueOrderId, executionId: `x${++desk.#executions}`, corrects: null, market, outcome, action }
      desk.ledger.book(order, [{ ...fill, price: limit, quantity: quantity(contracts), fee: null, atMs: NOW }], FEES[venue])
    })
  }
  filled(venue: Venue, market: string, atMs: Millis): this {
    return this.#do(({ risk }) => risk.filled(venue, marketId(market), atMs))
  }
  firstIsFinal(name: string): this {
    return this.#do((desk) => desk.risk.firstIsFinal(desk.#of(name).tradeId))
  }

  end(name: string, result: Partial<TradeResult> = {}, afterMs = 0): this {
    return this.#do((desk) => {
      const plan = desk.#of(name)
      const [none, atMs] = [quantity(0), millis(NOW + afterMs)]
      const nothing = { locked: none, flat: none, held: none, dust: none, realisedPnl: NO_MONEY, maxRemainingLoss: NO_MONEY }
      desk.ledger.release(plan.tradeId, atMs)
      desk.risk.ended(plan, { tradeId: plan.tradeId, label: 'missed', ...nothing, reason: '', cures: [], ...result }, atMs)
    })
  }

  /** A payout says what an ended trade is worth. */
  revalue(name: string, worth: Partial<Revalued>, atMs: Millis = NOW): this {
    return this.#do((desk) => {
      const { tradeId } = desk.#of(name)
      desk.risk.revalued([{ tradeId, realisedPnl: NO_MONEY, maxRemainingLoss: NO_MONEY, ...worth }], atMs)
    })
  }
  /** Both of its markets pay. */
  pay(name: string): this {
    this.#do((desk) => {
      for (const { order } of desk.#of(name).legs)
        desk.ledger.settle({ venue: order.venue, market: order.market, yesPays: money('1'), atMs: NOW })
    })
    return this.revalue(name, {})
  }

  #do(act: (desk: Desk) => void): this {
    this.#done.push(act)
    act(this)
    return this
  }
  #of(name: string): BoxPlan {
    const plan = this.#plans.get(name)
    if (!plan) throw new Error(`no trade ${name}`)
    return plan
  }
}
