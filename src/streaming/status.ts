import type { HealthReport } from '../telemetry/health'
import type { StoreWatch } from '../telemetry/stores'
import type { Clock } from '../ports/clock'
import type { Log } from '../ports/log'
import type { Oversight } from './audit/oversight'
import type { Desk } from './desk'
import type { HeldLease } from './failover/lease'
import type { HaltMirror } from './mirror'
import type { Role } from './failover/role'
import type { Shard } from './shard'
import type { TokenDesk } from '../ports/guard'

/** What the health page shows. */
export interface Shown {
  readonly shard: Shard
  readonly lease: HeldLease
  readonly role: Role
  readonly halts: HaltMirror
  readonly desk: Desk
  readonly oversight: Oversight
  /** null: this process trades boxes alone. */
  readonly edges: { state(): object } | null
  /** The servers behind this process. */
  readonly watch: Pick<StoreWatch, 'ready' | 'state'>
  readonly sessions: {
    readonly gateway: { readonly clientId: number; readonly session: object }
    readonly tokens: TokenDesk
    stream(): object
    quotes(): object
  }
  /** null while another process holds the lease, as the orders. */
  readonly reconciler: { state(): object } | null
  readonly orders: { forecastex(): { readonly recovering: string | null }; twins(): object | null } | null
  readonly stores: { readonly frameLog: { readonly lost: number }; readonly cache: Counted | null; readonly record: Counted | null }
}
interface Counted {
  readonly dropped: number
  readonly queued: number
}

/** The predecessor's health port is free as soon as it has ended. */
const RETRY_MS = 250

/** Serves as soon as the port's last owner has let go of it. @throws when aborted */
export async function whenFree<T>(serve: () => Promise<T>, clock: Clock, log: Log, signal: AbortSignal): Promise<T> {
  for (;;) {
    try {
      return await serve()
    } catch (error) {
      log.debug({ error: (error as Error).message }, 'the health port is not free yet')
    }
    await clock.sleep(RETRY_MS, signal)
  }
}

/** What the process says of itself. A standby is ready when it could take over: it sees both venues. */
export const healthOf =
  ({ stores, shard, lease, role, halts, sessions, desk, oversight, orders, reconciler, edges, watch }: Shown) =>
  (): HealthReport => ({
    ready:
      watch.ready &&
      role.valid() === (role.name === 'trading') &&
      desk.isListed &&
      shard.feeds().every(({ state }) => state === 'connected'),
    stores: watch.state(),
    role: role.name,
    roleReason: role.reason,
    leaseEpoch: lease.epoch,
    haltEpoch: halts.epoch,
    pairs: desk.pairs.length,
    feeds: shard.feeds(),
    stream: sessions.stream(),
    quotes: sessions.quotes(),
    ...oversight.state(),
    markets: desk.markets(),
    questions: desk.questions(),
    gateway: { ...sessions.gateway.session, clientId: sessions.gateway.clientId, recovering: orders?.forecastex().recovering ?? null },
    tokens: sessions.tokens.state(),
    reconciliation: reconciler?.state() ?? null,
    edges: edges?.state() ?? null,
    twins: orders?.twins() ?? null,
    ...shard.seen(),
    latency: Object.fromEntries(Object.entries(shard.stopwatch.windows).map(([name, window]) => [name, window.quantiles()])),
    counters: {
      ...shard.counters(),
      captureLost: stores.frameLog.lost,
      cacheDropped: stores.cache?.dropped ?? 0,
      recordDropped: stores.record?.dropped ?? 0,
      recordQueued: stores.record?.queued ?? 0,
    },
  })
