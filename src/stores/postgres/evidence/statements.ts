import { fallOf, type AccrualFall } from '../../../core/ledger/coupon'
import type { MarketId, Outcome, Venue } from '../../../core/ids'
import { millis, type Millis, type Money, type Quantity } from '../../../core/units'
import type { Position } from '../../../ports/account'
import { TRADED } from '../pairs/registry'
import { transact, type Database, type Transaction } from '../pool'

/** Contracts of ours that the venue does not show any more. */
export interface GonePosition {
  readonly market: MarketId
  readonly outcome: Outcome
  /** As the venue showed it last; null: it never did. */
  readonly seenMs: Millis | null
  readonly goneMs: Millis
}
/** What a statement shows beside cash. */
export interface Shown {
  readonly venue: Venue
  readonly account: string
  readonly asOfMs: Millis
  readonly positions: readonly Position[]
  /** null: the venue does not tell what it owes. */
  readonly accrued: Money | null
}
/** What statements have left to be explained. */
export interface Noted {
  /** Of markets with open lots. */
  readonly gone: readonly GonePosition[]
  /** Falls of what is owed that no coupon was booked for, newest first. */
  readonly falls: readonly AccrualFall[]
}

/** Coupons are paid monthly: a fall that no cash has explained for longer was no payment (an accrual taken back). */
const FALL_KEPT_MS = 45 * 86_400_000

/**
 * Notes what a statement shows, with the time, and tells what is still to be explained. One that a newer statement has overtaken changes nothing: of it
 * interest would fall once more.
 */
export function noteStatement(database: Database, shown: Shown, signal: AbortSignal): Promise<Noted> {
  return transact(database, signal, async (transaction) => {
    if (!(await isOvertaken(transaction, shown))) {
      await notePositions(transaction, shown)
      await noteAccrual(transaction, shown)
    }
    return { gone: await gonePositions(transaction, shown), falls: await pendingFalls(transaction, shown, shown.asOfMs) }
  })
}

/** The row of what is owed is the lock. */
async function isOvertaken(transaction: Transaction, { venue, account, asOfMs }: Shown): Promise<boolean> {
  await transaction.query('select 1 from accrual where venue = $1 and account = $2 for update', [venue, account])
  const read = await transaction.query<{ overtaken: boolean }>(
    `select exists (select 1 from accrual where venue = $1 and account = $2 and at_ms > $3)
       or exists (select 1 from venue_position where venue = $1 and account = $2 and greatest(seen_ms, gone_ms) > $3) as overtaken`,
    [venue, account, asOfMs],
  )
  return read.rows[0]?.overtaken ?? false
}

async function notePositions(transaction: Transaction, { venue, account, asOfMs, positions }: Shown): Promise<void> {
  const held = positions.filter(({ quantity }) => quantity > 0)
  const columns = [held.map(({ market }) => market), held.map(({ outcome }) => outcome), held.map(({ quantity }) => quantity)]
  await transaction.query(
    `insert into venue_position as p (venue, account, market, outcome, quantity, seen_ms)
       select $1, $2, market, outcome, quantity, $3 from unnest($4::text[], $5::text[], $6::bigint[]) as held (market, outcome, quantity)
     on conflict (venue, account, market, outcome) do update set quantity = excluded.quantity, seen_ms = excluded.seen_ms, gone_ms = null`,
    [venue, account, asOfMs, ...columns],
  )
  await transaction.query(
    `update venue_position set gone_ms = $3 where venue = $1 and account = $2 and gone_ms is null and seen_ms is distinct from $3::bigint`,
    [venue, account, asOfMs],
  )
  await transaction.query(
    `insert into venue_position (venue, account, market, outcome, quantity, gone_ms)
       select venue, $2, market, outcome, quantity, $3 from position where venue = $1
     on conflict do nothing`,
    [venue, account, asOfMs],
  )
}

async function noteAccrual(transaction: Transaction, { venue, account, asOfMs, accrued }: Shown): Promise<void> {
  if (accrued === null) return
  const read = await transaction.query<{ accrued: Money }>(
    'select accrued_micros as accrued from accrual where venue = $1 and account = $2',
    [venue, account],
  )
  const fall = fallOf(read.rows[0]?.accrued ?? null, accrued)
  if (fall > 0)
    await transaction.query('insert into accrual_fall (venue, account, at_ms, amount_micros) values ($1,$2,$3,$4) on conflict do nothing', [
      venue,
      account,
      asOfMs,
      fall,
    ])
  await transaction.query(
    `insert into accrual (venue, account, accrued_micros, at_ms) values ($1,$2,$3,$4)
     on conflict (venue, account) do update set accrued_micros = excluded.accrued_micros, at_ms = excluded.at_ms`,
    [venue, account, accrued, asOfMs],
  )
}

type Owner = Pick<Shown, 'venue' | 'account'>

/** Contracts of open lots that the last statement did not show. */
export async function gonePositions(database: Pick<Database, 'query'>, { venue, account }: Owner): Promise<readonly GonePosition[]> {
  const read = await database.query<GonePosition>(
    `select market, outcome, seen_ms as "seenMs", gone_ms as "goneMs" from venue_position p
     where venue = $1 and account = $2 and gone_ms is not null
       and exists (select 1 from lot l where l.venue = p.venue and l.market = p.market and l.outcome = p.outcome and l.quantity > 0)
     order by market, outcome`,
    [venue, account],
  )
  return read.rows
}

/** Falls of what is owed for which no coupon was booked. */
export async function pendingFalls(
  database: Pick<Database, 'query'>,
  { venue, account }: Owner,
  nowMs: Millis,
): Promise<readonly AccrualFall[]> {
  const read = await database.query<AccrualFall>(
    `select at_ms as "atMs", amount_micros as amount from accrual_fall
     where venue = $1 and account = $2 and coupon is null and at_ms > $3 order by at_ms desc`,
    [venue, account, millis(nowMs - FALL_KEPT_MS)],
  )
  return read.rows
}

/** A market that the venue has paid, and by whose pair it was supposed. */
export interface PaidMarket {
  readonly market: MarketId
  readonly kalshiMarket: MarketId
  readonly polarity: 'same' | 'opposite'
  readonly lots: readonly { readonly outcome: Outcome; readonly quantity: Quantity; readonly paid: Money }[]
}

/** ForecastEx markets whose payout was posted since then. */
export async function paidSince(database: Database, sinceMs: Millis): Promise<readonly PaidMarket[]> {
  const read = await database.query<PaidMarket>(
    `select distinct on (s.market) s.market, p.kalshi_market as "kalshiMarket", c.polarity, s.lots
     ${TRADED} join (select market, json_agg(json_build_object('outcome', outcome, 'quantity', quantity, 'paid', paid_micros) order by trade_id) as lots
       from settlement where venue = 'forecastex' group by market having max(at_ms) >= $1) s
       on p.forecastex_market = s.market order by s.market, p.id`,
    [sinceMs],
  )
  return read.rows
}
