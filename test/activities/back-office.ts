import { createSettlementActivities, type OpenPair, type SettlementDependencies } from '../../src/activities/settlement'
import type { MarketId, Outcome, Venue } from '../../src/core/ids'
import { fallOf, type AccrualFall } from '../../src/core/ledger/coupon'
import { payoutOf } from '../../src/core/ledger/settlement'
import type { MarketStatus } from '../../src/core/market/event'
import { marketId } from '../../src/core/ids'
import { money, quantity, type Millis, type Money, type Quantity } from '../../src/core/units'
import type { Position, Statement, StrangeExecution } from '../../src/ports/account'
import type { Catalog, Listing } from '../../src/ports/catalog'
import type { SettlementReport } from '../../src/workflows/messages'
import { DECIDED_MS, FORECASTEX_MARKET, KALSHI_MARKET } from '../saga/plan'
import { LogBook } from '../stores/doubles'
import { asActivity, LeapingClock } from './doubles'

export const DOLLAR = money('1')
export const NOTHING = money(0)
export const PAIR: OpenPair = { id: 'u3', polarity: 'same', kalshiMarket: KALSHI_MARKET, forecastexMarket: FORECASTEX_MARKET }
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
    const catalog: Catalog = {
      venue: 'kalshi',
      listings: () => Promise.resolve([]),
      listing: (market) => Promise.resolve(this.listings.get(market) ?? null),
    }
    return {
      kalshi: { catalog },
      forecastex: { account: { venue: 'forecastex', account: 'DU1', statement: () => this.#statement() } },
      openPairs: () => Promise.resolve(this.pairs),
      lots: () => Promise.resolve(this.lots),
      ledger: () => Promise.resolve({ forecastexCash: this.ledgerCash, openTrades: this.openTrades }),
      settle: (venue, market, yesPays) => Promise.resolve(this.#settle(venue, market, yesPays)),
      settledSince: () => Promise.resolve(this.settledBefore),
      amend: (venue, market, yesPays) => Promise.resolve(this.#amend(venue, market, yesPays)),
      paidSince: () => Promise.resolve(this.paidBefore),
      note: (statement) => Promise.resolve(this.#note(statement)),
      payCoupon: (fall) => Promise.resolve(this.#payCoupon(fall)),
      suspendNettingFee: ({ executionId }) => Promise.resolve(!this.#suspended.has(executionId) && !!this.#suspended.add(executionId)),
      clock: this.clock,
      log: this.log,
    }
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
