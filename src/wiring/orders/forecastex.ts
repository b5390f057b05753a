import type { ExecutionHint } from '../../activities'
import type { Config } from '../../config/load'
import { FAILURES } from '../../core/failures'
import { marketId, type Venue } from '../../core/ids'
import type { PriceBand } from '../../core/market/grid'
import type { SessionProof } from '../../core/risk/state'
import type { Access } from '../../core/trade/cure'
import type { FrameLog } from '../../ports/frame-log'
import type { Journal, ToldMark } from '../../ports/journal'
import type { Log } from '../../ports/log'
import { openExecutionLog } from '../../stores/files/execution-log'
import { baseOf, BOUGHT, isCorrection } from '../../venues/forecastex/wire/executions'
import { createForecastexOrderEntry, type ForecastexOrderEntry } from '../../venues/forecastex/order-entry'
import { forecastexCalendarOf } from '../calendars'
import { systemClock } from '../clock'
import type { ForecastexSession } from '../venues'

export interface ForecastexOrdersHooks {
  readonly proof: () => SessionProof
  readonly access: (venue: Venue, market: string) => Access
  readonly bandsOf: (venue: Venue, market: string) => readonly PriceBand[] | null
}
export interface ForecastexOrders {
  readonly entry: ForecastexOrderEntry
  /** E9: a venue whose account is not known again after a reconnect has proven nothing: nothing opens. */
  readonly proof: () => SessionProof
  /** E24: when it takes no orders: that is waited out, whatever the market's state was. */
  readonly access: (venue: Venue, market: string) => Access
  /** E14: executions that earlier processes were told and perhaps did not live to book. */
  readonly toldEarlier: readonly ExecutionHint[]
  close(): Promise<void>
}

/**
 * Orders at ForecastEx with what outlives the process: the log of executions, and the journal's word on orders that an earlier process sent.
 * None is taken without the way to IBKR (1100), until the account was read after a reconnect, outside the hours of the exchange and of the
 * contract, or while IBKR resets.
 */
export async function openForecastexOrders(
  config: Config,
  { gateway, catalog }: ForecastexSession,
  journal: Journal,
  frameLog: FrameLog,
  hooks: ForecastexOrdersHooks,
  log: Log,
): Promise<ForecastexOrders> {
  const { endpoints, mode, venues, shardDir } = config
  const clock = systemClock()
  const executionLog = await openExecutionLog({ dir: shardDir, log })
  const ended = new AbortController()
  const entry = createForecastexOrderEntry({
    gateway,
    catalog,
    account: endpoints.forecastex.account,
    clock,
    log,
    frameLog,
    executionLog,
    graceMs: venues.forecastex.finality_grace_ms,
    restart: venues.forecastex.gateway_restart ?? null,
    sent: (id) => unfinished(journal, id),
    bandsOf: (market) => hooks.bandsOf('forecastex', market),
    // a simulated gateway without a week of its own keeps its executions over midnight
    ...(mode === 'sim' && venues.forecastex.calendar === 'open' ? { executionsZone: null } : {}),
  })
  entry
    .keepVigil(ended.signal)
    .catch((error: Error) => log.error({ error: error.message }, `${FAILURES.bug}: the account is read no more before the gateway forgets`))
  const isShut = closedAtForecastex(config, catalog)
  const isClosed = (market: string): boolean => entry.recovering !== null || isShut(market)
  return {
    entry,
    proof: () => (entry.recovering === null ? hooks.proof() : { ...hooks.proof(), forecastex: null }),
    access: (venue, market) => (venue === 'forecastex' && isClosed(market) ? 'closed' : hooks.access(venue, market)),
    toldEarlier: hintsOf(executionLog.told),
    close() {
      ended.abort()
      return executionLog.close()
    },
  }
}

/** Whether ForecastEx takes no orders for a market now: outside the hours of the exchange and of the contract, or while IBKR resets. */
export function closedAtForecastex(config: Config, catalog: Pick<ForecastexSession['catalog'], 'closedAt'>): (market: string) => boolean {
  const clock = systemClock()
  const calendar = forecastexCalendarOf(config)
  return (market) => calendar.closedAt(clock.nowMs()) !== null || catalog.closedAt(marketId(market), clock.nowMs()) !== null
}

/** What of the log may be news to the journal; a report with another side is no fill. */
export const hintsOf = (told: readonly ToldMark[]): readonly ExecutionHint[] =>
  told.flatMap((mark) => {
    if (mark.mark !== 'execution' || mark.execution.side !== BOUGHT) return []
    const { execId } = mark.execution
    return [{ clientOrderId: mark.clientOrderId, executionId: isCorrection(execId) ? execId : baseOf(execId) }]
  })

/** An order that this host has sent and that is not final, as the journal has it; null: it knows of none such. */
function unfinished(journal: Journal, id: Parameters<Journal['marks']>[0]) {
  const marks = journal.marks(id)
  if (marks.some(({ mark }) => mark === 'final' || mark === 'refused')) return null
  return marks.find((mark) => mark.mark === 'sending')?.order ?? null
}
