import type { BoxLimits, BoxPair } from '../core/box/detect'
import type { MarketId, Venue } from '../core/ids'
import { forecastexFees, kalshiFees, type VenueFees } from '../core/market/fees'
import { CLEARED_GRID, DIRECT_GRID, slackPerContract } from '../core/market/fees-kalshi'
import type { ForecastexRegime } from '../core/market/fees-forecastex'
import { FOR_GOOD, type Calendar, type Closure } from '../core/market/calendar'
import { closuresOfHours, type TradingHours } from '../core/market/sessions'
import { LIVENESS_LIMIT_MS, QUOTE_AGE_LIMIT_MS } from '../core/market/liveness'
import type { EdgeLimits } from '../core/edge/finding'
import type { Limits } from '../core/risk/limits'
import type { BoxPolicy } from '../core/box/policy'
import type { Mode } from '../core/trade/plan'
import type { FeedEvent } from '../core/market/event'
import type { PriceBand } from '../core/market/grid'
import { millis, type Millis } from '../core/units'
import { ROUTED_BY_VENUE, type Listing } from '../ports/catalog'
import type { EdgeTerms } from './edges/desk-options'
import { put, withTold, type StandingListing, type Told } from './beginning/listing'
import type { PairTerms } from './engine'

export interface TermsOptions {
  readonly mode: Mode
  readonly balancePrecision: 'direct' | 'non_direct'
  readonly regimes: readonly ForecastexRegime[]
  readonly policy: BoxPolicy
  readonly nowMs: () => Millis
}

const CENT_STEP = 100
/** A venue's reads may lag its messages: what was asked for before this has passed since a message may be of before it. */
const READ_LAG_MS = 2_000
/** Both venues have an edge each day; what is further away than that decides nothing. */
const LOOK_AHEAD_MS = 86_400_000
/** Short beside the margin of ten minutes that an edge is kept away by. */
const WINDOWS_KEPT_MS = 60_000

/** A scheduled publication that decides, or moves, the markets of some series (E28). */
export interface Release {
  readonly what: string
  readonly atMs: Millis
  /** Kalshi's names. */
  readonly series: readonly string[]
}

/** What decides besides the books: limits, fees, closing times. Refreshed from outside; every question is answered from memory. */
export class Terms {
  readonly #options: TermsOptions
  readonly #listings = new Map<string, Listing>()
  /** Fees that the venue has overtaken, and when a reading is one of after it. */
  readonly #doubted = new Map<string, Millis>()
  /** Listings that it has overtaken without telling how, likewise. */
  readonly #changed = new Map<string, Millis>()
  /** What it told of listings, and when a reading is one of after it. */
  readonly #overtaken = new Map<string, Told>()
  #limits: Limits | null = null
  #calendars: readonly Calendar[] | null = null
  #windows: { readonly readMs: number; readonly closures: readonly Closure[] } = { readMs: -Infinity, closures: [] }
  #releases: readonly Release[] = []
  /** Asked for with every frame of a pair: made once, until something is told or a time comes that changes them. */
  readonly #made = new Map<BoxPair, { readonly terms: PairTerms; readonly fromMs: Millis; readonly untilMs: number }>()

  constructor(options: TermsOptions) {
    this.#options = options
  }

  tellLimits(limits: Limits): boolean {
    const { version, maxContractsPerTrade } = this.#limits ?? {}
    const changed = limits.version !== version || limits.maxContractsPerTrade !== maxContractsPerTrade // the ramp and a breaker change the size
    this.#limits = limits
    this.#made.clear()
    return changed
  }
  /** @returns it with what the venue has told since it was read. */
  tellListing(read: Listing): Listing {
    const key = `${read.venue}|${read.market}`
    const { fetchedAtMs } = read.fees
    const told = this.#overtaken.get(key)
    if (told && fetchedAtMs >= told.readFromMs) this.#overtaken.delete(key)
    const listing = told && fetchedAtMs < told.readFromMs ? withTold(read, told) : read
    this.#listings.set(key, listing)
    for (const doubts of [this.#doubted, this.#changed]) if (fetchedAtMs >= (doubts.get(key) ?? -Infinity)) doubts.delete(key)
    this.#made.clear()
    return listing
  }
  /** A venue said that a listing, or what it charges, is different from now on. */
  hear(event: FeedEvent): void {
    if (event.kind !== 'listing' && event.kind !== 'fees') return
    this.#made.clear()
    if (event.kind === 'listing') this.#relist(event)
    else
      for (const [key, { venue, event: of }] of this.#listings)
        if (venue === event.venue && of === event.event) this.#doubted.set(key, millis(event.recvMs + READ_LAG_MS))
  }
  /** Listings that are to be read again at once: nothing opens on them until then. */
  stale(nowMs: Millis): readonly Listing[] {
    return [...this.#listings.values()].filter((listing) => this.#isChanged(listing) || this.#isStale(listing, nowMs))
  }

  /** What is listed, as of now. */
  listed(): readonly Listing[] {
    return [...this.#listings.values()]
  }
  standingOf(venue: Venue, market: string): StandingListing | null {
    const key = `${venue}|${market}`
    const listing = this.#listings.get(key)
    const [doubtedMs = null, changedMs = null] = [this.#doubted.get(key), this.#changed.get(key)]
    return listing ? { listing, doubtedMs, changedMs, overtaken: this.#overtaken.get(key) ?? null } : null
  }
  /** A listing is what it was to another process. */
  adopt({ listing, doubtedMs, changedMs, overtaken }: StandingListing): void {
    const key = `${listing.venue}|${listing.market}`
    this.#listings.set(key, listing)
    put(this.#doubted, key, doubtedMs)
    put(this.#changed, key, changedMs)
    put(this.#overtaken, key, overtaken)
    this.#made.clear()
  }

  tellCalendars(calendars: readonly Calendar[], releases: readonly Release[]): void {
    this.#calendars = calendars
    this.#windows = { readMs: -Infinity, closures: [] }
    this.#releases = releases
  }

  limits(): Limits | null {
    return this.#limits
  }
  listing(venue: Venue, market: string): Listing | null {
    return this.#listings.get(`${venue}|${market}`) ?? null
  }
  /** Of a market whose listing was not read yet (a cure right after a restart): the venue finds it, at the price of some time. */
  shardOf(market: MarketId): number {
    return this.listing('kalshi', market)?.shard ?? ROUTED_BY_VENUE
  }
  /** E28: the closures of both venues within a day, both markets' ends, and the releases that concern them; null: not known yet. */
  closures(pair: BoxPair, nowMs: Millis): readonly Closure[] | null {
    const kalshi = this.listing('kalshi', pair.kalshi)
    const forecastex = this.listing('forecastex', pair.forecastex)
    const calendars = this.#calendars
    if (!kalshi || !forecastex || !calendars) return null
    const ends = [kalshi, forecastex].map(({ venue, closeMs }) => ({ what: `the close at ${venue}`, fromMs: closeMs, untilMs: FOR_GOOD }))
    const releases = this.#releases.filter(({ series }) => series.includes(kalshi.series))
    const planned = releases.map(({ what, atMs }) => ({ what, fromMs: atMs, untilMs: atMs }))
    return [...this.#weekly(calendars, nowMs), ...outsideHours(forecastex, nowMs), ...ends, ...planned]
  }

  /** What a market is closed by now, its venue's calendar included; null: it trades as far as they say. Closed is no fault, unlike a feed without news. */
  closedBy({ venue, closeMs, hours }: Listing, nowMs: Millis): Closure | null {
    const weekly = this.#closuresNow(venue, nowMs)
    const ended = { what: `the close at ${venue}`, fromMs: closeMs, untilMs: FOR_GOOD }
    const all = [ended, ...weekly, ...outsideHours({ venue, hours }, nowMs)]
    return inForce(all, nowMs)
  }
  /** What a venue is closed by now as planned, by its own calendar: no fault either. */
  planned(venue: Venue, nowMs: Millis): Closure | null {
    return inForce(this.#closuresNow(venue, nowMs), nowMs)
  }
  #closuresNow(venue: Venue, nowMs: Millis): readonly Closure[] {
    const own = (this.#calendars ?? []).filter((each) => each.venue === venue)
    return own.flatMap((each) => each.closures(nowMs, millis(nowMs + 1)))
  }

  /** The venues' own windows, read again each minute: a find asks for them on the way to its order. What is over meanwhile says so itself. */
  #weekly(calendars: readonly Calendar[], nowMs: Millis): readonly Closure[] {
    const age = nowMs - this.#windows.readMs
    if (age < 0 || age >= WINDOWS_KEPT_MS)
      this.#windows = { readMs: nowMs, closures: calendars.flatMap((each) => each.closures(nowMs, millis(nowMs + LOOK_AHEAD_MS))) }
    return this.#windows.closures
  }

  /** null: the venue's fees for this market are not known, so it cannot be priced. */
  fees(venue: Venue, market: string): VenueFees | null {
    const { regimes, nowMs, balancePrecision } = this.#options
    if (venue === 'forecastex') return forecastexFees(nowMs(), regimes)
    const listing = this.listing('kalshi', market)
    if (!listing) return null
    const balanceGrid = balancePrecision === 'direct' ? DIRECT_GRID : CLEARED_GRID
    const subCentTicks = listing.bands.some(({ step }) => step % CENT_STEP !== 0)
    const fees = kalshiFees(listing.fees, {
      balanceGrid,
      slackPerContract: slackPerContract({ balanceGrid, fractionalFills: true, subCentTicks }),
    })
    return fees.kind === 'priced' ? fees : null
  }

  /** null until limits and both listings are known. */
  of(pair: BoxPair): PairTerms | null {
    const nowMs = this.#options.nowMs()
    const known = this.#made.get(pair)
    if (known && nowMs >= known.fromMs && nowMs < known.untilMs) return known.terms
    const { mode, regimes } = this.#options
    const limits = this.#limits
    const listing = this.listing('kalshi', pair.kalshi)
    if (!limits || !listing) return null
    const terms: PairTerms = {
      mode,
      fees: { kalshi: this.#openingFees(listing, nowMs), forecastex: forecastexFees(nowMs, regimes) },
      limits: this.#boxLimits(limits),
      policy: this.#options.policy,
      told: this.#told(listing, this.listing('forecastex', pair.forecastex)),
      cash: { kalshi: null, forecastex: null },
    }
    const changes = [...regimes.map(({ effectiveFromMs }) => effectiveFromMs), listing.fees.changesMs ?? nowMs].filter((ms) => ms > nowMs)
    this.#made.set(pair, { terms, fromMs: nowMs, untilMs: Math.min(...changes, Infinity) })
    return terms
  }

  /** The same for one market of Kalshi: what it charges, its grid, and what one opening may be. */
  ofMarket(market: MarketId): EdgeTerms | null {
    const limits = this.#limits
    const listing = this.listing('kalshi', market)
    if (!limits || !listing) return null
    return { fees: this.#openingFees(listing, this.#options.nowMs()), bands: this.#gridOf(listing), limits: edgeLimits(limits) }
  }

  /** E28, of one market of Kalshi: as {@link closures}. */
  closuresOf(market: MarketId, nowMs: Millis): readonly Closure[] | null {
    const listing = this.listing('kalshi', market)
    if (!listing || !this.#calendars) return null
    const own = this.#calendars.filter(({ venue }) => venue === 'kalshi')
    const weekly = own.flatMap((each) => each.closures(nowMs, millis(nowMs + LOOK_AHEAD_MS)))
    return [...weekly, { what: 'the close at kalshi', fromMs: listing.closeMs, untilMs: FOR_GOOD }]
  }

  #told(kalshi: Listing, forecastex: Listing | null): PairTerms['told'] {
    return {
      bands: { kalshi: this.#gridOf(kalshi), forecastex: forecastex && this.#gridOf(forecastex) },
      rules: { kalshi: kalshi.rulesSha256 ?? null, forecastex: forecastex?.rulesSha256 ?? null },
      payoutMs: { kalshi: kalshi.payoutMs ?? null, forecastex: forecastex?.payoutMs ?? null },
    }
  }

  /** What is charged now has to be known for an opening; cures are priced by what was known last. */
  #openingFees(listing: Listing, nowMs: Millis): PairTerms['fees']['kalshi'] {
    if (this.#isStale(listing, nowMs)) return { kind: 'cannot-be-priced', reason: 'the venue changed the fees: they are read again' }
    const fees = this.fees('kalshi', listing.market)
    return fees?.venue === 'kalshi' ? fees : { kind: 'cannot-be-priced', reason: `fee type ${listing.fees.feeType}` }
  }

  /** null: the venue changed it, and did not tell how. */
  #gridOf(listing: Listing): readonly PriceBand[] | null {
    return this.#isChanged(listing) ? null : listing.bands
  }
  #isChanged({ venue, market }: Listing): boolean {
    return this.#changed.has(`${venue}|${market}`)
  }

  /** Its fees are not those of now any more. */
  #isStale({ venue, market, fees: { fetchedAtMs, changesMs } }: Listing, nowMs: Millis): boolean {
    const doubtedMs = this.#doubted.get(`${venue}|${market}`)
    return doubtedMs !== undefined || (changesMs !== undefined && fetchedAtMs < changesMs && nowMs >= changesMs)
  }

  /** What the venue told stands at once; what it did not tell is read. */
  #relist({ venue, market, closeMs, bands, recvMs }: Extract<FeedEvent, { kind: 'listing' }>): void {
    const key = `${venue}|${market}`
    const listing = this.#listings.get(key)
    if (!listing) return
    const readFromMs = millis(recvMs + READ_LAG_MS)
    if (closeMs === null && bands === null) return void this.#changed.set(key, readFromMs)
    const before = this.#overtaken.get(key)
    this.#overtaken.set(key, { closeMs: closeMs ?? before?.closeMs ?? null, bands: bands ?? before?.bands ?? null, readFromMs })
    this.#listings.set(key, withTold(listing, { closeMs, bands }))
  }

  #boxLimits(limits: Limits): BoxLimits {
    return {
      minNetEdge: limits.minNetEdgePerContract,
      minExpectedValue: limits.minExpectedValue,
      maxContracts: limits.maxContractsPerTrade,
      maxCapital: limits.maxPremiumPerTrade,
      capAtExitDepth: true,
      lossBudget: limits.lossBudgetPerTrade,
      maxUnpairedPremium: limits.maxUnpairedPremium,
      livenessMs: LIVENESS_LIMIT_MS,
      quoteAgeMs: QUOTE_AGE_LIMIT_MS,
    }
  }
}

const edgeLimits = (limits: Limits): EdgeLimits => ({
  maxContracts: limits.maxContractsPerTrade,
  maxPremium: limits.maxPremiumPerTrade,
  lossBudget: limits.lossBudgetPerTrade,
  livenessMs: LIVENESS_LIMIT_MS.kalshi,
  minCash: limits.minCashPerVenue,
})

const inForce = (closures: readonly Closure[], nowMs: Millis): Closure | null =>
  closures.find(({ fromMs, untilMs }) => nowMs >= fromMs && nowMs < untilMs) ?? null

/** The exchange's hours as the contract tells them; none where the venue's calendar has them. */
const outsideHours = ({ venue, hours }: { venue: Venue; hours?: TradingHours | undefined }, nowMs: Millis): readonly Closure[] =>
  hours ? closuresOfHours(`the closed hours of ${venue}`, hours, nowMs, millis(nowMs + LOOK_AHEAD_MS)) : []
