import { VENUES } from '../core/ids'
import type { Operator } from '../core/risk/scope'
import { millis } from '../core/units'
import { withLimit } from '../ports/limit'
import { recordKill } from '../stores/postgres/halts'
import type { CancelledVenue, KillReport } from '../workflows/messages'
import { askControls } from './controls'
import { order, untold, type HaltDependencies, type HaltReport } from './halts'

/** One small transaction. */
const RECORD_LIMIT_MS = 5_000
/** Ten looks at one venue and what lies between them. */
const DIRECT_LIMIT_MS = 20_000

export interface KillDependencies extends HaltDependencies {
  /** All that run: each cancels what it has sent. */
  readonly shards: readonly string[]
  /** Cancels what rests of ours at Kalshi without the streaming process: REST needs no session. ForecastEx's orders belong to theirs (E19). */
  readonly cancelAtKalshi: (signal: AbortSignal) => Promise<CancelledVenue>
}
export interface KilledReport extends HaltReport {
  readonly venues: readonly CancelledVenue[]
}

/**
 * E27: halts everything, then cancels what rests of ours at both venues by id and reads it back. Cures go on, manual orders stay. What could not be
 * told, cancelled or read back is in the report, and the halt stands all the same. Audited. @throws as `order` does, before anything was done
 */
export async function kill(dependencies: KillDependencies, by: Operator, reason: string): Promise<KilledReport> {
  const halt = await order(dependencies, 'halt', 'all', by, reason)
  const { trades, venues, why } = await askToKill(dependencies, {
    ...{ by, reason, epoch: halt.epoch },
    shard: dependencies.shards[0] ?? '',
    shards: dependencies.shards,
  })
  const cancelled = await Promise.all(
    venues.map(async (venue) =>
      venue.venue === 'kalshi' && venue.unread !== null ? withLimit([], DIRECT_LIMIT_MS, dependencies.cancelAtKalshi) : venue,
    ),
  )
  const report: KilledReport = {
    scope: 'all',
    epoch: halt.epoch,
    effectiveInMs: halt.effectiveInMs,
    openTrades: trades ?? 0,
    cancelledOrders: cancelled.reduce((sum, venue) => sum + venue.cancelled, 0),
    resting: cancelled.flatMap(({ resting }) => resting),
    unreached: [
      ...halt.unreached,
      ...(trades === null && halt.epoch !== null ? [untold(why)] : []),
      ...cancelled.flatMap(({ venue, unread }) => (unread === null ? [] : [`what rests at ${venue} is not known: ${unread}`])),
    ],
    venues: cancelled,
  }
  return record(dependencies, by, reason, report)
}

async function askToKill(
  { controls }: KillDependencies,
  killing: KillReport['order'],
): Promise<Pick<KillReport, 'trades' | 'venues'> & { readonly why: string }> {
  try {
    return { ...(await askControls(controls, 'kill', [killing])), why: 'the telling takes longer' }
  } catch (error) {
    const why = (error as Error).message
    return { trades: null, venues: VENUES.map((venue) => ({ venue, cancelled: 0, resting: [], others: 0, unread: why })), why }
  }
}

async function record({ database, nowMs }: KillDependencies, by: Operator, reason: string, report: KilledReport): Promise<KilledReport> {
  try {
    await recordKill(database, by, { reason, ...report }, millis(nowMs()), AbortSignal.timeout(RECORD_LIMIT_MS))
    return report
  } catch (error) {
    return { ...report, unreached: [...report.unreached, `this kill is not in the audit log: ${(error as Error).message}`] }
  }
}
