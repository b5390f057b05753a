import type { Clock } from '../../ports/clock'
import type { OddsFailureKind, OddsFetch, OddsSource } from '../../ports/odds'

/** What the next call would meet as well: it is not made. */
const ENDING: readonly OddsFailureKind[] = ['key refused', 'credits gone', 'too many', 'clock skew', 'stopped']
/** One may be a sport's own trouble; two in a row are the source's, and each costs the whole time limit. */
const DOWN_MAX = 2

export interface PollOptions {
  readonly clock: Clock
  /** Between two calls: the source counts them by the second. */
  readonly pauseMs: number
}
export interface Poll {
  /** One of each sport that was asked, in their order. */
  readonly fetches: readonly OddsFetch[]
  /** Sports that were not asked any more, for what the last fetch says. */
  readonly left: readonly string[]
}

/** Asks for the sports one after the other. Nothing is asked again: the next round does that. Ends without an exception when aborted. */
export async function pollOdds(source: OddsSource, sports: readonly string[], options: PollOptions, signal: AbortSignal): Promise<Poll> {
  const fetches: OddsFetch[] = []
  let down = 0
  for (const [at, sport] of sports.entries()) {
    if (at > 0) await options.clock.sleep(options.pauseMs, signal).catch(() => undefined)
    if (signal.aborted) break
    const fetch = await source.fetch(sport, signal)
    fetches.push(fetch)
    if (fetch.kind === 'failed' && ENDING.includes(fetch.failure.kind)) break
    down = fetch.kind === 'failed' && fetch.failure.kind === 'source down' ? down + 1 : 0
    if (down === DOWN_MAX) break
  }
  return { fetches, left: sports.slice(fetches.length) }
}
