import { decidedFiguresOf, type EdgeDecided } from '../core/edge/decided'
import type { OddsGame } from '../core/edge/odds'
import type { Frame } from '../core/market/event'
import type { BookDirectory } from '../core/market/reference'
import { NO_MONEY, type BookIndex, type Millis } from '../core/units'
import { rulesSha256, type Judging } from '../streaming/edges/decided'
import { EdgeDesk, type ToldEdgeMarket } from '../streaming/edges/edge-desk'
import type { EdgeMoney } from '../streaming/edges/desk-options'
import type { Engine } from '../streaming/engine'
import type { Terms } from '../streaming/terms'
import type { DecidedAgain, ReplayOptions } from './replay'

/** Between decisions nobody tells what there is to spend: nothing is sized, and what is remembered of a market does not depend on it. */
const NO_FUNDS: EdgeMoney = { equity: null, cash: null, spent: { event: NO_MONEY, day: NO_MONEY } }

export interface EdgeReplayOptions extends Pick<ReplayOptions, 'mode' | 'policy'> {
  readonly directory: BookDirectory
  readonly engine: () => Engine
  readonly terms: Terms
  readonly nowMs: () => Millis
  /** false: frames are missing, and what stands was not told again since. */
  readonly isComplete: () => boolean
}

/** The desk of edges of a process, over its frames: it launches nothing, and judges again what was decided. */
export class EdgeReplay {
  readonly #options: EdgeReplayOptions
  readonly #judging: Judging
  readonly #rulesSha256: string
  #desk: EdgeDesk
  /** The frames begin where their process does, and none of it is missing. */
  #isWhole = true
  /** When markets were told for the first time, or again after missing frames: of before it nothing is remembered here. */
  #watchedMs: Millis | null = null

  constructor(judging: Judging, options: EdgeReplayOptions) {
    this.#options = options
    this.#judging = judging
    this.#rulesSha256 = rulesSha256(judging)
    this.#desk = this.#createDesk()
  }

  #createDesk(): EdgeDesk {
    const { mode, policy, directory, engine, terms, nowMs } = this.#options
    const nothing = (): void => undefined
    return new EdgeDesk({
      ...{ ...this.#judging, mode, configVersion: '', persistence: policy.persistence, directory, engine, nowMs },
      terms: (market) => terms.ofMarket(market),
      money: () => NO_FUNDS,
      closures: () => null,
      armed: () => null,
      offer: () => null,
      ...{ onGone: nothing, later: nothing, onFound: nothing, onDecided: nothing, onEnded: nothing, onOver: nothing },
      ...{ onRefused: nothing, record: nothing },
    })
  }

  odds(game: OddsGame, frame: Frame): void {
    this.#desk.odds(game, frame)
  }
  watch(markets: readonly ToldEdgeMarket[], nowMs: Millis): void {
    if (this.#options.isComplete()) this.#watchedMs ??= nowMs
    this.#desk.watch(markets, nowMs)
  }
  book(index: BookIndex, nowMs: Millis): void {
    this.#desk.book(index, nowMs)
  }
  /** The frames of the next process begin: it remembers nothing. */
  restart(): void {
    this.#forget()
    this.#isWhole = true
  }
  /** What was told in missing frames is not known: odds and prices of before them are no better than none. */
  missed(): void {
    this.#forget()
    this.#isWhole = false
  }
  #forget(): void {
    this.#desk = this.#createDesk()
    this.#watchedMs = null
  }

  /** What comes of a decision now, by the money that it was sized with. */
  decideAgain(decided: EdgeDecided): DecidedAgain {
    if (decided.rulesSha256 !== this.#rulesSha256) return { figures: null, known: 'profile not known' }
    const { directory, engine, terms } = this.#options
    const index = directory.find('kalshi', decided.market, 'yes')
    if (terms.ofMarket(decided.market) === null) return { figures: null, known: 'terms not known' }
    if (index === null || !engine().books.at(index).isLive) return { figures: null, known: 'books not known' }
    const finding = this.#desk.judgeAgain(decided)
    if (finding === null) return { figures: null, known: 'odds not known' }
    if (!this.#remembers(decided.movedMs) || !this.#remembers(decided.bornMs)) return { figures: null, known: 'memory not known' }
    if (!this.#options.isComplete()) return { figures: null, known: 'frames not known' }
    return { figures: finding.kind === 'found' ? decidedFiguresOf(finding) : null, known: 'known' }
  }

  #remembers(atMs: Millis | null): boolean {
    return this.#isWhole || atMs === null || (this.#watchedMs !== null && atMs >= this.#watchedMs)
  }
}
