/** The integer of a decimal text with so many implied decimals, digit by digit (market-math §1). @throws where the text has more of them */
export function digits(text: string, decimals: number): number {
  const negative = text.startsWith('-')
  const [whole = '', fraction = ''] = (negative ? text.slice(1) : text).split('.')
  let kept = fraction
  while (kept.endsWith('0')) kept = kept.slice(0, -1)
  if (kept.length > decimals) throw new Error(`${text} is finer than ${decimals} decimals`)
  while (kept.length < decimals) kept += '0'
  const value = Number(BigInt(whole + kept))
  return negative && value !== 0 ? -value : value
}

/** Toward minus infinity. */
export function down(numerator: bigint, denominator: bigint): bigint {
  let quotient = numerator / denominator
  if (quotient * denominator > numerator) quotient -= 1n
  return quotient
}

/** Toward plus infinity. */
export function up(numerator: bigint, denominator: bigint): bigint {
  let quotient = numerator / denominator
  if (quotient * denominator < numerator) quotient += 1n
  return quotient
}
