/** No line pays less than even money for a positive number, nor more for a negative one: what lies between is no American odds. */
const AMERICAN_MIN = 100

/**
 * Decimal odds of American ones: +150 pays 150 on 100, so 2.5; −110 wants 110 for 100, so 1.909…; ±100 are both 2 (market-math §5).
 * @throws RangeError for what is no whole number, or lies between −100 and 100.
 */
export function decimalOfAmerican(american: number): number {
  if (!Number.isSafeInteger(american) || Math.abs(american) < AMERICAN_MIN)
    throw new RangeError(`no American odds: ${american}: they are whole numbers from 100 up or from -100 down`)
  return 1 + (american > 0 ? american / 100 : -100 / american)
}

/** Whether a book can have meant this as decimal odds: it pays back the stake and more. */
export const isDecimalOdds = (decimal: number): boolean => decimal > 1 && Number.isFinite(decimal)

/**
 * What decimal odds say of a chance, the book's margin included: 0 … 1.
 * @throws RangeError for what is no decimal odds.
 */
export function impliedOf(decimal: number): number {
  if (!isDecimalOdds(decimal)) throw new RangeError(`no decimal odds: ${decimal}: they are above 1, as 1.91 is`)
  return 1 / decimal
}
