import { Client, types } from 'pg'
import type { Outcome, Venue } from '../../core/ids'
import type { Limits } from '../../core/risk/limits'
import type { Plan, TradeResult } from '../../core/trade/plan'
import { exact } from '../../core/units'

/** The tables as plain rows, in one snapshot. Units as in the tables. */
export interface Tables {
  readonly trades: readonly TradeRow[]
  readonly intents: readonly IntentRow[]
  readonly fills: readonly FillRow[]
  readonly lots: readonly LotRow[]
  readonly claims: readonly ClaimRow[]
  readonly settlements: readonly SettlementRow[]
  /** In the order of their links. */
  readonly transfers: readonly TransferRow[]
  readonly balances: Readonly<Record<string, number>>
  readonly audits: readonly AuditRow[]
  readonly links: readonly LinkRow[]
  readonly head: { readonly seq: number; readonly hash: string } | null
  /** The open ones. */
  readonly breaks: readonly BreakRow[]
  /** The drills that a kill was rehearsed in: their canaries are named like a trade's orders. */
  readonly drills: readonly string[]
  /** The limits in force. */
  readonly limits: Pick<Limits, 'maxUnpairedPremiumTotal' | 'maxUnpairedAgeMs' | 'edgeMinPrice' | 'edgeMaxPrice' | 'maxPremiumPerTrade'>
}

export interface TradeRow {
  readonly tradeId: string
  readonly runId: string
  readonly strategy: 'box' | 'edge'
  readonly subject: string
  readonly reservation: 'granted' | 'refused' | 'released'
  readonly haltEpoch: number
  readonly plan: Plan
  readonly result: TradeResult | null
  readonly outcome: string | null
  readonly pnlMicros: number
  readonly pnlKind: 'guaranteed' | 'realised' | 'open'
  readonly startedMs: number
  readonly endedMs: number | null
}
interface Place {
  readonly tradeId: string
  readonly venue: Venue
  readonly market: string
  readonly outcome: Outcome
}
export interface IntentRow extends Place {
  readonly clientOrderId: string
  readonly action: 'buy' | 'sell'
  readonly limit: number
  readonly quantity: number
  readonly purpose: 'opening' | 'reducing'
  readonly notAfterMs: number
  readonly state: 'intended' | 'unknown' | 'final' | 'rejected'
  readonly filled: number
}
export interface FillRow extends Place {
  readonly key: string
  readonly clientOrderId: string
  readonly account: string
  readonly action: 'buy' | 'sell'
  readonly price: number
  readonly quantity: number
  readonly fee: number
  /** The venue had not told the fee when it was booked. */
  readonly isEstimate: boolean
}
export interface LotRow extends Place {
  readonly quantity: number
  readonly cost: number
}
export interface SettlementRow extends Place {
  readonly quantity: number
  readonly paid: number
}
export interface ClaimRow {
  readonly venue: Venue
  readonly market: string
  readonly subject: string
  readonly outcome: Outcome
  readonly state: 'exclusive' | 'settling'
  readonly holder: string
}
export interface TransferRow {
  readonly id: string
  readonly kind: string
  readonly tradeId: string | null
  readonly atMs: string
  /** Microseconds since 1970, as hashed. */
  readonly recorded: string
  readonly memo: string
  /** [number, account, amount] as text, as hashed. */
  readonly legs: readonly (readonly [string, string, string])[]
}
export interface AuditRow {
  readonly seq: string
  readonly atMs: string
  readonly by: string
  readonly role: string
  readonly action: string
  readonly detail: string
}
export interface LinkRow {
  readonly seq: number
  readonly kind: 'transfer' | 'audit'
  readonly ref: string
  readonly previous: string
  readonly hash: string
}
/** What venue and ledger do not agree about, as the reconciliation has found it. */
export interface BreakRow {
  readonly venue: string
  readonly kind: string
  readonly subject: string
  readonly detail: string
  readonly openedMs: number
}

const INT8 = 20
/** The whole lane's tables in one go; beyond this the database hangs and there is no evidence. */
const QUERY_LIMIT_MS = 20_000

/** Numbers of the tables are safe integers or this throws: a figure that was rounded proves nothing. */
const getTypeParser = ((oid: number, format?: 'text') =>
  oid === INT8 ? (text: string) => exact(Number(text)) : types.getTypeParser(oid, format)) as typeof types.getTypeParser

const QUERIES = {
  trades: `select trade_id as "tradeId", run_id as "runId", strategy, subject, reservation, halt_epoch as "haltEpoch", plan, result, outcome,
    pnl_micros as "pnlMicros", pnl_kind as "pnlKind", started_ms as "startedMs", ended_ms as "endedMs" from trade order by started_ms, trade_id`,
  intents: `select trade_id as "tradeId", client_order_id as "clientOrderId", venue, market, action, outcome, limit_price as limit, quantity, purpose,
    not_after_ms as "notAfterMs", state, filled from order_intent order by trade_id, client_order_id`,
  fills: `select key, trade_id as "tradeId", client_order_id as "clientOrderId", venue, account, market, outcome, action, price, quantity, fee_micros as fee,
    fee_estimated as "isEstimate" from fill order by key`,
  lots: `select trade_id as "tradeId", venue, market, outcome, quantity, cost_micros as cost from lot order by trade_id, venue, market, outcome`,
  claims: 'select venue, market, subject, outcome, state, holder from claim order by venue, market',
  settlements:
    'select trade_id as "tradeId", venue, market, outcome, quantity, paid_micros as paid from settlement order by trade_id, venue, market, outcome',
  transfers: `select t.id, t.kind, t.trade_id as "tradeId", t.at_ms::text as "atMs", (extract(epoch from t.recorded_at) * 1000000)::bigint::text as recorded,
    t.memo::text as memo, (select coalesce(json_agg(json_build_array(p.seq::text, p.account, p.amount_micros::text) order by p.seq), '[]') from posting p
      where p.transfer_id = t.id) as legs
    from transfer t left join audit_chain c on c.kind = 'transfer' and c.ref = t.id order by c.seq, t.id`,
  balances: 'select account, amount_micros as amount from balance order by account',
  audits:
    'select seq::text as seq, at_ms::text as "atMs", by_name as by, role, action, detail::text as detail from audit order by audit.seq',
  links: `select seq, kind, ref, encode(previous, 'hex') as previous, encode(hash, 'hex') as hash from audit_chain order by seq`,
  head: `select seq, encode(hash, 'hex') as hash from audit_head`,
  breaks: `select venue, kind, subject, detail, opened_ms as "openedMs" from account_break where state = 'open' order by id`,
  drills: 'select id from drill order by id',
  limits: 'select body from limits_version where active',
} as const

/** Every table the checkers judge, whole, in one snapshot: a lane of a few hundred trades takes some ten milliseconds. */
export async function readTables(databaseUrl: string, signal: AbortSignal): Promise<Tables> {
  const client = new Client({ connectionString: databaseUrl, query_timeout: QUERY_LIMIT_MS, types: { getTypeParser } })
  client.on('error', () => undefined) // told by the query that it fails
  await client.connect()
  try {
    await client.query('begin isolation level repeatable read read only')
    const rows = async <T>(name: keyof typeof QUERIES): Promise<readonly T[]> => {
      signal.throwIfAborted()
      return (await client.query(QUERIES[name])).rows as readonly T[]
    }
    const balances = await rows<{ account: string; amount: number }>('balances')
    const [limits] = await rows<{ body: Tables['limits'] }>('limits')
    if (!limits) throw new Error('no limits are in force: what a grant may risk cannot be judged')
    return {
      trades: await rows('trades'),
      intents: await rows('intents'),
      fills: await rows('fills'),
      lots: await rows('lots'),
      claims: await rows('claims'),
      settlements: await rows('settlements'),
      transfers: await rows('transfers'),
      balances: Object.fromEntries(balances.map(({ account, amount }) => [account, amount])),
      audits: await rows('audits'),
      links: await rows('links'),
      head: (await rows<NonNullable<Tables['head']>>('head'))[0] ?? null,
      breaks: await rows('breaks'),
      drills: (await rows<{ id: string }>('drills')).map(({ id }) => id),
      limits: limits.body,
    }
  } finally {
    await client.end()
  }
}
