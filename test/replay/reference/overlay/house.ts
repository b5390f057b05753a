import type { BoxPair } from '../../../../src/core/box/detect'
import { marketId, type Venue } from '../../../../src/core/ids'
import { millis, money, price, quantity } from '../../../../src/core/units'
import type { Listing } from '../../../../src/ports/catalog'
import { LIMITS } from '../../../core/risk/fixture'
import { certificate, JUDGED } from './pairs'
import type { Tape } from './tape'

const DAY_MS = 86_400_000
const band = (start: string, end: string, step: string): Listing['bands'][number] => ({
  start: price(start),
  end: price(end),
  step: price(step),
})
/** Kalshi's `linear_cent`, one with finer ends, and one that prices of cents do not fit. */
const GRIDS: readonly Listing['bands'][] = [
  [band('0', '1', '0.01')],
  [band('0', '0.1', '0.001'), band('0.1', '0.9', '0.01'), band('0.9', '1', '0.001')],
  [band('0', '1', '0.05')],
]
const FOREX_GRID = [band('0.01', '0.99', '0.01')]

/** What the desk tells besides the venues: pairs, listings, limits, bars. */
export class TellingHouse {
  readonly #tape: Tape
  #pairs: readonly BoxPair[]
  #version = 0
  #barred: object | null = null

  constructor(tape: Tape, pairs: readonly BoxPair[]) {
    this.#tape = tape
    this.#pairs = pairs
  }

  begin(): void {
    this.limits()
    this.#tell('halts', { epoch: 1, scopes: [] })
    this.#tell('pairs', this.#pairs)
    for (const pair of this.#pairs) this.restore(pair)
  }

  /** Most allow what is found; some hardly anything. */
  limits(): void {
    const tape = this.#tape
    this.#tell('limits', {
      ...LIMITS,
      version: `limits-${++this.#version}`,
      maxContractsPerTrade: quantity(String(tape.pick([1, 10, 10, 50, 500, 5_000]))),
      maxPremiumPerTrade: money(String(tape.pick(['0.97', '9.37', '60', '500', '10000']))),
      lossBudgetPerTrade: money(String(tape.pick(['0.05', '1.5', '25', '25', '1000']))),
      maxUnpairedPremium: money(String(tape.pick(['0.5', '5', '100', '100', '10000']))),
      minNetEdgePerContract: money(String(tape.pick(['0', '0.0001', '0.005', '0.01', '0.01', '0.03']))),
      minExpectedValue: money(String(tape.pick(['0', '0', '0', '0.02', '1']))),
    })
  }

  /** A listing is read again, and some of what it says is not what it was. */
  relist(pair: BoxPair): void {
    const tape = this.#tape
    const venue = tape.pick(['kalshi', 'kalshi', 'forecastex'] as const)
    const plain = this.#listing(venue, pair[venue])
    const changes: readonly (() => Partial<Listing>)[] = [
      () => ({ fees: { ...plain.fees, feeType: 'flat' } }),
      () => ({ fees: { ...plain.fees, multiplier: tape.pick([0, 5_000, 20_000]) } }),
      () => ({ fees: { ...plain.fees, fetchedAtMs: millis(tape.nowMs - DAY_MS + tape.pick([-60_000, 0, 30_000])) } }),
      () => ({ fees: { ...plain.fees, changesMs: millis(tape.nowMs + tape.below(60_000)) } }),
      () => ({ rulesSha256: 'd'.repeat(64) }),
      () => ({ payoutMs: millis(tape.nowMs + tape.below(400) * 3_600_000) }),
      () => (venue === 'kalshi' ? { bands: tape.pick(GRIDS) } : {}),
      () => ({ status: 'paused', openMs: millis(tape.nowMs + tape.below(60_000)) }),
      () => ({ closeMs: millis(tape.nowMs + tape.below(600_000)) }),
    ]
    this.#tell('listing', { ...plain, ...tape.pick(changes)() })
  }
  /** As it was at the beginning, read now. */
  restore({ kalshi, forecastex }: BoxPair): void {
    this.#tell('listing', this.#listing('kalshi', kalshi))
    this.#tell('listing', this.#listing('forecastex', forecastex))
  }

  /** Somebody judged the pairs anew. */
  rejudge(): void {
    const at = this.#tape.below(this.#pairs.length)
    this.#pairs = this.#pairs.map((pair, i) => (i === at ? { ...pair, certificate: certificate(this.#tape, pair.id, i) } : pair))
    this.#tell('pairs', this.#pairs)
  }

  bar(venue: Venue, market: string | null): void {
    const bar = this.#barred ?? { venue, market: market === null ? null : marketId(market), by: 'audit', reason: 'its book differed' }
    this.#tell('bar', this.#barred ? { ...bar, reason: null } : bar)
    this.#barred = this.#barred ? null : bar
  }
  forget(market: string): void {
    this.#tell('forget', { venue: 'kalshi', markets: [market] })
  }

  #listing(venue: Venue, market: Listing['market']): Listing {
    const { nowMs } = this.#tape
    const isKalshi = venue === 'kalshi'
    return {
      venue,
      market,
      event: market.split('-').slice(0, 2).join('-'),
      series: 'a series',
      title: 'a question',
      status: 'open',
      bands: isKalshi ? (GRIDS[0] ?? []) : FOREX_GRID,
      closeMs: millis(nowMs + DAY_MS),
      fees: { feeType: isKalshi ? 'quadratic' : 'per_contract', multiplier: 10_000, fetchedAtMs: millis(nowMs) },
      shard: isKalshi ? 0 : null,
      contracts: isKalshi ? null : { yes: Number(market), no: Number(market) + 1 },
      rulesSha256: JUDGED[venue],
      payoutMs: millis(nowMs + (isKalshi ? 2 : 5) * DAY_MS),
      yesPays: null,
    }
  }

  #tell(what: string, body: unknown): void {
    this.#tape.stamp('house', 0, 'in', [what, body])
  }
}
