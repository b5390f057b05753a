import type { Certificate } from '../../../src/core/box/certificate'
import type { Frame } from '../../../src/core/market/event'

export interface PlainBand {
  readonly start: number
  readonly end: number
  readonly step: number
}
export interface PlainPair {
  readonly id: string
  readonly kalshi: string
  readonly forecastex: string
  readonly certificate: Certificate
}
type Status = 'open' | 'paused' | 'closed' | 'determined' | 'settled'
export interface PlainListing {
  readonly venue: 'kalshi' | 'forecastex'
  readonly market: string
  readonly event: string
  readonly status: Status
  readonly bands: readonly PlainBand[]
  readonly openMs?: number
  readonly closeMs: number
  readonly fees: { readonly feeType: string; readonly multiplier: number; readonly fetchedAtMs: number; readonly changesMs?: number }
  readonly rulesSha256?: string
  readonly payoutMs?: number
}
export interface PlainLimits {
  readonly maxContractsPerTrade: number
  readonly maxPremiumPerTrade: number
  readonly lossBudgetPerTrade: number
  readonly maxUnpairedPremium: number
  readonly minNetEdgePerContract: number
  readonly minExpectedValue: number
}
interface Bar {
  readonly venue: string
  readonly market: string | null
  readonly by: string
  readonly reason: string | null
}
interface Life {
  status: Status
  opensMs: number | null
  closesMs: number | null
  statusToldMs: number
  closeToldMs: number
}

/** What is read sooner after a venue's message may be of before it. */
const READ_LAG_MS = 2_000

/** What decides besides the books: pairs, listings, limits, bars, and what the venues said of their markets since. */
export class PlainHouse {
  pairs: readonly PlainPair[] = []
  limits: PlainLimits | null = null
  readonly #listings = new Map<string, PlainListing>()
  /** Since when a reading of fees counts again, and of what else a listing says. */
  readonly #feesReadFromMs = new Map<string, number>()
  readonly #listingReadFromMs = new Map<string, number>()
  /** What the venue told last: it stands beside a reading that may be of before it. */
  readonly #told = new Map<string, { closeMs: number | undefined; bands: readonly PlainBand[] | undefined; atMs: number }>()
  readonly #lives = new Map<string, Life>()
  #bars: readonly Bar[] = []

  /** @returns Kalshi markets whose books are not believed any more */
  receive({ payload }: Frame): readonly string[] {
    const [what, body] = payload as [string, unknown]
    if (what === 'pairs') this.pairs = body as readonly PlainPair[]
    if (what === 'limits') this.limits = body as PlainLimits
    if (what === 'listing') this.#list(body as PlainListing)
    if (what === 'bar') this.#bar(body as Bar)
    return what === 'forget' ? (body as { markets: readonly string[] }).markets : []
  }

  listing(venue: string, market: string): PlainListing | null {
    return this.#listings.get(`${venue} ${market}`) ?? null
  }

  /** The venue charges otherwise, or a change that it had announced has come, and nobody has read the fees since. */
  areFeesDoubted(market: string, nowMs: number): boolean {
    const { fetchedAtMs, changesMs = Infinity } = this.listing('kalshi', market)?.fees ?? { fetchedAtMs: 0 }
    return this.#feesReadFromMs.has(`kalshi ${market}`) || (fetchedAtMs < changesMs && nowMs >= changesMs)
  }
  /** The venue changed what it lists without telling how, and nobody has read it since. */
  isListingDoubted(market: string): boolean {
    return this.#listingReadFromMs.has(`kalshi ${market}`)
  }

  isBarred(venue: string, market: string): boolean {
    return this.#bars.some((bar) => bar.venue === venue && (bar.market === null || bar.market === market))
  }

  statusOf(venue: string, market: string, nowMs: number): Status {
    const life = this.#lives.get(`${venue} ${market}`)
    if (!life) return 'open'
    if (life.status !== 'open' && life.status !== 'paused') return life.status
    if (life.closesMs !== null && nowMs >= life.closesMs) return 'closed'
    return life.opensMs !== null && nowMs >= life.opensMs ? 'open' : life.status
  }

  tellStatus(market: string, status: Status, nowMs: number): void {
    Object.assign(this.#life('kalshi', market), { status, opensMs: null, statusToldMs: nowMs })
  }

  /** @param bands in the venue's words */
  tellListing(market: string, closeMs: number | null, bands: readonly PlainBand[] | null, nowMs: number): void {
    if (closeMs !== null) Object.assign(this.#life('kalshi', market), { closesMs: closeMs, closeToldMs: nowMs })
    const key = `kalshi ${market}`
    const listing = this.#listings.get(key)
    if (!listing) return
    this.#listings.set(key, { ...listing, closeMs: closeMs ?? listing.closeMs, bands: bands ?? listing.bands })
    if (closeMs === null && bands === null) this.#listingReadFromMs.set(key, nowMs + READ_LAG_MS)
    else this.#told.set(key, { closeMs: closeMs ?? this.#told.get(key)?.closeMs, bands: bands ?? this.#told.get(key)?.bands, atMs: nowMs })
  }

  tellFees(event: string, nowMs: number): void {
    for (const [key, listing] of this.#listings)
      if (listing.venue === 'kalshi' && listing.event === event) this.#feesReadFromMs.set(key, nowMs + READ_LAG_MS)
  }

  /** Another process finds out for itself what forbids openings. */
  liftBars(): void {
    this.#bars = []
  }

  #list(read: PlainListing): void {
    const key = `${read.venue} ${read.market}`
    const askedMs = read.fees.fetchedAtMs
    const told = this.#told.get(key)
    const isOld = told !== undefined && askedMs < told.atMs + READ_LAG_MS
    if (!isOld) this.#told.delete(key)
    const listing = isOld ? { ...read, closeMs: told.closeMs ?? read.closeMs, bands: told.bands ?? read.bands } : read
    this.#listings.set(key, listing)
    for (const doubts of [this.#feesReadFromMs, this.#listingReadFromMs]) if (askedMs >= (doubts.get(key) ?? -Infinity)) doubts.delete(key)
    // a contract's end is told by the gateway's refusals, not by its catalogue
    if (listing.venue !== 'kalshi') return
    const life = this.#life(listing.venue, listing.market)
    if (askedMs >= life.closeToldMs) life.closesMs = listing.closeMs
    if (askedMs < life.statusToldMs) return
    life.status = listing.status
    const opensLater = listing.status === 'paused' && listing.openMs !== undefined && listing.openMs > askedMs
    life.opensMs = opensLater ? (listing.openMs ?? null) : null
  }

  #life(venue: string, market: string): Life {
    const key = `${venue} ${market}`
    const known = this.#lives.get(key) ?? {
      status: 'open' as const,
      opensMs: null,
      closesMs: null,
      statusToldMs: -Infinity,
      closeToldMs: -Infinity,
    }
    this.#lives.set(key, known)
    return known
  }

  #bar(bar: Bar): void {
    const others = this.#bars.filter(({ by, venue, market }) => by !== bar.by || venue !== bar.venue || market !== bar.market)
    this.#bars = bar.reason === null ? others : [...others, bar]
  }
}
