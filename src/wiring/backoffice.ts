import { createIngestActivities, createSettlementActivities } from '../activities'
import type { Config } from '../config/load'
import type { Log } from '../ports/log'
import { openDatabase } from '../stores/postgres/pool'
import { pairsWithLots, saveListings } from '../stores/postgres/registry'
import { settleMarket } from '../stores/postgres/settlement'
import { ledgerCash, openLots, openTradeCount } from '../stores/postgres/verify'
import type { Gateway } from '../venues/forecastex/gateway'
import type { IngestActivities, SettlementActivities } from '../workflows/messages'
import { systemClock } from './clock'
import { openForecastex, openKalshi } from './venues'

const clock = systemClock()

export interface Backoffice {
  readonly ingest: IngestActivities
  readonly settlement: SettlementActivities
  /** Reads accounts and catalogues; places nothing. */
  readonly gateway: Gateway
  close(): Promise<void>
}

/** What the ingest and back-office queues work with. */
export function openBackoffice(config: Config, log: Log): Backoffice {
  const database = openDatabase(config.endpoints.databaseUrl, log)
  const kalshi = openKalshi(config, null, log)
  const forecastex = openForecastex(config, 'worker', null, log)
  return {
    gateway: forecastex.gateway,
    ingest: createIngestActivities({
      catalogs: [
        { catalog: kalshi.catalog, series: config.venues.kalshi.series },
        { catalog: forecastex.catalog, series: config.venues.forecastex.symbols },
      ],
      save: (listings) => saveListings(database, listings, clock.nowMs()),
    }),
    settlement: createSettlementActivities({
      kalshi: { catalog: kalshi.catalog },
      forecastex: { account: forecastex.account },
      openPairs: () => pairsWithLots(database),
      lots: () => openLots(database),
      ledger: async () => ({ forecastexCash: (await ledgerCash(database))['forecastex'] ?? 0, openTrades: await openTradeCount(database) }),
      settle: (venue, market, yesPays, atMs, signal) => settleMarket(database, venue, market, yesPays, atMs, signal),
      clock,
      log,
    }),
    async close() {
      await Promise.all([kalshi.rest.close(), database.end()])
    },
  }
}
