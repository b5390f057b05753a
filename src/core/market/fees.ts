import { assertNever } from '../assert'
import { MICROS_PER_PRICE, ONE_DOLLAR, type Millis, type Money, type Price } from '../units'
import type { Level } from './event'
import { FORECASTEX_REGIMES, forecastexCost, regimeAt, type ForecastexRegime } from './fees-forecastex'
import { kalshiCostUpperBound, kalshiProceedsLowerBound, kalshiRates, type KalshiBound } from './fees-kalshi'

/** Fee records change by series and by day: one older than a day no longer prices an opening (market-math §2.1). */
export const FEE_TERMS_AGE_LIMIT_MS = 24 * 60 * 60 * 1000
/** rate · price · (1 − price) of one contract over this is µ$. The product stays below 2^53 up to a multiplier of 50. */
export const FEE_PART = 10_000_000_000

export interface KalshiFees extends KalshiBound {
  readonly kind: 'priced'
  readonly venue: 'kalshi'
  /** When the series' record was fetched. */
  readonly knownAtMs: Millis
}
export interface ForecastexFees {
  readonly kind: 'priced'
  readonly venue: 'forecastex'
  /** Of the regime in force when these terms were made: prices what is about to be bought. */
  readonly feePerContract: Money
  /** All of them: what was bought is charged by the regime of its own moment. */
  readonly regimes: readonly ForecastexRegime[]
}
/** What can be computed with: the venue's fees at their bound, whatever the fragmentation of the fills. */
export type VenueFees = KalshiFees | ForecastexFees
/** The venue publishes no formula for this market: it is not traded. */
export interface CannotBePriced {
  readonly kind: 'cannot-be-priced'
  readonly reason: string
}

/** A series' fee record as the catalog reads it; the multiplier in 1e-4 units. */
export interface FeeRecord {
  readonly feeType: string
  readonly multiplier: number
  readonly fetchedAtMs: Millis
}

/** Prices a Kalshi market from its record and the account's rounding. 'flat' and unknown types are refused, never guessed. */
export function kalshiFees(
  record: FeeRecord,
  rounding: Pick<KalshiBound, 'balanceGrid' | 'slackPerContract'>,
): KalshiFees | CannotBePriced {
  const rates = kalshiRates(record.feeType, record.multiplier)
  if (!rates)
    return {
      kind: 'cannot-be-priced',
      reason: `fee type "${record.feeType}" with multiplier ${record.multiplier} has no published formula`,
    }
  return {
    kind: 'priced',
    venue: 'kalshi',
    rates,
    knownAtMs: record.fetchedAtMs,
    balanceGrid: rounding.balanceGrid,
    slackPerContract: rounding.slackPerContract,
  }
}
/** @throws RangeError when no regime covers the time. */
export const forecastexFees = (atMs: Millis, regimes: readonly ForecastexRegime[] = FORECASTEX_REGIMES): ForecastexFees => ({
  kind: 'priced',
  venue: 'forecastex',
  feePerContract: regimeAt(atMs, regimes).feePerContract,
  regimes,
})

/** Buying these levels by one order costs at most this, fees included. By the limit-price lemma a level at the limit bounds every better fill. */
export function buyingCostBound(fees: VenueFees, levels: readonly Level[]): Money {
  switch (fees.venue) {
    case 'kalshi':
      return kalshiCostUpperBound(levels, fees)
    case 'forecastex':
      return forecastexCost(levels, fees.feePerContract)
    default:
      return assertNever(fees, 'venue')
  }
}

/** Selling into these levels by one order brings at least this. Only Kalshi has a sale: at ForecastEx leaving is buying the opposite outcome. */
export const sellingProceedsBound = (fees: KalshiFees, levels: readonly Level[]): Money => kalshiProceedsLowerBound(levels, fees)

/** µ$ that one contract costs at most at this price, rounded up; the order's rounding to the balance grid comes on top, once. For comparing levels. */
export function contractCost(fees: VenueFees, price: Price): number {
  switch (fees.venue) {
    case 'kalshi':
      return MICROS_PER_PRICE * price + contractFee(fees, price) + fees.slackPerContract
    case 'forecastex':
      return MICROS_PER_PRICE * price + fees.feePerContract
    default:
      return assertNever(fees, 'venue')
  }
}
/** µ$ that the sale of one contract at this price brings at least, rounded down; the order's rounding comes on top. */
export const contractProceeds = (fees: KalshiFees, price: Price): number =>
  MICROS_PER_PRICE * price - contractFee(fees, price) - fees.slackPerContract

const contractFee = ({ rates }: KalshiFees, price: Price): number => Math.ceil((rates.taker * price * (ONE_DOLLAR - price)) / FEE_PART)
