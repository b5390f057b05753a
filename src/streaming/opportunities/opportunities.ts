import type { BoxFound, BoxPair, BoxRefused, Direction } from '../../core/box/finding'
import { persistence, type Gated } from '../../core/box/gates'
import type { BoxPolicy } from '../../core/box/policy'
import type { SubjectId, TradeId } from '../../core/ids'
import type { Millis } from '../../core/units'
import { OpenEpisode, type Episode, type EpisodeOutcome, type Look, type Reason } from './episode'

export interface OpportunitiesOptions {
  readonly persistence: BoxPolicy['persistence']
  /** Called once for each episode, in the turn of the event that ends it. */
  readonly onEnded: (episode: Episode) => void
}

/**
 * Follows every margin from first sight to end. By the time of events alone, so that a replay of the same frames tells the same episodes; at most one
 * per pair goes on, and one that has ended is not kept.
 */
export class Opportunities {
  readonly #options: OpportunitiesOptions
  readonly #open = new Map<SubjectId, OpenEpisode>()
  readonly #refusals = new Map<Reason, number>()
  readonly #ended: Record<EpisodeOutcome['kind'], number> = { taken: 0, refused: 0, superseded: 0, vanished: 0 }
  /** Number of the last look. */
  looks = 0

  constructor(options: OpportunitiesOptions) {
    this.#options = options
  }

  /** Margins that last. */
  get open(): number {
    return this.#open.size
  }
  /** Episodes that have ended, by their outcome. */
  get ended(): Readonly<Record<EpisodeOutcome['kind'], number>> {
    return this.#ended
  }
  /** How many looks each reason refused, those of all episodes together. */
  get refusals(): ReadonlyMap<Reason, number> {
    return this.#refusals
  }

  /** @returns what refuses it for having lasted too short; null: it may be tried. */
  found(pair: BoxPair, found: BoxFound, nowMs: Millis): Gated {
    const episode = this.#look(pair, found.direction, found, nowMs)
    const sinceMs = episode.foundSinceMs ?? nowMs
    const refusal = persistence(this.#options.persistence, nowMs - sinceMs, episode.confirmations)
    if (refusal) this.refuse(pair, refusal.gate)
    return refusal
  }

  refused(pair: BoxPair, refused: BoxRefused, nowMs: Millis): void {
    this.#look(pair, refused.direction, refused, nowMs)
    this.refuse(pair, refused.reason)
  }

  /** The pair's last look was refused. */
  refuse({ id }: BoxPair, reason: Reason): void {
    this.#refusals.set(reason, (this.#refusals.get(reason) ?? 0) + 1)
    this.#open.get(id)?.refuse(reason)
  }

  /** The pair's last look became a trade. */
  take({ id }: BoxPair, tradeId: TradeId): void {
    this.#open.get(id)?.take(tradeId)
  }

  /** The pair has no margin any more, or nobody knows. */
  gone({ id }: BoxPair, nowMs: Millis): void {
    const episode = this.#open.get(id)
    if (episode) this.#end(episode, nowMs, false)
  }

  /** Everything that lasts ends with the process. */
  endAll(nowMs: Millis): void {
    for (const episode of this.#open.values()) this.#end(episode, nowMs, false)
  }

  #look(pair: BoxPair, direction: Direction | null, look: Look, nowMs: Millis): OpenEpisode {
    this.looks++
    let episode = this.#open.get(pair.id)
    if (episode?.direction !== direction) {
      if (episode) this.#end(episode, nowMs, true)
      episode = new OpenEpisode(pair, direction, nowMs)
      this.#open.set(pair.id, episode)
    }
    episode.add(look, nowMs)
    return episode
  }

  #end(open: OpenEpisode, nowMs: Millis, isSuperseded: boolean): void {
    this.#open.delete(open.pair.id)
    const episode = open.end(nowMs, isSuperseded)
    this.#ended[episode.outcome.kind]++
    this.#options.onEnded(episode)
  }
}
