import { buyingCostBound, contractCost, type KalshiFees } from '../market/fees'
import type { Level } from '../market/event'
import { NO_MONEY, NO_QUANTITY, ONE_CONTRACT, quantity, wholeContracts, type Money, type Price, type Quantity } from '../units'
import { costOf, DOLLAR_MICROS } from './value'

/** The share of a bankroll that grows it fastest: what pays a dollar with probability p and costs c. Below zero where there is no edge (market-math §6). */
export const fullKelly = (probability: number, cost: number): number => (cost < 1 ? (probability - cost) / (1 - cost) : -Infinity)

export interface KellyBet {
  readonly probability: number
  readonly ask: Price
  readonly bankroll: Money
  /** Of full Kelly. */
  readonly fraction: number
  /** Of the bankroll, at most. */
  readonly capFraction: number
  readonly fees: Pick<KalshiFees, 'rates'>
}
export interface KellySize {
  /** In dollars per contract. */
  readonly cost: number
  readonly edge: number
  readonly fullKelly: number
  /** Of the bankroll; 0 without an edge. */
  readonly stakeFraction: number
  /** Whole ones. */
  readonly contracts: number
}

/** The closed form for one price of any depth. */
export function kellySize({ probability, ask, bankroll, fraction, capFraction, fees }: KellyBet): KellySize {
  const cost = costOf(ask, fees)
  const full = fullKelly(probability, cost)
  const stakeFraction = Math.max(0, Math.min(fraction * full, capFraction))
  return {
    cost,
    edge: probability - cost,
    fullKelly: full,
    stakeFraction,
    contracts: Math.floor((stakeFraction * bankroll) / (cost * DOLLAR_MICROS)),
  }
}

export interface KellyLadder {
  /** With fractions. */
  readonly contracts: number
  /** In dollars. */
  readonly spend: number
  /** As far as something is taken of them. */
  readonly perLevel: readonly number[]
}

/** Full Kelly over levels of what is asked, best first: each adds what is still worth its price to somebody who already holds the ones before (market-math §6). */
export function kellyLadder(probability: number, asks: readonly Level[], bankroll: Money, fees: Pick<KalshiFees, 'rates'>): KellyLadder {
  const wealth = bankroll / DOLLAR_MICROS
  let [contracts, spend] = [0, 0]
  const perLevel: number[] = []
  for (const level of asks) {
    const cost = costOf(level.price, fees)
    if (cost >= 1) break
    const depth = level.quantity / ONE_CONTRACT
    const wanted = ((wealth - spend) * (probability - cost) - (1 - probability) * cost * contracts) / (cost * (1 - cost))
    const taken = Math.max(0, Math.min(wanted, depth))
    if (taken > 0) perLevel.push(taken)
    contracts += taken
    spend += taken * cost
    if (wanted < depth) break
  }
  return { contracts, spend, perLevel }
}

/** How far a score of confidence is trusted with the profile's share of Kelly: the same for every profile (seed-behaviour §3.6). */
export const KELLY_BANDS: readonly { readonly from: number; readonly multiplier: number }[] = [
  { from: 70, multiplier: 1 },
  { from: 50, multiplier: 0.5 },
  { from: 0, multiplier: 0.25 },
]
export const multiplierOf = (score: number): number => KELLY_BANDS.find(({ from }) => score >= from)?.multiplier ?? 0

/** Contracts that the first systems' profiles hold at most. */
export const SEED_CONTRACTS_MAX = 500
const CENTS = 100

/**
 * The first systems' sizing, kept to compare with (seed-behaviour §3.6). Price and edge in cents; their edge was gross: give it net (ruling 8).
 * @returns whole contracts, before and after their cap.
 */
export function seedContracts(
  price: number,
  edge: number,
  score: number,
  fraction: number,
  bankroll: Money,
): { readonly wanted: number; readonly contracts: number } {
  const chance = (price + edge) / CENTS
  const win = CENTS - price
  const kelly = Math.max(0, (chance * win - (1 - chance) * price) / win)
  const stake = (bankroll / DOLLAR_MICROS) * kelly * fraction * multiplierOf(score)
  const wanted = Math.floor(stake / (price / CENTS))
  return { wanted, contracts: Math.min(SEED_CONTRACTS_MAX, wanted) }
}

/** What can bound a size, in the order of blame where several bind alike. */
export const SIZE_CAPS = ['displayed depth', 'kelly', 'per trade', 'per event', 'per day', 'contracts', 'cash', 'calibration'] as const
export type SizeCap = (typeof SIZE_CAPS)[number]

/** Shares of the bankroll, and of what is displayed. */
export interface SizeShares {
  readonly perTrade: number
  /** With all correlated markets. */
  readonly perEvent: number
  readonly perDay: number
  readonly ofDepth: number
}
/** Starting points of market-math §6. */
export const SIZE_SHARES: SizeShares = { perTrade: 0.02, perEvent: 0.05, perDay: 0.15, ofDepth: 0.25 }

export interface SizeQuestion {
  /** The lower bound of the probability that the outcome pays: of NO, one less the upper bound of YES. */
  readonly lower: number
  /** Of the outcome, in its own price, best first. */
  readonly asks: readonly Level[]
  /** The dearest price that still earns the least edge: {@link maxPriceFor}. What is asked beyond is no depth, and no order may pay it. */
  readonly maxPrice: Price
  readonly fees: KalshiFees
  /** The profile's share of full Kelly, guarded, and the score that decides how much of it counts. */
  readonly fraction: number
  readonly score: number
  /** The smaller of what is configured and what the account is worth (ruling 13). */
  readonly bankroll: Money
  readonly shares: SizeShares
  /** What is already at risk on the event, and was spent today. */
  readonly eventSpent: Money
  readonly daySpent: Money
  /** What profile, limits and breaker still permit. */
  readonly maxContracts: Quantity
  /** Free at the venue; null: not known here, the reserve decides. */
  readonly cash: Money | null
  /** What calibration leaves of every size: above 0, 1 at the most. Absent: all of it. */
  readonly share?: number
}
export interface EdgeSize {
  /** Whole contracts; 0: none. */
  readonly contracts: Quantity
  /** Which of the caps it is. */
  readonly boundBy: SizeCap
  /** All contracts at the maximum price, fees at their bound: what is spent at most. */
  readonly cost: Money
  /** Whole contracts that each cap leaves; null: it does not bound. */
  readonly caps: Readonly<Record<SizeCap, Quantity | null>>
}

/**
 * How many contracts to buy: the smallest of Kelly's share on the lower bound, the shares of the bankroll, of the displayed depth, what profile and
 * limits permit, and cash. Every one in whole contracts, rounded down, with each contract at the maximum price.
 * @throws RangeError for a bankroll or a share below zero, or what is no probability.
 */
export function sizeOf(question: SizeQuestion): EdgeSize {
  const { bankroll, shares, eventSpent, daySpent, cash, maxContracts } = question
  refuseNonsense(question)
  const within = (budget: number): Quantity => affordable(budget, question)
  const depth = question.asks.filter(({ price }) => price <= question.maxPrice)
  const caps: Record<SizeCap, Quantity | null> = {
    kelly: kellyContracts(question, depth),
    'per trade': within(shares.perTrade * bankroll),
    'per event': within(shares.perEvent * bankroll - eventSpent),
    'per day': within(shares.perDay * bankroll - daySpent),
    'displayed depth': wholeOf(shares.ofDepth * depth.reduce((sum, level) => sum + level.quantity, 0)),
    contracts: wholeOf(maxContracts),
    cash: cash === null ? null : within(cash),
    calibration: null,
  }
  let boundBy: SizeCap = 'displayed depth'
  let contracts: Quantity = caps['displayed depth'] ?? NO_QUANTITY
  for (const cap of SIZE_CAPS) {
    const most = caps[cap]
    if (most !== null && most < contracts) [boundBy, contracts] = [cap, most]
  }
  if (question.share !== undefined && question.share < 1) {
    caps.calibration = shareOf(question.share, contracts)
    if (caps.calibration < contracts) [boundBy, contracts] = ['calibration', caps.calibration]
  }
  return { contracts, boundBy, cost: spentOn(contracts, question), caps }
}

/** One contract is left of any size: without signals nothing would ever be held against its claims again. */
const shareOf = (share: number, contracts: Quantity): Quantity =>
  contracts < ONE_CONTRACT ? NO_QUANTITY : quantity(Math.max(ONE_CONTRACT, wholeOf(share * contracts)))

function refuseNonsense({ lower, bankroll, fraction, shares, share: calibration = 1 }: SizeQuestion): void {
  if (!(lower >= 0 && lower <= 1)) throw new RangeError(`not a probability: ${lower}`)
  if (bankroll < 0) throw new RangeError(`a bankroll is not below zero: ${bankroll}`)
  for (const [name, share] of Object.entries({ ...shares, fraction, calibration }))
    if (!(share >= 0 && share <= 1)) throw new RangeError(`a share is within 0 … 1: ${name} is ${String(share)}`)
}

/** A share of full Kelly is full Kelly of that share of the bankroll: what is far beyond the books' depth is cut where it ends. */
function kellyContracts({ lower, fees, fraction, score, bankroll }: SizeQuestion, depth: readonly Level[]): Quantity {
  const share = Math.floor(bankroll * fraction * multiplierOf(score)) as Money
  return wholeOf(kellyLadder(lower, depth, share, fees).contracts * ONE_CONTRACT)
}

/** Whole contracts, rounded down; none of what is below zero. */
const wholeOf = (hundredths: number): Quantity => wholeContracts(quantity(Math.floor(Math.max(0, hundredths))))

/** The bound of one contract times their number is at least their bound, but for the rounding of the order to the account's grid. */
function affordable(budget: number, question: SizeQuestion): Quantity {
  let contracts = wholeOf((Math.floor(budget) / contractCost(question.fees, question.maxPrice)) * ONE_CONTRACT)
  while (contracts > 0 && spentOn(contracts, question) > budget) contracts = quantity(contracts - ONE_CONTRACT)
  return contracts
}

const spentOn = (contracts: Quantity, { maxPrice, fees }: SizeQuestion): Money =>
  contracts === 0 ? NO_MONEY : buyingCostBound(fees, [{ price: maxPrice, quantity: contracts }])
