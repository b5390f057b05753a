import type { Config } from '../../config/load'
import { VENUES, type MarketId, type Venue } from '../../core/ids'
import type { VenueFees } from '../../core/market/fees'
import { LIVENESS_LIMIT_MS, venueFreshness } from '../../core/market/liveness'
import type { BookDirectory } from '../../core/market/reference'
import { Book } from '../../core/market/book'
import { purseOf, type Purse } from '../../core/purse'
import type { SessionProof } from '../../core/risk/state'
import type { Access } from '../../core/trade/cure'
import type { BookIndex, Millis } from '../../core/units'
import { ROUTED_BY_VENUE } from '../../ports/catalog'
import type { Log } from '../../ports/log'
import { createPaperOrderEntry, type PaperOrderEntry } from '../../venues/paper/order-entry'
import { PaperMarket, type BooksSeen } from '../../venues/paper/market'
import { systemClock } from '../clock'
import { paperCanaries } from '../drills/canaries'
import { closedAtForecastex } from '../orders/forecastex'
import type { VenueOrders } from '../orders/venues'
import type { ShardStores } from '../shard/stores'
import type { ForecastexSession } from '../venues'
import { openPaperAccounts, paperOrderIds } from './accounts'

/** This process's own books, with when somebody last vouched for each. */
export interface VouchedBooks extends BooksSeen {
  bookConfirmedAtMs(index: BookIndex): Millis | null
}
export interface PaperOrdersHooks {
  readonly directory: BookDirectory
  readonly books: VouchedBooks
  readonly proof: () => SessionProof
  readonly fees: (venue: Venue, market: string) => VenueFees | null
  readonly access: (venue: Venue, market: string) => Access
  readonly shardOf: (market: MarketId) => number
}

/** Orders at paper venues in the place of both: the venues' own sessions are read, and nothing here could write to them. */
export function openPaperOrders(
  config: Config,
  { database }: Pick<ShardStores, 'database'>,
  { forecastex }: { readonly forecastex: Pick<ForecastexSession, 'catalog'> },
  hooks: PaperOrdersHooks,
  log: Log,
): VenueOrders {
  const { model, seed } = config.venues.paper
  const { books, accounts } = openPaperAccounts(config, database)
  const clock = systemClock()
  const isClosed = closedAtForecastex(config, forecastex.catalog)
  const access = (venue: Venue, market: string): Access =>
    venue === 'forecastex' && isClosed(market) ? 'closed' : hooks.access(venue, market)
  const market = new PaperMarket(
    whileVouched(hooks, () => clock.nowMs()),
    hooks.directory,
    model,
  )
  const entryAt = (venue: Venue): PaperOrderEntry =>
    createPaperOrderEntry({
      ...{ venue, books, market, model, seed, clock, log },
      fees: (of) => hooks.fees(venue, of),
      access: (of) => access(venue, of),
      purseOf: (of) => purseAt(venue, hooks.shardOf(of)),
    })
  const entries = { kalshi: entryAt('kalshi'), forecastex: entryAt('forecastex') }
  return {
    entries,
    accounts,
    orderIds: paperOrderIds(books),
    placing: { kalshi: paperCanaries(entries.kalshi), forecastex: paperCanaries(entries.forecastex) },
    openOrders: { kalshi: (signal) => entries.kalshi.resting(signal), forecastex: (signal) => entries.forecastex.resting(signal) },
    proof: hooks.proof,
    access,
    // a paper order's end has all its fills: there is no later one to hear of
    hearExecutions: () => undefined,
    forecastex: () => ({ recovering: null, recoveries: 0, lastRecoveryMs: null, executions: 0 }),
    watchGroups: () => undefined,
    close: async () => void (await Promise.all(VENUES.map((venue) => entries[venue].close()))),
  }
}

/** Of a shard that is not known the account has only what is held in its market. */
const purseAt = (venue: Venue, shard: number): Purse | null =>
  venue === 'forecastex' ? venue : shard === ROUTED_BY_VENUE ? null : purseOf(venue, shard)

/** A book that its venue does not vouch for now is none: what it shows may be gone (execution.md §7). */
export function whileVouched({ books, directory }: Pick<PaperOrdersHooks, 'books' | 'directory'>, nowMs: () => Millis): BooksSeen {
  const unseen = new Book()
  return {
    at(index) {
      const { venue } = directory.keyOf(index)
      const fresh = venueFreshness(venue, books.bookConfirmedAtMs(index), nowMs(), LIVENESS_LIMIT_MS[venue])
      return fresh.kind === 'fresh' ? books.at(index) : unseen
    },
  }
}
