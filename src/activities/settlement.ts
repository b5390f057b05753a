import { Context } from '@temporalio/activity'
import type { MarketId, Outcome, Venue } from '../core/ids'
import type { AccrualFall } from '../core/ledger/coupon'
import { millis, type Millis, type Money, type Quantity } from '../core/units'
import type { Statement, StrangeExecution, VenueAccount } from '../ports/account'
import type { Catalog, Listing } from '../ports/catalog'
import type { Clock } from '../ports/clock'
import type { Log } from '../ports/log'
import type { SettledMarket, SettlementActivities } from '../workflows/messages'
import { AMENDABLE_MS, ForecastexPayouts } from './payouts'

/** A pair with open lots, and the lots at each of its markets. */
export interface OpenPair {
  readonly id: string
  readonly polarity: 'same' | 'opposite'
  readonly kalshiMarket: MarketId
  readonly forecastexMarket: MarketId
}
export interface SettlementDependencies {
  readonly kalshi: { readonly catalog: Catalog }
  readonly forecastex: { readonly account: VenueAccount }
  readonly openPairs: () => Promise<readonly OpenPair[]>
  readonly lots: () => Promise<
    readonly { readonly venue: Venue; readonly market: MarketId; readonly outcome: Outcome; readonly quantity: Quantity }[]
  >
  /** Free and reserved cash as the ledger has it, and whether any trade is running. */
  readonly ledger: () => Promise<{ readonly forecastexCash: number; readonly openTrades: number }>
  readonly settle: (
    venue: Venue,
    market: MarketId,
    yesPays: Money,
    atMs: Millis,
    signal: AbortSignal,
  ) => Promise<{ readonly lots: number; readonly paid: Money }>
  /** Markets of Kalshi whose settlement was posted since then. */
  readonly settledSince: (sinceMs: Millis) => Promise<readonly MarketId[]>
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
  const forecastex = new ForecastexPayouts(dependencies)
  return {
    async settleMarkets() {
      const signal = Context.current().cancellationSignal
      const listingOf = askedOnce((market: MarketId) => dependencies.kalshi.catalog.listing(market, signal))
      const amended = await amendKalshi(dependencies, listingOf, signal)
      const pairs = await dependencies.openPairs()
      const resultOf = async (market: MarketId): Promise<Money | null> => resultIn(await listingOf(market))
      const settled = await settleKalshi(pairs, resultOf, dependencies, signal)
      const paid = await forecastex.settle(pairs, resultOf, signal)
      return { settled: [...amended.settled, ...settled, ...paid.settled], waiting: [...amended.waiting, ...paid.waiting] }
    },
  }
}

type ListingOf = (market: MarketId) => Promise<Listing | null>
/** Within one run each market has one answer. */
function askedOnce(ask: ListingOf): ListingOf {
  const answers = new Map<MarketId, Promise<Listing | null>>()
  return (market) => {
    const answer = answers.get(market) ?? ask(market)
    answers.set(market, answer)
    return answer
  }
}
/** What a listing's YES pays: final only once the venue has settled it (determined results may still be disputed). */
const resultIn = (listing: Listing | null): Money | null => (listing?.status === 'settled' ? listing.yesPays : null)

/** Results that Kalshi has changed after we posted them. What it has taken back and not settled again stands here until it has (execution.md §8). */
async function amendKalshi(
  { settledSince, amend, clock, log }: SettlementDependencies,
  listingOf: ListingOf,
  signal: AbortSignal,
): Promise<{ settled: readonly SettledMarket[]; waiting: readonly string[] }> {
  const settled: SettledMarket[] = []
  const waiting: string[] = []
  for (const market of await settledSince(millis(clock.nowMs() - AMENDABLE_MS))) {
    const listing = await listingOf(market)
    if (listing === null) continue // beyond the venue's historical cutoff
    if (listing.status !== 'settled' || listing.yesPays === null) {
      waiting.push(`Kalshi has reopened ${market}: its result stands here until it is settled again`)
      continue
    }
    const { lots, paid } = await amend('kalshi', market, listing.yesPays, clock.nowMs(), signal)
    if (lots === 0) continue
    log.error({ market, difference: paid, yesPays: listing.yesPays }, 'Kalshi has changed a result: reversed and posted anew')
    settled.push({ venue: 'kalshi', market, paid, lots })
  }
  return { settled, waiting }
}

async function settleKalshi(
  pairs: readonly OpenPair[],
  resultOf: (market: MarketId) => Promise<Money | null>,
  { settle, clock }: SettlementDependencies,
  signal: AbortSignal,
): Promise<readonly SettledMarket[]> {
  const settled: SettledMarket[] = []
  for (const market of new Set(pairs.map(({ kalshiMarket }) => kalshiMarket))) {
    const yesPays = await resultOf(market)
    if (yesPays === null) continue
    const { lots, paid } = await settle('kalshi', market, yesPays, clock.nowMs(), signal)
    if (lots > 0) settled.push({ venue: 'kalshi', market, paid, lots })
  }
  return settled
}
