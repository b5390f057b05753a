import { invariant } from '../../core/assert'
import { methodOf } from '../../core/edge/consensus/consensus'
import { microsOf, type SeenLine } from '../../core/edge/decided'
import type { EdgeFound, EdgeMarket } from '../../core/edge/finding'
import { tieCounted } from '../../core/edge/index'
import { consensusPolicyAt, type EdgeSettings } from '../../core/edge/profile'
import { signalId } from '../../core/edge/signal'
import type { SubjectId, TradeId } from '../../core/ids'
import type { Gate } from '../../core/risk/gates'
import { millis, money, ONE_CONTRACT } from '../../core/units'
import type { RecordRow, SignalBookRow, SignalRow } from '../../ports/record'

const WEIGHT_UNITS = 1_000

interface Claimed {
  readonly found: EdgeFound
  gate: Gate | null
  isWritten: boolean
  isTaken: boolean
}

/**
 * What is claimed, for calibration: of each edge its first find, as soon as it is decided upon, and again when a later look of it becomes a trade. One a
 * market, as long as the edge lasts.
 */
export class Signals {
  readonly #settings: EdgeSettings
  readonly #record: (row: RecordRow) => void
  readonly #claimed = new Map<SubjectId, Claimed>()

  constructor(settings: EdgeSettings, record: (row: RecordRow) => void) {
    this.#settings = settings
    this.#record = record
  }

  /** Before it is decided upon. Only the first find of an edge counts. */
  found({ id }: EdgeMarket, found: EdgeFound): void {
    if (!this.#claimed.has(id)) this.#claimed.set(id, { found, gate: null, isWritten: false, isTaken: false })
  }
  /** The first trade of an edge is its price: a later one of the same edge adds to it and claims nothing anew. */
  taken({ id }: EdgeMarket, tradeId: TradeId): void {
    const claimed = this.#claimed.get(id)
    if (!claimed || claimed.isTaken) return
    claimed.isTaken = true
    this.#write(claimed, tradeId)
  }
  refused({ id }: EdgeMarket, gate: Gate): void {
    const claimed = this.#claimed.get(id)
    if (!claimed || claimed.isWritten) return
    claimed.gate = gate
    this.#write(claimed, null)
  }
  /** Its edge is over: the next find is another one. */
  ended({ id }: Pick<EdgeMarket, 'id'>): void {
    this.#claimed.delete(id)
  }

  #write(claimed: Claimed, tradeId: TradeId | null): void {
    const { found, gate } = claimed
    this.#record(signalRow(found, gate, tradeId, this.#settings))
    // again with the trade: what a standby has written went nowhere
    for (const row of bookRows(found, this.#settings)) this.#record(row)
    claimed.isWritten = true
  }
}

/** As the record keeps it. */
function signalRow(found: EdgeFound, gate: Gate | null, tradeId: TradeId | null, settings: EdgeSettings): SignalRow {
  const { input, side } = found.look
  const { market, odds, rules, mode, nowMs } = input
  const { kalshiEvent, sport, startMs, tie, yesTeams } = market.mapping
  const yesTeam = yesTeams[market.kalshi]
  invariant(side !== null && odds !== null && sport !== null && startMs !== null && yesTeam !== undefined, 'a find is of a known game')
  const policy = consensusPolicyAt(settings, { sport, startMs }, nowMs)
  return {
    ...{ kind: 'signal', id: signalId(nowMs, market.kalshi), ticker: market.kalshi, event: kalshiEvent, oddsEvent: odds.eventId },
    ...{ sport, yesTeam, tiePays: tie === 'none' || tie.value === 'unknown' ? null : microsOf(tie.value) },
    startMs: millis(Math.min(startMs, odds.commenceMs ?? startMs)),
    ...{ side: found.outcome, mode, profile: rules.name, method: methodOf(policy, policy.ways) },
    probability: microsOf(side.consensus.probability),
    lower: microsOf(side.consensus.lower),
    upper: microsOf(side.consensus.upper),
    ...{ ask: side.ask, limit: found.limit, edge: found.edge, quantity: found.quantity },
    // what it is worth on its bound less what is left of that
    cost: money((side.worth * found.quantity) / ONE_CONTRACT - found.netEdge),
    ...{ netEdge: found.netEdge, expectedValue: found.expectedValue },
    ...{ score: found.confidence.score, tier: found.confidence.tier },
    ...{ tradeId, gate: tradeId === null ? gate : null, atMs: nowMs },
  }
}

function bookRows(found: EdgeFound, settings: EdgeSettings): readonly SignalBookRow[] {
  const { market, nowMs } = found.look.input
  return linesOf(found, settings).map(({ updatedMs: _updatedMs, ...line }) => ({
    ...{ kind: 'signal-book', ticker: market.kalshi, side: found.outcome, atMs: nowMs },
    ...line,
  }))
}

/** What each book of the consensus thought, a tie counted as the market pays it. */
export function linesOf({ look, side: { consensus } }: EdgeFound, settings: EdgeSettings): readonly SeenLine[] {
  const { mapping } = look.input.market
  const paid = tieCounted(mapping, mapping.sport ?? '', settings)
  return consensus.books.map(({ book, family, probability, weight, updatedMs }) => ({
    ...{ book, family, updatedMs },
    probability: microsOf(paid(probability)),
    weight: Math.round(weight * WEIGHT_UNITS),
  }))
}
