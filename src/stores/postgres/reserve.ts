import { granted, type Breaker } from '../../core/risk/breaker'
import { claimsOf, wantedBy, type Claim } from '../../core/risk/claims'
import { checkRisk, reserveOf } from '../../core/risk/checks'
import type { Limits } from '../../core/risk/limits'
import type { Scope } from '../../core/risk/scope'
import { NO_SESSIONS, type RiskState, type SessionProof } from '../../core/risk/state'
import { tradingDayStart, tradingWeekStart } from '../../core/risk/trading-day'
import { cash } from '../../core/ledger/accounts'
import { assertBoxEntry } from '../../core/ledger/pnl'
import { reserve as reserveTransfer } from '../../core/ledger/postings'
import type { MarketId, Venue } from '../../core/ids'
import type { Purse } from '../../core/purse'
import type { OrderIntent } from '../../core/trade/order'
import { purseOfLeg, type Plan, type Reservation, type Verdict } from '../../core/trade/plan'
import { millis, money, quantity, type Millis } from '../../core/units'
import { upToDate, type BreakerFacts, type BreakerRow } from './breaker'
import { transact, type Database, type SendLast, type Transaction } from './pool'

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
 * E5–E9 in one transaction of two round trips. Locks: risk_lock, which every writer of the ledger takes first, then the halt epoch, which a halt
 * changes alone. A repeat by the same run returns the stored verdict; another run of the same trade, and a released trade, are refused (E6).
 * @throws Error when no limits were ever imported: nothing may trade without any; and when a box's legs are no box (invariant 14).
 */
export async function reserveIn(
  transaction: Transaction,
  sendLast: SendLast,
  plan: Plan,
  runId: string,
  sessions: SessionProof,
  nowMs: Millis,
): Promise<Reservation> {
  const row = await readState(transaction, plan, nowMs)
  if (row.known) return repeat(row.known, runId)
  if (row.released) return refusal('not released before', 'released', 'never reserved')
  const { limits } = row
  if (!limits) throw new Error('no limits in force: import config/limits.yaml first (crossbook doctor)')
  const { breaker, seen } = upToDate(row.breaker, limits, nowMs)
  if (plan.strategy === 'box') assertBoxEntry(plan)
  const verdicts = checkRisk(plan, stateOf(row, breaker, sessions, nowMs), limits)
  const kind = verdicts.every(({ passed }) => passed) ? 'granted' : 'refused'
  const trade = tradeRow(plan, runId, { kind, verdicts }, row.halt_epoch, nowMs)
  const after = kind === 'granted' ? granted(breaker, plan.tradeId) : breaker
  const isNews = after !== breaker || row.breaker.results.length > 0
  const breakers: readonly BreakerRow[] = isNews ? [{ strategy: plan.strategy, body: after, seen, at_ms: nowMs }] : []
  sendLast({
    name: 'reserve-write',
    text: 'select reserve_write($1)',
    values: [JSON.stringify({ trade, breakers, ...(kind === 'granted' ? grantOf(plan, nowMs) : NOTHING) })],
  })
  return { kind, verdicts }
}

const NOTHING = { intents: [], claims: [], transfers: [] }

function repeat(earlier: Known, runId: string): Reservation {
  if (earlier.reservation === 'released') return refusal('not released before', 'released', 'never reserved')
  if (earlier.run_id !== runId) return refusal('one run per trade', 'reserved by another run', 'this run')
  return { kind: earlier.reservation, verdicts: earlier.verdicts }
}

interface StateRow {
  known: Known | null
  released: boolean
  limits: Limits | null
  halt_epoch: number
  halts: Scope[]
  pair: { certificate: string; state: string; expires_ms: number | null } | null
  breaker: BreakerFacts
  clean_trades: number
  open_trades: number
  openings_minute: number
  openings_today: number
  contracts_today: number
  last_opened: number | null
  lost_today: number
  lost_this_week: number
  at_stake: number
  unpaired_first_legs: number
  unpaired_premium: number
  unpaired_since: number | null
  premium_in_sport: number
  bankroll: number
  last_ended: number | null
  last_fill: number | null
  unresolved: number
  claims: Claim[]
  cash: { purse: Purse; amount: number }[]
  contracts: { venue: Venue; market: MarketId; event: string; in_market: number; in_event: number; dust: number }[]
}

async function readState(transaction: Transaction, plan: Plan, nowMs: Millis): Promise<StateRow> {
  const asked = {
    ...{ tradeId: plan.tradeId, subject: plan.opportunity.subject, strategy: plan.strategy, mode: plan.mode },
    ...{ sport: plan.strategy === 'edge' ? plan.sport : null, markets: wantedBy(plan), purses: plan.legs.map(purseOfLeg) },
  }
  const row = await askState(transaction, asked, nowMs)
  // siblings are asked for their claims alone: their contracts count with their event's
  return { ...row, contracts: row.contracts.slice(0, plan.legs.length) }
}

/**
 * What the next opening of a strategy will be judged by, without a plan: of these markets and purses. It waits for the reserve's lock, and holds it for
 * the milliseconds of the reading. null: no limits were ever imported. @throws LedgerUnreachable
 */
export function readRisk(
  database: Database,
  asked: Pick<Asked, 'strategy' | 'mode' | 'markets' | 'purses'>,
  nowMs: Millis,
  signal: AbortSignal,
): Promise<{ readonly state: RiskState; readonly limits: Limits } | null> {
  return transact(database, signal, async (transaction) => {
    const row = await askState(transaction, { ...asked, tradeId: '', subject: '', sport: null }, nowMs)
    const { limits } = row
    return limits && { limits, state: stateOf(row, upToDate(row.breaker, limits, nowMs).breaker, NO_SESSIONS, nowMs) }
  })
}

interface Asked {
  readonly tradeId: string
  readonly subject: string
  readonly strategy: Plan['strategy']
  readonly mode: Plan['mode']
  readonly sport: string | null
  readonly markets: readonly { readonly venue: Venue; readonly market: MarketId }[]
  readonly purses: readonly Purse[]
}

async function askState(transaction: Transaction, asked: Asked, nowMs: Millis): Promise<StateRow> {
  const { tradeId, subject, strategy, mode, sport, markets, purses } = asked
  const read = await transaction.query<{
    state: Omit<StateRow, 'pair' | 'contracts'> & { contracts: StateRow['contracts'] | null }
    pair: StateRow['pair']
  }>({
    name: 'risk-state',
    text: 'select risk_state($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) as state, pair_in_force($2) as pair',
    values: [
      ...[tradeId, subject, strategy, mode, sport],
      markets.map(({ venue }) => venue),
      markets.map(({ market }) => market),
      ...[nowMs - MINUTE_MS, tradingDayStart(nowMs), tradingWeekStart(nowMs)],
      purses.map(cash),
    ],
  })
  const row = read.rows[0]
  if (!row) throw new Error('the risk state could not be read')
  return { ...row.state, contracts: row.state.contracts ?? [], pair: row.pair }
}

const timeOf = (ms: number | null): Millis | null => (ms === null ? null : millis(ms))

const stateOf = (row: StateRow, breaker: Breaker, sessions: SessionProof, nowMs: Millis): RiskState => ({
  nowMs,
  sessions,
  halts: row.halts,
  pair: row.pair && { certificate: row.pair.certificate, state: row.pair.state, expiresMs: timeOf(row.pair.expires_ms) },
  standing: { breaker, cleanTrades: row.clean_trades },
  openTrades: row.open_trades,
  openingsLastMinute: row.openings_minute,
  openingsToday: row.openings_today,
  contractsToday: quantity(row.contracts_today),
  lastOpenedMs: timeOf(row.last_opened),
  realisedLoss: { today: money(row.lost_today), thisWeek: money(row.lost_this_week) },
  worstCaseOfOpen: money(row.at_stake),
  unpaired: { firstLegs: row.unpaired_first_legs, premium: money(row.unpaired_premium), oldestMs: timeOf(row.unpaired_since) },
  exposures: row.contracts.map((e) => ({
    venue: e.venue,
    market: e.market,
    event: e.event,
    inMarket: quantity(e.in_market),
    inEvent: quantity(e.in_event),
    dust: quantity(e.dust),
  })),
  premiumInSport: money(row.premium_in_sport),
  bankroll: money(row.bankroll),
  cash: new Map(row.cash.map(({ purse, amount }) => [purse, money(amount)])),
  claims: row.claims,
  lastEndedMs: timeOf(row.last_ended),
  lastFillMs: timeOf(row.last_fill),
  unresolvedOrders: row.unresolved,
})

function tradeRow(plan: Plan, runId: string, { kind, verdicts }: Reservation, haltEpoch: number, nowMs: Millis): object {
  const refused = kind === 'refused'
  return {
    trade_id: plan.tradeId,
    run_id: runId,
    strategy: plan.strategy,
    subject: plan.opportunity.subject,
    mode: plan.mode,
    plan,
    reservation: kind,
    verdicts,
    halt_epoch: haltEpoch,
    started_ms: nowMs,
    edge_micros: plan.opportunity.netEdge,
    contracts: plan.legs[0].order.quantity,
    state: refused ? 'ended' : 'running',
    outcome: refused ? 'refused' : null,
    ended_ms: refused ? nowMs : null,
  }
}

const intentRow = (order: OrderIntent): object => ({
  client_order_id: order.clientOrderId,
  trade_id: order.tradeId,
  venue: order.venue,
  market: order.market,
  action: order.action,
  outcome: order.outcome,
  limit_price: order.limit,
  quantity: order.quantity,
  time_in_force: order.timeInForce,
  purpose: order.purpose,
  not_after_ms: order.notAfterMs,
})

/** E3, E7, E8: intents of the legs and of the dearest cure, claims and cash, in the same transaction as the checks. */
const grantOf = (plan: Plan, nowMs: Millis): object => ({
  intents: [...plan.legs.map(({ order }) => order), ...(plan.strategy === 'box' ? [plan.cure] : [])].map(intentRow),
  claims: claimsOf(plan).map((claim) => ({ ...claim, holder: plan.tradeId })),
  transfers: reserveOf(plan).map(({ purse, amount }) =>
    reserveTransfer({ id: `reserve:${plan.tradeId}:${purse}`, tradeId: plan.tradeId, atMs: nowMs, purse, amount }),
  ),
})

/** Writes an intent once; the id stands for one intention for ever (E2). @throws when the id is known for something else. */
export async function insertIntent(transaction: Transaction, order: OrderIntent): Promise<void> {
  const { clientOrderId, tradeId, venue, market, action, outcome, limit, quantity: ordered, timeInForce, purpose, notAfterMs } = order
  const intention = [clientOrderId, venue, market, action, outcome, limit, ordered, timeInForce, purpose]
  const inserted = await transaction.query(
    `insert into order_intent (client_order_id, venue, market, action, outcome, limit_price, quantity, time_in_force, purpose, trade_id, not_after_ms)
     values ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11) on conflict (client_order_id) do nothing`,
    [...intention, tradeId, notAfterMs],
  )
  if (inserted.rowCount) return
  // The intents of the second leg and of the reserved cure are ceilings; what was sent may be less or cheaper, never something else.
  const same = await transaction.query(
    `select 1 from order_intent where client_order_id = $1 and venue = $2 and market = $3 and action = $4 and outcome = $5 and quantity >= $7
       and (case when action = 'buy' then limit_price >= $6 else limit_price <= $6 end) and time_in_force = $8 and purpose = $9`,
    intention,
  )
  if (!same.rowCount) throw new Error(`order id ${order.clientOrderId} already stands for another intention`)
}

/**
 * Asked again with other figures it keeps the wider ones: what was told first may never have been heard of, and only the last is sent.
 * @returns false: another trade's order in its market is under way
 */
export async function intendIn(transaction: Transaction, order: OrderIntent): Promise<boolean> {
  const { clientOrderId, tradeId, venue, market, action, outcome, limit, quantity: ordered, timeInForce, purpose, notAfterMs } = order
  await transaction.query('select 1 from risk_lock for update')
  const intended = await transaction.query(
    `insert into order_intent as i (client_order_id, venue, market, action, outcome, limit_price, quantity, time_in_force, purpose, trade_id, not_after_ms)
     select $1, $2, $3, $4, $5, $6::int, $7::bigint, $8, $9, $10, $11::bigint
     where not exists (select 1 from order_intent o where o.venue = $2 and o.market = $3 and o.state in ('intended', 'unknown') and o.trade_id <> $10)
     on conflict (client_order_id) do update set quantity = greatest(i.quantity, excluded.quantity), not_after_ms = greatest(i.not_after_ms, excluded.not_after_ms),
       limit_price = case when i.action = 'buy' then greatest(i.limit_price, excluded.limit_price) else least(i.limit_price, excluded.limit_price) end
       where i.state = 'intended'`,
    [clientOrderId, venue, market, action, outcome, limit, ordered, timeInForce, purpose, tradeId, notAfterMs],
  )
  return intended.rowCount !== 0
}
