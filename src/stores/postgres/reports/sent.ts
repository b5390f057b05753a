import type { SentOrder } from '../../../core/report/shadows/compare'
import type { Span } from '../../../core/report/span'
import type { Snapshot } from './snapshot'

/** An order that ended `rejected` may never have left: without a twin nobody can say. */
const SENT = `
  select i.client_order_id as "clientOrderId", i.trade_id as "tradeId", t.strategy, i.venue, i.market, i.outcome, i.action, i.state in ('final', 'rejected') as "isFinal",
    t.started_ms as "startedMs", coalesce(sum(f.quantity), 0)::bigint as filled, coalesce(sum(f.price * f.quantity), 0)::bigint as notional,
    coalesce(sum(f.fee_micros), 0)::bigint as fees
  from order_intent i join trade t using (trade_id) left join fill f using (client_order_id)
  where i.client_order_id = any($3) or (t.started_ms >= $1 and t.started_ms < $2 and i.state in ('final', 'unknown'))
  group by i.client_order_id, t.trade_id order by i.client_order_id`

/** Orders of trades that were opened in a span and of which it is known that they left, and those that are named. */
export async function readSent(snapshot: Snapshot, span: Span, named: readonly string[]): Promise<readonly SentOrder[]> {
  const { rows } = await snapshot.query<SentOrder>(SENT, [span.fromMs, span.toMs, named])
  return rows
}
