import { decimalOfAmerican } from '../../core/edge/consensus/american'
import { floorMulDiv, parseFixed } from '../../core/units'

export type OddsFormat = 'american' | 'decimal'

/** A price as it was told, as the record has it, and as odds. */
export interface ToldPrice {
  /** Decimal odds, above 1, of what was told: nothing is rounded before. */
  readonly odds: number
  /** In 1e-4 and 1e-6, to the nearest: American odds are finer. */
  readonly oddsDecimal: number
  readonly impliedProbability: number
  /** null: decimal odds were told, which `oddsDecimal` has exactly. */
  readonly american: number | null
}

/** Odds of 1 in 1e-4, certainty in 1e-6, and what American prices are told for. */
const ONE = 10_000
const CERTAIN = 1_000_000
const STAKE = 100
const DECIMALS = 4

/**
 * market-math §5: +A is 1 + A/100, −A is 1 + 100/A, |A| ≥ 100; a decimal price has four decimals at most.
 * @throws RangeError for a price that cannot be in the format, worded to follow its place.
 */
export const priceOf = (price: unknown, format: OddsFormat): ToldPrice => (format === 'american' ? americanOf(price) : decimalOf(price))

function americanOf(price: unknown): ToldPrice {
  if (typeof price !== 'number' || !Number.isSafeInteger(price) || Math.abs(price) < STAKE)
    throw new RangeError(`has a price ${shown(price)}, which is no American one: a whole number from 100 on, or to -100`)
  const [stake, win] = price > 0 ? [STAKE, price] : [-price, STAKE]
  return {
    odds: decimalOfAmerican(price),
    oddsDecimal: ONE + nearest(win, ONE, stake),
    impliedProbability: nearest(stake, CERTAIN, stake + win),
    american: price,
  }
}

function decimalOf(price: unknown): ToldPrice {
  const told = typeof price === 'number' ? String(price) : ''
  const oddsDecimal = /^\d+(\.\d{1,4})?$/.test(told) ? parseFixed(told, DECIMALS) : 0
  if (oddsDecimal <= ONE) throw new RangeError(`has a price ${shown(price)}, which is no decimal one: above 1, four decimals at most`)
  return { odds: oddsDecimal / ONE, oddsDecimal, impliedProbability: nearest(CERTAIN, ONE, oddsDecimal), american: null }
}

const SHOWN_LENGTH = 40
/** A value of the source for a sentence: whatever it is, it stays short. */
export const shown = (value: unknown): string => (JSON.stringify(value) ?? 'undefined').slice(0, SHOWN_LENGTH)

/** a · b ÷ divisor, half of a unit up: ⌊x + ½⌋ is ⌊2x⌋ − ⌊x⌋. */
const nearest = (a: number, b: number, divisor: number): number => floorMulDiv(2 * a, b, divisor) - floorMulDiv(a, b, divisor)
