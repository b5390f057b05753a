import type { ClientOrderId, TradeId, Venue } from '../../core/ids'
import type { Claim } from '../../core/risk/claims'
import type { OrderIntent } from '../../core/trade/order'
import type { Millis } from '../../core/units'
import { transact, type Database } from './pool'

/** A trade that was granted and has not ended: somebody must be running it. */
export interface OpenTrade {
  readonly tradeId: TradeId
  readonly runId: string
  readonly strategy: 'box' | 'edge'
  readonly subject: string
  readonly startedMs: Millis
  /** The shard that it began on; null: the first one. */
  readonly shard: string | null
}

export async function openTrades(database: Database): Promise<readonly OpenTrade[]> {
  const read = await database.query<OpenTrade>(
    `select trade_id as "tradeId", run_id as "runId", strategy, subject, started_ms as "startedMs", shard from trade
     where reservation = 'granted' and ended_ms is null order by started_ms, trade_id`,
  )
  return read.rows
}

/** E7: every claim that is held, by whomever. */
export async function heldClaims(database: Database): Promise<readonly Claim[]> {
  const read = await database.query<Claim>('select venue, market, subject, outcome, state, holder from claim')
  return read.rows
}

/** How much waits for `settle`: open lots of ended trades. */
export async function settlingLots(database: Database): Promise<number> {
  const read = await database.query<{ n: number }>(
    'select count(*) as n from lot join trade using (trade_id) where quantity > 0 and ended_ms is not null',
  )
  return read.rows[0]?.n ?? 0
}

/**
 * E14: trades that ended after `sinceMs` and whose lots are not what their result says: a fill or a correction came after the end. What has been paid
 * for since has other lots by right, and a verdict of the operator rests on no lots.
 */
export async function changedEnds(database: Database, sinceMs: Millis): Promise<readonly TradeId[]> {
  const read = await database.query<{ trade_id: TradeId }>(
    `select trade_id from (
       select t.trade_id, t.result, coalesce(a.quantity, 0) as opened, coalesce(b.quantity, 0) as answered
       from trade t
         left join lot a on a.trade_id = t.trade_id and a.venue = t.plan #>> '{legs,0,order,venue}' and a.market = t.plan #>> '{legs,0,order,market}' and a.outcome = t.plan #>> '{legs,0,order,outcome}'
         left join lot b on b.trade_id = t.trade_id and b.venue = t.plan #>> '{legs,1,order,venue}' and b.market = t.plan #>> '{legs,1,order,market}' and b.outcome = t.plan #>> '{legs,1,order,outcome}'
       where t.reservation = 'released' and t.ended_ms > $1 and t.outcome <> 'surrendered'
         and not exists (select 1 from settlement s where s.trade_id = t.trade_id)) x
     where answered <> (result ->> 'locked')::bigint
       or opened <> (result ->> 'locked')::bigint + (result ->> 'held')::bigint + (result ->> 'dust')::bigint
     union select i.trade_id from order_intent i join trade t using (trade_id) where i.state in ('intended', 'unknown') and t.ended_ms is not null order by trade_id`,
    [sinceMs],
  )
  return read.rows.map(({ trade_id }) => trade_id)
}

/** Whether the ledger has the end of a trade, and nothing of it is under way again: an ended edge may be selling. */
export async function hasEnded(database: Database, tradeId: TradeId): Promise<boolean> {
  const read = await database.query(
    `select 1 from trade t where trade_id = $1 and ended_ms is not null
       and not exists (select 1 from order_intent i where i.trade_id = t.trade_id and i.state in ('intended', 'unknown'))`,
    [tradeId],
  )
  return read.rowCount !== 0
}

/** An order of an ended trade, as it was intended; null: it is not ours, or its trade still runs, or sells, and books its fills itself. */
export async function endedOrder(database: Database, clientOrderId: ClientOrderId): Promise<OrderIntent | null> {
  const read = await database.query<OrderIntent>(
    `select client_order_id as "clientOrderId", i.trade_id as "tradeId", venue, market, action, i.outcome, limit_price as limit, quantity,
       time_in_force as "timeInForce", purpose, not_after_ms as "notAfterMs"
     from order_intent i join trade t using (trade_id) where client_order_id = $1 and ended_ms is not null and i.state not in ('intended', 'unknown')`,
    [clientOrderId],
  )
  return read.rows[0] ?? null
}

/** Which of these fills are booked. */
export async function bookedFills(database: Database, keys: readonly string[]): Promise<ReadonlySet<string>> {
  const read = await database.query<{ key: string }>('select key from fill where key = any($1)', [keys])
  return new Set(read.rows.map(({ key }) => key))
}

/** When the account at a venue was first recorded; null: not yet. What is older is none of ours. */
export async function openedMs(database: Database, venue: Venue): Promise<Millis | null> {
  const read = await database.query<{ at: Millis | null }>(
    `select min(at_ms) as at from transfer where kind = 'deposit' and starts_with(id, 'opening:' || $1 || ':')`,
    [venue],
  )
  return read.rows[0]?.at ?? null
}

const OPEN_LOT = 'l.venue = c.venue and l.market = c.market and l.quantity > 0'

/** Each repairs what only one thing can be right for, and returns one sentence for each repair. Safe only under risk_lock: nobody else writes. */
const REPAIRS: readonly string[] = [
  `update claim c set state = 'settling' from trade t where t.trade_id = c.holder and c.state = 'exclusive' and t.ended_ms is not null
     and exists (select 1 from lot l join trade o using (trade_id) where ${OPEN_LOT} and l.outcome = c.outcome and o.subject = c.subject and o.ended_ms is not null)
     returning 'claim of ' || c.holder || ' on ' || c.venue || ' ' || c.market || ' passed to settle' as repair`,
  `delete from claim c using trade t where t.trade_id = c.holder and c.state = 'exclusive' and t.ended_ms is not null
     and not exists (select 1 from lot l where ${OPEN_LOT})
     returning 'claim of ' || c.holder || ' on ' || c.venue || ' ' || c.market || ' dropped: the trade has ended and nothing is held' as repair`,
  `delete from claim c where c.state = 'settling' and not exists (select 1 from lot l where ${OPEN_LOT})
     returning 'claim on ' || c.venue || ' ' || c.market || ' dropped: nothing is left to settle' as repair`,
  `insert into claim (venue, market, subject, outcome, state, holder)
     select l.venue, l.market, min(t.subject), min(l.outcome), 'settling', max(l.trade_id) from lot l join trade t using (trade_id)
     where l.quantity > 0 and not exists (select 1 from claim c where c.venue = l.venue and c.market = l.market)
     group by l.venue, l.market having count(distinct t.subject) = 1 and count(distinct l.outcome) = 1 and bool_and(t.ended_ms is not null)
     returning 'claim on ' || venue || ' ' || market || ' taken for the lots of ' || subject as repair`,
]

/** Puts right what is provably wrong with claims. What an ended trade reserves needs none: the database refuses that. @returns one sentence for each repair. */
export function repairOwners(database: Database, signal: AbortSignal): Promise<readonly string[]> {
  return transact(database, signal, async (transaction) => {
    await transaction.query('select 1 from risk_lock for update')
    const repairs: string[] = []
    for (const repair of REPAIRS) {
      const done = await transaction.query<{ repair: string }>(repair)
      repairs.push(...done.rows.map((row) => row.repair))
    }
    return repairs
  })
}

/** What no repair is certain for: each query returns one sentence per violation, in a snapshot of its own. */
const VIOLATIONS: readonly string[] = [
  `select 'claim on ' || venue || ' ' || market || ' is held by ' || holder || ', which does not run' as violation
     from claim left join trade on trade_id = holder where claim.state = 'exclusive' and (trade_id is null or ended_ms is not null)`,
  `select 'lot of ' || trade_id || ' at ' || venue || ' ' || market || ' ' || l.outcome || ' has no claim of ' || subject as violation
     from lot l join trade t using (trade_id) where l.quantity > 0
       and not exists (select 1 from claim c where c.venue = l.venue and c.market = l.market and c.subject = t.subject and c.outcome = l.outcome)`,
  // every reserve there ever was is looked through only when what is reserved is not what running trades have reserved
  `with running as (select coalesce(sum(p.amount_micros), 0) as amount from trade r cross join lateral postings_of(r.trade_id) p
       where r.reservation = 'granted' and r.ended_ms is null and p.account like 'reserved:%'),
     kept as (select coalesce(sum(amount_micros), 0) as amount from balance where account like 'reserved:%')
   select 'trade ' || coalesce(t.trade_id, '?') || ' reserves ' || sum(amount_micros) || ' µ$ at ' || substr(account, 10) || ' and does not run' as violation
     from posting p join transfer t on t.id = p.transfer_id left join trade on trade.trade_id = t.trade_id
     where account like 'reserved:%' and (trade.trade_id is null or trade.ended_ms is not null) and (select amount from running) <> (select amount from kept)
     group by t.trade_id, account having sum(amount_micros) > 0`,
  `select 'trade ' || trade_id || ' runs although it was released' as violation from trade join tombstone using (trade_id) where ended_ms is null`,
]

/** I11, as far as the ledger alone can tell: claims, lots and reservations without an owner. */
export async function ownerViolations(database: Database): Promise<readonly string[]> {
  const violations: string[] = []
  for (const check of VIOLATIONS) {
    const found = await database.query<{ violation: string }>(check)
    violations.push(...found.rows.map(({ violation }) => violation))
  }
  return violations.sort()
}
