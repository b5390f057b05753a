import { createHash } from 'node:crypto'
import { invariant } from '../../core/assert'
import { decidedFiguresOf, microsOf, type EdgeDecided } from '../../core/edge/decided'
import type { EdgeFound } from '../../core/edge/finding'
import type { Watched } from '../../core/edge/index'
import type { EdgeRules, EdgeSettings } from '../../core/edge/profile'
import type { TradeId } from '../../core/ids'
import type { BookDirectory } from '../../core/market/reference'
import type { Engine } from '../engine'
import { seenBook } from '../opportunities/decided'
import type { Games } from './games'
import { linesOf } from './signals'

/** How edges are judged. */
export interface Judging {
  readonly rules: EdgeRules
  readonly settings: EdgeSettings
}

export interface DecidedEdgesOptions extends Judging {
  readonly directory: BookDirectory
  readonly engine: () => Pick<Engine, 'books'>
}

/** Two that agree in it judge alike. */
export function rulesSha256({ rules, settings }: Judging): string {
  const { policy, consensus, threeWaySports, tieProbability } = settings
  return createHash('sha256')
    .update(JSON.stringify([rules, policy, consensus, threeWaySports, tieProbability]))
    .digest('hex')
}

/** What edges are decided upon, for the record. */
export class DecidedEdges {
  readonly #options: DecidedEdgesOptions
  readonly #rulesSha256: string

  constructor(options: DecidedEdgesOptions) {
    this.#options = options
    this.#rulesSha256 = rulesSha256(options)
  }

  /** In the turn of its look. */
  of({ thoughtMs }: Watched, found: EdgeFound, tradeId: TradeId, games: Games): EdgeDecided {
    const { settings, directory, engine } = this.#options
    const { input } = found.look
    const { market, odds, movedAtMs, birth, equity, cash, spent, share = 1, limits, rules, nowMs } = input
    invariant(odds !== null && thoughtMs !== null, 'an edge is found by odds')
    const { consensus } = found.side
    return {
      strategy: 'edge',
      tradeId,
      market: market.kalshi,
      seenMs: nowMs,
      figures: decidedFiguresOf(found),
      books: [seenBook('kalshi', market.kalshi, 'yes', { books: engine().books, directory })],
      odds: {
        ...{ eventId: odds.eventId, n: games.frameOf(odds), fetchedMs: odds.fetchedMs, thoughtMs },
        ...{ fair: microsOf(consensus.probability), lower: microsOf(consensus.lower), upper: microsOf(consensus.upper) },
        lines: linesOf(found, settings),
      },
      movedMs: movedAtMs,
      bornMs: birth?.fetchedMs ?? null,
      given: { equity, cash, spent, share, maxContracts: limits.maxContracts },
      profile: rules.name,
      rulesSha256: this.#rulesSha256,
    }
  }
}
