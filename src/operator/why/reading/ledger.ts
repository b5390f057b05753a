import { tradeId as asTradeId, type TradeId } from '../../../core/ids'
import { readParts } from '../../../stores/postgres/results/parts'
import { readBookings } from '../../../stores/postgres/results/bookings'
import type { Database } from '../../../stores/postgres/pool'
import { readOrders, readTrade } from '../../../stores/postgres/trades'
import { viewOf } from '../../results'
import type { Ledger, Source } from '../record'

/** A trade's rows. @param database null: nothing runs here that could be asked. @throws RangeError when it is not a trade id at all */
export async function readTradeLedger(database: Database | null, id: string): Promise<Source<Ledger>> {
  const tradeId: TradeId = asTradeId(id)
  if (database === null) return { kind: 'missing', reason: 'the ledger cannot be asked: nothing is running here (npm start)' }
  try {
    const row = await readTrade(database, tradeId)
    if (!row) return { kind: 'missing', reason: 'the ledger has no such trade: its reserve was never asked, or it is of another desk' }
    const [orders, { trades }, { fills, transfers }] = await Promise.all([
      readOrders(database, [tradeId]),
      readParts(database, tradeId),
      readBookings(database, tradeId),
    ])
    const parts = trades[0] === undefined ? null : viewOf(trades[0].parts)
    return { kind: 'read', found: { ...row, parts, orders, fills, transfers } }
  } catch (error) {
    return { kind: 'missing', reason: `the ledger cannot be asked: ${(error as Error).message}` }
  }
}
