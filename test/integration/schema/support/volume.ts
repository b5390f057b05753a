import { readFileSync } from 'node:fs'
import path from 'node:path'
import { Client } from 'pg'
import type { TestLedger } from '../../ledger/support/ledger'
import { boxPlan, resultOf } from '../../ledger/support/trades'

/** Boxes that were closed and paid in a month, two thousand of them today; boxes whose two lots are open; what operators did meanwhile. */
export const CLOSED = 10_000
export const OPEN_LOTS = 10_000
export const AUDITED = 15_000
const BOXES = CLOSED + OPEN_LOTS / 2
const TODAY = 2_000
const DAY_MS = 86_400_000

/** The n-th box: its markets (three boxes to a closed one, five to an open one), its times, and whether it is closed. */
const boxes = (nowMs: number): string => `
  create temp table box on commit drop as
  select n, 'v' || n as id, n <= ${CLOSED} as closed, m, 'K' || m as kalshi, (100000 + m)::text as forecastex,
    case when n between ${CLOSED - TODAY + 1} and ${CLOSED} then ${nowMs} - (n - ${CLOSED - TODAY}) * 1000 else ${nowMs} - ${DAY_MS} - n * ${(29 * DAY_MS) / BOXES} end::bigint as at_ms
  from (select n, case when n <= ${CLOSED} then n % 3000 else 5000 + n % 1000 end as m from generate_series(1::bigint, ${BOXES}) n) x`

const TRADES = `
  insert into trade (trade_id, run_id, strategy, subject, mode, plan, reservation, verdicts, halt_epoch, started_ms, edge_micros, contracts, state, outcome, result, pnl_micros, pnl_kind, ended_ms)
  select id, 'run', 'box', 's' || m, 'sim', replace(replace(replace($1, 'KXU3-T4', kalshi), '"751"', '"' || forecastex || '"'), 't1', id)::jsonb, 'released', '[]', 0, at_ms, 1294800, 10000,
    'ended', 'locked', $2::jsonb, 1294800, case when closed then 'realised' else 'guaranteed' end, at_ms + 500 from box`

/** Rows as the product writes them, without the triggers that judge each: what is asked of them here is how many are read. */
const ROWS: readonly string[] = [
  `insert into tombstone select id, at_ms from box`,
  `insert into listing select distinct 'kalshi', kalshi, 'E' || m / 4, 'S', 'open', '{}'::jsonb, 1 from box`,
  `insert into order_intent select 'cb-' || id || '-' || leg, id, venue, case venue when 'kalshi' then kalshi else forecastex end, 'buy', outcome, 4200, 10000, 'ioc', purpose, at_ms, state, '', 0
    from box cross join (values ('a1', 'kalshi', 'yes', 'opening', 'final'), ('b2', 'forecastex', 'no', 'reducing', 'final'), ('c3', 'forecastex', 'no', 'reducing', 'rejected')) l (leg, venue, outcome, purpose, state)`,
  `insert into fill (key, client_order_id, trade_id, venue, account, venue_order_id, execution_id, market, outcome, action, price, quantity, fee_micros, at_ms)
    select venue || '|account-' || venue || '|v-' || client_order_id || '|x1', client_order_id, trade_id, venue, 'account-' || venue, 'v-' || client_order_id, 'x1', market, outcome, 'buy', 4200, 10000, 0, not_after_ms
    from order_intent where state = 'final'`,
  `insert into lot select trade_id, venue, i.market, outcome, case when closed then 0 else 10000 end, case when closed then 0 else 42000000 end
    from order_intent i join box on id = trade_id where state = 'final'`,
  `insert into balance select concat_ws(':', 'position', venue, market, outcome), sum(cost_micros) from lot group by venue, market, outcome`,
  `insert into settlement select venue, market, trade_id, outcome, 10000, case venue when 'kalshi' then 100000000 else 0 end, not_after_ms + 3600000
    from order_intent i join box on id = trade_id where state = 'final' and closed`,
  `insert into claim select distinct on (i.venue, i.market) i.venue, i.market, 's' || m, i.outcome, 'settling', id from order_intent i join box on id = trade_id where state = 'final' and not closed`,
  `insert into trade_result (trade_id, strategy, at_ms, change_micros, clean) select id, 'box', at_ms + 500, 1294800, true from box order by n`,
  `insert into breaker values ('box', '{"state":"closed","streak":0}', (select max(seq) from trade_result), 1)`,
  `insert into box_pairing select id, 10000, 0, null, null from box`,
  `insert into transfer (id, kind, trade_id, at_ms) select 'reserve:' || trade_id || ':' || venue, 'reserve', trade_id, not_after_ms from order_intent where state = 'final'`,
  `insert into transfer (id, kind, trade_id, at_ms) select 'fill:' || key, 'fillBuy', trade_id, at_ms from fill`,
  `insert into transfer (id, kind, trade_id, at_ms) select concat_ws(':', 'settle', venue, market, trade_id, outcome), 'settle', trade_id, at_ms from settlement`,
  `insert into posting select t.id, leg, case when leg = 1 then 'reserved:kalshi' when kind = 'settle' then 'income:settlement:kalshi' else 'cash:kalshi' end,
      (case when kind = 'fillBuy' then -1 else 1 end) * (case when leg = 1 then 42000000 else -42000000 end)
    from transfer t join box on box.id = t.trade_id cross join generate_series(1, 2) leg where kind <> 'settle' or leg = 2`,
  `insert into audit (at_ms, by_name, role, action, detail) select (select min(at_ms) from box) + n::bigint * 172800, 'o', 'operator', 'halt', '{"scope":"all","reason":"a drill"}' from generate_series(1, ${AUDITED}) n`,
  `insert into audit_chain select (select seq from audit_head) + row_number() over (), kind, ref, sha256(ref::bytea), sha256(ref::bytea)
    from (select 'transfer' as kind, id as ref from transfer where trade_id is not null union all select 'audit', seq::text from audit) x`,
  `update audit_head set seq = (select max(seq) from audit_chain)`,
]
const SUMS = path.join(__dirname, '..', '..', '..', '..', 'migrations', 'postgres', '20261122000000018_running-sums.sql')

/** Fills the ledger, with the sums as the migration makes them, and gives the planner its statistics, as autovacuum does. */
export async function fillWithVolume(world: TestLedger): Promise<void> {
  const client = new Client({ connectionString: world.url }) // without the product's limits
  await client.connect()
  try {
    await client.query(`begin; set local session_replication_role = replica`)
    await client.query(boxes(world.nowMs - 3_600_000))
    await client.query(TRADES, [JSON.stringify(boxPlan()), JSON.stringify(resultOf(boxPlan(), 'locked', { locked: '100' }))])
    for (const rows of ROWS) await client.query(rows)
    for (const sum of readFileSync(SUMS, 'utf8').matchAll(
      /^insert into (?:opening_hour|result_hour|open_stake|market_exposure) select .*;$/gm,
    ))
      await client.query(sum[0])
    await client.query('commit')
    await client.query('vacuum analyze')
  } finally {
    await client.end()
  }
}
