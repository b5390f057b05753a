import type { MarketId } from '../../core/ids'
import type { Claim } from '../../core/stats/calibration'
import { isChanged, marketsToAsk, type Answer } from '../../core/stats/results'
import type { Clock } from '../../ports/clock'
import type { Log } from '../../ports/log'

/** Between two markets of two reads each (live, then archived): a quarter of what Kalshi grants its lowest tier (20 a second), which trades need too. */
const PAUSE_MS = 400
/**
 * Markets of one run: their pauses are 13 minutes and their answers about five, of the half hour of its workflow. A week in which every league plays has
 * fewer.
 */
const ASKED_MAX = 2_000
/** What was answered is kept by so many at a time: an attempt that ends goes on there, for those not asked for longest come first. */
const BATCH = 100
/** Then the venue is away, and each call of the rest of a batch would wait for its limit. A batch without an answer is the last one. */
const FAILED_IN_A_ROW_MAX = 5

export interface ResultSource {
  /** Live or archived; null: the venue knows no such market. @throws when it does not answer */
  readonly result: (market: MarketId, signal: AbortSignal) => Promise<Pick<Answer, 'status' | 'yesPays' | 'settledMs'> | null>
  /** The newest answer of each of these markets that was ever asked for, by its ticker. */
  readonly answers: (markets: readonly string[]) => Promise<ReadonlyMap<string, Answer>>
  readonly keep: (answers: readonly Answer[]) => Promise<void>
}
export interface AskedResults {
  /** Markets of which the venue told how they stand. */
  readonly asked: number
  /** Markets to be asked for that were not, or not answered: the first of the next run. */
  readonly left: number
  /** Markets that had been settled otherwise. */
  readonly changed: readonly string[]
}

/** Asks the venue how markets ended, whatever it calls them now. What it does not tell stays unknown, and is counted so. */
export async function askResults(
  claims: readonly Claim[],
  source: ResultSource,
  { clock, log }: { readonly clock: Clock; readonly log: Log },
  signal: AbortSignal,
): Promise<AskedResults> {
  const before = await source.answers([...new Set(claims.map(({ market }) => market))])
  const due = marketsToAsk(claims, before, clock.nowMs())
  const wanted = due.slice(0, ASKED_MAX)
  const told: Answer[] = []
  for (let at = 0; at < wanted.length; at += BATCH) {
    const answers = await askBatch(wanted.slice(at, at + BATCH), source, clock, log, signal)
    if (answers.length === 0) break
    await source.keep(answers)
    told.push(...answers)
  }
  const left = due.length - told.length
  if (left > 0) log.warn({ left }, 'more markets have no result than were answered in this run: they are the first of the next')
  const changed = told.filter((answer) => isChanged(before.get(answer.market), answer)).map(({ market }) => market)
  return { asked: told.length, left, changed }
}

const UNKNOWN = { status: null, yesPays: null, settledMs: null }

/** Those of a batch that were answered. @throws the signal's reason */
async function askBatch(
  markets: readonly MarketId[],
  { result }: ResultSource,
  clock: Clock,
  log: Log,
  signal: AbortSignal,
): Promise<readonly Answer[]> {
  const told: Answer[] = []
  let failed = 0
  for (const market of markets) {
    await clock.sleep(PAUSE_MS, signal)
    try {
      const { status, yesPays, settledMs } = (await result(market, signal)) ?? UNKNOWN
      told.push({ market, askedMs: clock.nowMs(), status, yesPays, settledMs })
      failed = 0
    } catch (error) {
      signal.throwIfAborted()
      log.warn({ market, error: (error as Error).message }, 'the result of a market could not be asked for; it is asked for next time')
      if (++failed === FAILED_IN_A_ROW_MAX) break
    }
  }
  return told
}
