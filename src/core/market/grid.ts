import type { Outcome, Venue } from '../ids'
import { complement, ONE_DOLLAR, type Price } from '../units'

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

/** Whose price a limit is. */
export interface Bought {
  readonly venue: Venue
  readonly outcome: Outcome
}
/** Kalshi's bands, like its orders, are in YES prices: NO at p is sent as 1 − p. ForecastEx's are of each outcome. */
const isSentAsYes = ({ venue, outcome }: Bought): boolean => venue === 'kalshi' && outcome === 'no'

/** Whether an order for an outcome, in its own price, may carry this limit. */
export const isPriceOf = (limit: Price, of: Bought, bands: readonly PriceBand[]): boolean =>
  isOnGrid(isSentAsYes(of) ? complement(limit) : limit, bands)

/** The dearest valid limit of an outcome not above `price`, both in its own price. null: none. */
export function buyingPrice(price: Price, of: Bought, bands: readonly PriceBand[]): Price | null {
  if (!isSentAsYes(of)) return snapDown(price, bands)
  const asYes = snapUp(complement(price), bands)
  return asYes === null ? null : complement(asYes)
}

/** The prices that a book has a place for, and the place of each. Shared by all books of the same grid. */
export interface PriceSlots {
  /** By price: its slot, or {@link NO_SLOT}. */
  readonly slots: Int16Array
  /** By slot, the cheapest first. */
  readonly prices: Int16Array
  /** Divides every price. */
  readonly step: number
}
export const NO_SLOT = -1

const known = new Map<string, PriceSlots>()
function slotsFor(key: string, step: number, isValid: (price: Price) => boolean): PriceSlots {
  const made = known.get(key)
  if (made) return made
  const prices: number[] = []
  for (let price = 0; price <= ONE_DOLLAR; price += step) if (isValid(price as Price)) prices.push(price)
  const slots = new Int16Array(ONE_DOLLAR + 1).fill(NO_SLOT)
  for (const [slot, price] of prices.entries()) slots[price] = slot
  const all = { slots, prices: Int16Array.from(prices), step }
  known.set(key, all)
  return all
}

/** Slots at every multiple of a step that divides a dollar, both ends included. */
export const evenSlots = (step: number): PriceSlots => slotsFor(String(step), step, () => true)

/** Slots for the prices of a market's own grid and for no other; null where its bands name no price. */
export function slotsOf(bands: readonly PriceBand[]): PriceSlots | null {
  const step = bands.reduce(
    (all, { start, step: of }) => greatestCommonDivisor(greatestCommonDivisor(all, start), of),
    ONE_DOLLAR as number,
  )
  if (bands.length === 0 || bands.some((band) => band.step <= 0)) return null
  const key = bands.map(({ start, end, step: of }) => `${start}-${end}/${of}`).join()
  return slotsFor(key, step, (price) => isOnGrid(price, bands))
}

export const greatestCommonDivisor = (a: number, b: number): number => (b === 0 ? a : greatestCommonDivisor(b, a % b))
