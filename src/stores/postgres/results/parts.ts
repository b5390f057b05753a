import { attribute, type Executed, type Kept, type ResultParts } from '../../../core/ledger/attribution'
import { carryOf, earnedSince, type HoldingMove } from '../../../core/ledger/carry'
import type { TradeId, Venue } from '../../../core/ids'
import type { Plan } from '../../../core/trade/plan'
import { money, NO_MONEY, type Millis, type Money } from '../../../core/units'
import type { Database } from '../pool'

/** A trade's result in its parts, beside what the ledger says it is. */
export interface TradeParts {
  readonly tradeId: TradeId
  readonly pair: string
  readonly kind: 'guaranteed' | 'realised' | 'open'
  readonly endedMs: Millis | null
  readonly parts: ResultParts
  /** Of the trade's own postings; the parts without carry must make it up. */
  readonly ledger: Money
}
export interface LedgerParts {
  readonly trades: readonly TradeParts[]
  /** Coupons for times in which no trade held anything. */
  readonly carryOfNobody: Money
}

interface Row {
  readonly tradeId: TradeId
  readonly pair: string
  readonly kind: TradeParts['kind']
  readonly endedMs: Millis | null
  readonly plan: Plan
  /** Of an ended trade; of a running one what its cash says, and its lots at cost. */
  readonly pnl: Money
  /** Cash in less cash out. */
  readonly earned: Money
  readonly netted: Money
  readonly fills: readonly Executed[]
  readonly settled: readonly (Kept & { readonly paid: Money })[]
  readonly open: readonly Kept[]
}

/** One pass over each table, whatever is asked for: by trade it would be one over each index, for ten thousand trades. */
const FLOWS = `
  with own as (select * from trade where reservation <> 'refused' and ($1::text is null or trade_id = $1) and started_ms >= $2 and started_ms < $3),
    cash as (select t.trade_id, sum(p.amount_micros) as earned, sum(p.amount_micros) filter (where t.kind = 'netPair') as netted
      from own join transfer t using (trade_id) join posting p on p.transfer_id = t.id where p.account ~ '^(cash|reserved):' group by 1),
    filled as (select trade_id, json_agg(json_build_object('order', client_order_id, 'action', action, 'price', price, 'quantity', quantity, 'fee', fee_micros)) as fills
      from own join fill using (trade_id) group by 1),
    paid as (select trade_id, json_agg(json_build_object('venue', venue, 'market', market, 'outcome', s.outcome, 'quantity', quantity, 'paid', paid_micros)) as settled
      from own join settlement s using (trade_id) group by 1),
    held as (select trade_id, sum(cost_micros) as cost, json_agg(json_build_object('venue', venue, 'market', market, 'outcome', l.outcome, 'quantity', quantity)) as open
      from own join lot l using (trade_id) where quantity > 0 group by 1)
  select own.trade_id as "tradeId", subject as pair, pnl_kind as kind, ended_ms as "endedMs", plan, coalesce(earned, 0) as earned, coalesce(netted, 0) as netted,
    case when ended_ms is null then coalesce(earned, 0) + coalesce(cost, 0) else pnl_micros end as pnl,
    coalesce(fills, '[]') as fills, coalesce(settled, '[]') as settled, coalesce(open, '[]') as open
  from own left join cash using (trade_id) left join filled using (trade_id) left join paid using (trade_id) left join held using (trade_id) order by started_ms, trade_id`

/** When trades were opened: from a moment on, before another. */
interface Opened {
  readonly fromMs: number
  readonly toMs: number
}
const EVER: Opened = { fromMs: 0, toMs: Number.MAX_SAFE_INTEGER }

/** Results of all granted trades in their parts, or of one (none when it is refused or unknown), or of those of a time. Money: as booked until now. */
export async function readParts(database: Pick<Database, 'query'>, tradeId: TradeId | null, opened: Opened = EVER): Promise<LedgerParts> {
  const { rows } = await database.query<Row>(FLOWS, [tradeId, opened.fromMs, opened.toMs])
  const { byTrade, ofNobody } = carryOf(await coupons(database), await holdings(database))
  const trades = rows.map(({ tradeId: id, pair, kind, endedMs, plan, pnl, earned, netted, fills, settled, open }) => {
    const flows = { plan, fills, netted, settled, open, openValue: money(pnl - earned) }
    return { tradeId: id, pair, kind, endedMs, parts: attribute(flows, byTrade.get(id) ?? NO_MONEY), ledger: pnl }
  })
  return { trades, carryOfNobody: ofNobody }
}

async function coupons(database: Pick<Database, 'query'>): Promise<ReturnType<typeof earnedSince>> {
  const read = await database.query<{ venue: Venue; amount: Money; atMs: Millis }>(
    `select venue_of(p.account) as venue, p.amount_micros as amount, coalesce(f.at_ms, t.at_ms) as "atMs"
     from transfer t join posting p on p.transfer_id = t.id and p.account like 'cash:%' left join accrual_fall f on f.coupon = t.id
     where t.kind = 'couponPay' order by 3, t.id`,
  )
  return earnedSince(read.rows)
}

/** Of venues that pay coupons. A payout ends a holding when it was first booked, whatever was amended since. */
async function holdings(database: Pick<Database, 'query'>): Promise<readonly HoldingMove[]> {
  const read = await database.query<HoldingMove>(
    `with paying as (select distinct venue_of(p.account) as venue from transfer t join posting p on p.transfer_id = t.id where t.kind = 'couponPay')
     select trade_id as "tradeId", venue, case when action = 'buy' then quantity else -quantity end as quantity, at_ms as "atMs"
       from fill join paying using (venue)
     union all select t.trade_id, venue_of(p.account), -2 * (p.amount_micros / 10000), t.at_ms -- a netted pair is one dollar, of two contracts
       from transfer t join posting p on p.transfer_id = t.id and p.account like 'cash:%' join paying on venue = venue_of(p.account) where t.kind = 'netPair'
     union all select trade_id, venue, -quantity, coalesce((select at_ms from transfer where id = concat_ws(':', 'settle', venue, market, s.trade_id, outcome)), s.at_ms)
       from settlement s join paying using (venue)`,
  )
  return read.rows
}
