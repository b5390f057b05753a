import type { BoxPair } from '../../core/box/finding'
import { marketId, type MarketId, type SubjectId, type Venue } from '../../core/ids'
import type { PriceBand } from '../../core/market/grid'
import type { Limits } from '../../core/risk/limits'
import { price, type Millis } from '../../core/units'
import type { ContractPair, Listing } from '../../ports/catalog'
import type { Tape } from './tape'

/** One question at both venues. */
export interface RecordedPair {
  readonly id: SubjectId
  readonly title: string
  readonly kalshi: RecordedMarket
  readonly forecastex: RecordedMarket & { readonly contracts: ContractPair }
}
export interface RecordedMarket {
  readonly market: MarketId
  readonly event: string
  readonly series: string
  /** Absent: it was open when the recording began. */
  readonly openMs?: Millis
  readonly closeMs: Millis
  readonly canCloseEarly?: boolean
  /** When what it pays was to be cash, as far as that was known beforehand. */
  readonly payoutMs: Millis
}

/** Kalshi's `linear_cent`, and ForecastEx's, where nothing costs nothing. */
const CENTS: Readonly<Record<Venue, readonly PriceBand[]>> = {
  kalshi: [{ start: price('0'), end: price('1'), step: price('0.01') }],
  forecastex: [{ start: price('0.01'), end: price('0.99'), step: price('0.01') }],
}
/** 1, in 1e-4 units. */
const MULTIPLIER = 10_000
/** What was recorded has no contract ids: these are made up, by the place of a pair in its recording. */
const FIRST_CONTRACT = 990_000_001

export function contractsOf(place: number): { readonly market: MarketId; readonly contracts: ContractPair } {
  const yes = FIRST_CONTRACT + 2 * place
  return { market: marketId(String(yes)), contracts: { yes, no: yes + 1 } }
}

/** What the house tells of recorded markets: limits, listings and pairs, the pairs judged for the simulation alone. */
export class ToldMarkets {
  readonly #tape: Tape
  readonly #pairs: readonly RecordedPair[]
  readonly #limits: Limits
  readonly #listedMs = new Map<SubjectId, Millis>()

  constructor(tape: Tape, pairs: readonly RecordedPair[], limits: Limits) {
    this.#tape = tape
    this.#pairs = pairs
    this.#limits = limits
  }

  begin(): void {
    this.#tape.stamp('house', 'in', ['limits', this.#limits])
    for (const pair of this.#pairs) this.list(pair)
    this.#tape.stamp('house', 'in', ['pairs', this.#pairs.map(boxPair)])
  }

  /** Both listings as they are read now: an opening is priced by fees that are at most a day old. */
  list(pair: RecordedPair): void {
    const { nowMs } = this.#tape
    this.#listedMs.set(pair.id, nowMs)
    for (const venue of ['kalshi', 'forecastex'] as const) this.#tape.stamp('house', 'in', ['listing', listingOf(pair, venue, nowMs)])
  }

  /** Lists it again when what is known of it is older. */
  refresh(pair: RecordedPair, olderMs: number): void {
    const { nowMs } = this.#tape
    if (nowMs - (this.#listedMs.get(pair.id) ?? -Infinity) > olderMs) this.list(pair)
  }
}

const boxPair = ({ id, kalshi, forecastex }: RecordedPair): BoxPair => ({
  id,
  kalshi: kalshi.market,
  forecastex: forecastex.market,
  certificate: { id, class: 'S0', polarity: 'same', approvedFor: 'sim', version: '1' },
})

function listingOf({ title, kalshi, forecastex }: RecordedPair, venue: Venue, nowMs: Millis): Listing {
  const isKalshi = venue === 'kalshi'
  const { market, event, series, openMs, closeMs, canCloseEarly, payoutMs } = isKalshi ? kalshi : forecastex
  return {
    ...{ venue, market, event, series, title },
    status: openMs !== undefined && nowMs < openMs ? 'paused' : 'open',
    bands: CENTS[venue],
    ...(openMs !== undefined && { openMs }),
    closeMs,
    ...(canCloseEarly !== undefined && { canCloseEarly }),
    fees: { feeType: isKalshi ? 'quadratic' : 'per_contract', multiplier: MULTIPLIER, fetchedAtMs: nowMs },
    shard: isKalshi ? 0 : null,
    contracts: isKalshi ? null : forecastex.contracts,
    payoutMs,
    yesPays: null,
  }
}
