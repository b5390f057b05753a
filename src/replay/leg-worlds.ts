import { CERTAIN } from '../core/box/leg-order'
import type { Venue } from '../core/ids'
import type { Level } from '../core/market/event'
import { mulberry32, streamSeed } from '../core/random'
import { ONE_CONTRACT, ONE_DOLLAR, price, quantity, type Price, type Quantity } from '../core/units'

type Both<T> = Readonly<Record<Venue, T>>

/** How two venues' quotes behave around a box: the three of market-math §4. Probabilities in 1e-4. */
export interface Regime {
  readonly name: string
  /** The displayed quote fills an order now. */
  readonly fill: Both<number>
  /** It is still there after the other leg has executed. */
  readonly survival: Both<number>
  /** Kalshi YES, ForecastEx NO; the exits are Kalshi's bid for YES and ForecastEx's ask of YES. */
  readonly ask: Both<Price>
  readonly exit: Both<Price>
}

/** Prices on the venues' grids that come to the table's edge and unwinding costs at a hundred contracts, fees included, within a tenth of a cent. */
export const REGIMES: readonly Regime[] = [
  {
    name: 'thin ForecastEx',
    fill: { kalshi: 9_500, forecastex: 7_000 },
    survival: { kalshi: 9_700, forecastex: 8_500 },
    ask: { kalshi: price('0.42'), forecastex: price('0.54') }, // e 0.0129
    exit: { kalshi: price('0.40'), forecastex: price('0.48') }, // H 0.0539, 0.04
  },
  {
    name: 'thin Kalshi',
    fill: { kalshi: 6_000, forecastex: 9_500 },
    survival: { kalshi: 9_500, forecastex: 9_500 },
    ask: { kalshi: price('0.103'), forecastex: price('0.86') }, // e 0.0205
    exit: { kalshi: price('0.085'), forecastex: price('0.18') }, // H 0.0299, 0.06
  },
  {
    name: 'fast decay',
    fill: { kalshi: 9_600, forecastex: 9_500 },
    survival: { kalshi: 5_500, forecastex: 5_000 },
    ask: { kalshi: price('0.094'), forecastex: price('0.86') }, // e 0.0300
    exit: { kalshi: price('0.075'), forecastex: price('0.15') }, // H 0.0298, 0.03
  },
]

const RANGE_32 = 2 ** 32
/** The steps that prices move by: a tenth of a cent at Kalshi, a cent at ForecastEx. */
const TICKS: Both<number> = { kalshi: 10, forecastex: 100 }
/** Boxes of a world: from one to twice the ten that live trading starts with (E10). */
const CONTRACTS_MAX = 20
/** By how many steps a price may differ from the regime's, either way: ForecastEx's ask is the regime's, a cent would be the edge. */
const ASK_JITTER: Both<number> = { kalshi: 5, forecastex: 0 }
const EXIT_JITTER: Both<number> = { kalshi: 5, forecastex: 1 }
/** By how many steps the next quote is dearer than one that went away: often more than a cure may pay. */
const MOVES_MAX: Both<number> = { kalshi: 80, forecastex: 8 }
/** One in four quotes that went away returns at its own price, within two seconds. */
const RETURNS = 2_500
const RETURN_MS_MAX = 2_000
/** An order at ForecastEx goes through a gateway; Kalshi's is one request. Answers take from half of this to one and a half. */
const LATENCY_MS: Both<number> = { kalshi: 60, forecastex: 250 }
/** An order that fills does so in part one time in eight. */
const PARTIAL = 1_250
/** A cure meets the depth it was priced by. */
const CURE_FILLS = 9_700
/** Levels behind the best one of an exit, each a step worse. */
const EXIT_LEVELS = 3

/** Draws of one world, a stream for each order and purpose (market-math §7): what one order draws moves no other's. */
export class Draws {
  readonly #key: string
  constructor(key: string) {
    this.#key = key
  }
  /** 0 … below − 1. */
  upTo(purpose: string, below: number): number {
    return Math.floor((this.#u32(purpose) / RANGE_32) * below)
  }
  /** @param probability in 1e-4. */
  happens(purpose: string, probability: number): boolean {
    return this.#u32(purpose) < Math.floor((probability / CERTAIN) * RANGE_32)
  }
  #u32(purpose: string): number {
    return mulberry32(streamSeed(`${this.#key}|${purpose}`))()
  }
}

/** One moment at which a box is displayed, and what would become of each order: the same whichever leg is sent first. */
export interface LegWorld {
  readonly n: number
  readonly regime: Regime
  readonly contracts: Quantity
  readonly ask: Both<Price>
  /** The way back at each venue, best first: bids at Kalshi, asks of the opposite outcome at ForecastEx. */
  readonly exits: Both<readonly Level[]>
  /** Whether the displayed quote fills an order now, and whether it outlives the other leg. */
  readonly isThere: Both<boolean>
  readonly survives: Both<boolean>
  /** What the outcome costs once the displayed quote is gone. */
  readonly askAfter: Both<Price>
  /** How long after that the displayed price comes back; null: it does not. */
  readonly returnMs: Both<number | null>
  readonly latencyMs: Both<number>
  /** How much of an order of so many fills, given that it does. Hundredths at Kalshi. */
  filled(venue: Venue, slot: string, wanted: Quantity): Quantity
  /** Whether the nth cure meets its depth. */
  cureFills(slot: string): boolean
}

/** The nth world of a seed. */
export function legWorld(seed: string, regime: Regime, n: number): LegWorld {
  const draws = new Draws(`${seed}|${regime.name}.${n}`)
  const both = <T>(of: (venue: Venue) => T): Both<T> => ({ kalshi: of('kalshi'), forecastex: of('forecastex') })
  const contracts = quantity((1 + draws.upTo('contracts', CONTRACTS_MAX)) * ONE_CONTRACT)
  const moved = (venue: Venue, purpose: string, jitter: Both<number>): number =>
    TICKS[venue] * (draws.upTo(`${venue}|${purpose}`, 2 * jitter[venue] + 1) - jitter[venue])
  const ask = both((venue) => within(regime.ask[venue] + moved(venue, 'ask', ASK_JITTER)))
  return {
    n,
    regime,
    contracts,
    ask,
    exits: both((venue) => exitsOf(venue, within(regime.exit[venue] + moved(venue, 'exit', EXIT_JITTER)), contracts, draws)),
    isThere: both((venue) => draws.happens(`${venue}|fill`, regime.fill[venue])),
    survives: both((venue) => draws.happens(`${venue}|survival`, regime.survival[venue])),
    askAfter: both((venue) => within(ask[venue] + TICKS[venue] * (1 + draws.upTo(`${venue}|move`, MOVES_MAX[venue])))),
    returnMs: both((venue) => (draws.happens(`${venue}|return`, RETURNS) ? draws.upTo(`${venue}|return at`, RETURN_MS_MAX) : null)),
    latencyMs: both((venue) => LATENCY_MS[venue] / 2 + draws.upTo(`${venue}|latency`, LATENCY_MS[venue])),
    filled(venue, slot, wanted) {
      const key = `${venue}|${slot}`
      if (!draws.happens(`${key}|partial`, PARTIAL)) return wanted
      const unit = venue === 'kalshi' ? 1 : ONE_CONTRACT
      return quantity(draws.upTo(`${key}|part`, wanted / unit) * unit)
    },
    cureFills: (slot) => draws.happens(`${slot}|cure`, CURE_FILLS),
  }
}

const within = (at: number): Price => price(Math.min(Math.max(at, 100), ONE_DOLLAR - 100))

/** Together enough for any box of a world: an exit never dries up, it only gets dearer. */
function exitsOf(venue: Venue, best: Price, contracts: Quantity, draws: Draws): readonly Level[] {
  const worse = venue === 'kalshi' ? -100 : 100
  return Array.from({ length: EXIT_LEVELS }, (_, level) => ({
    price: within(best + level * worse),
    quantity: quantity(
      level < EXIT_LEVELS - 1 ? (1 + draws.upTo(`${venue}|depth ${level}`, contracts / ONE_CONTRACT)) * ONE_CONTRACT : contracts,
    ),
  }))
}
