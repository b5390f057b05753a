import { createHash } from 'node:crypto'
import type { BoxFinding, BoxFound, BoxLeg, BoxPair } from '../core/box/finding'
import { BOX_CHECKS } from '../core/box/refusals'
import type { Outcome } from '../core/ids'
import type { Millis } from '../core/units'

const FOUND = 1
const REFUSED = 2
const CHECKS: readonly string[] = Object.values(BOX_CHECKS)

const sideNumber = (outcome: Outcome): number => (outcome === 'yes' ? 1 : 0)
const legNumbers = ({ outcome, limit, costBound }: BoxLeg): readonly number[] => [sideNumber(outcome), limit, costBound]

/** A digest of everything that was decided, made of integers only: the same frames give the same digest on every machine. */
export class Decisions {
  readonly #hash = createHash('sha256')
  /** Pairs by the order in which they were first told: an id is text, its place is a number. */
  readonly #pairs = new Map<string, number>()
  found = 0
  refused = 0

  tellPairs(pairs: readonly BoxPair[]): void {
    for (const { id } of pairs) if (!this.#pairs.has(id)) this.#pairs.set(id, this.#pairs.size)
  }

  addFound(pair: BoxPair, found: BoxFound, nowMs: Millis): void {
    const { direction, quantity, kalshi, forecastex, netEdge, expectedValue, worst, worstCaseProfit } = found
    const worth = [netEdge, expectedValue, worst.modelledLoss, worst.maximumLoss, worstCaseProfit]
    this.found++
    this.#add([
      FOUND,
      ...this.#head(pair, nowMs),
      direction === 'A' ? 0 : 1,
      quantity,
      ...legNumbers(kalshi),
      ...legNumbers(forecastex),
      ...worth,
    ])
  }

  addRefused(pair: BoxPair, { verdicts }: Extract<BoxFinding, { kind: 'refused' }>, nowMs: Millis): void {
    const failed = verdicts.filter(({ passed }) => !passed).map(({ check }) => CHECKS.indexOf(check))
    this.refused++
    this.#add([REFUSED, ...this.#head(pair, nowMs), ...failed])
  }

  /** To be asked once, at the end. */
  sha256(): string {
    return this.#hash.digest('hex')
  }

  #head({ id }: BoxPair, nowMs: Millis): readonly number[] {
    return [this.#pairs.get(id) ?? -1, nowMs]
  }

  #add(numbers: readonly number[]): void {
    this.#hash.update(`${numbers.join(' ')}\n`)
  }
}
