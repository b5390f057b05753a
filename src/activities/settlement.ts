import { Context } from '@temporalio/activity'
import type { MarketId, Outcome, Venue } from '../core/ids'
import type { AccrualFall } from '../core/ledger/coupon'
import type { Millis, Money, Quantity } from '../core/units'
import type { Statement, StrangeExecution, VenueAccount } from '../ports/account'
import type { Clock } from '../ports/clock'
import type { Log } from '../ports/log'
import type { SettlementActivities } from '../workflows/messages'
import { ForecastexPayouts } from './payouts'
import { KalshiPayouts, type KalshiSettlementDependencies, type MarketResult } from './records/kalshi'

/** A pair with open lots, and the lots at each of its markets. */
export interface OpenPair {
  readonly id: string
  readonly polarity: 'same' | 'opposite'
  readonly kalshiMarket: MarketId
  readonly forecastexMarket: MarketId
}
export interface SettlementDependencies {
  readonly kalshi: Omit<KalshiSettlementDependencies, 'clock' | 'log'>
  readonly forecastex: { readonly account: VenueAccount }
  readonly openPairs: () => Promise<readonly OpenPair[]>
  readonly lots: () => Promise<
    readonly { readonly venue: Venue; readonly market: MarketId; readonly outcome: Outcome; readonly quantity: Quantity }[]
  >
  /** Free and reserved cash as the ledger has it, and whether any trade is running. */
  readonly ledger: () => Promise<{ readonly forecastexCash: number; readonly openTrades: number }>
  /** Of ForecastEx. */
  readonly settle: (
    market: MarketId,
    yesPays: Money,
    atMs: Millis,
    signal: AbortSignal,
  ) => Promise<{ readonly lots: number; readonly paid: Money }>
  /** Reverses and posts anew what was paid otherwise. */
  readonly amend: SettlementDependencies['settle']
  /** Markets of ForecastEx whose payout was posted since then, each with the question it was supposed from. */
  readonly paidSince: (sinceMs: Millis) => Promise<
    readonly (Pick<OpenPair, 'polarity' | 'kalshiMarket'> & {
      readonly market: MarketId
      readonly lots: readonly { readonly outcome: Outcome; readonly quantity: Quantity; readonly paid: Money }[]
    })[]
  >
  /** Keeps what a statement of ForecastEx shows: which contracts of ours are gone, since when, and which falls of owed interest are unexplained. */
  readonly note: (
    statement: Statement,
    signal: AbortSignal,
  ) => Promise<{
    readonly gone: readonly { readonly market: MarketId; readonly goneMs: Millis }[]
    readonly falls: readonly AccrualFall[]
  }>
  /** Once for each fall. @returns false when it is more than positions can have earned (invariant 12): then nothing is booked. */
  readonly payCoupon: (fall: AccrualFall, atMs: Millis, signal: AbortSignal) => Promise<boolean>
  /** Books what a netting was charged, into suspense. @returns whether it was news. */
  readonly suspendNettingFee: (netting: StrangeExecution, signal: AbortSignal) => Promise<boolean>
  readonly clock: Clock
  readonly log: Log
}

export function createSettlementActivities(dependencies: SettlementDependencies): SettlementActivities {
  const { clock, log } = dependencies
  const kalshi = new KalshiPayouts({ ...dependencies.kalshi, clock, log })
  const forecastex = new ForecastexPayouts(dependencies)
  return {
    async settleMarkets() {
      const signal = Context.current().cancellationSignal
      const resultOf = askedOnce((market: MarketId) => dependencies.kalshi.result(market, signal))
      const pairs = await dependencies.openPairs()
      const here = await kalshi.settle(await heldAtKalshi(dependencies), resultOf, signal)
      const there = await forecastex.settle(pairs, async (market) => paysIn(await resultOf(market)), signal)
      return { settled: [...here.settled, ...there.settled], waiting: [...here.waiting, ...there.waiting] }
    },
  }
}

/** Of lots, not of pairs: an edge's market has none, and what is held is paid whatever became of its pair. */
const heldAtKalshi = async ({ lots }: SettlementDependencies): Promise<readonly MarketId[]> =>
  (await lots()).filter(({ venue }) => venue === 'kalshi').map(({ market }) => market)

type ResultOf = (market: MarketId) => Promise<MarketResult | null>
/** Within one run each market has one answer. */
function askedOnce(ask: ResultOf): ResultOf {
  const answers = new Map<MarketId, Promise<MarketResult | null>>()
  return (market) => {
    const answer = answers.get(market) ?? ask(market)
    answers.set(market, answer)
    return answer
  }
}
/** What a YES pays: final only once the venue has settled it (determined results may still be disputed). */
const paysIn = (result: MarketResult | null): Money | null => (result?.status === 'settled' ? result.yesPays : null)
