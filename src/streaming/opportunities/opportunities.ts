import type { BoxPair } from '../../core/box/finding'
import { persistence, type Gated } from '../../core/risk/gates'
import type { BoxPolicy } from '../../core/box/policy'
import type { SubjectId, TradeId } from '../../core/ids'
import type { Millis } from '../../core/units'
import { OpenEpisode, type Episode, type EpisodeOutcome, type Look, type Reason, type Seen, type Subject } from './episode'

export interface OpportunitiesOptions<S extends Subject = BoxPair, L extends Seen = Look> {
  readonly persistence: BoxPolicy['persistence']
  /** Called once for each episode, in the turn of the event that ends it. */
  readonly onEnded: (episode: Episode<S, L>) => void
}

/**
 * Follows every margin from first sight to end. By the time of events alone, so that a replay of the same frames tells the same episodes; at most one
 * per subject goes on, and one that has ended is not kept.
 */
export class Opportunities<S extends Subject = BoxPair, L extends Seen = Look> {
  readonly #options: OpportunitiesOptions<S, L>
  readonly #open = new Map<SubjectId, OpenEpisode<S, L>>()
  readonly #refusals = new Map<Reason, number>()
  readonly #ended: Record<EpisodeOutcome['kind'], number> = { taken: 0, refused: 0, superseded: 0, vanished: 0 }
  /** Number of the last look. */
  looks = 0

  constructor(options: OpportunitiesOptions<S, L>) {
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
  found(pair: S, found: L, nowMs: Millis): Gated {
    const episode = this.#look(pair, found, nowMs)
    const sinceMs = episode.foundSinceMs ?? nowMs
    const refusal = persistence(this.#options.persistence, nowMs - sinceMs, episode.confirmations)
    if (refusal) this.refuse(pair, refusal.gate)
    return refusal
  }

  refused(pair: S, refused: L & { readonly reason: Reason }, nowMs: Millis): void {
    this.#look(pair, refused, nowMs)
    this.refuse(pair, refused.reason)
  }

  /** The pair's last look was refused. */
  refuse({ id }: Subject, reason: Reason): void {
    this.#refusals.set(reason, (this.#refusals.get(reason) ?? 0) + 1)
    this.#open.get(id)?.refuse(reason)
  }

  /** The pair's last look became a trade. */
  take({ id }: Subject, tradeId: TradeId): void {
    this.#open.get(id)?.take(tradeId)
  }

  /** The pair has no margin any more, or nobody knows. */
  gone({ id }: Subject, nowMs: Millis): void {
    const episode = this.#open.get(id)
    if (episode) this.#end(episode, nowMs, false)
  }

  /** Everything that lasts ends with the process. */
  endAll(nowMs: Millis): void {
    for (const episode of this.#open.values()) this.#end(episode, nowMs, false)
  }

  #look(pair: S, look: L, nowMs: Millis): OpenEpisode<S, L> {
    const { direction } = look
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

  #end(open: OpenEpisode<S, L>, nowMs: Millis, isSuperseded: boolean): void {
    this.#open.delete(open.pair.id)
    const episode = open.end(nowMs, isSuperseded)
    this.#ended[episode.outcome.kind]++
    this.#options.onEnded(episode)
  }
}
