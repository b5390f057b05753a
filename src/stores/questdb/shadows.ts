import type { Sender } from '@questdb/nodejs-client'
import type { ShadowRow } from '../../ports/record'
import { optional } from './optional'

/** Of `paper_shadow`: the twin of an order that was sent (docs/record.md). */
export function writeShadow(sender: Sender, row: ShadowRow): Promise<void> {
  sender.table('paper_shadow')
  const { venue, market, mode, outcome, action, purpose, preset } = row
  for (const [name, value] of Object.entries({ venue, market, mode, outcome, action, purpose, preset })) sender.symbol(name, value)
  sender.symbol('time_in_force', row.timeInForce)
  if (row.strategy !== null) sender.symbol('strategy', row.strategy)
  if (row.why !== null) sender.symbol('why', row.why)
  sender
    .stringColumn('client_order_id', row.clientOrderId)
    .stringColumn('trade_id', row.tradeId)
    .intColumn('price_limit', row.limit)
    .intColumn('quantity', row.quantity)
    .intColumn('wait_micros', row.waitMicros)
    .intColumn('met_micros', row.metMicros)
  optional(sender, 'book_age_micros', row.bookAgeMicros)
  optional(sender, 'displayed', row.displayed)
  optional(sender, 'filled', row.filled)
  optional(sender, 'cost', row.cost)
  optional(sender, 'fee', row.fee)
  optional(sender, 'answered_micros', row.answeredMicros)
  return sender.at(row.atMs, 'ms')
}
