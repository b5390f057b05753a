import type { Look } from '../../ports/account'
import { readBreaks } from '../../stores/postgres/breaks/breaks'
import { noteLook } from '../../stores/postgres/breaks/look'
import { Reconciler } from '../../streaming/reconcile/reconciler'
import { adoptAt, lookBack } from '../reconciling/accounts'
import { systemClock } from '../clock'
import type { ShardOrders } from '../streaming'
import type { Parts } from './parts'

const RECONCILER = { name: 'reconciliation', role: 'system' } as const
/** A fill that comes later than this is found by the scheduled sweep, which looks back a day: the list stays one page of the busiest shard. */
const LOOK_BACK_MS = 900_000
/** The first look of a process: its predecessor may have been gone for long. */
const FIRST_LOOK_BACK_MS = 86_400_000

/** The reconciliation of a shard that holds its lease, by its own sessions: a gateway tells fills to the client that ordered them. */
export function createReconciler(
  { config, stores, shard, oversight, log }: Omit<Parts, 'reconciler'>,
  { accounts, orderIds }: Pick<ShardOrders, 'accounts' | 'orderIds'>,
): Reconciler<Look> {
  const { database } = stores
  const { every_ms: everyMs, grace_ms: graceMs } = config.venues.reconciliation
  const adopting = { database, orderIds, log }
  return new Reconciler<Look>({
    look: (venue, isFirst, signal) => lookBack(database, accounts[venue], isFirst ? FIRST_LOOK_BACK_MS : LOOK_BACK_MS, signal),
    adopt: async (venue, { unbooked }, signal) => (await adoptAt(venue, unbooked, adopting, signal)).length,
    note: (look, lasting, signal) => noteLook(database, look, lasting, RECONCILER, signal),
    openBreaks: () => readBreaks(database, 'open'),
    bars: () => shard.engine.bars(),
    bar: (change) => oversight.bar(change),
    isConnected: (venue) => shard.engine.isConnected(venue),
    inFlight: () => shard.launcher.inFlight,
    everyMs,
    graceMs,
    clock: systemClock(),
    log,
  })
}
