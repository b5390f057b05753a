import type { MarketId, Outcome, Venue } from '../../../core/ids'
import { parsePurse, venueOf, type Purse } from '../../../core/purse'
import type { Quantity } from '../../../core/units'
import type { Database } from '../pool'

export interface LedgerReport {
  readonly transfers: number
  /** Sum of every posting; anything but zero is a defect. */
  readonly sumMicros: number
  readonly violations: readonly string[]
  /** What nobody has explained yet, per venue: fees beyond their model, cash the venue counts otherwise. No violation, and nothing to leave alone. */
  readonly suspenseMicros: Readonly<Record<string, number>>
  /** Coupons that venues have paid: income of the account, of no trade. */
  readonly couponMicros: Readonly<Record<string, number>>
  /** Interest on cash that venues have paid, as persons have booked it: of no trade either. */
  readonly interestMicros: Readonly<Record<string, number>>
  /** Fees that their venue has never told, booked as their model says. */
  readonly estimatedFees: number
  /** Free and reserved cash where the venues keep it, in the order of names; what holds nothing is left out. */
  readonly purses: readonly PurseView[]
  /** Legs of boxes that nothing answers, and since when (invariant 10). */
  readonly naked: readonly NakedLeg[]
}
export interface PurseView {
  readonly purse: Purse
  readonly freeMicros: number
  readonly reservedMicros: number
}
export interface NakedLeg {
  readonly tradeId: string
  readonly venue: string
  /** 1e-2 contract. */
  readonly quantity: number
  readonly sinceMs: number
}

/** The postings that book a fill: the first ones, their reversals, and what replaced them. */
const BOOKS = `f.trade_id = t.trade_id
  and (t.id = 'fill:' || f.key or starts_with(t.id, 'fill:' || f.key || ':') or starts_with(t.id, 'reverse:' || f.key || ':'))`

/** Each query returns one row per violation, with a sentence, in a snapshot of its own: a running ledger may be checked. */
const CHECKS: readonly string[] = [
  `select 'transfer ' || transfer_id || ' sums to ' || sum(amount_micros) as violation from posting group by transfer_id having sum(amount_micros) <> 0`,
  `select 'balance of ' || coalesce(b.account, p.account) || ' says ' || coalesce(b.amount_micros, 0) || ', its postings ' || coalesce(p.total, 0) as violation
     from balance b full join (select account, sum(amount_micros) as total from posting group by account) p on p.account = b.account
     where coalesce(b.amount_micros, 0) <> coalesce(p.total, 0)`,
  `select account || ' is negative: ' || amount_micros as violation from balance where amount_micros < 0 and account ~ '^(cash|reserved|position|receivable):'`,
  `select 'position ' || replace(substr(account, 10), ':', ' ') || ' costs ' || coalesce(b.amount_micros, 0) || ', its lots ' || coalesce(l.cost, 0) as violation
     from (select account, amount_micros from balance where account like 'position:%') b
       full join (select 'position:' || venue || ':' || market || ':' || outcome as account, sum(cost_micros) as cost from lot group by 1) l using (account)
     where coalesce(b.amount_micros, 0) <> coalesce(l.cost, 0)`,
  `select 'lot of ' || trade_id || ' at ' || venue || ' ' || market || ' ' || outcome || ': ' || quantity || ' held, ' || (bought - netted - settled) || ' by its fills' as violation from (
     select l.trade_id, l.venue, l.market, l.outcome, l.quantity,
       coalesce((select sum(case when f.action = 'buy' then f.quantity else -f.quantity end) from fill f
         where f.trade_id = l.trade_id and f.venue = l.venue and f.market = l.market and f.outcome = l.outcome), 0) as bought,
       -- a netted pair is one dollar: 10,000 micro-dollars for each hundredth of a contract
       coalesce((select sum(c.amount_micros)::bigint / 10000 from transfer t join posting p on p.transfer_id = t.id join posting c on c.transfer_id = t.id
         where t.trade_id = l.trade_id and t.kind = 'netPair' and c.account like 'cash:%'
           and p.account = 'position:' || l.venue || ':' || l.market || ':' || l.outcome), 0) as netted,
       coalesce((select sum(s.quantity) from settlement s
         where s.trade_id = l.trade_id and s.venue = l.venue and s.market = l.market and s.outcome = l.outcome), 0) as settled
     from lot l) x where quantity <> bought - netted - settled`,
  `select 'lot of ' || trade_id || ' at ' || venue || ' ' || market || ' ' || outcome || ' costs ' || cost_micros || ' for ' || quantity || ', more than it can pay' as violation
     from lot where cost_micros > quantity * 10000`,
  `select venue || ' ' || market || ' is held in both directions' as violation from lot where quantity > 0 group by venue, market having count(distinct outcome) > 1`,
  `select 'fill ' || f.key || ' has no transfer' as violation from fill f where not exists (select 1 from transfer t where t.id = 'fill:' || f.key)`,
  `select 'transfer ' || t.id || ' has no fill' as violation from transfer t
     where t.kind in ('fillBuy', 'fillSell', 'correction') and not exists (select 1 from fill f where ${BOOKS})`,
  `select 'fill ' || key || ' moves ' || told || ' of cash, its transfers ' || moved as violation from (
     select f.key, (case when f.action = 'buy' then -1 else 1 end) * f.price * f.quantity - f.fee_micros as told, sum(p.amount_micros) as moved
     from transfer t join fill f on ${BOOKS} join posting p on p.transfer_id = t.id where p.account ~ '^(cash|reserved):' group by f.key) x where told <> moved`,
  `select 'fill ' || f.key || ' costs ' || f.fee_micros || ' in fees, its transfers ' || coalesce(sum(p.amount_micros), 0) as violation
     from transfer t join fill f on ${BOOKS} left join posting p on p.transfer_id = t.id and p.account ~ '^(expense:fee|suspense):' group by f.key having f.fee_micros <> coalesce(sum(p.amount_micros), 0)`,
  `select 'fill ' || f.key || ' leaves ' || f.suspended_micros || ' of its fee in suspense, its transfers ' || coalesce(sum(p.amount_micros), 0) as violation
     from transfer t join fill f on ${BOOKS} left join posting p on p.transfer_id = t.id and p.account like 'suspense:%' group by f.key having f.suspended_micros <> coalesce(sum(p.amount_micros), 0)`,
  `select 'order ' || i.client_order_id || ' filled ' || sum(f.quantity) || ' of ' || i.quantity as violation from order_intent i join fill f using (client_order_id) group by i.client_order_id having sum(f.quantity) > i.quantity`,
  `select 'order ' || i.client_order_id || ' says filled ' || i.filled || ', its fills ' || coalesce(sum(f.quantity), 0) as violation
     from order_intent i left join fill f using (client_order_id) group by i.client_order_id having i.filled <> coalesce(sum(f.quantity), 0)`,
  `select 'transfer ' || t.id || ' reserves for no trade' as violation from transfer t where t.trade_id is null
     and exists (select 1 from posting p where p.transfer_id = t.id and p.account like 'reserved:%')`,
  `select 'trade ' || trade_id || ' reserved ' || taken || ' at ' || purse || ' for orders of ' || bound as violation from (
     select x.*, coalesce((select sum(p.amount_micros) from transfer r join posting p on p.transfer_id = r.id
       where r.trade_id = x.trade_id and r.kind = 'reserve' and p.account = 'reserved:' || x.purse), 0) as taken
     from (select t.trade_id, coalesce(leg ->> 'purse', leg -> 'order' ->> 'venue') as purse, sum((leg ->> 'costBound')::bigint) as bound
       from trade t cross join jsonb_array_elements(t.plan -> 'legs') as legs (leg) where t.reservation <> 'refused' group by 1, 2) x) y where taken < bound`,
  `select 'trade ' || trade_id || ' moves money of ' || purse || ', which its plan does not trade with' as violation from (
     select distinct t.trade_id, t.plan, split_part(p.account, ':', 2) as purse from transfer x join trade t using (trade_id) join posting p on p.transfer_id = x.id
       where p.account ~ '^(cash|reserved):') y
     where not exists (select 1 from jsonb_array_elements(plan -> 'legs') as legs (leg) where coalesce(leg ->> 'purse', leg -> 'order' ->> 'venue') = purse)`,
  `select 'transfer ' || id || ' moves money between venues without transit' as violation from (
     select transfer_id as id, count(distinct venue_of(account)) as venues
     from posting group by 1) x where venues > 1`,
  `select 'settlement of ' || trade_id || ' at ' || venue || ' ' || market || ' ' || outcome || ' says ' || paid_micros || ', its transfers ' || paid as violation from (
     select s.*, coalesce((select sum(p.amount_micros) from transfer t join posting p on p.transfer_id = t.id
       where t.trade_id = s.trade_id and t.kind = 'settle' and p.account like 'cash:%'
         and (t.id = concat_ws(':', 'settle', s.venue, s.market, s.trade_id, s.outcome) or starts_with(t.id, concat_ws(':', 'settle', s.venue, s.market, s.trade_id, s.outcome, '')))), 0) as paid
     from settlement s) x where paid <> paid_micros`,
  `select 'box ' || trade_id || ' has ' || matched || ' matched and ' || naked || ' naked on record, its lots ' || least(kalshi, forecastex) || ' and ' || abs(kalshi - forecastex) as violation from (
     select b.trade_id, b.matched, b.naked, coalesce(sum(l.quantity + coalesce(s.quantity, 0)) filter (where l.venue = 'kalshi'), 0) as kalshi,
       coalesce(sum(l.quantity + coalesce(s.quantity, 0)) filter (where l.venue = 'forecastex'), 0) as forecastex
     from box_pairing b left join lot l using (trade_id) left join settlement s using (venue, market, trade_id, outcome) group by b.trade_id) x
     where matched <> least(kalshi, forecastex) or naked <> abs(kalshi - forecastex)`,
  `select 'box ' || trade_id || ' is naked by ' || naked || ', more than its ' || contracts || ' planned' as violation
     from box_pairing join trade using (trade_id) where naked > contracts`,
  `select 'coupons of ' || sum(-amount_micros) || ' at ' || split_part(account, ':', 3) || ', more than the positions can have earned' as violation
     from posting where account like 'income:coupon:%' group by account
     having sum(-amount_micros) > coupon_cap(split_part(account, ':', 3), (select max(at_ms) from transfer))`,
  `select 'trade ' || trade_id || ' is of mode ' || t.mode || ' in a ledger of mode ' || m.mode as violation
     from trade t cross join ledger_mode m where t.reservation <> 'refused' and t.mode <> m.mode`,
  `select 'trade ' || trade_id || ' has ended and still reserves ' || sum(amount_micros) || ' at ' || substr(account, 10) as violation
     from posting p join transfer t on t.id = p.transfer_id join trade using (trade_id)
     where account like 'reserved:%' and ended_ms is not null group by trade_id, account having sum(amount_micros) > 0`,
  `select 'trade ' || t.trade_id || ' has spent ' || -sum(amount_micros) || ' more than it reserved at ' || substr(account, 10) as violation
     from posting p join transfer t on t.id = p.transfer_id where account like 'reserved:%' group by t.trade_id, account having sum(amount_micros) < 0`,
  `select 'trade ' || trade_id || ' runs although it was released' as violation from trade join tombstone using (trade_id) where ended_ms is null`,
  `select 'claim on ' || venue || ' ' || market || ' is held by ' || holder || ', which does not run' as violation
     from claim c left join trade t on t.trade_id = c.holder where c.state = 'exclusive' and (t.trade_id is null or t.ended_ms is not null)`,
  `select 'claim on ' || venue || ' ' || market || ': nothing is left to settle' as violation
     from claim c where c.state = 'settling' and not exists (select 1 from lot l where l.venue = c.venue and l.market = c.market and l.quantity > 0)`,
  `select 'lot of ' || trade_id || ' at ' || venue || ' ' || market || ' ' || l.outcome || ' has no claim of ' || subject as violation
     from lot l join trade t using (trade_id) where l.quantity > 0
       and not exists (select 1 from claim c where c.venue = l.venue and c.market = l.market and c.subject = t.subject)`,
  `select 'exposure of ' || venue || ' ' || market || ' is kept as ' || coalesce(e.quantity, 0) || ', its lots are ' || coalesce(l.quantity, 0) as violation
     from market_exposure e full join (select venue, market, sum(quantity) as quantity, sum(quantity % 100) as dust from lot where quantity > 0 group by venue, market) l
       using (venue, market) where (coalesce(e.quantity, 0), coalesce(e.dust, 0)) <> (coalesce(l.quantity, 0), coalesce(l.dust, 0))`,
  `select 'what ended trades of ' || strategy || ' may lose is kept as ' || coalesce(s.amount_micros, 0) || ', they say ' || coalesce(t.stake, 0) as violation
     from open_stake s full join (select strategy, sum(stake_of(t)) as stake from trade t where pnl_kind = 'open' and ended_ms is not null group by strategy) t
       using (strategy) where coalesce(s.amount_micros, 0) <> coalesce(t.stake, 0)`,
  `select 'results of ' || strategy || ' in the hour ' || hour_ms || ' are kept as ' || coalesce(h.change_micros, 0) || ', they are ' || coalesce(r.change_micros, 0) as violation
     from result_hour h full join (select hour_of(at_ms) as hour_ms, strategy, sum(change_micros) as change_micros from trade_result where change_micros <> 0 group by 1, 2) r
       using (hour_ms, strategy) where coalesce(h.change_micros, 0) <> coalesce(r.change_micros, 0)`,
  `select 'openings in the hour ' || hour_ms || ' are kept as ' || coalesce(h.openings, 0) || ', they are ' || coalesce(t.openings, 0) as violation
     from opening_hour h full join (select hour_of(started_ms) as hour_ms, count(*) as openings, sum(contracts) as contracts from trade where reservation <> 'refused' group by 1) t
       using (hour_ms) where (coalesce(h.openings, 0), coalesce(h.contracts, 0)) <> (coalesce(t.openings, 0), coalesce(t.contracts, 0))`,
]

/** Proves the ledger: every transfer, every balance, every lot, every reservation (market-math §9, execution.md I9). */
export async function verifyLedger(database: Database): Promise<LedgerReport> {
  const totals = await database.query<{ transfers: number; sum: number; estimated: number }>(
    `select (select count(*) from transfer) as transfers, (select coalesce(sum(amount_micros), 0) from posting) as sum,
       (select count(*) from fill where fee_estimated) as estimated`,
  )
  const violations: string[] = []
  for (const check of CHECKS) {
    const found = await database.query<{ violation: string }>(check)
    violations.push(...found.rows.map(({ violation }) => violation))
  }
  const { transfers = 0, sum = 0, estimated = 0 } = totals.rows[0] ?? {}
  return {
    transfers,
    sumMicros: sum,
    violations,
    suspenseMicros: await perVenue(database, 'suspense:%', 2, 1),
    couponMicros: await perVenue(database, 'income:coupon:%', 3, -1),
    interestMicros: await perVenue(database, 'income:interest:%', 3, -1),
    estimatedFees: estimated,
    purses: await ledgerPurses(database),
    naked: await nakedLegs(database),
  }
}

/** Balances of the accounts of one kind, by the venue in their name; `sign` −1 for what is credited. */
async function perVenue(database: Database, accounts: string, place: number, sign: 1 | -1): Promise<Readonly<Record<string, number>>> {
  const read = await database.query<{ venue: string; amount: number }>(
    `select split_part(account, ':', $2) as venue, $3 * amount_micros as amount from balance where account like $1 and amount_micros <> 0 order by account`,
    [accounts, place, sign],
  )
  return Object.fromEntries(read.rows.map(({ venue, amount }) => [venue, amount]))
}

/** Contracts that have settled need no answer any more. */
async function nakedLegs(database: Database): Promise<readonly NakedLeg[]> {
  const read = await database.query<NakedLeg>(
    `select trade_id as "tradeId", naked_venue as venue, naked as quantity, naked_since_ms as "sinceMs" from box_pairing b
     where naked > 0 and exists (select 1 from lot l where l.trade_id = b.trade_id and l.venue = b.naked_venue and l.quantity > 0) order by naked_since_ms, trade_id`,
  )
  return read.rows
}

/** Free and reserved cash of every purse that holds any, micro-dollars. */
export async function ledgerPurses(database: Pick<Database, 'query'>): Promise<readonly PurseView[]> {
  const read = await database.query<{ purse: string; free: number; reserved: number }>(
    `select split_part(account, ':', 2) as purse, coalesce(sum(amount_micros) filter (where account like 'cash:%'), 0) as free,
       coalesce(sum(amount_micros) filter (where account like 'reserved:%'), 0) as reserved
     from balance where account ~ '^(cash|reserved):' group by 1 having sum(amount_micros) <> 0 order by 1`,
  )
  return read.rows.map(({ purse, free, reserved }) => ({ purse: parsePurse(purse), freeMicros: free, reservedMicros: reserved }))
}

/** What the ledger says a venue account holds: free and reserved cash over all its purses, micro-dollars. */
export async function ledgerCash(database: Database): Promise<Readonly<Record<string, number>>> {
  const sums: Record<string, number> = {}
  for (const { purse, freeMicros, reservedMicros } of await ledgerPurses(database)) {
    const venue = venueOf(purse)
    sums[venue] = (sums[venue] ?? 0) + freeMicros + reservedMicros
  }
  return sums
}

export interface OpenLot {
  readonly tradeId: string
  readonly venue: Venue
  readonly market: MarketId
  readonly outcome: Outcome
  readonly quantity: Quantity
  readonly costMicros: number
}
export async function openLots(database: Pick<Database, 'query'>): Promise<readonly OpenLot[]> {
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
