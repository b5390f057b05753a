import type { MarketId } from '../../core/ids'
import type { Millis } from '../../core/units'
import { ROUTED_BY_VENUE } from '../../ports/catalog'

interface Activity {
  /** false: nothing can be done, not even a cancel. */
  readonly exchangeActive: boolean
  /** false: nothing is placed or amended; cancels go through. */
  readonly tradingActive: boolean
}
/** What an exchange says of itself, and of each of its shards. */
export interface ExchangeState extends Activity {
  /** Its own estimate, told while it is down; null: not told. */
  readonly resumesMs: Millis | null
  /** Empty where it tells of the whole only. */
  readonly shards: readonly (Activity & { readonly shard: number })[]
}

/**
 * Why nothing opens: at the whole venue (null), or in a market because of the shard it trades on. A market whose shard is not known may be on
 * any of them.
 */
export function standstills(
  state: ExchangeState,
  markets: readonly MarketId[],
  shardOf: (market: MarketId) => number,
): ReadonlyMap<MarketId | null, string> {
  const until = state.resumesMs === null ? '' : `; it expects to resume at ${new Date(state.resumesMs).toISOString()}`
  const whole = stopOf(state, 'Kalshi')
  if (whole !== null) return new Map([[null, whole + until]])
  const stopped = new Map<MarketId | null, string>()
  for (const { shard, ...activity } of state.shards) {
    const why = stopOf(activity, `shard ${shard} of Kalshi`)
    if (why === null) continue
    for (const market of markets) if ([shard, ROUTED_BY_VENUE].includes(shardOf(market))) stopped.set(market, why + until)
  }
  return stopped
}

function stopOf({ exchangeActive, tradingActive }: Activity, who: string): string | null {
  if (!exchangeActive) return `${who} says that it is down (exchange_active is false)`
  return tradingActive ? null : `${who} says that trading is paused (trading_active is false)`
}
