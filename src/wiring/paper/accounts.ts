import { cancelResting } from '../../activities'
import { ConfigurationError } from '../../config/environment'
import type { Config } from '../../config/load'
import { type MarketId, type Venue } from '../../core/ids'
import { venueOf } from '../../core/purse'
import { isOnPaper, PAPER_ACCOUNT } from '../../core/trade/paper'
import { money, ONE_CONTRACT, ONE_DOLLAR, notional, type Money } from '../../core/units'
import type { Log } from '../../ports/log'
import type { PaperBooks, VenueAccount } from '../../ports/account'
import { openedAccounts } from '../../stores/postgres/ledger'
import { createPaperBooks } from '../../stores/postgres/paper/account'
import { pairsWithLots } from '../../stores/postgres/pairs/registry'
import { openDatabase, type Database } from '../../stores/postgres/pool'
import { createPaperAccount } from '../../venues/paper/account'
import type { KalshiRest } from '../../venues/kalshi/rest/call'
import { getMarketAcross } from '../../venues/kalshi/rest/markets'
import type { CancelledVenue } from '../../workflows/messages'
import { systemClock } from '../clock'
import type { OrderIds } from '../reconciling/accounts'

/** What a YES of a market pays; null: not decided. */
export type YesPays = (venue: Venue, market: MarketId, signal: AbortSignal) => Promise<Money | null>

export interface PaperAccounts {
  readonly books: PaperBooks
  readonly accounts: Readonly<Record<Venue, VenueAccount>>
}

/** Both accounts of mode `paper`, in the ledger's database. @param pays given to the one process that pays out */
export function openPaperAccounts(
  config: Config,
  database: Database,
  pays: { readonly yesPays: YesPays; readonly log: Log } | null = null,
): PaperAccounts {
  const books = createPaperBooks(database)
  const clock = systemClock()
  const [kalshi, forecastex] = (['kalshi', 'forecastex'] as const).map((venue) =>
    createPaperAccount({
      ...{ venue, books, clock },
      opening: config.venues.paper.opening.filter(({ purse }) => venueOf(purse) === venue),
      ...(pays && {
        payouts: {
          yesPays: (market, signal) => pays.yesPays(venue, market, signal),
          onUnread: (market, { message: error }) =>
            pays.log.warn({ venue, market, error }, 'what a market pays could not be asked; asked again'),
        },
      }),
    }),
  ) as [VenueAccount, VenueAccount]
  return { books, accounts: { kalshi, forecastex } }
}

/**
 * A ledger has one account at each venue: on paper our own, else the one that is configured. Money of another one is not traded beside it.
 * @throws ConfigurationError when the ledger was opened for another account
 */
export async function refuseOtherLedger({ mode, endpoints }: Pick<Config, 'mode' | 'endpoints'>, database: Database): Promise<void> {
  const other = (await openedAccounts(database)).find(
    ({ venue, account }) => account !== (isOnPaper(mode) ? PAPER_ACCOUNT : endpoints[venue].account),
  )
  if (other !== undefined)
    throw new ConfigurationError(
      `mode ${mode} cannot use this ledger, which has the account ${other.account} at ${other.venue}: start with a data folder of its own (CROSSBOOK_DATA=.crossbook/${mode})`,
    )
}

const FULL_PAYOUT = notional(ONE_DOLLAR, ONE_CONTRACT)

/**
 * As Kalshi's listing says, once it is settled there. ForecastEx's listing does not tell: its market pays what the pair's other one says, which is what
 * settlement supposes of it too (docs/decisions/settlement-at-forecastex.md).
 */
export function paysAsListed(database: Database, rest: KalshiRest): YesPays {
  const settledAt = async (market: MarketId, signal: AbortSignal): Promise<Money | null> => {
    const found = await getMarketAcross(rest, market, signal)
    return found?.status === 'settled' ? found.yesPays : null
  }
  return async (venue, market, signal) => {
    if (venue === 'kalshi') return settledAt(market, signal)
    for (const pair of await pairsWithLots(database)) {
      if (pair.forecastexMarket !== market) continue
      const yesPays = await settledAt(pair.kalshiMarket, signal)
      if (yesPays !== null) return pair.polarity === 'same' ? yesPays : money(FULL_PAYOUT - yesPays)
    }
    return null
  }
}

/** The venue's id of a paper order is our own. */
export const paperOrderIds =
  (books: PaperBooks): OrderIds =>
  async (venue, market, signal) =>
    new Map((await books.ordersIn(venue, market, signal)).map((id) => [id, id]))

/** E27 without the streaming process. */
export async function cancelOnPaper(config: Config, venue: Venue, log: Log, signal: AbortSignal): Promise<CancelledVenue> {
  const database = openDatabase(config.endpoints.databaseUrl, log)
  const books = createPaperBooks(database)
  const openOrders = (limit: AbortSignal) => books.resting(venue, systemClock().nowMs(), limit)
  const cancelEverything = async (limit: AbortSignal) => {
    await books.cancelResting(venue, systemClock().nowMs(), limit)
    return openOrders(limit)
  }
  try {
    return await cancelResting({ entry: { venue, cancelEverything }, openOrders, log }, signal)
  } finally {
    await database.end()
  }
}
