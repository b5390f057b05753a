import type { Level } from '../../../../src/core/market/event'
import { forecastexFees, kalshiFees, type ForecastexFees, type KalshiFees } from '../../../../src/core/market/fees'
import { CLEARED_GRID, DIRECT_GRID, slackPerContract } from '../../../../src/core/market/fees-kalshi'
import { millis, wholeContracts, type Price, type Quantity } from '../../../../src/core/units'
import type { Chances } from '../../../chances'

const CENT = 100
/** Before and after the explicit fee of ForecastEx. */
const REGIMES = [millis(Date.UTC(2026, 0, 1)), millis(Date.UTC(2026, 10, 22))]

export interface Fees {
  readonly kalshi: KalshiFees
  readonly forecastex: ForecastexFees
}
/** Of direct and cleared accounts, M 0 to 2, both regimes. */
export function anyFees(chances: Chances): Fees {
  const balanceGrid = chances.of([DIRECT_GRID, CLEARED_GRID])
  const fetchedAtMs = chances.of(REGIMES)
  const slack = slackPerContract({ balanceGrid, fractionalFills: balanceGrid === DIRECT_GRID, subCentTicks: false })
  const kalshi = kalshiFees(
    { feeType: 'quadratic', multiplier: chances.of([0, 5_000, 10_000, 20_000]), fetchedAtMs },
    { balanceGrid, slackPerContract: slack },
  )
  if (kalshi.kind !== 'priced') throw new Error('quadratic fees have a formula')
  return { kalshi, forecastex: forecastexFees(fetchedAtMs) }
}

/** Up to `most` levels from a price in cents on, a few cents apart; `step` 1 for asks, −1 for bids. Sizes are whole, some with a fraction. */
export function ladder(chances: Chances, fromCents: number, step: 1 | -1, most: number, size: number): Level[] {
  const levels: Level[] = []
  let cents = fromCents
  for (let n = chances.upTo(most); n > 0; n--) {
    if (cents < 1 || cents > 99) break
    const fraction = chances.below(5) === 0 ? chances.below(CENT) : 0
    levels.push({ price: (cents * CENT) as Price, quantity: (chances.upTo(size) * CENT + fraction) as Quantity })
    cents += step * chances.upTo(3)
  }
  return levels
}
/** Each level in whole contracts, empty ones dropped: the common lot of a box is one contract. */
export const wholeLevels = (levels: readonly Level[]): Level[] =>
  levels.map(({ price, quantity }) => ({ price, quantity: wholeContracts(quantity) })).filter(({ quantity }) => quantity > 0)
