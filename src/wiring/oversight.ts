import type { Config } from '../config/load'
import type { MarketId } from '../core/ids'
import { createLog } from '../telemetry/log'
import type { KalshiFeed } from '../venues/kalshi/feed'
import { inspectKalshi, type InspectionReport } from '../venues/kalshi/sentinel/inspect'
import { readOrderbooks, type KalshiOrderbook } from '../venues/kalshi/wire/answers/books'
import { scanCounters } from '../venues/kalshi/wire/stream'
import type { AnnouncedSchedule } from './calendars'
import { systemClock } from './clock'
import { openKalshi, type KalshiSession } from './venues'

/** What looks after Kalshi's own words, with its session behind it (streaming/audit/oversight). */
export interface Overseen {
  readBooks(markets: readonly MarketId[], signal: AbortSignal): Promise<ReadonlyMap<MarketId, KalshiOrderbook>>
  reread(markets: readonly MarketId[]): void
  inspect(signal: AbortSignal): Promise<{
    readonly refusals: readonly string[]
    readonly notices: readonly string[]
    readonly attestationEndsMs: number | null
    readonly clockOffsetMs: number
  }>
  refreshCalendar(signal: AbortSignal): Promise<void>
  scanned(): Readonly<Record<string, number>>
}

export const overseenOf = (
  config: Config,
  kalshi: KalshiSession,
  feed: Pick<KalshiFeed, 'watch' | 'unwatch'>,
  announced: AnnouncedSchedule,
): Overseen => ({
  // one market that is left out must not keep the others from being read
  readBooks: (markets, signal) => kalshi.rest.get('/markets/orderbooks', { tickers: markets }, readOrderbooks, signal),
  reread(markets) {
    feed.unwatch(markets)
    feed.watch(markets)
  },
  async inspect(signal) {
    const { checks, ...measured } = await inspect(config, kalshi, signal)
    const sentences = (verdicts: readonly string[]): string[] =>
      checks.flatMap(({ check, verdict, detail, remedy }) =>
        verdicts.includes(verdict) ? [`${check}: ${detail}${remedy === '' ? '' : ` (${remedy})`}`] : [],
      )
    return { refusals: sentences(['failed']), notices: sentences(['warning', 'notice']), ...measured }
  },
  refreshCalendar: (signal) => announced.refresh(signal),
  scanned: () => scanCounters,
})

/** Compares Kalshi's answers with what the code expects. Reads only. @throws KalshiReadError when the venue does not answer at all */
const inspect = ({ endpoints, mode, venues }: Config, { rest, signer }: KalshiSession, signal: AbortSignal): Promise<InspectionReport> =>
  inspectKalshi({ rest, signer, keyId: endpoints.kalshi.keyId, series: venues.kalshi.series, mode, clock: systemClock() }, signal)

/** The same with a session of its own: a command of the operator. */
export async function inspectOnce(config: Config, signal: AbortSignal): Promise<InspectionReport['checks']> {
  const session = openKalshi(config, null, createLog({ process: 'cli', level: 'error' }))
  try {
    return (await inspect(config, session, signal)).checks
  } finally {
    await session.rest.close()
  }
}
