import { marketId, tradeId, type MarketId, type Outcome, type TradeId } from '../../../core/ids'
import { parsePurse, type Purse } from '../../../core/purse'
import { millis, money, quantity, type Millis, type Money, type Quantity } from '../../../core/units'
import { unlessUnreachable, type Database } from '../pool'

/** Premium of one edge that is not settled. */
export interface EdgeAtRisk {
  readonly tradeId: TradeId
  readonly market: MarketId
  readonly startedMs: Millis
  /** What a running trade may cost, what an ended one holds at cost: as the reserve counts a sport's premium. */
  readonly held: Money
  /** What a running trade may cost, what an ended one has paid, fees included, whatever it has sold since. */
  readonly paid: Money
  readonly outcome: Outcome
  /** Contracts of an ended one that may be sold; null: it runs. None of what rests on an operator's word: no venue has shown it. */
  readonly contracts: Quantity | null
}
/** What Kalshi's account is worth, what of it is free, and what edges have at risk. */
export interface EdgeMoneyRead {
  /** Cash, reserved cash and positions at cost, all purses, as the reserve counts the bankroll; null: no balance was ever booked. */
  readonly equity: Money | null
  readonly cash: ReadonlyMap<Purse, Money>
  readonly atRisk: readonly EdgeAtRisk[]
  /** What edges of the trading day have paid that are settled already: spent all the same. */
  readonly settledToday: Money
}

/**
 * Purses by a range of names ('/' sorts right before '0'), positions by the few lots that are open, edges by the partial index of those that are not
 * settled: what it costs grows with what is open, not with what there ever was.
 */
const READ = `select
  (select coalesce(jsonb_agg(jsonb_build_object('account', account, 'amount', amount_micros)), '[]') from balance
    where (account >= 'cash:kalshi' and account < 'cash:kalshi0') or (account >= 'reserved:kalshi' and account < 'reserved:kalshi0')) as purses,
  (select coalesce(sum(b.amount_micros), 0)::bigint from (select distinct market, outcome from lot where venue = 'kalshi' and quantity > 0) l
    join balance b on b.account = 'position:kalshi:' || l.market || ':' || l.outcome) as positions,
  (select coalesce(jsonb_agg(jsonb_build_object('trade', t.trade_id, 'market', t.plan #>> '{legs,0,order,market}', 'started', t.started_ms,
      'held', case when t.ended_ms is null then (t.plan #>> '{legs,0,costBound}')::bigint
        else coalesce(l.cost, 0) end, 'outcome', t.plan #>> '{legs,0,order,outcome}',
      'paid', case when t.ended_ms is null then (t.plan #>> '{legs,0,costBound}')::bigint else (select coalesce(sum(f.price::bigint * f.quantity + f.fee_micros), 0)
        from fill f where f.trade_id = t.trade_id and f.action = 'buy') end,
      'contracts', case when t.ended_ms is null then null when t.outcome = 'surrendered' then 0 else coalesce(l.quantity, 0) end) order by t.trade_id), '[]')
    from trade t left join lateral (select sum(cost_micros) as cost, sum(quantity) as quantity from lot
      where lot.trade_id = t.trade_id and quantity > 0) l on true
    where t.strategy = 'edge' and t.reservation <> 'refused' and (t.ended_ms is null or t.pnl_kind <> 'realised')) as at_risk,
  (select coalesce(sum(f.price::bigint * f.quantity + f.fee_micros), 0)::bigint from trade t join fill f on f.trade_id = t.trade_id
    where t.strategy = 'edge' and t.started_ms >= $1 and t.ended_ms is not null and t.pnl_kind = 'realised' and f.action = 'buy') as settled_today`

interface AtRiskRow {
  readonly trade: string
  readonly market: string
  readonly started: number
  readonly held: number
  readonly paid: number
  readonly outcome: Outcome
  readonly contracts: number | null
}
interface Row {
  readonly purses: readonly { readonly account: string; readonly amount: number }[]
  readonly positions: number
  readonly settled_today: number
  readonly at_risk: readonly AtRiskRow[]
}

/** In one statement, so that nothing is counted twice or not at all. @param dayMs when the trading day began. @throws LedgerUnreachable */
export async function readEdgeMoney(database: Database, dayMs: Millis): Promise<EdgeMoneyRead> {
  const read = await unlessUnreachable(database.query<Row>({ name: 'edge-money', text: READ, values: [dayMs] }))
  const [row] = read.rows
  if (!row) throw new Error("Kalshi's balances could not be read")
  const { purses, positions, at_risk: atRisk, settled_today: settledToday } = row
  const free = purses.filter(({ account }) => account.startsWith('cash:'))
  return {
    equity: purses.length === 0 ? null : money(purses.reduce((sum, { amount }) => sum + amount, positions)),
    cash: new Map(free.map(({ account, amount }) => [parsePurse(account.slice('cash:'.length)), money(amount)])),
    atRisk: atRisk.map(({ trade, market, started, held, paid, outcome, contracts }) => ({
      ...{ tradeId: tradeId(trade), market: marketId(market), outcome },
      ...{ startedMs: millis(started), held: money(held), paid: money(paid), contracts: contracts === null ? null : quantity(contracts) },
    })),
    settledToday: money(settledToday),
  }
}
