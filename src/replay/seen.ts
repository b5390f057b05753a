import type { BoxFound, BoxPair, BoxRefused } from '../core/box/finding'
import type { BoxPolicy } from '../core/box/policy'
import type { EdgeDecided } from '../core/edge/decided'
import type { Mode } from '../core/trade/plan'
import type { Millis } from '../core/units'
import type { OpportunityRow } from '../ports/record'
import type { Episode } from '../streaming/opportunities/episode'
import { Opportunities } from '../streaming/opportunities/opportunities'
import { opportunityRow } from '../streaming/opportunities/row'
import { Decisions } from './decisions'
import type { DecidedAgain } from './replay'

export interface SeenOptions {
  readonly mode: Mode
  readonly policy: Pick<BoxPolicy, 'persistence'>
  /** Keeps every opportunity for the report. */
  readonly list: boolean
}

export interface SeenReport {
  readonly found: number
  readonly refused: number
  /** Of finds and refusals alone. */
  readonly findsSha256: string
  /** Of the opportunities too. */
  readonly decisionsSha256: string
  /** Looks by the first check or gate that refused them. Gates that depend on trades are not replayed. */
  readonly refusals: Readonly<Record<string, number>>
  readonly opportunities: {
    readonly count: number
    readonly outcomes: Readonly<Record<string, number>>
    readonly longest: OpportunityRow | null
    /** The largest net edge. */
    readonly best: OpportunityRow | null
    /** In the order of their ends; empty unless asked for. */
    readonly list: readonly OpportunityRow[]
  }
  /** Edges that became trades in the frames, how many of them could be decided again, and of these how many came to the same. */
  readonly edges: { readonly decided: number; readonly compared: number; readonly same: number }
}

/** What a replay decides, followed from first sight to end, and its digest. */
export class Seen {
  readonly #options: SeenOptions
  readonly #decisions = new Decisions()
  readonly #opportunities: Opportunities
  readonly #list: OpportunityRow[] = []
  readonly #edges = { decided: 0, compared: 0, same: 0 }
  #count = 0
  #longest: OpportunityRow | null = null
  #best: OpportunityRow | null = null

  constructor(options: SeenOptions) {
    this.#options = options
    this.#opportunities = new Opportunities({ persistence: options.policy.persistence, onEnded: (episode) => this.#ended(episode) })
  }

  tellPairs(pairs: readonly BoxPair[]): void {
    this.#decisions.tellPairs(pairs)
  }
  found(pair: BoxPair, found: BoxFound, nowMs: Millis): void {
    this.#decisions.addFound(pair, found, nowMs)
    this.#opportunities.found(pair, found, nowMs)
  }
  refused(pair: BoxPair, refused: BoxRefused, nowMs: Millis): void {
    this.#decisions.addRefused(pair, refused, nowMs)
    this.#opportunities.refused(pair, refused, nowMs)
  }
  gone(pair: BoxPair, nowMs: Millis): void {
    this.#opportunities.gone(pair, nowMs)
  }
  /** What a decision on an edge comes to here. */
  decidedAgain(decided: EdgeDecided, { figures, known }: DecidedAgain): void {
    this.#edges.decided++
    if (known !== 'known') return
    this.#edges.compared++
    if (figures?.join(' ') === decided.figures.join(' ')) this.#edges.same++
    this.#decisions.addEdge(decided, figures)
  }
  /** The process that wrote the frames has ended. */
  endAll(nowMs: Millis): void {
    this.#opportunities.endAll(nowMs)
  }

  /** To be asked once, at the end. */
  report(): SeenReport {
    const { ended, refusals } = this.#opportunities
    const { found, refused } = this.#decisions
    return {
      found,
      refused,
      findsSha256: this.#decisions.findsSha256(),
      decisionsSha256: this.#decisions.sha256(),
      refusals: Object.fromEntries(refusals),
      opportunities: { count: this.#count, outcomes: { ...ended }, longest: this.#longest, best: this.#best, list: this.#list },
      edges: { ...this.#edges },
    }
  }

  #ended(episode: Episode): void {
    this.#decisions.addEpisode(episode)
    const row = opportunityRow(episode, this.#options.mode, this.#opportunities.looks)
    this.#count++
    if (this.#options.list) this.#list.push(row)
    if (this.#longest === null || durationMs(row) > durationMs(this.#longest)) this.#longest = row
    if ((row.best?.netEdge ?? -Infinity) > (this.#best?.best?.netEdge ?? -Infinity)) this.#best = row
  }
}

export const durationMs = ({ firstSeenMs, endedMs }: Pick<OpportunityRow, 'firstSeenMs' | 'endedMs'>): number => endedMs - firstSeenMs
