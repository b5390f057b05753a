import { createHash } from 'node:crypto'
import { CHECK_CODES } from '../../../src/core/box/refusals'
import type { BoxPolicy } from '../../../src/core/box/policy'
import type { Decided } from './desk'
import { PlainEpisodes } from './episodes'
import type { PlainPair } from './house'

const OUTCOME = { yes: 1, no: 0 } as const
const DIRECTION = { A: 0, B: 1 } as const

export interface Digests {
  /** Of finds and refusals alone. */
  readonly findsSha256: string
  /** Of the episodes too. */
  readonly decisionsSha256: string
}

/** The digests of a replay by their description: a line of integers for each find, refusal and episode. */
export class PlainDigest {
  readonly #hash = createHash('sha256')
  readonly #pairs: string[] = []
  readonly #episodes: PlainEpisodes

  constructor(persistence: BoxPolicy['persistence']) {
    this.#episodes = new PlainEpisodes(persistence)
  }

  /** Pairs are numbered in the order in which they are first told. */
  tellPairs(pairs: readonly PlainPair[]): void {
    for (const { id } of pairs) if (!this.#pairs.includes(id)) this.#pairs.push(id)
  }
  isShowing({ id }: PlainPair): boolean {
    return this.#episodes.isOpen(this.#pairs.indexOf(id))
  }
  gone({ id }: PlainPair, atMs: number): void {
    this.#episodes.gone(this.#pairs.indexOf(id), atMs)
  }
  endAll(atMs: number): void {
    this.#episodes.endAll(atMs)
  }

  add(each: Decided): void {
    const { pair, atMs, decision } = each
    this.#episodes.look(this.#pairs.indexOf(pair.id), each)
    const head = [this.#pairs.indexOf(pair.id), atMs, decision.way ? DIRECTION[decision.way.direction] : 2]
    if (decision.kind === 'refused') return this.#line([2, ...head, ...decision.failed.map((check) => CHECK_CODES[check])])
    const { way, first, figures } = decision
    const { quantity, kalshi, forecastex, netEdge, expectedValue, worst, worstCaseProfit, capital, lockedDays, annualReturn } = figures
    const legs = [OUTCOME[way.buys], kalshi.limit, kalshi.costBound, OUTCOME[way.misses], forecastex.limit, forecastex.costBound]
    const worth = [netEdge, expectedValue, worst.modelledLoss, worst.maximumLoss, worstCaseProfit]
    this.#line([1, ...head, quantity, ...legs, ...worth, first === 'kalshi' ? 0 : 1, capital, lockedDays ?? -1, annualReturn ?? -1])
  }

  /** To be asked once. */
  digests(): Digests {
    const findsSha256 = this.#hash.copy().digest('hex')
    return { findsSha256, decisionsSha256: this.#hash.update(`${this.#episodes.sha256()}\n`).digest('hex') }
  }

  #line(numbers: readonly number[]): void {
    this.#hash.update(`${numbers.join(' ')}\n`)
  }
}
