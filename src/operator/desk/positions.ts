import { formatQuantity, quantity } from '../../core/units'
import { unlessUnreachable, type Database } from '../../stores/postgres/pool'

/** All open lots of one side of a market. */
export interface PositionView {
  readonly venue: string
  readonly market: string
  readonly outcome: 'yes' | 'no'
  /** Contracts, a decimal string. */
  readonly quantity: string
  /** Price and fees. */
  readonly costMicros: number
  /** Trades with a lot in it. */
  readonly trades: number
}
/** Where a page of positions ends. */
export type PositionPlace = Pick<PositionView, 'venue' | 'market' | 'outcome'>

/** Open positions by venue, market and side, those after a place. @throws LedgerUnreachable */
export async function listPositions(database: Database, limit: number, after: PositionPlace | null): Promise<readonly PositionView[]> {
  const read = await unlessUnreachable(
    database.query<Omit<PositionView, 'quantity'> & { readonly held: number }>(
      `select venue, market, outcome, quantity as held, cost_micros as "costMicros", trades from position
       where $2::text is null or (venue, market, outcome) > ($2, $3, $4) order by venue, market, outcome limit $1`,
      [limit, after?.venue ?? null, after?.market ?? null, after?.outcome ?? null],
    ),
  )
  return read.rows.map(({ held, ...row }) => ({ ...row, quantity: formatQuantity(quantity(held)) }))
}
