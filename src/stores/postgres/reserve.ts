import { claimsOf, type Claim } from '../../core/risk/claims'
import { checkRisk, reserveOf, type RiskState } from '../../core/risk/checks'
import type { Limits } from '../../core/risk/limits'
import { tradingDayStart } from '../../core/risk/trading-day'
import type { Scope } from '../../core/risk/scope'
import { reserve as reserveTransfer } from '../../core/ledger/postings'
import type { Plan, Reservation, Verdict } from '../../core/trade/plan'
import { millis, money, quantity, type Millis } from '../../core/units'
import { post } from './post'
import type { Transaction } from './pool'

const MINUTE_MS = 60_000

interface Known {
  readonly run_id: string
  readonly reservation: 'granted' | 'refused' | 'released'
  readonly verdicts: readonly Verdict[]
}

const refusal = (check: string, actual: string, limit: string): Reservation => ({
  kind: 'refused',
  verdicts: [{ check, passed: false, actual, limit }],
})

/**
 * E5–E9 in one transaction. Lock order, the same for every writer: risk_lock → epoch → trade → claim → balance.
 * A repeat by the same run returns the stored verdict; another run of the same trade, and a released trade, are refused (E6).
 */
export async function reserveIn(transaction: Transaction, plan: Plan, runId: string, limits: Limits, nowMs: Millis): Promise<Reservation> {
  await transaction.query('select 1 from risk_lock for update')
  const known = await transaction.query<Known>('select run_id, reservation, verdicts from trade where trade_id = $1', [plan.tradeId])
  const earlier = known.rows[0]
  if (earlier) return repeat(earlier, runId)
  const dead = await transaction.query('select 1 from tombstone where trade_id = $1', [plan.tradeId])
  if (dead.rowCount) return refusal('not released before', 'released', 'never reserved')
  const { state, haltEpoch } = await readState(transaction, plan, nowMs)
  const verdicts = checkRisk(plan, state, limits)
  const kind = verdicts.every(({ passed }) => passed) ? 'granted' : 'refused'
  await writeTrade(transaction, plan, runId, { kind, verdicts }, haltEpoch, nowMs)
  if (kind === 'granted') await grant(transaction, plan, nowMs)
  return { kind, verdicts }
}

function repeat(earlier: Known, runId: string): Reservation {
  if (earlier.reservation === 'released') return refusal('not released before', 'released', 'never reserved')
  if (earlier.run_id !== runId) return refusal('one run per trade', 'reserved by another run', 'this run')
  return { kind: earlier.reservation, verdicts: earlier.verdicts }
}

const STATE = `
  select
    (select coalesce(json_agg(scope), '[]') from halt where active) as halts,
    (select count(*) from trade where reservation = 'granted' and ended_ms is null) as open_trades,
    (select count(*) from trade where reservation <> 'refused' and started_ms > $1::bigint) as openings_minute,
    (select count(*) from trade where reservation <> 'refused' and started_ms >= $2::bigint) as openings_today,
    (select coalesce(sum(contracts), 0) from trade where reservation <> 'refused' and started_ms >= $2::bigint) as contracts_today,
    (select coalesce(-sum(pnl_micros), 0) from trade where pnl_kind = 'realised' and ended_ms >= $2::bigint) as realised_loss,
    (select max(ended_ms) from trade where subject = $3 and reservation <> 'refused') as last_ended,
    (select max(f.at_ms) from fill f where (f.venue, f.market) in (select * from unnest($4::text[], $5::text[]))) as last_fill,
    (select count(*) from order_intent where state = 'unknown') as unresolved,
    (select coalesce(json_agg(c), '[]') from claim c where (c.venue, c.market) in (select * from unnest($4::text[], $5::text[]))) as claims,
    (select coalesce(amount_micros, 0) from balance where account = 'cash:kalshi') as cash_kalshi,
    (select coalesce(amount_micros, 0) from balance where account = 'cash:forecastex') as cash_forecastex`

/** Contracts held by ended trades, or intended by running ones: counts a running fill twice at most, never not at all. */
const EXPOSURE = `
  with wanted as (select w.venue, w.market, coalesce(l.event, w.market) as event
      from unnest($1::text[], $2::text[]) as w (venue, market) left join listing l on l.venue = w.venue and l.market = w.market),
    held as (select venue, market, quantity from lot where quantity > 0
      union all select i.venue, i.market, i.quantity from order_intent i join trade t using (trade_id)
        where t.ended_ms is null and t.reservation = 'granted' and i.client_order_id !~ '-c[0-9]+$'),
    placed as (select h.venue, h.quantity, h.market, coalesce(l.event, h.market) as event from held h left join listing l on l.venue = h.venue and l.market = h.market)
  select w.venue, w.market, w.event,
    coalesce((select sum(quantity) from placed p where p.venue = w.venue and p.market = w.market), 0) as in_market,
    coalesce((select sum(quantity) from placed p where p.venue = w.venue and p.event = w.event), 0) as in_event
  from wanted w`

interface StateRow {
  halts: Scope[]
  open_trades: number
  openings_minute: number
  openings_today: number
  contracts_today: number
  realised_loss: number
  last_ended: number | null
  last_fill: number | null
  unresolved: number
  claims: Claim[]
  cash_kalshi: number | null
  cash_forecastex: number | null
}
interface ExposureRow {
  venue: 'kalshi' | 'forecastex'
  market: string
  event: string
  in_market: number
  in_event: number
}

async function readState(transaction: Transaction, plan: Plan, nowMs: Millis): Promise<{ state: RiskState; haltEpoch: number }> {
  const epoch = await transaction.query<{ value: number }>(`select value from epoch where name = 'halt' for share`)
  const venues = plan.legs.map(({ order }) => order.venue)
  const markets = plan.legs.map(({ order }) => order.market)
  const read = await transaction.query<StateRow>(STATE, [
    nowMs - MINUTE_MS,
    tradingDayStart(nowMs),
    plan.opportunity.subject,
    venues,
    markets,
  ])
  const exposure = await transaction.query<ExposureRow>(EXPOSURE, [venues, markets])
  const row = read.rows[0]
  if (!row) throw new Error('the risk state could not be read')
  const state: RiskState = {
    nowMs,
    halts: row.halts,
    openTrades: row.open_trades,
    openingsLastMinute: row.openings_minute,
    openingsToday: row.openings_today,
    contractsToday: quantity(row.contracts_today),
    realisedLossToday: money(row.realised_loss),
    contracts: exposure.rows.map((e) => ({
      venue: e.venue,
      market: e.market as Claim['market'],
      event: e.event,
      inMarket: quantity(e.in_market),
      inEvent: quantity(e.in_event),
    })),
    cash: { kalshi: money(row.cash_kalshi ?? 0), forecastex: money(row.cash_forecastex ?? 0) },
    claims: row.claims,
    lastEndedMs: row.last_ended === null ? null : millis(row.last_ended),
    lastFillMs: row.last_fill === null ? null : millis(row.last_fill),
    unresolvedOrders: row.unresolved,
  }
  return { state, haltEpoch: epoch.rows[0]?.value ?? 0 }
}

async function writeTrade(
  transaction: Transaction,
  plan: Plan,
  runId: string,
  reservation: Reservation,
  haltEpoch: number,
  nowMs: Millis,
): Promise<void> {
  const first = plan.legs[0].order
  const ended = reservation.kind === 'refused' ? nowMs : null
  await transaction.query(
    `insert into trade (trade_id, run_id, strategy, subject, mode, plan, reservation, verdicts, halt_epoch, started_ms, edge_micros, contracts, state, outcome, ended_ms)
     values ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15)`,
    [
      plan.tradeId,
      runId,
      plan.strategy,
      plan.opportunity.subject,
      plan.mode,
      JSON.stringify(plan),
      reservation.kind,
      JSON.stringify(reservation.verdicts),
      haltEpoch,
      nowMs,
      plan.opportunity.netEdge,
      first.quantity,
      ended === null ? 'running' : 'ended',
      ended === null ? null : 'refused',
      ended,
    ],
  )
}

/** E3, E7, E8: intents, claims and cash, in the same transaction as the checks. */
async function grant(transaction: Transaction, plan: Plan, nowMs: Millis): Promise<void> {
  for (const { order } of plan.legs) await insertIntent(transaction, order)
  for (const claim of [...claimsOf(plan)].sort((a, b) => (`${a.venue}${a.market}` < `${b.venue}${b.market}` ? -1 : 1))) {
    await transaction.query(
      `insert into claim (venue, market, subject, outcome, state, holder) values ($1,$2,$3,$4,'exclusive',$5)
       on conflict (venue, market) do update set state = 'exclusive', holder = excluded.holder`,
      [claim.venue, claim.market, claim.subject, claim.outcome, plan.tradeId],
    )
  }
  for (const { venue, amount } of reserveOf(plan))
    await post(transaction, reserveTransfer({ id: `reserve:${plan.tradeId}:${venue}`, tradeId: plan.tradeId, atMs: nowMs, venue, amount }))
}

/** Writes an intent once; the id stands for one intention for ever (E2). @throws when the id is known for something else. */
export async function insertIntent(transaction: Transaction, order: Plan['legs'][0]['order']): Promise<void> {
  const inserted = await transaction.query(
    `insert into order_intent (client_order_id, trade_id, venue, market, action, outcome, limit_price, quantity, time_in_force, purpose, not_after_ms)
     values ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11) on conflict (client_order_id) do nothing`,
    [
      order.clientOrderId,
      order.tradeId,
      order.venue,
      order.market,
      order.action,
      order.outcome,
      order.limit,
      order.quantity,
      order.timeInForce,
      order.purpose,
      order.notAfterMs,
    ],
  )
  if (inserted.rowCount) return
  // The second leg's intent carries its ceiling; what was sent may be less, never something else.
  const same = await transaction.query(
    'select 1 from order_intent where client_order_id = $1 and venue = $2 and market = $3 and action = $4 and outcome = $5 and limit_price = $6 and quantity >= $7',
    [order.clientOrderId, order.venue, order.market, order.action, order.outcome, order.limit, order.quantity],
  )
  if (!same.rowCount) throw new Error(`order id ${order.clientOrderId} already stands for another intention`)
}
