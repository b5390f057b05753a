import { createHash } from 'node:crypto'
import { figuresOf, type BoxFound, type BoxPair, type BoxRefused, type Direction } from '../core/box/finding'
import type { EdgeDecided } from '../core/edge/decided'
import { GATES } from '../core/risk/gates'
import { CHECK_CODES } from '../core/box/refusals'
import type { Millis } from '../core/units'
import type { Episode, EpisodeOutcome, Reason, Sized } from '../streaming/opportunities/episode'

const FOUND = 1
const REFUSED = 2
const EPISODE = 3
const EDGE = 4
/** Where something is not told. */
const UNTOLD = -1
/** The one gate of a replay; the checks have lower numbers. */
const PERSISTENCE_CODE = 100
const OUTCOMES: Readonly<Record<EpisodeOutcome['kind'], number>> = { vanished: 0, refused: 1, superseded: 2, taken: 3 }
const CODES: ReadonlyMap<string, number> = new Map([...Object.entries(CHECK_CODES), [GATES.persistence, PERSISTENCE_CODE]])

/** 0 A, 1 B, 2 both at once. */
const directionNumber = (direction: Direction | null): number => (direction === null ? 2 : direction === 'A' ? 0 : 1)
const sizeNumbers = (look: Sized | null): readonly number[] => (look === null ? [0, 0] : [look.quantity, look.netEdge])

/** A digest of everything that was decided, made of integers only: the same frames give the same digest on every machine. */
export class Decisions {
  readonly #finds = createHash('sha256')
  readonly #episodes = createHash('sha256')
  /** Those that ended in one millisecond: they are told by pair. */
  #ending: Episode[] = []
  /** Pairs by the order in which they were first told: an id is text, its place is a number. */
  readonly #pairs = new Map<string, number>()
  /** Markets by the order in which their first edge was decided. */
  readonly #markets = new Map<string, number>()
  found = 0
  refused = 0

  tellPairs(pairs: readonly BoxPair[]): void {
    for (const { id } of pairs) if (!this.#pairs.has(id)) this.#pairs.set(id, this.#pairs.size)
  }

  addFound(pair: BoxPair, found: BoxFound, nowMs: Millis): void {
    this.found++
    this.#add([FOUND, this.#number(pair), nowMs, ...figuresOf(found)])
  }

  addRefused(pair: BoxPair, { direction, failed }: BoxRefused, nowMs: Millis): void {
    this.refused++
    this.#add([REFUSED, this.#number(pair), nowMs, directionNumber(direction), ...failed.map((check) => CHECK_CODES[check])])
  }

  /** Where no edge was decided the digest is that of boxes alone. @param figures null: it would not be decided */
  addEdge({ market, seenMs }: EdgeDecided, figures: readonly number[] | null): void {
    const number = this.#markets.get(market) ?? this.#markets.size
    this.#markets.set(market, number)
    this.#add([EDGE, number, seenMs, ...(figures ?? [UNTOLD])])
  }

  addEpisode(episode: Episode): void {
    if (this.#ending[0]?.endedMs !== episode.endedMs) this.#tellEnding()
    this.#ending.push(episode)
  }

  /** Of finds and refusals alone; to be asked before {@link sha256}. */
  findsSha256(): string {
    return this.#finds.copy().digest('hex')
  }

  /** Of the episodes too. To be asked once, at the end. */
  sha256(): string {
    this.#tellEnding()
    return this.#finds.update(`${this.#episodes.digest('hex')}\n`).digest('hex')
  }

  #tellEnding(): void {
    const ended = this.#ending.toSorted((a, b) => this.#number(a.pair) - this.#number(b.pair))
    for (const episode of ended) this.#episodes.update(`${this.#episodeNumbers(episode).join(' ')}\n`)
    this.#ending = []
  }

  #episodeNumbers({ pair, direction, firstSeenMs, lastSeenMs, endedMs, looks, finds, best, last, refusals, outcome }: Episode): number[] {
    const times = [firstSeenMs, lastSeenMs, endedMs]
    const sizes = [...sizeNumbers(best), ...sizeNumbers(last)]
    const counts = [...refusals].map(([reason, count]) => [codeOf(reason), count] as const).toSorted(([a], [b]) => a - b)
    const head = [EPISODE, this.#number(pair), ...times, directionNumber(direction), looks, finds]
    return [...head, ...sizes, OUTCOMES[outcome.kind], ...counts.flat()]
  }

  #number({ id }: BoxPair): number {
    return this.#pairs.get(id) ?? UNTOLD
  }

  #add(numbers: readonly number[]): void {
    this.#finds.update(`${numbers.join(' ')}\n`)
  }
}

const codeOf = (reason: Reason): number => CODES.get(reason) ?? UNTOLD
