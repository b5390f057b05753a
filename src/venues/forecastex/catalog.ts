import { marketId, type MarketId, type Outcome } from '../../core/ids'
import { price, type Millis, type Money } from '../../core/units'
import type { Catalog, Listing } from '../../ports/catalog'
import type { Clock } from '../../ports/clock'
import type { Gateway } from './gateway/owner'
import { outcomeOf } from './gateway/contract-reads'
import { RequestFailed } from './gateway/read'
import type { ContractRow } from './wire/messages'
import { venueTime } from './wire/times'

export interface ContractPair {
  readonly yes: number
  readonly no: number
}
export interface ForecastexCatalog extends Catalog {
  /** The conIds of a market's outcomes. Cached for ever: they last as long as the instrument. @throws RangeError when there is no such pair. */
  contracts(market: MarketId, signal: AbortSignal): Promise<ContractPair>
  /** Whose contract a conId is; null when it is none of ForecastEx's. Cached. */
  outcomeOf(conId: number, signal: AbortSignal): Promise<{ readonly market: MarketId; readonly outcome: Outcome } | null>
}

/** "No security definition has been found." */
const NO_SUCH_CONTRACT = 200
/** Documents disagree about the ends (0.01 or 0.02); the venue refuses what it does not take (10344), and a plan loses nothing by asking. */
const LOWEST_PRICE = price('0.01')
const HIGHEST_PRICE = price('0.99')
const DEFAULT_TICK = price('0.01')

/** Where a contract tells a last trading day without a time: that day's beginning at the exchange, the earliest it can mean. */
const EXCHANGE_ZONE = 'America/Chicago'

/** Same question: the other right of the same product, class, date and strike. */
const questionOf = (row: ContractRow): string => [row.symbol, row.tradingClass, row.date, row.strike].join('|')

interface Pair {
  readonly yes: ContractRow
  readonly no: ContractRow
}
function pairsOf(rows: readonly ContractRow[]): readonly Pair[] {
  const sides = new Map<string, { yes?: ContractRow; no?: ContractRow }>()
  for (const row of rows) {
    const outcome = outcomeOf(row.right)
    if (outcome) sides.set(questionOf(row), { ...sides.get(questionOf(row)), [outcome]: row })
  }
  return [...sides.values()].flatMap(({ yes, no }) => (yes && no ? [{ yes, no }] : []))
}

export function createForecastexCatalog(options: {
  readonly gateway: Gateway
  readonly clock: Clock
  readonly feePerContract: () => Money
}): ForecastexCatalog {
  return new GatewayCatalog(options.gateway, options.clock, options.feePerContract)
}

class GatewayCatalog implements ForecastexCatalog {
  readonly venue = 'forecastex'
  readonly #gateway: Gateway
  readonly #clock: Clock
  readonly #feePerContract: () => Money
  readonly #pairs = new Map<MarketId, ContractPair>()
  readonly #owners = new Map<number, { readonly market: MarketId; readonly outcome: Outcome } | null>()

  constructor(gateway: Gateway, clock: Clock, feePerContract: () => Money) {
    this.#gateway = gateway
    this.#clock = clock
    this.#feePerContract = feePerContract
  }

  async listings(series: string, signal: AbortSignal): Promise<readonly Listing[]> {
    const pairs = pairsOf(await this.#rows({ symbol: series }, signal))
    return pairs.map((pair) => this.#listing(pair))
  }

  async listing(market: MarketId, signal: AbortSignal): Promise<Listing | null> {
    const conId = conIdOf(market)
    const pair = conId === null ? null : await this.#pairOf(conId, signal)
    return pair && pair.yes.conId === conId ? this.#listing(pair) : null
  }

  async contracts(market: MarketId, signal: AbortSignal): Promise<ContractPair> {
    const known = this.#pairs.get(market)
    if (known) return known
    const listing = await this.listing(market, signal)
    if (!listing?.contracts) {
      throw new RangeError(
        `ForecastEx lists no question whose YES contract is ${market}: check the conId, and the account's event contract permission`,
      )
    }
    return listing.contracts
  }

  async outcomeOf(conId: number, signal: AbortSignal): Promise<{ readonly market: MarketId; readonly outcome: Outcome } | null> {
    const known = this.#owners.get(conId)
    if (known !== undefined) return known
    await this.#pairOf(conId, signal)
    const found = this.#owners.get(conId) ?? null
    this.#owners.set(conId, found)
    return found
  }

  async #pairOf(conId: number, signal: AbortSignal): Promise<Pair | null> {
    const [row] = await this.#rows({ conId }, signal)
    if (!row || outcomeOf(row.right) === null) return null
    const siblings = await this.#rows({ symbol: row.symbol, date: row.date }, signal)
    const pair = pairsOf(siblings).find(({ yes, no }) => yes.conId === conId || no.conId === conId) ?? null
    if (pair) this.#remember(pair)
    return pair
  }

  async #rows(query: { readonly conId: number } | { readonly symbol: string; readonly date?: string }, signal: AbortSignal) {
    try {
      return await this.#gateway.requests.contracts(query, signal)
    } catch (error) {
      if (error instanceof RequestFailed && error.code === NO_SUCH_CONTRACT) return []
      throw error
    }
  }

  #remember({ yes, no }: Pair): MarketId {
    const market = marketId(String(yes.conId))
    this.#pairs.set(market, { yes: yes.conId, no: no.conId })
    this.#owners.set(yes.conId, { market, outcome: 'yes' })
    this.#owners.set(no.conId, { market, outcome: 'no' })
    return market
  }

  #listing(pair: Pair): Listing {
    const { yes, no } = pair
    const closeMs = venueTime(yes.lastTrade) ?? venueTime(`${yes.date} 00:00:00 ${EXCHANGE_ZONE}`)
    if (closeMs === null) throw new RangeError(`contract ${yes.conId} has no readable last trading time: "${yes.lastTrade}"`)
    const nowMs = this.#clock.nowMs()
    return {
      venue: 'forecastex',
      market: this.#remember(pair),
      event: `${yes.symbol} ${yes.date}`,
      series: yes.symbol,
      title: `${yes.longName}: ${yes.localSymbol}`,
      // The gateway tells no results: what is past its last trading time is closed, and `yesPays` stays unknown here.
      status: nowMs < closeMs ? 'open' : 'closed',
      bands: [{ start: LOWEST_PRICE, end: HIGHEST_PRICE, step: yes.minTick ? price(yes.minTick) : DEFAULT_TICK }],
      closeMs,
      fees: this.#fees(nowMs),
      shard: null,
      contracts: { yes: yes.conId, no: no.conId },
      yesPays: null,
    }
  }

  /** `multiplier` counts cents per contract in 1e-4: the fee in micro-dollars is the same number. */
  #fees(nowMs: Millis): Listing['fees'] {
    return { feeType: 'per_contract', multiplier: this.#feePerContract(), fetchedAtMs: nowMs }
  }
}

/** A market is named by its YES conId as decimal text. */
const conIdOf = (market: MarketId): number | null => (/^[1-9]\d{0,9}$/.test(market) ? Number.parseInt(market, 10) : null)
