import { formatQuantity, quantity } from '../../core/units'
import { query } from '../../stores/questdb/query'
import { literal, MICROS_PER_MS, whole, type Cells } from '../reports/record'

/** A page of the newest rows takes milliseconds. */
const ASK_LIMIT_MS = 4_000

/** Something that was seen, from its first look to its last, and what became of it (docs/record.md). */
export interface OpportunityView {
  readonly firstMs: number
  readonly pair: string
  readonly direction: string
  readonly mode: string
  readonly outcome: string
  readonly reason: string
  readonly tradeId: string | null
  readonly lastMs: number
  readonly durationMs: number
  /** Which one of its pair and direction. */
  readonly n: number
  readonly looks: number
  /** Contracts at its best; null: none. */
  readonly bestQuantity: string | null
  readonly bestNetEdgeMicros: number | null
}
/** Where a page ends: in the order in which they are told. */
export interface OpportunityPlace {
  readonly firstMicros: number
  readonly pair: string
  readonly direction: string
  readonly n: number
}
export interface OpportunityRow {
  readonly view: OpportunityView
  readonly place: OpportunityPlace
}

const COLUMNS =
  'cast(ts AS LONG), subject, direction, mode, outcome, reason, trade_id, cast(last_seen AS LONG), duration_ms, n, looks, best_size, best_net_edge'

/** The newest first, those after a place. @throws QueryRefused; TypeError when QuestDB cannot be reached; the limit's reason */
export async function listOpportunities(
  httpUrl: string,
  limit: number,
  after: OpportunityPlace | null,
): Promise<readonly OpportunityRow[]> {
  const rest = after === null ? '' : ` WHERE ${beyond(after)}`
  const sql = `SELECT ${COLUMNS} FROM arb_opportunities${rest} ORDER BY ts DESC, subject, direction, n LIMIT ${limit}`
  const { rows } = await query(httpUrl, sql, AbortSignal.timeout(ASK_LIMIT_MS))
  return (rows as readonly Cells[]).map(rowOf)
}

const beyond = ({ firstMicros: ts, pair, direction, n }: OpportunityPlace): string => {
  const [subject, way] = [literal(pair), literal(direction)]
  return `ts <= ${ts} AND (ts < ${ts} OR subject > ${subject} OR (subject = ${subject} AND (direction > ${way} OR (direction = ${way} AND n > ${n}))))`
}

function rowOf([ts, pair, direction, mode, outcome, reason, tradeId, last, durationMs, n, looks, size, edge]: Cells): OpportunityRow {
  const best = whole(size)
  const place = { firstMicros: Number(ts), pair: String(pair), direction: String(direction), n: Number(n) }
  return {
    place,
    view: {
      ...{ firstMs: Math.floor(place.firstMicros / MICROS_PER_MS), pair: place.pair, direction: place.direction, n: place.n },
      ...{ mode: String(mode), outcome: String(outcome), reason: String(reason), tradeId: tradeId === null ? null : String(tradeId) },
      ...{ lastMs: Math.floor(Number(last) / MICROS_PER_MS), durationMs: Number(durationMs), looks: Number(looks) },
      ...{ bestQuantity: best === null ? null : formatQuantity(quantity(best)), bestNetEdgeMicros: whole(edge) },
    },
  }
}
