import { createHash } from 'node:crypto'
import type { BoxPolicy } from '../../../src/core/box/policy'
import { CHECK_CODES, type BoxCheck } from '../../../src/core/box/refusals'
import type { Decided } from './desk'

/** The gate that a find must have lasted. */
const PERSISTENCE = 100
const OUTCOMES = { vanished: 0, refused: 1, superseded: 2 } as const
const DIRECTIONS = { A: 0, B: 1, both: 2 } as const
type Shown = keyof typeof DIRECTIONS

interface Episode {
  readonly pair: number
  readonly shown: Shown
  readonly firstMs: number
  lastMs: number
  looks: number
  finds: number
  /** Since when every look was a find, and how many came after the first of them. */
  foundSinceMs: number | null
  confirmed: number
  best: { readonly quantity: number; readonly netEdge: number } | null
  last: { readonly quantity: number; readonly netEdge: number } | null
  readonly reasons: Map<number, number>
}

/** Every margin from first sight to end, by its description. */
export class PlainEpisodes {
  readonly #persistence: BoxPolicy['persistence']
  readonly #open = new Map<number, Episode>()
  readonly #ended: { readonly atMs: number; readonly pair: number; readonly line: string }[] = []

  constructor(persistence: BoxPolicy['persistence']) {
    this.#persistence = persistence
  }

  look(pair: number, { atMs, decision }: Decided): void {
    const shown = decision.way?.direction ?? 'both'
    const before = this.#open.get(pair)
    if (before && before.shown !== shown) this.#end(before, atMs, true)
    const episode = this.#open.get(pair) ?? begun(pair, shown, atMs)
    this.#open.set(pair, episode)
    episode.lastMs = atMs
    episode.looks++
    const { figures } = decision
    if (figures) {
      if (episode.best === null || figures.netEdge > episode.best.netEdge) episode.best = figures
      episode.last = figures
    }
    const reason = decision.kind === 'refused' ? codeOf(decision.failed[0]) : this.#confirm(episode, atMs)
    if (decision.kind === 'refused') episode.foundSinceMs = null
    if (reason !== null) episode.reasons.set(reason, (episode.reasons.get(reason) ?? 0) + 1)
  }

  isOpen(pair: number): boolean {
    return this.#open.has(pair)
  }
  gone(pair: number, atMs: number): void {
    const episode = this.#open.get(pair)
    if (episode) this.#end(episode, atMs, false)
  }
  endAll(atMs: number): void {
    for (const episode of this.#open.values()) this.#end(episode, atMs, false)
  }

  /** Of the lines by the time of the end, within a millisecond by pair. */
  sha256(): string {
    const sorted = this.#ended.toSorted((a, b) => a.atMs - b.atMs || a.pair - b.pair)
    return createHash('sha256')
      .update(sorted.map(({ line }) => `${line}\n`).join(''))
      .digest('hex')
  }

  /** @returns what a find is refused by for having lasted too short; null: nothing */
  #confirm(episode: Episode, atMs: number): number | null {
    episode.finds++
    if (episode.foundSinceMs === null) Object.assign(episode, { foundSinceMs: atMs, confirmed: 0 })
    else episode.confirmed++
    const { ms, confirmations } = this.#persistence
    const lastedMs = atMs - (episode.foundSinceMs ?? atMs)
    const isThere =
      (ms === 0 && confirmations === 0) || (ms > 0 && lastedMs >= ms) || (confirmations > 0 && episode.confirmed >= confirmations)
    return isThere ? null : PERSISTENCE
  }

  #end(episode: Episode, atMs: number, isSuperseded: boolean): void {
    const { pair, shown, firstMs, lastMs, looks, finds, best, last, reasons } = episode
    this.#open.delete(pair)
    const outcome = isSuperseded ? 'superseded' : reasons.size > 0 ? 'refused' : 'vanished'
    const sizes = [best, last].flatMap((each) => (each ? [each.quantity, each.netEdge] : [0, 0]))
    const counts = [...reasons].toSorted(([a], [b]) => a - b).flat()
    const numbers = [3, pair, firstMs, lastMs, atMs, DIRECTIONS[shown], looks, finds, ...sizes, OUTCOMES[outcome], ...counts]
    this.#ended.push({ atMs, pair, line: numbers.join(' ') })
  }
}

function codeOf(check: BoxCheck | undefined): number {
  if (check === undefined) throw new Error('a refusal that names nothing')
  return CHECK_CODES[check]
}

function begun(pair: number, shown: Shown, atMs: number): Episode {
  return {
    ...{ pair, shown, firstMs: atMs, lastMs: atMs, looks: 0, finds: 0, foundSinceMs: null, confirmed: 0, best: null, last: null },
    reasons: new Map(),
  }
}
