import type { Alert, AlertName, Severity } from '../../core/alerts/alert'
import { alertOfFeed } from '../../core/alerts/events'
import type { Clock } from '../../ports/clock'

/** How a feed is, as its process tells it. */
export interface FeedView {
  readonly venue: string
  readonly state: string
}
export interface FeedWatchOptions {
  /** A feed that has not been connected for so long is told. */
  readonly downMs: number
  readonly severityOf: (name: AlertName) => Severity
  readonly raise: (alert: Alert) => void
  readonly clock: Pick<Clock, 'nowMs' | 'monoNs'>
}

/** Tells of feeds that are down for long, and that they are up again; also of what an earlier process has told. */
export class FeedWatch {
  readonly #options: FeedWatchOptions
  /** By venue: since when it is not connected, by our monotonic clock; null: it is. A venue that was never looked at is not here. */
  readonly #downSinceMs = new Map<string, number | null>()
  readonly #told = new Set<string>()

  constructor(options: FeedWatchOptions) {
    this.#options = options
  }

  look(feeds: readonly FeedView[]): void {
    const { downMs, severityOf, raise, clock } = this.#options
    const nowMs = Number(clock.monoNs() / 1_000_000n)
    for (const { venue, state } of feeds) {
      const before = this.#downSinceMs.get(venue)
      if (state === 'connected') {
        // an earlier process may have told that it is down
        if (before === undefined || this.#told.delete(venue)) raise(alertOfFeed(venue, state, 0, clock.nowMs(), severityOf))
        this.#downSinceMs.set(venue, null)
        continue
      }
      const sinceMs = before ?? nowMs
      this.#downSinceMs.set(venue, sinceMs)
      if (nowMs - sinceMs < downMs || this.#told.has(venue)) continue
      this.#told.add(venue)
      raise(alertOfFeed(venue, state, nowMs - sinceMs, clock.nowMs(), severityOf))
    }
  }
}
