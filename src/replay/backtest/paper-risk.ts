import type { BoxPair } from '../../core/box/finding'
import { certificateName } from '../../core/box/certificate'
import type { HeldPosition } from '../../core/edge/leaving/sale'
import type { MarketId, SubjectId, TradeId, Venue } from '../../core/ids'
import type { Worth } from '../../core/ledger/pnl'
import { venueOf } from '../../core/purse'
import { checkRisk } from '../../core/risk/checks'
import { claimsOf, wantedBy, type Claim } from '../../core/risk/claims'
import type { Limits } from '../../core/risk/limits'
import type { Standing } from '../../core/risk/size'
import type { MarketExposure, RiskState, SessionProof, UnpairedTrades } from '../../core/risk/state'
import { tradingDayStart } from '../../core/risk/trading-day'
import { purseOfLeg, type Plan, type Reservation, type TradeResult } from '../../core/trade/plan'
import { millis, money, NO_MONEY, ONE_CONTRACT, quantity, wholeContracts, type Millis, type Money, type Quantity } from '../../core/units'
import type { PaperLedger } from './paper-ledger'
import { isCleanEnd, PaperStanding } from './paper-standing'

const MINUTE_MS = 60_000

export interface PaperRiskOptions {
  readonly ledger: PaperLedger
  readonly limits: () => Limits | null
  /** Named by a listing; a market that nobody lists is an event of its own. */
  readonly eventOf: (venue: Venue, market: MarketId) => string
  readonly sessions: () => SessionProof
}

interface Opened {
  readonly plan: Plan
  readonly atMs: Millis
  /** The first leg is final: what no other leg answers is at stake, no more all of it. */
  isFirstFinal: boolean
  endedMs: Millis | null
  /** What the trade was last told to have earned, and what it may still lose. */
  pnl: Money
  stake: Money
  /** Of an edge that has ended: what its contracts cost, fees included, whatever became of them. */
  paid: Money
  /** By its last end. */
  isClean: boolean
}
/** What an ended trade is worth now. */
export type Revalued = Pick<Worth, 'realisedPnl' | 'maxRemainingLoss'> & { readonly tradeId: TradeId }
interface Stake {
  readonly strategy: Plan['strategy']
  /** null: it has ended. */
  readonly startedMs: Millis | null
  readonly stake: number
}

const keyOf = (venue: Venue, market: MarketId): string => `${venue}|${market}`

/** The reserve of a backtest: the real checks (core/risk) on what its ledger and its trades say, as the risk_state of Postgres reads it. */
export class PaperRisk {
  readonly #options: PaperRiskOptions
  readonly #trades = new Map<TradeId, Opened>()
  readonly #running = new Map<TradeId, Opened>()
  readonly #claims = new Map<string, Claim>()
  readonly #pairs = new Map<SubjectId, BoxPair>()
  readonly #lastEndedMs = new Map<SubjectId, Millis>()
  readonly #lastFillMs = new Map<string, Millis>()
  readonly #standing: PaperStanding
  #openings: { readonly atMs: Millis; readonly contracts: Quantity }[] = []

  constructor(options: PaperRiskOptions) {
    this.#options = options
    this.#standing = new PaperStanding(options.limits)
  }

  get claims(): readonly Claim[] {
    return [...this.#claims.values()]
  }
  standing(strategy: Plan['strategy']): Standing {
    return this.#standing.of(strategy)
  }
  tellPairs(pairs: readonly BoxPair[]): void {
    for (const pair of pairs) this.#pairs.set(pair.id, pair)
  }

  /** E5–E9: decides, and on a grant sets cash and claims aside. */
  reserve(plan: Plan, nowMs: Millis): Reservation {
    const limits = this.#options.limits()
    if (limits === null) return { kind: 'refused', verdicts: [{ check: 'limits', passed: false, actual: 'not told', limit: 'told' }] }
    const verdicts = checkRisk(plan, this.#state(plan, nowMs), limits)
    if (verdicts.some(({ passed }) => !passed)) return { kind: 'refused', verdicts }
    this.#options.ledger.grant(plan, nowMs)
    const opened: Opened = {
      ...{ plan, atMs: nowMs, isFirstFinal: false, endedMs: null, isClean: false },
      ...{ pnl: NO_MONEY, stake: NO_MONEY, paid: NO_MONEY },
    }
    this.#trades.set(plan.tradeId, opened)
    this.#running.set(plan.tradeId, opened)
    this.#openings.push({ atMs: nowMs, contracts: plan.legs[0].order.quantity })
    this.#standing.granted(plan)
    for (const claim of claimsOf(plan))
      this.#claims.set(keyOf(claim.venue, claim.market), { ...claim, state: 'exclusive', holder: plan.tradeId })
    return { kind: 'granted', verdicts }
  }

  filled(venue: Venue, market: MarketId, atMs: Millis): void {
    this.#lastFillMs.set(keyOf(venue, market), atMs)
  }
  firstIsFinal(tradeId: TradeId): void {
    const opened = this.#running.get(tradeId)
    if (opened) opened.isFirstFinal = true
  }

  /** A granted trade is over, or its successor has ended it anew: its claims pass to the settlement where it holds something (E7). */
  ended(plan: Plan, result: TradeResult, atMs: Millis): void {
    const opened = this.#trades.get(plan.tradeId)
    if (!opened) return
    this.#passClaims(plan)
    const isClean = isCleanEnd(plan, result)
    this.#standing.clean(plan.strategy, opened.isClean, isClean)
    opened.isClean = isClean
    if (opened.endedMs !== null) return // what its sale has earned was told with its fills
    opened.endedMs = atMs
    this.#running.delete(plan.tradeId)
    this.#lastEndedMs.set(plan.opportunity.subject, atMs)
    if (plan.strategy === 'edge') opened.paid = money(this.#costOf(plan.tradeId) + this.#options.ledger.feesOf(plan.tradeId))
    this.#standing.tell(plan, { ...this.#amend(opened, result, atMs), clean: isClean }, atMs)
  }

  /** A payout, or a sale, has changed what ended trades have earned: all of it is lost or won before the breaker hears of any. */
  revalued(trades: readonly Revalued[], atMs: Millis): void {
    const changed = trades.flatMap((worth) => {
      const opened = this.#trades.get(worth.tradeId)
      if (!opened || opened.endedMs === null) return []
      this.#dropClaims(opened.plan)
      return [{ plan: opened.plan, earned: this.#amend(opened, worth, atMs) }]
    })
    for (const { plan, earned } of changed) this.#standing.tell(plan, { ...earned, clean: false }, atMs)
  }

  /** An edge that still holds something is meant to: what it has lost by that is told with its payout. */
  #amend(
    opened: Opened,
    { realisedPnl, maxRemainingLoss }: Pick<Worth, 'realisedPnl' | 'maxRemainingLoss'>,
    atMs: Millis,
  ): { readonly change: Money; readonly open: boolean } {
    const { strategy } = opened.plan
    const change = money(realisedPnl - opened.pnl)
    opened.pnl = realisedPnl
    opened.stake = maxRemainingLoss
    this.#standing.earned(strategy, change, atMs)
    return { change, open: strategy === 'edge' && maxRemainingLoss > 0 }
  }

  #state(plan: Plan, nowMs: Millis): RiskState {
    const { ledger, sessions } = this.#options
    const { subject } = plan.opportunity
    const dayMs = tradingDayStart(nowMs)
    const kept = Math.min(dayMs, nowMs - MINUTE_MS)
    const lastOpenedMs = this.#openings.at(-1)?.atMs ?? null
    this.#openings = this.#openings.filter(({ atMs }, n) => atMs >= kept || n === this.#openings.length - 1)
    const today = this.#openings.filter(({ atMs }) => atMs >= dayMs)
    const fills = wantedBy(plan).flatMap(({ venue, market }) => this.#lastFillMs.get(keyOf(venue, market)) ?? [])
    const pair = this.#pairs.get(subject)
    const stakes = this.#stakes()
    return {
      nowMs,
      sessions: sessions(),
      halts: [],
      pair: pair
        ? { certificate: certificateName(pair.certificate), state: 'active', expiresMs: pair.certificate.expiresMs ?? null }
        : null,
      standing: this.standing(plan.strategy),
      openTrades: this.#running.size,
      openingsLastMinute: this.#openings.filter(({ atMs }) => atMs > nowMs - MINUTE_MS).length,
      openingsToday: today.length,
      contractsToday: quantity(today.reduce((sum, { contracts }) => sum + contracts, 0)),
      lastOpenedMs,
      realisedLoss: this.#standing.losses(nowMs),
      worstCaseOfOpen: money(stakes.reduce((sum, { stake }) => sum + stake, 0)),
      unpaired: unpairedOf(stakes),
      exposures: plan.legs.map(({ order }) => this.#exposure(order.venue, order.market)),
      premiumInSport: plan.strategy === 'edge' ? this.#premiumIn(plan.sport) : NO_MONEY,
      cash: new Map(plan.legs.map((leg) => [purseOfLeg(leg), ledger.cashOf(purseOfLeg(leg))])),
      bankroll: plan.strategy === 'edge' ? money(ledger.worthAt('kalshi') + ledger.worthAt('forecastex')) : NO_MONEY,
      claims: wantedBy(plan).flatMap(({ venue, market }) => this.#claims.get(keyOf(venue, market)) ?? []),
      lastEndedMs: this.#lastEndedMs.get(subject) ?? null,
      lastFillMs: fills.length === 0 ? null : millis(Math.max(...fills)),
      unresolvedOrders: 0, // a paper venue answers
    }
  }

  /** What a trade's contracts that are held have cost. */
  #costOf(tradeId: TradeId): Money {
    return money(this.#options.ledger.lotsOf(tradeId).reduce((sum, { cost }) => sum + cost, 0))
  }

  /** What running trades may lose, and what ended ones hold open. */
  #stakes(): readonly Stake[] {
    return [...this.#trades.values()].map((opened) => {
      const { plan, atMs, endedMs, stake } = opened
      return { strategy: plan.strategy, startedMs: endedMs === null ? atMs : null, stake: endedMs === null ? this.#stakeOf(opened) : stake }
    })
  }

  /** Premium at risk in edges on the event of a market, and what edges of today have cost. */
  edgesSpent(market: MarketId, nowMs: Millis): { readonly event: Money; readonly day: Money } {
    const { eventOf } = this.#options
    const [event, dayMs] = [eventOf('kalshi', market), tradingDayStart(nowMs)]
    const spent = { event: 0, day: 0 }
    for (const { plan, atMs, endedMs, paid } of this.#trades.values()) {
      if (plan.strategy !== 'edge') continue
      const [{ order, costBound }] = plan.legs
      if (eventOf('kalshi', order.market) === event) spent.event += endedMs === null ? costBound : this.#costOf(plan.tradeId)
      if (atMs >= dayMs) spent.day += endedMs === null ? costBound : paid // also what was settled since
    }
    return { event: money(spent.event), day: money(spent.day) }
  }

  /** Premium in edges of one sport: what running ones reserve, and what ended ones hold at cost. */
  #premiumIn(sport: string): Money {
    return money(
      [...this.#trades.values()].reduce((sum, { plan, endedMs }) => {
        if (plan.strategy !== 'edge' || plan.sport !== sport) return sum
        return sum + (endedMs === null ? plan.legs[0].costBound : this.#costOf(plan.tradeId))
      }, 0),
    )
  }

  #stakeOf({ plan, isFirstFinal }: Opened): number {
    if (!isFirstFinal) return plan.opportunity.maximumLoss
    const first = plan.legs[0].order.venue
    let [here, there, cost] = [0, 0, 0]
    for (const lot of this.#options.ledger.lotsOf(plan.tradeId)) {
      if (venueOf(lot.purse) === first) [here, cost] = [here + lot.quantity, cost + lot.cost]
      else there += lot.quantity
    }
    return here <= there ? 0 : Math.ceil((cost * (here - there)) / here)
  }

  /** What ended edges hold of a market, in whole contracts, the oldest trade first. */
  heldOf(market: MarketId): readonly HeldPosition[] {
    const held = this.#options.ledger.lots.inMarket('kalshi', market).flatMap(({ tradeId, outcome, quantity: size }) => {
      const opened = this.#trades.get(tradeId)
      const whole = wholeContracts(size)
      if (opened?.plan.strategy !== 'edge' || opened.endedMs === null || whole < ONE_CONTRACT) return []
      return [{ tradeId, market, outcome, quantity: whole, startedMs: opened.atMs }]
    })
    return held.toSorted((a, b) => (a.tradeId < b.tradeId ? -1 : 1))
  }

  /** Whether a running trade may still have an order in a market. */
  isMoving(venue: Venue, market: MarketId): boolean {
    return [...this.#running.values()].some(({ plan }) => plan.legs.some(({ order }) => order.venue === venue && order.market === market))
  }

  /** Held, and intended by running trades. */
  #exposure(venue: Venue, market: MarketId): MarketExposure {
    const { ledger, eventOf } = this.#options
    const event = eventOf(venue, market)
    let [inMarket, inEvent, dust] = [0, 0, 0]
    const count = (of: MarketId, size: number): void => {
      if (eventOf(venue, of) === event) inEvent += size
      if (of === market) inMarket += size
    }
    for (const held of ledger.lots.markets(venue)) {
      if (eventOf(venue, held) !== event) continue
      for (const lot of ledger.lots.inMarket(venue, held)) {
        count(held, lot.quantity)
        if (held === market) dust += lot.quantity % ONE_CONTRACT
      }
    }
    for (const { plan } of this.#running.values())
      for (const { order } of plan.legs) if (order.venue === venue) count(order.market, order.quantity)
    return { venue, market, event, inMarket: quantity(inMarket), inEvent: quantity(inEvent), dust: quantity(dust) }
  }

  /** Where lots of anybody remain a claim waits for their settlement; a market without any is free. */
  #passClaims(plan: Plan): void {
    for (const { venue, market } of claimsOf(plan)) {
      const key = keyOf(venue, market)
      const held = this.#claims.get(key)
      if (held?.holder === plan.tradeId) this.#claims.set(key, { ...held, state: 'settling' })
    }
    this.#dropClaims(plan)
  }
  #dropClaims(plan: Plan): void {
    for (const { venue, market } of claimsOf(plan)) {
      const isHeld = this.#options.ledger.lots.inMarket(venue, market).length > 0
      const claim = this.#claims.get(keyOf(venue, market))
      if (!isHeld && claim?.state === 'settling') this.#claims.delete(keyOf(venue, market))
    }
  }
}

/** Of boxes: an edge has no other leg. */
function unpairedOf(stakes: readonly Stake[]): UnpairedTrades {
  const boxes = stakes.filter(({ strategy, stake }) => strategy === 'box' && stake > 0)
  const startedMs = boxes.flatMap((each) => each.startedMs ?? [])
  return {
    firstLegs: startedMs.length,
    premium: money(boxes.reduce((sum, { stake }) => sum + stake, 0)),
    oldestMs: startedMs.length === 0 ? null : millis(Math.min(...startedMs)),
  }
}
