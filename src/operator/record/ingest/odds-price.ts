import { floorMulDiv, parseFixed } from '../../../core/units'
import type { OddsRow } from '../../../ports/record'

export type OddsFormat = 'american' | 'decimal'
type Quoted = Pick<OddsRow, 'oddsDecimal' | 'impliedProbability' | 'american'>

/** Of a spread or a total. */
export const POINT_DECIMALS = 2

/** Odds of 1 in 1e-4, certainty in 1e-6, and what American prices are told for. */
const ONE = 10_000
const CERTAIN = 1_000_000
const STAKE = 100
const DECIMALS = 4

/**
 * What the prices of one answer are: The Odds API gives all of them in one format and does not name it. American ones are whole, and never between
 * -100 and 100; among decimal ones of one answer there is always one below 100, for it belongs to a favourite.
 */
export const formatOf = (prices: readonly unknown[]): OddsFormat =>
  prices.every((price) => Number.isInteger(price) && Math.abs(price as number) >= STAKE) ? 'american' : 'decimal'

/**
 * A price as the table has it, rounded to the nearest of its units where American odds are finer (market-math §5).
 * @throws Error for a price that cannot be in the format.
 */
export function quotedOf(price: unknown, format: OddsFormat): Quoted {
  return format === 'american' ? americanOf(price) : decimalOf(price)
}

function americanOf(price: unknown): Quoted {
  if (typeof price !== 'number' || !Number.isSafeInteger(price) || Math.abs(price) < STAKE)
    throw new Error(`has a price ${JSON.stringify(price)}, which is no American one`)
  const [stake, win] = price > 0 ? [STAKE, price] : [-price, STAKE]
  return { oddsDecimal: ONE + nearest(win, ONE, stake), impliedProbability: nearest(stake, CERTAIN, stake + win), american: price }
}

function decimalOf(price: unknown): Quoted {
  const told = typeof price === 'number' ? String(price) : ''
  const odds = /^\d+(\.\d{1,4})?$/.test(told) ? parseFixed(told, DECIMALS) : 0
  if (odds <= ONE) throw new Error(`has a price ${JSON.stringify(price)}, which is no decimal one: above 1, four decimals at most`)
  return { oddsDecimal: odds, impliedProbability: nearest(CERTAIN, ONE, odds), american: null }
}

/** a · b ÷ divisor, half of a unit up: ⌊x + ½⌋ is ⌊2x⌋ − ⌊x⌋. */
const nearest = (a: number, b: number, divisor: number): number => floorMulDiv(2 * a, b, divisor) - floorMulDiv(a, b, divisor)
