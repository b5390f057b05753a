import type { SettlementDependencies } from '../../activities'
import type { Config } from '../../config/load'
import type { Venue } from '../../core/ids'
import { isOnPaper } from '../../core/trade/paper'
import type { VenueAccount } from '../../ports/account'
import type { Log } from '../../ports/log'
import type { Database } from '../../stores/postgres/pool'
import { venueOrderIds, type OrderIds } from '../reconciling/accounts'
import { kalshiPayouts } from '../settlement/settlement'
import type { ForecastexSession, KalshiSession } from '../venues'
import { openPaperAccounts, paperOrderIds, paysAsListed } from './accounts'
import { paperPayouts } from './settlement'

/** The accounts that the back office reads, and what only it asks of them. */
export interface OfficeAccounts {
  readonly accounts: Readonly<Record<Venue, VenueAccount>>
  readonly orderIds: OrderIds
  /** Kalshi's records of payouts. */
  readonly payouts: Pick<SettlementDependencies['kalshi'], 'payout' | 'payouts'>
}

/** Those of the venues; in mode `paper` those that we keep ourselves, which pay out here and nowhere else. */
export function openOfficeAccounts(
  config: Config,
  database: Database,
  kalshi: KalshiSession,
  forecastex: ForecastexSession,
  log: Log,
): OfficeAccounts {
  if (!isOnPaper(config.mode))
    return {
      accounts: { kalshi: kalshi.account, forecastex: forecastex.account },
      orderIds: venueOrderIds(kalshi.rest, forecastex.gateway),
      payouts: kalshiPayouts(kalshi.rest),
    }
  const yesPays = paysAsListed(database, kalshi.rest)
  const paper = openPaperAccounts(config, database, { yesPays, log })
  return { accounts: paper.accounts, orderIds: paperOrderIds(paper.books), payouts: paperPayouts(paper, yesPays) }
}
