import { notional, ONE_CONTRACT, ONE_DOLLAR, type Money, type Quantity } from '../units'

export interface HoldInput {
  /** Fair probability that the contracts pay, 0 to 1, from an independent source. */
  readonly fair: number
  /** All that is owned besides them. */
  readonly wealth: Money
  readonly contracts: Quantity
  /** What one contract brings now, fees deducted. */
  readonly netBid: Money
}
export interface HoldOrUnwind {
  /** What one contract is worth to its holder, in µ$ and fractions of it. */
  readonly certaintyEquivalent: number
  readonly action: 'hold' | 'unwind'
}

/**
 * Whether unpaired contracts are worth more than the bid to somebody with logarithmic utility: CE = (W/q)·((1 + q/W)^p − 1) per contract, unwind iff the
 * net bid is at least that (market-math §4). For research: what a trade may hold is its budget's to say (E23, ruling 14).
 * @throws RangeError when wealth or contracts are not positive, or `fair` is no probability.
 */
export function holdOrUnwind({ fair, wealth, contracts, netBid }: HoldInput): HoldOrUnwind {
  if (wealth <= 0 || contracts <= 0) throw new RangeError(`wealth and contracts must be positive: ${wealth}, ${contracts}`)
  if (!(fair >= 0 && fair <= 1)) throw new RangeError(`not a probability: ${fair}`)
  const paid = notional(ONE_DOLLAR, contracts)
  const gain = Math.expm1(fair * Math.log1p(paid / wealth))
  const certaintyEquivalent = (wealth / paid) * gain * notional(ONE_DOLLAR, ONE_CONTRACT)
  return { certaintyEquivalent, action: netBid >= certaintyEquivalent ? 'unwind' : 'hold' }
}
