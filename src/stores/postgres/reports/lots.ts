import type { LotEvent } from '../../../core/report/lots'
import type { LedgerResults } from '../../../core/report/tax'
import { readPayments } from '../results/payments'
import type { Snapshot } from './snapshot'

/**
 * Purchases, sales, nettings and payouts in the order in which they were booked (the audit chain's). Purchases and sales are the fills as they stand,
 * corrections included; what leaves a lot has the cost that was posted. A market that was paid in parts, or paid anew, is one payout at its last time.
 */
const EVENTS = `
  with booked as (select ref, seq from audit_chain where kind = 'transfer'),
    trades as (select c.seq, f.trade_id, f.venue, f.market, f.outcome, f.at_ms, f.quantity, f.action, f.client_order_id, f.price * f.quantity as notional, f.fee_micros,
        -sum(p.amount_micros) filter (where p.account = concat_ws(':', 'position', f.venue, f.market, f.outcome)) as basis
      from fill f join booked c on c.ref = 'fill:' || f.key join posting p on p.transfer_id = c.ref
      group by c.seq, f.key),
    netted as (select c.seq, t.id, t.trade_id, t.at_ms, sum(p.amount_micros) filter (where p.account like 'cash:%') as cash from transfer t join booked c on c.ref = t.id
      join posting p on p.transfer_id = t.id where t.kind = 'netPair' group by c.seq, t.id),
    sides as (select n.*, split_part(p.account, ':', 2) as venue, split_part(p.account, ':', 3) as market, split_part(p.account, ':', 4) as outcome, -p.amount_micros as basis,
        (select f.outcome from fill f where f.trade_id = n.trade_id and (n.id = 'net:fill:' || f.key or starts_with(n.id, 'net:fill:' || f.key || ':'))
          order by length(f.key) desc limit 1) as last
      from netted n join posting p on p.transfer_id = n.id and p.account like 'position:%'),
    paid as (select max(c.seq) as seq, s.trade_id, s.venue, s.market, s.outcome, s.at_ms, s.quantity, s.paid_micros,
        -sum(p.amount_micros) filter (where p.account = concat_ws(':', 'position', s.venue, s.market, s.outcome)) as basis
      from settlement s join transfer t on t.trade_id = s.trade_id and (t.id = concat_ws(':', 'settle', s.venue, s.market, s.trade_id, s.outcome)
          or starts_with(t.id, concat_ws(':', 'settle', s.venue, s.market, s.trade_id, s.outcome) || ':'))
        join booked c on c.ref = t.id join posting p on p.transfer_id = t.id
      group by s.trade_id, s.venue, s.market, s.outcome)
  select trade_id as "tradeId", venue, market, outcome, at_ms as "atMs", quantity, kind, "order", cost, fees, proceeds, basis from (
    select seq, trade_id, venue, market, outcome, at_ms, quantity, case action when 'buy' then 'bought' else 'sold' end as kind, client_order_id as "order",
      notional as cost, fee_micros as fees, notional as proceeds, coalesce(basis, 0) as basis from trades
    union all select seq, trade_id, venue, market, outcome, at_ms, cash / 10000, 'netted', null, 0, 0,
      case when outcome = last then basis else cash - sum(basis) filter (where outcome = last) over (partition by id) end, basis from sides
    union all select seq, trade_id, venue, market, outcome, at_ms, quantity, 'settled', null, 0, 0, paid_micros, coalesce(basis, 0) from paid) e
  order by seq, outcome`

export async function readLotEvents(snapshot: Snapshot): Promise<readonly LotEvent[]> {
  const { rows } = await snapshot.query<LotEvent>(EVENTS)
  return rows
}

/** What the accounts of results say of all this together. */
export async function readLedgerResults(snapshot: Snapshot): Promise<LedgerResults> {
  const { rows } = await snapshot.query<Omit<LedgerResults, 'coupons' | 'interest'>>(
    `select coalesce(-sum(amount_micros) filter (where account ~ '^income:(trading|settlement):'), 0) as income,
       coalesce(sum(amount_micros) filter (where account like 'expense:%'), 0) as fees,
       coalesce(sum(amount_micros) filter (where account like 'position:%'), 0) as held,
       coalesce(-sum(amount_micros) filter (where account like 'income:coupon:%'), 0) as "couponIncome",
       coalesce(-sum(amount_micros) filter (where account like 'income:interest:%'), 0) as "interestIncome",
       (select coalesce(sum(suspended_micros), 0) from fill) as suspended from balance`,
  )
  const [sums] = rows
  if (sums === undefined) throw new Error('the accounts told nothing')
  return { ...sums, coupons: await readPayments(snapshot, 'couponPay'), interest: await readPayments(snapshot, 'interest') }
}
