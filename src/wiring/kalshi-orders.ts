import type { Config } from '../config/load'
import { FAILURES } from '../core/failures'
import type { MarketId } from '../core/ids'
import { quantity } from '../core/units'
import type { HaltView } from '../ports/guard'
import type { Log } from '../ports/log'
import type { OrderEntry } from '../ports/order-entry'
import { createKalshiOrderEntry } from '../venues/kalshi/order-entry'
import { createOrderGroups } from '../venues/kalshi/order-groups'
import { RunawayLimiter } from '../venues/kalshi/runaway'
import type { Tokens } from '../venues/tokens'
import { systemClock } from './clock'
import type { ShardSessions } from './sessions'

export interface KalshiOrdersHooks {
  readonly halts: HaltView
  readonly tokens: Tokens
  readonly shardOf: (market: MarketId) => number
  /** The runaway limiter triggered: nothing opens until a person has looked. */
  readonly haltOpenings: (reason: string) => void
}
export interface KalshiOrders {
  readonly entry: OrderEntry
  /** Until aborted: the runaway limiter's groups on the shards of these markets, and of any other that is traded later. */
  watchGroups(markets: readonly MarketId[], signal: AbortSignal): void
}

/** Orders at Kalshi with all that watches over them: the private channels' memory, the runaway limiter, the venue's clock. */
export function openKalshiOrders(config: Config, sessions: ShardSessions, hooks: KalshiOrdersHooks, log: Log): KalshiOrders {
  const { kalshi, watch } = sessions
  const { halts, tokens, shardOf, haltOpenings } = hooks
  let traded: readonly MarketId[] = []
  const clock = systemClock()
  const window = config.venues.kalshi.acceptance_window_ms
  const runaway = new RunawayLimiter({
    groups: createOrderGroups(kalshi.rest),
    contracts: quantity(`${config.venues.kalshi.runaway_contracts_per_15s}`),
    required: config.mode === 'live',
    shards: () => [...new Set(traded.map(shardOf))],
    halted: () => halts.active().includes('all'),
    onTriggered: haltOpenings,
    clock,
    log,
  })
  sessions.hearGroups(({ groupId, event }) => runaway.heard(groupId, event))
  const entry = createKalshiOrderEntry({
    rest: kalshi.rest,
    account: config.endpoints.kalshi.account,
    clock,
    log,
    shardOf,
    watch,
    runaway,
    offset: kalshi.signer.offset,
    ...(window !== undefined && { acceptanceWindowMs: window }),
    onCancel: (shard) => tokens.spendCancel('kalshi', shard),
  })
  return {
    entry,
    watchGroups(markets, signal) {
      traded = markets
      runaway
        .keep(signal)
        .catch((error: Error) => log.error({ error: error.message }, `${FAILURES.bug}: the order groups are watched no more`))
    },
  }
}
