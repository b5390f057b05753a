import type { OddsGame } from '../../core/edge/odds'
import type { Millis } from '../../core/units'
import type { Mapping } from '../../ports/cache'
import type { Clock } from '../../ports/clock'
import { withLimit } from '../../ports/limit'
import type { Log } from '../../ports/log'
import { connect } from '../../stores/redis/client'
import { removeMapping, writeMappings } from '../../stores/redis/mapping'
import { oddsEventOf, readOdds } from '../../stores/redis/odds'
import { followPush, type PushRead } from '../../stores/redis/push'
import type { EdgeMarkets, MappedMarket } from '../../streaming/edges/markets'

type Redis = ReturnType<typeof connect>

/** Some hundred events of some kB each. */
const READ_LIMIT_MS = 5_000
const READ_AGAIN_MS = 5_000
/** A new mapping makes its sport worth a credit: the next round of the ingest, half a minute later at the most, should know it. */
const MAPPINGS_EVERY_MS = 5_000
/** Mappings live an hour in the cache. */
const MAPPINGS_AGAIN_MS = 600_000

export interface EdgeCacheOptions {
  readonly url: string
  readonly hear: (game: OddsGame) => void
  readonly markets: Pick<EdgeMarkets, 'mapped'>
  /** Whether this process is the one that tells others: a standby only listens. */
  readonly mayWrite: () => boolean
  readonly clock: Clock
  readonly log: Log
}

/**
 * The desk of edges and the cache: odds as they are pushed, and all there are where some may have been missed; and for the ingest of odds which game each
 * market asks about, so that credits go where something can be traded. A cache that is away stops nothing: odds age, and the next ones come.
 */
export class EdgeCache {
  readonly #options: EdgeCacheOptions
  #isMissing = false
  #unreadable = 0
  /** As they were written, by ticker. */
  #written: ReadonlyMap<string, string> = new Map()
  #writtenMs = -Infinity

  constructor(options: EdgeCacheOptions) {
    this.#options = options
  }

  /** Until aborted. */
  async run(signal: AbortSignal): Promise<void> {
    const { url, clock, log } = this.#options
    const redis = connect(url)
    redis.on('error', () => undefined) // followPush says it
    try {
      await Promise.all([
        followPush({ url, stream: 'odds', clock, log }, (read) => this.#accept(read), signal),
        this.#readMissed(redis, signal),
        this.#keepMappings(redis, signal),
      ])
    } finally {
      redis.disconnect()
    }
  }

  #accept({ entries, missed }: PushRead): void {
    this.#isMissing ||= missed
    for (const { body } of entries) this.#hear(body)
  }

  /** What cannot be read is of another version: its game gets no odds here, and the line says so once for many. */
  #hear(body: string): void {
    try {
      this.#options.hear(oddsEventOf(body).game)
    } catch (error) {
      if (this.#unreadable++ === 0) this.#options.log.error({ error: (error as Error).message }, 'odds were pushed that cannot be read')
    }
  }

  async #readMissed(redis: Redis, signal: AbortSignal): Promise<void> {
    const { hear, clock, log } = this.#options
    let isDown = false
    while (!signal.aborted) {
      if (this.#isMissing) {
        this.#isMissing = false
        try {
          for (const { game } of await withLimit([signal], READ_LIMIT_MS, (limit) => readOdds(redis, limit))) hear(game)
          isDown = false
        } catch (error) {
          this.#isMissing = true
          if (!isDown && !signal.aborted)
            log.warn({ error: (error as Error).message }, 'the odds in the cache could not be read; they are asked for again')
          isDown = true
        }
      }
      await clock.sleep(isDown ? READ_AGAIN_MS : POLL_MS, signal).catch(() => undefined) // the loop ends by the signal
    }
  }

  async #keepMappings(redis: Redis, signal: AbortSignal): Promise<void> {
    const { mayWrite, clock, log } = this.#options
    let isDown = false
    while (!signal.aborted) {
      await clock.sleep(MAPPINGS_EVERY_MS, signal).catch(() => undefined) // the loop ends by the signal
      if (signal.aborted || !mayWrite()) continue
      try {
        await withLimit([signal], READ_LIMIT_MS, (limit) => this.#writeMappings(redis, clock.nowMs(), limit))
        isDown = false
      } catch (error) {
        if (!isDown && !signal.aborted)
          log.warn({ error: (error as Error).message }, 'mappings could not be written to the cache; they are written again')
        isDown = true
      }
    }
  }

  async #writeMappings(redis: Redis, nowMs: Millis, signal: AbortSignal): Promise<void> {
    const mappings = this.#options.markets.mapped().flatMap((mapped) => mappingOf(mapped, nowMs))
    const now = new Map(mappings.map(({ resolvedMs: _resolvedMs, ...mapping }) => [mapping.ticker, JSON.stringify(mapping)]))
    const isDue = Math.abs(nowMs - this.#writtenMs) >= MAPPINGS_AGAIN_MS
    const changed = mappings.filter(({ ticker }) => isDue || this.#written.get(ticker) !== now.get(ticker))
    const gone = [...this.#written.keys()].filter((ticker) => !now.has(ticker))
    if (changed.length > 0) await writeMappings(redis, changed, signal)
    for (const ticker of gone) await removeMapping(redis, ticker, signal)
    this.#written = now
    if (isDue) this.#writtenMs = nowMs
  }
}

/** How soon it is noticed that the hashes have to be read. */
const POLL_MS = 100

function mappingOf({ ticker, mapping }: MappedMarket, resolvedMs: Millis): readonly Mapping[] {
  const { oddsEventId: eventId, sport, status, yesTeams, reasons } = mapping
  const yesTeam = yesTeams[ticker]
  if (eventId === null || sport === null || status === 'none' || yesTeam === undefined) return []
  return [{ ticker, sport, eventId, yesTeam, status, evidence: reasons.join('; '), resolvedMs }]
}
