import type { Database } from './pool'

export interface LedgerReport {
  readonly transfers: number
  /** Sum of every posting; anything but zero is a defect. */
  readonly sumMicros: number
  readonly violations: readonly string[]
}

/** Each query returns one row per violation, with a sentence. Read-only, in one snapshot. */
const CHECKS: readonly string[] = [
  `select 'transfer ' || transfer_id || ' sums to ' || sum(amount_micros) as violation from posting group by transfer_id having sum(amount_micros) <> 0`,
  `select 'balance of ' || coalesce(b.account, p.account) || ' says ' || coalesce(b.amount_micros, 0) || ', its postings ' || coalesce(p.total, 0) as violation
     from balance b full join (select account, sum(amount_micros) as total from posting group by account) p on p.account = b.account
     where coalesce(b.amount_micros, 0) <> coalesce(p.total, 0)`,
  `select account || ' is negative: ' || amount_micros as violation from balance where amount_micros < 0 and account ~ '^(cash|reserved|position|receivable):'`,
  `select 'position ' || split_part(b.account, ':', 2) || ' ' || split_part(b.account, ':', 3) || ' costs ' || b.amount_micros || ', its lots ' || coalesce(l.cost, 0) as violation
     from balance b left join (select 'position:' || venue || ':' || market || ':' || outcome as account, sum(cost_micros) as cost from lot group by 1) l using (account)
     where b.account like 'position:%' and b.amount_micros <> coalesce(l.cost, 0)`,
  `select 'lot of ' || trade_id || ' at ' || venue || ' ' || market || ': ' || quantity || ' held, ' || (bought - gone) || ' by its fills' as violation from (
     select l.trade_id, l.venue, l.market, l.outcome, l.quantity,
       coalesce((select sum(case when f.action = 'buy' then f.quantity else -f.quantity end) from fill f where f.trade_id = l.trade_id and f.venue = l.venue and f.market = l.market and f.outcome = l.outcome), 0) as bought,
       coalesce((select sum(s.quantity) from settlement s where s.trade_id = l.trade_id and s.venue = l.venue and s.market = l.market and s.outcome = l.outcome), 0) as gone
     from lot l where not exists (select 1 from transfer t where t.trade_id = l.trade_id and t.kind = 'netPair')) x where quantity <> bought - gone`,
  `select 'order ' || i.client_order_id || ' filled ' || sum(f.quantity) || ' of ' || i.quantity as violation from order_intent i join fill f using (client_order_id) group by i.client_order_id having sum(f.quantity) > i.quantity`,
  `select 'trade ' || trade_id || ' has ended and still reserves ' || sum(amount_micros) as violation from posting p join transfer t on t.id = p.transfer_id join trade using (trade_id)
     where account like 'reserved:%' and ended_ms is not null group by trade_id having sum(amount_micros) <> 0`,
  `select 'claim on ' || venue || ' ' || market || ' is held by ended trade ' || holder as violation from claim c join trade t on t.trade_id = c.holder where c.state = 'exclusive' and t.ended_ms is not null`,
]

/** Proves the ledger: every transfer, every balance, every lot, every reservation (market-math §9, execution.md I9). */
export async function verifyLedger(database: Database): Promise<LedgerReport> {
  const totals = await database.query<{ transfers: number; sum: number }>(
    'select (select count(*) from transfer) as transfers, (select coalesce(sum(amount_micros), 0) from posting) as sum',
  )
  const violations: string[] = []
  for (const check of CHECKS) {
    const found = await database.query<{ violation: string }>(check)
    violations.push(...found.rows.map(({ violation }) => violation))
  }
  const { transfers = 0, sum = 0 } = totals.rows[0] ?? {}
  return { transfers, sumMicros: sum, violations }
}

/** What the ledger says a venue account holds: free and reserved cash, micro-dollars. */
export async function ledgerCash(database: Database): Promise<Readonly<Record<string, number>>> {
  const read = await database.query<{ venue: string; amount: number }>(
    `select split_part(account, ':', 2) as venue, sum(amount_micros) as amount from balance where account ~ '^(cash|reserved):' group by 1 order by 1`,
  )
  return Object.fromEntries(read.rows.map(({ venue, amount }) => [venue, amount]))
}

export interface OpenLot {
  readonly tradeId: string
  readonly venue: string
  readonly market: string
  readonly outcome: 'yes' | 'no'
  readonly quantity: number
  readonly costMicros: number
}
export async function openLots(database: Database): Promise<readonly OpenLot[]> {
  const read = await database.query<OpenLot>(
    `select trade_id as "tradeId", venue, market, outcome, quantity, cost_micros as "costMicros" from lot where quantity > 0 order by venue, market, trade_id, outcome`,
  )
  return read.rows
}

/** Trades that have not ended. */
export async function openTradeCount(database: Database): Promise<number> {
  const read = await database.query<{ n: number }>('select count(*) as n from trade where ended_ms is null')
  return read.rows[0]?.n ?? 0
}
