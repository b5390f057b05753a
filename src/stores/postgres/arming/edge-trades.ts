import type { Millis } from '../../../core/units'
import { unlessUnreachable, type Database } from '../pool'

/** A trade of the edge that goes on. */
export interface RunningEdge {
  readonly tradeId: string
  /** The market's ticker. */
  readonly market: string
  readonly state: string
}
/** Trades of the edge since a moment, and what they have come to. Money in µ$. */
export interface EdgeTrades {
  /** By their outcome; "running" and "refused" (by the reserve) among them. */
  readonly outcomes: Readonly<Record<string, number>>
  /** What is certain by now. */
  readonly realisedMicros: number
  /** What those that are held may still lose. */
  readonly atStakeMicros: number
}

/** @throws LedgerUnreachable */
export async function readEdgeTrades(database: Database, sinceMs: Millis): Promise<EdgeTrades> {
  const read = await unlessUnreachable(
    database.query<{ name: string; n: number; realised: number; stake: number }>(
      `select case when reservation = 'refused' then 'refused' else coalesce(outcome, 'running') end as name, count(*) as n,
         coalesce(sum(pnl_micros), 0) as realised,
         coalesce(sum((result ->> 'maxRemainingLoss')::bigint) filter (where pnl_kind = 'open' and ended_ms is not null), 0) as stake
       from trade where strategy = 'edge' and started_ms >= $1 group by 1 order by 1`,
      [sinceMs],
    ),
  )
  const sum = (of: 'realised' | 'stake'): number => read.rows.reduce((all, row) => all + row[of], 0)
  return {
    outcomes: Object.fromEntries(read.rows.map(({ name, n }) => [name, n])),
    realisedMicros: sum('realised'),
    atStakeMicros: sum('stake'),
  }
}

/** Those that go on now, the oldest first. @throws LedgerUnreachable */
export async function readRunningEdges(database: Database): Promise<readonly RunningEdge[]> {
  const read = await unlessUnreachable(
    database.query<RunningEdge>(
      `select trade_id as "tradeId", subject as market, state from trade
       where strategy = 'edge' and reservation = 'granted' and ended_ms is null order by started_ms, trade_id`,
    ),
  )
  return read.rows
}
