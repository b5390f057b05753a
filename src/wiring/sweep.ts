import type { Client } from '@temporalio/client'
import { createSweepActivities } from '../activities'
import type { Config } from '../config/load'
import { NO_SESSIONS } from '../core/risk/state'
import type { Log } from '../ports/log'
import { fillKey } from '../stores/postgres/booking'
import { createLedger } from '../stores/postgres/ledger'
import {
  bookedFills,
  changedEnds,
  endedOrder,
  openedMs,
  openTrades,
  ownerViolations,
  repairOwners,
  settlingLots,
} from '../stores/postgres/owners'
import type { Database } from '../stores/postgres/pool'
import type { SweepActivities } from '../workflows/messages'
import { systemClock } from './clock'
import type { OfficeAccounts } from './paper/office'
import { queueOfTrade } from './shard/queue'
import { createSuccessors } from './temporal'
import { createWorkflows } from './workflows'

/** The sweep of owners (E25) with the ledger, the Temporal server and Kalshi's lists, or those of its paper account, behind it. ForecastEx tells late fills only to the session that trades. */
export function createSweep(
  config: Config,
  database: Database,
  { accounts, orderIds }: Pick<OfficeAccounts, 'accounts' | 'orderIds'>,
  client: Client,
  log: Log,
): SweepActivities {
  const clock = systemClock()
  const ledger = createLedger(database, () => NO_SESSIONS, clock)
  return createSweepActivities({
    ledger: {
      openTrades: () => openTrades(database),
      settlingLots: () => settlingLots(database),
      changedEnds: (sinceMs) => changedEnds(database, sinceMs),
      violations: () => ownerViolations(database),
      repair: (signal) => repairOwners(database, signal),
    },
    workflows: createWorkflows(client),
    successors: createSuccessors(client, queueOfTrade(database, config)),
    lateFills: {
      account: accounts.kalshi,
      openedMs: () => openedMs(database, 'kalshi'),
      unbooked: async (fills) => {
        const booked = await bookedFills(database, fills.map(fillKey))
        return fills.filter((fill) => !booked.has(fillKey(fill)))
      },
      orderIds: (market, signal) => orderIds('kalshi', market, signal),
      endedOrder: (id) => endedOrder(database, id),
      // as charged: the worker does not follow the markets' fees
      book: async (tradeId, order, fills, signal) => void (await ledger.book(tradeId, order, fills, null, signal)),
    },
    clock,
    workflowNowMs: Date.now,
    log,
  })
}
