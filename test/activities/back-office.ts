import { createSettlementActivities, type OpenPair, type SettlementDependencies } from '../../src/activities/settlement'
import type { MarketId, Outcome, Venue } from '../../src/core/ids'
import { fallOf, type AccrualFall } from '../../src/core/ledger/coupon'
import { payoutOf, type PostedAsTold, type PostedMarket, type ToldPayout } from '../../src/core/ledger/settlement'
import type { MarketResult } from '../../src/activities/records/kalshi'
import type { MarketStatus } from '../../src/core/market/event'
import { marketId } from '../../src/core/ids'
import { money, quantity, type Millis, type Money, type Quantity } from '../../src/core/units'
import type { Position, Statement, StrangeExecution } from '../../src/ports/account'
import type { Listing } from '../../src/ports/catalog'
import type { SettlementReport } from '../../src/workflows/messages'
import { DECIDED_MS, FORECASTEX_MARKET, KALSHI_MARKET } from '../saga/plan'
import { LogBook } from '../stores/doubles'
import { asActivity, LeapingClock } from './doubles'

export const DOLLAR = money('1')
export const NOTHING = money(0)
export const PAIR: OpenPair = { id: 'u3', polarity: 'same', kalshiMarket: KALSHI_MARKET, forecastexMarket: FORECASTEX_MARKET }
/** Ten YES for nothing. */
export const RECORD: ToldPayout = { yes: quantity('10'), no: quantity(0), paid: NOTHING, fees: NOTHING, atMs: DECIDED_MS }
/** A second question of the same kind. */
export const OTHER: OpenPair = { id: 'u4', polarity: 'same', kalshiMarket: marketId('KXU4'), forecastexMarket: marketId('761') }
export const listing = (status: MarketStatus, yesPays: Money | null, market: MarketId = KALSHI_MARKET): Listing => ({
  venue: 'kalshi',
  market,
  event: 'KXU3-25MAR',
  series: 'KXU3',
  title: '',
  status,
  bands: [],
  closeMs: DECIDED_MS,
  fees: { feeType: 'quadratic', multiplier: 10_000, fetchedAtMs: DECIDED_MS },
  shard: 0,
  contracts: null,
  yesPays,
})

interface Lot {
  readonly venue: Venue
  readonly market: MarketId
  readonly outcome: Outcome
  readonly quantity: Quantity
}
const lot = (venue: Venue, market: MarketId, outcome: Outcome, contracts = '10'): Lot => ({
  venue,
  market,
  outcome,
  quantity: quantity(contracts),
})
type Paid = Awaited<ReturnType<SettlementDependencies['paidSince']>>[number]

/** Ten YES at Kalshi and ten NO at ForecastEx; the market has resolved to NO, and ForecastEx has paid ten dollars. */
export class BackOffice {
  readonly clock = new LeapingClock()
  readonly log = new LogBook()
  pairs: OpenPair[] = [PAIR]
  lots: Lot[] = [lot('kalshi', KALSHI_MARKET, 'yes'), lot('forecastex', FORECASTEX_MARKET, 'no')]
  readonly listings = new Map<MarketId, Listing>([[KALSHI_MARKET, listing('settled', NOTHING)]])
  /** As the ledger has ForecastEx; a posting moves it. */
  ledgerCash: number = money('990')
  openTrades = 0
  /** What Kalshi says of a market in place of its listing; its record of a payout (null: none), all of them, and why nothing can be posted. */
  readonly results = new Map<MarketId, MarketResult | null>()
  readonly records = new Map<MarketId, ToldPayout | null>()
  allRecords: (ToldPayout & { readonly market: MarketId })[] = []
  readonly postedPaid = new Map<MarketId, Money>()
  refusal: PostedAsTold | null = null
  // what the venue says
  cash: number = money('1000')
  positions: readonly Position[] = []
  accrued: Money | null = null
  strange: readonly StrangeExecution[] = []
  /** Thrown instead of an answer. */
  unreadable: Error | null = null
  reads = 0
  readonly posted: string[] = []
  /** Posted earlier, at a dollar for each YES. */
  settledBefore: MarketId[] = []
  paidBefore: Paid[] = []
  /** What positions can have earned in coupons. */
  couponRoom: number = money('100')
  readonly falls: AccrualFall[] = []
  readonly #suspended = new Set<string>()
  readonly #gone = new Map<MarketId, Millis>()
  #accrued: Money | null = null
  readonly #activities = createSettlementActivities(this.#dependencies())

  /** A second box, as the first one. */
  hold(pair: OpenPair, outcome: Outcome, contracts: string, result: Money | null): void {
    this.pairs.push(pair)
    this.lots.push(lot('forecastex', pair.forecastexMarket, outcome, contracts))
    this.listings.set(pair.kalshiMarket, listing(result === null ? 'closed' : 'settled', result, pair.kalshiMarket))
  }

  async run(): Promise<SettlementReport> {
    this.clock.advance(60_000)
    return asActivity(() => this.#activities.settleMarkets())
  }

  #dependencies(): SettlementDependencies {
    return {
      kalshi: this.#kalshi(),
      forecastex: { account: { venue: 'forecastex', account: 'DU1', statement: () => this.#statement() } },
      openPairs: () => Promise.resolve(this.pairs),
      lots: () => Promise.resolve(this.lots),
      ledger: () => Promise.resolve({ forecastexCash: this.ledgerCash, openTrades: this.openTrades }),
      settle: (market, yesPays) => Promise.resolve(this.#settle('forecastex', market, yesPays)),
      amend: (market, yesPays) => Promise.resolve(this.#amend('forecastex', market, yesPays)),
      paidSince: () => Promise.resolve(this.paidBefore),
      note: (statement) => Promise.resolve(this.#note(statement)),
      payCoupon: (fall) => Promise.resolve(this.#payCoupon(fall)),
      suspendNettingFee: ({ executionId }) => Promise.resolve(!this.#suspended.has(executionId) && !!this.#suspended.add(executionId)),
      clock: this.clock,
      log: this.log,
    }
  }

  /** Its record is what its result makes of our lots, unless the test has one of its own. */
  #kalshi(): SettlementDependencies['kalshi'] {
    const posted = (market: MarketId): PostedMarket => ({ market, paid: this.postedPaid.get(market) ?? DOLLAR, fees: NOTHING })
    return {
      result: (market) => Promise.resolve(this.results.has(market) ? (this.results.get(market) ?? null) : this.#resultOf(market)),
      payout: (market) => Promise.resolve(this.records.has(market) ? (this.records.get(market) ?? null) : RECORD),
      payouts: () => Promise.resolve(this.allRecords),
      isDue: (market, yesPays) => Promise.resolve(this.#isHeld(market) || (this.settledBefore.includes(market) && yesPays !== DOLLAR)),
      post: (market, yesPays) => Promise.resolve(this.refusal ?? this.#posted(market, yesPays)),
      postedSince: () => Promise.resolve(this.settledBefore.map(posted)),
    }
  }

  #isHeld(market: MarketId): boolean {
    return this.lots.some((each) => each.venue === 'kalshi' && each.market === market)
  }

  #resultOf(market: MarketId): MarketResult {
    const told = this.listings.get(market)
    return { status: told?.status ?? 'open', yesPays: told?.yesPays ?? null, settledMs: null }
  }

  #posted(market: MarketId, yesPays: Money): PostedAsTold {
    const amended = this.settledBefore.includes(market)
    const { lots, paid } = amended ? this.#amend('kalshi', market, yesPays) : this.#settle('kalshi', market, yesPays)
    return { kind: 'posted', lots, paid, amended: amended ? lots : 0 }
  }

  #statement(): Promise<Statement> {
    this.reads += 1
    if (this.unreadable) return Promise.reject(this.unreadable)
    const cash = money(this.cash)
    const { positions, accrued, strange } = this
    const same = { fills: [], openOrders: [], payouts: [], positions, accrued, strange }
    return Promise.resolve({ asOfMs: this.clock.nowMs(), cash, purses: [{ purse: 'forecastex', cash }], ...same })
  }

  #note({ asOfMs, positions, accrued = null }: Statement): Awaited<ReturnType<SettlementDependencies['note']>> {
    for (const { market } of this.lots) if (!this.#gone.has(market)) this.#gone.set(market, asOfMs)
    for (const { market } of positions) this.#gone.delete(market)
    const amount = accrued === null ? NOTHING : fallOf(this.#accrued, accrued)
    if (amount > 0) this.falls.unshift({ atMs: asOfMs, amount })
    this.#accrued = accrued ?? this.#accrued
    return { gone: [...this.#gone].map(([market, goneMs]) => ({ market, goneMs })), falls: this.falls }
  }

  #payCoupon(fall: AccrualFall): boolean {
    if (fall.amount > this.couponRoom) return false
    this.falls.splice(this.falls.indexOf(fall), 1)
    this.ledgerCash += fall.amount
    this.posted.push(`coupon ${fall.amount}`)
    return true
  }

  #amend(venue: Venue, market: MarketId, yesPays: Money): { lots: number; paid: Money } {
    if (venue === 'kalshi' && yesPays === DOLLAR) return { lots: 0, paid: money(0) }
    this.posted.push(`amended ${venue} ${market} ${yesPays}`)
    return { lots: 1, paid: money(yesPays - DOLLAR) }
  }

  #settle(venue: Venue, market: MarketId, yesPays: Money): { lots: number; paid: Money } {
    const settling = this.lots.filter((each) => each.venue === venue && each.market === market)
    const paid = money(settling.reduce((sum, { outcome, quantity: held }) => sum + payoutOf(outcome, held, yesPays), 0))
    this.lots = this.lots.filter((each) => !settling.includes(each))
    if (venue === 'forecastex') this.ledgerCash += paid
    if (settling.length > 0) this.posted.push(`${venue} ${market} ${yesPays}`)
    return { lots: settling.length, paid }
  }
}
