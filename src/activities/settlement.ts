import { Context } from '@temporalio/activity'
import type { MarketId, Venue } from '../core/ids'
import { millis, money, ONE_CONTRACT, type Millis, type Money } from '../core/units'
import type { VenueAccount } from '../ports/account'
import type { Catalog } from '../ports/catalog'
import type { Clock } from '../ports/clock'
import type { Log } from '../ports/log'
import type { SettledMarket, SettlementActivities } from '../workflows/messages'

const ONE_DOLLAR_MICROS = 1_000_000
/** A result that stood for a week is not disputed any more; until then it is looked at again each time. */
const AMENDABLE_MS = 7 * 86_400_000

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
    readonly { readonly venue: string; readonly market: string; readonly outcome: 'yes' | 'no'; readonly quantity: number }[]
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
  readonly clock: Clock
  readonly log: Log
}

export function createSettlementActivities(dependencies: SettlementDependencies): SettlementActivities {
  return {
    async settleMarkets() {
      const signal = Context.current().cancellationSignal
      const amended = await amendKalshi(dependencies, signal)
      const pairs = await dependencies.openPairs()
      if (pairs.length === 0) return amended
      const decided = await decisions(pairs, dependencies, signal)
      const kalshi = await settleKalshi(decided, dependencies, signal)
      const forecastex = await settleForecastex(decided, dependencies, signal)
      return { settled: [...amended.settled, ...kalshi, ...forecastex.settled], waiting: [...amended.waiting, ...forecastex.waiting] }
    },
  }
}

/** Results that Kalshi has changed after we posted them. What it has taken back and not settled again stands here until it has (execution.md §8). */
async function amendKalshi(
  { kalshi, settledSince, amend, clock, log }: SettlementDependencies,
  signal: AbortSignal,
): Promise<{ settled: readonly SettledMarket[]; waiting: readonly string[] }> {
  const settled: SettledMarket[] = []
  const waiting: string[] = []
  for (const market of await settledSince(millis(clock.nowMs() - AMENDABLE_MS))) {
    const listing = await kalshi.catalog.listing(market, signal)
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

interface Decided {
  readonly pair: OpenPair
  readonly yesPays: Money
}

/** What Kalshi says its markets pay: final only once the venue has settled them (determined results may still be disputed). */
async function decisions(pairs: readonly OpenPair[], { kalshi }: SettlementDependencies, signal: AbortSignal): Promise<readonly Decided[]> {
  const found: Decided[] = []
  for (const pair of pairs) {
    const listing = await kalshi.catalog.listing(pair.kalshiMarket, signal)
    if (listing?.status === 'settled' && listing.yesPays !== null) found.push({ pair, yesPays: listing.yesPays })
  }
  return found
}

async function settleKalshi(
  decided: readonly Decided[],
  { settle, clock }: SettlementDependencies,
  signal: AbortSignal,
): Promise<readonly SettledMarket[]> {
  const settled: SettledMarket[] = []
  for (const { pair, yesPays } of decided) {
    const { lots, paid } = await settle('kalshi', pair.kalshiMarket, yesPays, clock.nowMs(), signal)
    if (lots > 0) settled.push({ venue: 'kalshi', market: pair.kalshiMarket, paid, lots })
  }
  return settled
}

/**
 * IBKR reports no settlement: positions vanish and cash moves. What a vanished position paid is *supposed* from the same question's result and
 * *proven* by the account's cash: all of it is posted only if the ledger then agrees with the venue to the cent. Settlement of one leg is
 * never counted as cash for the other (execution.md §8).
 */
async function settleForecastex(
  decided: readonly Decided[],
  { forecastex, lots, ledger, settle, clock, log }: SettlementDependencies,
  signal: AbortSignal,
): Promise<{ settled: readonly SettledMarket[]; waiting: readonly string[] }> {
  const held = (await lots()).filter(({ venue }) => venue === 'forecastex')
  const withLots = decided.filter(({ pair }) => held.some(({ market }) => market === pair.forecastexMarket))
  const candidates = [...new Map(withLots.map((each) => [each.pair.forecastexMarket, each])).values()] // pairs may share a market; it pays once
  if (candidates.length === 0) return { settled: [], waiting: [] }
  const before = await ledger()
  if (before.openTrades > 0) return { settled: [], waiting: ['a trade is running: the cash of ForecastEx is not at rest'] }
  const statement = await forecastex.account.statement(clock.nowMs(), signal)
  const gone = candidates.filter(
    ({ pair }) => !statement.positions.some(({ market, quantity }) => market === pair.forecastexMarket && quantity > 0),
  )
  const waiting = candidates.filter((each) => !gone.includes(each)).map(({ pair }) => `ForecastEx still holds ${pair.forecastexMarket}`)
  if (gone.length === 0) return { settled: [], waiting }
  const supposed = gone.map(({ pair, yesPays }) => ({
    market: pair.forecastexMarket,
    yesPays: pair.polarity === 'same' ? yesPays : money(ONE_DOLLAR_MICROS - yesPays),
  }))
  const paying = supposed.reduce(
    (sum, { market, yesPays }) =>
      sum +
      payoutOf(
        held.filter((lot) => lot.market === market),
        yesPays,
      ),
    0,
  )
  const expected = before.forecastexCash + paying
  if (expected !== statement.cash) {
    log.warn({ expected, reported: statement.cash }, 'ForecastEx cash does not prove the supposed settlement')
    return {
      settled: [],
      waiting: [...waiting, `cash at ForecastEx is ${statement.cash} µ$, ${expected} µ$ if the results are as at Kalshi`],
    }
  }
  const settled: SettledMarket[] = []
  for (const { market, yesPays } of supposed) {
    const posted = await settle('forecastex', market, yesPays, clock.nowMs(), signal)
    if (posted.lots > 0) settled.push({ venue: 'forecastex', market, paid: posted.paid, lots: posted.lots })
  }
  return { settled, waiting }
}

const payoutOf = (lots: readonly { readonly outcome: 'yes' | 'no'; readonly quantity: number }[], yesPays: Money): number =>
  lots.reduce(
    (sum, { outcome, quantity }) => sum + ((outcome === 'yes' ? yesPays : ONE_DOLLAR_MICROS - yesPays) * quantity) / ONE_CONTRACT,
    0,
  )
