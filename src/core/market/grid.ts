import { ONE_DOLLAR, type Price } from '../units'

/** A band of valid prices, both ends inclusive: Kalshi's `price_ranges`, ForecastEx's minimum tick over its range. */
export interface PriceBand {
  readonly start: Price
  readonly end: Price
  readonly step: Price
}

/** Whether an order may carry this price. 0 and 1 end a band but are never an order's price. */
export const isOnGrid = (price: Price, bands: readonly PriceBand[]): boolean =>
  price > 0 &&
  price < ONE_DOLLAR &&
  bands.some((band) => price >= band.start && price <= band.end && (price - band.start) % band.step === 0)

/** The dearest valid price not above `price`: a buying limit. null: none. */
export function snapDown(price: Price, bands: readonly PriceBand[]): Price | null {
  let best: number | null = null
  for (const { start, end, step } of bands) {
    const top = Math.min(price, end, ONE_DOLLAR - 1)
    const snapped = top - ((top - start) % step)
    if (top >= start && snapped > 0 && (best === null || snapped > best)) best = snapped
  }
  return best as Price | null
}

/** The cheapest valid price not below `price`: a selling limit. null: none. */
export function snapUp(price: Price, bands: readonly PriceBand[]): Price | null {
  let best: number | null = null
  for (const { start, end, step } of bands) {
    const from = Math.max(price, 1)
    const snapped = from <= start ? (start > 0 ? start : start + step) : start + Math.ceil((from - start) / step) * step
    if (snapped <= end && snapped < ONE_DOLLAR && (best === null || snapped < best)) best = snapped
  }
  return best as Price | null
}
