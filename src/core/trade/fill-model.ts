import type { Venue } from '../ids'
import { mulberry32, streamSeed } from '../random'
import type { Level } from '../market/event'
import { ONE_CONTRACT, wholeContracts, type Price, type Quantity } from '../units'

/** Rates are in 1e-4. */
const WHOLE = 10_000n
const DRAWS = 2 ** 32
/** Of a table with that many equal steps: the ninth of ten. */
const PESSIMIST = Math.ceil((9 * DRAWS) / 10)
/** A level that nobody knows the orders of is taken to be resting in lots of this size (market-math §7). */
const CHUNK = 25 * ONE_CONTRACT

/**
 * How a taker's order meets a recorded book (market-math §7). Until 200 fills of our own calibrate them these are guesses on the dear side: κ 0.8,
 * waits at their ninth decile.
 */
export interface FillAssumptions {
  /** κ in 1e-4: what is left of a level's size for us, to the power of its place; the best level keeps all of it. */
  readonly depthFactor: number
  /** In 1e-4: share of each level that is gone when an order arrives. */
  readonly phantom: number
  /** `ninth-decile`: each wait is that of its table. `drawn`: by the seed. */
  readonly waits: 'ninth-decile' | 'drawn'
}

/** Guesses on the dear side, until 200 fills of our own calibrate them (market-math §7). */
export const PESSIMISTIC: FillAssumptions = { depthFactor: 8_000, phantom: 1_000, waits: 'ninth-decile' }
/** Tables of one way in ms: assumptions, not measured yet. ForecastEx's gateway stands between us and the exchange. */
export const ASSUMED_WAYS: Readonly<Record<Venue, readonly number[]>> = {
  kalshi: [5, 8, 10, 15, 25, 60],
  forecastex: [20, 30, 45, 75, 150, 500],
}

/** What there is for us of displayed levels, best first, in whole contracts; empty levels are left out. */
export function availableOf(
  levels: readonly Level[],
  { depthFactor, phantom }: Pick<FillAssumptions, 'depthFactor' | 'phantom'>,
): readonly Level[] {
  let numerator = WHOLE - BigInt(phantom)
  let denominator = WHOLE
  return levels.flatMap(({ price, quantity }) => {
    const left = wholeContracts(Number((BigInt(quantity) * numerator) / denominator) as Quantity)
    numerator *= BigInt(depthFactor)
    denominator *= WHOLE
    return left > 0 ? [{ price, quantity: left }] : []
  })
}

/** Those that an order with this limit may take. */
export const withinLimit = (levels: readonly Level[], action: 'buy' | 'sell', limit: Price): readonly Level[] =>
  levels.filter(({ price }) => (action === 'buy' ? price <= limit : price >= limit))

/** What was taken, as the fills it came in: rounding by fill is dearer than by level (market-math §2.2). */
export const inChunks = (taken: readonly Level[]): readonly Level[] =>
  taken.flatMap(({ price, quantity }) =>
    Array.from({ length: Math.ceil(quantity / CHUNK) }, (_, n) => ({ price, quantity: Math.min(CHUNK, quantity - n * CHUNK) as Quantity })),
  )

/**
 * A wait in whole milliseconds from its table of quantiles, evenly spaced from the least to the most, linear between two: integers only.
 * @param draw 32 random bits. @throws RangeError for a table without two ascending entries.
 */
export function waitOf(table: readonly number[], draw: number): number {
  const steps = table.length - 1
  if (steps < 1 || table.some((ms, at) => !Number.isInteger(ms) || ms < (table[at - 1] ?? 0)))
    throw new RangeError(`a table of waits has at least two ascending whole milliseconds, not [${table.join(', ')}]`)
  const place = draw * steps
  const step = Math.floor(place / DRAWS)
  const [from = 0, to = 0] = table.slice(step, step + 2)
  return from + Math.floor(((to - from) * (place - step * DRAWS)) / DRAWS)
}

/** The wait of one order for one purpose: a stream of its own, so that one more order shifts nobody else's (market-math §7, determinism). */
export const waitFor = (
  table: readonly number[],
  { waits }: Pick<FillAssumptions, 'waits'>,
  seed: string,
  order: string,
  purpose: string,
): number => waitOf(table, waits === 'drawn' ? mulberry32(streamSeed(`${seed}|${order}|${purpose}`))() : PESSIMIST)
