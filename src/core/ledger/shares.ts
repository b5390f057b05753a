import { money, moneyOf, NO_MONEY, type Money } from '../units'

/**
 * Shares a sum out by weights, to the micro-dollar: each part rounded down, and what is left goes to the largest remainders, one each, the first among
 * equals. The shares always make up the sum.
 * @throws RangeError for a negative sum or weight, and when there is a sum and nothing has any weight.
 */
export function shareOut(sum: Money, weights: readonly number[]): readonly Money[] {
  if (sum < 0 || weights.some((weight) => weight < 0)) throw new RangeError(`${sum} µ$ cannot be shared out by ${weights.join(', ')}`)
  const total = weights.reduce((all, weight) => all + BigInt(weight), 0n)
  if (total === 0n && sum !== 0) throw new RangeError(`${sum} µ$ are to be shared out, and nothing has any weight`)
  const parts = weights.map((weight, place) => {
    const product = BigInt(sum) * BigInt(weight)
    return total === 0n ? { place, part: NO_MONEY, rest: 0n } : { place, part: moneyOf(product / total), rest: product % total }
  })
  const left = parts.reduce((rest, { part }) => rest - part, sum as number)
  const next = [...parts].sort((a, b) => (a.rest === b.rest ? a.place - b.place : a.rest > b.rest ? -1 : 1))
  const oneMore = new Set(next.slice(0, left).map(({ place }) => place))
  return parts.map(({ place, part }) => money(part + (oneMore.has(place) ? 1 : 0)))
}
