import type { Config } from '../config/load'
import type { MarketId } from '../core/ids'
import type { FeedEvent } from '../core/market/event'
import { createLog } from '../telemetry/log'
import type { KalshiFeed } from '../venues/kalshi/feed'
import { getExchangeStatus } from '../venues/kalshi/rest/exchange'
import { inspectKalshi, type Check, type InspectionReport } from '../venues/kalshi/sentinel/inspect'
import type { StreamInspection } from '../venues/kalshi/sentinel/stream'
import { readableOrderbooks, type KalshiOrderbook } from '../venues/kalshi/wire/answers/books'
import type { ExchangeStatus } from '../venues/kalshi/wire/exchange'
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
  exchange(signal: AbortSignal): Promise<ExchangeStatus>
  hear(event: FeedEvent): void
  messages(): readonly Check[]
  clock(): { readonly offsetMs: number; readonly uncertaintyMs: number } | null
  announcedWindows(): number | null
  scanned(): Readonly<Record<string, number>>
}

export const overseenOf = (
  config: Config,
  kalshi: KalshiSession,
  feed: Pick<KalshiFeed, 'reread'>,
  messages: StreamInspection,
  announced: AnnouncedSchedule,
  refusalOfFacts: () => Promise<string | null>,
): Overseen => ({
  // one market that is left out, or cannot be read, must not keep the others from being read
  readBooks: (markets, signal) => kalshi.rest.get('/markets/orderbooks', { tickers: markets }, readableOrderbooks, signal),
  reread: (markets) => feed.reread(markets),
  async inspect(signal) {
    const { checks, ...measured } = await inspect(config, kalshi, signal)
    const sentences = (verdicts: readonly string[]): string[] =>
      checks.flatMap(({ check, verdict, detail, remedy }) =>
        verdicts.includes(verdict) ? [`${check}: ${detail}${remedy === '' ? '' : ` (${remedy})`}`] : [],
      )
    const unproven = await refusalOfFacts()
    const refusals = [...sentences(['failed']), ...(unproven === null ? [] : [unproven])]
    return { refusals, notices: sentences(['warning', 'notice']), ...measured }
  },
  refreshCalendar: (signal) => announced.refresh(signal),
  exchange: (signal) => getExchangeStatus(kalshi.rest, signal),
  hear: (event) => messages.hear(event),
  messages: () => messages.checks(),
  clock() {
    const { ms: offsetMs, uncertaintyMs } = kalshi.signer.offset
    // its time is told by any answer
    return Number.isFinite(uncertaintyMs) ? { offsetMs, uncertaintyMs } : null
  },
  announcedWindows: () => announced.current()?.maintenance.length ?? null,
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
