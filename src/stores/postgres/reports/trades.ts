import type { Venue } from '../../../core/ids'
import type { Results } from '../../../core/report/pnl'
import { isIn, type Span } from '../../../core/report/span'
import type { ReportedTrade } from '../../../core/report/trade'
import { money, type Money } from '../../../core/units'
import { readParts } from '../results/parts'
import { readPayments } from '../results/payments'
import type { Snapshot } from './snapshot'

type Row = Omit<ReportedTrade, 'parts' | 'ledger' | 'beyondCost'> & {
  /** Cash in less cash out. */
  readonly earned: Money
  /** Of its open contracts. */
  readonly cost: Money
}

/** Granted trades that were opened in a span, with what the accounts of results, their fills and their open lots say. */
const TRADES = `
  with own as (select * from trade where reservation <> 'refused' and started_ms >= $1 and started_ms < $2),
    told as (select t.trade_id, -sum(p.amount_micros) filter (where p.account ~ '^(income|expense):') as booked,
        sum(p.amount_micros) filter (where p.account ~ '^suspense:') as suspended, sum(p.amount_micros) filter (where p.account ~ '^(cash|reserved):') as earned
      from own join transfer t using (trade_id) join posting p on p.transfer_id = t.id group by 1),
    held as (select trade_id, sum(cost_micros) as cost from own join lot using (trade_id) group by 1),
    executed as (select trade_id, client_order_id, f.venue, f.market, f.outcome, f.action, sum(f.quantity) as filled, sum(f.price * f.quantity) as notional,
        sum(f.fee_micros) as fees, max(f.at_ms) as last_ms from own join fill f using (trade_id) group by 1, 2, 3, 4, 5, 6),
    orders as (select trade_id, json_agg(json_build_object('clientOrderId', client_order_id, 'venue', venue, 'market', market, 'outcome', outcome,
        'action', action, 'filled', filled, 'notional', notional, 'fees', fees, 'lastMs', last_ms) order by client_order_id) as orders from executed group by 1)
  select own.trade_id as "tradeId", subject as pair, strategy, outcome, pnl_kind as kind, started_ms as "startedMs", ended_ms as "endedMs", plan,
    coalesce(booked, 0) as booked, coalesce(suspended, 0) as suspended, coalesce(earned, 0) as earned, coalesce(cost, 0) as cost, coalesce(orders, '[]') as orders
  from own left join told using (trade_id) left join held using (trade_id) left join orders using (trade_id) order by started_ms, trade_id`

/** What trades that were opened in a span have earned until now, whenever that was. Times are ours, fills' those of the venues. */
export async function readReported(snapshot: Snapshot, span: Span): Promise<Results> {
  const { rows } = await snapshot.query<Row>(TRADES, [span.fromMs, span.toMs])
  const { trades, carryOfNobody } = await readParts(snapshot, null, span)
  const partsOf = new Map(trades.map((each) => [each.tradeId, each]))
  return {
    trades: rows.map(({ earned, cost, ...row }) => {
      const found = partsOf.get(row.tradeId)
      if (found === undefined) throw new Error(`trade ${row.tradeId} was granted, and has no parts`)
      const { parts, ledger } = found
      return { ...row, parts, ledger, beyondCost: money(ledger - earned - cost) }
    }),
    interest: (await readPayments(snapshot, 'interest')).filter(({ atMs }) => isIn(span, atMs)),
    couponsOf: await whoPaysCoupons(snapshot),
    carryOfNobody,
  }
}

async function whoPaysCoupons(snapshot: Snapshot): Promise<Venue | null> {
  const { rows } = await snapshot.query<{ venue: Venue }>(
    `select distinct venue_of(p.account) as venue from transfer t join posting p on p.transfer_id = t.id and p.account like 'cash:%' where t.kind = 'couponPay'`,
  )
  return rows.length === 1 ? (rows[0]?.venue ?? null) : null
}
