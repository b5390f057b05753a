import { marketId, type MarketId, type Outcome } from '../../core/ids'
import type { Closure } from '../../core/market/calendar'
import type { PriceBand } from '../../core/market/grid'
import { stateOf, type TradingHours } from '../../core/market/sessions'
import { price, type Millis, type Money } from '../../core/units'
import type { ContractPair, Discovery, Listing, Product, ProductCatalog, Question } from '../../ports/catalog'
import type { Clock } from '../../ports/clock'
import { withLimit } from '../../ports/limit'
import { discover } from './discovery'
import type { Gateway } from './gateway/owner'
import { outcomeOf } from './gateway/contract-reads'
import { RequestFailed } from './gateway/read'
import { readForecastex } from './proposition'
import { payoutOf, rulesOf } from './rules'
import { bandsOf, closeOf, pairsOf, type ContractRows } from './wire/contracts'
import { NO_SUCH_CONTRACT } from './wire/errors'
import { readHours } from './wire/hours'
import type { ContractRow } from './wire/messages'

export type { ContractPair } from '../../ports/catalog'

export interface ForecastexCatalog extends ProductCatalog {
  /** The conIds of a market's outcomes. Cached for ever: they last as long as the instrument. @throws RangeError when there is no such pair. */
  contracts(market: MarketId, signal: AbortSignal): Promise<ContractPair>
  /** Whose contract a conId is; null when it is none of ForecastEx's. Cached. */
  outcomeOf(conId: number, signal: AbortSignal): Promise<{ readonly market: MarketId; readonly outcome: Outcome } | null>
  /** The closed time that a market is in by its hours, as they were read last; null: it trades, or nothing is known of it. */
  closedAt(market: MarketId, nowMs: Millis): Closure | null
}

export interface ForecastexCatalogOptions {
  readonly gateway: Gateway
  readonly clock: Clock
  readonly feePerContract: () => Money
  /** The pairs that an earlier process has read: they are not asked for again. */
  readonly known?: () => Promise<readonly ContractPair[]>
}

/** Documents disagree about the ends (0.01 or 0.02); the venue refuses what it does not take (10344), and a plan loses nothing by asking. */
const LOWEST_PRICE = price('0.01')
const HIGHEST_PRICE = price('0.99')
const DEFAULT_TICK = price('0.01')
/** An unknown rule is never answered, and whoever asks for a listing does not wait long: the contract's own tick stands in. */
const RULE_LIMIT_MS = 1_000
/** A rule that was not told is asked for again after this. */
const RULE_RETRY_MS = 3_600_000

export function createForecastexCatalog(options: ForecastexCatalogOptions): ForecastexCatalog {
  return new GatewayCatalog(options)
}

class GatewayCatalog implements ForecastexCatalog {
  readonly venue = 'forecastex'
  readonly #options: ForecastexCatalogOptions
  readonly #pairs = new Map<MarketId, ContractPair>()
  readonly #owners = new Map<number, { readonly market: MarketId; readonly outcome: Outcome } | null>()
  readonly #hours = new Map<MarketId, TradingHours>()
  /** What was told of a rule stands for good. */
  readonly #rules = new Map<number, readonly PriceBand[]>()
  readonly #askedMs = new Map<number, Millis>()
  #isRecalled = false

  constructor(options: ForecastexCatalogOptions) {
    this.#options = options
  }

  async product(symbol: string, signal: AbortSignal): Promise<Discovery> {
    const found = await discover(this.#options.gateway.requests, symbol, this.#options.clock.nowMs(), signal)
    if (found.kind === 'unavailable') return { ...found, symbol }
    const { pairs, problems } = pairsOf(found.rows)
    const questions: Question[] = []
    const unreadable: string[] = []
    for (const rows of pairs) {
      if (closeOf(rows.yes) === null) unreadable.push(noClose(rows.yes))
      else questions.push(questionOf(rows.yes, await this.#listing(rows, signal)))
    }
    const leftOut = [...problems, ...unreadable]
    return {
      kind: 'read',
      product: productOf(symbol, found.index, found.rows[0] ?? null),
      questions,
      problems: [...found.problems, ...leftOut],
      complete: found.complete && leftOut.length === 0, // what was left out is listed all the same
    }
  }

  /** @throws Error when the product's contracts cannot be seen, with the reason and the remedy. */
  async listings(series: string, signal: AbortSignal): Promise<readonly Listing[]> {
    const found = await this.product(series, signal)
    if (found.kind === 'read') return found.questions.map(({ listing }) => listing)
    if (found.cause === 'unknown-product') return []
    throw new Error(found.reason)
  }

  async listing(market: MarketId, signal: AbortSignal): Promise<Listing | null> {
    const conId = conIdOf(market)
    const rows = conId === null ? null : await this.#rowsOf(conId, signal)
    return rows && rows.yes.conId === conId ? this.#listing(rows, signal) : null
  }

  async contracts(market: MarketId, signal: AbortSignal): Promise<ContractPair> {
    await this.#recall()
    const known = this.#pairs.get(market)
    if (known) return known
    const conId = conIdOf(market)
    const rows = conId === null ? null : await this.#rowsOf(conId, signal)
    if (!rows || rows.yes.conId !== conId) {
      throw new RangeError(
        `ForecastEx lists no question whose YES contract is ${market}: check the conId, and the account's event contract permission`,
      )
    }
    return pairOf(rows)
  }

  async outcomeOf(conId: number, signal: AbortSignal): Promise<{ readonly market: MarketId; readonly outcome: Outcome } | null> {
    await this.#recall()
    const known = this.#owners.get(conId)
    if (known !== undefined) return known
    await this.#rowsOf(conId, signal)
    return this.#owners.get(conId) ?? null
  }

  closedAt(market: MarketId, nowMs: Millis): Closure | null {
    const hours = this.#hours.get(market)
    if (!hours) return null
    const { state, untilMs } = stateOf(hours, nowMs)
    return state === 'closed' ? { what: 'closed by its trading hours', fromMs: nowMs, untilMs: untilMs ?? nowMs } : null
  }

  /** Once; while the store cannot be asked, the gateway is. */
  async #recall(): Promise<void> {
    const { known } = this.#options
    if (this.#isRecalled || !known) return
    const pairs = await known().catch(() => null)
    if (pairs === null) return
    this.#isRecalled = true
    for (const pair of pairs) this.#remember(pair)
  }

  /** A contract and its sibling; of a pair that is known only the contract itself is asked for. */
  async #rowsOf(conId: number, signal: AbortSignal): Promise<ContractRows | null> {
    await this.#recall()
    const [row] = await this.#read({ conId }, signal)
    if (!row || outcomeOf(row.right) === null) {
      this.#owners.set(conId, null) // for good; one whose sibling is missing may still be told
      return null
    }
    const known = this.#pairs.get(marketId(String(conId)))
    if (known && row.right === 'C') return { yes: row, no: { ...row, conId: known.no, right: 'P' } }
    const siblings = await this.#read({ symbol: row.symbol, date: row.date }, signal)
    const rows = pairsOf(siblings).pairs.find(({ yes, no }) => yes.conId === conId || no.conId === conId) ?? null
    if (rows) this.#remember(pairOf(rows))
    return rows
  }

  async #read(query: Parameters<Gateway['requests']['contracts']>[0], signal: AbortSignal): ReturnType<Gateway['requests']['contracts']> {
    try {
      return await this.#options.gateway.requests.contracts(query, signal)
    } catch (error) {
      if (error instanceof RequestFailed && error.code === NO_SUCH_CONTRACT) return []
      throw error
    }
  }

  #remember({ yes, no }: ContractPair): MarketId {
    const market = marketId(String(yes))
    this.#pairs.set(market, { yes, no })
    this.#owners.set(yes, { market, outcome: 'yes' })
    this.#owners.set(no, { market, outcome: 'no' })
    return market
  }

  async #listing(rows: ContractRows, signal: AbortSignal): Promise<Listing> {
    const { yes } = rows
    const closeMs = closeOf(yes)
    if (closeMs === null) throw new RangeError(noClose(yes))
    const market = this.#remember(pairOf(rows))
    const hours = readHours(yes.tradingHours, yes.timeZone)
    this.#hours.set(market, hours)
    const bands = await this.#bands(yes, signal)
    const payoutMs = payoutOf(yes)
    const nowMs = this.#options.clock.nowMs()
    return {
      venue: 'forecastex',
      market,
      event: `${yes.symbol} ${yes.date}`,
      series: yes.symbol,
      title: `${yes.longName}: ${yes.localSymbol}`,
      // The gateway tells no results: what is past its last trading time is closed, and `yesPays` stays unknown here.
      status: nowMs < closeMs ? 'open' : 'closed',
      bands,
      closeMs,
      // `multiplier` counts cents per contract in 1e-4: the fee in micro-dollars is the same number.
      fees: { feeType: 'per_contract', multiplier: this.#options.feePerContract(), fetchedAtMs: nowMs },
      shard: null,
      contracts: pairOf(rows),
      hours,
      rulesSha256: rulesOf(yes).sha256,
      ...(payoutMs === null ? {} : { payoutMs }),
      yesPays: null,
    }
  }

  async #bands({ marketRule, minTick }: ContractRow, signal: AbortSignal): Promise<readonly PriceBand[]> {
    const step = minTick !== null && minTick > 0 ? price(minTick) : DEFAULT_TICK
    const ofRule = marketRule === null ? null : await this.#ruleOf(marketRule)
    signal.throwIfAborted()
    return ofRule ?? [{ start: LOWEST_PRICE, end: HIGHEST_PRICE, step }]
  }

  /** One question for all contracts of a rule; null: not told, or not yet. */
  async #ruleOf(rule: number): Promise<readonly PriceBand[] | null> {
    const { gateway, clock } = this.#options
    const nowMs = clock.nowMs()
    const told = this.#rules.get(rule) ?? null
    if (told || nowMs - (this.#askedMs.get(rule) ?? -Infinity) < RULE_RETRY_MS) return told
    this.#askedMs.set(rule, nowMs)
    try {
      const increments = await withLimit([], RULE_LIMIT_MS, (limit) => gateway.requests.marketRule(rule, limit))
      const bands = bandsOf(increments, LOWEST_PRICE, HIGHEST_PRICE)
      if (bands) this.#rules.set(rule, bands)
      return bands
    } catch {
      return null
    }
  }
}

const pairOf = ({ yes, no }: ContractRows): ContractPair => ({ yes: yes.conId, no: no.conId })

const noClose = ({ conId, lastTrade }: ContractRow): string => `contract ${conId} has no readable last trading time: "${lastTrade}"`

const productOf = (symbol: string, index: ContractRow | null, row: ContractRow | null): Product => ({
  symbol,
  name: index?.longName || row?.longName || symbol,
  category: index?.category || row?.category || '',
  underConId: index?.conId ?? (row?.underConId || null),
})

const questionOf = (yes: ContractRow, listing: Listing): Question => ({
  listing,
  rules: rulesOf(yes).text,
  reading: readForecastex({ symbol: yes.symbol, name: yes.longName, strike: yes.strike }),
  symbol: yes.symbol,
  tradingClass: yes.tradingClass,
  strike: yes.strike,
  lastTradeDate: yes.date,
  realExpiration: yes.realExpiration,
  name: yes.longName,
  tick: listing.bands[0]?.step ?? DEFAULT_TICK,
  tradingHours: yes.tradingHours,
  liquidHours: yes.liquidHours,
  timeZone: yes.timeZone,
})

/** A market is named by its YES conId as decimal text. */
const conIdOf = (market: MarketId): number | null => (/^[1-9]\d{0,9}$/.test(market) ? Number.parseInt(market, 10) : null)
